//! The known ways from some permissions to more.
//!
//! Facts, in words of our own, from two public lists: "AWS IAM Privilege Escalation" of Rhino
//! Security Labs (its 21 methods, Spencer Gietzen 2018) and pathfinding.cloud of Datadog
//! (Apache-2.0), which goes on from there. A path is open when every step of it is granted on a
//! resource where it leads somewhere: nobody but AWS changes AWS's own policies, so that
//! `arn:aws:iam::aws:policy/…` leads nowhere.

mod managed;
mod own;
mod passed;

/// A way to more permissions.
pub(super) struct Path {
    /// Stable, kebab-case.
    pub name: &'static str,
    /// What the holder can do, as the beginning of a sentence.
    pub what: &'static str,
    /// The service that a role is passed to.
    pub service: Option<&'static str>,
    pub steps: &'static [Step],
}

/// One permission that a path takes.
pub(super) struct Step {
    pub action: &'static str,
    /// ARN globs of which one must be granted; none are those that the catalogue has of the action.
    pub formats: &'static [&'static str],
}

const POLICY: &[&str] = &["arn:*:iam::????????????:policy/*"];
const ROLE: &[&str] = &[super::ROLES];
const USER: &[&str] = &["arn:*:iam::????????????:user/*"];
const GROUP: &[&str] = &["arn:*:iam::????????????:group/*"];
const ANY: &[&str] = &[];

const fn step(action: &'static str, formats: &'static [&'static str]) -> Step {
    Step { action, formats }
}

const PASS: Step = step("iam:PassRole", ROLE);

const fn alone(name: &'static str, what: &'static str, steps: &'static [Step]) -> Path {
    Path {
        name,
        what,
        service: None,
        steps,
    }
}

const fn passing(
    name: &'static str,
    what: &'static str,
    service: &'static str,
    steps: &'static [Step],
) -> Path {
    Path {
        name,
        what,
        service: Some(service),
        steps,
    }
}

/// Every path, those of one's own permissions first.
pub(super) fn all() -> impl Iterator<Item = &'static Path> {
    own::PATHS.iter().chain(passed::PATHS).chain(managed::PATHS)
}
