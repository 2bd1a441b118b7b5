output "role_name" {
  description = "Name of the role. Known in a plan."
  value       = aws_iam_role.this.name
}

output "role_arn" {
  description = "ARN of the role."
  value       = aws_iam_role.this.arn
}

output "policy" {
  description = "The role's policy, as JSON. Known in a plan."
  value       = data.aws_iam_policy_document.read.json
}
