data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  prefix = coalesce(var.queue_prefix, var.project)

  arn_prefix = join(":", ["arn", data.aws_partition.current.partition, "sqs", data.aws_region.current.id, data.aws_caller_identity.current.account_id])

  dead_lettered = { for name, queue in var.queues : name => queue if queue.dead_letter }

  # Every queue that there is, by its role: the policy is the same for all.
  queues = merge(
    { for name, queue in aws_sqs_queue.this : name => queue },
    { for name, queue in aws_sqs_queue.dead_letter : "${name}-dlq" => queue },
  )
}

resource "aws_sqs_queue" "this" {
  for_each = var.queues

  name                       = "${local.prefix}-${each.key}-${var.environment}"
  visibility_timeout_seconds = each.value.visibility_timeout
  message_retention_seconds  = each.value.message_retention

  kms_master_key_id                 = "alias/aws/sqs"
  kms_data_key_reuse_period_seconds = 300

  # From the name, not from `.arn`: a plan shows it before the queue exists.
  redrive_policy = each.value.dead_letter ? jsonencode({
    deadLetterTargetArn = "${local.arn_prefix}:${aws_sqs_queue.dead_letter[each.key].name}"
    maxReceiveCount     = each.value.max_receive_count
  }) : null

  tags = { Name = "${local.prefix}-${each.key}-${var.environment}" }
}

resource "aws_sqs_queue" "dead_letter" {
  for_each = local.dead_lettered

  name                      = "${local.prefix}-${each.key}-dlq-${var.environment}"
  message_retention_seconds = each.value.dead_letter_message_retention

  kms_master_key_id                 = "alias/aws/sqs"
  kms_data_key_reuse_period_seconds = 300

  tags = { Name = "${local.prefix}-${each.key}-dlq-${var.environment}" }
}

# Nothing is allowed here: who may send and receive stands in the IAM roles.
data "aws_iam_policy_document" "tls_only" {
  for_each = local.queues

  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = ["${local.arn_prefix}:${each.value.name}"]

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

resource "aws_sqs_queue_policy" "this" {
  for_each = local.queues

  queue_url = each.value.id
  policy    = data.aws_iam_policy_document.tls_only[each.key].json
}

# Alarms. SQS reports these metrics by itself, every minute while a queue is in use.

resource "aws_cloudwatch_metric_alarm" "depth" {
  for_each = { for name, queue in var.queues : name => queue if queue.alarms != null }

  alarm_name          = "${var.project}-${each.key}-queue-depth-${var.environment}"
  alarm_description   = "More messages wait in ${local.prefix}-${each.key}-${var.environment} than its consumers keep up with."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.this[each.key].name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.alarms.depth
  # SQS stops reporting after six hours without use: an idle queue is a good one.
  treat_missing_data = "notBreaching"
  alarm_actions      = [var.alarm_topic_arn]
  ok_actions         = [var.alarm_topic_arn]

  tags = { Name = "${var.project}-${each.key}-queue-depth-${var.environment}" }
}

resource "aws_cloudwatch_metric_alarm" "age" {
  for_each = { for name, queue in var.queues : name => queue if queue.alarms != null }

  alarm_name          = "${var.project}-${each.key}-queue-age-${var.environment}"
  alarm_description   = "The oldest message of ${local.prefix}-${each.key}-${var.environment} has waited too long."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.this[each.key].name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.alarms.age
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]

  tags = { Name = "${var.project}-${each.key}-queue-age-${var.environment}" }
}

resource "aws_cloudwatch_metric_alarm" "dead_letter_depth" {
  for_each = { for name, queue in local.dead_lettered : name => queue if queue.alarms != null }

  alarm_name          = "${var.project}-${each.key}-dlq-depth-${var.environment}"
  alarm_description   = "A message could not be processed and lies in ${local.prefix}-${each.key}-dlq-${var.environment}."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letter[each.key].name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.alarms.dead_letters
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]

  tags = { Name = "${var.project}-${each.key}-dlq-depth-${var.environment}" }
}
