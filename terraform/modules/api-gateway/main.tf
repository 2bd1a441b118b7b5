data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id
  account   = data.aws_caller_identity.current.account_id

  # Templates are joined to one line: SQS's request is a form, where a line break would be data.
  templates = {
    for name in ["events-request", "events-response", "inbox-request", "inbox-response"] : name => join("", split("\n", trimspace(
      templatefile("${path.module}/templates/${name}.vtl", { table_name = var.events_table_name })
    )))
  }

  # Answers with the caller's origin when it is one of ours: the header can name one only.
  cors = join("", split("\n", templatefile("${path.module}/templates/cors.vtl", { origins = jsonencode(var.cors_origins) })))

  # The routes below /v1 that a caller with a key uses: what API Gateway sends to the service behind, and what it makes of
  # the service's answer, by the service's status ("" is any other).
  routes = {
    events = {
      method             = "POST"
      model              = "NewEvent"
      request_parameters = {}
      uri                = "arn:${local.partition}:apigateway:${local.region}:sqs:path/${local.account}/${var.events_queue_name}"
      request_headers    = { "integration.request.header.Content-Type" = "'application/x-www-form-urlencoded'" }
      request_template   = local.templates["events-request"]
      responses = {
        202 = { pattern = "200", body = local.templates["events-response"] }
        400 = { pattern = "400", body = jsonencode({ message = "the event was refused: is it larger than 256 KiB?" }) }
        502 = { pattern = "", body = jsonencode({ message = "the event was not accepted; send it again later" }) }
      }
    }
    inbox = {
      method = "GET"
      model  = null
      request_parameters = {
        "method.request.querystring.limit"  = false
        "method.request.querystring.cursor" = false
      }
      uri              = "arn:${local.partition}:apigateway:${local.region}:dynamodb:action/Query"
      request_headers  = { "integration.request.header.Content-Type" = "'application/x-amz-json-1.0'" }
      request_template = local.templates["inbox-request"]
      responses = {
        200 = { pattern = "200", body = local.templates["inbox-response"] }
        400 = { pattern = "400", body = jsonencode({ message = "limit must be 1 to 100, and cursor what next_cursor was" }) }
        502 = { pattern = "", body = jsonencode({ message = "the events could not be read; try again later" }) }
      }
    }
  }

  responses = merge([
    for route, settings in local.routes : {
      for status, response in settings.responses : "${route}-${status}" => merge(response, { route = route, status = status })
    }
  ]...)

  # What API Gateway answers by itself. One origin: these answers cannot be computed.
  gateway_responses = {
    ACCESS_DENIED    = { status = "403", body = "{\"message\":$context.error.messageString,\"reason\":\"$context.authorizer.reason\"}" }
    BAD_REQUEST_BODY = { status = "400", body = "{\"message\":$context.error.messageString,\"reason\":\"$context.error.validationErrorString\"}" }
    DEFAULT_4XX      = { status = null, body = "{\"message\":$context.error.messageString}" }
    DEFAULT_5XX      = { status = null, body = "{\"message\":$context.error.messageString}" }
    THROTTLED        = { status = "429", body = "{\"message\":$context.error.messageString}" }
    UNAUTHORIZED     = { status = "401", body = "{\"message\":$context.error.messageString}" }
  }

  # Neither headers nor bodies: a caller's key is in a header.
  access_log_format = {
    request_id          = "$context.requestId"
    extended_request_id = "$context.extendedRequestId"
    request_time        = "$context.requestTime"
    source_ip           = "$context.identity.sourceIp"
    user_agent          = "$context.identity.userAgent"
    user_id             = "$context.authorizer.user_id"
    method              = "$context.httpMethod"
    resource            = "$context.resourcePath"
    protocol            = "$context.protocol"
    status              = "$context.status"
    error               = "$context.error.responseType"
    authorizer_status   = "$context.authorizer.status"
    authorizer_latency  = "$context.authorizer.latency"
    integration_status  = "$context.integration.status"
    integration_latency = "$context.integration.latency"
    response_latency    = "$context.responseLatency"
    response_length     = "$context.responseLength"
    trace_id            = "$context.xrayTraceId"
  }
}

