//! Delays shorter than the time step: why they are refused, and how they are reset.
//!
//! In: a model whose connections are complete. Out: nothing to say, or one message that names every such connection by group and
//! both remedies. [`reset_delays`] rewrites a description so that none is left; it changes as little text as it can.

use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use super::cache::Cache;
use super::context::Context;
use super::description::Scalar;
use super::document::{Node, Place, Value};
use super::expression::mentioned;
use super::load::{Overrides, build, context, read};
use super::model::{Body, Model, PerConnection, Projection};
use crate::diagnostic::{Diagnostic, Diagnostics, Sources, Span};

/// What the remedies set delays to unless told otherwise, ms: the tutorial's value for the Hopfield-Brody network.
pub const DEFAULT_RESET: f64 = 0.5;

/// Whether a delay is too short for a spike to travel; one of exactly a step is not.
fn short(delay: f64, dt: f64) -> bool {
    delay < dt * (1.0 - 1e-9)
}

/// Refuses delays under dt, or resets them when the command says to what. Gives the number of delays reset.
pub(crate) fn check(context: &mut Context, model: &mut Model, path: &Path, overrides: &Overrides) -> u64 {
    let dt = model.simulation.dt;
    let Some(to) = overrides.reset_zero_delays else {
        if let Some(error) = refusal(context, model, path, overrides) {
            context.problems.push(error);
        }
        return 0;
    };
    if !to.is_finite() || short(to, dt) {
        context.problems.push(too_short(to, dt));
        return 0;
    }
    let mut count = 0;
    for list in model.projections.iter_mut().map(|p| &mut p.connections) {
        let all = list.len() as u64;
        match &mut list.delay {
            PerConnection::Same(delay) if short(*delay, dt) => {
                *delay = to;
                count += all;
            }
            PerConnection::Same(_) => {}
            PerConnection::Each(delays) => {
                for delay in delays.iter_mut().filter(|delay| short(**delay, dt)) {
                    *delay = to;
                    count += 1;
                }
            }
        }
    }
    count
}

fn too_short(to: f64, dt: f64) -> Diagnostic {
    let message = format!("delays cannot be reset to {to} ms: the time step is {dt} ms");
    Diagnostic::error("network/delay", message).help(format!("reset them to {dt} ms or more"))
}

fn refusal(context: &Context, model: &Model, path: &Path, overrides: &Overrides) -> Option<Diagnostic> {
    let dt = model.simulation.dt;
    let mut total = 0;
    let mut notes = Vec::new();
    let mut places: Vec<Span> = Vec::new();
    for projection in &model.projections {
        let Some(group) = Group::of(projection, dt) else { continue };
        total += group.count;
        notes.push(group.describe(model, projection));
        let place = origin(context, &projection.name).span();
        if !places.contains(&place) {
            places.push(place);
        }
    }
    if total == 0 {
        return None;
    }
    let have = if total == 1 { "connection has a delay" } else { "connections have delays" };
    let message = format!("{total} {have} under the time step of {dt} ms");
    let mut error = Diagnostic::error("network/delay", message);
    for place in places.into_iter().take(8) {
        error = error.at(place, "this delay");
    }
    for note in notes {
        error = error.note(note);
    }
    let file = quote(&path.display().to_string());
    let copy = quote(&copy_name(path));
    let to = DEFAULT_RESET.max(dt);
    let error = error.note(
        "a spike needs at least one time step to travel: threads exchange spikes once per epoch, which is as long as \
         the smallest delay (NEURON only says \"usable mindelay is 0\")",
    );
    let options = options(overrides);
    // What the command line sets is not in the file: rewriting the file would mend nothing.
    let error = if options.is_empty() {
        let good =
            format!("`volley reset-delays {file} --to {to} --output {copy}`, then `volley run {copy}`");
        error.help(format!("for good: {good}"))
    } else {
        error
    };
    Some(error.help(format!("for one run: `volley run {file}{options} --reset-zero-delays {to}`")))
}

/// The options of this run that a delay may follow from, as typed.
fn options(overrides: &Overrides) -> String {
    let mut text = String::new();
    for (name, value) in &overrides.set {
        text += &format!(" --set {}", quote(&format!("{name}={value}")));
    }
    if let Some(dt) = overrides.dt {
        text += &format!(" --dt {dt}");
    }
    text
}

