//! Cases made to be got wrong: what is right is reasoned out beside each.

use super::*;

fn parsed(text: &str) -> NamedPolicy {
    named(text, PolicyKind::Inline)
}

fn contained(reference: &str, candidate: &str) -> bool {
    let found = compare(&[policy(reference)], &[policy(candidate)]);
    assert!(!found.gave_up);
    found.is_contained()
}

fn except(element: &str, resource: &str) -> String {
    format!(r#"{{"Effect":"{element}","Action":"s3:*","NotResource":"{resource}"}}"#)
}

const HOME: &str = "arn:aws:s3:::h/${aws:username}/*";

#[test]
fn the_value_of_a_variable_may_be_any() {
    // Everything but one's own home: it may be bob who asks for bob's.
    let but_home = except("Allow", HOME);
    fails(&but_home, &allow(&["s3:*"], &["arn:aws:s3:::h/bob/*"]));
    passes(&but_home, &allow(&["s3:*"], &["arn:aws:s3:::g/*"]));
    passes(&but_home, &but_home);
    let all = allow(&["s3:*"], &["*"]);
    let part = |name: &str| format!("arn:aws:s3:::h/${{aws:username}}/{name}*");
    passes(&allow(&["s3:*"], &[HOME]), &allow(&["s3:*"], &[&part("a")]));
    fails(&allow(&["s3:*"], &[&part("a")]), &allow(&["s3:*"], &[HOME]));
    // The same value on both sides: what begins apart stays apart.
    passes(
        &format!("{all},{}", deny(&["s3:*"], &[&part("b")])),
        &allow(&["s3:*"], &[&part("a")]),
    );
    fails(
        &format!("{all},{}", deny(&["s3:*"], &[&part("ab")])),
        &allow(&["s3:*"], &[&part("a")]),
    );
    // Two variables are two values.
    fails(
        &allow(&["s3:*"], &["arn:aws:s3:::${aws:username}"]),
        &allow(&["s3:*"], &["arn:aws:s3:::${aws:userid}"]),
    );
    // A default value is text with a case, the name is not.
    fails(
        &allow(&["s3:*"], &["arn:aws:s3:::${aws:username, 'A'}"]),
        &allow(&["s3:*"], &["arn:aws:s3:::${aws:username, 'a'}"]),
    );
    passes(
        &allow(&["s3:*"], &["arn:aws:s3:::${aws:UserName}"]),
        &allow(&["s3:*"], &["arn:aws:s3:::${aws:username}"]),
    );
    // Held away from one home by its own deny only.
    passes(
        &format!("{all},{}", deny(&["s3:*"], &[HOME])),
        &format!("{all},{}", deny(&["s3:*"], &["arn:aws:s3:::h/*"])),
    );
    fails(
        &format!("{all},{}", deny(&["s3:*"], &["arn:aws:s3:::h/*"])),
        &format!("{all},{}", deny(&["s3:*"], &[HOME])),
    );
}

/// Reference, candidate, whether the candidate is contained.
const CONDITIONS: &[(&str, &str, bool)] = &[
    // The user's name may be bob.
    (
        r#"{"StringNotEquals":{"k":"${aws:username}"}}"#,
        r#"{"StringEquals":{"k":"bob"}}"#,
        false,
    ),
    (
        r#"{"StringNotEquals":{"k":"${aws:username}"}}"#,
        r#"{"StringNotEquals":{"k":["${aws:username}","x"]}}"#,
        true,
    ),
    (
        r#"{"StringLike":{"k":"${aws:username}/*"}}"#,
        r#"{"StringLike":{"k":"${aws:username}/a*"}}"#,
        true,
    ),
    (
        r#"{"StringLike":{"k":"${aws:username}/a*"}}"#,
        r#"{"StringLike":{"k":"${aws:username}/*"}}"#,
        false,
    ),
    (
        r#"{"StringEqualsIfExists":{"k":"${aws:username}"}}"#,
        r#"{"StringEquals":{"k":"${aws:username}"}}"#,
        true,
    ),
    (
        r#"{"StringLike":{"k":"*"}}"#,
        r#"{"StringEquals":{"k":"${aws:username}"}}"#,
        true,
    ),
    // A tag is compared as a boolean and may still be any text.
    (
        r#"{"Bool":{"aws:RequestTag/a":"true"}}"#,
        r#"{"StringEquals":{"aws:RequestTag/a":"foo"}}"#,
        false,
    ),
    // Below every bound there is a number, however large the bound is.
    (
        r#"{"Null":{"z":"true"}}"#,
        r#"{"NumericLessThan":{"k":"100000000000000000"}}"#,
        false,
    ),
    (
        r#"{"Null":{"z":"true"}}"#,
        r#"{"NumericGreaterThan":{"k":"100000000000000000"}}"#,
        false,
    ),
    (
        r#"{"NumericNotEquals":{"k":"0"}}"#,
        r#"{"NumericEquals":{"k":"-0"}}"#,
        false,
    ),
    (
        r#"{"NumericEquals":{"k":"1.0"}}"#,
        r#"{"NumericEquals":{"k":1}}"#,
        true,
    ),
    (
        r#"{"StringNotEqualsIgnoreCase":{"k":"É"}}"#,
        r#"{"StringEquals":{"k":"é"}}"#,
        false,
    ),
    // No value is none of the values, so that only an empty request satisfies.
    (
        r#"{"ForAnyValue:StringNotEquals":{"k":"x"}}"#,
        r#"{"ForAllValues:StringNotEquals":{"k":["x","y"]},"Null":{"k":"false"}}"#,
        true,
    ),
    (
        r#"{"ForAllValues:StringNotEquals":{"k":"x"}}"#,
        r#"{"ForAnyValue:StringNotEquals":{"k":"x"}}"#,
        false,
    ),
    (
        r#"{"ForAnyValue:StringLike":{"k":["x*","y*"]}}"#,
        r#"{"ForAnyValue:StringEquals":{"k":["xa","yb"]}}"#,
        true,
    ),
    // A key of one value may have more: nothing says that it has not.
    (
        r#"{"ForAllValues:StringEquals":{"k":["x","y"]}}"#,
        r#"{"StringEquals":{"k":"x"}}"#,
        false,
    ),
    (r#"{"StringLike":{"k":"*"}}"#, r#"{"Null":{"k":"false"}}"#, true),
    (r#"{"Null":{"k":"false"}}"#, r#"{"StringLike":{"k":"*"}}"#, true),
    // A colon within a segment is a segment more.
    (
        r#"{"ArnLike":{"k":"arn:aws:*:*:*:x"}}"#,
        r#"{"StringLike":{"k":"arn:aws:*:x"}}"#,
        false,
    ),
    (
        r#"{"IpAddress":{"aws:SourceIp":"2001:db8::/32"}}"#,
        r#"{"IpAddress":{"aws:SourceIp":["2001:db8:1::/48","2001:db8:2::/48"]}}"#,
        true,
    ),
    (
        r#"{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
        r#"{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/9"}}"#,
        false,
    ),
    (
        r#"{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/9"}}"#,
        r#"{"IpAddress":{"aws:SourceIp":"10.128.0.0/9"}}"#,
        true,
    ),
    // A condition without values may hold or not, but alike on both sides.
    (r#"{"StringEquals":{"k":[]}}"#, "{}", false),
    (
        r#"{"StringEquals":{"k":[]}}"#,
        r#"{"StringEquals":{"k":[]}}"#,
        true,
    ),
    (
        r#"{"StringEquals":{"k":"x"}}"#,
        r#"{"StringEquals":{"k":[]}}"#,
        false,
    ),
    (
        r#"{"StringEquals":{"k":[]}}"#,
        r#"{"StringEquals":{"k":"x"}}"#,
        false,
    ),
];

#[test]
fn conditions_that_look_like_each_other() {
    for &(reference, candidate, expected) in CONDITIONS {
        let side = |condition: &str| allow_if(&["s3:*"], &["*"], condition);
        assert_eq!(
            contained(&side(reference), &side(candidate)),
            expected,
            "{candidate}\nwithin\n{reference}"
        );
        assert!(contained(&side(candidate), &side(candidate)), "{candidate}");
    }
}

#[test]
fn conditions_cover_together() {
    let one = |condition: &str| allow_if(&["s3:*"], &["*"], condition);
    let all = allow(&["s3:*"], &["*"]);
    let either = |left: &str, right: &str| format!("{},{}", one(left), one(right));
    passes(
        &either(
            r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
            r#"{"BoolIfExists":{"aws:SecureTransport":"false"}}"#,
        ),
        &all,
    );
    fails(
        &either(
            r#"{"Bool":{"aws:RequestTag/a":"true"}}"#,
            r#"{"BoolIfExists":{"aws:RequestTag/a":"false"}}"#,
        ),
        &all,
    );
    passes(
        &either(
            r#"{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
            r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
        ),
        &all,
    );
    passes(
        &either(
            r#"{"NumericLessThan":{"k":"5"}}"#,
            r#"{"NumericGreaterThanEqualsIfExists":{"k":"5"}}"#,
        ),
        &all,
    );
    let not_own = deny_if(
        &["s3:*"],
        &["*"],
        r#"{"StringNotEquals":{"k":"${aws:username}"}}"#,
    );
    let guarded = format!("{all},{not_own}");
    passes(&guarded, &one(r#"{"StringEquals":{"k":"${aws:username}"}}"#));
    fails(&guarded, &one(r#"{"StringEquals":{"k":"bob"}}"#));
    passes(&guarded, &guarded);
}

#[test]
fn an_escape_is_text_in_the_older_version() {
    let text = |version: &str| {
        let escaped = deny_if(&["s3:*"], &["*"], r#"{"StringLike":{"k":"${*}"}}"#);
        let statements = format!("{},{escaped}", allow(&["s3:*"], &["*"]));
        parsed(&format!(
            r#"{{"Version":"{version}","Statement":[{statements}]}}"#
        ))
    };
    let (old, new) = (text("2008-10-17"), text("2012-10-17"));
    let within = |reference: &NamedPolicy, candidate: &NamedPolicy| {
        compare(std::slice::from_ref(reference), std::slice::from_ref(candidate)).is_contained()
    };
    assert!(within(&old, &old) && within(&new, &new));
    assert!(!within(&new, &old) && !within(&old, &new));
}

#[test]
fn empty_lists_grant_nothing() {
    let nothing = parsed(r#"{"Version":"2012-10-17","Statement":[]}"#);
    let some = policy(&allow(&["s3:GetObject"], &["*"]));
    let within = |reference: &NamedPolicy, candidate: &NamedPolicy| {
        compare(std::slice::from_ref(reference), std::slice::from_ref(candidate)).is_contained()
    };
    assert!(within(&some, &nothing) && within(&nothing, &nothing));
    assert!(!within(&nothing, &some));
    for empty in [allow(&[], &["*"]), allow(&["s3:*"], &[])] {
        passes(&allow(&["s3:GetObject"], &["*"]), &empty);
        fails(&empty, &allow(&["s3:GetObject"], &["*"]));
    }
    // A deny of nothing denies nothing.
    fails(
        &allow(&["s3:Get*"], &["*"]),
        &format!("{},{}", allow(&["s3:*"], &["*"]), deny(&[], &["*"])),
    );
}

fn queue(principal: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect":"Allow","Principal":{principal},"Action":"sqs:SendMessage","Resource":"*","Condition":{condition}}}"#
    )
}

const ACCOUNT: &str = r#"{"AWS":"123456789012"}"#;

/// Reference principal and condition, candidate principal and condition, whether contained.
const PRINCIPALS: &[(&str, &str, &str, &str, bool)] = &[
    // Patterns of accounts take in others.
    (
        ACCOUNT,
        "{}",
        r#""*""#,
        r#"{"StringLike":{"aws:PrincipalAccount":"12345678901*"}}"#,
        false,
    ),
    (
        ACCOUNT,
        "{}",
        r#""*""#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::1234*:role/x"}}"#,
        false,
    ),
    (
        ACCOUNT,
        "{}",
        r#""*""#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/x"}}"#,
        false,
    ),
    (
        ACCOUNT,
        "{}",
        r#""*""#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/x*"}}"#,
        true,
    ),
    (
        ACCOUNT,
        "{}",
        r#""*""#,
        r#"{"StringEquals":{"aws:PrincipalAccount":"${aws:ResourceAccount}"}}"#,
        false,
    ),
    (
        r#""*""#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/y*"}}"#,
        r#""*""#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/x*"}}"#,
        false,
    ),
    (
        r#""*""#,
        r#"{"StringNotEquals":{"aws:PrincipalAccount":"123456789012"}}"#,
        r#""*""#,
        "{}",
        false,
    ),
    (
        r#""*""#,
        r#"{"StringNotEquals":{"aws:PrincipalAccount":"123456789012"}}"#,
        r#"{"AWS":"210987654321"}"#,
        "{}",
        true,
    ),
    // Wildcards within principals.
    (
        r#"{"AWS":"arn:aws:iam::123456789012:role/a?"}"#,
        "{}",
        r#"{"AWS":"arn:aws:iam::123456789012:role/a*"}"#,
        "{}",
        false,
    ),
    (
        r#"{"AWS":"arn:aws:iam::123456789012:role/a*"}"#,
        "{}",
        r#"{"AWS":"arn:aws:iam::123456789012:role/a?"}"#,
        "{}",
        true,
    ),
    (
        ACCOUNT,
        "{}",
        r#"{"AWS":"arn:aws:iam::123456789012:role/a*"}"#,
        "{}",
        true,
    ),
    (ACCOUNT, "{}", r#"{"AWS":"arn:aws:iam::*:role/a"}"#, "{}", false),
    (
        r#"{"Service":"*.amazonaws.com"}"#,
        "{}",
        r#"{"Service":"*"}"#,
        "{}",
        false,
    ),
    (
        r#"{"Service":"*"}"#,
        "{}",
        r#"{"Service":"sns.amazonaws.com"}"#,
        "{}",
        true,
    ),
    (
        r#"{"Federated":"*"}"#,
        "{}",
        r#"{"Federated":"accounts.google.com"}"#,
        "{}",
        true,
    ),
    (
        r#"{"CanonicalUser":"aa"}"#,
        "{}",
        r#"{"CanonicalUser":"ab"}"#,
        "{}",
        false,
    ),
    (r#"{"AWS":"*"}"#, "{}", r#"{"CanonicalUser":"aa"}"#, "{}", true),
    // Nobody is within anybody.
    (ACCOUNT, "{}", r#"{"AWS":[]}"#, "{}", true),
    (r#"{"AWS":[]}"#, "{}", ACCOUNT, "{}", false),
    (
        ACCOUNT,
        "{}",
        r#"{"AWS":"arn:aws:iam::123456789012:root"}"#,
        "{}",
        true,
    ),
    (
        r#"{"AWS":"arn:aws:iam::123456789012:root"}"#,
        "{}",
        ACCOUNT,
        "{}",
        true,
    ),
    (
        r#"{"AWS":"arn:aws:iam::123456789012:role/r"}"#,
        "{}",
        ACCOUNT,
        "{}",
        false,
    ),
];

#[test]
fn principals_that_look_like_each_other() {
    for &(principal, condition, of, under, expected) in PRINCIPALS {
        let (reference, candidate) = (queue(principal, condition), queue(of, under));
        assert_eq!(
            contained(&reference, &candidate),
            expected,
            "{candidate}\nwithin\n{reference}"
        );
        assert!(contained(&candidate, &candidate), "{candidate}");
    }
}

#[test]
fn two_statements_cover_all_principals() {
    let other = queue(
        r#""*""#,
        r#"{"StringNotEquals":{"aws:PrincipalAccount":"123456789012"}}"#,
    );
    passes(
        &format!("{other},{}", queue(ACCOUNT, "{}")),
        &queue(r#"{"AWS":"*"}"#, "{}"),
    );
}
