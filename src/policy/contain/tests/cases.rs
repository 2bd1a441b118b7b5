//! Actions, resources, variables, boundaries and principals.

use super::*;

#[test]
fn actions_ignore_case_and_resources_heed_it() {
    passes(
        &allow(&["s3:GetObject"], &["*"]),
        &allow(&["S3:getobject"], &["*"]),
    );
    fails(
        &allow(&["s3:*"], &["arn:aws:s3:::a"]),
        &allow(&["s3:*"], &["arn:aws:s3:::A"]),
    );
}

#[test]
fn a_wildcard_is_wider_than_all_that_it_matches_today() {
    fails(
        &allow(&["s3:GetObject", "s3:PutObject"], &["*"]),
        &allow(&["s3:*"], &["*"]),
    );
    passes(
        &allow(&["s3:*"], &["*"]),
        &allow(&["s3:Get*", "s3:PutObject"], &["*"]),
    );
    fails(&allow(&["s3:Get*Tagging"], &["*"]), &allow(&["s3:Get*"], &["*"]));
    fails(&allow(&["s3:*", "ec2:*"], &["*"]), &allow(&["*"], &["*"]));
    // A retired action that no catalogue has.
    fails(
        &allow(&["deepracer:Get*"], &["*"]),
        &allow(&["deepracer:TestRewardFunction"], &["*"]),
    );
}

#[test]
fn wildcards_within_actions_combine() {
    passes(
        &allow(&["s3:Get*Object*"], &["*"]),
        &allow(&["s3:GetObject", "s3:GetBucketObjectX"], &["*"]),
    );
    let both = format!("{},{}", allow(&["s3:*Object"], &["*"]), deny_not("s3:Get*"));
    passes(&allow(&["s3:Get*Object"], &["*"]), &both);
    fails(&allow(&["s3:GetObject"], &["*"]), &both);
    passes(&allow(&["s3:G?tO*"], &["*"]), &allow(&["s3:GetO*"], &["*"]));
    fails(&allow(&["s3:GetO*"], &["*"]), &allow(&["s3:G?tO*"], &["*"]));
}

