//! One number from the spikes of a run: `count(POPULATION)` and `rate(POPULATION)`.

use crate::analysis::Recording;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Span, suggest};

/// One measure with its arguments, as somebody typed it.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    name: &'static str,
    population: String,
    place: Span,
}

impl Measure {
    /// Reads a measure, which stands at `offset` in a text.
    pub fn parse(text: &str, source: SourceId, offset: usize) -> Result<Measure, Diagnostics> {
        let place = Span::new(source, offset, offset + text.len());
        let parts = text.trim().strip_suffix(')').and_then(|t| t.split_once('('));
        let Some((name, population)) = parts else {
            let error = Diagnostic::error("measure/syntax", format!("`{text}` is no measure"));
            return Err(error.at(place, "").help("write it as `count(POPULATION)`").into());
        };
        let known = ["count", "rate"];
        let Some(name) = known.into_iter().find(|k| *k == name) else {
            let error = Diagnostic::error("measure/unknown", format!("there is no measure `{name}`"));
            let error = error.at(place, "");
            return Err(match suggest(name, known) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("there is `count`, `rate`"),
            }
            .into());
        };
        Ok(Measure { name, population: population.trim().to_string(), place })
    }

    /// As it is written in short.
    pub fn text(&self) -> String {
        format!("{}({})", self.name, self.population)
    }

    /// Its unit.
    pub fn unit(&self) -> &'static str {
        if self.name == "rate" { "Hz" } else { "1" }
    }

    /// Whether a recording of these populations can have it.
    pub fn check(
        &self,
        populations: &[(String, u64)],
        _lists: &[(String, Vec<u32>)],
    ) -> Result<(), Diagnostic> {
        if populations.iter().any(|(name, _)| *name == self.population) {
            return Ok(());
        }
        let error =
            Diagnostic::error("measure/population", format!("there is no population `{}`", self.population));
        let error = error.at(self.place, "");
        Err(match suggest(&self.population, populations.iter().map(|(n, _)| n.as_str())) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        })
    }

    /// Its value.
    pub fn of(&self, recording: &Recording) -> f64 {
        let Ok(population) = recording.population(&self.population) else { return f64::NAN };
        let count: usize = population.trains.iter().map(Vec::len).sum();
        match self.name {
            "count" => count as f64,
            _ => count as f64 / population.trains.len() as f64 / (recording.until / 1000.0),
        }
    }
}
