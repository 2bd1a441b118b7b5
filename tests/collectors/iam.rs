//! Roles and policies.

use crate::fake::{Answer, Fake, Request, named, ok, query_error, read_of};
use stackproof::collect::Iam;
use stackproof::inventory::iam::{IamPolicy, IamRole};
use stackproof::inventory::{Fact, Needs, Reason, ResourceType};

const OWN: &str = "arn:aws:iam::123456789012:policy/own";
const IN_USE: &str = "arn:aws:iam::aws:policy/InUse";

fn policy(arn: &str) -> String {
    let name = arn.rsplit('/').next().unwrap();
    format!(
        "<member><PolicyName>{name}</PolicyName><Arn>{arn}</Arn><Path>/</Path><DefaultVersionId>v2</DefaultVersionId>\
         <PolicyVersionList><member><VersionId>v1</VersionId><IsDefaultVersion>false</IsDefaultVersion>\
         <Document>%7B%22old%22%3A1%7D</Document></member><member><VersionId>v2</VersionId>\
         <IsDefaultVersion>true</IsDefaultVersion><Document>%7B%22new%22%3A1%7D</Document></member>\
         </PolicyVersionList></member>"
    )
}

fn page(roles: &str, policies: &str, marker: Option<&str>) -> Answer {
    let end = marker.map_or("<IsTruncated>false</IsTruncated>".to_owned(), |marker| {
        format!("<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>")
    });
    ok(format!(
        "<GetAccountAuthorizationDetailsResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
         <GetAccountAuthorizationDetailsResult><RoleDetailList>{roles}</RoleDetailList><Policies>{policies}</Policies>\
         {end}</GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
    ))
}

/// AWS's policies come before the role that uses one of them.
fn account(request: &Request) -> Answer {
    if request.operation == "ListPolicyTags" {
        return ok(
            "<ListPolicyTagsResponse><ListPolicyTagsResult><Tags><member><Key>Project</Key><Value>p</Value></member>\
             </Tags><IsTruncated>false</IsTruncated></ListPolicyTagsResult></ListPolicyTagsResponse>",
        );
    }
    if request.has("Marker=two") {
        let reader = format!(
            "<member><RoleName>reader</RoleName><Arn>arn:aws:iam::123456789012:role/app/reader</Arn><Path>/app/</Path>\
             <AssumeRolePolicyDocument>%7B%22trust%22%3A1%7D</AssumeRolePolicyDocument><RolePolicyList><member>\
             <PolicyName>inline</PolicyName><PolicyDocument>%7B%22inline%22%3A1%7D</PolicyDocument></member></RolePolicyList>\
             <AttachedManagedPolicies><member><PolicyName>InUse</PolicyName><PolicyArn>{IN_USE}</PolicyArn></member>\
             </AttachedManagedPolicies><Tags><member><Key>Project</Key><Value>p</Value></member></Tags></member>"
        );
        return page(&reader, "", None);
    }
    let linked = "<member><RoleName>AWSServiceRoleForX</RoleName><Path>/aws-service-role/x.amazonaws.com/</Path>\
        <Arn>arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX</Arn>\
        <AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument></member>";
    let policies = format!(
        "{}{}{}",
        policy(OWN),
        policy(IN_USE),
        policy("arn:aws:iam::aws:policy/Unused")
    );
    page(linked, &policies, Some("two"))
}

#[tokio::test]
async fn both_pages_are_read_and_only_policies_in_use_are_kept() {
    let fake = Fake::start(account).await;
    let needs = Needs::none().list(IamRole::NAME).fact(IamPolicy::NAME, "tags");
    let (collected, reads) = fake.collect(&Iam, &needs).await;
    assert!(collected.gaps.is_empty(), "{:?}", collected.gaps);
    assert_eq!(collected.resources.len(), 4, "two roles and two policies");
    let reader = named(&collected, "reader");
    assert_eq!((reader.region.as_str(), reader.managed_by_aws), ("global", false));
    assert_eq!(reader.tags.known().unwrap()["Project"], "p");
    let role = IamRole::of(&reader.details).unwrap();
    assert_eq!(role.assume_role_policy_document, r#"{"trust":1}"#);
    assert_eq!(role.inline_policies[0].policy_document, r#"{"inline":1}"#);
    assert_eq!(role.attached_policies[0].policy_arn, IN_USE);
    assert!(named(&collected, "AWSServiceRoleForX").managed_by_aws);
    let own = named(&collected, "own");
    assert_eq!(own.tags.known().unwrap()["Project"], "p");
    assert_eq!(
        IamPolicy::of(&own.details).unwrap().policy_document,
        r#"{"new":1}"#
    );
    let in_use = named(&collected, "InUse");
    assert!(in_use.managed_by_aws && in_use.tags.known().unwrap().is_empty());
    let details = read_of(&reads, "iam:GetAccountAuthorizationDetails");
    assert_eq!((details.pages, details.items, details.calls), (2, 5, 2));
    assert_eq!(details.region, "global");
    assert_eq!(read_of(&reads, "iam:ListPolicyTags").calls, 1);
}

#[tokio::test]
async fn roles_alone_are_asked_for_without_policies() {
    let fake = Fake::start(account).await;
    let (collected, _) = fake.collect(&Iam, &Needs::none().list(IamRole::NAME)).await;
    assert_eq!(collected.resources.len(), 2);
    assert!(
        fake.requests()
            .iter()
            .all(|request| request.has("Filter.member.1=Role") && !request.has("ManagedPolicy"))
    );
}

#[tokio::test]
async fn a_denied_second_page_leaves_a_gap_in_both_types() {
    let fake = Fake::start(|request| {
        if request.has("Marker=two") {
            query_error(403, "AccessDenied", "User: x is not authorized")
        } else {
            account(request)
        }
    })
    .await;
    let needs = Needs::none().list(IamRole::NAME).list(IamPolicy::NAME);
    let (collected, _) = fake.collect(&Iam, &needs).await;
    for name in [IamRole::NAME, IamPolicy::NAME] {
        assert_eq!(collected.gaps[name][0].reason, Reason::AccessDenied);
    }
    assert!(named(&collected, "AWSServiceRoleForX").managed_by_aws);
    assert_eq!(named(&collected, "own").tags, Fact::NotRead);
}

/// IAM says that there is more but not where: the list is incomplete.
#[tokio::test]
async fn a_truncated_page_without_a_marker_is_a_gap() {
    let fake = Fake::start(|_| {
        ok("<R><GetAccountAuthorizationDetailsResult><IsTruncated>true</IsTruncated></GetAccountAuthorizationDetailsResult></R>")
    })
    .await;
    let context = fake.context();
    let needs = Needs::none().list(IamRole::NAME);
    let collected = stackproof::collect::Collector::collect(&Iam, &context, &needs).await;
    assert_eq!(collected.gaps[IamRole::NAME][0].reason, Reason::ServiceError);
}
