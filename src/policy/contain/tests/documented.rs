//! What AWS's documentation says of the corners of the language, where an answer was once a wrong
//! "contained".

use super::*;

#[test]
fn an_incomplete_arn_means_all_that_it_leaves_out() {
    let queue = allow(&["sqs:*"], &["arn:aws:sqs:us-east-1:123456789012:q"]);
    let all = allow(&["sqs:*"], &["arn:aws:sqs"]);
    passes(&all, &queue);
    passes(&allow(&["sqs:*"], &["arn:aws:sqs:*:*:*"]), &all);
    passes(&all, &allow(&["sqs:*"], &["arn:aws:sqs:*:*:*"]));
    fails(&queue, &all);
    let anything = allow(&["sqs:*"], &["*"]);
    fails(
        &format!("{anything},{}", deny(&["sqs:*"], &["arn:aws:sqs"])),
        &queue,
    );
    let region = allow(&["sqs:*"], &["arn:aws:sqs:us-east-1"]);
    passes(&region, &queue);
    fails(&region, &queue.replace("us-east-1", "us-west-2"));
    // The fifth segment is the account's, wherever its wildcard stands.
    fails(
        &allow(&["iam:*"], &["arn:aws:iam::*role/r"]),
        &allow(&["iam:*"], &["arn:aws:iam::123456789012:role/r"]),
    );
    // The colon of a default value is none of the ARN's.
    let by_tag = allow(&["sqs:*"], &["arn:aws:sqs:us-east-1:${aws:PrincipalAccount}"]);
    passes(&region, &by_tag);
    passes(&by_tag, &by_tag);
}

/// Reference conditions, of which one must hold, and the candidate's.
type Case = (&'static [&'static str], &'static str);

/// None is contained.
const UNREADABLE: &[Case] = &[
    // Nobody tells when a `Null` or a `Bool` of another word holds.
    (&[r#"{"StringEquals":{"j":"x"}}"#], r#"{"Null":{"k":"yes"}}"#),
    (&[r#"{"StringEquals":{"j":"x"}}"#], r#"{"Bool":{"k":"maybe"}}"#),
    (
        &[r#"{"StringEquals":{"k":"x"}}"#],
        r#"{"ForAnyValue:Null":{"k":"true"},"StringEquals":{"k":["x","y"]}}"#,
    ),
    // A double would not tell them apart.
    (
        &[r#"{"NumericEquals":{"k":"9007199254740992"}}"#],
        r#"{"NumericEquals":{"k":"9007199254740993"}}"#,
    ),
    (
        &[r#"{"NumericEquals":{"k":"0"}}"#],
        r#"{"NumericEquals":{"k":"1e-400"}}"#,
    ),
    // ISO 8601 has years without a month, which are no seconds.
    (
        &[r#"{"DateLessThan":{"aws:CurrentTime":"2020-01-01"}}"#],
        r#"{"DateLessThan":{"aws:CurrentTime":"2026"}}"#,
    ),
    (
        &[r#"{"DateGreaterThan":{"aws:CurrentTime":"2026-01-02"}}"#],
        r#"{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T99:00:00Z"}}"#,
    ),
    (
        &[r#"{"DateGreaterThan":{"aws:CurrentTime":"2026-03-01"}}"#],
        r#"{"DateGreaterThan":{"aws:CurrentTime":"2026-02-31"}}"#,
    ),
    // A tag is text, and so neither below nor above, and no address.
    (
        &[
            r#"{"NumericLessThanIfExists":{"aws:RequestTag/n":"5"}}"#,
            r#"{"NumericGreaterThanEquals":{"aws:RequestTag/n":"5"}}"#,
        ],
        "{}",
    ),
    (
        &[r#"{"IpAddressIfExists":{"aws:PrincipalTag/n":["0.0.0.0/0","::/0"]}}"#],
        "{}",
    ),
    // What an ARN means that lacks segments is documented of resources alone.
    (
        &[r#"{"ArnLike":{"k":"arn:aws:iam::*role/r"}}"#],
        r#"{"ArnEquals":{"k":"arn:aws:iam::123456789012:role/r"}}"#,
    ),
];

#[test]
fn what_cannot_be_read_proves_nothing() {
    for (reference, candidate) in UNREADABLE {
        let allows: Vec<String> = reference
            .iter()
            .map(|condition| allow_if(&["s3:*"], &["*"], condition))
            .collect();
        let candidate = allow_if(&["s3:*"], &["*"], candidate);
        fails(&allows.join(","), &candidate);
        passes(&candidate, &candidate);
    }
}

const ACCOUNT: &str = "arn:aws:iam::123456789012:root";

fn queue(effect: &str, element: &str, principals: &[&str]) -> String {
    let principals = list(principals);
    format!(
        r#"{{"Effect":"{effect}","{element}":{{"AWS":{principals}}},"Action":"sqs:SendMessage","Resource":"*"}}"#
    )
}

fn to(principals: &[&str]) -> String {
    queue("Allow", "Principal", principals)
}

#[test]
fn an_account_that_is_not_meant_spares_none_of_its_users() {
    let bob = "arn:aws:iam::123456789012:user/bob";
    let carol = "arn:aws:iam::123456789012:user/carol";
    let guarded = |but: &[&str]| format!("{},{}", to(&["*"]), queue("Deny", "NotPrincipal", but));
    let but_bob = guarded(&[bob, ACCOUNT]);
    passes(&but_bob, &to(&[bob]));
    fails(&but_bob, &to(&[carol]));
    fails(&but_bob, &to(&[ACCOUNT]));
    fails(&but_bob, &to(&["210987654321"]));
    passes(&but_bob, &but_bob);
    // On the candidate's side the root user is left, and perhaps all others.
    passes(&to(&[ACCOUNT]), &but_bob);
    fails(&to(&[bob]), &but_bob);
    passes(&to(&[bob]), &guarded(&[bob]));
    // Nor does a role spare its sessions.
    let role = "arn:aws:iam::123456789012:role/r";
    let session = "arn:aws:sts::123456789012:assumed-role/r/s";
    fails(&guarded(&[role, ACCOUNT]), &to(&[session]));
    passes(&guarded(&[role, session, ACCOUNT]), &to(&[session]));
    // Who is denied by the account is denied with all of it.
    let without = format!(
        "{},{}",
        to(&[carol, "210987654321"]),
        queue("Deny", "Principal", &[ACCOUNT])
    );
    passes(&to(&["210987654321"]), &without);
}
