provider "aws" {
  region = var.aws_region

  # Resources add their Name and nothing else: provider 3.x plans for ever when a tag is both here and there.
  default_tags {
    tags = {
      Environment = var.environment
      Project     = var.project
      CostCenter  = var.cost_center
    }
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  # From the names, not from the tables' `.arn`: a plan shows the policies that use them in full.
  table_arns = {
    for key, name in module.dynamodb.names : key => join(":", [
      "arn", data.aws_partition.current.partition, "dynamodb", data.aws_region.current.id, data.aws_caller_identity.current.account_id, "table/${name}",
    ])
  }

  functions = {
    health = {
      image_uri          = var.image_uris.health
      description        = "Answers GET /v1/health: is the API up, and does it reach its tables?"
      log_retention_days = var.log_retention_days
      environment = {
        API_VERSION       = var.api_version
        EVENTS_TABLE_NAME = module.dynamodb.names["events"]
      }
      statements = {
        DescribeEventsTable = {
          actions   = ["dynamodb:DescribeTable"]
          resources = [local.table_arns["events"]]
        }
      }
    }
  }
}

module "networking" {
  source = "../../modules/networking"

  project     = var.project
  environment = var.environment
  network     = var.network
}

module "dynamodb" {
  source = "../../modules/dynamodb"

  project     = var.project
  environment = var.environment
  tables = {
    events = {
      hash_key      = "user_id"
      range_key     = "timestamp#event_id"
      ttl_attribute = "expires_at"
      indexes = {
        EventTypeIndex = { hash_key = "user_id", range_key = "event_type#timestamp" }
        StatusIndex    = { hash_key = "user_id", range_key = "status#timestamp" }
      }
    }
    # Keys are revoked, they do not expire.
    keys = {
      hash_key  = "user_id"
      range_key = "key_id"
      indexes   = { KeyHashIndex = { hash_key = "key_hash" } }
    }
    audit-logs = {
      hash_key      = "user_id"
      range_key     = "timestamp#log_id"
      ttl_attribute = "expires_at"
    }
  }
}

module "sqs" {
  source = "../../modules/sqs"

  project     = var.project
  environment = var.environment
  # The requirement names the queues without `-api`.
  queue_prefix = trimsuffix(var.project, "-api")
  queues = {
    events = { visibility_timeout = 900 }
  }
}

module "lambda" {
  source   = "../../modules/lambda"
  for_each = local.functions

  project     = var.project
  environment = var.environment
  name        = each.key
  function    = each.value
  network = {
    subnet_ids         = values(module.networking.private_subnet_ids)
    security_group_ids = [module.networking.security_group_ids["lambda"]]
  }
}
