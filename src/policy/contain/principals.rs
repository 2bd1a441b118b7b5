//! Principals as a finite set of classes: every principal that the policies name, and one fresh
//! principal for each way in which another could differ from them.

use std::collections::BTreeSet;

use super::atom::Atom;
use super::pattern::{FRESH, Pattern, Shape};
use super::search;
use crate::policy::condition::Comparison;
use crate::policy::document::{PolicyDocument, Principal, Principals, Version};
use crate::policy::glob::{self, Case};

/// One class of principals, and what stands for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Whoever an identity policy is attached to.
    Holder,
    /// A caller without credentials.
    Anonymous,
    /// A user, role or session; the ARN holds a fresh letter where it is any other.
    Aws { arn: String, account: String },
    /// An AWS service.
    Service(String),
    /// An identity provider.
    Federated(String),
    /// A canonical user id.
    CanonicalUser(String),
}

impl Class {
    /// The principal in a policy's words; the fresh letters are replaced by the caller.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Holder => None,
            Self::Anonymous => Some("*".to_owned()),
            Self::Aws { arn: text, .. }
            | Self::Service(text)
            | Self::Federated(text)
            | Self::CanonicalUser(text) => Some(text.clone()),
        }
    }

    /// Whether it belongs to an account or a role that may be named in its place.
    pub fn is_aws(&self) -> bool {
        matches!(self, Self::Aws { .. })
    }

    /// Whether nobody named this principal, or its account.
    pub fn is_outsider(&self) -> bool {
        match self {
            Self::Anonymous => true,
            Self::Aws { account, .. } => account.contains(FRESH),
            Self::Holder | Self::Service(_) | Self::Federated(_) | Self::CanonicalUser(_) => false,
        }
    }

    /// What every request of such a principal carries.
    pub fn facts(&self, known: &Known) -> Vec<Atom> {
        let null = |key: &str, value: &str| Atom::fact(key, Comparison::Null, &[value]);
        let absent = |key: &str| null(key, "true");
        match self {
            Self::Aws { arn, account } => {
                let mut facts = vec![null("aws:PrincipalAccount", "false")];
                let is_fresh = account.contains(FRESH);
                if is_fresh {
                    // Any account but those that are named: a policy may name others by a pattern.
                    let others: Vec<String> = known
                        .accounts
                        .iter()
                        .cloned()
                        .chain(["anonymous".to_owned()])
                        .collect();
                    facts.extend(other_than(
                        "aws:PrincipalAccount",
                        Comparison::StringNotEquals,
                        &others,
                    ));
                } else {
                    let own = Atom::fact("aws:PrincipalAccount", Comparison::StringEquals, &[account]);
                    facts.push(own);
                }
                // A session's `aws:PrincipalArn` is its role's, whose path its own ARN does not tell.
                if arn.contains(":assumed-role/") {
                    return facts;
                }
                facts.push(null("aws:PrincipalArn", "false"));
                if !arn.contains(FRESH) {
                    facts.push(Atom::fact("aws:PrincipalArn", Comparison::StringEquals, &[arn]));
                    return facts;
                }
                if is_fresh {
                    let others: Vec<String> =
                        known.accounts.iter().map(|account| in_account(account)).collect();
                    facts.extend(other_than("aws:PrincipalArn", Comparison::ArnNotLike, &others));
                } else {
                    let own = in_account(account);
                    facts.push(Atom::fact("aws:PrincipalArn", Comparison::ArnLike, &[&own]));
                }
                let others: Vec<String> = known.arns.iter().cloned().collect();
                facts.extend(other_than(
                    "aws:PrincipalArn",
                    Comparison::StringNotEquals,
                    &others,
                ));
                facts
            }
            Self::Anonymous => vec![
                absent("aws:PrincipalArn"),
                absent("aws:PrincipalOrgID"),
                Atom::fact("aws:PrincipalAccount", Comparison::StringEquals, &["anonymous"]),
            ],
            Self::Service(_) | Self::Federated(_) => vec![
                absent("aws:PrincipalArn"),
                absent("aws:PrincipalOrgID"),
                absent("aws:PrincipalAccount"),
            ],
            Self::Holder | Self::CanonicalUser(_) => Vec::new(),
        }
    }
}

/// What policies name without a wildcard.
#[derive(Debug, Default)]
pub struct Known {
    accounts: BTreeSet<String>,
    arns: BTreeSet<String>,
    /// Principals with wildcards: an ARN each.
    patterns: BTreeSet<String>,
}

impl Known {
    fn name(&mut self, text: &str) {
        if let Some(account) = account_of(text) {
            self.accounts.insert(account.to_owned());
        }
        if !is_whole_account(text) && !glob::is_pattern(text) {
            self.arns.insert(text.to_owned());
        }
    }

    /// One principal for every combination of patterns, and of accounts, that it can match.
    fn instances(&self, budget: &mut u64) -> Vec<String> {
        if self.patterns.is_empty() {
            return Vec::new();
        }
        let accounts = self.accounts.iter().map(|account| in_account(account));
        let patterns: Vec<Pattern> = self
            .patterns
            .iter()
            .cloned()
            .chain(accounts)
            .map(|text| Pattern::new(&text, Shape::Arn, false, Version::V2008))
            .collect();
        let any = Pattern::new("arn:?*:?*:*:*:?*", Shape::Arn, false, Version::V2008);
        search::combinations(&any, &patterns, budget)
    }
}

