//! Everything that can be wrong with one check before its kind has a say.

use std::sync::Arc;

use super::super::interpolate::{Variables, interpolate};
use super::super::schema::SchemaCheck;
use super::super::yaml::{Data, Node};
use super::Loader;
use crate::diag::{Diagnostic, Place, SourceFile};
use crate::kinds::{self, Kind};

impl Loader<'_> {
    /// The check with its variables replaced, its kind and its options; nothing when there is a mistake in it.
    pub(super) fn validate(
        &mut self,
        node: &Node,
        place: &Place,
        file: &Arc<SourceFile>,
    ) -> Option<(Node, &'static Kind, Node)> {
        let before = self.diagnostics.len();
        let mut node = node.clone();
        let mut unresolved = Vec::new();
        let nothing = Variables::new();
        let variables = self
            .environment
            .map_or(&nothing, |environment| &environment.variables);
        interpolate(&mut node, variables, file, &mut unresolved);

        let mistakes = self.common.check(&node, "a check", file);
        self.diagnostics.extend(mistakes);
        self.check_id(&node, place);
        self.check_environments(&node, file);
        let kind = self.kind(&node, file);
        let with = node.get("with").cloned().unwrap_or_else(|| Node {
            data: Data::Map(Vec::new()),
            span: node.get("kind").unwrap_or(&node).span.clone(),
        });
        // Anything but a mapping was objected to above.
        if let (Some(kind), Data::Map(_)) = (kind, &with.data) {
            self.check_options(kind, &with, file);
        }

        // A text without its variables has no form yet that could be wrong.
        let mut mistakes = self.diagnostics.split_off(before);
        mistakes.retain(|mistake| unresolved.iter().all(|variable| variable.place != mistake.place));
        if self.environment.is_some() {
            self.diagnostics.append(&mut unresolved);
        }
        self.diagnostics.append(&mut mistakes);
        (self.diagnostics.len() == before).then_some(())?;
        Some((node, kind?, with))
    }

    fn check_id(&mut self, node: &Node, place: &Place) {
        let Some(id) = node.get("id").and_then(Node::text) else {
            return;
        };
        if let Some(first) = self.ids.get(id) {
            let mut diagnostic = Diagnostic::new(
                "duplicate-id",
                format!("the id `{id}` is used twice"),
                place.clone(),
                "used again here",
            )
            .help("give one of the two checks another id");
            diagnostic.related = Some(Box::new((first.clone(), "first used here".to_owned())));
            self.diagnostics.push(diagnostic);
        } else {
            self.ids.insert(id.to_owned(), place.clone());
        }
    }

    fn check_environments(&mut self, node: &Node, file: &Arc<SourceFile>) {
        let Some(Data::List(names)) = node.get("environments").map(|names| &names.data) else {
            return;
        };
        for name in names {
            let Some(text) = name.text() else { continue };
            if !self.environments.iter().any(|known| known == text) {
                let known: Vec<&str> = self.environments.iter().map(String::as_str).collect();
                self.diagnostics.push(
                    Diagnostic::new(
                        "unknown-environment",
                        format!("there is no environment `{text}`"),
                        Place {
                            file: Arc::clone(file),
                            span: name.span.clone(),
                        },
                        "no file of that name in `environments`",
                    )
                    .help(format!("there are {}", known.join(", ")))
                    .did_you_mean(text, known.iter().copied()),
                );
            }
        }
    }

    fn kind(&mut self, node: &Node, file: &Arc<SourceFile>) -> Option<&'static Kind> {
        let written = node.get("kind")?;
        let name = written.text()?;
        let kind = kinds::kind(name);
        if kind.is_none() {
            let known: Vec<&str> = kinds::KINDS.iter().map(|kind| kind.name).collect();
            self.diagnostics.push(
                Diagnostic::new(
                    "unknown-kind",
                    format!("unknown kind `{name}`"),
                    Place {
                        file: Arc::clone(file),
                        span: written.span.clone(),
                    },
                    "not a kind of check",
                )
                .help(format!("the kinds are {}", known.join(", ")))
                .did_you_mean(name, known.iter().copied()),
            );
        }
        kind
    }

    fn check_options(&mut self, kind: &'static Kind, with: &Node, file: &Arc<SourceFile>) {
        if !self.kinds.contains_key(kind.name) {
            match SchemaCheck::new((kind.schema)()) {
                Ok(check) => {
                    self.kinds.insert(kind.name, check);
                }
                Err(error) => return self.diagnostics.push(super::super::internal(&error)),
            }
        }
        if let Some(check) = self.kinds.get(kind.name) {
            let what = format!("`{}`", kind.name);
            self.diagnostics.extend(check.check(with, &what, file));
        }
    }
}
