aws_region  = "us-east-1"
project     = "zapier-triggers-api"
environment = "dev"
cost_center = "platform-integrations"

network = {
  cidr_block = "10.0.0.0/16"
  availability_zones = {
    us-east-1a = { public = "10.0.1.0/24", private = "10.0.10.0/24" }
    us-east-1b = { public = "10.0.2.0/24", private = "10.0.11.0/24" }
  }
  # One for both zones: in dev an outage of that zone costs less than a second gateway.
  nat_gateway_per_zone = false
  # None: two zones of one endpoint cost about 15 USD a month, more than dev sends through the NAT gateway.
  interface_endpoints     = []
  flow_log_retention_days = 14
}

api_version           = "v1"
log_retention_days    = 14
rate_limit_per_minute = 1000
deletion_protection   = false

image_uris = {
  authorizer = "123456789012.dkr.ecr.us-east-1.amazonaws.com/zapier-triggers-api-authorizer:0.1.0"
  health     = "123456789012.dkr.ecr.us-east-1.amazonaws.com/zapier-triggers-api-health:0.1.0"
  rotation   = "123456789012.dkr.ecr.us-east-1.amazonaws.com/zapier-triggers-api-rotation:0.1.0"
}

api = {
  cors_origins        = ["https://zapier.com", "https://platform.zapier.com"]
  throttling          = { rate = 100, burst = 200 }
  execution_log_level = "INFO"
}

secret = {
  rotation_days = 90
  # Gone at once, so that the environment can be made anew under the same names.
  recovery_window_days = 0
}

queue_alarms = {
  depth = 100
  age   = 900
}

thresholds = {
  latency_p95_ms         = 2000
  function_errors        = 5
  health_failure_minutes = 5
}

# Every request: there are few.
trace_rate = 1

audit_trust = {
  github = {
    repository   = "zapier/zapier-triggers-api"
    environments = ["dev"]
  }
}
