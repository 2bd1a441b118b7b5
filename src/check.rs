//! What a check is, and what it can answer.
//!
//! A check is pure: it sees evidence and nothing else. It has no clock, no network and no environment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

use crate::inventory::{Fact, Gap, Inventory, Needs, Reason, Resource};
use crate::probe::{Measured, ProbeRequest, ProbeResults};

/// What became of one check on one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The fact holds, and the evidence for it is complete.
    Pass,
    /// The fact does not hold.
    Fail,
    /// It could not be determined.
    Error,
    /// A plan leaves it to be decided after apply.
    Unknown,
    /// A condition in the check excludes this environment.
    NotApplicable,
}

impl Outcome {
    /// Whether the outcome lets a gate open.
    #[must_use]
    pub const fn is_green(self) -> bool {
        matches!(self, Self::Pass | Self::Unknown | Self::NotApplicable)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Error => "error",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not applicable",
        })
    }
}

/// What a check is about: one resource, or one thing that should exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The last part of the test's name.
    pub name: String,
    /// The resource type.
    pub resource_type: Option<String>,
    /// The ARN, when the resource exists.
    pub arn: Option<String>,
}

impl Subject {
    /// A resource of the inventory.
    #[must_use]
    pub fn resource(resource: &Resource) -> Self {
        Self {
            name: resource.label().to_owned(),
            resource_type: Some(resource.details.type_name().to_owned()),
            arn: Some(resource.arn.clone()),
        }
    }

    /// Something that no resource stands for.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            resource_type: None,
            arn: None,
        }
    }

    /// The same subject, of a resource type.
    #[must_use]
    pub fn of_type(mut self, resource_type: &str) -> Self {
        self.resource_type = Some(resource_type.to_owned());
        self
    }
}

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// What is wrong, in plain words, one line.
    pub message: String,
    /// What was expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
}

/// One piece of evidence: what was looked at, and what was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What was looked at.
    pub label: String,
    /// What was there.
    pub value: String,
}

/// The answer of one check about one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// What became of it.
    pub outcome: Outcome,
    /// Why, in one line.
    pub summary: String,
    /// Everything that does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// Everything that could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// What was looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// What an endpoint was measured to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Box<Measured>>,
}

/// Collects what a check finds out about one subject, and concludes.
///
/// A definite violation outweighs a gap, a gap outweighs the unknown, and only what nobody objected to passes.
/// Without a single piece of evidence nothing passes.
#[derive(Debug, Default)]
pub struct Assessment {
    problems: Vec<Problem>,
    gaps: Vec<Gap>,
    errors: Vec<String>,
    unknown: Vec<String>,
    evidence: Vec<Evidence>,
}

impl Assessment {
    /// Notes what was looked at.
    pub fn saw(&mut self, label: impl Into<String>, value: impl fmt::Display) -> &mut Self {
        self.evidence.push(Evidence {
            label: label.into(),
            value: value.to_string(),
        });
        self
    }

    /// Records a violation without a value to compare.
    pub fn fail(&mut self, message: impl Into<String>) -> &mut Self {
        self.problems.push(Problem {
            message: message.into(),
            expected: None,
            actual: None,
        });
        self
    }

    /// Records a violation with what was expected and what was found.
    pub fn differs(
        &mut self,
        message: impl Into<String>,
        expected: impl fmt::Display,
        actual: impl fmt::Display,
    ) -> &mut Self {
        self.problems.push(Problem {
            message: message.into(),
            expected: Some(expected.to_string()),
            actual: Some(actual.to_string()),
        });
        self
    }

    /// Records something that could not be read.
    pub fn unreadable(&mut self, gap: &Gap) -> &mut Self {
        self.gaps.push(gap.clone());
        self
    }

    /// Records that no answer is possible, for a reason that is no failed read.
    pub fn undetermined(&mut self, message: impl Into<String>) -> &mut Self {
        self.errors.push(message.into());
        self
    }

    /// Gives the value of a fact, or records why there is none.
    pub fn need<'a, T>(&mut self, label: &str, fact: &'a Fact<T>) -> Option<&'a T> {
        match fact {
            Fact::Known(value) => return Some(value),
            Fact::Unreadable(gap) => self.gaps.push(gap.clone()),
            Fact::Unknown => self.unknown.push(format!("{label}: known after apply")),
            Fact::NotRead => self.errors.push(format!("{label}: never read")),
        }
        None
    }

    /// The verdict on all that was recorded. `holds` says what is true when nothing speaks against it.
    pub fn conclude(self, holds: impl Into<String>) -> Verdict {
        let (outcome, summary) = if let Some(problem) = self.problems.first() {
            let more = match self.problems.len() {
                1 => String::new(),
                count => format!(" (and {} more)", count - 1),
            };
            (Outcome::Fail, format!("{}{more}", problem.message))
        } else if let Some(gap) = self.gaps.first() {
            (Outcome::Error, format!("could not read {gap}"))
        } else if let Some(error) = self.errors.first() {
            (Outcome::Error, error.clone())
        } else if let Some(unknown) = self.unknown.first() {
            (Outcome::Unknown, unknown.clone())
        } else if self.evidence.is_empty() {
            (
                Outcome::Error,
                "the check looked at nothing, which proves nothing".to_owned(),
            )
        } else {
            (Outcome::Pass, holds.into())
        };
        Verdict {
            outcome,
            summary,
            problems: self.problems,
            gaps: self.gaps,
            evidence: self.evidence,
            measured: None,
        }
    }
}

