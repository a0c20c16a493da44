resource "aws_lambda_function" "hook" {
  function_name    = "${var.name}-hook"
  runtime          = "python3.12"
  handler          = "hook.handler"
  timeout          = 30
  role             = aws_iam_role.hook.arn
  filename         = var.hook_archive
  source_code_hash = filebase64sha256(var.hook_archive)
  depends_on       = [aws_cloudwatch_log_group.hook]

  environment {
    variables = { SERVICE = var.name }
  }
}

resource "aws_cloudwatch_log_group" "hook" {
  name = "/aws/lambda/${var.name}-hook"
}

resource "aws_codedeploy_app" "web" {
  name             = "AppECS-${var.name}"
  compute_platform = "ECS"
}

resource "aws_codedeploy_deployment_config" "linear" {
  deployment_config_name = "${var.name}-linear"
  compute_platform       = "ECS"

  traffic_routing_config {
    type = "TimeBasedLinear"
    time_based_linear {
      interval   = 1
      percentage = 25
    }
  }
}

resource "aws_codedeploy_deployment_group" "web" {
  app_name               = aws_codedeploy_app.web.name
  deployment_group_name  = "DgpECS-${var.name}"
  deployment_config_name = aws_codedeploy_deployment_config.linear.deployment_config_name
  service_role_arn       = aws_iam_role.codedeploy.arn

  auto_rollback_configuration {
    enabled = true
    events  = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"]
  }

  deployment_style {
    deployment_option = "WITH_TRAFFIC_CONTROL"
    deployment_type   = "BLUE_GREEN"
  }

  blue_green_deployment_config {
    deployment_ready_option {
      action_on_timeout = "CONTINUE_DEPLOYMENT"
    }
    terminate_blue_instances_on_deployment_success {
      action                           = "TERMINATE"
      termination_wait_time_in_minutes = 1
    }
  }

  ecs_service {
    cluster_name = aws_ecs_cluster.main.name
    service_name = aws_ecs_service.web.name
  }

  load_balancer_info {
    target_group_pair_info {
      prod_traffic_route {
        listener_arns = [aws_lb_listener.production.arn]
      }
      test_traffic_route {
        listener_arns = [aws_lb_listener.test.arn]
      }
      target_group {
        name = aws_lb_target_group.color["blue"].name
      }
      target_group {
        name = aws_lb_target_group.color["green"].name
      }
    }
  }
}
