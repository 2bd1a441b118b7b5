mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  project     = "zapier-triggers-api"
  environment = "dev"
  functions = {
    authorizer = { name = "zapier-triggers-api-authorizer-dev", alias_name = "live", invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:zapier-triggers-api-authorizer-dev:live/invocations" }
    health     = { name = "zapier-triggers-api-health-dev", alias_name = "live", invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:zapier-triggers-api-health-dev:live/invocations" }
  }
  events_queue_name  = "zapier-triggers-events-dev"
  events_table_name  = "zapier-triggers-api-events-dev"
  cors_origins       = ["https://zapier.com"]
  throttling         = { rate = 100, burst = 200 }
  log_retention_days = 14
}

run "authorizes_everything_but_health_and_preflights" {
  assert {
    condition     = alltrue([for method in aws_api_gateway_method.this : method.authorization == "CUSTOM" && method.authorizer_id == "auth12"])
    error_message = "Events and inbox must be behind the authorizer."
  }

  assert {
    condition     = aws_api_gateway_method.health.authorization == "NONE" && aws_api_gateway_method.health.http_method == "GET"
    error_message = "Health must be open."
  }

  assert {
    condition     = aws_api_gateway_authorizer.api_key.identity_source == "method.request.header.X-API-Key" && aws_api_gateway_authorizer.api_key.authorizer_result_ttl_in_seconds == 0
    error_message = "The key is in X-API-Key, and the authorizer's answer must not be cached: it counts requests."
  }

  assert {
    condition     = aws_lambda_permission.authorizer.source_arn == "arn:aws:execute-api:us-east-1:123456789012:api1234567/authorizers/auth12" && aws_lambda_permission.authorizer.qualifier == "live"
    error_message = "This authorizer alone may invoke the function, and only its alias."
  }

  assert {
    condition     = aws_lambda_permission.health.source_arn == "arn:aws:execute-api:us-east-1:123456789012:api1234567/dev/GET/v1/health"
    error_message = "This method alone may invoke the function."
  }
}

run "takes_the_user_from_the_authorizer_only" {
  assert {
    condition     = alltrue([for integration in aws_api_gateway_integration.this : strcontains(integration.request_templates["application/json"], "$context.authorizer.user_id")])
    error_message = "Both integrations must take the user from the authorizer's context."
  }

  assert {
    condition     = !strcontains(aws_api_gateway_integration.this["inbox"].request_templates["application/json"], "params(\"user_id\")")
    error_message = "A caller must not choose the partition."
  }

  assert {
    condition     = alltrue([for integration in aws_api_gateway_integration.this : integration.passthrough_behavior == "NEVER" && !strcontains(integration.request_templates["application/json"], "\n")])
    error_message = "Only JSON may pass, through templates of one line."
  }
}

run "validates_events" {
  assert {
    condition     = aws_api_gateway_request_validator.this.validate_request_body && aws_api_gateway_method.this["events"].request_models["application/json"] == "NewEvent"
    error_message = "Bodies of events must be validated."
  }

  assert {
    condition     = toset(jsondecode(aws_api_gateway_model.new_event.schema).required) == toset(["event_type", "payload"])
    error_message = "An event must have a type and a payload."
  }
}

run "grants_the_integrations_two_actions" {
  assert {
    condition     = [for statement in data.aws_iam_policy_document.integrations.statement : "${one(statement.actions)} ${one(statement.resources)}"] == ["sqs:SendMessage arn:aws:sqs:us-east-1:123456789012:zapier-triggers-events-dev", "dynamodb:Query arn:aws:dynamodb:us-east-1:123456789012:table/zapier-triggers-api-events-dev"]
    error_message = "The role must send to the one queue and query the one table, and no more."
  }
}

run "logs_and_traces_without_keys" {
  assert {
    condition     = aws_api_gateway_stage.this.xray_tracing_enabled && aws_api_gateway_stage.this.stage_name == "dev"
    error_message = "The stage must be traced."
  }

  assert {
    condition     = aws_api_gateway_method_settings.all.method_path == "*/*" && !aws_api_gateway_method_settings.all.settings[0].data_trace_enabled && aws_api_gateway_method_settings.all.settings[0].logging_level == "INFO"
    error_message = "Execution must be logged, without headers and bodies."
  }

  assert {
    condition     = !strcontains(lower(one(aws_api_gateway_stage.this.access_log_settings).format), "header") && !strcontains(lower(one(aws_api_gateway_stage.this.access_log_settings).format), "apikey")
    error_message = "Access logs must not hold keys."
  }

  assert {
    condition     = aws_api_gateway_method_settings.health.method_path == "~1v1~1health/GET" && aws_api_gateway_method_settings.health.settings[0].throttling_rate_limit == 50
    error_message = "Health must be throttled by itself."
  }
}

run "answers_preflights_of_our_origins" {
  assert {
    condition     = alltrue([for integration in aws_api_gateway_integration.preflight : integration.type == "MOCK"]) && strcontains(aws_api_gateway_integration_response.preflight["events"].response_templates["application/json"], "[\"https://zapier.com\"]")
    error_message = "Preflights must be answered from the list of origins."
  }
}

run "switches_the_default_endpoint_off_for_a_domain" {
  variables {
    custom_domain = { name = "api.example.com", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555" }
  }

  assert {
    condition     = aws_api_gateway_rest_api.this.disable_execute_api_endpoint && aws_api_gateway_domain_name.this["domain"].security_policy == "TLS_1_2"
    error_message = "With a domain, TLS 1.2 must be the least, and there must be no way around."
  }
}

run "refuses_any_origin" {
  command = plan

  variables {
    cors_origins = ["*"]
  }

  expect_failures = [var.cors_origins]
}

run "refuses_the_whole_internet_as_a_network" {
  command = plan

  variables {
    allowed_cidr_blocks = ["0.0.0.0/0"]
  }

  expect_failures = [var.allowed_cidr_blocks]
}
