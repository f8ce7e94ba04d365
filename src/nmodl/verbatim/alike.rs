//! Errors of one kind become one message.
//!
//! A block of C that keeps a structure of its own is refused in every line that looks into it. In come all errors; out
//! comes one of each kind, at its first place, with the other places in a sentence: what has to be written anew is said
//! once, and nothing is hidden.

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Sources, Span};

/// Places that are listed after the first.
const LISTED: usize = 12;

/// The errors, those of one kind together, and the warnings.
pub(super) fn together(said: &Diagnostics, sources: &Sources) -> Diagnostics {
    let mut kinds: Vec<(String, &Diagnostic, Vec<&Diagnostic>)> = Vec::new();
    let mut out = Diagnostics::new();
    let ordered = said.clone().errors_first();
    for one in ordered.iter() {
        // What is left out matters to those who run the mechanism.
        if one.severity == Severity::Note {
            continue;
        }
        if one.severity != Severity::Error || one.labels.is_empty() {
            out.push(one.clone());
            continue;
        }
        let kind = kind(one);
        match kinds.iter_mut().find(|(known, ..)| *known == kind) {
            Some((_, _, more)) => more.push(one),
            None => kinds.push((kind, one, Vec::new())),
        }
    }
    for (_, first, more) in kinds {
        let mut one = first.clone();
        let first = place(first);
        let mut places: Vec<String> = Vec::new();
        let others = more.iter().map(|d| told(d, first, sources));
        for text in others.filter(|text| *text != told(&one, first, sources)) {
            if !places.contains(&text) {
                places.push(text);
            }
        }
        if !places.is_empty() {
            let left = places.len().saturating_sub(LISTED);
            let listed = places[..places.len() - left].join(", ");
            let rest = match left {
                0 => String::new(),
                1 => ", and at 1 more place".to_string(),
                n => format!(", and at {n} more places"),
            };
            one.notes.insert(0, format!("the same at {listed}{rest}"));
        }
        out.push(one);
    }
    out.errors_first()
}

/// The message without its names, and what is said of it.
fn kind(one: &Diagnostic) -> String {
    let words: Vec<&str> = one.message.split('`').step_by(2).collect();
    // Each unknown name is a slip of its own.
    let named = one.message.contains("is not declared") || (one.notes.is_empty() && one.help.is_empty());
    let names = if named { one.message.as_str() } else { "" };
    format!("{}|{names}|{}|{}", words.join("`"), one.notes.join("|"), one.help.join("|"))
}

fn place(one: &Diagnostic) -> Option<Span> {
    one.labels.first().map(|label| label.span)
}

/// "line 12 (`name`)", with the file when it is not that of the first place.
fn told(one: &Diagnostic, first: Option<Span>, sources: &Sources) -> String {
    let Some(span) = place(one) else { return String::new() };
    let line = sources.line_column(span).0;
    let at = match first {
        Some(first) if first.source != span.source => format!("{}:{line}", sources.get(span.source).name),
        _ => format!("line {line}"),
    };
    match one.message.split('`').nth(1) {
        Some(name) => format!("{at} (`{name}`)"),
        None => at,
    }
}
