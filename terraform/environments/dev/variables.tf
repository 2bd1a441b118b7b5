variable "aws_region" {
  description = "Region of the stack."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.aws_region))
    error_message = "The region must be one such as us-east-1."
  }
}

variable "project" {
  description = "Project: prefix of every name, and the Project tag."
  type        = string
}

variable "environment" {
  description = "Environment: suffix of every name, and the Environment tag."
  type        = string
}

variable "cost_center" {
  description = "Who pays: the CostCenter tag."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.cost_center))
    error_message = "The cost center must be kebab-case, such as platform-integrations."
  }
}

variable "network" {
  description = "The VPC's address range, its subnets by availability zone, and whether each zone has a NAT gateway of its own."
  type = object({
    cidr_block = string
    availability_zones = map(object({
      public  = string
      private = string
    }))
    nat_gateway_per_zone = bool
  })
}

variable "api_version" {
  description = "Version of the API, as the health endpoint reports it."
  type        = string

  validation {
    condition     = can(regex("^v[1-9][0-9]*$", var.api_version))
    error_message = "The API version must be one such as v1."
  }
}

variable "log_retention_days" {
  description = "Days that the functions' logs are kept."
  type        = number
}

variable "image_uris" {
  description = "Container image of each function, by the function's name, in a private ECR repository, with its tag or digest."
  type        = object({ health = string })
}
