output "topic_arn" {
  description = "ARN of the SNS topic that alarms go to."
  value       = aws_sns_topic.alarms.arn
}

output "topic_name" {
  description = "Name of that topic. Known in a plan."
  value       = aws_sns_topic.alarms.name
}

output "alarm_names" {
  description = "Names of this module's alarms. Known in a plan."
  value       = concat([aws_cloudwatch_metric_alarm.api_5xx.alarm_name], [for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name])
}

output "dashboard_name" {
  description = "Name of the dashboard. Known in a plan."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}
