# The secret has no value here: what Terraform sets, stands in its state. The rotation function makes the first value, as
# it makes every later one.
resource "aws_secretsmanager_secret" "this" {
  name                    = "${var.project}/${var.secret.name}-${var.environment}"
  description             = var.secret.description
  recovery_window_in_days = var.secret.recovery_window_days

  tags = { Name = "${var.project}-${var.secret.name}-${var.environment}" }
}

# Allows nothing: who may read stands in the IAM roles.
data "aws_iam_policy_document" "tls_only" {
  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["secretsmanager:*"]
    resources = ["*"] # in a secret's own policy: the secret

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_secretsmanager_secret_policy" "this" {
  secret_arn          = aws_secretsmanager_secret.this.arn
  policy              = data.aws_iam_policy_document.tls_only.json
  block_public_policy = true
}

resource "aws_lambda_permission" "rotation" {
  statement_id  = "AllowSecretsManagerRotation"
  action        = "lambda:InvokeFunction"
  principal     = "secretsmanager.amazonaws.com"
  function_name = var.rotation.function_name
  source_arn    = aws_secretsmanager_secret.this.arn
}

# Without `tags`, which provider 3.x has and later ones do not. Rotates at once when it is made.
resource "aws_secretsmanager_secret_rotation" "this" {
  secret_id           = aws_secretsmanager_secret.this.id
  rotation_lambda_arn = var.rotation.function_arn

  rotation_rules {
    automatically_after_days = var.rotation.after_days
  }

  depends_on = [aws_lambda_permission.rotation, aws_secretsmanager_secret_policy.this]
}

# What functions and operators look up. No secrets: those are in Secrets Manager, where they rotate.
resource "aws_ssm_parameter" "this" {
  for_each = var.parameters

  name        = "/${var.project}/${var.environment}/${each.key}"
  description = each.value.description
  type        = "String"
  value       = each.value.value

  tags = { Name = "${var.project}-${replace(each.key, "/", "-")}-${var.environment}" }
}
