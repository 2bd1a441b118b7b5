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
  description = "The VPC's address range, its subnets by availability zone, whether each zone has a NAT gateway of its own, the services with an interface endpoint, and days that flow logs are kept."
  type = object({
    cidr_block = string
    availability_zones = map(object({
      public  = string
      private = string
    }))
    nat_gateway_per_zone    = bool
    interface_endpoints     = set(string)
    flow_log_retention_days = number
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
  description = "Days that the logs of the functions and of the API are kept."
  type        = number
}

variable "image_uris" {
  description = "Container image of each function, by the function's name, in a private ECR repository, with its tag or digest."
  type        = object({ authorizer = string, health = string, rotation = string })
}

variable "rate_limit_per_minute" {
  description = "Requests a minute that one key allows."
  type        = number
  default     = 1000

  validation {
    condition     = var.rate_limit_per_minute >= 1 && floor(var.rate_limit_per_minute) == var.rate_limit_per_minute
    error_message = "The rate limit must be a whole number, 1 or more."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the tables (with provider 6)."
  type        = bool
}

variable "secret" {
  description = "Days after which the secret behind the API keys is rotated, and days that it can be restored after deletion (0: gone at once)."
  type = object({
    rotation_days        = number
    recovery_window_days = number
  })
}

variable "api" {
  description = "The API: origins whose pages may call it, requests per second and burst of all callers together, level of the execution logs (INFO or ERROR), networks that may call it (none: all), and a domain of its own with its certificate."
  type = object({
    cors_origins        = list(string)
    throttling          = object({ rate = number, burst = number })
    execution_log_level = string
    allowed_cidr_blocks = optional(list(string), [])
    custom_domain       = optional(object({ name = string, certificate_arn = string }))
  })
}

variable "queue_alarms" {
  description = "When the event queue's alarms ring: messages waiting, and seconds that the oldest has waited. Any dead letter rings."
  type = object({
    depth = number
    age   = number
  })
}

variable "thresholds" {
  description = "When the other alarms ring: p95 latency in milliseconds, errors of a function in five minutes, minutes in a row with failed health checks. 5xx answers ring above 1 % everywhere."
  type = object({
    latency_p95_ms         = number
    function_errors        = number
    health_failure_minutes = number
  })
}

variable "alarm_emails" {
  description = "Addresses that get the alarms, once they have confirmed."
  type        = set(string)
  default     = []
}

variable "trace_rate" {
  description = "Share of requests that are traced, besides one a second: 0 to 1."
  type        = number
}

variable "audit_trust" {
  description = "Who may assume the audit role: GitHub workflows of a repository's environments, an account with an external ID, or both."
  type = object({
    github  = optional(object({ repository = string, environments = list(string) }))
    account = optional(object({ account_id = string, external_id = string }))
  })
}
