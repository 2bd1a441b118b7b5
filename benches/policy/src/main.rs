//! Measures the policy engine: 1,000 roles against one allowance, the worst of them, a search that
//! is made to be hard, the catalogue, and the memory of it all. Prints what it measured and exits
//! with 1 when a promise of `docs/benchmarks-policy.md` is broken.

#[path = "../../../src/policy/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "the benchmark asks a part of the engine only"
)]
mod policy;

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use policy::contain::{self, Compiled, Scope};
use policy::rules::{NamedPolicy, PolicyKind};
use policy::{Catalog, PolicyDocument};

const ROLES: usize = 1_000;

/// A pseudo-random sequence that is the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }

    fn one<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

const SERVICES: [(&str, &[&str]); 8] = [
    (
        "dynamodb",
        &[
            "GetItem",
            "PutItem",
            "Query",
            "Scan",
            "BatchGetItem",
            "UpdateItem",
            "Describe*",
            "List*",
        ],
    ),
    (
        "s3",
        &[
            "GetObject",
            "PutObject",
            "ListBucket",
            "GetObjectTagging",
            "Get*",
            "DeleteObject",
            "List*",
        ],
    ),
    (
        "sqs",
        &[
            "SendMessage",
            "ReceiveMessage",
            "DeleteMessage",
            "GetQueueAttributes",
            "Get*",
        ],
    ),
    (
        "logs",
        &[
            "CreateLogStream",
            "PutLogEvents",
            "DescribeLogStreams",
            "FilterLogEvents",
            "Describe*",
        ],
    ),
    (
        "lambda",
        &[
            "InvokeFunction",
            "GetFunction",
            "UpdateFunctionCode",
            "List*",
            "Get*Configuration",
        ],
    ),
    ("secretsmanager", &["GetSecretValue", "DescribeSecret", "List*"]),
    ("kms", &["Decrypt", "Encrypt", "GenerateDataKey*", "DescribeKey"]),
    ("sns", &["Publish", "Subscribe", "List*", "Get*"]),
];

