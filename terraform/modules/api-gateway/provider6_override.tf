# What provider 6 can do and 3.39 cannot; see the file of the same name in ../dynamodb.

# TLS 1.3 only, on the API's default endpoint.
resource "aws_api_gateway_rest_api" "this" {
  security_policy      = "SecurityPolicy_TLS13_1_3_2025_09"
  endpoint_access_mode = "STRICT"
}
