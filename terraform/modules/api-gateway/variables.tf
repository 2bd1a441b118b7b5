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

variable "functions" {
  description = "The Lambda functions behind the API: each one's name, the alias that serves, and the ARN by which API Gateway invokes that alias."
  type = object({
    authorizer = object({ name = string, alias_name = string, invoke_arn = string })
    health     = object({ name = string, alias_name = string, invoke_arn = string })
  })
}

variable "events_queue_name" {
  description = "Name of the SQS queue that takes events, in this account and region."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,80}$", var.events_queue_name))
    error_message = "events_queue_name must be a queue's name, such as zapier-triggers-events-dev."
  }
}

variable "events_table_name" {
  description = "Name of the DynamoDB table that the inbox queries, in this account and region."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.events_table_name))
    error_message = "events_table_name must be a table's name, such as zapier-triggers-api-events-dev."
  }
}

variable "cors_origins" {
  description = "Origins whose pages may call the API. The first is also named where API Gateway answers by itself."
  type        = list(string)

  validation {
    condition     = length(var.cors_origins) > 0 && alltrue([for origin in var.cors_origins : can(regex("^https://[a-z0-9-]+(\\.[a-z0-9-]+)+$", origin))])
    error_message = "cors_origins must hold origins such as https://zapier.com: HTTPS, no path, no wildcard."
  }
}

variable "throttling" {
  description = "Requests per second and burst, of all callers together, by method; and those of GET /v1/health."
  type = object({
    rate         = number
    burst        = number
    health_rate  = optional(number, 50)
    health_burst = optional(number, 100)
  })

  validation {
    condition     = alltrue([for value in values(var.throttling) : value > 0])
    error_message = "The values of throttling must be above 0."
  }
}

variable "log_retention_days" {
  description = "Days that access and execution logs are kept."
  type        = number

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number of days that CloudWatch Logs knows, such as 14, 30, 90 or 365."
  }
}

variable "execution_log_level" {
  description = "What the execution logs hold: INFO (each step of each request) or ERROR."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["INFO", "ERROR"], var.execution_log_level)
    error_message = "execution_log_level must be INFO or ERROR."
  }
}

variable "allowed_cidr_blocks" {
  description = "Networks that may call the API; none listed: everyone may, with a key."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for block in var.allowed_cidr_blocks : can(cidrhost(block, 0)) && !endswith(block, "/0")])
    error_message = "allowed_cidr_blocks must hold ranges such as 203.0.113.0/24, and not the whole internet: for that, leave it empty."
  }
}

variable "custom_domain" {
  description = "A domain for the API, with the ARN of its certificate in this region. The default endpoint is then switched off."
  type = object({
    name            = string
    certificate_arn = string
  })
  default = null
}
