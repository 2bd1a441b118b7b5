//! Functions.

use crate::fake::{Answer, Fake, Request, json_error, named, ok, read_of};
use stackproof::collect::Lambda;
use stackproof::inventory::lambda::LambdaFunction;
use stackproof::inventory::{Fact, Needs, Reason, ResourceType};

const TYPE: &str = LambdaFunction::NAME;
const FUNCTIONS: &str = "/functions/";

fn everything() -> Needs {
    [
        "tags",
        "code",
        "policy",
        "aliases",
        "alias_policies",
        "concurrency",
        "event_invoke_config",
    ]
    .into_iter()
    .fold(Needs::none(), |needs, fact| needs.fact(TYPE, fact))
}

/// Two pages of functions, `health` on the first and `worker` on the second.
fn account(request: &Request) -> Answer {
    let operation = request.operation.as_str();
    let missing = |message| json_error(404, "ResourceNotFoundException", message);
    match operation.rsplit_once(FUNCTIONS).map(|(_, rest)| rest) {
        None if operation == "GET /2015-03-31/functions" && !request.has("MaxItems=50") => {
            json_error(400, "NoPages", "no page size")
        }
        None if operation == "GET /2015-03-31/functions" && request.has("Marker=two") => {
            ok(r#"{"Functions":[{"FunctionName":"worker",
            "FunctionArn":"arn:aws:lambda:us-east-1:123456789012:function:worker","Runtime":"python3.13","Handler":"a.b",
            "VpcConfig":{"VpcId":"","SubnetIds":[]},
            "Environment":{"Error":{"ErrorCode":"AccessDeniedException","Message":"kms"}}}]}"#)
        }
        None if operation == "GET /2015-03-31/functions" => {
            ok(r#"{"NextMarker":"two","Functions":[{"FunctionName":"health",
            "FunctionArn":"arn:aws:lambda:us-east-1:123456789012:function:health","PackageType":"Image",
            "Role":"arn:aws:iam::123456789012:role/health","Timeout":10,"MemorySize":512,"Architectures":["arm64"],
            "TracingConfig":{"Mode":"Active"},"VpcConfig":{"VpcId":"vpc-1","SubnetIds":["subnet-2","subnet-1"],
            "SecurityGroupIds":["sg-1"]},"DeadLetterConfig":{"TargetArn":"arn:aws:sqs:us-east-1:123456789012:dlq"},
            "EphemeralStorage":{"Size":512},"LoggingConfig":{"LogFormat":"JSON","LogGroup":"/aws/lambda/health"},
            "Environment":{"Variables":{"API_TOKEN":"hunter2-and-more","TABLE":"abc"}},"CodeSha256":"x",
            "LastModified":"2026-01-01T00:00:00.000+0000"}]}"#)
        }
        None if operation.starts_with("GET /2017-03-31/tags/") => ok(r#"{"Tags":{"Project":"p"}}"#),
        Some("health") => ok(
            r#"{"Configuration":{"State":"Active","LastUpdateStatus":"InProgress"},"Code":{"RepositoryType":"ECR",
            "Location":"https://signed.example/?X-Amz-Signature=secret-signature","ImageUri":"ecr/health:1",
            "ResolvedImageUri":"ecr/health@sha256:0"}}"#,
        ),
        Some("worker") => ok(r#"{"Code":{"RepositoryType":"S3"}}"#),
        Some("health/policy") if request.has("Qualifier=live") => ok(r#"{"Policy":"{\"Statement\":[1]}"}"#),
        Some("health/policy") if request.has("Qualifier=") => missing("No policy is associated with it."),
        Some("health/policy") => ok(r#"{"Policy":"{\"Statement\":[]}"}"#),
        Some("worker/policy") => missing("The resource you requested does not exist."),
        Some("health/aliases") if request.has("Marker=more") => {
            ok(r#"{"Aliases":[{"Name":"blue","FunctionVersion":"1"}]}"#)
        }
        Some("health/aliases") => ok(
            r#"{"NextMarker":"more","Aliases":[{"Name":"live","FunctionVersion":"2",
            "RoutingConfig":{"AdditionalVersionWeights":{"3":0.1}}}]}"#,
        ),
        Some("worker/aliases") => ok(r#"{"Aliases":[]}"#),
        Some("health/concurrency") => ok(r#"{"ReservedConcurrentExecutions":5}"#),
        Some("worker/concurrency") => ok("{}"),
        Some("health/event-invoke-config") => ok(r#"{"MaximumRetryAttempts":1,
            "DestinationConfig":{"OnSuccess":{},"OnFailure":{"Destination":"arn:aws:sqs:us-east-1:123456789012:dlq"}}}"#),
        Some("worker/event-invoke-config") => {
            missing("The function worker doesn't have an EventInvokeConfig")
        }
        _ => json_error(400, "UnknownOperationException", operation),
    }
}

#[tokio::test]
async fn both_pages_and_every_fact_are_read_once() {
    let fake = Fake::start(account).await;
    let (collected, reads) = fake.collect(&Lambda, &everything()).await;
    assert!(collected.gaps.is_empty(), "{:?}", collected.gaps);
    let health = named(&collected, "health");
    assert_eq!(health.tags.known().unwrap()["Project"], "p");
    let own = LambdaFunction::of(&health.details).unwrap();
    assert_eq!(
        (own.package_type.as_str(), own.tracing_mode.as_str()),
        ("Image", "Active")
    );
    assert_eq!((own.timeout, own.memory_size), (Some(10), Some(512)));
    assert_eq!(own.subnet_ids, ["subnet-1", "subnet-2"]);
    assert_eq!(
        own.dead_letter_target_arn.as_deref(),
        Some("arn:aws:sqs:us-east-1:123456789012:dlq")
    );
    let code = own.code.known().unwrap();
    assert_eq!(code.image_uri.as_deref(), Some("ecr/health:1"));
    assert_eq!(
        own.policy.known().unwrap().as_deref(),
        Some(r#"{"Statement":[]}"#)
    );
    assert_eq!(
        (code.state.as_deref(), code.last_update_status.as_deref()),
        (Some("Active"), Some("InProgress"))
    );
    let policies = own.alias_policies.known().unwrap();
    assert_eq!(policies.len(), 1);
    assert_eq!(policies["live"], r#"{"Statement":[1]}"#);
    let aliases = own.aliases.known().unwrap();
    assert_eq!(
        (aliases[0].name.as_str(), aliases[1].name.as_str()),
        ("blue", "live")
    );
    assert!((aliases[1].additional_version_weights["3"] - 0.1).abs() < f64::EPSILON);
    assert_eq!(
        own.concurrency.known().unwrap().reserved_concurrent_executions,
        Some(5)
    );
    let events = own.event_invoke_config.known().unwrap().as_ref().unwrap();
    assert_eq!(
        (
            events.maximum_retry_attempts,
            events.on_success_destination.as_deref()
        ),
        (Some(1), None)
    );
    assert!(events.on_failure_destination.is_some());

    let list = read_of(&reads, "lambda:ListFunctions");
    assert_eq!((list.pages, list.items, list.calls), (2, 2, 2));
    assert_eq!(read_of(&reads, "lambda:ListAliases").calls, 3);
    // Of both functions, and of the two aliases of one.
    assert_eq!(read_of(&reads, "lambda:GetPolicy").calls, 4);
    for action in ["GetFunction", "GetFunctionConcurrency", "ListTags"] {
        assert_eq!(read_of(&reads, &format!("lambda:{action}")).calls, 2, "{action}");
    }
}

/// A function without a policy or without settings for events says so by an error, which is an answer.
#[tokio::test]
async fn what_a_function_lacks_is_known_to_be_absent() {
    let fake = Fake::start(account).await;
    let (collected, reads) = fake.collect(&Lambda, &everything()).await;
    let own = LambdaFunction::of(&named(&collected, "worker").details).unwrap();
    assert_eq!(own.policy, Fact::Known(None));
    assert_eq!(own.event_invoke_config, Fact::Known(None));
    assert_eq!(
        own.concurrency.known().unwrap().reserved_concurrent_executions,
        None
    );
    assert_eq!(own.vpc_id, None);
    assert_eq!(read_of(&reads, "lambda:GetPolicy").failed, 0);
    // Variables that Lambda could not decrypt are not an empty environment.
    assert!(matches!(&own.environment, Fact::Unreadable(gap) if gap.action == "lambda:ListFunctions"));
}

#[tokio::test]
async fn no_value_of_a_variable_and_no_signed_url_is_kept() {
    let fake = Fake::start(account).await;
    let (collected, _) = fake.collect(&Lambda, &everything()).await;
    let text = serde_json::to_string(&collected.resources).unwrap();
    for secret in ["hunter2", "secret-signature", "signed.example"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let own = LambdaFunction::of(&named(&collected, "health").details).unwrap();
    assert_eq!(
        own.environment.known().unwrap()["TABLE"],
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[tokio::test]
async fn only_what_is_needed_of_named_functions_is_asked_for() {
    let fake = Fake::start(account).await;
    let names = ["health".parse().unwrap()];
    let needs = Needs::none().fact_of(TYPE, "policy", &names);
    let (collected, reads) = fake.collect(&Lambda, &needs).await;
    assert_eq!(read_of(&reads, "lambda:GetPolicy").calls, 1);
    let own = |name| LambdaFunction::of(&named(&collected, name).details).unwrap();
    assert_eq!(
        (&own("worker").policy, &own("health").aliases),
        (&Fact::NotRead, &Fact::NotRead)
    );
}

#[tokio::test]
async fn a_denied_second_page_keeps_the_first_and_leaves_a_gap() {
    let fake = Fake::start(|request| {
        if request.has("Marker=two") {
            json_error(403, "AccessDeniedException", "User: x is not authorized")
        } else {
            account(request)
        }
    })
    .await;
    let (collected, _) = fake.collect(&Lambda, &Needs::none().list(TYPE)).await;
    assert_eq!(collected.resources.len(), 1);
    let gap = &collected.gaps[TYPE][0];
    assert_eq!(
        (gap.action.as_str(), gap.reason),
        ("lambda:ListFunctions", Reason::AccessDenied)
    );
}

#[tokio::test]
async fn a_denied_or_vanished_fact_is_unreadable_and_nothing_else_is() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "GET /2015-03-31/functions/health/policy" => json_error(403, "AccessDeniedException", "no"),
        "GET /2015-03-31/functions/worker/policy" => {
            json_error(404, "ResourceNotFoundException", "Function not found: worker")
        }
        _ => account(request),
    })
    .await;
    let (collected, _) = fake.collect(&Lambda, &everything()).await;
    let own = |name| LambdaFunction::of(&named(&collected, name).details).unwrap();
    let why = |name| match &own(name).policy {
        Fact::Unreadable(gap) => gap.reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        (why("health"), why("worker")),
        (Reason::AccessDenied, Reason::Vanished)
    );
    assert!(own("health").aliases.known().is_some() && collected.gaps.is_empty());
}

/// Policies of aliases need the list of aliases, which is read once whoever needs it.
#[tokio::test]
async fn a_denied_policy_of_an_alias_leaves_the_aliases_known() {
    let fake = Fake::start(|request| match request.operation.as_str() {
        "GET /2015-03-31/functions/health/policy" if request.has("Qualifier=live") => {
            json_error(403, "AccessDeniedException", "no")
        }
        _ => account(request),
    })
    .await;
    let (collected, _) = fake.collect(&Lambda, &everything()).await;
    let own = LambdaFunction::of(&named(&collected, "health").details).unwrap();
    assert!(own.aliases.known().is_some() && own.policy.known().is_some());
    assert!(matches!(&own.alias_policies, Fact::Unreadable(gap) if gap.reason == Reason::AccessDenied));
}

#[tokio::test]
async fn policies_of_aliases_alone_list_the_aliases_and_do_not_keep_them() {
    let fake = Fake::start(account).await;
    let needs = Needs::none().fact(TYPE, "alias_policies");
    let (collected, reads) = fake.collect(&Lambda, &needs).await;
    let own = LambdaFunction::of(&named(&collected, "worker").details).unwrap();
    assert_eq!(own.aliases, Fact::NotRead);
    assert!(own.alias_policies.known().unwrap().is_empty());
    assert_eq!(read_of(&reads, "lambda:ListAliases").calls, 3);
}
