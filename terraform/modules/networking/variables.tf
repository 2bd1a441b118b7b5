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

variable "network" {
  description = "The VPC's address range; per availability zone its public and its private subnet; whether each zone has a NAT gateway of its own, or all share the first zone's; the services that get an interface endpoint; days that flow logs are kept."
  type = object({
    cidr_block = string
    availability_zones = map(object({
      public  = string
      private = string
    }))
    nat_gateway_per_zone    = optional(bool, false)
    interface_endpoints     = optional(set(string), [])
    flow_log_retention_days = optional(number, 30)
  })

  validation {
    condition     = can(cidrnetmask(var.network.cidr_block))
    error_message = "network.cidr_block must be an IPv4 range such as 10.0.0.0/16."
  }

  validation {
    condition     = length(var.network.availability_zones) >= 2
    error_message = "network.availability_zones must hold two zones or more: one zone alone is not highly available."
  }

  validation {
    condition     = alltrue([for zone in keys(var.network.availability_zones) : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$", zone))])
    error_message = "The keys of network.availability_zones must be zones such as us-east-1a."
  }

  validation {
    condition     = alltrue([for service in var.network.interface_endpoints : can(regex("^[a-z][a-z0-9-]*(\\.[a-z0-9-]+)*$", service)) && !contains(["dynamodb", "s3"], service)])
    error_message = "network.interface_endpoints must hold services such as secretsmanager; DynamoDB and S3 have gateway endpoints, which are free."
  }

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653], var.network.flow_log_retention_days)
    error_message = "network.flow_log_retention_days must be a number of days that CloudWatch Logs knows, such as 14, 30, 90 or 365."
  }

  # A subnet's network address, cut to the VPC's prefix length, is the VPC's own network address.
  validation {
    condition = alltrue([
      for cidr in flatten([for zone in values(var.network.availability_zones) : [zone.public, zone.private]]) :
      try(
        tonumber(split("/", cidr)[1]) >= tonumber(split("/", var.network.cidr_block)[1]) &&
        cidrhost("${cidrhost(cidr, 0)}/${split("/", var.network.cidr_block)[1]}", 0) == cidrhost(var.network.cidr_block, 0),
        false,
      )
    ])
    error_message = "Every subnet must be an IPv4 range inside network.cidr_block."
  }
}
