//! The text of a description as a tree in which every value knows where it was written.
//!
//! In: the path of a TOML file. Out: one [`Node`], the tree of that file laid over the tree of the file that it
//! `extends`, and so on down the chain. Always true: tables are merged key by key, everything else is replaced
//! whole; a value keeps the span of the file it came from. This exists because messages must point at the line
//! that a person wrote, in the file they wrote it in, long after the files have become one description.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::cache::Cache;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// The value.
    pub value: Value,
    /// Where the value stands; of a table, its key.
    pub span: Span,
    /// Where its key stands (of a list's item: the item).
    pub key: Span,
}

/// What TOML can hold, without dates.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
}

impl Value {
    /// What a person would call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Bool(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

impl Node {
    /// The value under `key`, when this is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|(k, _)| k == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The entries of a table; none of anything else.
    pub fn entries(&self) -> &[(String, Node)] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    /// Sets `table.key`, making the table when it is missing.
    pub fn set(&mut self, table: &str, key: &str, node: Node) {
        let Value::Table(entries) = &mut self.value else { return };
        let at = entries.iter().position(|(k, _)| k == table).unwrap_or_else(|| {
            let empty = Node { value: Value::Table(Vec::new()), span: node.span, key: node.span };
            entries.push((table.to_string(), empty));
            entries.len() - 1
        });
        if let Value::Table(inner) = &mut entries[at].1.value {
            match inner.iter_mut().find(|(k, _)| k == key) {
                Some((_, old)) => *old = node,
                None => inner.push((key.to_string(), node)),
            }
        }
    }

    /// As JSON, for serde; the checks before it have made sure that every number is finite.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Text(text) => text.clone().into(),
            Value::Integer(number) => (*number).into(),
            Value::Float(number) => (*number).into(),
            Value::Bool(truth) => (*truth).into(),
            Value::List(items) => items.iter().map(Node::to_json).collect(),
            Value::Table(entries) => entries
                .iter()
                .map(|(key, node)| (key.clone(), node.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}

/// A place in a description: a node that may be absent, its path, and the span to show for it.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    node: Option<&'a Node>,
    span: Span,
    path: String,
}

impl<'a> Place<'a> {
    /// The top of a description.
    pub fn root(node: &'a Node) -> Place<'a> {
        Place { node: Some(node), span: node.span, path: String::new() }
    }

    /// The value under `key`; when it is absent, a place with the span of what should hold it.
    pub fn at(&self, key: &str) -> Place<'a> {
        let path = if self.path.is_empty() { key.to_string() } else { format!("{}.{key}", self.path) };
        let node = self.node.and_then(|n| n.get(key));
        Place { node, span: node.map_or(self.span, |n| n.span), path }
    }

    /// Item number `index` of a list; of anything else, this place itself.
    pub fn item(&self, index: usize) -> Place<'a> {
        match self.node.map(|n| &n.value) {
            Some(Value::List(items)) => {
                let node = items.get(index);
                Place {
                    node,
                    span: node.map_or(self.span, |n| n.span),
                    path: format!("{}[{index}]", self.path),
                }
            }
            _ => self.clone(),
        }
    }

    /// Where the value stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Where the key stands.
    pub fn key(&self) -> Span {
        self.node.map_or(self.span, |n| n.key)
    }

    /// Whether the description says anything here.
    pub fn exists(&self) -> bool {
        self.node.is_some()
    }

    /// As in `cell.principal.section.soma`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The tree here.
    pub fn node(&self) -> Option<&'a Node> {
        self.node
    }
}

/// A merged description.
#[derive(Debug)]
pub(crate) struct Document {
    /// The whole tree.
    pub root: Node,
    /// The files it came from, with their folders: the file asked for is the first.
    pub files: Vec<(SourceId, PathBuf)>,
}