/// A policy of 6 to 10 KB, as a role of a large application has it; one that strays names another application.
fn role_policy(dice: &mut Dice, stray: bool) -> String {
    let apps = if stray { 41 } else { 40 };
    let size = 6_000 + dice.below(4_000);
    let mut text = String::from(r#"{"Version":"2012-10-17","Statement":["#);
    let mut first = true;
    while text.len() < size {
        let (service, names) = *dice.one(&SERVICES);
        let actions: Vec<String> = (0..=dice.below(6))
            .map(|_| format!("\"{service}:{}\"", dice.one(names)))
            .collect();
        let resources: Vec<String> = (0..=dice.below(4))
            .map(|_| match service {
                "s3" => format!(
                    "\"arn:aws:s3:::app{}-bucket-{}/data/*\"",
                    dice.below(apps),
                    dice.below(40)
                ),
                _ => format!(
                    "\"arn:aws:{service}:us-east-1:123456789012:app{}-{}{}\"",
                    dice.below(apps),
                    dice.below(400),
                    dice.one(&["", "*", "/*", "-*-x"])
                ),
            })
            .collect();
        let condition = match dice.below(6) {
            0 => {
                r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"},"Bool":{"aws:SecureTransport":"true"}}"#
            }
            1 => r#","Condition":{"StringLike":{"aws:PrincipalTag/team":["a*","b"]}}"#,
            _ => "",
        };
        let effect = if dice.below(12) == 0 { "Deny" } else { "Allow" };
        let comma = if first { "" } else { "," };
        first = false;
        let _ = write!(
            text,
            r#"{comma}{{"Effect":"{effect}","Action":[{}],"Resource":[{}]{condition}}}"#,
            actions.join(","),
            resources.join(",")
        );
    }
    text + "]}"
}

/// All that the roles need, except for those that stray.
fn allowance() -> String {
    let statements: Vec<String> = SERVICES
        .iter()
        .flat_map(|(service, _)| {
            (0..40).map(move |app| {
                let resource = match *service {
                    "s3" => format!("arn:aws:s3:::app{app}-*"),
                    _ => format!("arn:aws:{service}:*:123456789012:app{app}-*"),
                };
                format!(r#"{{"Effect":"Allow","Action":"{service}:*","Resource":"{resource}"}}"#)
            })
        })
        .collect();
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{},{{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::secret-*/*"}}]}}"#,
        statements.join(",")
    )
}

fn named(text: &str) -> Result<[NamedPolicy; 1], String> {
    let document = PolicyDocument::parse(text).map_err(|error| error.to_string())?;
    Ok([NamedPolicy {
        name: "policy".to_owned(),
        kind: PolicyKind::Inline,
        arn: None,
        document,
    }])
}

/// Patterns that overlap in as many ways as a policy's size allows, under a condition or not.
fn hard(letters: &str, condition: &str) -> String {
    let patterns: Vec<String> = letters
        .chars()
        .map(|letter| format!("\"arn:aws:s3:::*{letter}*-\""))
        .collect();
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::*"}},
        {{"Effect":"Deny","Action":"s3:*","Resource":[{}]{condition}}}]}}"#,
        patterns.join(",")
    )
}

/// What this one thread has spent on a core, which other work on the machine does not lengthen; the time of day
/// where the system does not tell.
fn spent(start: Instant) -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = text.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

fn peak_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn run() -> Result<bool, String> {
    let start = Instant::now();
    let before = spent(start);
    let actions = Catalog::get().actions().len();
    let catalogue = spent(start) - before;

    let mut dice = Dice(7);
    let texts: Vec<String> = (0..ROLES)
        .map(|role| role_policy(&mut dice, role % 10 == 0))
        .collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let reference = named(&allowance())?;
    let allowed = Compiled::new(&reference);
    // Decided, as a gate does: the first witness is enough.
    let scope = Scope {
        witnesses: 1,
        ..Scope::default()
    };
    let (mut total, mut worst, mut contained, mut gave_up) = (Duration::ZERO, Duration::ZERO, 0, 0);
    for text in &texts {
        let before = spent(start);
        let role = named(text)?;
        let answer = contain::new_access(&Compiled::new(&role), &allowed, &scope);
        let took = spent(start) - before;
        total += took;
        worst = worst.max(took);
        contained += usize::from(answer.is_contained());
        gave_up += usize::from(answer.gave_up);
    }
    let before = spent(start);
    let mut witnesses = 0;
    for text in &texts {
        let role = named(text)?;
        witnesses += contain::new_access(&Compiled::new(&role), &allowed, &Scope::default())
            .witnesses
            .len();
    }
    let all = spent(start) - before;

    // Contained, but no statement says so by itself, so that every combination has to be looked at.
    let condition = r#","Condition":{"StringEquals":{"a":"x"}}"#;
    let (candidate, against) = (
        named(&hard("abcdefghijklmnopqrs", condition))?,
        named(&hard("abcdefghijklmnopqr", condition))?,
    );
    let clock = Instant::now();
    let answer = contain::new_access(
        &Compiled::new(&candidate),
        &Compiled::new(&against),
        &Scope::default(),
    );
    let hardest = clock.elapsed();
    let memory = peak_memory();

    println!("catalogue: {actions} actions in {catalogue:?}");
    println!(
        "{ROLES} roles, {} bytes on average: {total:?}, worst {worst:?}; {contained} contained, {gave_up} given up",
        bytes / ROLES
    );
    println!("the same with all {witnesses} witnesses: {all:?}");
    println!(
        "a search made to be hard: {hardest:?}, contained {}, gave up {}",
        answer.is_contained(),
        answer.gave_up
    );
    println!("peak memory: {memory:?} kB");
    Ok(total < Duration::from_secs(1)
        && worst < Duration::from_millis(200)
        && hardest < Duration::from_millis(200)
        && catalogue < Duration::from_millis(10)
        && memory.is_none_or(|kilobytes| kilobytes < 100_000))
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            println!("a promise is broken");
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}
