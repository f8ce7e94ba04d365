//! `volley analyze`: measures of a run's spikes, as a table or for a program.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::Exit;
use super::args::SummaryFormat;
use super::format::{number, table};
use super::terminal::{self, Terminal};
use crate::analysis::{Argument, Described, Measure, Recording, catalogue};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources};

/// What can be typed after `volley analyze`.
#[derive(Debug, Args)]
pub(super) struct AnalyzeArgs {
    /// The folder of a run, finished or not, or a SONATA spike file
    #[arg(value_name = "RUN_DIR", required_unless_present = "list")]
    path: Option<PathBuf>,
    /// A measure, such as `rate(alpha)` or `chi(alpha, cells=trained, from=200)`; may be repeated [default: a table of the usual ones]
    #[arg(long, value_name = "TEXT")]
    measure: Vec<String>,
    /// The population of measures that name none
    #[arg(long, value_name = "NAME")]
    population: Option<String>,
    /// The window of measures that say none, ms
    #[arg(long, value_name = "FROM:TO", value_parser = window, allow_hyphen_values = true)]
    window: Option<Window>,
    /// Print all measures with their arguments
    #[arg(long)]
    list: bool,
    /// Print the answer for a program
    #[arg(long, value_name = "FORMAT")]
    summary: Option<SummaryFormat>,
}

/// Beginning and end, ms, as far as they are given.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Window {
    from: Option<f64>,
    to: Option<f64>,
}

fn window(text: &str) -> Result<Window, String> {
    let wrong = || "write it as `200:500`, `200:` or `:500`, in ms".to_string();
    let (from, to) = text.split_once(':').ok_or_else(wrong)?;
    let time = |text: &str| match text.trim() {
        "" => Ok(None),
        text => text.parse().ok().filter(|t: &f64| t.is_finite() && *t >= 0.0).map(Some).ok_or_else(wrong),
    };
    let window = Window { from: time(from)?, to: time(to)? };
    match window {
        Window { from, to: Some(to) } if to <= from.unwrap_or(0.0) => {
            Err("it must end after it begins".into())
        }
        window => Ok(window),
    }
}

/// The rows of the table that is printed when nothing is asked for.
const USUAL: &[&str] = &[
    "count",
    "rate",
    "active",
    "latency",
    "isi",
    "cv",
    "peak_rate",
    "peak_time",
    "correlation",
    "chi",
    "isi_distance",
    "spike_distance",
    "spike_sync",
    "gamma_power",
    "gamma_frequency",
    "convergence",
    "convergence_time",
    "order",
    "order_time",
    "moment",
    "duration",
];

/// Of these, what takes time for each pair of cells.
const OF_PAIRS: &[&str] = &["isi_distance", "spike_distance", "spike_sync"];

/// Pairs times spikes of a cell up to which the usual table has measures of pairs: some seconds.
const MOST_WORK: f64 = 1e9;

/// Columns of one table.
const WIDTH: usize = 5;

/// A value with what it is of.
struct Answer {
    measure: Measure,
    value: f64,
}

/// Measures a run's spikes.
pub(super) fn analyze(args: &AnalyzeArgs) -> Exit {
    let program = args.summary.is_some();
    let terminal = Terminal::new(program, false);
    let Some(path) = args.path.as_deref().filter(|_| !args.list) else { return list(program) };
    let recording = match Recording::open(path) {
        Ok(recording) => recording,
        Err(error) => {
            terminal.tell(&error);
            return Exit::BadInput;
        }
    };
    for note in &recording.notes {
        terminal.note("analysis/recording", note);
    }
    if args.window.is_some_and(|w| w.to.or(w.from).is_some_and(|t| t > recording.until)) {
        terminal.note("analysis/window", &format!("the recording ends at {} ms", recording.until));
    }
    let mut sources = Sources::default();
    let chosen = match args.measure.is_empty() {
        true => usual(&recording, args, &terminal),
        false => asked(&recording, args, &mut sources),
    };
    let measures = match chosen {
        Ok(measures) => measures,
        Err(wrong) => {
            terminal.diagnostics(&wrong, &sources);
            return Exit::BadInput;
        }
    };
    let answers: Vec<Answer> =
        measures.into_iter().map(|measure| Answer { value: measure.of(&recording), measure }).collect();
    let text = match (program, args.measure.is_empty()) {
        (true, _) => format!("{:#}\n", as_json(&recording, &answers)),
        (false, true) => heading(&recording) + &by_population(&answers),
        (false, false) => heading(&recording) + &one_by_one(&answers),
    };
    terminal::print(|out| out.write_all(text.as_bytes()))
}