/// That a key has none of some values; nothing when there are none.
fn other_than(key: &str, comparison: Comparison, list: &[String]) -> Option<Atom> {
    let list: Vec<&str> = list.iter().map(String::as_str).collect();
    (!list.is_empty()).then(|| Atom::fact(key, comparison, &list))
}

/// All ARNs of an account.
fn in_account(account: &str) -> String {
    format!("arn:*:*:*:{account}:*")
}

/// The classes of principals that some policies tell apart, and whom they name.
pub fn classes<'a>(
    documents: impl Iterator<Item = &'a PolicyDocument>,
    budget: &mut u64,
) -> (Vec<Class>, Known) {
    let mut named = BTreeSet::new();
    let mut known = Known::default();
    let mut with_principals = false;
    let mut services = false;
    for statement in documents.flat_map(|document| &document.statements) {
        let (Principals::Only(list) | Principals::Except(list)) = &statement.principals else {
            continue;
        };
        with_principals = true;
        for principal in list {
            match principal {
                Principal::Aws(text) => {
                    known.name(text);
                    if glob::is_pattern(text) && text != "*" {
                        known.patterns.insert(text.clone());
                    }
                }
                Principal::Service(text) if !glob::is_pattern(text) => {
                    named.insert(Class::Service(text.to_ascii_lowercase()));
                }
                Principal::Service(_) => services = true,
                Principal::Federated(text) if !glob::is_pattern(text) => {
                    named.insert(Class::Federated(text.clone()));
                }
                Principal::CanonicalUser(text) => {
                    named.insert(Class::CanonicalUser(text.clone()));
                }
                Principal::Federated(_) | Principal::Everyone => {}
            }
        }
        for condition in &statement.conditions {
            let is = |key: &str| condition.key.eq_ignore_ascii_case(key);
            if is("aws:PrincipalAccount") || is("aws:PrincipalArn") {
                let plain = |value: &&String| !value.contains("${");
                condition
                    .values
                    .iter()
                    .filter(plain)
                    .for_each(|value| known.name(value));
            }
        }
    }
    if !with_principals {
        return (vec![Class::Holder], known);
    }
    let fresh = FRESH.to_string();
    let mut classes = vec![Class::Anonymous];
    for account in std::iter::once(&fresh).chain(known.accounts.iter().rev()) {
        classes.push(Class::Aws {
            arn: format!("arn:aws:iam::{account}:role/{FRESH}"),
            account: account.clone(),
        });
    }
    for arn in known.arns.iter().cloned().chain(known.instances(budget)) {
        classes.push(Class::Aws {
            account: account_of(&arn).unwrap_or(&fresh).to_owned(),
            arn,
        });
    }
    classes.extend(named);
    classes.push(Class::Service(format!("{FRESH}.amazonaws.com")));
    if services {
        // What a pattern takes in beside AWS's own suffix.
        classes.push(Class::Service(fresh.clone()));
    }
    // A canonical user is an account by another name, so that no fresh one is needed.
    classes.push(Class::Federated(fresh));
    (classes, known)
}

/// The account of an ARN, or the account id itself.
fn account_of(text: &str) -> Option<&str> {
    let account = match glob::segments(text) {
        Some([.., account, _]) => account,
        None => text,
    };
    let is_id = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then_some(account)
}

fn is_whole_account(text: &str) -> bool {
    account_of(text).is_some() && (!text.contains(':') || text.ends_with(":root"))
}

/// How far a `NotPrincipal` spares those who belong to whom it names. AWS documents that the users of
/// an account and the sessions of a role must be named themselves, and that a principal whose account
/// is not may be denied with it; which services do what it does not tell. So both count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// An account spares its users, a role its sessions.
    Wide,
    /// Only who is named is spared.
    Exact,
}

/// Whether a statement's principals take in a class.
pub fn matches(principals: &Principals, class: &Class, reading: Reading) -> bool {
    let any = |list: &[Principal], reading| list.iter().any(|one| one_matches(one, class, reading));
    match principals {
        Principals::Absent => true,
        Principals::Only(list) => any(list, Reading::Wide),
        Principals::Except(list) => !any(list, reading),
    }
}

fn one_matches(principal: &Principal, class: &Class, reading: Reading) -> bool {
    match (principal, class) {
        (_, Class::Holder) | (Principal::Everyone, _) => true,
        (Principal::Aws(text), _) if text == "*" => true,
        (Principal::Aws(text), Class::Aws { arn, account }) => {
            let wide = reading == Reading::Wide;
            if is_whole_account(text) {
                wide && account_of(text) == Some(account)
            } else {
                glob::arn_matches(text, arn) || (wide && is_session_of(text, arn))
            }
        }
        (Principal::Service(text), Class::Service(name)) => glob::matches(text, name, Case::Ignore),
        (Principal::Federated(text), Class::Federated(name))
        | (Principal::CanonicalUser(text), Class::CanonicalUser(name)) => {
            glob::matches(text, name, Case::Heed)
        }
        _ => false,
    }
}

/// Whether `session` is `arn:aws:sts::A:assumed-role/NAME/…` of the role `arn:aws:iam::A:role/…/NAME`.
fn is_session_of(role: &str, session: &str) -> bool {
    let (Some([.., account, name]), Some([.., own, resource])) =
        (glob::segments(role), glob::segments(session))
    else {
        return false;
    };
    let name = name
        .strip_prefix("role/")
        .map(|path| path.rsplit('/').next().unwrap_or(path));
    let of = resource
        .strip_prefix("assumed-role/")
        .and_then(|rest| rest.split('/').next());
    account == own && name.is_some() && name == of
}
