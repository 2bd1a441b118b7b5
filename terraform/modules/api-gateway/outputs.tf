output "id" {
  description = "ID of the REST API."
  value       = aws_api_gateway_rest_api.this.id
}

output "name" {
  description = "Name of the REST API. Known in a plan."
  value       = aws_api_gateway_rest_api.this.name
}

output "stage_name" {
  description = "Name of the stage."
  value       = aws_api_gateway_stage.this.stage_name
}

output "authorizer_id" {
  description = "ID of the authorizer."
  value       = aws_api_gateway_authorizer.api_key.id
}

output "url" {
  description = "Where the API is called, up to the stage: without a custom domain, /v1/health is below it."
  value       = var.custom_domain == null ? aws_api_gateway_stage.this.invoke_url : "https://${var.custom_domain.name}"
}

output "role_name" {
  description = "Name of the role with which API Gateway sends to the queue and queries the table."
  value       = aws_iam_role.integrations.name
}

output "log_group_names" {
  description = "Names of the log groups: `access` and `execution`."
  value = {
    access    = aws_cloudwatch_log_group.access.name
    execution = aws_cloudwatch_log_group.execution.name
  }
}

output "routes" {
  description = "The routes, as METHOD /path. Known in a plan."
  value       = concat(["GET /v1/health"], [for path, route in local.routes : "${route.method} /v1/${path}"])
}
