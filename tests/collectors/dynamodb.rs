//! Tables.

use crate::fake::{Answer, Fake, Request, json_error, named, ok, read_of};
use stackproof::collect::Dynamodb;
use stackproof::inventory::dynamodb::DynamodbTable;
use stackproof::inventory::{Fact, Needs, Reason, ResourceType};

const TYPE: &str = DynamodbTable::NAME;

fn everything() -> Needs {
    ["table", "time_to_live", "continuous_backups", "tags"]
        .into_iter()
        .fold(Needs::none(), |needs, fact| needs.fact(TYPE, fact))
}

/// Two pages of tables, `events` on the first and `keys` on the second.
fn account(request: &Request) -> Answer {
    match request.operation.as_str() {
        "ListTables" if request.has("\"ExclusiveStartTableName\":\"events\"") => {
            ok(r#"{"TableNames":["keys"]}"#)
        }
        "ListTables" => ok(r#"{"TableNames":["events"],"LastEvaluatedTableName":"events"}"#),
        "DescribeTable" => ok(r#"{"Table":{"TableName":"events","TableStatus":"ACTIVE",
            "BillingModeSummary":{"BillingMode":"PAY_PER_REQUEST"},
            "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
            "AttributeDefinitions":[{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"pk","AttributeType":"S"}],
            "GlobalSecondaryIndexes":[{"IndexName":"by-status","IndexStatus":"ACTIVE",
                "KeySchema":[{"AttributeName":"sk","KeyType":"HASH"}],
                "Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["title","actor"]}}],
            "TableClassSummary":{"TableClass":"STANDARD_INFREQUENT_ACCESS"},
            "StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"},
            "SSEDescription":{"Status":"ENABLED","KMSMasterKeyArn":"arn:aws:kms:us-east-1:123456789012:key/k"},
            "DeletionProtectionEnabled":true}}"#),
        "DescribeTimeToLive" => {
            ok(r#"{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"expires_at"}}"#)
        }
        "DescribeContinuousBackups" => ok(
            r#"{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED",
            "PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"DISABLED","RecoveryPeriodInDays":35}}}"#,
        ),
        "ListTagsOfResource" if request.has("NextToken") => ok(r#"{"Tags":[{"Key":"Project","Value":"p"}]}"#),
        "ListTagsOfResource" => ok(r#"{"Tags":[{"Key":"Environment","Value":"dev"}],"NextToken":"more"}"#),
        other => json_error(400, "UnknownOperationException", other),
    }
}

#[tokio::test]
async fn both_pages_and_every_fact_are_read_once() {
    let fake = Fake::start(account).await;
    let (collected, reads) = fake.collect(&Dynamodb, &everything()).await;
    assert!(collected.gaps.is_empty(), "{:?}", collected.gaps);
    assert_eq!(collected.resources.len(), 2);
    let resource = named(&collected, "events");
    assert_eq!(
        resource.arn,
        "arn:aws:dynamodb:us-east-1:123456789012:table/events"
    );
    let own = DynamodbTable::of(&resource.details).unwrap();
    let table = own.table.known().unwrap();
    assert_eq!(table.billing_mode, "PAY_PER_REQUEST");
    assert_eq!(table.key_schema[1].key_type, "RANGE");
    assert_eq!(table.attribute_definitions[0].attribute_name, "pk");
    let index = &table.global_secondary_indexes[0];
    assert_eq!(index.projection_type.as_deref(), Some("INCLUDE"));
    assert_eq!(index.non_key_attributes, ["actor", "title"]);
    assert_eq!(table.table_class, "STANDARD_INFREQUENT_ACCESS");
    assert!(table.stream_enabled && table.deletion_protection_enabled);
    assert_eq!(table.sse_status.as_deref(), Some("ENABLED"));
    let ttl = own.time_to_live.known().unwrap();
    assert_eq!(ttl.attribute_name.as_deref(), Some("expires_at"));
    let backups = own.continuous_backups.known().unwrap();
    assert_eq!(backups.point_in_time_recovery_status, "DISABLED");
    assert_eq!(resource.tags.known().unwrap().len(), 2, "tags of both pages");

    let list = read_of(&reads, "dynamodb:ListTables");
    assert_eq!((list.pages, list.items, list.calls, list.retries), (2, 2, 2, 0));
    for (action, calls) in [
        ("dynamodb:DescribeTable", 2),
        ("dynamodb:DescribeTimeToLive", 2),
        ("dynamodb:DescribeContinuousBackups", 2),
        ("dynamodb:ListTagsOfResource", 4),
    ] {
        assert_eq!(read_of(&reads, action).calls, calls, "{action}");
    }
}

#[tokio::test]
async fn what_dynamodb_leaves_out_of_a_table_is_its_default() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "DescribeTable" => ok(r#"{"Table":{"TableName":"events","TableStatus":"ACTIVE"}}"#),
        _ => account(request),
    })
    .await;
    let (collected, _) = fake.collect(&Dynamodb, &Needs::none().fact(TYPE, "table")).await;
    let own = DynamodbTable::of(&named(&collected, "events").details).unwrap();
    let table = own.table.known().unwrap();
    assert_eq!(
        (table.billing_mode.as_str(), table.table_class.as_str()),
        ("PROVISIONED", "STANDARD")
    );
    assert!(!table.stream_enabled && table.sse_status.is_none() && !table.deletion_protection_enabled);
}

#[tokio::test]
async fn facts_that_nobody_needs_are_not_asked_for() {
    let fake = Fake::start(account).await;
    let needs = Needs::none().fact(TYPE, "time_to_live");
    let (collected, reads) = fake.collect(&Dynamodb, &needs).await;
    let resource = named(&collected, "keys");
    let own = DynamodbTable::of(&resource.details).unwrap();
    assert!(own.time_to_live.known().is_some());
    assert_eq!((&own.table, &resource.tags), (&Fact::NotRead, &Fact::NotRead));
    assert_eq!(reads.len(), 2);
}

#[tokio::test]
async fn a_denied_second_page_keeps_the_first_and_leaves_a_gap() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "ListTables" if request.has("ExclusiveStartTableName") => {
            json_error(400, "AccessDeniedException", "User: x is not authorized")
        }
        _ => account(request),
    })
    .await;
    let (collected, reads) = fake.collect(&Dynamodb, &Needs::none().list(TYPE)).await;
    assert_eq!(named(&collected, "events").id, "events");
    let gap = &collected.gaps[TYPE][0];
    assert_eq!(
        (gap.action.as_str(), gap.reason),
        ("dynamodb:ListTables", Reason::AccessDenied)
    );
    assert_eq!(gap.message, "AccessDeniedException: User: x is not authorized");
    let list = read_of(&reads, "dynamodb:ListTables");
    assert_eq!((list.pages, list.calls, list.failed), (1, 2, 1));
}

