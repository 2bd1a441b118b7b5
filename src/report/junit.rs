//! `junit.xml`: one suite per check, one case per subject, in the words of JUnit.
//!
//! The contract, which readers disagree on unless all of it is kept: unique `classname` and `name`, counts on
//! `testsuites` and `testsuite` *and* child elements, times in seconds, never two child elements in a case, and
//! nothing that Jenkins' schema refuses (no properties of a case).

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use super::{CaseResult, ReportWriter, Run};
use crate::check::Outcome;

/// The most bytes of a message body: some readers give up on more.
const MAX_BODY: usize = 64 * 1024;

/// The writer of `junit.xml`.
pub struct Junit;

impl ReportWriter for Junit {
    fn file_name(&self) -> &'static str {
        "junit.xml"
    }

    fn write(&self, run: &Run, out: &mut dyn Write) -> io::Result<()> {
        document(run).serialize(out).map_err(io::Error::other)
    }
}

fn document(run: &Run) -> Report {
    let mut report = Report::new(clean(&format!("stackproof {}", run.environment)));
    report.set_time(Duration::from_millis(run.duration_ms));
    let mut order: Vec<&str> = Vec::new();
    let mut by_check: BTreeMap<&str, Vec<&CaseResult>> = BTreeMap::new();
    for case in &run.cases {
        let id = case.check.id.as_str();
        if !by_check.contains_key(id) {
            order.push(id);
        }
        by_check.entry(id).or_default().push(case);
    }
    for id in order {
        if let Some(cases) = by_check.get(id) {
            report.add_test_suite(suite(run, id, cases));
        }
    }
    report
}

fn suite(run: &Run, id: &str, cases: &[&CaseResult]) -> TestSuite {
    let mut suite = TestSuite::new(clean(id));
    if let Some(first) = cases.first() {
        let check = &first.check;
        for (name, value) in [
            ("title", check.title.as_str()),
            ("kind", &check.kind),
            ("severity", &check.severity.to_string()),
            ("owner", &check.owner),
            ("check", &check.place),
            ("source", &run.provenance.description),
            ("account", &run.provenance.account),
            ("region", &run.provenance.region),
        ] {
            suite.add_property(Property::new(name, clean(value)));
        }
    }
    let mut total = Duration::ZERO;
    for case in cases {
        let time = Duration::from_micros(case.duration_us);
        total += time;
        let mut test = TestCase::new(clean(&case.subject.name), status(case));
        test.set_classname(clean(id));
        test.set_time(time);
        suite.add_test_case(test);
    }
    suite.set_time(total);
    let started = run.started_at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    suite.extra.insert("timestamp".into(), started.into());
    suite
}

fn status(case: &CaseResult) -> TestCaseStatus {
    let verdict = &case.verdict;
    let kind = match verdict.outcome {
        Outcome::Pass => return TestCaseStatus::success(),
        Outcome::Unknown => return skipped("UNKNOWN", &verdict.summary),
        Outcome::NotApplicable => return skipped("N/A", &verdict.summary),
        Outcome::Fail => NonSuccessKind::Failure,
        Outcome::Error => NonSuccessKind::Error,
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(clean(&verdict.summary));
    status.set_type(verdict.junit_type());
    status.set_description(clean(&body(case)));
    status
}

fn skipped(word: &str, reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(clean(&format!("{word}: {reason}")));
    status
}

fn body(case: &CaseResult) -> String {
    let mut text = super::terminal::details(case).join("\n");
    if text.len() > MAX_BODY {
        let mut end = MAX_BODY - 16;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str("\n… (cut)");
    }
    text
}

/// Without the characters that XML 1.0 cannot hold. The XML writer drops control characters and escape sequences;
/// it lets the two non-characters through, which no parser accepts.
fn clean(text: &str) -> String {
    text.replace(['\u{FFFE}', '\u{FFFF}'], "\u{FFFD}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample_run;
    use proptest::prelude::*;

    fn xml(run: &Run) -> String {
        let mut text = Vec::new();
        Junit.write(run, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn golden() {
        insta::assert_snapshot!(xml(&sample_run()));
    }

    #[test]
    fn counts_and_children_agree() {
        let report = Report::deserialize_from_str(&xml(&sample_run())).unwrap();
        let run = sample_run();
        assert_eq!(report.tests, run.counts.total());
        assert_eq!(report.failures, run.counts.fail);
        assert_eq!(report.errors, run.counts.error);
        assert_eq!(report.skipped, run.counts.unknown + run.counts.not_applicable);
        for suite in &report.test_suites {
            assert_eq!(suite.tests, suite.test_cases.len());
        }
    }

    #[test]
    fn names_are_unique() {
        let report = Report::deserialize_from_str(&xml(&sample_run())).unwrap();
        let mut names = std::collections::BTreeSet::new();
        for case in report.test_suites.iter().flat_map(|suite| &suite.test_cases) {
            let name = format!("{:?} {:?}", case.classname, case.name);
            assert!(names.insert(name.clone()), "{name} twice");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_well_formed_xml(text in prop::collection::vec(any::<char>(), 0..40)) {
            let text: String = text.into_iter().collect();
            let mut run = sample_run();
            for case in &mut run.cases {
                case.verdict.summary.clone_from(&text);
                case.subject.name.push_str(&text);
                for problem in &mut case.verdict.problems {
                    problem.message.clone_from(&text);
                }
            }
            let xml = xml(&run);
            let forbidden = xml.contains(['\u{FFFE}', '\u{FFFF}', '\u{1b}', '\0']);
            prop_assert!(!forbidden);
            prop_assert!(Report::deserialize_from_str(&xml).is_ok());
        }
    }
}
