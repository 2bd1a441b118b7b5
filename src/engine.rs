//! Suite × evidence → cases and verdicts. Pure: the same inventory gives the same verdicts.
//!
//! Here the promises that hold for every kind are kept: too few subjects fail, lists that are incomplete poison
//! exactly the checks that need them, and a check that panics is an error and not a lost outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::check::{Assessment, EvidenceBase, Subject, Verdict};
use crate::config::CheckSpec;
use crate::inventory::{Inventory, Missing, Needs};

/// One check on one subject: one test.
#[derive(Debug)]
pub struct Case {
    /// The check.
    pub spec: Arc<CheckSpec>,
    /// What it is about. Its name is unique among the cases of the check.
    pub subject: Subject,
    verdict: Pending,
}

#[derive(Debug)]
enum Pending {
    /// Decided without asking the check.
    Decided(Verdict),
    /// To be asked of the check.
    Judge,
}

impl Case {
    /// The name of the test: `dynamodb-events-ttl::zapier-triggers-api-events-dev`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}::{}", self.spec.settings.id, self.subject.name)
    }

    /// Whether the verdict needs the answer of an endpoint.
    #[must_use]
    pub fn needs_probe(&self) -> bool {
        matches!(self.verdict, Pending::Judge) && self.spec.check.needs().probe.is_some()
    }

    /// The verdict. A panic in a check is an error of this case alone.
    #[must_use]
    pub fn judge(&self, evidence: &EvidenceBase<'_>) -> Verdict {
        match &self.verdict {
            Pending::Decided(verdict) => verdict.clone(),
            Pending::Judge => guarded(|| self.spec.check.judge(&self.subject, evidence))
                .unwrap_or_else(Verdict::undetermined),
        }
    }
}

fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        format!("the check itself broke, a mistake in stackproof: {text}")
    })
}

/// The cases of the checks, in their order, then in that of their subjects.
#[must_use]
pub fn expand(checks: &[Arc<CheckSpec>], inventory: &Inventory) -> Vec<Case> {
    checks
        .iter()
        .flat_map(|spec| expand_check(spec, inventory))
        .collect()
}

fn expand_check(spec: &Arc<CheckSpec>, inventory: &Inventory) -> Vec<Case> {
    let decided = |subject: Subject, verdict: Verdict| Case {
        spec: Arc::clone(spec),
        subject,
        verdict: Pending::Decided(verdict),
    };
    if let Some(reason) = &spec.excluded {
        let subject = Subject::named("every subject");
        return vec![decided(subject, Verdict::not_applicable(reason))];
    }
    let needs = spec.check.needs();
    let subjects = match guarded(|| spec.check.subjects(inventory)) {
        Ok(subjects) => subjects,
        Err(text) => {
            return vec![decided(
                Subject::named("every subject"),
                Verdict::undetermined(text),
            )];
        }
    };
    let broken_context: Vec<(&str, Missing<'_>)> = missing(&needs.context, inventory);
    let broken_lists: Vec<(&str, Missing<'_>)> = missing(&needs.subjects, inventory);

    let mut cases = Vec::new();
    for (type_name, missing) in &broken_lists {
        let subject = Subject::named(format!("every {type_name}")).of_type(type_name);
        cases.push(decided(subject, unreadable(type_name, *missing)));
    }
    let is_broken = |subject: &Subject| {
        let name = subject.resource_type.as_deref();
        broken_lists.iter().any(|(type_name, _)| Some(*type_name) == name)
    };
    let found = subjects.len();
    for subject in subjects {
        if subject.arn.is_none() && is_broken(&subject) {
            // What an incomplete list does not show may well exist: the error above says so.
        } else if let Some((type_name, missing)) = broken_context.first() {
            cases.push(decided(subject, unreadable(type_name, *missing)));
        } else {
            cases.push(Case {
                spec: Arc::clone(spec),
                subject,
                verdict: Pending::Judge,
            });
        }
    }
    if found < spec.settings.min && broken_lists.is_empty() {
        let mut assessment = Assessment::default();
        assessment.differs(
            "too few resources to prove anything",
            format!("at least {}", spec.settings.min),
            found,
        );
        let subject = Subject::named("at least the promised number");
        cases.push(decided(subject, assessment.conclude("")));
    }
    make_unique(&mut cases);
    cases
}

fn missing<'a>(needs: &Needs, inventory: &'a Inventory) -> Vec<(&'static str, Missing<'a>)> {
    needs
        .types()
        .filter_map(|(name, _)| inventory.missing(name).map(|missing| (name, missing)))
        .collect()
}

fn unreadable(type_name: &str, missing: Missing<'_>) -> Verdict {
    match missing {
        Missing::NeverRead => Verdict::undetermined(format!(
            "no {type_name} was ever read for this inventory; record it again"
        )),
        Missing::Gaps(gaps) => Verdict::unreadable(gaps),
    }
}

/// Gives every test a name of its own: subjects that share a name get their type, and then still their id.
fn make_unique(cases: &mut [Case]) {
    qualify(cases, |subject| subject.resource_type.clone());
    qualify(cases, |subject| {
        let arn = subject.arn.as_deref()?;
        arn.rsplit(['/', ':']).next().map(str::to_owned)
    });
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases {
        let seen = used.entry(case.subject.name.clone()).or_default();
        *seen += 1;
        if *seen > 1 {
            case.subject.name = format!("{} #{seen}", case.subject.name);
        }
    }
}

fn qualify(cases: &mut [Case], qualifier: impl Fn(&Subject) -> Option<String>) {
    let mut qualifiers: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
    for case in &*cases {
        let name = case.subject.name.clone();
        qualifiers
            .entry(name)
            .or_default()
            .insert(qualifier(&case.subject));
    }
    for case in cases {
        // What all of them share tells none of them apart.
        let apart = qualifiers
            .get(&case.subject.name)
            .is_some_and(|different| different.len() > 1);
        if let Some(text) = qualifier(&case.subject).filter(|_| apart) {
            case.subject.name = format!("{} ({text})", case.subject.name);
        }
    }
}
