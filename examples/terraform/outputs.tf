output "url" {
  value = "http://${aws_lb.web.dns_name}:${var.production_port}/"
}

output "task_definition" {
  value = aws_ecs_task_definition.service.arn
}

output "hook" {
  value = aws_lambda_function.hook.function_name
}
