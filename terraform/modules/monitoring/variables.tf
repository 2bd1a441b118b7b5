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
  description = "Names of the Lambda functions, by the middle of their names."
  type        = map(string)
}

variable "tables" {
  description = "Names of the DynamoDB tables, by the middle of their names."
  type        = map(string)
}

variable "queues" {
  description = "Names of the SQS queues, for the dashboard. Their alarms come with them, from the module sqs."
  type        = map(string)
}

variable "thresholds" {
  description = "When alarms ring: share of 5xx answers in percent, p95 latency in milliseconds, errors of a function in five minutes, minutes in a row with failed health checks."
  type = object({
    error_percent          = optional(number, 1)
    latency_p95_ms         = number
    function_errors        = number
    health_failure_minutes = number
  })

  validation {
    condition     = var.thresholds.error_percent > 0 && var.thresholds.error_percent <= 5
    error_message = "thresholds.error_percent must be above 0, and 5 at most: above that an alarm comes too late."
  }

  validation {
    condition     = var.thresholds.latency_p95_ms > 0 && var.thresholds.latency_p95_ms <= 29000
    error_message = "thresholds.latency_p95_ms must be between 1 and 29000: API Gateway ends every request then."
  }

  validation {
    condition     = var.thresholds.function_errors >= 1 && var.thresholds.health_failure_minutes >= 1
    error_message = "thresholds.function_errors and thresholds.health_failure_minutes must be 1 or more."
  }
}

variable "alarm_emails" {
  description = "Addresses that get the alarms, once they have confirmed."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", address))])
    error_message = "alarm_emails must hold addresses such as oncall@example.com."
  }
}

variable "trace_rate" {
  description = "Share of requests that are traced, besides one a second: 0 to 1."
  type        = number
  default     = 0.05

  validation {
    condition     = var.trace_rate >= 0 && var.trace_rate <= 1
    error_message = "trace_rate must be between 0 and 1."
  }
}