/// A name in the same folder, as paths in a description are relative to it.
fn copy_name(path: &Path) -> String {
    let stem = path.file_stem().map_or_else(|| "network".into(), |s| s.to_string_lossy());
    path.with_file_name(format!("{stem}-delays-reset.toml")).display().to_string()
}

/// A path as a shell takes it.
fn quote(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:\\".contains(c);
    if path.chars().all(plain) { path.to_string() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// The short delays of one projection.
struct Group {
    count: u64,
    smallest: f64,
    example: (u32, u32),
}

impl Group {
    fn of(projection: &Projection, dt: f64) -> Option<Group> {
        let mut group: Option<Group> = None;
        let list = &projection.connections;
        let delays = match &list.delay {
            PerConnection::Same(delay) => {
                let example = (*list.source.first()?, *list.target.first()?);
                let all = Group { count: list.len() as u64, smallest: *delay, example };
                return short(*delay, dt).then_some(all);
            }
            PerConnection::Each(delays) => delays,
        };
        for (i, delay) in delays.iter().copied().enumerate().filter(|(_, d)| short(*d, dt)) {
            let found = group.get_or_insert(Group {
                count: 0,
                smallest: delay,
                example: (list.source[i], list.target[i]),
            });
            found.count += 1;
            if delay < found.smallest {
                found.smallest = delay;
                found.example = (list.source[i], list.target[i]);
            }
        }
        group
    }

    fn describe(&self, model: &Model, projection: &Projection) -> String {
        let from = &model.populations[projection.source].name;
        let target = &model.populations[projection.target];
        let to = match (&target.body, projection.point) {
            (Body::Cells(body), Some(point)) => format!("{}.{}", target.name, body.points[point].name),
            _ => target.name.clone(),
        };
        let all = projection.connections.len() as u64;
        let of = if self.count == all { String::new() } else { format!(" of {all}") };
        let word = if all == 1 { "connection" } else { "connections" };
        let (source, cell) = self.example;
        format!(
            "`{}`, {from} -> {to}: {}{of} {word}, smallest delay {} ms, as from cell {source} to cell {cell}",
            projection.name, self.count, self.smallest
        )
    }
}

/// The value to change for a connection entry: its delay, or the parameter that is all of its delay.
fn origin<'a>(context: &Context<'a>, name: &str) -> Place<'a> {
    let root = context.document.place();
    let here = root.at("connection").at(name).at("delay");
    let entry = context.description.connection.get(name);
    match entry.and_then(|e| e.delay.as_ref()) {
        Some(Scalar::Text(text)) if context.description.parameters.get(text.trim()).is_some() => {
            root.at("parameters").at(text.trim())
        }
        _ => here,
    }
}

/// One change that [`reset_delays`] made.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The key in the description, as `parameters.delay`.
    pub key: String,
    /// What stood there; `None`: the key is new in this file.
    pub before: Option<String>,
    /// What stands there now.
    pub after: String,
    /// Number of connections whose delay was too short.
    pub connections: u64,
}

/// A description without delays under its time step.
#[derive(Clone, Debug, PartialEq)]
pub struct Reset {
    /// The new text of the file. Files that it names are still relative to the folder of the old one.
    pub text: String,
    /// What was changed; empty when nothing had to be.
    pub changes: Vec<Change>,
}

/// Rewrites the description at `path` so that every delay under its time step becomes `to` ms. Comments and layout
/// stay. A parameter is changed where it does nothing but set delays that are too short; what comes from a file that
/// this one extends is overridden here, and the other file stays as it is.
///
/// # Errors
/// What keeps the description from being read, or a `to` under its time step.
pub fn reset_delays(path: &Path, to: f64, sources: &mut Sources) -> Result<Reset, Diagnostics> {
    let overrides = Overrides::default();
    let cache = Cache::default();
    let (document, description) = read(path, &overrides, sources, &cache)?;
    let own = document.files.first().map(|(source, _)| *source);
    let text = own.map(|source| sources.get(source).text.to_string()).unwrap_or_default();
    let mut context = context(&document, &description, sources, &cache);
    let Some(model) = build(&mut context, &overrides) else { return Err(context.problems) };
    if context.problems.has_errors() {
        return Err(context.problems);
    }
    let dt = model.simulation.dt;
    if !to.is_finite() || short(to, dt) {
        return Err(too_short(to, dt).into());
    }
    let mut edits = plan(&context, &model, to);
    let Ok(mut new) = text.parse::<DocumentMut>() else {
        return Err(Diagnostic::error("network/syntax", "this is not TOML").into());
    };
    for (edit, change) in &mut edits {
        change.before = set(&mut new, &edit.keys, edit.value.clone());
    }
    Ok(Reset { text: new.to_string(), changes: edits.into_iter().map(|(_, change)| change).collect() })
}

