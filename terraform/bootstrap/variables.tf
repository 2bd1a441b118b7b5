variable "aws_region" {
  description = "Region of the stack."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.aws_region))
    error_message = "The region must be one such as us-east-1."
  }
}

variable "project" {
  description = "Project prefix of every name, and the Project tag."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.project))
    error_message = "The project must be kebab-case, such as zapier-triggers-api."
  }
}

variable "environment" {
  description = "Environment that the account is for: the Environment tag."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "production"], var.environment)
    error_message = "The environment must be dev, staging or production."
  }
}

variable "cost_center" {
  description = "Who pays: the CostCenter tag."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.cost_center))
    error_message = "The cost center must be kebab-case, such as platform-integrations."
  }
}

variable "state_retention_days" {
  description = "Days that a state is kept after a newer one replaced it."
  type        = number
  default     = 365

  validation {
    condition     = var.state_retention_days >= 30
    error_message = "Earlier states must be kept 30 days or more."
  }
}
