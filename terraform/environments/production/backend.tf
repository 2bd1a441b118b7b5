# Where production's state lives: an S3 bucket with versioning, and a DynamoDB table (hash key LockID) that lets one run at a
# time change it. Both exist before this configuration does.
#
# The bucket is the one value left open, as bucket names are unique in all of AWS and so hold the account's number:
#   terraform init -backend-config="bucket=zapier-triggers-api-terraform-state-ACCOUNT"
# To check the code without any state: terraform init -backend=false
terraform {
  backend "s3" {
    key            = "production/terraform.tfstate"
    region         = "us-east-1"
    dynamodb_table = "zapier-triggers-api-terraform-locks"
    encrypt        = true
  }
}
