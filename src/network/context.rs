//! What every step from a description to a model needs: names, texts, messages, and the reading of single values.
//!
//! A value of a description goes through here once: it becomes an expression or a number, is checked to be finite and
//! within its bounds, and every complaint points at the place where it was written.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::cache::Cache;
use super::description::{Cells, Description, Parameter, Scalar, Switch};
use super::document::{Document, Place, reason};
use super::expression::{Expression, Names, Scope, compile};
use super::schema::quoted;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span, suggest};
use crate::random::{Part, Stream};

/// Bounds of a number and how to say them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    low: f64,
    high: f64,
    words: &'static str,
}

impl Bounds {
    /// Whether the value is inside.
    pub fn hold(&self, value: f64) -> bool {
        value >= self.low && value <= self.high
    }
}

/// Any finite number.
pub(crate) const ANY: Bounds =
    Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY, words: "a finite number" };
/// More than 0.
pub(crate) const POSITIVE: Bounds =
    Bounds { low: f64::MIN_POSITIVE, high: f64::INFINITY, words: "more than 0" };
/// 0 or more.
pub(crate) const NOT_NEGATIVE: Bounds = Bounds { low: 0.0, high: f64::INFINITY, words: "0 or more" };
/// In degC; nothing is colder than absolute zero.
pub(crate) const TEMPERATURE: Bounds = Bounds { low: -273.15, high: f64::INFINITY, words: "-273.15 or more" };
/// From 0 to 1.
pub(crate) const FRACTION: Bounds = Bounds { low: 0.0, high: 1.0, words: "from 0 to 1" };

/// Everything at hand while a description is turned into a model.
pub(crate) struct Context<'a> {
    /// The description, with places.
    pub document: &'a Document,
    /// The description, as structs.
    pub description: &'a Description,
    /// Parameters, tables, lists.
    pub names: Names,
    /// All texts.
    pub sources: &'a mut Sources,
    /// Files and mechanisms that are known from other loads.
    pub cache: &'a Cache,
    /// Where a path from the command line is looked for too.
    pub typed_in: &'a Path,
    /// Complaints so far.
    pub problems: Diagnostics,
    /// Names of mechanisms and point processes that something is wrong with: that they are not there is no mistake of those who
    /// name them.
    pub failed: HashSet<String>,
    /// Keys every random number.
    pub seed: u64,
    /// Memory that the network needs at the least, as far as it is known.
    pub bytes: f64,
}

