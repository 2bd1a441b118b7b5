//! Conditions: what implies what, and what excludes what.

use super::*;

fn within(reference: &str, candidate: &str) -> bool {
    let side = |condition: &str| allow_if(&["s3:*"], &["*"], condition);
    witnesses(&side(reference), &side(candidate)).is_empty()
}

/// Reference, candidate, and whether the candidate is contained.
const IMPLICATIONS: &[(&str, &str, bool)] = &[
    (
        r#"{"StringEquals":{"a":["x","y"]}}"#,
        r#"{"StringEquals":{"A":"x"}}"#,
        true,
    ),
    (
        r#"{"StringEquals":{"a":"x"}}"#,
        r#"{"StringEquals":{"a":["x","y"]}}"#,
        false,
    ),
    (
        r#"{"StringLike":{"a":"x*"}}"#,
        r#"{"StringEquals":{"a":"xy"}}"#,
        true,
    ),
    (
        r#"{"StringEquals":{"a":"x*"}}"#,
        r#"{"StringLike":{"a":"x*"}}"#,
        false,
    ),
    (
        r#"{"StringEqualsIgnoreCase":{"a":"X"}}"#,
        r#"{"StringEquals":{"a":"x"}}"#,
        true,
    ),
    (
        r#"{"StringEquals":{"a":"x"}}"#,
        r#"{"StringEqualsIgnoreCase":{"a":"X"}}"#,
        false,
    ),
    (
        r#"{"StringNotEquals":{"a":"x"}}"#,
        r#"{"StringNotEquals":{"a":["x","y"]}}"#,
        true,
    ),
    (
        r#"{"StringNotEquals":{"a":["x","y"]}}"#,
        r#"{"StringNotEquals":{"a":"x"}}"#,
        false,
    ),
    (
        r#"{"StringNotEquals":{"a":"x"}}"#,
        r#"{"StringEquals":{"a":"y"}}"#,
        true,
    ),
    (
        r#"{"StringEqualsIfExists":{"a":"x"}}"#,
        r#"{"StringEquals":{"a":"x"}}"#,
        true,
    ),
    (
        r#"{"StringEquals":{"a":"x"}}"#,
        r#"{"StringEqualsIfExists":{"a":"x"}}"#,
        false,
    ),
    (
        r#"{"Null":{"a":"true"}}"#,
        r#"{"StringNotEquals":{"a":"x"}}"#,
        false,
    ),
    (r#"{"Null":{"a":"false"}}"#, r#"{"StringEquals":{"a":"x"}}"#, true),
    (
        r#"{"StringNotEquals":{"a":"x"}}"#,
        r#"{"Null":{"a":"true"}}"#,
        true,
    ),
    (r#"{"Bool":{"a":"true"}}"#, r#"{"Bool":{"a":true}}"#, true),
    (r#"{"Bool":{"a":"true"}}"#, r#"{"Bool":{"a":"false"}}"#, false),
    (
        r#"{"NumericLessThan":{"a":"10"}}"#,
        r#"{"NumericLessThanEquals":{"a":"9"}}"#,
        true,
    ),
    (
        r#"{"NumericLessThan":{"a":"10"}}"#,
        r#"{"NumericLessThanEquals":{"a":"10"}}"#,
        false,
    ),
    (
        r#"{"DateLessThan":{"a":"2030-01-01T00:00:00Z"}}"#,
        r#"{"DateLessThan":{"a":"2029-01-01T00:00:00Z"}}"#,
        true,
    ),
    (
        r#"{"DateLessThan":{"a":"2029-01-01T00:00:00Z"}}"#,
        r#"{"DateLessThan":{"a":"2030-01-01T00:00:00Z"}}"#,
        false,
    ),
    (
        r#"{"IpAddress":{"a":"10.0.0.0/8"}}"#,
        r#"{"IpAddress":{"a":"10.1.0.0/16"}}"#,
        true,
    ),
    (
        r#"{"IpAddress":{"a":["10.0.0.0/9","10.128.0.0/9"]}}"#,
        r#"{"IpAddress":{"a":"10.0.0.0/8"}}"#,
        true,
    ),
    (
        r#"{"IpAddress":{"a":"10.1.0.0/16"}}"#,
        r#"{"IpAddress":{"a":"10.0.0.0/8"}}"#,
        false,
    ),
    (
        r#"{"NotIpAddress":{"a":"10.1.0.0/16"}}"#,
        r#"{"NotIpAddress":{"a":"10.0.0.0/8"}}"#,
        true,
    ),
    (
        r#"{"IpAddress":{"a":"::/0"}}"#,
        r#"{"IpAddress":{"a":"10.0.0.0/8"}}"#,
        false,
    ),
    (
        r#"{"ArnLike":{"a":"arn:aws:s3:::*"}}"#,
        r#"{"ArnEquals":{"a":"arn:aws:s3:::b"}}"#,
        true,
    ),
    (
        r#"{"ArnLike":{"a":"arn:aws:*:us-east-1:*:b"}}"#,
        r#"{"StringEquals":{"a":"arn:aws:s3:us-east-1:1:b"}}"#,
        true,
    ),
    (
        r#"{"ForAllValues:StringEquals":{"a":["x","y"]}}"#,
        r#"{"ForAllValues:StringEquals":{"a":"x"}}"#,
        true,
    ),
    (
        r#"{"ForAllValues:StringEquals":{"a":"x"}}"#,
        r#"{"ForAnyValue:StringEquals":{"a":"x"}}"#,
        false,
    ),
    (
        r#"{"ForAnyValue:StringEquals":{"a":"x"}}"#,
        r#"{"ForAllValues:StringEquals":{"a":"x"}}"#,
        false,
    ),
    (
        r#"{"ForAnyValue:StringEquals":{"a":"x"}}"#,
        r#"{"ForAllValues:StringEquals":{"a":"x"},"Null":{"a":"false"}}"#,
        true,
    ),
    (
        r#"{"StringEquals":{"a":"x"}}"#,
        r#"{"StringEquals":{"a":"x","b":"y"}}"#,
        true,
    ),
    (
        r#"{"StringEquals":{"a":"x","b":"y"}}"#,
        r#"{"StringEquals":{"a":"x"}}"#,
        false,
    ),
    (
        r#"{"StringEquals":{"a":"${aws:userid}"}}"#,
        r#"{"StringEquals":{"a":"${aws:userid}"}}"#,
        true,
    ),
    (
        r#"{"StringEquals":{"a":"${aws:userid}"}}"#,
        r#"{"StringEquals":{"a":"x"}}"#,
        false,
    ),
    (
        r#"{"DateLessThan":{"a":"soon"}}"#,
        r#"{"DateLessThan":{"a":"soon"}}"#,
        true,
    ),
    (
        r#"{"DateLessThan":{"a":"soon"}}"#,
        r#"{"DateLessThan":{"a":"later"}}"#,
        false,
    ),
    ("{}", r#"{"StringEquals":{"a":"x"}}"#, true),
    (r#"{"StringEquals":{"a":"x"}}"#, "{}", false),
    // A grant that can never be used is no grant.
    (
        r#"{"StringEquals":{"b":"z"}}"#,
        r#"{"StringEquals":{"a":"x"},"StringNotEquals":{"a":"x"}}"#,
        true,
    ),
];

#[test]
fn implication() {
    for &(reference, candidate, contained) in IMPLICATIONS {
        assert_eq!(
            within(reference, candidate),
            contained,
            "{candidate}\nwithin\n{reference}"
        );
        assert!(within(candidate, candidate), "{candidate}");
    }
}

#[test]
fn two_statements_cover_together() {
    let either = format!(
        "{},{}",
        allow_if(&["s3:*"], &["*"], r#"{"StringEquals":{"a":"x"}}"#),
        allow_if(&["s3:*"], &["*"], r#"{"StringNotEquals":{"a":"x"}}"#)
    );
    passes(&either, &allow(&["s3:*"], &["*"]));
}

#[test]
fn a_deny_with_conditions() {
    let all = allow(&["s3:*"], &["*"]);
    let outside = deny_if(
        &["s3:*"],
        &["*"],
        r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}"#,
    );
    let guarded = format!("{all},{outside}");
    passes(
        &guarded,
        &allow_if(
            &["s3:*"],
            &["*"],
            r#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#,
        ),
    );
    fails(
        &guarded,
        &allow_if(
            &["s3:*"],
            &["*"],
            r#"{"StringEquals":{"aws:PrincipalOrgID":["o-1","o-2"]}}"#,
        ),
    );
    fails(&guarded, &all);
    passes(&guarded, &guarded);
    // The candidate's own deny leaves what the reference allows under the same condition.
    passes(
        &allow_if(
            &["s3:*"],
            &["*"],
            r#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#,
        ),
        &guarded,
    );
    let insecure = deny_if(&["s3:*"], &["*"], r#"{"Bool":{"aws:SecureTransport":"false"}}"#);
    fails(&format!("{all},{insecure}"), &all);
    passes(
        &format!("{all},{insecure}"),
        &allow_if(&["s3:*"], &["*"], r#"{"Bool":{"aws:SecureTransport":"true"}}"#),
    );
    passes(&all, &format!("{all},{insecure}"));
    // A condition that may be missed is no deny of what it is about.
    let only = |candidate: &str| format!("{all},{}", deny_if(&["s3:*"], &["*"], candidate));
    fails(
        &all.replace("s3:*", "s3:Get*"),
        &only(r#"{"StringEquals":{"a":"x"}}"#),
    );
}
