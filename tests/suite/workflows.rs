//! The workflows: what they run is pinned, may do little, and is what runs on any other machine.

use serde_json::Value;
use std::fs;
use std::path::PathBuf;

fn workflows() -> Vec<(PathBuf, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".github/workflows");
    let workflows: Vec<(PathBuf, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect();
    assert!(!workflows.is_empty());
    workflows
}

#[test]
fn actions_are_pinned_and_nothing_is_permitted_by_default() {
    for (path, text) in workflows() {
        let workflow: Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(
            workflow["permissions"],
            Value::Object(serde_json::Map::new()),
            "{}",
            path.display()
        );
        let jobs = workflow["jobs"].as_object().unwrap();
        for (name, job) in jobs {
            assert!(
                job["timeout-minutes"].is_u64() && job["permissions"].is_object(),
                "{}: {name}",
                path.display()
            );
            for step in job["steps"].as_array().unwrap() {
                let Some(action) = step["uses"].as_str() else {
                    continue;
                };
                let (_, commit) = action.split_once('@').unwrap();
                assert!(
                    commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()),
                    "{}: {action} can change",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn the_pipeline_runs_the_gate() {
    let workflows = workflows();
    let (_, ci) = workflows
        .iter()
        .find(|(path, _)| path.ends_with("ci.yaml"))
        .unwrap();
    let ci: Value = serde_saphyr::from_str(ci).unwrap();
    let steps = ci["jobs"]["gate"]["steps"].as_array().unwrap();
    assert!(steps.iter().any(|step| step["run"] == ".ci/run"));
    assert_eq!(ci["on"]["pull_request"]["branches"][0], "main");
    assert_eq!(ci["on"]["push"]["branches"][0], "develop");
}