#[tokio::test]
async fn a_denied_fact_is_unreadable_and_nothing_else_is() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "DescribeTimeToLive" if request.has("events") => json_error(400, "AccessDeniedException", "no"),
        _ => account(request),
    })
    .await;
    let (collected, _) = fake.collect(&Dynamodb, &everything()).await;
    assert!(collected.gaps.is_empty());
    let of = |name| DynamodbTable::of(&named(&collected, name).details).unwrap();
    let Fact::Unreadable(gap) = &of("events").time_to_live else {
        panic!("{:?}", of("events").time_to_live);
    };
    assert_eq!(
        (gap.action.as_str(), gap.region.as_str()),
        ("dynamodb:DescribeTimeToLive", "us-east-1")
    );
    assert!(of("keys").time_to_live.known().is_some());
    assert!(of("events").continuous_backups.known().is_some());
}

#[tokio::test]
async fn a_table_deleted_between_list_and_description_has_vanished() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "DescribeContinuousBackups" => json_error(400, "TableNotFoundException", "Table not found: keys"),
        _ => account(request),
    })
    .await;
    let needs = Needs::none().fact(TYPE, "continuous_backups");
    let (collected, _) = fake.collect(&Dynamodb, &needs).await;
    let own = DynamodbTable::of(&named(&collected, "keys").details).unwrap();
    assert!(matches!(&own.continuous_backups, Fact::Unreadable(gap) if gap.reason == Reason::Vanished));
}

#[tokio::test]
async fn an_answer_without_its_content_is_never_taken_for_an_empty_one() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "ListTables" => ok(r#"{"TableNames":["events"]}"#),
        _ => ok("{}"),
    })
    .await;
    let needs = Needs::none().fact(TYPE, "time_to_live").fact(TYPE, "table");
    let (collected, _) = fake.collect(&Dynamodb, &needs).await;
    let own = DynamodbTable::of(&named(&collected, "events").details).unwrap();
    assert!(matches!(own.time_to_live, Fact::Unreadable(_)));
    assert!(matches!(own.table, Fact::Unreadable(_)));
}
