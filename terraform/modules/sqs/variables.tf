variable "project" {
  description = "Project prefix of every Name tag."
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

variable "queue_prefix" {
  description = "Prefix of the queues' own names, where it is not the project's."
  type        = string
  default     = null

  validation {
    condition     = var.queue_prefix == null || can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.queue_prefix))
    error_message = "The queue prefix must be kebab-case, such as zapier-triggers."
  }
}

variable "queues" {
  description = "The queues, by the middle of their names. Times are in seconds. Each queue has a dead-letter queue, which takes a message after max_receive_count attempts, unless dead_letter is false. The alarms: messages waiting, age of the oldest, dead letters."
  type = map(object({
    visibility_timeout            = number
    message_retention             = optional(number, 345600)
    dead_letter_message_retention = optional(number, 1209600)
    max_receive_count             = optional(number, 5)
    dead_letter                   = optional(bool, true)
    alarms = optional(object({
      depth        = number
      age          = number
      dead_letters = optional(number, 1)
    }))
  }))

  validation {
    condition     = alltrue([for name in keys(var.queues) : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", name))])
    error_message = "The keys of queues must be kebab-case, such as events."
  }

  validation {
    condition     = alltrue([for queue in var.queues : queue.visibility_timeout >= 0 && queue.visibility_timeout <= 43200])
    error_message = "visibility_timeout must be between 0 and 43200 seconds (12 hours)."
  }

  validation {
    condition     = alltrue([for queue in var.queues : queue.message_retention >= 60 && max(queue.message_retention, queue.dead_letter_message_retention) <= 1209600])
    error_message = "Retention must be between 60 and 1209600 seconds (14 days)."
  }

  # SQS counts a dead letter's age from when it was first sent, so equal retention would leave it no time.
  validation {
    condition     = alltrue([for queue in var.queues : queue.dead_letter_message_retention > queue.message_retention || !queue.dead_letter])
    error_message = "dead_letter_message_retention must be longer than message_retention: a message's age counts from its first sending."
  }

  validation {
    condition     = alltrue([for queue in var.queues : queue.alarms == null ? true : min(queue.alarms.depth, queue.alarms.age, queue.alarms.dead_letters) >= 1])
    error_message = "The thresholds of alarms must be 1 or more."
  }

  validation {
    condition     = alltrue([for queue in var.queues : queue.max_receive_count >= 1 && queue.max_receive_count <= 1000])
    error_message = "max_receive_count must be between 1 and 1000."
  }
}

variable "alarm_topic_arn" {
  description = "ARN of the SNS topic that alarms go to. Needed where a queue has alarms."
  type        = string
  default     = null

  # `null` is checked through the queues, as a topic that does not exist yet has an ARN that is not known yet.
  validation {
    condition     = var.alarm_topic_arn != null || alltrue([for queue in var.queues : queue.alarms == null])
    error_message = "alarm_topic_arn must be set, as a queue has alarms."
  }
}
