//! `wildcard-resource`.

use super::*;

#[test]
fn of_actions_that_take_one() {
    let table: &[(&[&str], &[&str], &[&str])] = &[
        (&["dynamodb:Query"], &["*"], &["dynamodb:Query"]),
        (&["DYNAMODB:QUERY"], &["*"], &["dynamodb:Query"]),
        (&["dynamodb:Query"], &["**"], &["dynamodb:Query"]),
        (&["dynamodb:Query"], &[TABLE, "*"], &["dynamodb:Query"]),
        (&["dynamodb:Query"], &["arn:aws:*"], &["dynamodb:Query"]),
        (&["dynamodb:Query"], &["arn:*:*:*:*:*"], &["dynamodb:Query"]),
        (
            &["dynamodb:Query"],
            &["arn:aws:dynamodb:*:*:*"],
            &["dynamodb:Query"],
        ),
        (
            &["dynamodb:Query"],
            &["arn:aws:dynamodb:*:*:table/*"],
            &["dynamodb:Query"],
        ),
        (
            &["dynamodb:Query"],
            &["arn:aws:dynamodb:?*:*:table/*?"],
            &["dynamodb:Query"],
        ),
        (&["dynamodb:Query"], &["?*"], &["dynamodb:Query"]),
        (&["nosuch:Get"], &["?*"], &["nosuch:Get"]),
        (
            &["dynamodb:Query"],
            &["arn:aws-cn:dynamodb:*:*:table/*"],
            &["dynamodb:Query"],
        ),
        (&["s3:GetObject"], &["arn:aws:s3:::*"], &["s3:GetObject"]),
        (&["s3:GetObject"], &["arn:aws:s3:::*/*"], &["s3:GetObject"]),
        (&["logs:CreateLogGroup"], &["*"], &["logs:CreateLogGroup"]),
        (
            &["ec2:CreateNetworkInterface"],
            &["*"],
            &["ec2:CreateNetworkInterface"],
        ),
        // Of several, those that take a resource.
        (
            &["ec2:DescribeSubnets", "sqs:SendMessage"],
            &["*"],
            &["sqs:SendMessage"],
        ),
        // What the catalogue lacks may take one.
        (
            &["deepracer:TestRewardFunction"],
            &["*"],
            &["deepracer:TestRewardFunction"],
        ),
        (&["nosuch:Get*"], &["arn:aws:nosuch:*:*:*"], &["nosuch:Get*"]),
        (&["s3:NoSuchAction"], &["arn:aws:s3:::*"], &["s3:NoSuchAction"]),
    ];
    for (actions, resources, expected) in table {
        let found = run(&allow(actions, resources), &patterns_off());
        assert_eq!(
            rules(&found),
            ["wildcard-resource"],
            "{actions:?} on {resources:?}"
        );
        assert_eq!(found[0].actions, *expected);
        assert_eq!(found[0].resource.as_deref(), resources.last().copied());
    }
}

#[test]
fn is_silent_where_it_must_be() {
    let table: &[(&[&str], &[&str])] = &[
        (&["dynamodb:Query"], &[TABLE]),
        (
            &["dynamodb:Query"],
            &["arn:aws:dynamodb:us-east-1:123456789012:table/*"],
        ),
        (&["s3:GetObject"], &["arn:aws:s3:::a/*"]),
        (&["s3:GetObject"], &["arn:aws:s3:::*-logs/*"]),
        (
            &[
                "ec2:DescribeSubnets",
                "xray:PutTraceSegments",
                "logs:DescribeLogGroups",
            ],
            &["*"],
        ),
        (&["nosuch:Get"], &["arn:aws:nosuch:eu-west-1:*:*"]),
    ];
    for (actions, resources) in table {
        assert_eq!(
            run(&allow(actions, resources), &patterns_off()),
            [],
            "{actions:?}"
        );
    }
}

#[test]
fn expands_action_patterns() {
    let found = run(&allow(&["ec2:Describe*"], &["*"]), &patterns_off());
    assert_eq!(rules(&found), ["wildcard-resource"]);
    assert!(
        found[0]
            .actions
            .contains(&"ec2:DescribeInstanceAttribute".to_owned())
    );
    assert!(!found[0].actions.contains(&"ec2:DescribeSubnets".to_owned()));
    assert_eq!(found[0].action_count, 17);
    assert!(
        found[0].message.ends_with("and 12 more; each can be narrowed"),
        "{}",
        found[0].message
    );

    // Matches only actions that take none.
    assert_eq!(run(&allow(&["ec2:DescribeSubnet*"], &["*"]), &patterns_off()), []);

    let admin = run(&allow(&["*"], &["*"]), &patterns_off());
    assert_eq!(rules(&admin), ["wildcard-action", "wildcard-resource"]);
    assert_eq!(
        (admin[1].actions.len(), admin[1].action_count),
        (MAX_ACTIONS, 22_091 - 6_724)
    );
}

#[test]
fn leaves_out_the_exempt() {
    let eni = allow(
        &["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"],
        &["*"],
    );
    assert_eq!(run(&eni, &exempt(&["ec2:*networkinterface"])), []);
    let found = run(&eni, &exempt(&["ec2:CreateNetworkInterface"]));
    assert_eq!(found[0].actions, ["ec2:DeleteNetworkInterface"]);
    assert_eq!(
        found[0].message,
        "`*` is every resource for the action `ec2:DeleteNetworkInterface`; it can be narrowed"
    );
    assert_eq!(run(&allow(&["nosuch:Get"], &["*"]), &exempt(&["nosuch:*"])), []);
    // An exemption narrower than an unknown pattern does not excuse it.
    let unknown = run(&allow(&["nosuch:Get*"], &["*"]), &exempt(&["nosuch:GetOne"]));
    assert_eq!(rules(&unknown), ["wildcard-resource"]);
}
