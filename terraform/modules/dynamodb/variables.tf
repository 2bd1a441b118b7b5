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

variable "tables" {
  description = "The tables, by the middle of their names: keys, global secondary indexes by name, and the attribute that holds the time to live (none: items never expire). Keys are strings but those in number_keys."
  type = map(object({
    hash_key      = string
    range_key     = optional(string)
    ttl_attribute = optional(string)
    number_keys   = optional(set(string), [])
    indexes = optional(map(object({
      hash_key  = string
      range_key = optional(string)
    })), {})
  }))

  validation {
    condition     = alltrue([for name in keys(var.tables) : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", name))])
    error_message = "The keys of tables must be kebab-case, such as audit-logs."
  }

  validation {
    condition     = alltrue(flatten([for table in var.tables : [for name in keys(table.indexes) : can(regex("^[A-Za-z0-9_.-]{3,255}$", name))]]))
    error_message = "Index names must have 3 to 255 letters, digits, dots, dashes or underscores."
  }

  validation {
    condition = alltrue([
      for table in var.tables : length(setsubtract(table.number_keys, compact(flatten([table.hash_key, table.range_key, [for index in table.indexes : [index.hash_key, index.range_key]]])))) == 0
    ])
    error_message = "A table's number_keys must be among its keys."
  }

  # DynamoDB expires items by a number that changes with each item; a key that is one makes no sense here.
  validation {
    condition = alltrue([
      for table in var.tables : table.ttl_attribute == null ? true : !contains(
        flatten([table.hash_key, table.range_key, [for index in table.indexes : [index.hash_key, index.range_key]]]),
        table.ttl_attribute,
      )
    ])
    error_message = "A table's ttl_attribute must not be a key."
  }
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the tables. Takes effect with provider 6, through provider6_override.tf: 3.39 does not know it."
  type        = bool
  default     = false
}
