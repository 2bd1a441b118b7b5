//! One run with every outcome, which every writer is tested with.

use jiff::Timestamp;

use super::model::FORMAT;
use super::{CaseResult, CheckInfo, Counts, Run};
use crate::check::{Assessment, Subject, Verdict};
use crate::config::Severity;
use crate::inventory::{Coverage, Fact, Gap, Read, Reason};
use crate::source::{Provenance, Target};

/// A run with one case per outcome.
pub fn sample_run() -> Run {
    let table = |name: &str| Subject {
        name: name.into(),
        resource_type: Some("aws_dynamodb_table".into()),
        arn: Some(format!("arn:aws:dynamodb:us-east-1:123456789012:table/{name}")),
    };
    let mut pass = Assessment::default();
    pass.saw("TimeToLiveStatus", "ENABLED");
    let mut fail = Assessment::default();
    fail.saw("TimeToLiveStatus", "DISABLED <&> \u{1b}[31mred\u{1b}[0m");
    fail.differs("items do not expire", "ENABLED", "DISABLED");
    fail.differs("items expire by another attribute", "expires_at", "none");
    let gap = Gap::new(
        "dynamodb:DescribeTimeToLive",
        "us-east-1",
        Reason::AccessDenied,
        "AccessDeniedException: not authorized to perform dynamodb:DescribeTimeToLive",
    );
    let mut unknown = Assessment::default();
    unknown.need::<u8>("time to live", &Fact::Unknown);
    let cases = vec![
        case(table("events-dev"), pass.conclude("items expire by `expires_at`")),
        case(table("keys-dev"), fail.conclude("")),
        case(table("audit-dev"), Verdict::unreadable(&[gap])),
        case(table("new-dev"), unknown.conclude("")),
        case(
            Subject::named("every subject"),
            Verdict::not_applicable("only for production"),
        ),
        case(
            Subject::named("broken"),
            Verdict::undetermined("the check itself broke"),
        ),
    ];
    let counts = Counts::of(&cases);
    Run {
        report_format: FORMAT,
        version: "0.1.0".into(),
        environment: "dev".into(),
        provenance: Provenance {
            target: Target::Aws,
            description: "account 123456789012 in us-east-1".into(),
            account: "123456789012".into(),
            region: "us-east-1".into(),
        },
        started_at: Timestamp::UNIX_EPOCH,
        duration_ms: 1234,
        counts,
        exit_code: counts.exit_code(),
        cases,
        filtered_out: vec!["dynamodb-events-pitr::events-dev".into()],
        coverage: Coverage {
            reads: vec![Read {
                action: "dynamodb:ListTables".into(),
                region: "us-east-1".into(),
                pages: 2,
                items: 103,
                calls: 3,
                retries: 1,
                throttled: 1,
                failed: 0,
            }],
            ..Coverage::default()
        },
    }
}

fn case(subject: Subject, verdict: Verdict) -> CaseResult {
    CaseResult {
        name: format!("dynamodb-events-ttl::{}", subject.name),
        check: CheckInfo {
            id: "dynamodb-events-ttl".into(),
            kind: "ttl".into(),
            title: "Events expire after 30 days".into(),
            severity: Severity::High,
            tags: vec!["dynamodb".into()],
            owner: "platform".into(),
            why: "An event older than its retention is a liability.".into(),
            fix: "Set `ttl` of the table in terraform/modules/dynamodb.".into(),
            place: "checks/dynamodb.yaml:3:9".into(),
        },
        subject,
        verdict,
        duration_us: 1500,
    }
}
