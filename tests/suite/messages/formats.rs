//! Text that has not the form that an option asks for.

use super::{goldens, of_check};

fn of_cidr(text: &str) -> String {
    of_check(&format!(
        "kind: subnets\nwith:\n  vpc: v\n  cidr: {text}\n  public: []\n  private: []"
    ))
}

fn of_table(text: &str) -> String {
    of_check(&format!("kind: pitr\nwith:\n  tables: [{text}]"))
}

fn of_pattern(text: &str) -> String {
    of_check(&format!(
        "kind: naming\nwith:\n  patterns:\n    aws_vpc: [{text}]"
    ))
}

fn of_tag(text: &str) -> String {
    of_check(&format!(
        "kind: tags\nwith:\n  required:\n    Owner: {{pattern: {text}}}"
    ))
}

fn of_latency(text: &str) -> String {
    of_check(&format!("kind: latency\nwith:\n  p95: {text}"))
}

fn of_duration(text: &str) -> String {
    of_check(&format!("kind: queue\nwith: {{queues: [a], delay: {text}}}"))
}

goldens! {
    duration_without_unit: of_duration("\"90\"");
    duration_as_a_number: of_duration("90");
    duration_with_wrong_unit: of_duration("15min");
    cidr_with_host_bits: of_cidr("10.0.1.0/16");
    cidr_with_prefix_33: of_cidr("10.0.0.0/33");
    cidr_without_prefix: of_cidr("10.0.0.0");
    cidr_of_version_6: of_cidr("\"2001:db8::/32\"");
    glob_that_is_not_closed: of_table("\"acme-[ab\"");
    glob_that_is_empty: of_table("\"\"");
    pattern_with_unknown_placeholder: of_pattern("\"acme-{keebab}\"");
    pattern_with_unknown_placeholder_without_a_guess: of_pattern("\"acme-{environment}\"");
    pattern_that_is_not_closed: of_pattern("\"acme-{kebab\"");
    pattern_that_was_never_opened: of_pattern("\"acme-kebab}\"");
    regex_that_is_not_closed: of_tag("\"[a-z\"");
    regex_with_look_ahead: of_tag("\"(?=a)b\"");
    latency_without_unit: of_latency("\"50\"");
    latency_as_a_number: of_latency("50");
    latency_with_wrong_unit: of_latency("50 ms");
    latency_without_number: of_latency("ms");
    latency_of_nothing: of_latency("0ms");
}
