//! What a user reads when a file is wrong: the whole text, word for word.

mod common_keys;
mod environments;
mod files;
mod formats;
mod options;
mod typed_kinds;

use stackproof::{config, diag};
use std::fs;
use std::path::Path;

const DEV: (&str, &str) = (
    "environments/dev.yaml",
    "project: acme\nregion: us-east-1\nvariables:\n  team: platform\n",
);

/// The rendered mistakes of a folder of checks, with paths as from the folder above it.
fn render(files: &[(&str, &str)], environment: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let checks = folder.path().join("checks");
    for (path, text) in files {
        write(&checks.join(path), text);
    }
    let mistakes = config::load(&checks, environment).map(drop).unwrap_err();
    let text = diag::render_all(&mistakes, false);
    text.replace(&format!("{}/", folder.path().display()), "")
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The mistakes of one check file beside a good environment.
fn of_file(text: &str) -> String {
    render(&[DEV, ("a.yaml", text)], "dev")
}

/// The mistakes of one check that is right but for the given lines.
fn of_check(lines: &str) -> String {
    let mut text = String::from("checks:\n  - id: some-check\n    title: A promise\n    severity: high\n");
    text.push_str("    owner: platform\n    why: It matters.\n    fix: Mend it.\n");
    for line in lines.lines() {
        text.push_str("    ");
        text.push_str(line);
        text.push('\n');
    }
    of_file(&text)
}

/// The mistakes of an environment file beside a good check.
fn of_environment(text: &str) -> String {
    let check = "checks:\n  - {id: a, kind: ttl, title: A, severity: low, owner: me, why: w, fix: f,\n     \
                 with: {tables: [a], attribute: b}}\n";
    render(&[("environments/dev.yaml", text), ("a.yaml", check)], "dev")
}

/// One golden test per line: its name, and the text.
macro_rules! goldens {
    ($( $name:ident: $text:expr; )*) => {
        $(
            #[test]
            fn $name() {
                insta::assert_snapshot!($text);
            }
        )*
    };
}
use goldens;
