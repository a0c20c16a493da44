terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

# Endpoint, key and region come from the environment: eval "$(teal env)".
provider "aws" {
  skip_metadata_api_check = true

  default_tags {
    tags = { project = var.name }
  }
}
