//! What is read from the account, counted by the proxy: once, and only what the checks need; throttling is endured.

use std::collections::{BTreeMap, BTreeSet};

use crate::Failure;
use crate::account::STATE_BUCKET;
use crate::binary::{ensure, verify};
use crate::proxy::Fault;
use crate::sandbox::Sandbox;
use crate::scenarios::NO_LATENCY;

/// The stack's tables.
const TABLES: usize = 4;

/// And the table of Terraform's locks.
const ALL_TABLES: usize = TABLES + 1;

/// Those whose items expire.
const EXPIRING_TABLES: usize = 3;

/// The stack's queues.
const QUEUES: usize = 3;

/// Counted by the proxy: the requests are exactly the pages and per-resource reads, none of them twice.
pub fn each_request_is_sent_once(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let ran = verify(sandbox, &NO_LATENCY)?;
    ran.expect_code(0)?;
    let requests = sandbox.proxy.requests();
    let distinct: BTreeSet<_> = requests.iter().collect();
    ensure(distinct.len() == requests.len(), || {
        let mut counts = BTreeMap::new();
        for request in &requests {
            *counts.entry(request).or_insert(0) += 1;
        }
        counts.retain(|_, count| *count > 1);
        format!("sent more than once: {counts:?}")
    })?;
    let operations = operations(sandbox);
    println!("\n{} requests: {operations:?}", requests.len());
    // One list each, and what the checks need of each table, queue and function.
    for (operation, count) in [
        ("GetCallerIdentity", 1),
        ("ListTables", 1),
        ("DescribeTable", ALL_TABLES),
        ("DescribeTimeToLive", EXPIRING_TABLES),
        ("DescribeContinuousBackups", TABLES),
        ("ListTagsOfResource", ALL_TABLES),
        // The list of buckets.
        ("GET /", 1),
        // Policy, list, ownership, block, versions, encryption and tags.
        (&format!("GET /{STATE_BUCKET}/"), 7),
        ("ListQueues", 1),
        ("GetQueueAttributes", QUEUES),
        ("ListQueueTags", QUEUES),
        ("GetAccountAuthorizationDetails", 1),
        ("DescribeVpcs", 1),
        ("DescribeSubnets", 1),
        ("DescribeRouteTables", 1),
        ("DescribeInternetGateways", 1),
        ("DescribeNatGateways", 1),
        ("DescribeSecurityGroups", 1),
        ("DescribeVpcEndpoints", 1),
    ] {
        let sent = operations.get(operation).copied().unwrap_or_default();
        ensure(sent == count, || {
            format!("{operation}: {sent} sent, {count} needed\n{operations:?}")
        })?;
    }
    // For every operation: as many requests as answers that were used, and none that the report does not know.
    let reads = ran.report["coverage"]["reads"].as_array().ok_or("no reads")?;
    for read in reads {
        ensure(read["calls"] == read["pages"] && read["failed"] == 0, || {
            read.to_string()
        })?;
    }
    let reported: u64 = reads.iter().filter_map(|read| read["calls"].as_u64()).sum();
    // The account guard is asked before anything is read, so it is no read.
    let sent = u64::try_from(requests.len())? - 1;
    ensure(reported == sent, || {
        format!("{reported} requests reported, {sent} sent")
    })
}

/// One kind of check reads what it needs, and nothing else.
pub fn only_needed_reads_are_made(sandbox: &mut Sandbox) -> Result<(), Failure> {
    verify(sandbox, &["--kind", "ttl"])?.expect_code(0)?;
    let expected = [
        ("GetCallerIdentity", 1),
        ("ListTables", 1),
        ("DescribeTimeToLive", EXPIRING_TABLES),
    ];
    let expected = expected.map(|(name, count)| (name.to_owned(), count)).into();
    let operations = operations(sandbox);
    ensure(operations == expected, || {
        format!("expected {expected:?}\nsent {operations:?}")
    })
}

/// How often each operation was asked for.
pub fn operations(sandbox: &Sandbox) -> BTreeMap<String, usize> {
    let mut operations = BTreeMap::new();
    for request in sandbox.proxy.requests() {
        *operations.entry(request.operation).or_insert(0) += 1;
    }
    operations
}

/// What was throttled is asked again, and the verdict is the same.
pub fn throttling_is_retried(sandbox: &mut Sandbox) -> Result<(), Failure> {
    sandbox.proxy.inject(Fault::ThrottleEvery(10));
    let ran = verify(sandbox, &NO_LATENCY)?;
    ran.expect_code(0)?;
    let retries: u64 = ran.report["coverage"]["reads"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|read| read["retries"].as_u64())
        .sum();
    ensure(retries > 0, || "nothing was retried".to_owned())
}

/// One resource that stays throttled is one error; the others are judged.
pub fn throttled_out_is_an_error(sandbox: &mut Sandbox) -> Result<(), Failure> {
    let fault = Fault::Throttle("DescribeContinuousBackups", "zapier-triggers-api-keys-dev");
    sandbox.proxy.inject(fault);
    let ran = verify(sandbox, &["--kind", "pitr", "--kind", "ttl"])?;
    ran.expect_code(3)?;
    // One resource that cannot be read is one error; the others are judged.
    let expected = BTreeSet::from(["dynamodb-pitr::zapier-triggers-api-keys-dev".to_owned()]);
    let undetermined = ran.with_outcome("error");
    ensure(undetermined == expected, || format!("{undetermined:?}"))?;
    ensure(
        ran.with_outcome("pass").len() == TABLES - 1 + EXPIRING_TABLES,
        || ran.stdout.clone(),
    )?;
    ensure(ran.stdout.contains("throttled"), || ran.stdout.clone())
}
