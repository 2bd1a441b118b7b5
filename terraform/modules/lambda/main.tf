data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  name      = "${var.project}-${var.name}-${var.environment}"
  log_group = "/aws/lambda/${local.name}"
  partition = data.aws_partition.current.partition

  # "REGION:ACCOUNT", the middle of the ARNs below. They are made of names and the policy document refers to no resource,
  # as one that does is read during the apply only: so a plan shows the whole policy, to be judged before it is in force.
  scope = "${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}"

  # What the role may do beyond the module's own statements.
  statements = merge(
    var.function.statements,
    var.function.failure_queue == null ? {} : {
      ReportFailures = {
        actions   = ["sqs:SendMessage"]
        resources = ["arn:${local.partition}:sqs:${local.scope}:${var.function.failure_queue.name}"]
      }
    },
  )
}

# Made here, not by Lambda on its first invocation: that one would keep logs for ever and need logs:CreateLogGroup.
resource "aws_cloudwatch_log_group" "this" {
  name              = local.log_group
  retention_in_days = var.function.log_retention_days

  tags = { Name = "${var.project}-${var.name}-logs-${var.environment}" }
}

data "aws_iam_policy_document" "assume_role" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = "${var.project}-${var.name}-role-${var.environment}"
  description        = "Execution role of the Lambda function ${local.name}"
  assume_role_policy = data.aws_iam_policy_document.assume_role.json

  tags = { Name = "${var.project}-${var.name}-role-${var.environment}" }
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "WriteOwnLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${local.partition}:logs:${local.scope}:log-group:${local.log_group}:*"]
  }

  # The actions of this statement and the next know no resources; "*" is the only one that grants them.
  statement {
    sid       = "Trace"
    actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    resources = ["*"]
  }

  statement {
    sid       = "FindNetwork"
    actions   = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
    resources = ["*"]
  }

  # Lambda joins the VPC with the function's role. A narrower resource than the account's makes that fail: the checks
  # run before there is an interface, and creating one also touches subnets and security groups.
  statement {
    sid = "JoinNetwork"
    actions = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:UnassignPrivateIpAddresses",
    ]
    resources = ["arn:${local.partition}:ec2:${local.scope}:*/*"]
  }

  dynamic "statement" {
    for_each = local.statements

    content {
      sid       = statement.key
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }
}

resource "aws_iam_role_policy" "this" {
  name = "${var.project}-${var.name}-policy-${var.environment}"
  # By name, which a plan knows: a policy is then seen with its role.
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.this.json
}

# No `publish`: together with vpc_config it makes provider 3.x plan a new version for ever. Publishing a version and
# moving the alias to it is the deployment's.
resource "aws_lambda_function" "this" {
  function_name = local.name
  description   = var.function.description
  package_type  = "Image"
  image_uri     = var.function.image_uri
  role          = aws_iam_role.this.arn
  memory_size   = var.function.memory_size
  timeout       = var.function.timeout

  environment {
    variables = merge({ ENVIRONMENT = var.environment }, var.function.environment)
  }

  tracing_config {
    mode = "Active"
  }

  vpc_config {
    subnet_ids         = var.network.subnet_ids
    security_group_ids = var.network.security_group_ids
  }

  tags = { Name = local.name }

  # Without the policy Lambda cannot join the VPC; without the log group the first invocation would make its own.
  depends_on = [aws_iam_role_policy.this, aws_cloudwatch_log_group.this]
}

# What callers invoke. Begins at $LATEST, so that a new function answers; the first deployment moves it to a version, and
# from then on it is the deployment's, which also shifts traffic between versions with it.
resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "The version that serves; moved by deployments"
  function_name    = aws_lambda_function.this.function_name
  function_version = "$LATEST"

  lifecycle {
    ignore_changes = [function_version, routing_config]
  }
}

# For functions that are invoked without anybody waiting for the answer.
resource "aws_lambda_function_event_invoke_config" "this" {
  for_each = var.function.failure_queue == null ? {} : { sqs = var.function.failure_queue.arn }

  function_name                = aws_lambda_function.this.function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 3600

  destination_config {
    on_failure {
      destination = each.value
    }
  }

  # Lambda checks that the role may send to the queue.
  depends_on = [aws_iam_role_policy.this]
}
