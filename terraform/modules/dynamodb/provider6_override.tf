# What provider 6 can do and 3.39 cannot. Terraform merges an override file into the resources of the same name; whoever
# uses provider 3.39 leaves the file out, as tests/sandbox/prepare.py does.

resource "aws_dynamodb_table" "this" {
  deletion_protection_enabled = var.deletion_protection
}
