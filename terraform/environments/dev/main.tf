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
  # "REGION:ACCOUNT", the middle of the ARNs below. They are made of names, not of resources' `.arn`: a plan shows the
  # policies that use them in full.
  partition = data.aws_partition.current.partition
  scope     = "${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}"

  table_arns = {
    for key, name in module.dynamodb.names : key => "arn:${local.partition}:dynamodb:${local.scope}:table/${name}"
  }

  # Secrets Manager adds six characters to a secret's name.
  secret_name = "${var.project}/api-keys-${var.environment}"
  secret_arn  = "arn:${local.partition}:secretsmanager:${local.scope}:secret:${local.secret_name}-??????"

  functions = {
    health = {
      image_uri          = var.image_uris.health
      description        = "Answers GET /v1/health: is the API up, and does it reach its table and its queue?"
      log_retention_days = var.log_retention_days
      environment = {
        API_VERSION       = var.api_version
        EVENTS_QUEUE_URL  = module.sqs.urls["events"]
        EVENTS_TABLE_NAME = module.dynamodb.names["events"]
      }
      statements = {
        DescribeEventsTable = {
          actions   = ["dynamodb:DescribeTable"]
          resources = [local.table_arns["events"]]
        }
        DescribeEventsQueue = {
          actions   = ["sqs:GetQueueAttributes"]
          resources = ["arn:${local.partition}:sqs:${local.scope}:${module.sqs.names["events"]}"]
        }
      }
    }
    authorizer = {
      image_uri          = var.image_uris.authorizer
      description        = "Decides who may call the API: whose key it is, whether it is valid, and how often it was used"
      timeout            = 5 # longer than the function's own bound of 2.5 s
      log_retention_days = var.log_retention_days
      environment = {
        API_KEYS_TABLE_NAME    = module.dynamodb.names["keys"]
        API_KEYS_INDEX_NAME    = "KeyHashIndex"
        API_KEYS_SECRET_NAME   = local.secret_name
        RATE_LIMITS_TABLE_NAME = module.dynamodb.names["rate-limits"]
        RATE_LIMIT_PER_MINUTE  = tostring(var.rate_limit_per_minute)
      }
      statements = {
        QueryKeyHashIndex = {
          actions   = ["dynamodb:Query"]
          resources = ["${local.table_arns["keys"]}/index/KeyHashIndex"]
        }
        # The item that the index leads to, and a hash that moves to a newer pepper.
        ReadAndRehashKeys = {
          actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
          resources = [local.table_arns["keys"]]
        }
        CountRequests = {
          actions   = ["dynamodb:UpdateItem"]
          resources = [local.table_arns["rate-limits"]]
        }
        ReadSecret = {
          actions   = ["secretsmanager:GetSecretValue"]
          resources = [local.secret_arn]
        }
      }
    }
    rotation = {
      image_uri          = var.image_uris.rotation
      description        = "Makes a new value of the secret behind the API keys, when Secrets Manager asks for it"
      timeout            = 30
      log_retention_days = var.log_retention_days
      statements = {
        RotateSecret = {
          actions = [
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
          ]
          resources = [local.secret_arn]
        }
      }
      # Secrets Manager does not wait for it.
      failure_queue = {
        name = module.sqs.names["failed-invocations"]
        arn  = module.sqs.arns["failed-invocations"]
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

  deletion_protection = var.deletion_protection
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
    # Requests by key and minute; an item is of no use an hour later.
    rate-limits = {
      hash_key      = "key_id"
      range_key     = "window"
      number_keys   = ["window"]
      ttl_attribute = "expires_at"
    }
  }
}

module "sqs" {
  source = "../../modules/sqs"

  project     = var.project
  environment = var.environment
  # The requirement names the queues without `-api`.
  queue_prefix    = trimsuffix(var.project, "-api")
  alarm_topic_arn = module.monitoring.topic_arn
  queues = {
    events = {
      visibility_timeout = 900
      alarms             = var.queue_alarms
    }
    # Where asynchronous invocations end that failed for good. Nobody receives from it but people, so one is too many.
    failed-invocations = {
      visibility_timeout = 30
      message_retention  = 1209600
      dead_letter        = false
      alarms             = { depth = 1, age = 60 }
    }
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

module "api_gateway" {
  source = "../../modules/api-gateway"

  project     = var.project
  environment = var.environment
  functions = {
    for name in ["authorizer", "health"] : name => {
      name       = module.lambda[name].name
      alias_name = module.lambda[name].alias_name
      invoke_arn = module.lambda[name].invoke_arn
    }
  }
  events_queue_name   = module.sqs.names["events"]
  events_table_name   = module.dynamodb.names["events"]
  cors_origins        = var.api.cors_origins
  throttling          = var.api.throttling
  log_retention_days  = var.log_retention_days
  execution_log_level = var.api.execution_log_level
  allowed_cidr_blocks = var.api.allowed_cidr_blocks
  custom_domain       = var.api.custom_domain
}

module "secrets" {
  source = "../../modules/secrets"

  project     = var.project
  environment = var.environment
  secret = {
    name                 = "api-keys"
    description          = "With which the hashes of API keys are made; made and rotated by ${module.lambda["rotation"].name}"
    recovery_window_days = var.secret.recovery_window_days
  }
  rotation = {
    function_name = module.lambda["rotation"].name
    function_arn  = module.lambda["rotation"].arn
    after_days    = var.secret.rotation_days
  }
  parameters = {
    "api/version"              = { value = var.api_version, description = "Version of the API, in its paths" }
    "api/url"                  = { value = module.api_gateway.url, description = "Where the API is called" }
    "api/rate-limit"           = { value = tostring(var.rate_limit_per_minute), description = "Requests a minute that a key allows" }
    "audit-logs/table-name"    = { value = module.dynamodb.names["audit-logs"], description = "Table of audit logs" }
    "events/queue-url"         = { value = module.sqs.urls["events"], description = "Queue that takes new events" }
    "events/table-name"        = { value = module.dynamodb.names["events"], description = "Table of events" }
    "keys/secret-name"         = { value = local.secret_name, description = "Secret behind the hashes of API keys" }
    "keys/table-name"          = { value = module.dynamodb.names["keys"], description = "Table of API keys" }
    "monitoring/alarm-topic"   = { value = module.monitoring.topic_arn, description = "Topic that alarms go to" }
    "rate-limits/table-name"   = { value = module.dynamodb.names["rate-limits"], description = "Table of requests by key and minute" }
    "retention/audit-log-days" = { value = "2555", description = "Days after which writers let audit logs expire: seven years" }
    "retention/event-days"     = { value = "30", description = "Days after which writers let events expire" }
  }
}

module "monitoring" {
  source = "../../modules/monitoring"

  project      = var.project
  environment  = var.environment
  functions    = { for key, function in module.lambda : key => function.name }
  tables       = module.dynamodb.names
  queues       = module.sqs.names
  thresholds   = var.thresholds
  alarm_emails = var.alarm_emails
  trace_rate   = var.trace_rate
}

module "conformance_role" {
  source = "../../modules/conformance-role"

  project     = var.project
  environment = var.environment
  # As `stackproof permissions` prints them.
  actions = jsondecode(file("${path.module}/audit-actions.json"))
  trust   = var.audit_trust
}
