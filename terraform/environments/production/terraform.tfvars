aws_region  = "us-east-1"
project     = "zapier-triggers-api"
environment = "production"
cost_center = "platform-integrations"

network = {
  cidr_block = "10.0.0.0/16"
  availability_zones = {
    us-east-1a = { public = "10.0.1.0/24", private = "10.0.10.0/24" }
    us-east-1b = { public = "10.0.2.0/24", private = "10.0.11.0/24" }
  }
  # One in each zone: a zone's outage must not cut off the other.
  nat_gateway_per_zone = true
  # The authorizer must read its secret even when the way to the internet is gone.
  interface_endpoints     = ["secretsmanager", "sqs"]
  flow_log_retention_days = 365
}

api_version           = "v1"
log_retention_days    = 90
rate_limit_per_minute = 1000
deletion_protection   = true

image_uris = {
  authorizer = "123456789012.dkr.ecr.us-east-1.amazonaws.com/zapier-triggers-api-authorizer:0.1.0"
  health     = "123456789012.dkr.ecr.us-east-1.amazonaws.com/zapier-triggers-api-health:0.1.0"
  rotation   = "123456789012.dkr.ecr.us-east-1.amazonaws.com/zapier-triggers-api-rotation:0.1.0"
}

api = {
  cors_origins        = ["https://zapier.com", "https://platform.zapier.com"]
  throttling          = { rate = 2000, burst = 4000 }
  execution_log_level = "ERROR"
}

secret = {
  rotation_days        = 30
  recovery_window_days = 30
}

queue_alarms = {
  depth = 1000
  age   = 300
}

thresholds = {
  latency_p95_ms         = 500
  function_errors        = 1
  health_failure_minutes = 2
}

trace_rate = 0.05

audit_trust = {
  github = {
    repository   = "zapier/zapier-triggers-api"
    environments = ["production"]
  }
}
