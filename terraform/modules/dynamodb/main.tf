locals {
  # DynamoDB wants exactly the attributes that are keys declared, each once.
  key_attributes = {
    for name, table in var.tables : name => toset(compact(flatten([
      table.hash_key,
      table.range_key,
      [for index in table.indexes : [index.hash_key, index.range_key]],
    ])))
  }
}

resource "aws_dynamodb_table" "this" {
  for_each = var.tables

  name         = "${var.project}-${each.key}-${var.environment}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = each.value.hash_key
  range_key    = each.value.range_key

  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"

  dynamic "attribute" {
    for_each = local.key_attributes[each.key]

    content {
      name = attribute.value
      type = contains(each.value.number_keys, attribute.value) ? "N" : "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = each.value.indexes

    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.hash_key
      range_key       = global_secondary_index.value.range_key
      projection_type = "ALL"
    }
  }

  dynamic "ttl" {
    for_each = each.value.ttl_attribute[*]

    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }

  point_in_time_recovery {
    enabled = true
  }

  # With the key that AWS manages for the account (alias/aws/dynamodb), whose use CloudTrail records; without this
  # block it would be a key that DynamoDB owns, whose use nobody sees.
  server_side_encryption {
    enabled = true
  }

  tags = { Name = "${var.project}-${each.key}-${var.environment}" }
}
