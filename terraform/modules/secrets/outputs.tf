output "secret_name" {
  description = "Name of the secret. Known in a plan."
  value       = aws_secretsmanager_secret.this.name
}

output "secret_arn" {
  description = "ARN of the secret."
  value       = aws_secretsmanager_secret.this.arn
}

output "parameter_names" {
  description = "Names of the SSM parameters, by the keys of `parameters`. Known in a plan."
  value       = { for name, parameter in aws_ssm_parameter.this : name => parameter.name }
}
