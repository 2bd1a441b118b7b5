//! A run: everything that a report can say. Every writer gets this and nothing else.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::{Outcome, Subject, Verdict};
use crate::config::Severity;
use crate::inventory::Coverage;
use crate::source::Provenance;

/// The version of the JSON report.
pub const FORMAT: u32 = 1;

/// One run of the checks of one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The version of this format.
    pub report_format: u32,
    /// The version of stackproof.
    pub version: String,
    /// The environment.
    pub environment: String,
    /// What was looked at.
    pub provenance: Provenance,
    /// When the run began.
    #[schemars(with = "String")]
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The outcomes, counted.
    pub counts: Counts,
    /// The exit code that the outcomes give.
    pub exit_code: u8,
    /// Every test that ran, in the order of the checks.
    pub cases: Vec<CaseResult>,
    /// The names of the tests that a filter left out.
    pub filtered_out: Vec<String>,
    /// What was read.
    pub coverage: Coverage,
}

/// The outcomes of a run, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Facts that hold.
    pub pass: usize,
    /// Facts that do not hold.
    pub fail: usize,
    /// Facts that could not be determined.
    pub error: usize,
    /// Facts that are decided after apply.
    pub unknown: usize,
    /// Facts that no promise was made of in this environment.
    pub not_applicable: usize,
}

impl Counts {
    /// Counts the outcomes.
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a CaseResult>) -> Self {
        let mut counts = Self::default();
        for case in cases {
            *match case.verdict.outcome {
                Outcome::Pass => &mut counts.pass,
                Outcome::Fail => &mut counts.fail,
                Outcome::Error => &mut counts.error,
                Outcome::Unknown => &mut counts.unknown,
                Outcome::NotApplicable => &mut counts.not_applicable,
            } += 1;
        }
        counts
    }

    /// All of them.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.pass + self.fail + self.error + self.unknown + self.not_applicable
    }

    /// The exit code: 0 conforms, 1 violations, 2 nothing was selected, 3 could not determine.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        if self.fail > 0 {
            1
        } else if self.error > 0 {
            3
        } else if self.total() == 0 {
            2
        } else {
            0
        }
    }
}

/// One test and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseResult {
    /// The name of the test, unique in the run.
    pub name: String,
    /// The check.
    pub check: CheckInfo,
    /// What it was about.
    pub subject: Subject,
    /// What became of it.
    pub verdict: Verdict,
    /// How long the verdict took, in microseconds.
    pub duration_us: u64,
}

/// What a report says of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckInfo {
    /// The id.
    pub id: String,
    /// The kind.
    pub kind: String,
    /// The promise.
    pub title: String,
    /// How bad a violation is.
    pub severity: Severity,
    /// Words to select checks by.
    pub tags: Vec<String>,
    /// Who mends a violation.
    pub owner: String,
    /// What goes wrong when the promise is broken.
    pub why: String,
    /// How to mend a violation.
    pub fix: String,
    /// Where the check is written, as `checks/dynamodb.yaml:3:5`.
    pub place: String,
}
