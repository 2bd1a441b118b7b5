mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  project     = "zapier-triggers-api"
  environment = "dev"
  tables = {
    events = {
      hash_key      = "user_id"
      range_key     = "timestamp#event_id"
      ttl_attribute = "expires_at"
      indexes       = { StatusIndex = { hash_key = "user_id", range_key = "status#timestamp" } }
    }
    keys = { hash_key = "user_id", range_key = "key_id" }
  }
}

run "makes_tables_alike" {
  assert {
    condition = alltrue([
      for table in aws_dynamodb_table.this :
      table.billing_mode == "PAY_PER_REQUEST" && table.stream_enabled && table.stream_view_type == "NEW_AND_OLD_IMAGES" && table.point_in_time_recovery[0].enabled && table.server_side_encryption[0].enabled
    ])
    error_message = "Every table must be on demand, streamed, restorable and encrypted."
  }

  assert {
    condition     = aws_dynamodb_table.this["events"].name == "zapier-triggers-api-events-dev"
    error_message = "The name must follow the convention."
  }
}

run "declares_each_key_once" {
  assert {
    condition     = toset([for attribute in aws_dynamodb_table.this["events"].attribute : attribute.name]) == toset(["user_id", "timestamp#event_id", "status#timestamp"])
    error_message = "Exactly the attributes that are keys must be declared."
  }
}

run "expires_items_only_where_asked" {
  assert {
    condition     = one(aws_dynamodb_table.this["events"].ttl).attribute_name == "expires_at" && length(aws_dynamodb_table.this["keys"].ttl) == 0
    error_message = "Events must expire, keys must not."
  }
}

run "refuses_a_key_as_time_to_live" {
  command = plan

  variables {
    tables = { events = { hash_key = "user_id", ttl_attribute = "user_id" } }
  }

  expect_failures = [var.tables]
}

run "knows_keys_that_are_numbers" {
  variables {
    tables = { rate-limits = { hash_key = "key_id", range_key = "window", number_keys = ["window"] } }
  }

  assert {
    condition     = { for attribute in aws_dynamodb_table.this["rate-limits"].attribute : attribute.name => attribute.type } == { key_id = "S", window = "N" }
    error_message = "The window must be a number, the rest strings."
  }
}
