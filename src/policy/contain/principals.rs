//! Principals as a finite set of classes: every principal that the policies name, and one fresh
//! principal for each way in which another could differ from them.

use std::collections::BTreeSet;

use super::atom::Atom;
use super::pattern::FRESH;
use crate::policy::condition::Comparison;
use crate::policy::document::{PolicyDocument, Principal, Principals};
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

    /// Whether nobody named this principal, or its account.
    pub fn is_outsider(&self) -> bool {
        match self {
            Self::Anonymous => true,
            Self::Aws { account, .. } => account.contains(FRESH),
            Self::Holder | Self::Service(_) | Self::Federated(_) | Self::CanonicalUser(_) => false,
        }
    }

    /// What every request of such a principal carries.
    pub fn facts(&self, known_arns: &BTreeSet<String>) -> Vec<Atom> {
        let absent = |key: &str| Atom::fact(key, Comparison::Null, &["true"]);
        match self {
            Self::Aws { arn, account } => {
                let mut facts = vec![Atom::fact(
                    "aws:PrincipalAccount",
                    Comparison::StringEquals,
                    &[account],
                )];
                // A session's `aws:PrincipalArn` is its role's, whose path its own ARN does not tell.
                let is_session = arn.contains(":assumed-role/");
                if !arn.contains(FRESH) && !is_session {
                    facts.push(Atom::fact("aws:PrincipalArn", Comparison::StringEquals, &[arn]));
                } else if !is_session {
                    let own = format!("arn:*:*::{account}:*");
                    facts.push(Atom::fact("aws:PrincipalArn", Comparison::ArnLike, &[&own]));
                    let known: Vec<&str> = known_arns.iter().map(String::as_str).collect();
                    if !known.is_empty() {
                        facts.push(Atom::fact(
                            "aws:PrincipalArn",
                            Comparison::StringNotEquals,
                            &known,
                        ));
                    }
                }
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

/// The classes of principals that some policies tell apart, and the ARNs that they name.
pub fn classes<'a>(documents: impl Iterator<Item = &'a PolicyDocument>) -> (Vec<Class>, BTreeSet<String>) {
    let mut named = BTreeSet::new();
    let mut accounts = BTreeSet::new();
    let mut arns = BTreeSet::new();
    let mut with_principals = false;
    for statement in documents.flat_map(|document| &document.statements) {
        let (Principals::Only(list) | Principals::Except(list)) = &statement.principals else {
            continue;
        };
        with_principals = true;
        for principal in list {
            match principal {
                Principal::Aws(text) => name_aws(text, &mut accounts, &mut arns),
                Principal::Service(text) if !glob::is_pattern(text) => {
                    named.insert(Class::Service(text.to_ascii_lowercase()));
                }
                Principal::Federated(text) if !glob::is_pattern(text) => {
                    named.insert(Class::Federated(text.clone()));
                }
                Principal::CanonicalUser(text) => {
                    named.insert(Class::CanonicalUser(text.clone()));
                }
                _ => {}
            }
        }
        for condition in &statement.conditions {
            let is = |key: &str| condition.key.eq_ignore_ascii_case(key);
            if is("aws:PrincipalAccount") || is("aws:PrincipalArn") {
                for value in &condition.values {
                    name_aws(value, &mut accounts, &mut arns);
                }
            }
        }
    }
    if !with_principals {
        return (vec![Class::Holder], BTreeSet::new());
    }
    let fresh = FRESH.to_string();
    accounts.insert(fresh.clone());
    let mut classes = vec![Class::Anonymous];
    for account in accounts.iter().rev() {
        classes.push(Class::Aws {
            arn: format!("arn:aws:iam::{account}:role/{FRESH}"),
            account: account.clone(),
        });
    }
    for arn in &arns {
        classes.push(Class::Aws {
            arn: arn.clone(),
            account: account_of(arn).unwrap_or(&fresh).to_owned(),
        });
    }
    classes.extend(named);
    classes.extend([
        Class::Service(format!("{FRESH}.amazonaws.com")),
        // A canonical user is an account by another name, so that no fresh one is needed.
        Class::Federated(fresh),
    ]);
    (classes, arns)
}

fn name_aws(text: &str, accounts: &mut BTreeSet<String>, arns: &mut BTreeSet<String>) {
    if let Some(account) = account_of(text) {
        accounts.insert(account.to_owned());
    }
    // What is a pattern, as `arn:aws:iam::123456789012:role/*`, gets an instance of its own.
    if text != "*" && !is_whole_account(text) && !text.contains("${") {
        arns.insert(text.replace(['*', '?'], &FRESH.to_string()));
    }
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

/// Whether a statement's principals take in a class.
pub fn matches(principals: &Principals, class: &Class) -> bool {
    match principals {
        Principals::Absent => true,
        Principals::Only(list) => list.iter().any(|principal| one_matches(principal, class)),
        Principals::Except(list) => !list.iter().any(|principal| one_matches(principal, class)),
    }
}

fn one_matches(principal: &Principal, class: &Class) -> bool {
    match (principal, class) {
        (_, Class::Holder) | (Principal::Everyone, _) => true,
        (Principal::Aws(text), _) if text == "*" => true,
        (Principal::Aws(text), Class::Aws { arn, account }) => {
            if is_whole_account(text) {
                account_of(text) == Some(account)
            } else {
                glob::arn_matches(text, arn) || is_session_of(text, arn)
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
