//! What a role is granted beyond an exact allowance, and what it is allowed and never granted.

use crate::check::Assessment;
use crate::policy::contain::{self, Compiled, Scope};
use crate::policy::rules::NamedPolicy;
use crate::policy::{ActionPattern, Actions, Catalog, Resources};

/// As many actions of one finding as are spelt out.
const SPELT: usize = 6;

/// Records what is granted and not allowed; whether nothing is.
pub fn judge(granted: &[NamedPolicy], allowed: &[NamedPolicy], assessment: &mut Assessment) -> bool {
    let (role, allowance) = (Compiled::new(granted), Compiled::new(allowed));
    let scope = Scope {
        catalog: Some(Catalog::get()),
        ..Scope::default()
    };
    let answer = contain::new_access(&role, &allowance, &scope);
    for witness in &answer.witnesses {
        let also = match witness.also.len() {
            0 => String::new(),
            count if count <= SPELT => format!(", and so is {}", witness.also.join(", ")),
            count => format!(", and so are {count} other actions"),
        };
        let when = if witness.conditional {
            " under conditions"
        } else {
            ""
        };
        assessment.differs(
            format!(
                "not-allowed: `{}` on `{}` is granted{when} and not allowed{also}",
                witness.action, witness.resource
            ),
            "only what `allow` names",
            format!(
                "policy {}, {}: {}",
                witness.policy, witness.statement, witness.quote
            ),
        );
    }
    if answer.gave_up {
        assessment.undetermined("the policies are too large to be decided, so that nothing is proven");
    }
    let unused = never_granted(&role, allowed);
    if !unused.is_empty() {
        assessment.saw("allowed and never granted", unused.join(", "));
    }
    answer.is_contained()
}

/// Each allowed action that the role has on none of the resources that it is allowed on.
fn never_granted(role: &Compiled<'_>, allowed: &[NamedPolicy]) -> Vec<String> {
    let mut unused = Vec::new();
    for statement in allowed.iter().flat_map(|policy| &policy.document.statements) {
        let (Actions::Only(actions), Resources::Only(resources)) = (&statement.actions, &statement.resources)
        else {
            continue;
        };
        let formats: Vec<&str> = resources.iter().map(String::as_str).collect();
        // A search that gave up says nothing about use, and this is but a note.
        let granted = |action: &str| !matches!(contain::grant_of(role, action, &formats, &[]), Ok(None));
        let any = |pattern: &ActionPattern| {
            if pattern.is_pattern() {
                Catalog::get()
                    .actions_matching(pattern)
                    .any(|action| granted(&action.id()))
            } else {
                granted(pattern.as_str())
            }
        };
        unused.extend(
            actions
                .iter()
                .filter(|pattern| !any(pattern))
                .map(ToString::to_string),
        );
    }
    unused
}
