variable "name" {
  description = "Name of the service, and prefix of everything that belongs to it."
  default     = "hello"
}

variable "release" {
  description = "What the service answers; a new value makes a new revision of the task definition."
  default     = "v1"
}

variable "desired_count" {
  default = 2
}

variable "production_port" {
  default = 8080
}

variable "test_port" {
  default = 8081
}

# There is no VPC behind Teal: well-formed ids are kept and shown.
variable "vpc" {
  default = "vpc-0a1b2c3d4e5f60718"
}

variable "subnets" {
  default = ["subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"]
}

variable "security_groups" {
  default = ["sg-0a1b2c3d4e5f60718"]
}

variable "hook_archive" {
  description = "Zip file with hook.py."
  default     = "hook.zip"
}
