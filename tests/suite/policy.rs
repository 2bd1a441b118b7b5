//! `stackproof policy` as scripts see it: exit codes and the JSON answer. Runs the real binary.

use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn policy(&self, name: &str, statements: &Value) -> PathBuf {
        self.text(
            name,
            &json!({ "Version": "2012-10-17", "Statement": statements }).to_string(),
        )
    }

    fn text(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_stackproof"))
            .arg("policy")
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .unwrap()
    }

    fn compare(&self, rest: &[&str]) -> (Option<i32>, Value) {
        let mut arguments = vec![
            "compare",
            "--reference",
            "r",
            "--candidate",
            "c",
            "--format",
            "json",
        ];
        arguments.extend(rest);
        let output = self.run(&arguments);
        let answer = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code(), answer)
    }
}

fn read_of(resource: &str) -> Value {
    json!([{ "Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": resource }])
}

#[test]
fn contained_is_0() {
    let files = Files::new();
    files.policy("r", &read_of("arn:aws:s3:::b/*"));
    files.policy("c", &read_of("arn:aws:s3:::b/a"));
    assert_eq!(
        files.compare(&[]),
        (Some(0), json!({ "result": "PASS", "witnesses": [] }))
    );
}

#[test]
fn new_access_is_1_with_a_witness() {
    let files = Files::new();
    files.policy("r", &read_of("arn:aws:s3:::b/a"));
    files.policy("c", &read_of("arn:aws:s3:::b/*"));
    let witness = json!({ "action": "s3:GetObject", "resource": "arn:aws:s3:::b/x", "principal": null, "statement": "Read" });
    assert_eq!(
        files.compare(&[]),
        (Some(1), json!({ "result": "FAIL", "witnesses": [witness] }))
    );
    let output = files.run(&["compare", "--reference", "r", "--candidate", "c"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("- s3:GetObject on arn:aws:s3:::b/x\n"), "{text}");
    assert!(
        text.contains(r#"Read: {"Sid":"Read""#) || text.contains(r#"Read: {"Action""#),
        "{text}"
    );
}

#[test]
fn a_resource_policy_names_its_principals() {
    let files = Files::new();
    let to = |principal: Value| json!([{ "Effect": "Allow", "Principal": principal, "Action": "sqs:*", "Resource": "*" }]);
    files.policy("r", &to(json!({ "AWS": "123456789012" })));
    files.policy("c", &to(json!("*")));
    let (code, answer) = files.compare(&["--resource-policy"]);
    assert_eq!(code, Some(1));
    assert_eq!(answer["witnesses"][0]["principal"], "*");
    assert_eq!(answer["witnesses"][0]["statement"], "Statement[0]");
    files.policy("c", &to(json!({ "AWS": "arn:aws:iam::123456789012:role/r" })));
    assert_eq!(files.compare(&["--resource-policy"]).0, Some(0));
    files.policy("c", &read_of("*"));
    assert_eq!(files.compare(&["--resource-policy"]), (Some(2), Value::Null));
}

#[test]
fn what_is_no_policy_is_2() {
    let files = Files::new();
    files.policy("r", &read_of("*"));
    for text in ["", "{", "[]", r#"{"Statement":[{"Effect":"Allow"}]}"#, "\u{0}"] {
        files.text("c", text);
        assert_eq!(files.compare(&[]), (Some(2), Value::Null), "{text}");
    }
    let output = files.run(&["compare", "--reference", "r", "--candidate", "missing"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("missing: "));
}

#[test]
fn every_way_to_write_a_policy_down_is_read() {
    let files = Files::new();
    let plain = json!({ "Version": "2012-10-17", "Statement": read_of("*") });
    let text = serde_json::to_string_pretty(&plain).unwrap();
    let encoded = text.replace('"', "%22").replace('{', "%7B").replace('\n', "%0A");
    files.text("r", &text);
    for written in [
        format!("\u{feff}{text}"),
        text.replace('\n', "\r\n"),
        encoded.clone(),
        format!("\u{feff}{encoded}\r\n"),
    ] {
        files.text("c", &written);
        assert_eq!(files.compare(&[]).0, Some(0), "{written}");
    }
}

#[test]
fn what_is_no_policy_is_told_in_one_line() {
    let files = Files::new();
    files.policy("r", &read_of("*"));
    let document = json!({ "Statement": read_of("*") });
    let wrapped =
        |member: &str| format!("c: not a policy document, but what holds one: give what is in `{member}`");
    for (text, message) in [
        (
            " \r\n".to_owned(),
            "c: nothing in it; expected a policy document".to_owned(),
        ),
        (
            "{\n  // why\n  \"Statement\": []}".to_owned(),
            "c: not JSON at line 2, column 3: JSON has no comments".to_owned(),
        ),
        (
            json!({ "PolicyVersion": { "Document": document } }).to_string(),
            wrapped("PolicyVersion.Document"),
        ),
        (
            json!({ "RoleName": "r", "PolicyDocument": document }).to_string(),
            wrapped("PolicyDocument"),
        ),
        (
            json!({ "Policy": document.to_string() }).to_string(),
            wrapped("Policy"),
        ),
    ] {
        files.text("c", &text);
        let output = files.run(&[
            "compare",
            "--reference",
            "r",
            "--candidate",
            "c",
            "--format",
            "json",
        ]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert_eq!(output.stdout, b"", "{text}");
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            format!("error: {message}\n")
        );
    }
    fs::create_dir(files.0.path().join("d")).unwrap();
    let output = files.run(&["compare", "--reference", "r", "--candidate", "d"]);
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: d: a directory; expected a file with a policy\n"
    );
    let output = files.run(&["compare", "--reference", "-", "--candidate", "-"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn one_policy_may_come_from_standard_input() {
    let files = Files::new();
    let reference = fs::File::open(files.policy("r", &read_of("*"))).unwrap();
    files.policy("c", &read_of("arn:aws:s3:::b/*"));
    let status = Command::new(env!("CARGO_BIN_EXE_stackproof"))
        .args(["policy", "compare", "--reference", "-", "--candidate", "c"])
        .current_dir(files.0.path())
        .stdin(reference)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn policies_with_and_without_principals_are_not_compared() {
    let files = Files::new();
    files.policy("r", &read_of("*"));
    files.policy(
        "c",
        &json!([{ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*" }]),
    );
    assert_eq!(files.compare(&[]), (Some(2), Value::Null));
}

#[test]
fn explains_and_lints() {
    let files = Files::new();
    files.policy(
        "good",
        &json!([{ "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:us-east-1:123456789012:q" }]),
    );
    files.policy(
        "bad",
        &json!([{ "Effect": "Allow", "Action": "*", "Resource": "*" }]),
    );
    let output = files.run(&["explain", "good"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(text.contains("  sqs write: SendMessage\n"), "{text}");
    assert_eq!(files.run(&["lint", "good"]).status.code(), Some(0));
    let output = files.run(&["lint", "bad"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("admin-equivalent: "), "{text}");
}
