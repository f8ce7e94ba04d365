//! Where something is wrong and what to type instead: sources, spans, and messages with a caret.
//!
//! Every layer that reads text made by a person reports through this module. A layer collects
//! all it finds in a [`Diagnostics`] and goes on as long as it makes sense, so that a person sees
//! every mistake at once. Nothing here prints: the command line decides where messages go.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// Names one text of a [`Sources`]; only meaningful with the table that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// A half-open byte range `start..end` in one source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The text that the offsets count in.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `source`.
    pub fn new(source: SourceId, start: usize, end: usize) -> Span {
        Span { source, start: start as u32, end: end.max(start) as u32 }
    }

    /// The smallest range that holds both; `other` must be of the same source.
    pub fn to(self, other: Span) -> Span {
        Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// One text with the name people know it by (a path as they typed it).
#[derive(Clone, Debug)]
pub struct Source {
    /// Shown in messages, before line and column.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// All texts read for one run.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// Adds a text; its name appears in messages as given.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        self.list.push(Source { name: name.into(), text: text.into() });
        SourceId((self.list.len() - 1) as u32)
    }

    /// How many texts there are.
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// All texts, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.list.iter()
    }

    /// The text that `id` names.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.list[id.0 as usize]
    }

    /// The text inside a span.
    pub fn text(&self, span: Span) -> &str {
        let text = &self.get(span.source).text;
        text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line and column of the first byte of a span, both from 1; columns count characters.
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        let text = &self.get(span.source).text;
        let mut at = (span.start as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let text = with_line_feeds(text);
        let before = &text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Probably not what was meant; the run goes on.
    Warning,
    /// Nothing can run until it is mended.
    Error,
}

/// A place in a text and what is to be said of it.
#[derive(Clone, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// Shown beside the caret; may be empty.
    pub text: String,
}

/// One message: what is wrong, where, and what to type instead.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable short name of the kind of message, `area/kind`, as in `nmodl/undeclared`.
    pub code: &'static str,
    /// One sentence, no full stop, names quoted with backticks.
    pub message: String,
    /// The first is the primary place; empty when there is no text to point at.
    pub labels: Vec<Label>,
    /// Further sentences: why it matters.
    pub notes: Vec<String>,
    /// What to type instead.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error with no place yet.
    pub fn error(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, message)
    }

    /// A warning with no place yet.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, message)
    }

    /// A message with no place yet.
    pub fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity,
            code,
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Adds a place; the first one added is the primary one.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a sentence of explanation.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// Adds what to type instead.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }

    /// The message as it looks on a terminal: `file:line:column`, the source line, a caret.
    pub fn render(&self, sources: &Sources, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let message = shortened(&self.message);
        let (shown, apart) = self.near_labels(sources);
        let labels: Vec<String> = shown.iter().map(|l| shortened(&l.text)).collect();
        let title = level.primary_title(message.as_str()).id(self.code);
        let mut group = Group::with_title(title);
        let mut order: Vec<SourceId> = Vec::new();
        for label in &shown {
            if !order.contains(&label.span.source) {
                order.push(label.span.source);
            }
        }
        for id in order {
            let source = sources.get(id);
            let text = with_line_feeds(&source.text);
            let mut snippet = Snippet::source(text.clone()).path(source.name.as_str());
            for (i, label) in shown.iter().enumerate().filter(|(_, l)| l.span.source == id) {
                let kind = if i == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
                let range = on_short_lines(&text, clamp(&text, label.span));
                let annotation = kind.span(range);
                snippet = snippet.annotation(if label.text.is_empty() {
                    annotation
                } else {
                    annotation.label(labels[i].as_str())
                });
            }
            group = group.element(snippet);
        }
        for label in apart {
            let (line, column) = sources.line_column(label.span);
            let name = &sources.get(label.span.source).name;
            let text = if label.text.is_empty() { "see here" } else { &label.text };
            group = group.element(Level::NOTE.message(shortened(&format!("{text}: {name}:{line}:{column}"))));
        }
        for note in &self.notes {
            group = group.element(Level::NOTE.message(shortened(note)));
        }
        for help in &self.help {
            group = group.element(Level::HELP.message(shortened(help)));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }

    /// The places to be shown in the text, and those that are told in words: a place far from the primary one in the same
    /// line, all of which would have to be shown between the two.
    fn near_labels(&self, sources: &Sources) -> (Vec<&Label>, Vec<&Label>) {
        let Some(first) = self.labels.first() else { return (Vec::new(), Vec::new()) };
        let (line, column) = sources.line_column(first.span);
        self.labels.iter().partition(|label| {
            let (other, at) = sources.line_column(label.span);
            label.span.source != first.span.source || other != line || at.abs_diff(column) <= WIDEST
        })
    }
}

