data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  zones = var.network.availability_zones

  # A shared NAT gateway lives in the first zone by name.
  nat_zones = var.network.nat_gateway_per_zone ? keys(local.zones) : slice(keys(local.zones), 0, 1)

  flow_log_group = "/aws/vpc/${var.project}-flow-logs-${var.environment}"

  # Of names, not of the log group's `.arn`: a plan shows the whole policy.
  flow_log_group_arn = join(":", [
    "arn", data.aws_partition.current.partition, "logs", data.aws_region.current.id, data.aws_caller_identity.current.account_id, "log-group", local.flow_log_group,
  ])

  security_groups = {
    lambda      = "Lambda functions: no ingress, HTTPS egress"
    api-gateway = "API Gateway and VPC endpoints: HTTPS from the Lambda functions only"
  }
}

resource "aws_vpc" "this" {
  cidr_block           = var.network.cidr_block
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = "${var.project}-vpc-${var.environment}" }
}

# AWS makes the next three with every VPC. Adopting them closes what they leave open and tags them.

resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id

  # No rules: whatever is started without a security group of its own reaches nothing.
  ingress = []
  egress  = []

  tags = { Name = "${var.project}-default-security-group-${var.environment}" }
}

resource "aws_default_route_table" "this" {
  default_route_table_id = aws_vpc.this.default_route_table_id

  # No routes: a subnet that is not associated with a route table stays inside the VPC.
  route = []

  tags = { Name = "${var.project}-default-route-table-${var.environment}" }
}

resource "aws_default_network_acl" "this" {
  default_network_acl_id = aws_vpc.this.default_network_acl_id

  # As AWS makes it. Security groups are the filter here: they keep state, which an ACL does not.
  ingress {
    rule_no    = 100
    protocol   = "-1"
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }

  egress {
    rule_no    = 100
    protocol   = "-1"
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }

  tags = { Name = "${var.project}-default-network-acl-${var.environment}" }

  lifecycle {
    # Subnets join by themselves; listing them would make every new subnet a difference.
    ignore_changes = [subnet_ids]
  }
}

# Subnets

resource "aws_subnet" "public" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value.public

  # Only NAT gateways live here, and they bring their own address.
  map_public_ip_on_launch = false

  tags = { Name = "${var.project}-public-${each.key}-${var.environment}" }
}

resource "aws_subnet" "private" {
  for_each = local.zones

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value.private
  map_public_ip_on_launch = false

  tags = { Name = "${var.project}-private-${each.key}-${var.environment}" }
}

# The way out

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.project}-internet-gateway-${var.environment}" }
}

# Neither `vpc` (provider 3 and 4) nor `domain` (5 and later) is set: since EC2-Classic is gone, an address is always
# one of a VPC, and no single argument is valid in all versions.
resource "aws_eip" "nat" {
  for_each = toset(local.nat_zones)

  tags = { Name = "${var.project}-nat-${each.key}-${var.environment}" }

  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  for_each = toset(local.nat_zones)

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id

  tags = { Name = "${var.project}-nat-${each.key}-${var.environment}" }

  depends_on = [aws_internet_gateway.this]
}

# Routes

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.project}-public-${var.environment}" }
}

resource "aws_route" "public_internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  for_each = local.zones

  route_table_id = aws_route_table.public.id
  subnet_id      = aws_subnet.public[each.key].id
}

# One per zone, also where the NAT gateway is shared: giving each zone its own later changes routes only.
resource "aws_route_table" "private" {
  for_each = local.zones

  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.project}-private-${each.key}-${var.environment}" }
}

resource "aws_route" "private_nat" {
  for_each = local.zones

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[var.network.nat_gateway_per_zone ? each.key : local.nat_zones[0]].id
}

resource "aws_route_table_association" "private" {
  for_each = local.zones

  route_table_id = aws_route_table.private[each.key].id
  subnet_id      = aws_subnet.private[each.key].id
}

# Keeps table traffic off the internet and off the NAT gateway's bill.
resource "aws_vpc_endpoint" "dynamodb" {
  vpc_id            = aws_vpc.this.id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${data.aws_region.current.id}.dynamodb"
  route_table_ids   = [for table in aws_route_table.private : table.id]

  tags = { Name = "${var.project}-dynamodb-endpoint-${var.environment}" }
}

# Keep what functions send to these services inside the VPC too; each costs by zone and hour, hence chosen by name.
resource "aws_vpc_endpoint" "interface" {
  for_each = var.network.interface_endpoints

  vpc_id              = aws_vpc.this.id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.${data.aws_region.current.id}.${each.key}"
  subnet_ids          = [for subnet in aws_subnet.private : subnet.id]
  security_group_ids  = [aws_security_group.this["api-gateway"].id]
  private_dns_enabled = true

  tags = { Name = "${var.project}-${replace(each.key, ".", "-")}-endpoint-${var.environment}" }
}

# Flow logs: who talked to whom, and who was refused

resource "aws_cloudwatch_log_group" "flow_logs" {
  name              = local.flow_log_group
  retention_in_days = var.network.flow_log_retention_days

  tags = { Name = "${var.project}-flow-logs-${var.environment}" }
}

data "aws_iam_policy_document" "flow_logs_assume_role" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["vpc-flow-logs.amazonaws.com"]
    }

    # Nobody else's flow logs may be written with this role.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

data "aws_iam_policy_document" "flow_logs" {
  statement {
    sid       = "WriteFlowLogs"
    actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = [local.flow_log_group_arn, "${local.flow_log_group_arn}:*"]
  }

  # Lists; AWS matches it against every log group of the account.
  statement {
    sid       = "FindLogGroup"
    actions   = ["logs:DescribeLogGroups"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "flow_logs" {
  name               = "${var.project}-flow-logs-role-${var.environment}"
  description        = "Writes the flow logs of ${var.project}-vpc-${var.environment}"
  assume_role_policy = data.aws_iam_policy_document.flow_logs_assume_role.json

  tags = { Name = "${var.project}-flow-logs-role-${var.environment}" }
}

resource "aws_iam_role_policy" "flow_logs" {
  name   = "${var.project}-flow-logs-policy-${var.environment}"
  role   = aws_iam_role.flow_logs.name
  policy = data.aws_iam_policy_document.flow_logs.json
}

resource "aws_flow_log" "this" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  log_destination_type     = "cloud-watch-logs"
  log_destination          = aws_cloudwatch_log_group.flow_logs.arn
  iam_role_arn             = aws_iam_role.flow_logs.arn
  max_aggregation_interval = 600

  tags = { Name = "${var.project}-flow-log-${var.environment}" }

  depends_on = [aws_iam_role_policy.flow_logs]
}

# Security groups

resource "aws_security_group" "this" {
  for_each = local.security_groups

  name        = "${var.project}-${each.key}-${var.environment}"
  description = each.value
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.project}-${each.key}-${var.environment}" }
}

# `aws_vpc_security_group_*_rule` would be newer, but provider 3.39 does not have it.

# AWS APIs behind the NAT gateway have no fixed addresses, so the port is what can be restricted.
resource "aws_security_group_rule" "lambda_https_out" {
  security_group_id = aws_security_group.this["lambda"].id
  type              = "egress"
  description       = "HTTPS to AWS APIs"
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_security_group_rule" "api_gateway_https_in" {
  security_group_id        = aws_security_group.this["api-gateway"].id
  type                     = "ingress"
  description              = "HTTPS from the Lambda functions"
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
  source_security_group_id = aws_security_group.this["lambda"].id
}
