output "state_bucket" {
  description = "Name of the bucket that holds the states: `terraform init -backend-config=\"bucket=NAME\"`."
  value       = aws_s3_bucket.state.id
}

output "lock_table" {
  description = "Name of the table that lets one run at a time change a state."
  value       = aws_dynamodb_table.locks.name
}

output "github_provider_arn" {
  description = "ARN of the identity provider that lets GitHub's workflows assume roles."
  value       = aws_iam_openid_connect_provider.github.arn
}
