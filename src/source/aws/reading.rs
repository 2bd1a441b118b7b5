//! Runs the collectors that are needed and puts together what they found.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tokio::task::{JoinError, JoinSet};

use super::Session;
use crate::collect::{Collected, Collector, Context, Progress, all};
use crate::inventory::{Coverage, Gap, Inventory, Needs, Reason, TypeCoverage};

/// Reads what is needed, all services at the same time.
///
/// A collector that fails or panics takes no other with it: its types get a gap.
pub async fn collect(session: &Session, needs: &Needs, progress: Progress) -> Inventory {
    let context = Arc::new(Context::new(
        session.sdk.clone(),
        session.identity.account.clone(),
        session.region.clone(),
        session.identity.partition.clone(),
        progress,
    ));
    let collectors = all()
        .into_iter()
        .filter(|collector| is_needed(collector.as_ref(), needs));
    run(&context, collectors.collect(), needs).await
}

fn is_needed(collector: &dyn Collector, needs: &Needs) -> bool {
    collector.resource_types().iter().any(|name| needs.wants(name))
}

/// Runs the collectors and puts together what they found.
async fn run(context: &Arc<Context>, collectors: Vec<Box<dyn Collector>>, needs: &Needs) -> Inventory {
    let collectors: Vec<Arc<dyn Collector>> = collectors.into_iter().map(Arc::from).collect();
    let mut running = JoinSet::new();
    let mut started = HashMap::new();
    for collector in &collectors {
        let (own, context, needs) = (Arc::clone(collector), Arc::clone(context), needs.clone());
        let handle = running.spawn(async move { own.collect(&context, &needs).await });
        started.insert(handle.id(), Arc::clone(collector));
    }
    let mut resources = Vec::new();
    let mut gaps: BTreeMap<&'static str, Vec<Gap>> = BTreeMap::new();
    while let Some(ended) = running.join_next_with_id().await {
        let collected = match ended {
            Ok((_, collected)) => collected,
            Err(error) => started
                .get(&error.id())
                .map(|collector| stopped(collector.as_ref(), context.region(), needs, error))
                .unwrap_or_default(),
        };
        resources.extend(collected.resources);
        for (name, more) in collected.gaps {
            gaps.entry(name).or_default().extend(more);
        }
    }
    let mut coverage = Coverage::default();
    for collector in &collectors {
        for name in collector.resource_types().iter().filter(|name| needs.wants(name)) {
            let mut gaps = gaps.remove(name).unwrap_or_default();
            gaps.sort();
            gaps.dedup();
            let facts = facts(collector.as_ref(), name, needs);
            coverage
                .types
                .insert((*name).to_owned(), TypeCoverage { facts, gaps });
        }
    }
    coverage.reads = context.log().reads();
    Inventory::new(
        context.account().to_owned(),
        context.region().to_owned(),
        resources,
        coverage,
    )
}

/// The facts of a type that were read: those that are needed, and those that come with the list.
fn facts(collector: &dyn Collector, name: &str, needs: &Needs) -> BTreeSet<String> {
    let of_list = collector
        .facts_of_list(name)
        .iter()
        .map(|fact| (*fact).to_owned());
    let needed = needs
        .types()
        .filter(|(needed, _)| *needed == name)
        .flat_map(|(_, facts)| facts);
    of_list.chain(needed).collect()
}

/// What a collector found that stopped by a panic: nothing, and it says so.
fn stopped(collector: &dyn Collector, region: &str, needs: &Needs, error: JoinError) -> Collected {
    let why = match error.try_into_panic() {
        Ok(panic) => panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".to_owned()),
        Err(error) => error.to_string(),
    };
    let action = collector
        .operations(needs)
        .first()
        .map_or(collector.service(), |operation| operation.action);
    let message = format!(
        "a defect of stackproof: the {} collector stopped: {why}",
        collector.service()
    );
    let mut collected = Collected::default();
    for name in collector.resource_types() {
        collected.gap(name, Gap::new(action, region, Reason::ServiceError, &message));
    }
    collected
}

/// The IAM actions that reading what is needed takes, sorted.
///
/// `sts:GetCallerIdentity` is not among them: AWS lets every principal ask who it is, and a policy cannot forbid it.
#[must_use]
pub fn permissions(needs: &Needs) -> Vec<&'static str> {
    let mut actions: Vec<&'static str> = all()
        .iter()
        .flat_map(|collector| collector.operations(needs))
        .map(|operation| operation.action)
        .collect();
    actions.sort_unstable();
    actions.dedup();
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::Operation;
    use async_trait::async_trait;
    use aws_config::SdkConfig;

    struct Panicking;

    #[async_trait]
    impl Collector for Panicking {
        fn service(&self) -> &'static str {
            "sqs"
        }
        fn resource_types(&self) -> &'static [&'static str] {
            &["aws_sqs_queue"]
        }
        fn operations(&self, _needs: &Needs) -> Vec<Operation> {
            vec![Operation::list("sqs:ListQueues")]
        }
        async fn collect(&self, _context: &Context, _needs: &Needs) -> Collected {
            panic!("of all things");
        }
    }

    struct Empty;

    #[async_trait]
    impl Collector for Empty {
        fn service(&self) -> &'static str {
            "tag"
        }
        fn resource_types(&self) -> &'static [&'static str] {
            &["aws_resourcegroupstaggingapi_resources"]
        }
        fn operations(&self, _needs: &Needs) -> Vec<Operation> {
            Vec::new()
        }
        async fn collect(&self, _context: &Context, _needs: &Needs) -> Collected {
            Collected::default()
        }
    }

    #[tokio::test]
    async fn a_panicking_collector_leaves_gaps_and_spares_the_others() {
        let sdk = SdkConfig::builder().build();
        let context = Context::new(sdk, "123456789012", "us-east-1", "aws", Arc::new(|_| {}));
        let needs = Needs::none()
            .fact("aws_sqs_queue", "attributes")
            .list("aws_resourcegroupstaggingapi_resources");
        let collectors: Vec<Box<dyn Collector>> = vec![Box::new(Panicking), Box::new(Empty)];
        let inventory = run(&Arc::new(context), collectors, &needs).await;
        assert!(
            inventory
                .missing("aws_resourcegroupstaggingapi_resources")
                .is_none()
        );
        let gap = &inventory.coverage.types["aws_sqs_queue"].gaps[0];
        assert_eq!(gap.action, "sqs:ListQueues");
        assert!(
            gap.message.ends_with("the sqs collector stopped: of all things"),
            "{gap}"
        );
    }

    #[test]
    fn permissions_are_sorted_and_follow_the_needs() {
        let needs = Needs::none()
            .fact("aws_dynamodb_table", "time_to_live")
            .list("aws_subnet");
        assert_eq!(
            permissions(&needs),
            [
                "dynamodb:DescribeTimeToLive",
                "dynamodb:ListTables",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs"
            ]
        );
        assert!(permissions(&Needs::none()).is_empty());
    }
}
