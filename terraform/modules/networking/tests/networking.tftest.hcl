mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  project     = "zapier-triggers-api"
  environment = "dev"
  network = {
    cidr_block = "10.0.0.0/16"
    availability_zones = {
      us-east-1a = { public = "10.0.1.0/24", private = "10.0.10.0/24" }
      us-east-1b = { public = "10.0.2.0/24", private = "10.0.11.0/24" }
    }
  }
}

run "shares_one_nat_gateway_unless_told_otherwise" {
  assert {
    condition     = toset(keys(aws_nat_gateway.this)) == toset(["us-east-1a"])
    error_message = "There must be one NAT gateway, in the first zone."
  }

  assert {
    condition     = length(aws_subnet.private) == 2 && length(aws_route.private_nat) == 2
    error_message = "Each private subnet must have its own way out."
  }

  assert {
    condition     = length(aws_vpc_endpoint.interface) == 0 && aws_vpc_endpoint.dynamodb.vpc_endpoint_type == "Gateway"
    error_message = "Only the free endpoint must be there by default."
  }
}

run "gives_each_zone_a_nat_gateway_and_endpoints_on_request" {
  variables {
    network = {
      cidr_block = "10.0.0.0/16"
      availability_zones = {
        us-east-1a = { public = "10.0.1.0/24", private = "10.0.10.0/24" }
        us-east-1b = { public = "10.0.2.0/24", private = "10.0.11.0/24" }
      }
      nat_gateway_per_zone = true
      interface_endpoints  = ["secretsmanager"]
    }
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 2
    error_message = "Each zone must have its NAT gateway."
  }

  assert {
    condition     = aws_vpc_endpoint.interface["secretsmanager"].service_name == "com.amazonaws.us-east-1.secretsmanager" && aws_vpc_endpoint.interface["secretsmanager"].private_dns_enabled
    error_message = "The endpoint must answer under the service's usual name."
  }
}

run "closes_the_default_group_and_opens_443_only" {
  assert {
    condition     = length(aws_default_security_group.this.ingress) == 0 && length(aws_default_security_group.this.egress) == 0
    error_message = "The default security group must have no rules."
  }

  assert {
    condition     = aws_security_group_rule.lambda_https_out.from_port == 443 && aws_security_group_rule.lambda_https_out.to_port == 443 && aws_security_group_rule.lambda_https_out.protocol == "tcp"
    error_message = "Functions must reach TCP port 443 only."
  }

  assert {
    condition     = aws_security_group_rule.api_gateway_https_in.cidr_blocks == null
    error_message = "Nobody but the functions' group may come in."
  }
}

run "records_all_traffic" {
  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flow_logs.retention_in_days == 30
    error_message = "Flow logs must record all traffic and be forgotten after 30 days."
  }

  assert {
    condition     = aws_iam_role.flow_logs.name == "zapier-triggers-api-flow-logs-role-dev"
    error_message = "The role's name must follow the convention."
  }
}

run "refuses_one_zone" {
  command = plan

  variables {
    network = {
      cidr_block         = "10.0.0.0/16"
      availability_zones = { us-east-1a = { public = "10.0.1.0/24", private = "10.0.10.0/24" } }
    }
  }

  expect_failures = [var.network]
}

run "refuses_a_subnet_outside_the_vpc" {
  command = plan

  variables {
    network = {
      cidr_block = "10.0.0.0/16"
      availability_zones = {
        us-east-1a = { public = "10.0.1.0/24", private = "10.1.10.0/24" }
        us-east-1b = { public = "10.0.2.0/24", private = "10.0.11.0/24" }
      }
    }
  }

  expect_failures = [var.network]
}
