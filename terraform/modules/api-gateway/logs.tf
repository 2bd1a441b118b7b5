# The API's logs, and the role with which API Gateway writes them.

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${var.project}-access-${var.environment}"
  retention_in_days = var.log_retention_days

  tags = { Name = "${var.project}-access-logs-${var.environment}" }
}

# API Gateway sets the name.
resource "aws_cloudwatch_log_group" "execution" {
  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.this.id}/${var.environment}"
  retention_in_days = var.log_retention_days

  tags = { Name = "${var.project}-execution-logs-${var.environment}" }
}

data "aws_iam_policy_document" "logging" {
  # API Gateway tries all of these when the role is set, for any log group.
  statement {
    sid = "WriteLogs"
    actions = [
      "logs:CreateLogGroup",
      "logs:CreateLogStream",
      "logs:DescribeLogGroups",
      "logs:DescribeLogStreams",
      "logs:FilterLogEvents",
      "logs:GetLogEvents",
      "logs:PutLogEvents",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role" "logging" {
  name               = "${var.project}-gateway-logs-role-${var.environment}"
  description        = "With which API Gateway writes the logs of every API of the account in this region"
  assume_role_policy = data.aws_iam_policy_document.integrations_assume_role.json

  tags = { Name = "${var.project}-gateway-logs-role-${var.environment}" }
}

resource "aws_iam_role_policy" "logging" {
  name   = "${var.project}-gateway-logs-policy-${var.environment}"
  role   = aws_iam_role.logging.name
  policy = data.aws_iam_policy_document.logging.json
}

# One setting for the account and region; each environment has an account of its own.
resource "aws_api_gateway_account" "this" {
  cloudwatch_role_arn = aws_iam_role.logging.arn

  depends_on = [aws_iam_role_policy.logging]
}
