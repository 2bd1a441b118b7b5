mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  project     = "zapier-triggers-api"
  environment = "dev"
  name        = "health"
  network     = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
  function = {
    image_uri   = "123456789012.dkr.ecr.us-east-1.amazonaws.com/zapier-triggers-api-health:0.1.0"
    description = "Answers"
    environment = { EVENTS_TABLE_NAME = "zapier-triggers-api-events-dev" }
  }
}

run "traces_logs_and_joins_the_network" {
  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active" && length(aws_lambda_function.this.vpc_config[0].subnet_ids) == 2
    error_message = "The function must be traced and run in both subnets."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/zapier-triggers-api-health-dev" && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "The function must have a log group that forgets."
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables == tomap({ ENVIRONMENT = "dev", EVENTS_TABLE_NAME = "zapier-triggers-api-events-dev" })
    error_message = "The function must know its environment."
  }
}

run "grants_what_a_function_in_a_vpc_needs_and_no_more" {
  assert {
    condition = sort(flatten([for statement in data.aws_iam_policy_document.this.statement : statement.actions])) == tolist([
      "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses", "logs:CreateLogStream", "logs:PutLogEvents",
      "xray:PutTelemetryRecords", "xray:PutTraceSegments",
    ])
    error_message = "The role may do something else than it should."
  }

  assert {
    condition     = tolist(data.aws_iam_policy_document.this.statement[0].resources) == tolist(["arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/zapier-triggers-api-health-dev:*"])
    error_message = "The function must write its own logs only."
  }
}

run "leaves_the_alias_to_deployments" {
  assert {
    condition     = aws_lambda_alias.live.name == "live" && aws_lambda_alias.live.function_version == "$LATEST" && !coalesce(aws_lambda_function.this.publish, false)
    error_message = "The alias must begin at $LATEST, and nothing must be published."
  }

  assert {
    condition     = length(aws_lambda_function_event_invoke_config.this) == 0
    error_message = "A function that is waited for needs no queue for failures."
  }
}

run "sends_failed_invocations_to_a_queue" {
  variables {
    function = {
      image_uri     = "123456789012.dkr.ecr.us-east-1.amazonaws.com/zapier-triggers-api-health:0.1.0"
      description   = "Answers"
      failure_queue = { name = "zapier-triggers-failed-dev", arn = "arn:aws:sqs:us-east-1:123456789012:zapier-triggers-failed-dev" }
    }
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this["sqs"].destination_config[0].on_failure[0].destination == "arn:aws:sqs:us-east-1:123456789012:zapier-triggers-failed-dev"
    error_message = "Failed invocations must go to the queue."
  }

  assert {
    condition     = contains(flatten([for statement in data.aws_iam_policy_document.this.statement : statement.actions]), "sqs:SendMessage")
    error_message = "The role must be allowed to send them there."
  }
}

run "refuses_an_image_without_a_fixed_tag" {
  command = plan

  variables {
    function = { image_uri = "123456789012.dkr.ecr.us-east-1.amazonaws.com/health:latest", description = "Answers" }
  }

  expect_failures = [var.function]
}

run "refuses_an_environment_variable_in_lower_case" {
  command = plan

  variables {
    function = { image_uri = "123456789012.dkr.ecr.us-east-1.amazonaws.com/health:1.0.0", description = "Answers", environment = { table = "x" } }
  }

  expect_failures = [var.function]
}