fn deny_not(action: &str) -> String {
    format!(r#"{{"Effect":"Deny","NotAction":"{action}","Resource":"*"}}"#)
}

#[test]
fn a_witness_names_what_is_new() {
    let reference = allow(
        &["dynamodb:GetItem"],
        &["arn:aws:dynamodb:us-east-1:123456789012:table/a"],
    );
    let candidate = allow(
        &["dynamodb:GetItem"],
        &["arn:aws:dynamodb:us-east-1:123456789012:table/*"],
    );
    let [(action, resource)] = &witnesses(&reference, &candidate)[..] else {
        panic!("one witness")
    };
    assert_eq!(action, "dynamodb:GetItem");
    assert_eq!(resource, "arn:aws:dynamodb:us-east-1:123456789012:table/x");
}

#[test]
fn several_patterns_cover_together() {
    let halves = allow(&["s3:GetObject"], &["arn:aws:s3:::b/a*", "arn:aws:s3:::b/?*"]);
    passes(
        &halves,
        &allow(&["s3:GetObject"], &["arn:aws:s3:::b/?*", "arn:aws:s3:::b/a"]),
    );
    let split = format!(
        r#"{},{{"Effect":"Allow","Action":"s3:GetObject","NotResource":"arn:aws:s3:::b/a*"}}"#,
        allow(&["s3:GetObject"], &["arn:aws:s3:::b/a*"])
    );
    passes(&split, &allow(&["s3:GetObject"], &["*"]));
}

#[test]
fn segments_of_an_arn_match_each_for_itself() {
    fails(
        &allow(&["*"], &["arn:aws:s3:::a"]),
        &allow(&["*"], &["arn:aws:*:*:*:a"]),
    );
    passes(
        &format!(
            "{},{}",
            allow(&["*"], &["*"]),
            deny(&["*"], &["arn:aws:iam::*:role/r"])
        ),
        &allow(&["*"], &["arn:aws:iam::1:policy/a:role/r"]),
    );
}

#[test]
fn denies_of_either_side() {
    let guarded = format!(
        "{},{}",
        allow(&["*"], &["*"]),
        deny(&["iam:PassRole"], &["arn:aws:iam::*:role/secret/*"])
    );
    passes(&guarded, &allow(&["iam:PassRole"], &["arn:aws:iam::1:role/app"]));
    fails(&guarded, &allow(&["iam:PassRole"], &["arn:aws:iam::1:role/*"]));
    fails(&guarded, &allow(&["iam:*"], &["*"]));
    passes(&guarded, &guarded);
    let own = format!(
        "{},{}",
        allow(&["iam:*"], &["*"]),
        deny(&["iam:Pass*"], &["arn:aws:iam::*:role/sec*"])
    );
    passes(&guarded, &own);
    passes(
        &allow(&["s3:*"], &["*"]),
        &format!("{},{}", allow(&["*"], &["*"]), deny_not("s3:*")),
    );
}

#[test]
fn not_action_and_not_resource() {
    let not = |element: &str| format!(r#"{{"Effect":"Allow",{element}}}"#);
    let but_iam = not(r#""NotAction":"iam:*","Resource":"*""#);
    passes(&but_iam, &allow(&["s3:*", "ec2:Run*"], &["*"]));
    fails(&but_iam, &allow(&["iam:GetUser"], &["*"]));
    fails(&allow(&["s3:*"], &["*"]), &but_iam);
    passes(&but_iam, &not(r#""NotAction":["iam:*","s3:*"],"Resource":"*""#));
    fails(&not(r#""NotAction":["iam:*","s3:*"],"Resource":"*""#), &but_iam);
    let but_b = not(r#""Action":"s3:*","NotResource":"arn:aws:s3:::b*""#);
    passes(&but_b, &not(r#""Action":"s3:*","NotResource":"arn:aws:s3:::*""#));
    fails(&but_b, &allow(&["s3:*"], &["arn:aws:s3:::bc"]));
}

#[test]
fn policy_variables() {
    let home = allow(&["s3:*"], &["arn:aws:s3:::h/${aws:username}/*"]);
    passes(&home, &home);
    passes(&allow(&["s3:*"], &["arn:aws:s3:::h/*"]), &home);
    fails(&home, &allow(&["s3:*"], &["arn:aws:s3:::h/bob/*"]));
    fails(&allow(&["s3:*"], &["arn:aws:s3:::h/bob/*"]), &home);
    fails(&allow(&["s3:*"], &["arn:aws:s3:::h/${aws:userid}/*"]), &home);
    let all = allow(&["s3:*"], &["*"]);
    // The name could be `root`, and the tag could be `bob`.
    fails(
        &format!("{all},{}", deny(&["s3:*"], &["arn:aws:s3:::h/root/*"])),
        &home,
    );
    fails(
        &format!(
            "{all},{home_denied}",
            home_denied = deny(&["s3:*"], &["arn:aws:s3:::h/${aws:username}/*"])
        ),
        &allow(&["s3:*"], &["arn:aws:s3:::h/bob/*"]),
    );
    let but_home = format!(
        r#"{all},{{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::h/${{aws:username}}/*"}}"#
    );
    passes(&but_home, &home);
    passes(&but_home, &but_home);
    fails(&but_home, &all);
    // An escape is the character itself.
    passes(
        &allow(&["s3:*"], &["arn:aws:s3:::a${*}"]),
        &allow(&["s3:*"], &["arn:aws:s3:::a${*}"]),
    );
    fails(
        &allow(&["s3:*"], &["arn:aws:s3:::a${*}"]),
        &allow(&["s3:*"], &["arn:aws:s3:::ab"]),
    );
    // In the older version it is text.
    let old = named(
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::h/${aws:username}/*"}}"#,
        PolicyKind::Inline,
    );
    assert!(!compare(&[old], &[policy(&home)]).is_contained());
}

#[test]
fn a_boundary_bounds() {
    let boundary = |statements: &str| NamedPolicy {
        kind: PolicyKind::Boundary,
        ..policy(statements)
    };
    let all = policy(&allow(&["*"], &["*"]));
    let s3 = policy(&allow(&["s3:*"], &["*"]));
    let bounded = |bound: &str| compare(std::slice::from_ref(&s3), &[all.clone(), boundary(bound)]);
    assert!(bounded(&allow(&["s3:Get*"], &["*"])).is_contained());
    assert!(!bounded(&allow(&["s3:*", "sqs:*"], &["*"])).is_contained());
    assert!(bounded(&deny(&["*"], &["*"])).is_contained());
    // A boundary alone grants nothing.
    assert!(compare(&[s3], &[boundary(&allow(&["*"], &["*"]))]).is_contained());
}

#[test]
fn a_no_resource_action_is_asked_for_on_everything_only() {
    let candidate = [policy(&allow(
        &["ec2:DescribeSubnets"],
        &["arn:aws:ec2:us-east-1:1:subnet/a"],
    ))];
    let (candidate, nothing) = (Compiled::new(&candidate), Compiled::new(&[]));
    let scope = Scope {
        catalog: Some(Catalog::get()),
        ..Scope::default()
    };
    assert!(new_access(&candidate, &nothing, &scope).is_contained());
    assert!(!new_access(&candidate, &nothing, &Scope::default()).is_contained());
}

fn of(principal: &str, effect: &str, rest: &str) -> String {
    format!(
        r#"{{"Effect":"{effect}","Principal":{principal},"Action":"sqs:SendMessage","Resource":"*"{rest}}}"#
    )
}

#[test]
fn principals() {
    let everyone = of(r#""*""#, "Allow", "");
    let account = of(r#"{"AWS":"123456789012"}"#, "Allow", "");
    let role = of(r#"{"AWS":"arn:aws:iam::123456789012:role/r"}"#, "Allow", "");
    let session = of(
        r#"{"AWS":"arn:aws:sts::123456789012:assumed-role/r/s"}"#,
        "Allow",
        "",
    );
    let service = of(r#"{"Service":"sns.amazonaws.com"}"#, "Allow", "");
    for narrow in [&everyone, &account, &role, &session, &service] {
        passes(&everyone, narrow);
        passes(narrow, narrow);
    }
    passes(&of(r#"{"AWS":"*"}"#, "Allow", ""), &everyone);
    passes(
        &account,
        &of(r#"{"AWS":"arn:aws:iam::123456789012:root"}"#, "Allow", ""),
    );
    passes(&account, &role);
    passes(&role, &session);
    for (wide, narrow) in [
        (&account, &role),
        (&everyone, &account),
        (&everyone, &service),
        (&role, &session),
    ] {
        fails(narrow, wide);
    }
    fails(
        &service,
        &of(
            r#"{"Service":["sns.amazonaws.com","s3.amazonaws.com"]}"#,
            "Allow",
            "",
        ),
    );
    let but = format!(
        "{everyone},{}",
        of(r#"{"AWS":"arn:aws:iam::123456789012:role/r"}"#, "Deny", "")
    );
    fails(&but, &account);
    fails(&but, &role);
    passes(&but, &service);
    let found = compare(&[policy(&account)], &[policy(&everyone)]);
    assert_eq!(found.witnesses[0].principal.as_deref(), Some("*"));
}

#[test]
fn principals_as_conditions() {
    let narrow = |key: &str, value: &str| {
        of(
            r#""*""#,
            "Allow",
            &format!(r#","Condition":{{"StringEquals":{{"{key}":"{value}"}}}}"#),
        )
    };
    let account = of(r#"{"AWS":"123456789012"}"#, "Allow", "");
    passes(&account, &narrow("aws:PrincipalAccount", "123456789012"));
    fails(&account, &narrow("aws:PrincipalAccount", "210987654321"));
    passes(&narrow("aws:PrincipalAccount", "123456789012"), &account);
    let arn = "arn:aws:iam::123456789012:role/r";
    let role = of(&format!(r#"{{"AWS":"{arn}"}}"#), "Allow", "");
    passes(&role, &narrow("aws:PrincipalArn", arn));
    passes(&narrow("aws:PrincipalArn", arn), &role);
    fails(
        &role,
        &narrow("aws:PrincipalArn", "arn:aws:iam::123456789012:role/s"),
    );
    fails(&narrow("aws:PrincipalOrgID", "o-1"), &role);
}
