data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  prefix = coalesce(var.queue_prefix, var.project)

  arn_prefix = join(":", ["arn", data.aws_partition.current.partition, "sqs", data.aws_region.current.id, data.aws_caller_identity.current.account_id])

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
  redrive_policy = jsonencode({
    deadLetterTargetArn = "${local.arn_prefix}:${aws_sqs_queue.dead_letter[each.key].name}"
    maxReceiveCount     = each.value.max_receive_count
  })

  tags = { Name = "${local.prefix}-${each.key}-${var.environment}" }
}

resource "aws_sqs_queue" "dead_letter" {
  for_each = var.queues

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
