//! A measure with its arguments, and its value for a recording.

use super::catalogue::Described;
use super::recording::{Population, Recording};
use super::sample::Sample;
use super::syntax;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Span, suggest};

/// One measure with its arguments, as somebody typed it: `rate(alpha)`, `chi(alpha, cells=trained, from=200, to=500, bin=1)`.
///
/// Two are equal when their canonical texts are.
#[derive(Clone, Debug)]
pub struct Measure {
    pub(super) described: &'static Described,
    /// Name and place; where none is given, the only population of a recording is meant.
    pub(super) population: Option<(String, Span)>,
    /// Which cells, and where that is said; all without it.
    pub(super) cells: Option<(Cells, Span)>,
    /// Beginning of the window, ms.
    pub(super) from: Option<f64>,
    /// End of the window, ms.
    pub(super) to: Option<f64>,
    /// What was given for each of the measure's own arguments.
    pub(super) numbers: Vec<Option<f64>>,
    /// The whole text.
    pub(super) place: Span,
}

/// Cells of a population.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cells {
    /// A list of the description.
    List(String),
    /// Numbers from and to, both included.
    Ranges(Vec<(u32, u32)>),
}

impl PartialEq for Measure {
    fn eq(&self, other: &Measure) -> bool {
        self.text() == other.text()
    }
}

impl Measure {
    /// Reads a measure. Offsets of messages count from `offset` in the text `source`.
    ///
    /// # Errors
    /// All that is wrong: an unknown name, an unknown argument, a value out of range.
    pub fn parse(text: &str, source: SourceId, offset: usize) -> Result<Measure, Diagnostics> {
        syntax::parse(text, source, offset)
    }