resource "aws_api_gateway_rest_api" "this" {
  name        = "${var.project}-${var.environment}"
  description = "Takes events and gives them out: /v1/events, /v1/inbox, /v1/health"

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  # Once the API has a domain of its own, which can insist on TLS 1.2, there is no way around it.
  disable_execute_api_endpoint = var.custom_domain != null

  tags = { Name = "${var.project}-${var.environment}" }
}

# Who may call at all

data "aws_iam_policy_document" "callers" {
  for_each = length(var.allowed_cidr_blocks) > 0 ? { callers = var.allowed_cidr_blocks } : {}

  statement {
    sid       = "AllowKnownNetworks"
    actions   = ["execute-api:Invoke"]
    resources = ["${aws_api_gateway_rest_api.this.execution_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "IpAddress"
      variable = "aws:SourceIp"
      values   = each.value
    }
  }
}

resource "aws_api_gateway_rest_api_policy" "callers" {
  for_each = data.aws_iam_policy_document.callers

  rest_api_id = aws_api_gateway_rest_api.this.id
  policy      = each.value.json
}

resource "aws_api_gateway_authorizer" "api_key" {
  name            = "${var.project}-authorizer-${var.environment}"
  rest_api_id     = aws_api_gateway_rest_api.this.id
  type            = "REQUEST"
  identity_source = "method.request.header.X-API-Key"
  authorizer_uri  = var.functions.authorizer.invoke_arn

  # Not cached: the authorizer counts requests, and a revoked key must not work for five minutes more.
  authorizer_result_ttl_in_seconds = 0
}

# By a permission on the function, not by a role: so no other authorizer, and no method, can invoke it.
resource "aws_lambda_permission" "authorizer" {
  statement_id  = "AllowApiGatewayAuthorizer"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.functions.authorizer.name
  qualifier     = var.functions.authorizer.alias_name
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/authorizers/${aws_api_gateway_authorizer.api_key.id}"
}

# Resources: /v1/events, /v1/inbox, /v1/health

resource "aws_api_gateway_resource" "v1" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = "v1"
}

resource "aws_api_gateway_resource" "this" {
  for_each = toset(concat(keys(local.routes), ["health"]))

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.v1.id
  path_part   = each.key
}

# Requests are validated before anything is paid for.

resource "aws_api_gateway_model" "new_event" {
  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = "NewEvent"
  description  = "Body of POST /v1/events"
  content_type = "application/json"
  schema       = file("${path.module}/templates/new-event.json")
}

resource "aws_api_gateway_request_validator" "this" {
  rest_api_id                 = aws_api_gateway_rest_api.this.id
  name                        = "${var.project}-validator-${var.environment}"
  validate_request_body       = true
  validate_request_parameters = true
}

# Events and inbox: API Gateway talks to SQS and DynamoDB itself, with a role that can do just that.

data "aws_iam_policy_document" "integrations_assume_role" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["apigateway.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "integrations" {
  statement {
    sid       = "SendEvents"
    actions   = ["sqs:SendMessage"]
    resources = ["arn:${local.partition}:sqs:${local.region}:${local.account}:${var.events_queue_name}"]
  }

  statement {
    sid       = "QueryEvents"
    actions   = ["dynamodb:Query"]
    resources = ["arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/${var.events_table_name}"]
  }
}

resource "aws_iam_role" "integrations" {
  name               = "${var.project}-gateway-role-${var.environment}"
  description        = "With which API Gateway sends events to the queue and queries the inbox"
  assume_role_policy = data.aws_iam_policy_document.integrations_assume_role.json

  tags = { Name = "${var.project}-gateway-role-${var.environment}" }
}

resource "aws_iam_role_policy" "integrations" {
  name   = "${var.project}-gateway-policy-${var.environment}"
  role   = aws_iam_role.integrations.name
  policy = data.aws_iam_policy_document.integrations.json
}

