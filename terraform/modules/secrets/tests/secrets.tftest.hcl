mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  project     = "zapier-triggers-api"
  environment = "dev"
  secret      = { name = "api-keys", description = "Behind the keys", recovery_window_days = 7 }
  rotation    = { function_name = "zapier-triggers-api-rotation-dev", function_arn = "arn:aws:lambda:us-east-1:123456789012:function:zapier-triggers-api-rotation-dev" }
  parameters  = { "events/table-name" = { value = "zapier-triggers-api-events-dev", description = "Table" } }
}

run "rotates_the_secret" {
  assert {
    condition     = aws_secretsmanager_secret.this.name == "zapier-triggers-api/api-keys-dev" && aws_secretsmanager_secret.this.recovery_window_in_days == 7
    error_message = "The secret's name or recovery window is wrong."
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.this.rotation_rules[0].automatically_after_days == 30
    error_message = "The secret must be rotated every 30 days by default."
  }

  assert {
    condition     = aws_lambda_permission.rotation.principal == "secretsmanager.amazonaws.com" && aws_lambda_permission.rotation.source_arn == aws_secretsmanager_secret.this.arn
    error_message = "Secrets Manager may invoke the function for this secret only."
  }
}

run "keeps_the_secret_from_the_public" {
  assert {
    condition     = aws_secretsmanager_secret_policy.this.block_public_policy && data.aws_iam_policy_document.tls_only.statement[0].effect == "Deny"
    error_message = "The secret's policy must deny, and must not be public."
  }
}

run "names_parameters_by_project_and_environment" {
  assert {
    condition     = aws_ssm_parameter.this["events/table-name"].name == "/zapier-triggers-api/dev/events/table-name" && aws_ssm_parameter.this["events/table-name"].type == "String"
    error_message = "The parameter's name is wrong."
  }
}

run "refuses_a_parameter_that_holds_a_secret" {
  command = plan

  variables {
    parameters = { "db/password" = { value = "x", description = "x" } }
  }

  expect_failures = [var.parameters]
}

run "refuses_a_rotation_after_years" {
  command = plan

  variables {
    rotation = { function_name = "f", function_arn = "arn:aws:lambda:us-east-1:123456789012:function:f", after_days = 1000 }
  }

  expect_failures = [var.rotation]
}
