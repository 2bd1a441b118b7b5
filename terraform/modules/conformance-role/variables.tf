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
  description = "The middle of the role's name."
  type        = string
  default     = "audit"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name))
    error_message = "The name must be kebab-case, such as audit."
  }
}

variable "actions" {
  description = "What the role may do: the actions that `stackproof permissions` prints."
  type        = list(string)

  validation {
    condition     = length(var.actions) > 0 && alltrue([for action in var.actions : can(regex("^[a-z0-9-]+:((Describe|Get|List|BatchGet|Lookup|Search|Simulate|View)[A-Za-z0-9]+|GET)$", action))])
    error_message = "actions must hold full names of reading actions, such as dynamodb:DescribeTable, without wildcards."
  }

  # They read, but they read data.
  validation {
    condition = length(setintersection(var.actions, [
      "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:GetRecords", "kms:GetParametersForImport",
      "logs:GetLogEvents", "logs:GetQueryResults", "s3:GetObject", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue",
      "ssm:GetParameterHistory", "sts:GetFederationToken", "sts:GetSessionToken",
    ])) == 0
    error_message = "actions must not read data: items, logs, secrets or objects. Configuration is enough."
  }

  validation {
    condition     = length(var.actions) == length(distinct(var.actions))
    error_message = "actions must not hold an action twice."
  }
}

variable "trust" {
  description = "Who may assume the role: GitHub workflows of a repository's environments, an account with an external ID, or both."
  type = object({
    github = optional(object({
      repository   = string
      environments = list(string)
    }))
    account = optional(object({
      account_id  = string
      external_id = string
    }))
  })

  validation {
    condition     = var.trust.github != null || var.trust.account != null
    error_message = "trust must name GitHub, an account, or both."
  }

  validation {
    condition     = var.trust.github == null ? true : can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.trust.github.repository)) && length(var.trust.github.environments) > 0 && !anytrue([for name in var.trust.github.environments : can(regex("[*?:]", name))])
    error_message = "trust.github needs a repository such as owner/name, and environments without wildcards."
  }

  validation {
    condition     = var.trust.account == null ? true : can(regex("^[0-9]{12}$", var.trust.account.account_id)) && length(var.trust.account.external_id) >= 16
    error_message = "trust.account needs an account of twelve digits, and an external ID of 16 characters or more."
  }
}
