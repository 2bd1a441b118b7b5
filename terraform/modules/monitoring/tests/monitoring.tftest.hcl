mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  project     = "zapier-triggers-api"
  environment = "dev"
  functions   = { health = "zapier-triggers-api-health-dev" }
  tables      = { events = "zapier-triggers-api-events-dev" }
  queues      = { events = "zapier-triggers-events-dev" }
  thresholds  = { latency_p95_ms = 1000, function_errors = 3, health_failure_minutes = 3 }
}

run "rings_above_one_percent_of_5xx" {
  assert {
    condition     = aws_cloudwatch_metric_alarm.api_5xx.threshold == 1 && aws_cloudwatch_metric_alarm.api_5xx.comparison_operator == "GreaterThanThreshold"
    error_message = "The alarm must ring above 1 %."
  }

  assert {
    condition     = alltrue([for query in aws_cloudwatch_metric_alarm.api_5xx.metric_query : alltrue([for metric in query.metric : metric.period == 300])])
    error_message = "It must look at five minutes."
  }
}

run "watches_health_functions_and_tables" {
  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset([
      "health-failures", "api-latency-p95", "authorizer-failures", "authorizer-rehash-failures", "health-errors", "health-throttles", "events-read-throttles", "events-write-throttles",
    ])
    error_message = "An alarm is missing, or there is one too many."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["health-failures"].namespace == "ZapierTriggersApi" && aws_cloudwatch_metric_alarm.this["health-failures"].metric_name == "HealthCheckFailures" && aws_cloudwatch_metric_alarm.this["health-failures"].dimensions == tomap({ Environment = "dev" })
    error_message = "The alarm must watch the metric that the health function writes."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["api-latency-p95"].extended_statistic == "p95"
    error_message = "Latency must be watched at the 95th percentile."
  }
}

run "wires_every_alarm_to_an_encrypted_topic" {
  assert {
    condition     = alltrue([for alarm in concat(values(aws_cloudwatch_metric_alarm.this), [aws_cloudwatch_metric_alarm.api_5xx]) : length(alarm.alarm_actions) == 1])
    error_message = "Every alarm must go to the topic."
  }

  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == aws_kms_key.alarms.arn && aws_kms_key.alarms.enable_key_rotation
    error_message = "The topic must be encrypted with the key made for it."
  }

  assert {
    condition     = contains([for statement in data.aws_iam_policy_document.topic.statement : statement.effect], "Deny")
    error_message = "The topic must deny requests without TLS."
  }
}

run "draws_the_dashboard" {
  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 8
    error_message = "The dashboard must have its eight charts."
  }
}

run "refuses_a_threshold_that_comes_too_late" {
  command = plan

  variables {
    thresholds = { error_percent = 50, latency_p95_ms = 1000, function_errors = 3, health_failure_minutes = 3 }
  }

  expect_failures = [var.thresholds]
}
