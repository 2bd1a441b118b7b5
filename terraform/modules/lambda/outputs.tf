output "name" {
  description = "Name of the function. Known in a plan, before the function exists."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
}

output "alias_name" {
  description = "Name of the alias that callers invoke."
  value       = aws_lambda_alias.live.name
}

output "invoke_arn" {
  description = "ARN by which API Gateway invokes the function's alias."
  value       = aws_lambda_alias.live.invoke_arn
}

output "role_name" {
  description = "Name of the function's execution role."
  value       = aws_iam_role.this.name
}

output "log_group_name" {
  description = "Name of the function's log group."
  value       = aws_cloudwatch_log_group.this.name
}