impl Verdict {
    /// An answer that could not be found, for a reason that is no failed read.
    pub fn undetermined(message: impl Into<String>) -> Self {
        let mut assessment = Assessment::default();
        assessment.undetermined(message);
        assessment.conclude("")
    }

    /// An answer that could not be found because reads failed.
    #[must_use]
    pub fn unreadable(gaps: &[Gap]) -> Self {
        let mut assessment = Assessment::default();
        for gap in gaps {
            assessment.unreadable(gap);
        }
        assessment.conclude("")
    }

    /// An environment that the check is not for.
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::NotApplicable,
            summary: reason.into(),
            problems: Vec::new(),
            gaps: Vec::new(),
            evidence: Vec::new(),
            measured: None,
        }
    }

    /// The type of a JUnit `<failure>` or `<error>`.
    #[must_use]
    pub fn junit_type(&self) -> &'static str {
        match self.outcome {
            Outcome::Fail => "Violation",
            _ => self
                .gaps
                .first()
                .map(|gap| gap.reason)
                .map_or("Undetermined", Reason::junit_type),
        }
    }
}

/// Everything that verdicts are made from.
#[derive(Debug)]
pub struct EvidenceBase<'a> {
    /// The resources and their coverage.
    pub inventory: &'a Inventory,
    /// The timed requests.
    pub probes: &'a ProbeResults,
}

/// What a check must have before it can answer.
#[derive(Debug, Clone, Default)]
pub struct CheckNeeds {
    /// The types that its subjects are of. A gap in such a list is one error; what was read is still judged.
    pub subjects: Needs,
    /// The types that a verdict leans on. A gap in such a list makes every subject an error.
    pub context: Needs,
    /// A request to time.
    pub probe: Option<ProbeRequest>,
    /// The types that tell where that request goes, when nothing nearer does.
    pub endpoint: Needs,
}

impl CheckNeeds {
    /// Every type and fact of all sorts.
    #[must_use]
    pub fn all(&self) -> Needs {
        let mut all = self.inventory();
        all.merge(&self.endpoint);
        all
    }

    /// Every type and fact that verdicts are made from.
    #[must_use]
    pub fn inventory(&self) -> Needs {
        let mut both = self.subjects.clone();
        both.merge(&self.context);
        both
    }
}

/// A check of some kind, with its options.
pub trait Check: Send + Sync {
    /// What must be read before the check can answer.
    fn needs(&self) -> CheckNeeds;

    /// What the check is about, in a stable order.
    fn subjects(&self, inventory: &Inventory) -> Vec<Subject>;

    /// The verdict about one of the subjects.
    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict;
}

/// The resource that a subject stands for.
#[must_use]
pub fn resource_of<'a>(inventory: &'a Inventory, subject: &Subject) -> Option<&'a Resource> {
    let arn = subject.arn.as_deref()?;
    let type_name = subject.resource_type.as_deref()?;
    inventory
        .resources
        .iter()
        .find(|resource| resource.arn == arn && resource.details.type_name() == type_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_at_nothing_is_an_error() {
        let verdict = Assessment::default().conclude("holds");
        assert_eq!(verdict.outcome, Outcome::Error);
    }

    #[test]
    fn a_violation_outweighs_a_gap_and_a_gap_the_unknown() {
        let gap = Gap::new("sqs:ListQueueTags", "us-east-1", Reason::AccessDenied, "no");
        let mut assessment = Assessment::default();
        assert_eq!(assessment.need::<u8>("size", &Fact::Unknown), None);
        assert_eq!(assessment.need::<u8>("tags", &Fact::Unreadable(gap)), None);
        assessment.saw("a", 1);
        let verdict = assessment.conclude("holds");
        assert_eq!(verdict.outcome, Outcome::Error);
        assert_eq!(verdict.junit_type(), "AccessDenied");

        let mut assessment = Assessment::default();
        assessment.undetermined("no").fail("wrong");
        assert_eq!(assessment.conclude("holds").outcome, Outcome::Fail);

        let mut assessment = Assessment::default();
        assessment.need::<u8>("size", &Fact::Unknown);
        assert_eq!(assessment.conclude("holds").outcome, Outcome::Unknown);
    }
}
