output "vpc_id" {
  description = "ID of the VPC."
  value       = module.networking.vpc_id
}

output "table_names" {
  description = "Names of the DynamoDB tables: events, keys, audit-logs, rate-limits."
  value       = module.dynamodb.names
}

output "queue_urls" {
  description = "URLs of the SQS queues: events, events-dlq, failed-invocations."
  value       = module.sqs.urls
}

output "function_names" {
  description = "Names of the Lambda functions, by the middle of their names."
  value       = { for key, function in module.lambda : key => function.name }
}

output "api_id" {
  description = "ID of the REST API."
  value       = module.api_gateway.id
}

output "api_url" {
  description = "Where the API is called; /v1/health is below it."
  value       = module.api_gateway.url
}

output "authorizer_id" {
  description = "ID of the API's authorizer."
  value       = module.api_gateway.authorizer_id
}

output "secret_name" {
  description = "Name of the secret behind the API keys."
  value       = module.secrets.secret_name
}

output "parameter_names" {
  description = "Names of the SSM parameters."
  value       = values(module.secrets.parameter_names)
}

output "alarm_topic_arn" {
  description = "ARN of the SNS topic that alarms go to."
  value       = module.monitoring.topic_arn
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard."
  value       = module.monitoring.dashboard_name
}

output "audit_role_arn" {
  description = "ARN of the role with which the environment is verified."
  value       = module.conformance_role.role_arn
}
