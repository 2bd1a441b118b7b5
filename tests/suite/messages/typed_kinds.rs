//! What a user reads when the options of `function`, `routes`, `security-group` or `stage` cannot be right.

use super::{goldens, of_check};

/// The mistakes of a check of a kind with these options, in one line of YAML.
fn of(kind: &str, options: &str) -> String {
    of_check(&format!("kind: {kind}\nwith: {{{options}}}"))
}

goldens! {
    group_that_promises_nothing: of("security-group", "groups: [a]");
    group_that_lets_nobody_through: of("security-group", "groups: [a], ingress: [{from_port: 443}]");
    ports_that_cannot_be: of(
        "security-group",
        "groups: [a], egress: [{from_port: 9, to_port: 1, cidr_blocks: [10.0.0.0/8]}, \
         {to_port: 1, cidr_blocks: [10.0.0.0/8]}, {protocol: icmp, from_port: 1, cidr_blocks: [10.0.0.0/8]}]",
    );
    protocol_that_nobody_speaks: of(
        "security-group",
        "groups: [a], egress: [{protocol: tpc, cidr_blocks: [10.0.0.0/8]}]",
    );
    stage_that_promises_nothing: of("stage", "api: a, stage: b");
    settings_that_promise_nothing: of("stage", "api: a, stage: b, settings: {}, methods: {health: {}}");
    bounds_that_cannot_be: of(
        "stage",
        "api: a, stage: b, settings: {throttling_rate_limit: {}, throttling_burst_limit: {min: 2, max: 1}}",
    );
    function_that_promises_nothing: of("function", "functions: [a]");
    parts_of_a_function_that_promise_nothing: of("function", "functions: [a], vpc: {}, environment: {}, memory_mb: {}");
    service_that_calls_for_anyone: of(
        "function",
        "functions: [a], invoked_by: [{}, {services: [s3.amazonaws.com]}, \
         {services: [s3.amazonaws.com], source_arns: [bucket]}, \
         {services: [s3.amazonaws.com], source_arns: ['arn:aws:s3:::{api}']}]",
    );
    routes_that_promise_nothing: of("routes", "api: a");
    routes_that_cannot_be: of(
        "routes",
        "api: a, routes: [{method: GET, path: v1}, {method: GET, path: /a, authorization: none, authorizer: b}, \
         {method: GET, path: /a}, {method: PUT, path: /a, integration: {}}, \
         {method: POST, path: /a, integration: {alias: live, templates_hold: ['']}}]",
    );
    authorization_that_keeps_nobody_out: of(
        "routes",
        "api: a, authorized: {by: none, open: [{method: GET, path: a}]}, authorizers: [{name: b, alias: live}], \
         gateway_responses: {DEFAULT_4XX: {}}",
    );
    authorizer_of_credentials: of("routes", "api: a, authorized: {by: iam, authorizer: b}");
    conditions_of_nobody: of("least-privilege", "roles: [a], assumed_when: {StringEquals: {k: [v]}}");
    conditions_that_are_none: of(
        "least-privilege",
        "roles: [a], assumed_by: ['*'], assumed_when: {StringSame: {k: [v]}}",
    );
}
