mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  project         = "zapier-triggers-api"
  environment     = "dev"
  queue_prefix    = "zapier-triggers"
  alarm_topic_arn = "arn:aws:sns:us-east-1:123456789012:zapier-triggers-api-alarms-dev"
  queues = {
    events = { visibility_timeout = 900, alarms = { depth = 100, age = 900 } }
    failed = { visibility_timeout = 30, message_retention = 1209600, dead_letter = false }
  }
}

run "redrives_to_the_dead_letter_queue" {
  assert {
    condition = jsondecode(aws_sqs_queue.this["events"].redrive_policy) == {
      deadLetterTargetArn = "arn:aws:sqs:us-east-1:123456789012:zapier-triggers-events-dlq-dev"
      maxReceiveCount     = 5
    }
    error_message = "A message must go to the dead-letter queue after five attempts."
  }

  assert {
    condition     = aws_sqs_queue.dead_letter["events"].message_retention_seconds == 1209600 && aws_sqs_queue.this["events"].visibility_timeout_seconds == 900
    error_message = "Dead letters must be kept for 14 days, and received messages hidden for 15 minutes."
  }

  assert {
    condition     = toset(keys(aws_sqs_queue.dead_letter)) == toset(["events"])
    error_message = "A queue without dead letters must not have a queue for them."
  }
}

run "encrypts_and_insists_on_tls" {
  assert {
    condition     = alltrue([for queue in concat(values(aws_sqs_queue.this), values(aws_sqs_queue.dead_letter)) : queue.kms_master_key_id == "alias/aws/sqs"])
    error_message = "Every queue must be encrypted."
  }

  assert {
    condition     = toset(keys(aws_sqs_queue_policy.this)) == toset(["events", "events-dlq", "failed"])
    error_message = "Every queue must have a policy."
  }

  assert {
    condition     = alltrue([for document in data.aws_iam_policy_document.tls_only : document.statement[0].effect == "Deny" && one(document.statement[0].condition).variable == "aws:SecureTransport"])
    error_message = "Every policy must deny requests without TLS."
  }
}

run "wires_its_alarms_to_the_topic" {
  assert {
    condition = alltrue([
      for alarm in [aws_cloudwatch_metric_alarm.depth["events"], aws_cloudwatch_metric_alarm.age["events"], aws_cloudwatch_metric_alarm.dead_letter_depth["events"]] :
      alarm.alarm_actions == toset([var.alarm_topic_arn])
    ])
    error_message = "Every alarm must go to the topic."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.dead_letter_depth["events"].threshold == 1
    error_message = "One dead letter must ring."
  }
}

run "refuses_alarms_without_a_topic" {
  command = plan

  variables {
    alarm_topic_arn = null
  }

  expect_failures = [var.alarm_topic_arn]
}

run "refuses_dead_letters_that_expire_first" {
  command = plan

  variables {
    queues = { events = { visibility_timeout = 900, message_retention = 1209600 } }
  }

  expect_failures = [var.queues]
}