resource "aws_api_gateway_method" "this" {
  for_each = local.routes

  rest_api_id          = aws_api_gateway_rest_api.this.id
  resource_id          = aws_api_gateway_resource.this[each.key].id
  http_method          = each.value.method
  authorization        = "CUSTOM"
  authorizer_id        = aws_api_gateway_authorizer.api_key.id
  request_validator_id = aws_api_gateway_request_validator.this.id
  request_models       = each.value.model == null ? null : { "application/json" = aws_api_gateway_model.new_event.name }
  request_parameters   = each.value.request_parameters
}

resource "aws_api_gateway_integration" "this" {
  for_each = local.routes

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_resource.this[each.key].id
  http_method             = aws_api_gateway_method.this[each.key].http_method
  type                    = "AWS"
  integration_http_method = "POST"
  uri                     = each.value.uri
  credentials             = aws_iam_role.integrations.arn
  request_parameters      = each.value.request_headers
  request_templates       = { "application/json" = each.value.request_template }
  # Any other type of content is answered with 415.
  passthrough_behavior = "NEVER"
  timeout_milliseconds = 5000
}

resource "aws_api_gateway_method_response" "this" {
  for_each = local.responses

  rest_api_id     = aws_api_gateway_rest_api.this.id
  resource_id     = aws_api_gateway_resource.this[each.value.route].id
  http_method     = aws_api_gateway_method.this[each.value.route].http_method
  status_code     = each.value.status
  response_models = { "application/json" = "Empty" }
  response_parameters = {
    "method.response.header.Access-Control-Allow-Origin" = false
    "method.response.header.Cache-Control"               = true
    "method.response.header.Vary"                        = true
  }
}

resource "aws_api_gateway_integration_response" "this" {
  for_each = local.responses

  rest_api_id        = aws_api_gateway_rest_api.this.id
  resource_id        = aws_api_gateway_resource.this[each.value.route].id
  http_method        = aws_api_gateway_method.this[each.value.route].http_method
  status_code        = aws_api_gateway_method_response.this[each.key].status_code
  selection_pattern  = each.value.pattern
  response_templates = { "application/json" = "${local.cors}${each.value.body}" }
  response_parameters = {
    "method.response.header.Cache-Control" = "'no-store'"
    "method.response.header.Vary"          = "'Origin'"
  }

  depends_on = [aws_api_gateway_integration.this]
}

# Health: open to anyone, answered by its function.

