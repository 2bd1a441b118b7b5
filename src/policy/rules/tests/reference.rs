//! The reference grants of the stack's roles: clean with the documented exemptions, and only so.

use super::*;

/// What a Lambda function in a VPC needs on every network interface.
const INTERFACES: [&str; 4] = [
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
];

fn vpc_lambda(interfaces_on: &str) -> String {
    [
        allow(
            &["logs:CreateLogStream", "logs:PutLogEvents"],
            &["arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/events-dev:*"],
        ),
        allow(&["xray:PutTraceSegments", "xray:PutTelemetryRecords"], &["*"]),
        allow(&["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], &["*"]),
        allow(&INTERFACES, &[interfaces_on]),
    ]
    .join(",")
}

fn strict(declared: &[&str], exempt_actions: &[&str]) -> Options {
    Options {
        declared: Some(DeclaredActions::parse(declared).unwrap()),
        exempt_actions: exempt(exempt_actions).exempt_actions,
        ..Options::default()
    }
}

#[test]
fn a_lambda_function_in_a_vpc() {
    let mut declared = vec![
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
    ];
    declared.extend(INTERFACES);
    assert_eq!(run(&vpc_lambda("*"), &strict(&declared, &INTERFACES)), []);
    let bounded = "arn:aws:ec2:us-east-1:123456789012:*/*";
    assert_eq!(run(&vpc_lambda(bounded), &strict(&declared, &[])), []);

    let found = run(&vpc_lambda("*"), &strict(&declared, &[]));
    assert_eq!(rules(&found), ["wildcard-resource"]);
    assert_eq!(found[0].actions, INTERFACES);
    assert_eq!(found[0].statement.to_string(), "Statement[3]");
}

#[test]
fn a_table_reader() {
    let statements = [
        allow(
            &["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"],
            &[TABLE],
        ),
        allow(&["dynamodb:Query"], &[&format!("{TABLE}/index/*")]),
    ];
    let declared = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"];
    assert_eq!(run(&statements.join(","), &strict(&declared, &[])), []);
}

#[test]
fn a_queue_sender() {
    let statement = allow(
        &["sqs:SendMessage"],
        &["arn:aws:sqs:us-east-1:123456789012:events-dev"],
    );
    assert_eq!(run(&statement, &strict(&["sqs:SendMessage"], &[])), []);
    let more = strict(&["sqs:ReceiveMessage"], &[]);
    assert_eq!(rules(&run(&statement, &more)), ["undeclared-action"]);
}

/// AWS's own policy grants these on `*`; API Gateway checks the role when it is set.
#[test]
fn the_logging_role_of_api_gateway() {
    let actions = [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
        "logs:GetLogEvents",
        "logs:FilterLogEvents",
    ];
    let statement = allow(&actions, &["*"]);
    assert_eq!(run(&statement, &strict(&actions, &actions)), []);
    let found = run(&statement, &strict(&actions, &[]));
    assert_eq!(rules(&found), ["wildcard-resource"]);
    assert!(!found[0].actions.contains(&"logs:DescribeLogGroups".to_owned()));
    assert_eq!(found[0].action_count, 6);
}
