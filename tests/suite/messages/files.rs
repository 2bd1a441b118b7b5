//! Mistakes in whole files and folders, and many mistakes at once.

use super::{DEV, goldens, of_file, render};

const GOOD: &str = "checks:\n  - {id: a, kind: ttl, title: A, severity: low, owner: me, why: w, fix: f,\n     \
                    with: {tables: [a], attribute: b}}\n";

fn without_folder() -> String {
    let folder = tempfile::tempdir().unwrap();
    let mistakes = stackproof::config::load(&folder.path().join("checks"), "dev")
        .map(drop)
        .unwrap_err();
    let text = stackproof::diag::render_all(&mistakes, false);
    text.replace(&format!("{}/", folder.path().display()), "")
}

goldens! {
    no_folder: without_folder();
    empty_folder: render(&[DEV], "dev");
    no_checks: of_file("checks: []\n");
    checks_without_value: of_file("checks:\n");
    checks_as_a_mapping: of_file("checks:\n  id: a\n  kind: ttl\n");
    empty_file: of_file("");
    only_a_comment: of_file("# nothing yet\n");
    checks_in_a_folder_below: render(&[DEV, ("a.yaml", GOOD), ("security/b.yaml", GOOD)], "dev");
    list_for_a_file: of_file("- id: a\n  kind: ttl\n");
    unknown_top_level_key: of_file(&format!("check:\n{}", GOOD.trim_start_matches("checks:\n")));
    unknown_top_level_key_beside_checks: of_file(&format!("version: 1\n{GOOD}"));
    duplicate_id: of_file(&format!("{GOOD}{}", GOOD.trim_start_matches("checks:\n")));
    duplicate_id_in_another_file: render(&[DEV, ("a.yaml", GOOD), ("b.yaml", GOOD)], "dev");
    duplicate_key: of_file("checks:\n  - id: a\n    kind: ttl\n    id: b\n");
    broken_yaml: of_file("checks:\n  - id: [a, b\n    kind: ttl\n");
    tab_for_indentation: of_file("checks:\n\t- id: a\n");
    two_documents: of_file(&format!("{GOOD}---\n{GOOD}"));
    undefined_alias: of_file("checks: *everything\n");
    everything_at_once: render(&[
        ("environments/dev.yaml", "project: acme\nregion: us_east_1\n"),
        ("b.yaml", "checks:\n  - id: B\n    kind: tlt\n    title: T\n    severity: high\n    owner: me\n    why: w\n    fix: f\n"),
        ("a.yaml", "checks:\n  - id: a\n    kind: ttl\n    severity: high\n    owner: me\n    why: w\n    fix: f\n    \
                    with: {tables: [], attribute: b}\n"),
        ("c.yaml", "checks: [\n"),
    ], "dev");
}
