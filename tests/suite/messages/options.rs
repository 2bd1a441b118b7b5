//! Mistakes in the options of a kind.

use super::{goldens, of_check};

fn of_expression(text: &str) -> String {
    of_check(&format!(
        "kind: assert\nwith:\n  type: aws_sqs_queue\n  expression: \"{text}\"\n  message: m"
    ))
}

goldens! {
    unknown_option: of_check("kind: ttl\nwith:\n  tables: [a]\n  atribute: expires_at");
    unknown_nested_option: of_check("kind: tags\nwith:\n  required:\n    Owner: {value: [me]}");
    missing_options: of_check("kind: ttl");
    options_are_empty: of_check("kind: ttl\nwith:");
    text_where_a_list_is_needed: of_check("kind: ttl\nwith: {tables: acme-events-dev, attribute: expires_at}");
    number_where_text_is_needed: of_check("kind: ttl\nwith: {tables: [a], attribute: 12}");
    text_where_a_number_is_needed: of_check("kind: latency\nwith: {p95: 50ms, samples: \"100\"}");
    fraction_where_a_whole_number_is_needed: of_check("kind: latency\nwith: {p95: 50ms, samples: 99.5}");
    empty_list: of_check("kind: ttl\nwith: {tables: [], attribute: expires_at}");
    empty_text: of_check("kind: ttl\nwith: {tables: [a], attribute: \"\"}");
    number_too_small: of_check("kind: latency\nwith: {p95: 50ms, rate: 0}");
    number_too_large: of_check("kind: pitr\nwith: {tables: [a], min_recovery_days: 36}");
    negative_number: of_check("kind: latency\nwith: {p95: 50ms, warm_up: -1}");
    bad_status: of_check("kind: latency\nwith: {p95: 50ms, status: 20}");
    bad_url: of_check("kind: latency\nwith: {p95: 50ms, url: api.example.com/v1/health}");
    unknown_resource_type: of_check("kind: exists\nwith:\n  resources:\n    aws_sqs_qeue: [a]");
    unknown_resource_type_without_a_guess: of_check("kind: naming\nwith:\n  patterns:\n    aws_kinesis_stream: [\"{kebab}\"]");
    unknown_type_in_a_list: of_check("kind: tags\nwith:\n  required: {Owner: {}}\n  types: [aws_vpc, dynamodb_table]");
    no_name_of_a_type: of_check("kind: exists\nwith:\n  resources:\n    aws_sqs_queue: []");
    no_type_at_all: of_check("kind: exists\nwith:\n  resources: {}");
    no_pattern_at_all: of_check("kind: naming\nwith:\n  patterns: {}");
    no_pattern_of_a_type: of_check("kind: naming\nwith:\n  patterns:\n    aws_vpc: []");
    no_tag_required: of_check("kind: tags\nwith:\n  required: {}");
    contradicting_keys: of_check("kind: tags\nwith:\n  required:\n    Owner: {values: [me], pattern: m.}");
    no_target: of_check("kind: latency\nwith: {samples: 100}");
    too_few_samples: of_check("kind: latency\nwith: {p99: 50ms, samples: 100}");
    too_few_samples_to_stop_early: of_check("kind: latency\nwith: {p99: 50ms, samples: 299, early_stop: true}");
    too_many_samples_needed: of_check("kind: latency\nwith:\n  quantiles: {p99.999: 50ms}");
    no_percentile: of_check("kind: latency\nwith:\n  quantiles: {p100: 50ms}");
    the_same_percentile_twice: of_check("kind: latency\nwith:\n  p99: 50ms\n  quantiles: {p99.0: 60ms}");
    deadline_before_the_last_request: of_check("kind: latency\nwith: {p95: 50ms, samples: 500, deadline: 5s}");
    header_without_its_end: of_check("kind: latency\nwith:\n  p95: 50ms\n  headers: {x-key: \"{env:KEY\"}");
    unknown_field_of_an_answer: of_check("kind: latency\nwith:\n  p95: 50ms\n  expect: self.boddy.status == 1");
    tls_of_a_plain_url: of_check("kind: latency\nwith: {p95: 50ms, url: \"http://a/\", min_tls: \"1.3\"}");
    target_beyond_timeout: of_check("kind: latency\nwith: {p95: 3s, timeout: 2s}");
    overlapping_subnets: of_check(
        "kind: subnets\nwith:\n  vpc: v\n  cidr: 10.0.0.0/16\n  public: [10.0.1.0/24, 10.0.2.0/24]\n  \
         private: [10.0.2.0/23, 10.0.11.0/24]");
    subnet_outside_the_vpc: of_check(
        "kind: subnets\nwith:\n  vpc: v\n  cidr: 10.0.0.0/16\n  public: [10.1.1.0/24, 10.0.2.0/24]\n  private: []");
    too_few_subnets: of_check("kind: subnets\nwith: {vpc: v, cidr: 10.0.0.0/16, public: [10.0.1.0/24], private: []}");
    no_subnet: of_check("kind: subnets\nwith: {vpc: v, cidr: 10.0.0.0/16, public: [], private: []}");
    unknown_action: of_check("kind: least-privilege\nwith:\n  roles: [a]\n  actions: [\"dynamodb:DescribeTabel\"]");
    unknown_service: of_check("kind: least-privilege\nwith:\n  roles: [a]\n  actions: [\"dynamo:DescribeTable\"]");
    bad_action: of_check("kind: least-privilege\nwith:\n  roles: [a]\n  actions: [DescribeTable]");
    nothing_promised_of_a_table: of_check("kind: table-schema\nwith: {tables: [a]}");
    indexes_that_are_empty: of_check("kind: table-schema\nwith: {tables: [a], indexes: {}}");
    sort_key_alone: of_check("kind: table-schema\nwith:\n  tables: [a]\n  sort_key: {name: b, type: S}");
    key_of_an_unknown_type: of_check("kind: table-schema\nwith:\n  tables: [a]\n  partition_key: {name: b, type: string}");
    key_without_a_type: of_check("kind: table-schema\nwith:\n  tables: [a]\n  partition_key: {name: b}");
    same_attribute_twice_in_a_key: of_check(
        "kind: table-schema\nwith:\n  tables: [a]\n  partition_key: {name: b, type: S}\n  sort_key: {name: b, type: S}");
    attribute_of_two_types: of_check(
        "kind: table-schema\nwith:\n  tables: [a]\n  partition_key: {name: b, type: S}\n  indexes:\n    \
         ByB: {partition_key: {name: b, type: N}}");
    index_twice: of_check(
        "kind: table-schema\nwith:\n  tables: [a]\n  indexes:\n    ByB: {partition_key: {name: b, type: S}}\n    \
         ByB: {partition_key: {name: c, type: S}}");
    projection_without_its_attributes: of_check(
        "kind: table-schema\nwith:\n  tables: [a]\n  indexes:\n    \
         ByB: {partition_key: {name: b, type: S}, projection: INCLUDE}");
    key_of_a_table_that_no_key_encrypts: of_check(
        "kind: table-schema\nwith: {tables: [a], encryption: AWS_OWNED, kms_keys: [k]}");
    nothing_promised_of_a_queue: of_check("kind: queue\nwith: {queues: [a], tls_only: false}");
    timeout_beyond_what_sqs_allows: of_check("kind: queue\nwith: {queues: [a], visibility_timeout: 13h}");
    retention_below_what_sqs_allows: of_check("kind: queue\nwith: {queues: [a], message_retention: 30s}");
    key_of_a_queue_that_sqs_encrypts: of_check("kind: queue\nwith: {queues: [a], encryption: SQS, kms_keys: [k]}");
    nothing_promised_of_a_topic: of_check("kind: topic\nwith: {topics: [a]}");
    key_of_a_topic_that_is_not_encrypted: of_check("kind: topic\nwith: {topics: [a], encrypted: false, kms_keys: [k]}");
    nothing_promised_of_a_log_group: of_check("kind: log-group\nwith: {log_groups: [a]}");
    retention_that_no_log_group_has: of_check("kind: log-group\nwith: {log_groups: [a], retention_days: 10}");
    bounds_without_a_retention_between: of_check(
        "kind: log-group\nwith: {log_groups: [a], min_retention_days: 8, max_retention_days: 13}");
    retention_and_its_bound: of_check(
        "kind: log-group\nwith: {log_groups: [a], retention_days: 14, max_retention_days: 30}");
    key_of_a_log_group_that_is_not_encrypted: of_check(
        "kind: log-group\nwith: {log_groups: [a], kms_encrypted: false, kms_keys: [k]}");
    nothing_promised_of_a_parameter: of_check("kind: parameter\nwith: {parameters: [/a]}");
    key_of_a_parameter_that_is_plain: of_check("kind: parameter\nwith: {parameters: [/a], type: String, kms_keys: [k]}");
    nothing_promised_of_a_secret: of_check("kind: secret\nwith: {secrets: [a]}");
    aggregation_that_no_flow_log_has: of_check("kind: flow-logs\nwith: {vpcs: [a], max_aggregation: 1h}");
    nothing_promised_of_an_alarm: of_check("kind: alarm\nwith: {alarms: [a]}");
    metric_and_expression: of_check(
        "kind: alarm\nwith:\n  alarms: [a]\n  metric: {namespace: b, name: c}\n  expression: SUM(METRICS())");
    threshold_and_its_bound: of_check("kind: alarm\nwith: {alarms: [a], threshold: 1, min_threshold: 1}");
    bounds_without_a_threshold_between: of_check("kind: alarm\nwith: {alarms: [a], min_threshold: 2, max_threshold: 1}");
    more_datapoints_than_periods: of_check("kind: alarm\nwith: {alarms: [a], evaluation_periods: 2, datapoints_to_alarm: 3}");
    period_that_no_metric_has: of_check(
        "kind: alarm\nwith:\n  alarms: [a]\n  metric: {namespace: b, name: c, period: 45s}");
    alarm_that_is_always_too_late: of_check(
        "kind: alarm\nwith:\n  alarms: [a]\n  within: 5m\n  evaluation_periods: 2\n  \
         metric: {namespace: b, name: c, period: 5m}");
    time_that_no_alarm_exceeds: of_check("kind: alarm\nwith: {alarms: [a], within: 7d}");
    retention_that_every_log_group_has: of_check("kind: log-group\nwith: {log_groups: [a], min_retention_days: 1}");
    statistic_that_does_not_exist: of_check(
        "kind: alarm\nwith:\n  alarms: [a]\n  metric: {namespace: b, name: c, statistic: p101}");
    metric_that_the_expression_does_not_name: of_check(
        "kind: alarm\nwith:\n  alarms: [a]\n  expression: SUM(m1)\n  metrics:\n    m1: {namespace: b, name: c}\n    \
         m2: {namespace: b, name: d}");
    metric_that_nobody_promises: of_check(
        "kind: alarm\nwith:\n  alarms: [a]\n  expression: m1 / m2\n  metrics:\n    m1: {namespace: b, name: c}");
    metrics_without_an_expression: of_check(
        "kind: alarm\nwith:\n  alarms: [a]\n  metrics:\n    m1: {namespace: b, name: c}");
    unknown_field_of_an_expression: of_expression("self.attributes.visibility_timeot >= 900");
    comparison_of_unlike_types: of_expression("self.attributes.visibility_timeout >= '900'");
    expression_that_is_no_condition: of_expression("self.name");
    expression_that_is_broken: of_expression("self.name == ");
    several_mistakes_in_one_check: of_check(
        "kind: subnets\ncolour: blue\nwith:\n  vpc: v\n  cidr: 10.0.0.1/16\n  public: 10.0.1.0/24\n  privat: []");
}