/// The measures that were typed, or all that is wrong with them.
fn asked(
    recording: &Recording,
    args: &AnalyzeArgs,
    sources: &mut Sources,
) -> Result<Vec<Measure>, Diagnostics> {
    let populations = sizes(recording);
    let mut wrong = Diagnostics::new();
    let mut measures = Vec::new();
    for text in &args.measure {
        let source = sources.add("--measure", text.as_str());
        let measure = match Measure::parse(text, source, 0) {
            Ok(measure) => measure,
            Err(errors) => {
                wrong.extend(errors);
                continue;
            }
        };
        match completed(measure, args).and_then(|m| m.check(&populations, &recording.lists).map(|()| m)) {
            Ok(measure) => measures.push(measure),
            Err(error) => wrong.push(error),
        }
    }
    wrong.into_result(measures)
}

/// A measure with the population and window of the command line where it names none.
fn completed(measure: Measure, args: &AnalyzeArgs) -> Result<Measure, Diagnostic> {
    let measure = match &args.population {
        Some(name) => measure.or_population(name),
        None => measure,
    };
    let window = args.window.unwrap_or(Window { from: None, to: None });
    measure.or_window(window.from, window.to)
}

/// Populations with their numbers of cells.
fn sizes(recording: &Recording) -> Vec<(String, u64)> {
    recording.populations.iter().map(|p| (p.name.clone(), p.trains.len() as u64)).collect()
}

/// The usual measures of every population, and of the cells of every list that fits it.
fn usual(
    recording: &Recording,
    args: &AnalyzeArgs,
    terminal: &Terminal,
) -> Result<Vec<Measure>, Diagnostics> {
    if let Some(name) = &args.population {
        recording.population(name)?;
    }
    let mut measures = Vec::new();
    let mut too_much = Vec::new();
    let wanted = |name: &str| args.population.as_deref().is_none_or(|wanted| wanted == name);
    for population in recording.populations.iter().filter(|p| wanted(&p.name)) {
        let count = population.trains.len();
        let fits = |cells: &[u32]| !cells.is_empty() && cells.iter().all(|cell| (*cell as usize) < count);
        let lists = recording.lists.iter().filter(|(_, cells)| fits(cells)).map(|(name, _)| Some(name));
        for list in [None].into_iter().chain(lists) {
            let cells = list.map_or(String::new(), |list| format!(", cells=\"{}\"", escaped(list)));
            let spikes: usize = population.trains.iter().map(Vec::len).sum();
            let heavy = list.is_none() && 0.5 * count as f64 * spikes as f64 > MOST_WORK;
            if heavy {
                too_much.push(population.name.as_str());
            }
            for name in USUAL.iter().filter(|name| !heavy || !OF_PAIRS.contains(name)) {
                let text = format!("{name}(\"{}\"{cells})", escaped(&population.name));
                // The texts are made here: only the command line's window can be wrong with them.
                measures.push(completed(Measure::parse(&text, SourceId(0), 0)?, args)?);
            }
        }
    }
    if !too_much.is_empty() {
        let text = format!(
            "measures of all pairs of cells of {} would take long and are left out; `--measure` still takes them",
            too_much.join(", ")
        );
        terminal.note("analysis/pairs", &text);
    }
    Ok(measures)
}

/// A name as it stands between quotes in a measure.
fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\").replace('"', "\\\"")
}

fn heading(recording: &Recording) -> String {
    let of = if recording.network.is_empty() { String::new() } else { format!("{}, ", recording.network) };
    format!("{of}spikes from 0 to {} ms\n\n", number(recording.until, 9))
}

/// A value to be read by people: what rounding leaves of 0 is 0.
fn shown(value: f64) -> String {
    match value.abs() {
        size if size.is_nan() => "-".into(),
        size if size < 1e-12 => "0".into(),
        size if size < 1e-3 => format!("{value:.3e}"),
        _ => number(value, 5),
    }
}

fn legend(answers: &[Answer]) -> &'static str {
    if answers.iter().any(|a| a.value.is_nan()) { "\n  -: not defined for these spikes\n" } else { "" }
}

/// A row for each answer.
fn one_by_one(answers: &[Answer]) -> String {
    let rows: Vec<Vec<String>> =
        answers.iter().map(|a| vec![a.measure.text(), shown(a.value), a.measure.unit().into()]).collect();
    table(&["measure", "value", "unit"], &rows) + legend(answers)
}