impl Document {
    /// Reads `path` and all that it extends. Every syntax error of every file is reported.
    pub fn read(
        path: &Path,
        sources: &mut Sources,
        cache: &Cache,
        problems: &mut Diagnostics,
    ) -> Option<Document> {
        let text = match cache.text(path, |path| std::fs::read_to_string(path)) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("cannot read the description `{}`: {}", path.display(), reason(&error));
                problems.push(Diagnostic::error("network/read", message));
                return None;
            }
        };
        let mut document = Document { root: empty(sources, path, Arc::clone(&text)), files: Vec::new() };
        let source = document.root.span.source;
        document.root = parse(source, &text, problems)?;
        document.files.push((source, path.to_path_buf()));
        document.extend(sources, cache, problems)?;
        Some(document)
    }

    /// Lays what has been read so far over the file it extends, until a file extends nothing.
    fn extend(&mut self, sources: &mut Sources, cache: &Cache, problems: &mut Diagnostics) -> Option<()> {
        while let Some((name, place)) = self.take_extends(problems) {
            let folder = self.folder(place.source);
            let path = folder.join(&name);
            let seen = |p: &Path| std::fs::canonicalize(p).unwrap_or_else(|_| p.to_path_buf());
            if self.files.iter().any(|(_, file)| seen(file) == seen(&path)) {
                let chain: Vec<String> =
                    self.files.iter().map(|(_, f)| format!("`{}`", f.display())).collect();
                problems.push(
                    Diagnostic::error("network/extends", format!("`{}` extends itself", path.display()))
                        .at(place, "this file has been read already")
                        .note(format!("the chain so far is {}", chain.join(", which extends "))),
                );
                return None;
            }
            let text = match cache.text(&path, |path| std::fs::read_to_string(path)) {
                Ok(text) => text,
                Err(error) => {
                    let message = format!("cannot read `{}`: {}", path.display(), reason(&error));
                    problems.push(
                        Diagnostic::error("network/extends", message)
                            .at(place, "named here")
                            .note("a path in a description is relative to the folder of the description"),
                    );
                    return None;
                }
            };
            let source = sources.add(path.display().to_string(), Arc::clone(&text));
            self.files.push((source, path));
            let base = parse(source, &text, problems)?;
            let over = std::mem::replace(&mut self.root, base);
            merge(&mut self.root, over);
        }
        Some(())
    }

    /// Removes the key `extends` of the tree read last.
    fn take_extends(&mut self, problems: &mut Diagnostics) -> Option<(String, Span)> {
        let Value::Table(entries) = &mut self.root.value else { return None };
        let newest = self.files.last().map(|(source, _)| *source);
        let at =
            entries.iter().position(|(key, node)| key == "extends" && Some(node.span.source) == newest)?;
        let (_, node) = entries.remove(at);
        match node.value {
            Value::Text(name) => Some((name, node.span)),
            other => {
                let message = format!("`extends` must be the name of a file, not {}", other.kind());
                problems.push(Diagnostic::error("network/type", message).at(node.span, ""));
                None
            }
        }
    }

    /// The folder that paths written in `source` are relative to.
    pub fn folder(&self, source: SourceId) -> PathBuf {
        let file = self.files.iter().find(|(id, _)| *id == source).or(self.files.first());
        file.and_then(|(_, path)| path.parent()).map(Path::to_path_buf).unwrap_or_default()
    }

    /// The folders of all its files, that of the file asked for first.
    pub fn folders(&self) -> Vec<PathBuf> {
        let folder =
            |(_, path): &(SourceId, PathBuf)| path.parent().map(Path::to_path_buf).unwrap_or_default();
        self.files.iter().map(folder).collect()
    }

    /// The top, for messages.
    pub fn place(&self) -> Place<'_> {
        Place::root(&self.root)
    }
}

/// An error of the operating system without its number.
pub(crate) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_string(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        std::io::ErrorKind::InvalidData => "it is not text (UTF-8)".to_string(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_string(),
        _ => error.to_string(),
    }
}

fn empty(sources: &mut Sources, path: &Path, text: Arc<str>) -> Node {
    let source = sources.add(path.display().to_string(), text);
    let span = Span::new(source, 0, 0);
    Node { value: Value::Table(Vec::new()), span, key: span }
}

/// Mistakes shown of one file that is not TOML: further ones mostly follow from these.
const MOST_SYNTAX_ERRORS: usize = 10;

/// One file as a tree; `None` when its syntax is wrong.
pub(crate) fn parse(source: SourceId, text: &str, problems: &mut Diagnostics) -> Option<Node> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut last = None;
    for error in errors.iter().take(MOST_SYNTAX_ERRORS) {
        let range = error.span().unwrap_or(0..0);
        // What was opened and not closed is all missing at one place; once is enough.
        if last.replace(range.clone()) == Some(range.clone()) {
            continue;
        }
        let message = format!("this is not TOML: {}", error.message().trim_end().replace('\n', ", "));
        problems.push(
            Diagnostic::error("network/syntax", message).at(Span::new(source, range.start, range.end), ""),
        );
    }
    if !errors.is_empty() {
        return None;
    }
    let before = problems.has_errors();
    let span = Span::new(source, 0, 0);
    let value = convert(source, DeValue::Table(table.into_inner()), span, problems);
    (before || !problems.has_errors()).then_some(Node { value, span, key: span })
}

fn convert(source: SourceId, value: DeValue, span: Span, problems: &mut Diagnostics) -> Value {
    let mut refuse = |code, message: String| {
        problems.push(Diagnostic::error(code, message).at(span, ""));
        Value::Integer(0)
    };
    match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Boolean(truth) => Value::Bool(truth),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => refuse("network/number", format!("the number {number} is too large")),
        },
        DeValue::Float(number) => match number.as_str().parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Float(number),
            _ => refuse("network/number", format!("a number must be finite, and this is {number}")),
        },
        DeValue::Datetime(_) => refuse("network/type", "a date has no meaning in a description".to_string()),
        DeValue::Array(items) => Value::List(
            items
                .into_iter()
                .map(|item| {
                    let range = item.span();
                    let span = Span::new(source, range.start, range.end);
                    Node { value: convert(source, item.into_inner(), span, problems), span, key: span }
                })
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(
            table
                .into_iter()
                .map(|(name, item)| {
                    let key = Span::new(source, name.span().start, name.span().end);
                    let range = item.span();
                    let value = item.into_inner();
                    let table = matches!(value, DeValue::Table(_));
                    let span = if table { key } else { Span::new(source, range.start, range.end) };
                    let value = convert(source, value, span, problems);
                    (name.into_inner().into_owned(), Node { value, span, key })
                })
                .collect(),
        ),
    }
}

/// Lays `over` on `base`: tables by key, all else replaced. New keys come after the old ones.
fn merge(base: &mut Node, over: Node) {
    match (&mut base.value, over) {
        (Value::Table(entries), Node { value: Value::Table(newer), span, key }) => {
            for (name, node) in newer {
                match entries.iter_mut().find(|(k, _)| *k == name) {
                    Some((_, old)) => merge(old, node),
                    None => entries.push((name, node)),
                }
            }
            base.span = span;
            base.key = key;
        }
        (_, over) => *base = over,
    }
}
