aws_region  = "us-east-1"
project     = "zapier-triggers-api"
environment = "staging"
cost_center = "platform-integrations"

network = {
  cidr_block = "10.0.0.0/16"
  availability_zones = {
    us-east-1a = { public = "10.0.1.0/24", private = "10.0.10.0/24" }
    us-east-1b = { public = "10.0.2.0/24", private = "10.0.11.0/24" }
  }
  # One for both zones: an outage of that zone stops tests, not customers.
  nat_gateway_per_zone = false
  # As in production, so that what is tested there takes production's paths.
  interface_endpoints     = ["secretsmanager", "sqs"]
  flow_log_retention_days = 30
}

api_version           = "v1"
log_retention_days    = 30
rate_limit_per_minute = 1000
deletion_protection   = true

image_uris = {
  authorizer = "123456789012.dkr.ecr.us-east-1.amazonaws.com/zapier-triggers-api-authorizer:0.1.0"
  health     = "123456789012.dkr.ecr.us-east-1.amazonaws.com/zapier-triggers-api-health:0.1.0"
  rotation   = "123456789012.dkr.ecr.us-east-1.amazonaws.com/zapier-triggers-api-rotation:0.1.0"
}

api = {
  cors_origins        = ["https://zapier.com", "https://platform.zapier.com"]
  throttling          = { rate = 500, burst = 1000 }
  execution_log_level = "INFO"
}

secret = {
  rotation_days        = 30
  recovery_window_days = 7
}

queue_alarms = {
  depth = 500
  age   = 600
}

thresholds = {
  latency_p95_ms         = 1000
  function_errors        = 3
  health_failure_minutes = 3
}

trace_rate = 0.25

audit_trust = {
  github = {
    repository   = "zapier/zapier-triggers-api"
    environments = ["staging"]
  }
}