resource "aws_api_gateway_method" "health" {
  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = aws_api_gateway_resource.this["health"].id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "health" {
  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_resource.this["health"].id
  http_method             = aws_api_gateway_method.health.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = var.functions.health.invoke_arn
  timeout_milliseconds    = 5000
}

resource "aws_lambda_permission" "health" {
  statement_id  = "AllowApiGatewayHealth"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.functions.health.name
  qualifier     = var.functions.health.alias_name
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${var.environment}/GET/v1/health"
}

# What browsers ask first (CORS), for the routes that pages of Zapier call.

resource "aws_api_gateway_method" "preflight" {
  for_each = local.routes

  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = aws_api_gateway_resource.this[each.key].id
  http_method   = "OPTIONS"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "preflight" {
  for_each = local.routes

  rest_api_id          = aws_api_gateway_rest_api.this.id
  resource_id          = aws_api_gateway_resource.this[each.key].id
  http_method          = aws_api_gateway_method.preflight[each.key].http_method
  type                 = "MOCK"
  request_templates    = { "application/json" = jsonencode({ statusCode = 204 }) }
  passthrough_behavior = "WHEN_NO_MATCH"
}

resource "aws_api_gateway_method_response" "preflight" {
  for_each = local.routes

  rest_api_id = aws_api_gateway_rest_api.this.id
  resource_id = aws_api_gateway_resource.this[each.key].id
  http_method = aws_api_gateway_method.preflight[each.key].http_method
  status_code = "204"
  response_parameters = {
    "method.response.header.Access-Control-Allow-Headers" = true
    "method.response.header.Access-Control-Allow-Methods" = true
    "method.response.header.Access-Control-Allow-Origin"  = false
    "method.response.header.Access-Control-Max-Age"       = true
    "method.response.header.Vary"                         = true
  }
}

resource "aws_api_gateway_integration_response" "preflight" {
  for_each = local.routes

  rest_api_id        = aws_api_gateway_rest_api.this.id
  resource_id        = aws_api_gateway_resource.this[each.key].id
  http_method        = aws_api_gateway_method.preflight[each.key].http_method
  status_code        = aws_api_gateway_method_response.preflight[each.key].status_code
  response_templates = { "application/json" = local.cors }
  response_parameters = {
    "method.response.header.Access-Control-Allow-Headers" = "'Content-Type,X-API-Key'"
    "method.response.header.Access-Control-Allow-Methods" = "'${each.value.method},OPTIONS'"
    "method.response.header.Access-Control-Max-Age"       = "'600'"
    "method.response.header.Vary"                         = "'Origin'"
  }

  depends_on = [aws_api_gateway_integration.preflight]
}

resource "aws_api_gateway_gateway_response" "this" {
  for_each = local.gateway_responses

  rest_api_id        = aws_api_gateway_rest_api.this.id
  response_type      = each.key
  status_code        = each.value.status
  response_templates = { "application/json" = each.value.body }
  response_parameters = {
    "gatewayresponse.header.Access-Control-Allow-Origin" = "'${var.cors_origins[0]}'"
    "gatewayresponse.header.Cache-Control"               = "'no-store'"
  }
}

# What is served

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  description = "Made by Terraform"

  # A deployment is a copy of the API as it was. Everything that the API is made of stands in this file, in its templates
  # and in the module's input, so a new copy is made exactly when one of them changes.
  triggers = {
    api = sha256(jsonencode([
      filesha256("${path.module}/main.tf"),
      filesha256("${path.module}/templates/new-event.json"),
      local.routes, local.cors, local.gateway_responses, var.functions, var.allowed_cidr_blocks,
    ]))
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [
    aws_api_gateway_gateway_response.this,
    aws_api_gateway_integration.health,
    aws_api_gateway_integration_response.preflight,
    aws_api_gateway_integration_response.this,
    aws_api_gateway_rest_api_policy.callers,
  ]
}

resource "aws_api_gateway_stage" "this" {
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = var.environment
  description          = "The ${var.environment} environment"
  xray_tracing_enabled = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = jsonencode(local.access_log_format)
  }

  tags = { Name = "${var.project}-stage-${var.environment}" }

  # Logs need the account's role, and the execution logs' group must be there first: API Gateway makes one that keeps
  # logs for ever.
  depends_on = [aws_api_gateway_account.this, aws_cloudwatch_log_group.execution]
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    logging_level          = var.execution_log_level
    data_trace_enabled     = false # would log headers and bodies, and so keys
    metrics_enabled        = true
    throttling_rate_limit  = var.throttling.rate
    throttling_burst_limit = var.throttling.burst
  }
}

# Anyone may call it, and each call asks DynamoDB's control plane.
resource "aws_api_gateway_method_settings" "health" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "~1v1~1health/GET" # as AWS escapes /v1/health

  settings {
    logging_level          = var.execution_log_level
    data_trace_enabled     = false
    metrics_enabled        = true
    throttling_rate_limit  = var.throttling.health_rate
    throttling_burst_limit = var.throttling.health_burst
  }

  # Both change the stage, which takes one change at a time.
  depends_on = [aws_api_gateway_method_settings.all]
}

# Its own domain, with a policy of TLS 1.2 and later

resource "aws_api_gateway_domain_name" "this" {
  for_each = var.custom_domain == null ? {} : { domain = var.custom_domain }

  domain_name              = each.value.name
  regional_certificate_arn = each.value.certificate_arn
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  tags = { Name = "${var.project}-domain-${var.environment}" }
}

resource "aws_api_gateway_base_path_mapping" "this" {
  for_each = aws_api_gateway_domain_name.this

  api_id      = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  domain_name = each.value.domain_name
}