/// The same text, byte for byte as long, with a line feed for each CR that ends a line alone, as in files of old Macs.
fn with_line_feeds(text: &str) -> Cow<'_, str> {
    let alone = |(at, c): (usize, char)| c == '\r' && !text[at + 1..].starts_with('\n');
    if !text.contains('\r') || !text.char_indices().any(alone) {
        return Cow::Borrowed(text);
    }
    text.char_indices().map(|(at, c)| if alone((at, c)) { '\n' } else { c }).collect()
}

/// Columns of one line that are shown; more than that is cut.
const WIDEST: usize = 120;

/// A place of several lines, all of them short; of one that has a long line, its first line.
fn on_short_lines(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let Some(inside) = text.get(range.clone()) else { return range };
    match inside.find('\n') {
        Some(end) if inside.lines().any(|line| line.len() > WIDEST) => range.start..range.start + end,
        _ => range,
    }
}

/// A sentence short enough to read: of a very long one, and of a name of a hundred letters and more, the two ends.
pub fn shortened(text: &str) -> String {
    const MOST: usize = 1200;
    const LONGEST_NAME: usize = 100;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut short = String::new();
    for piece in text.split_inclusive(|c: char| !is_part(c)) {
        if piece.len() > LONGEST_NAME && piece.is_ascii() {
            short += &format!("{}...{}", &piece[..40], &piece[piece.len() - 20..]);
        } else {
            short += piece;
        }
    }
    let text = short.as_str();
    let count = text.chars().count();
    if count <= MOST {
        return text.to_owned();
    }
    let start: String = text.chars().take(MOST / 2).collect();
    let end: String = text.chars().skip(count - MOST / 2).collect();
    format!("{start} ... {end}")
}

/// A range that is inside the text and on character boundaries, whatever the span says.
fn clamp(text: &str, span: Span) -> std::ops::Range<usize> {
    let mut start = (span.start as usize).min(text.len());
    let mut end = (span.end as usize).clamp(start, text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// Messages collected by one layer.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Nothing said yet.
    pub fn new() -> Diagnostics {
        Diagnostics::default()
    }

    /// Adds a message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds all messages of another collection.
    pub fn extend(&mut self, other: Diagnostics) {
        self.list.extend(other.list);
    }

    /// Whether anything stops the run.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// Nothing was said.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The messages in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// The same with the errors before all else, and those of one kind in the order of the texts.
    #[must_use]
    pub fn errors_first(mut self) -> Diagnostics {
        let place = |d: &Diagnostic| d.labels.first().map(|label| (label.span.source, label.span.start));
        self.list.sort_by_key(|d| (std::cmp::Reverse(d.severity), place(d)));
        self
    }

    /// `Ok(value)` when nothing stops the run, else all that was said.
    pub fn into_result<T>(self, value: T) -> Result<T, Diagnostics> {
        if self.has_errors() { Err(self) } else { Ok(value) }
    }

    /// All messages, each followed by an empty line.
    pub fn render(&self, sources: &Sources, colour: bool) -> String {
        self.list.iter().map(|d| d.render(sources, colour) + "\n\n").collect()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Diagnostics {
        Diagnostics { list: vec![diagnostic] }
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, d) in self.list.iter().enumerate() {
            let separator = if i == 0 { "" } else { "\n" };
            write!(f, "{separator}{}", d.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// The candidate nearest to a misspelt name, if one is near enough to be worth suggesting.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|(distance, c)| *distance <= (c.len().max(name.len()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}