struct Edit {
    keys: Vec<String>,
    value: toml_edit::Value,
}

/// What to write where, one edit for each key.
fn plan(context: &Context, model: &Model, to: f64) -> Vec<(Edit, Change)> {
    let dt = model.simulation.dt;
    let mut edits: Vec<(Edit, Change)> = Vec::new();
    for projection in &model.projections {
        let Some(group) = Group::of(projection, dt) else { continue };
        let delay = context.description.connection.get(&projection.name).and_then(|c| c.delay.as_ref());
        let parameter = match delay {
            Some(Scalar::Text(text)) => Some(text.trim()).filter(|name| only_sets_delays(context, name)),
            _ => None,
        };
        let keys = match parameter {
            Some(name) => vec!["parameters".to_string(), name.to_string()],
            None => vec!["connection".to_string(), projection.name.clone(), "delay".to_string()],
        };
        if let Some((_, change)) = edits.iter_mut().find(|(edit, _)| edit.keys == keys) {
            change.connections += group.count;
            continue;
        }
        let new: toml_edit::Value = match (parameter, delay) {
            // The same as `where(delay < dt, to, delay)`, but a random delay is drawn once.
            (None, Some(Scalar::Text(text))) if !is_constant(projection) => {
                format!("reset_below({}, {dt}, {to})", text.trim()).into()
            }
            _ => to.into(),
        };
        let change = Change {
            key: keys.join("."),
            before: None,
            after: new.to_string().trim().to_string(),
            connections: group.count,
        };
        edits.push((Edit { keys, value: new }, change));
    }
    edits
}

/// Whether all delays of a projection are equal, so that a number says it all.
fn is_constant(projection: &Projection) -> bool {
    match &projection.connections.delay {
        PerConnection::Same(_) => true,
        PerConnection::Each(delays) => delays.windows(2).all(|pair| pair[0] == pair[1]),
    }
}

/// Whether a parameter is used as the whole delay of connections and nowhere else.
fn only_sets_delays(context: &Context, name: &str) -> bool {
    context.description.parameters.get(name).is_some()
        && !used_elsewhere(&context.document.root, &mut Vec::new(), name)
}

fn used_elsewhere(node: &Node, path: &mut Vec<String>, name: &str) -> bool {
    match &node.value {
        Value::Text(text) => {
            let whole_delay =
                text.trim() == name && path.len() == 3 && path[0] == "connection" && path[2] == "delay";
            !whole_delay
                && (mentioned(text).iter().any(|n| n == name) || text.contains(&format!("{{{name}}}")))
        }
        Value::List(items) => items.iter().any(|item| used_elsewhere(item, path, name)),
        Value::Table(entries) => entries.iter().any(|(key, entry)| {
            path.push(key.clone());
            let used = used_elsewhere(entry, path, name);
            path.pop();
            used
        }),
        _ => false,
    }
}

/// Sets a value and keeps the comments around the old one, which it gives back.
fn set(document: &mut DocumentMut, keys: &[String], new: toml_edit::Value) -> Option<String> {
    let (last, tables) = keys.split_last()?;
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for (depth, key) in tables.iter().enumerate() {
        if table.get(key).is_none_or(|item| !item.is_table_like()) {
            let mut made = Table::new();
            made.set_implicit(depth + 1 < tables.len());
            table.insert(key, Item::Table(made));
        }
        table = table.get_mut(key)?.as_table_like_mut()?;
    }
    match table.get_mut(last).and_then(Item::as_value_mut) {
        Some(old) => {
            let before = old.clone().decorated("", "").to_string();
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
            Some(before)
        }
        None => {
            table.insert(last, value(new));
            None
        }
    }
}