/// A row for each measure, a column for each population and list of cells.
fn by_population(answers: &[Answer]) -> String {
    let mut columns: Vec<(String, Vec<&Answer>)> = Vec::new();
    for answer in answers {
        let (population, cells) = answer.measure.of_what();
        let name = match cells {
            Some(cells) => format!("{} {cells}", population.unwrap_or("")),
            None => population.unwrap_or("").to_owned(),
        };
        match columns.iter_mut().find(|(known, _)| *known == name) {
            Some((_, column)) => column.push(answer),
            None => columns.push((name, vec![answer])),
        }
    }
    let mut text = String::new();
    for (at, columns) in columns.chunks(WIDTH).enumerate() {
        let header: Vec<&str> =
            ["measure", "unit"].into_iter().chain(columns.iter().map(|(name, _)| name.as_str())).collect();
        let rows: Vec<Vec<String>> = catalogue()
            .iter()
            .filter(|described| USUAL.contains(&described.name))
            .map(|described| {
                let value = |column: &[&Answer]| {
                    let found = column.iter().find(|a| a.measure.described().name == described.name);
                    found.map_or("-".into(), |answer| shown(answer.value))
                };
                let names = [described.name.to_string(), described.unit.to_string()];
                names.into_iter().chain(columns.iter().map(|(_, column)| value(column))).collect()
            })
            .collect();
        text += if at == 0 { "" } else { "\n" };
        text += &table(&header, &rows);
    }
    text + legend(answers)
}

fn as_json(recording: &Recording, answers: &[Answer]) -> Value {
    let measures: Vec<Value> = answers
        .iter()
        .map(|answer| {
            let (population, cells) = answer.measure.of_what();
            json!({
                "measure": answer.measure.text(),
                "name": answer.measure.described().name,
                "population": population,
                "cells": cells,
                "value": answer.value, // null for NaN
                "unit": answer.measure.unit(),
            })
        })
        .collect();
    json!({
        "network": recording.network,
        "until_ms": recording.until,
        "notes": recording.notes,
        "measures": measures,
    })
}

/// `--list`: the catalogue.
fn list(program: bool) -> Exit {
    let text = if program { format!("{:#}\n", list_as_json()) } else { list_as_text() };
    terminal::print(|out| out.write_all(text.as_bytes()))
}

fn list_as_text() -> String {
    let signature = |d: &Described| {
        let argument = |a: &Argument| match a.default {
            Some(default) => format!("{}={default}", a.name),
            None => format!("{}=", a.name),
        };
        let arguments: Vec<String> = d.arguments.iter().map(argument).collect();
        format!("{}({})", d.name, arguments.join(", "))
    };
    let rows: Vec<(String, &str, &str)> =
        catalogue().iter().map(|d| (signature(d), d.unit, d.definition)).collect();
    let width = |of: fn(&(String, &str, &str)) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let (first, second) = (width(|row| row.0.len()), width(|row| row.1.len()));
    let mut text = String::new();
    for (signature, unit, definition) in &rows {
        text += &format!("  {signature:first$}  {unit:second$}  {definition}\n");
    }
    text + "
Every measure takes a population first, and which cells and when:
  cells=trained    a list of cells of the description
  cells=0-9;12     cells by their numbers
  from=200         beginning of the window, ms [default: 0]
  to=500           end of the window, ms [default: the end of the recording]
Example: chi(alpha, cells=trained, from=200, to=500, sigma=3)
"
}

fn list_as_json() -> Value {
    let argument =
        |a: &Argument| json!({ "name": a.name, "default": a.default, "unit": a.unit, "meaning": a.meaning });
    let measure = |d: &Described| {
        let arguments: Vec<Value> = d.arguments.iter().map(argument).collect();
        json!({ "name": d.name, "unit": d.unit, "definition": d.definition, "arguments": arguments })
    };
    Value::Array(catalogue().iter().map(measure).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_have_a_colon() {
        let given = |from, to| Ok(Window { from, to });
        assert_eq!(window("200:500"), given(Some(200.0), Some(500.0)));
        assert_eq!(window(":500"), given(None, Some(500.0)));
        assert_eq!(window("2e2: "), given(Some(200.0), None));
        for wrong in ["", "200", "a:b", "-1:3", "500:200", "nan:5", ":0", "1:2:3"] {
            assert!(window(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn values_are_short_and_rounding_is_not_shown() {
        let texts = [4494.0, 0.123456, 0.0, 4.4e-16, -4.04854e-5, f64::NAN, f64::INFINITY].map(shown);
        assert_eq!(texts, ["4494", "0.12346", "0", "0", "-4.049e-5", "-", "inf"]);
    }

    #[test]
    fn the_usual_measures_are_in_the_catalogue() {
        for name in USUAL.iter().chain(OF_PAIRS) {
            assert!(catalogue().iter().any(|d| d.name == *name), "{name}");
        }
    }
}
