variable "project" {
  description = "Project prefix of every name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.project))
    error_message = "The project must be kebab-case, such as zapier-triggers-api."
  }
}

variable "environment" {
  description = "Environment suffix of every name."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "production"], var.environment)
    error_message = "The environment must be dev, staging or production."
  }
}

variable "secret" {
  description = "The secret: middle of its name, description, and days that it can be restored after deletion (0: gone at once)."
  type = object({
    name                 = string
    description          = string
    recovery_window_days = optional(number, 30)
  })

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.secret.name))
    error_message = "secret.name must be kebab-case, such as api-keys."
  }

  validation {
    condition     = var.secret.recovery_window_days == 0 || (var.secret.recovery_window_days >= 7 && var.secret.recovery_window_days <= 30)
    error_message = "secret.recovery_window_days must be 0, or between 7 and 30."
  }
}

variable "rotation" {
  description = "The function that makes a new value, and after how many days it does."
  type = object({
    function_name = string
    function_arn  = string
    after_days    = optional(number, 30)
  })

  validation {
    condition     = var.rotation.after_days >= 1 && var.rotation.after_days <= 365
    error_message = "rotation.after_days must be between 1 and 365: a secret that is older than a year is not rotated."
  }
}

variable "parameters" {
  description = "SSM parameters by the end of their names, below /PROJECT/ENVIRONMENT/: value and description. Nothing secret."
  type = map(object({
    value       = string
    description = string
  }))
  default = {}

  validation {
    condition     = alltrue([for name in keys(var.parameters) : can(regex("^[a-z0-9]+([/-][a-z0-9]+)*$", name))])
    error_message = "The keys of parameters must be kebab-case paths, such as events/table-name."
  }

  validation {
    condition     = !anytrue([for name in keys(var.parameters) : can(regex("password|token|private-key|secret-value", name))])
    error_message = "A parameter's name says that it holds a secret; put it into Secrets Manager."
  }
}
