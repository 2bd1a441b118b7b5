//! The Resource Groups Tagging API.

use crate::fake::{Answer, Fake, Request, json_error, named, ok, read_of};
use stackproof::collect::Tagging;
use stackproof::inventory::tagging::TaggedResource;
use stackproof::inventory::{Needs, Reason, ResourceType};

const TYPE: &str = TaggedResource::NAME;

fn account(request: &Request) -> Answer {
    assert!(request.has("\"ResourcesPerPage\":100"), "{request:?}");
    if request.has("\"PaginationToken\":\"two\"") {
        ok(r#"{"PaginationToken":"","ResourceTagMappingList":[
            {"ResourceARN":"arn:aws:s3:::logs","Tags":[]},
            {"ResourceARN":"arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1","Tags":[{"Key":"Name","Value":"main"}]}]}"#)
    } else {
        ok(r#"{"PaginationToken":"two","ResourceTagMappingList":[
            {"ResourceARN":"arn:aws:lambda:us-east-1:123456789012:function:health","Tags":[{"Key":"Project","Value":"p"}]}]}"#)
    }
}

#[tokio::test]
async fn every_mapping_of_both_pages_becomes_a_resource() {
    let fake = Fake::start(account).await;
    let (collected, reads) = fake.collect(&Tagging, &Needs::none().list(TYPE)).await;
    assert!(collected.gaps.is_empty());
    let function = named(&collected, "health");
    assert_eq!(function.id, function.arn);
    assert_eq!(TaggedResource::of(&function.details).unwrap().service, "lambda");
    let bucket = named(&collected, "logs");
    assert_eq!(
        (bucket.region.as_str(), bucket.account.as_str()),
        ("global", "123456789012")
    );
    assert_eq!(named(&collected, "main").tags.known().unwrap()["Name"], "main");
    let read = read_of(&reads, "tag:GetResources");
    assert_eq!((read.pages, read.items, read.calls), (2, 3, 2));
}

#[tokio::test]
async fn a_denied_second_page_keeps_the_first_and_leaves_a_gap() {
    let fake = Fake::start(|request| {
        if request.has("PaginationToken\":\"two") {
            json_error(400, "AccessDeniedException", "no")
        } else {
            account(request)
        }
    })
    .await;
    let (collected, _) = fake.collect(&Tagging, &Needs::none().list(TYPE)).await;
    assert_eq!(collected.resources.len(), 1);
    let gap = &collected.gaps[TYPE][0];
    assert_eq!(
        (gap.action.as_str(), gap.reason),
        ("tag:GetResources", Reason::AccessDenied)
    );
}
