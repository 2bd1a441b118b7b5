# What the dashboard shows: charts two in a row, in the order in which a fault is looked for.

locals {
  charts = [
    {
      title = "Requests and errors"
      stat  = "Sum"
      metrics = [
        for metric in ["Count", "4XXError", "5XXError"] : ["AWS/ApiGateway", metric, "ApiName", local.api_name, "Stage", var.environment]
      ]
    },
    {
      title = "Latency, ms"
      stat  = "p95"
      metrics = [
        for metric in ["Latency", "IntegrationLatency"] : ["AWS/ApiGateway", metric, "ApiName", local.api_name, "Stage", var.environment]
      ]
    },
    {
      title = "Health checks"
      stat  = "Sum"
      metrics = [
        for metric in ["HealthCheckInvocations", "HealthCheckFailures"] : ["ZapierTriggersApi", metric, "Environment", var.environment]
      ]
    },
    {
      title   = "Messages waiting"
      stat    = "Maximum"
      metrics = [for name in values(var.queues) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name]]
    },
    {
      title   = "Age of the oldest message, s"
      stat    = "Maximum"
      metrics = [for name in values(var.queues) : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", name]]
    },
    {
      title = "Functions: errors and throttles"
      stat  = "Sum"
      metrics = concat([], [
        for name in values(var.functions) : [for metric in ["Errors", "Throttles"] : ["AWS/Lambda", metric, "FunctionName", name]]
      ]...)
    },
    {
      title   = "Functions: duration, ms"
      stat    = "p95"
      metrics = [for name in values(var.functions) : ["AWS/Lambda", "Duration", "FunctionName", name]]
    },
    {
      title = "Tables: capacity used"
      stat  = "Sum"
      metrics = concat([], [
        for name in values(var.tables) : [for metric in ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"] : ["AWS/DynamoDB", metric, "TableName", name]]
      ]...)
    },
  ]

  widgets = [
    for index, chart in local.charts : {
      type   = "metric"
      x      = 12 * (index % 2)
      y      = 6 * floor(index / 2)
      width  = 12
      height = 6
      properties = {
        title   = chart.title
        region  = local.region
        view    = "timeSeries"
        stat    = chart.stat
        period  = 300
        metrics = chart.metrics
      }
    }
  ]
}
