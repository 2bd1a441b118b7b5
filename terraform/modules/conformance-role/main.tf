data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  name      = "${var.project}-${var.name}-role-${var.environment}"
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id
}

data "aws_iam_policy_document" "assume_role" {
  # Workflows of one repository, in the environments that are named.
  dynamic "statement" {
    for_each = var.trust.github[*]

    content {
      sid     = "AllowGithubWorkflows"
      actions = ["sts:AssumeRoleWithWebIdentity"]

      principals {
        type        = "Federated"
        identifiers = ["arn:${local.partition}:iam::${local.account}:oidc-provider/token.actions.githubusercontent.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "token.actions.githubusercontent.com:aud"
        values   = ["sts.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "token.actions.githubusercontent.com:sub"
        values   = [for environment in statement.value.environments : "repo:${statement.value.repository}:environment:${environment}"]
      }
    }
  }

  # An auditor in another account; the external ID keeps a third party from using that one as its deputy.
  dynamic "statement" {
    for_each = var.trust.account[*]

    content {
      sid     = "AllowAuditAccount"
      actions = ["sts:AssumeRole"]

      principals {
        type        = "AWS"
        identifiers = ["arn:${local.partition}:iam::${statement.value.account_id}:root"]
      }

      condition {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [statement.value.external_id]
      }
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = local.name
  description          = "Reads the configuration of the ${var.environment} environment, to compare it with what was promised"
  assume_role_policy   = data.aws_iam_policy_document.assume_role.json
  max_session_duration = 3600

  tags = { Name = local.name }
}

data "aws_iam_policy_document" "read" {
  # Lists and descriptions; most of them know no resources, and drift is what nobody thought of a name for.
  statement {
    sid       = "StackproofRead"
    actions   = var.actions
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "read" {
  name   = "${var.project}-${var.name}-policy-${var.environment}"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.read.json
}