    /// The measure of that name in the catalogue.
    pub fn described(&self) -> &'static Described {
        self.described
    }

    /// The population and the cells that it names, as typed.
    pub fn of_what(&self) -> (Option<&str>, Option<String>) {
        let population = self.population.as_ref().map(|(name, _)| name.as_str());
        (population, self.cells.as_ref().map(|(cells, _)| cells.text()))
    }

    /// The canonical form: what was given, in the order of the catalogue. [`Measure::parse`] gives the same measure for it.
    pub fn text(&self) -> String {
        let mut arguments = Vec::new();
        if let Some((name, _)) = &self.population {
            arguments.push(quoted(name));
        }
        if let Some((cells, _)) = &self.cells {
            arguments.push(format!("cells={}", cells.text()));
        }
        let own = self.described.arguments.iter().map(|a| a.name).zip(self.numbers.iter().copied());
        for (name, value) in [("from", self.from), ("to", self.to)].into_iter().chain(own) {
            if let Some(value) = value {
                arguments.push(format!("{name}={value}"));
            }
        }
        if arguments.is_empty() {
            return self.described.name.into();
        }
        format!("{}({})", self.described.name, arguments.join(", "))
    }

    /// Unit of the result; `1` for a pure number.
    pub fn unit(&self) -> &'static str {
        self.described.unit
    }

    /// The same measure, of this population if it names none.
    #[must_use]
    pub fn or_population(mut self, name: &str) -> Measure {
        let place = self.place;
        self.population.get_or_insert_with(|| (name.to_owned(), place));
        self
    }

    /// The same measure, of this window (ms) where it does not say when.
    ///
    /// # Errors
    /// The window that comes of it ends before it begins.
    pub fn or_window(mut self, from: Option<f64>, to: Option<f64>) -> Result<Measure, Diagnostic> {
        self.from = self.from.or(from);
        self.to = self.to.or(to);
        match (self.from.unwrap_or(0.0), self.to) {
            (from, Some(to)) if to <= from => Err(syntax::empty_window(from, to, self.place)),
            _ => Ok(self),
        }
    }

    /// Whether a recording of these populations (name, number of cells) and lists can have it.
    ///
    /// # Errors
    /// There is no such population or list, or it has no such cells; the message says which there are.
    pub fn check(
        &self,
        populations: &[(String, u64)],
        lists: &[(String, Vec<u32>)],
    ) -> Result<(), Diagnostic> {
        let names: Vec<&str> = populations.iter().map(|(name, _)| name.as_str()).collect();
        let (population, count) = match (&self.population, populations) {
            (None, [(only, count)]) => (only, *count),
            (None, _) => {
                let message = format!("`{}` does not say of which population", self.described.name);
                let error = Diagnostic::error("measure/population", message).at(self.place, "");
                return Err(match names.first() {
                    Some(name) => error.help(format!(
                        "write `{}({})`; there are {}",
                        self.described.name,
                        quoted(name),
                        names.join(", ")
                    )),
                    None => error.note("there is none"),
                });
            }
            (Some((name, place)), _) => match populations.iter().find(|(known, _)| known == name) {
                Some((known, count)) => (known, *count),
                None => {
                    let message = format!("there is no population `{name}`");
                    let error = Diagnostic::error("measure/population", message).at(*place, "");
                    return Err(nearest(error, name, &names));
                }
            },
        };
        let Some((cells, place)) = &self.cells else { return Ok(()) };
        let largest = match cells {
            Cells::Ranges(ranges) => ranges.iter().map(|(_, last)| *last).max(),
            Cells::List(name) => match lists.iter().find(|(known, _)| known == name) {
                Some((_, cells)) => cells.iter().copied().max(),
                None => {
                    let error =
                        Diagnostic::error("measure/cells", format!("there is no list of cells `{name}`"))
                            .at(*place, "");
                    let names: Vec<&str> = lists.iter().map(|(name, _)| name.as_str()).collect();
                    return Err(nearest(error, name, &names).help(
                        "cells can be given by their numbers too, as in `cells=0-9` or `cells=3;5;7`",
                    ));
                }
            },
        };
        match largest {
            Some(cell) if u64::from(cell) >= count => {
                let many = if count == 1 {
                    "one cell, number 0".into()
                } else {
                    format!("{count} cells, from 0 on")
                };
                let message = format!("`{population}` has no cell {cell}: it has {many}");
                Err(Diagnostic::error("measure/cells", message).at(*place, ""))
            }
            _ => Ok(()),
        }
    }

    /// The measure's value for a recording.
    ///
    /// NaN where it is undefined, as without spikes, and where [`Measure::check`] has something to say. A window is taken as far as the
    /// recording goes.
    pub fn of(&self, recording: &Recording) -> f64 {
        let population = match (&self.population, &recording.populations[..]) {
            (None, [only]) => only,
            (None, _) => return f64::NAN,
            (Some((name, _)), all) => match all.iter().find(|p| p.name == *name) {
                Some(found) => found,
                None => return f64::NAN,
            },
        };
        let Some(trains) = self.trains(population, recording) else { return f64::NAN };
        let (from, to) = (self.from.unwrap_or(0.0), self.to.unwrap_or(recording.until).min(recording.until));
        // An unfinished run may end before the window begins. A recording of no length still has counts.
        if from > to {
            return f64::NAN;
        }
        let numbers: Vec<f64> = std::iter::zip(self.described.arguments, &self.numbers)
            .map(|(argument, given)| given.or(argument.default).unwrap_or(f64::NAN))
            .collect();
        (self.described.of)(&Sample { trains, from, to, until: recording.until }, &numbers)
    }

    /// The trains of the chosen cells, each once.
    fn trains<'a>(&self, population: &'a Population, recording: &Recording) -> Option<Vec<&'a [f64]>> {
        let count = population.trains.len();
        let mut chosen = vec![false; count];
        match &self.cells {
            None => chosen.fill(true),
            Some((Cells::List(name), _)) => {
                let (_, cells) = recording.lists.iter().find(|(known, _)| known == name)?;
                for cell in cells {
                    *chosen.get_mut(*cell as usize)? = true;
                }
            }
            Some((Cells::Ranges(ranges), _)) => {
                for (first, last) in ranges {
                    chosen.get_mut(*first as usize..=*last as usize)?.fill(true);
                }
            }
        }
        let trains = population.trains.iter().zip(chosen);
        Some(trains.filter(|(_, chosen)| *chosen).map(|(train, _)| train.as_slice()).collect())
    }
}

impl Cells {
    fn text(&self) -> String {
        match self {
            Cells::List(name) => quoted(name),
            Cells::Ranges(ranges) => {
                let text = |(first, last): &(u32, u32)| match first == last {
                    true => first.to_string(),
                    false => format!("{first}-{last}"),
                };
                ranges.iter().map(text).collect::<Vec<_>>().join(";")
            }
        }
    }
}

/// A name as it is typed: in quotes if it has anything but letters, digits, `_`, `-`, `.`, or begins with a digit.
fn quoted(name: &str) -> String {
    if syntax::is_plain(name) {
        name.into()
    } else {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

fn nearest(error: Diagnostic, name: &str, known: &[&str]) -> Diagnostic {
    match suggest(name, known.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => error.note("there is none"),
        None => error.note(format!("there are {}", known.join(", "))),
    }
}
