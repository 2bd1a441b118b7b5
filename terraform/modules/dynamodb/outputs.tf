output "names" {
  description = "Names of the tables, by the keys of `tables`. Known in a plan, before the tables exist."
  value       = { for name, table in aws_dynamodb_table.this : name => table.name }
}

output "arns" {
  description = "ARNs of the tables, by the keys of `tables`."
  value       = { for name, table in aws_dynamodb_table.this : name => table.arn }
}

output "stream_arns" {
  description = "ARNs of the tables' streams, by the keys of `tables`."
  value       = { for name, table in aws_dynamodb_table.this : name => table.stream_arn }
}