impl Context<'_> {
    /// Adds a complaint.
    pub fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.problems.push(Diagnostic::error(code, message).at(span, ""));
    }

    /// What was found; the complaint is kept if there is one instead.
    pub fn taken<T>(&mut self, found: Result<T, Diagnostic>) -> Option<T> {
        found.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// A complaint about a name that nothing has, with the nearest one.
    pub fn unknown<'n>(&mut self, what: &str, name: &str, span: Span, known: impl Iterator<Item = &'n str>) {
        if self.failed.contains(name) {
            return;
        }
        let known: Vec<&str> = known.collect();
        let error =
            Diagnostic::error("network/unknown-name", format!("there is no {what} `{name}`")).at(span, "");
        self.problems.push(match suggest(name, known.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None if known.is_empty() => error,
            None => error.help(format!("there is {}", quoted(known.into_iter()))),
        });
    }

    /// The value at `place` as an expression of the variables of `scope`.
    pub fn expression(&mut self, scalar: &Scalar, place: &Place, scope: &Scope) -> Option<Expression> {
        match scalar {
            Scalar::Number(value) => Some(Expression::number(*value, place.span())),
            Scalar::Text(text) => match compile(text, place.span(), scope, &self.names, self.sources) {
                Ok(expression) => Some(expression),
                Err(problems) => {
                    self.problems.extend(problems);
                    None
                }
            },
        }
    }

    /// Works out an expression that may not need random numbers.
    pub fn evaluate(
        &mut self,
        expression: &Expression,
        variables: &[f64],
        bounds: Bounds,
        what: &str,
    ) -> Option<f64> {
        match expression.value(variables, || Stream::keyed(0, &[])) {
            Ok(value) => self.within(value, bounds, expression.span, what),
            Err(failure) => {
                self.problems.push(failure.diagnostic(what));
                None
            }
        }
    }

    /// Complains when a value is outside its bounds.
    pub fn within(&mut self, value: f64, bounds: Bounds, span: Span, what: &str) -> Option<f64> {
        if bounds.hold(value) {
            return Some(value);
        }
        self.error("network/range", span, format!("{what} must be {}, and this is {value}", bounds.words));
        None
    }

    /// The number at `place`; `default` when nothing is written there. `None` after a complaint.
    pub fn number(
        &mut self,
        scalar: Option<&Scalar>,
        place: &Place,
        default: f64,
        bounds: Bounds,
    ) -> Option<f64> {
        let Some(scalar) = scalar else { return Some(default) };
        let expression = self.expression(scalar, place, &Scope::constant())?;
        let what = format!("`{}`", place.path());
        self.evaluate(&expression, &[], bounds, &what)
    }

    /// The whole number at `place`, from `least` to `most`.
    pub fn whole(
        &mut self,
        scalar: Option<&Scalar>,
        place: &Place,
        default: u64,
        least: u64,
        most: u64,
    ) -> Option<u64> {
        let value = self.number(scalar, place, default as f64, ANY)?;
        if value.fract() == 0.0 && value >= least as f64 && value <= most as f64 {
            return Some(value as u64);
        }
        let message =
            format!("`{}` must be a whole number from {least} to {most}, and this is {value}", place.path());
        self.error("network/range", place.span(), message);
        None
    }

    /// The truth at `place`; `default` when nothing is written there.
    pub fn switch(&mut self, switch: Option<&Switch>, place: &Place, default: bool) -> Option<bool> {
        match switch {
            None => Some(default),
            Some(Switch::Truth(truth)) => Some(*truth),
            Some(Switch::Text(text)) => {
                let scalar = Scalar::Text(text.clone());
                Some(self.number(Some(&scalar), place, 0.0, ANY)? != 0.0)
            }
        }
    }

    /// The file that `text` at `place` names, `{name}` replaced by parameters. It is looked for in the folder of the description in
    /// which it (or the parameter that is all of it) is written; a value from the command line also in the current folder, or where [`super::Overrides::folder`] says.
    pub fn path(&mut self, text: &str, place: &Place) -> Option<PathBuf> {
        let mut source = place.span().source;
        let mut out = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let Some(close) = rest[open..].find('}').map(|at| open + at) else { break };
            let name = rest[open + 1..close].trim();
            out.push_str(&rest[..open]);
            match self.description.parameters.get(name) {
                Some(Parameter::Text(value)) => out.push_str(value),
                Some(Parameter::Number(value)) => out.push_str(&value.to_string()),
                Some(Parameter::Switch(value)) => out.push_str(&value.to_string()),
                None => {
                    self.unknown("parameter", name, place.span(), self.description.parameters.names());
                    return None;
                }
            }
            if open == 0 && close + 1 == text.len() {
                source = self.document.place().at("parameters").at(name).span().source;
            }
            rest = &rest[close + 1..];
        }
        out.push_str(rest);
        let path = self.document.folder(source).join(&out);
        let typed = !self.document.files.iter().any(|(id, _)| *id == source);
        if typed && !path.exists() {
            let other = self.typed_in.join(&out);
            if other.exists() {
                return Some(other);
            }
        }
        Some(path)
    }

    /// Reads the file that `text` at `place` names.
    pub fn open(&mut self, text: &str, place: &Place) -> Option<SourceId> {
        let path = self.path(text, place)?;
        self.read(&path, place)
    }

    /// The place of the parameter that `text` names in braces, if it is one.
    fn parameter_in(&self, text: &str) -> Option<Span> {
        let name = text.split_once('{')?.1.split_once('}')?.0.trim();
        let place = self.document.place().at("parameters").at(name);
        place.exists().then(|| place.span())
    }

    /// Reads a file as text; a complaint points at the place that names it.
    pub fn read(&mut self, path: &Path, place: &Place) -> Option<SourceId> {
        match self.cache.text(path, |path| std::fs::read_to_string(path)) {
            Ok(text) => Some(self.sources.add(path.display().to_string(), text)),
            Err(error) => {
                let message = format!("cannot read `{}`: {}", path.display(), reason(&error));
                let error = Diagnostic::error("network/file", message);
                let written = self.sources.text(place.span()).to_string();
                let error = match self.parameter_in(&written) {
                    Some(parameter) => error.at(parameter, "named here").at(place.span(), "read here"),
                    None => error.at(place.span(), "named here"),
                };
                self.problems
                    .push(error.note("a path in a description is relative to the folder of the description"));
                None
            }
        }
    }

    /// The cells that a selector chooses among `count`, ascending; all when nothing is written.
    pub fn cells(
        &mut self,
        cells: Option<&Cells>,
        place: &Place,
        count: u32,
        population: &str,
    ) -> Option<Vec<u32>> {
        let (mut list, described) = match cells {
            None => return Some((0..count).collect()),
            Some(Cells::One(cell)) => (vec![*cell], None),
            Some(Cells::These(cells)) => (cells.clone(), None),
            Some(Cells::List(name)) => match self.names.lists.iter().find(|l| l.name == *name) {
                Some(list) => (list.cells.clone(), Some(list.place)),
                // A list that could not be made has been reported.
                None if self.description.list.get(name).is_some() => return None,
                None => {
                    self.unknown("list", name, place.span(), self.description.list.names());
                    return None;
                }
            },
        };
        list.sort_unstable();
        if let Some(twice) = list.windows(2).find(|pair| pair[0] == pair[1]) {
            self.error(
                "network/cells",
                place.span(),
                format!("`{}` names cell {} twice", place.path(), twice[0]),
            );
            return None;
        }
        match list.last() {
            Some(&last) if last >= count => {
                let message = match count {
                    0 => format!("there is no cell {last}: `{population}` is empty"),
                    _ => format!("there is no cell {last}: `{population}` has {count} (0 to {})", count - 1),
                };
                let error = Diagnostic::error("network/cells", message).at(place.span(), "");
                self.problems.push(match described {
                    Some(described) => error.at(described, "the list"),
                    None => error,
                });
                None
            }
            _ => Some(list),
        }
    }

    /// The stream of random numbers for one use.
    pub fn stream(&self, parts: &[Part]) -> Stream {
        Stream::keyed(self.seed, parts)
    }
}
