# What provider 6 can do and 3.39 cannot; see the file of the same name in ../dynamodb.

# 3.39 makes every function one for x86_64, which is also what provider 6 does without this.
resource "aws_lambda_function" "this" {
  architectures = [var.function.architecture]
}
