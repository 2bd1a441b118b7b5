//! Diagnostics: what is wrong in a user's file, where, what was expected, and what to do.
//!
//! Every parser collects them, so that one run tells all. Rendering is here; printing is the command line's.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet, renderer::DecorStyle};
use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

/// The text of one file, and the name that a user knows it by.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path as the user would type it.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// The line and column, both from 1, of a byte offset.
    #[must_use]
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        (line, before[line_start..].chars().count() + 1)
    }
}

/// A stretch of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The bytes.
    pub span: Range<usize>,
}

impl Place {
    /// `checks/dynamodb.yaml:3:5`.
    #[must_use]
    pub fn short(&self) -> String {
        let (line, column) = self.file.position(self.span.start);
        format!("{}:{line}:{column}", self.file.path)
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable kebab-case name of this sort of mistake.
    pub code: &'static str,
    /// What is wrong, in one line.
    pub title: String,
    /// Where; absent when no file can be pointed at.
    pub place: Option<Place>,
    /// What was expected, written under the excerpt.
    pub label: String,
    /// A second place that explains the first, as the earlier use of a duplicate id.
    pub related: Option<Box<(Place, String)>>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic at a place.
    pub fn new(code: &'static str, title: impl Into<String>, place: Place, label: impl Into<String>) -> Self {
        Self {
            code,
            title: title.into(),
            place: Some(place),
            label: label.into(),
            related: None,
            help: None,
        }
    }

    /// A diagnostic that no excerpt belongs to.
    pub fn global(code: &'static str, title: impl Into<String>) -> Self {
        Self {
            code,
            title: title.into(),
            place: None,
            label: String::new(),
            related: None,
            help: None,
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds "did you mean" when one of the candidates is close to what was written.
    #[must_use]
    pub fn did_you_mean<'a>(self, written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match closest(written, candidates) {
            Some(candidate) => self.help(format!("did you mean `{candidate}`?")),
            None => self,
        }
    }

    /// The text for a terminal, with or without colour.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let title = Level::ERROR.primary_title(&self.title).id(self.code);
        let mut report = match &self.place {
            None => annotate_snippets::Group::with_title(title),
            Some(place) => {
                let mut snippet = Snippet::source(&place.file.text)
                    .path(&place.file.path)
                    .annotation(
                        AnnotationKind::Primary
                            .span(place.span.clone())
                            .label(&self.label),
                    );
                let mut other = None;
                if let Some((related, label)) = self.related.as_deref() {
                    let annotation = AnnotationKind::Context.span(related.span.clone()).label(label);
                    if related.file == place.file {
                        snippet = snippet.annotation(annotation);
                    } else {
                        other = Some(
                            Snippet::source(&related.file.text)
                                .path(&related.file.path)
                                .annotation(annotation),
                        );
                    }
                }
                let report = title.element(snippet);
                match other {
                    Some(other) => report.element(other),
                    None => report,
                }
            }
        };
        if let Some(help) = &self.help {
            report = report.element(Level::HELP.message(help));
        }
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        renderer.decor_style(DecorStyle::Ascii).render(&[report])
    }
}

/// The candidate that a typing mistake most likely meant.
#[must_use]
pub fn closest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(written, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= 1.max(written.chars().count().max(candidate.chars().count()) / 3)
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// All diagnostics of one run, as they are shown: by file and place, then a line that counts them.
#[must_use]
pub fn render_all(diagnostics: &[Diagnostic], colour: bool) -> String {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| {
        diagnostic
            .place
            .as_ref()
            .map(|place| (place.file.path.clone(), place.span.start))
    });
    let mut text = String::new();
    for diagnostic in &sorted {
        text.push_str(&diagnostic.render(colour));
        text.push_str("\n\n");
    }
    let count = sorted.len();
    let noun = if count == 1 { "error" } else { "errors" };
    let _ = writeln!(text, "{count} {noun}; nothing was read and no check ran");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Arc<SourceFile> {
        Arc::new(SourceFile {
            path: "checks/a.yaml".into(),
            text: "one: 1\nzwö: 2\n".into(),
        })
    }

    #[test]
    fn columns_count_characters() {
        let file = file();
        assert_eq!(file.position(0), (1, 1));
        assert_eq!(file.position(file.text.find('2').unwrap()), (2, 6));
    }

    #[test]
    fn a_diagnostic_shows_place_label_and_help() {
        let place = Place {
            file: file(),
            span: 7..11,
        };
        let text = Diagnostic::new("unknown-key", "unknown key `zwö`", place, "not a key")
            .did_you_mean("zwö", ["zwo", "eins"])
            .render(false);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn suggestions_stay_close() {
        assert_eq!(closest("atribute", ["attribute", "tables"]), Some("attribute"));
        assert_eq!(closest("xyz", ["attribute", "tables"]), None);
        assert_eq!(closest("tlt", ["ttl", "pitr"]), Some("ttl"));
    }
}
