mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  project     = "zapier-triggers-api"
  environment = "dev"
  actions     = ["dynamodb:DescribeTable", "apigateway:GET"]
  trust       = { github = { repository = "zapier/zapier-triggers-api", environments = ["dev"] } }
}

run "may_do_what_it_is_given_and_no_more" {
  assert {
    condition     = length(data.aws_iam_policy_document.read.statement) == 1 && toset(data.aws_iam_policy_document.read.statement[0].actions) == toset(["dynamodb:DescribeTable", "apigateway:GET"])
    error_message = "The policy must hold the actions given."
  }

  assert {
    condition     = aws_iam_role.this.name == "zapier-triggers-api-audit-role-dev"
    error_message = "The role's name must follow the convention."
  }
}

run "trusts_workflows_of_one_environment" {
  assert {
    condition     = contains(flatten([for condition in data.aws_iam_policy_document.assume_role.statement[0].condition : condition.values]), "repo:zapier/zapier-triggers-api:environment:dev")
    error_message = "The trust must name repository and environment."
  }
}

run "trusts_an_account_with_an_external_id" {
  variables {
    trust = { account = { account_id = "210987654321", external_id = "c0ffee-c0ffee-c0ffee" } }
  }

  assert {
    condition     = one(data.aws_iam_policy_document.assume_role.statement[0].condition).variable == "sts:ExternalId"
    error_message = "The trust must ask for the external ID."
  }
}

run "refuses_an_action_that_writes" {
  command = plan

  variables {
    actions = ["dynamodb:DeleteTable"]
  }

  expect_failures = [var.actions]
}

run "refuses_an_action_that_reads_data" {
  command = plan

  variables {
    actions = ["secretsmanager:GetSecretValue"]
  }

  expect_failures = [var.actions]
}

run "refuses_wildcards" {
  command = plan

  variables {
    actions = ["dynamodb:Describe*"]
  }

  expect_failures = [var.actions]
}

run "refuses_trust_in_nobody" {
  command = plan

  variables {
    trust = {}
  }

  expect_failures = [var.trust]
}
