//! Findings: one for each cause, with every place where it shows.
//!
//! The same two units that clash in the same way, as in ten calls of `exp(v/10)`, come from one habit or one wrong
//! declaration. They make one finding, shown where it comes first; the other places are listed.

use std::collections::HashMap;

use super::measure::{Clash, Measure};
use super::words::{Words, factor};
use crate::diagnostic::{Diagnostic, Sources, Span};
use crate::units::Quantity;

/// A unit and how it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// As in NMODL: `mA/cm2`, `1000 mV`; of a pure number `1`.
    pub text: String,
    /// What it is.
    pub quantity: Quantity,
}

/// One thing that is wrong with units.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The warning.
    pub message: Diagnostic,
    /// The unit that the place wants, when two units clash.
    pub wanted: Option<Shown>,
    /// The unit that is there instead.
    pub found: Option<Shown>,
    /// All places, in the order of the text.
    pub places: Vec<Span>,
}

/// What is said of a clash, before it is grouped with others of its kind.
#[derive(Clone, Debug)]
pub(super) struct Clashing {
    /// The kind of message.
    pub code: &'static str,
    /// What else must be the same for two clashes to be of one cause, as the function called.
    pub group: String,
    /// What is wrong, both units named.
    pub message: String,
    pub wanted: Quantity,
    pub found: Quantity,
    /// The value in the wrong unit.
    pub span: Span,
    /// Another place worth showing.
    pub other: Option<(Span, String)>,
    /// What to type when they differ by a factor alone, besides the factor itself.
    pub same_dimensions: Option<String>,
    /// What to type when they measure different things.
    pub different_dimensions: Option<String>,
}

/// Collects findings.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
    by_cause: HashMap<(&'static str, String, String, String), usize>,
}

impl Findings {
    /// Takes up a clash of two units.
    pub fn clash(&mut self, words: &Words, clashing: Clashing, factors: &[f64]) {
        let Clashing { code, group, wanted, found, span, .. } = clashing;
        let (wanted_text, found_text) = (words.of(&wanted), words.of(&found));
        let key = (code, group, wanted_text.clone(), found_text.clone());
        if let Some(&at) = self.by_cause.get(&key) {
            let places = &mut self.list[at].places;
            if !places.contains(&span) {
                places.push(span);
            }
            return;
        }
        self.by_cause.insert(key, self.list.len());
        let mut message =
            Diagnostic::warning(code, clashing.message).at(span, words.relation(&wanted, &found));
        if let Some((place, text)) = clashing.other {
            message = message.at(place, text);
        }
        match Measure::Of(wanted).clash(Measure::Of(found)) {
            Some(Clash::Factor(ratio)) => {
                if factors.iter().any(|f| near(*f, ratio) || near(1.0 / f, ratio)) {
                    message = message.note(
                        "a number alone in parentheses is a conversion factor: `(2)*x` is `x` in units half as large",
                    );
                    message = message.help("write a number that is no conversion factor without parentheses");
                } else {
                    let by = factor(ratio);
                    message = message.help(format!("write `({by})*` in front to convert it"));
                }
                message.help.extend(clashing.same_dimensions);
            }
            _ => message.help.extend(clashing.different_dimensions),
        }
        self.list.push(Finding {
            message,
            wanted: Some(Shown { text: wanted_text, quantity: wanted }),
            found: Some(Shown { text: found_text, quantity: found }),
            places: vec![span],
        });
    }

    /// Takes up what is no clash of two values.
    pub fn say(&mut self, message: Diagnostic, units: Option<(Shown, Shown)>) {
        let places = message.labels.first().map(|l| l.span).into_iter().collect();
        let (wanted, found) = units.map_or((None, None), |(w, f)| (Some(w), Some(f)));
        self.list.push(Finding { message, wanted, found, places });
    }

    /// All findings, in the order of the text; those with several places list them.
    pub fn finish(mut self, sources: &Sources) -> Vec<Finding> {
        for finding in &mut self.list {
            let Some((first, others)) = finding.places.split_first() else { continue };
            if others.is_empty() {
                continue;
            }
            let lines = others.iter().map(|place| {
                let line = sources.line_column(*place).0;
                let name = &sources.get(place.source).name;
                if place.source == first.source { line.to_string() } else { format!("{line} of {name}") }
            });
            let mut lines: Vec<String> = lines.collect();
            lines.dedup();
            let word = if lines.len() == 1 { "line" } else { "lines" };
            let text = format!("the same at {word} {}", listed(&lines));
            finding.message.notes.push(text);
        }
        self.list.sort_by_key(|f| f.places.first().map(|p| (p.source, p.start)));
        self.list
    }
}

fn near(a: f64, b: f64) -> bool {
    (a / b - 1.0).abs() < 1e-9
}

/// `3`, `3 and 4`, `3, 4 and 5`; of many, the first ones.
pub(super) fn listed(words: &[String]) -> String {
    const MOST: usize = 10;
    match words {
        [] => String::new(),
        [one] => one.clone(),
        many if many.len() > MOST => {
            format!("{} and {} more", many[..MOST].join(", "), many.len() - MOST)
        }
        [start @ .., last] => format!("{} and {last}", start.join(", ")),
    }
}
