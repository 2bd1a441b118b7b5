# What provider 6 can do and 3.39 cannot; see the file of the same name in ../dynamodb.

# No other queue of the account may use a dead-letter queue as its own.
resource "aws_sqs_queue" "dead_letter" {
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = ["${local.arn_prefix}:${local.prefix}-${each.key}-${var.environment}"]
  })
}
