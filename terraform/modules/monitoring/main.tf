data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id
  account   = data.aws_caller_identity.current.account_id

  topic_name = "${var.project}-alarms-${var.environment}"
  topic_arn  = "arn:${local.partition}:sns:${local.region}:${local.account}:${local.topic_name}"
  api_name   = "${var.project}-${var.environment}"

  # Of one metric each; the alarm on 5xx is a quotient and stands apart.
  alarms = merge(
    {
      health-failures = {
        description = "GET /v1/health answered 503: a dependency of the API is down."
        namespace   = "ZapierTriggersApi"
        metric      = "HealthCheckFailures"
        dimensions  = { Environment = var.environment }
        statistic   = "Sum"
        period      = 60
        periods     = var.thresholds.health_failure_minutes
        threshold   = 1
        missing     = "missing"
      }
      api-latency-p95 = {
        description = "One request in twenty takes longer than the API promises."
        namespace   = "AWS/ApiGateway"
        metric      = "Latency"
        dimensions  = { ApiName = local.api_name, Stage = var.environment }
        statistic   = "p95"
        period      = 300
        periods     = 3
        threshold   = var.thresholds.latency_p95_ms
        missing     = "notBreaching"
      }
    },
    # Both are metrics of the authorizer's own logs.
    {
      for name, alarm in {
        authorizer-failures        = { metric = "AuthorizerFailures", threshold = var.thresholds.function_errors, description = "The authorizer cannot decide, and so lets nobody through: a dependency of it is down." }
        authorizer-rehash-failures = { metric = "AuthorizerRehashFailures", threshold = 1, description = "The hash of a key was not renewed; the next rotation of the secret would lock that key out." }
        } : name => {
        description = alarm.description
        namespace   = "ZapierTriggersApi"
        metric      = alarm.metric
        dimensions  = { Environment = var.environment }
        statistic   = "Sum"
        period      = 300
        periods     = 1
        threshold   = alarm.threshold
        missing     = "notBreaching"
      }
    },
    merge([
      for name, function in var.functions : {
        "${name}-errors" = {
          description = "The function ${function} fails."
          namespace   = "AWS/Lambda"
          metric      = "Errors"
          dimensions  = { FunctionName = function }
          statistic   = "Sum"
          period      = 300
          periods     = 1
          threshold   = var.thresholds.function_errors
          missing     = "notBreaching"
        }
        "${name}-throttles" = {
          description = "Lambda turns invocations of ${function} away: its concurrency is used up."
          namespace   = "AWS/Lambda"
          metric      = "Throttles"
          dimensions  = { FunctionName = function }
          statistic   = "Sum"
          period      = 300
          periods     = 1
          threshold   = 1
          missing     = "notBreaching"
        }
      }
    ]...),
    merge([
      for name, table in var.tables : {
        for kind, metric in { read = "ReadThrottleEvents", write = "WriteThrottleEvents" } : "${name}-${kind}-throttles" => {
          description              = "DynamoDB turns a ${kind} of ${table} away."
          namespace                = "AWS/DynamoDB"
          metric                   = metric
          dimensions               = { TableName = table }
          statistic                = "Sum"
          period                   = 300
          periods                  = 1
          threshold                = 1
          missing                  = "notBreaching"
        }
      }
    ]...),
  )
}

# Where alarms go. With a key of its own: CloudWatch may not use the one that AWS manages for SNS.

data "aws_iam_policy_document" "key" {
  statement {
    sid       = "AllowAccount"
    actions   = ["kms:*"]
    resources = ["*"] # in a key's own policy: the key

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
    }
  }

  statement {
    sid       = "AllowAlarms"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_kms_key" "alarms" {
  description             = "Encrypts the alarms of ${local.api_name}"
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.key.json

  tags = { Name = "${var.project}-alarms-key-${var.environment}" }
}

resource "aws_kms_alias" "alarms" {
  name          = "alias/${local.topic_name}"
  target_key_id = aws_kms_key.alarms.key_id
}

resource "aws_sns_topic" "alarms" {
  name              = local.topic_name
  display_name      = local.topic_name
  kms_master_key_id = aws_kms_key.alarms.arn

  tags = { Name = local.topic_name }
}

data "aws_iam_policy_document" "topic" {
  statement {
    sid       = "AllowAlarms"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.project}-*-${var.environment}"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }

  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.topic.json
}

# Each address confirms by itself.
resource "aws_sns_topic_subscription" "email" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

# Alarms

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.project}-${each.key}-${var.environment}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  period              = each.value.period
  evaluation_periods  = each.value.periods
  comparison_operator = each.value.metric == "Latency" ? "GreaterThanThreshold" : "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  tags = { Name = "${var.project}-${each.key}-${var.environment}" }
}

# Deployments also watch it, and roll back on it.
resource "aws_cloudwatch_metric_alarm" "api_5xx" {
  alarm_name          = "${var.project}-api-5xx-rate-${var.environment}"
  alarm_description   = "More than ${var.thresholds.error_percent} % of the requests of five minutes failed with 5xx."
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.error_percent
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "percent"
    label       = "5xx, % of requests"
    expression  = "IF(requests > 0, 100 * errors / requests, 0)"
    return_data = true
  }

  metric_query {
    id = "errors"

    metric {
      namespace   = "AWS/ApiGateway"
      metric_name = "5XXError"
      dimensions  = { ApiName = local.api_name, Stage = var.environment }
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "requests"

    metric {
      namespace   = "AWS/ApiGateway"
      metric_name = "Count"
      dimensions  = { ApiName = local.api_name, Stage = var.environment }
      period      = 300
      stat        = "Sum"
    }
  }

  tags = { Name = "${var.project}-api-5xx-rate-${var.environment}" }
}

# Traces: of the API's requests, one a second and a share of the rest.

resource "aws_xray_sampling_rule" "api" {
  rule_name      = local.api_name
  priority       = 1000
  version        = 1
  reservoir_size = 1
  fixed_rate     = var.trace_rate
  service_name   = "${local.api_name}/${var.environment}" # as API Gateway names itself: API/STAGE
  service_type   = "AWS::ApiGateway::Stage"
  host           = "*"
  http_method    = "*"
  url_path       = "*"
  resource_arn   = "*"

  tags = { Name = "${var.project}-sampling-rule-${var.environment}" }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.api_name
  dashboard_body = jsonencode({ widgets = local.widgets })
}
