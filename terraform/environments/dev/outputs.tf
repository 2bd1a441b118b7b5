output "vpc_id" {
  description = "ID of the VPC."
  value       = module.networking.vpc_id
}

output "table_names" {
  description = "Names of the DynamoDB tables: events, keys, audit-logs."
  value       = module.dynamodb.names
}

output "queue_urls" {
  description = "URLs of the SQS queues: events, events-dlq."
  value       = module.sqs.urls
}

output "function_names" {
  description = "Names of the Lambda functions, by the middle of their names."
  value       = { for key, function in module.lambda : key => function.name }
}
