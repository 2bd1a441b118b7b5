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

variable "name" {
  description = "The middle of the function's name, such as health."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name))
    error_message = "The name must be kebab-case, such as health."
  }

  validation {
    condition     = length("${var.project}-${var.name}-${var.environment}") <= 59
    error_message = "The names become too long: IAM allows 64 characters for the role's."
  }
}

variable "network" {
  description = "Where the function runs: its private subnets and security groups."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })

  validation {
    condition     = length(var.network.subnet_ids) >= 2 && length(var.network.security_group_ids) >= 1
    error_message = "A function needs subnets in two zones or more, and a security group."
  }
}

variable "function" {
  description = "The function: container image and its architecture (arm64 needs provider 6), description, memory in MB, timeout in seconds, days that its logs are kept, environment variables, what its role may do beyond logging, tracing and joining the VPC, and the queue that takes asynchronous invocations that failed for good."
  type = object({
    image_uri          = string
    description        = string
    architecture       = optional(string, "x86_64")
    memory_size        = optional(number, 256)
    timeout            = optional(number, 10)
    log_retention_days = optional(number, 30)
    environment        = optional(map(string), {})
    statements = optional(map(object({
      actions   = list(string)
      resources = list(string)
    })), {})
    failure_queue = optional(object({
      name = string
      arn  = string
    }))
  })

  validation {
    condition     = can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9]+([._/-][a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})$", var.function.image_uri))
    error_message = "image_uri must be an image in a private ECR repository with its tag or digest, such as 123456789012.dkr.ecr.us-east-1.amazonaws.com/health:1.0.0."
  }

  validation {
    condition     = !endswith(var.function.image_uri, ":latest")
    error_message = "image_uri must not end in :latest: which image that is changes without a plan, and a rollback cannot name the one before."
  }

  validation {
    condition     = contains(["x86_64", "arm64"], var.function.architecture)
    error_message = "architecture must be x86_64 or arm64."
  }

  validation {
    condition     = var.function.memory_size >= 128 && var.function.memory_size <= 10240
    error_message = "memory_size must be between 128 and 10240 MB."
  }

  validation {
    condition     = var.function.timeout >= 1 && var.function.timeout <= 900
    error_message = "timeout must be between 1 and 900 seconds."
  }

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653], var.function.log_retention_days)
    error_message = "log_retention_days must be a number of days that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827 or 3653."
  }

  validation {
    condition     = alltrue([for name in keys(var.function.environment) : can(regex("^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$", name))])
    error_message = "Environment variables must be UPPER_SNAKE_CASE, such as EVENTS_TABLE_NAME."
  }

  validation {
    condition     = alltrue([for name in keys(var.function.environment) : !startswith(name, "AWS_") && !startswith(name, "LAMBDA_")])
    error_message = "Environment variables must not begin with AWS_ or LAMBDA_: Lambda sets those itself."
  }

  validation {
    condition     = alltrue([for sid in keys(var.function.statements) : can(regex("^[A-Za-z0-9]+$", sid))])
    error_message = "The keys of statements become their Sid, so they must be letters and digits, such as DescribeEventsTable."
  }

  validation {
    condition     = alltrue([for statement in values(var.function.statements) : length(statement.actions) > 0 && length(statement.resources) > 0 && !anytrue([for action in statement.actions : endswith(action, "*")])])
    error_message = "Every statement needs actions, without wildcards at their end, and resources."
  }
}
