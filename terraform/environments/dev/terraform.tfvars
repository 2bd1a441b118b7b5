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
}

api_version        = "v1"
log_retention_days = 14

image_uris = {
  health = "123456789012.dkr.ecr.us-east-1.amazonaws.com/zapier-triggers-api-health:0.1.0"
}
