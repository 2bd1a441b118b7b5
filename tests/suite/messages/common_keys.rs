//! Mistakes in the keys that every check has.

use super::{goldens, of_check, of_file};

goldens! {
    unknown_key: of_file(
        "checks:\n  - id: a\n    kind: ttl\n    titel: A promise\n    title: A promise\n    severity: high\n    \
         owner: me\n    why: w\n    fix: f\n    with: {tables: [a], attribute: b}\n");
    missing_keys: of_file("checks:\n  - id: a\n    kind: ttl\n    with: {tables: [a], attribute: b}\n");
    unknown_kind: of_check("kind: tll\nwith: {tables: [a], attribute: b}");
    unknown_kind_without_a_guess: of_check("kind: encryption");
    wrong_severity: of_file(
        "checks:\n  - {id: a, kind: ttl, title: t, severity: hihg, owner: me, why: w, fix: f,\n     \
         with: {tables: [a], attribute: b}}\n");
    bad_id: of_file(
        "checks:\n  - {id: DynamoDB_TTL, kind: ttl, title: t, severity: high, owner: me, why: w, fix: f,\n     \
         with: {tables: [a], attribute: b}}\n");
    id_is_a_number: of_file(
        "checks:\n  - {id: 7, kind: ttl, title: t, severity: high, owner: me, why: w, fix: f,\n     \
         with: {tables: [a], attribute: b}}\n");
    empty_title: of_file(
        "checks:\n  - {id: a, kind: ttl, title: \"\", severity: high, owner: me, why: w, fix: f,\n     \
         with: {tables: [a], attribute: b}}\n");
    nothing_after_a_key: of_file(
        "checks:\n  - id: a\n    kind: ttl\n    title:\n    severity: high\n    owner: me\n    why: w\n    fix: f\n    \
         with: {tables: [a], attribute: b}\n");
    min_of_nothing: of_check("kind: ttl\nmin: 0\nwith: {tables: [a], attribute: b}");
    unknown_environment: of_check("kind: ttl\nenvironments: [dve]\nwith: {tables: [a], attribute: b}");
    no_environment: of_check("kind: ttl\nenvironments: []\nwith: {tables: [a], attribute: b}");
    tags_as_text: of_check("kind: ttl\ntags: dynamodb\nwith: {tables: [a], attribute: b}");
    check_is_text: of_file("checks:\n  - dynamodb-ttl\n");
    undefined_variable: of_check("kind: ttl\nwith: {tables: [\"${porject}-a\"], attribute: b}");
    undefined_variable_without_a_guess: of_check("kind: ttl\nwith: {tables: [\"${domain}-a\"], attribute: b}");
    variable_of_an_account_that_is_not_set: of_check("kind: ttl\nwith: {tables: [\"a-${account_id}\"], attribute: b}");
    bad_value_in_a_good_variable: of_check("kind: latency\nwith: {p95: \"${team}\"}");
    unclosed_variable: of_check("kind: ttl\nwith: {tables: [\"${project-a\"], attribute: b}");
}
