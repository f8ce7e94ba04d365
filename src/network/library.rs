//! `[mechanisms]` and `[global]`: where mechanisms come from.
//!
//! In: the .mod files of the description, and the catalogue. Out: a mechanism for a name, compiled when it is first asked for, so that a
//! folder may hold files that no cell of this network uses. A file of the description goes before the catalogue.

use std::collections::HashMap;
use std::sync::Arc;

use super::context::{ANY, Context};
use super::description::Conductance;
use super::document::Place;
use super::function_tables;
use super::mod_files::ModFiles;
use super::pointers;
use super::schema::{it_has, quoted};
use super::{junctions, outside};
use crate::diagnostic::{Diagnostic, Span, suggest};
use crate::ir::{Kind, Module, Role, Variable};
use crate::mechanism::{self, Mechanism};

/// NEURON's switch of the TABLEs of a mechanism: `usetable_hh = 0` there, `usetable = 0` under `[global.hh]` here.
const USE_TABLE: &str = "usetable";

/// All mechanisms at hand, and those in use.
#[derive(Default)]
pub(crate) struct Library {
    /// The description's own files.
    files: ModFiles,
    /// In the order of first use.
    pub used: Vec<Arc<Mechanism>>,
    /// Place in `used`, or `None` when it does not compile.
    known: HashMap<String, Option<usize>>,
    options: mechanism::Options,
}

impl Library {
    /// Finds the names of all mechanisms in the description's files.
    pub fn open(context: &mut Context) -> Library {
        let description = context.description;
        let variables = description.record.iter().filter_map(|(_, record)| record.variable.as_deref());
        let recorded = variables
            .chain(pointers::targets(description))
            .chain(outside::variables(description))
            .chain(description.junction.iter().filter_map(|(_, entry)| entry.variable.as_deref()))
            .filter_map(|v| v.split_once('.'))
            .map(|(_, v)| v.split('[').next().unwrap_or(v).to_string());
        let options = mechanism::Options {
            recorded: Some(recorded.collect()),
            include_folders: context.document.folders(),
            difference: description.simulation.conductance == Some(Conductance::Difference),
            ..mechanism::Options::default()
        };
        let files = ModFiles::open(context, &options);
        let exported = files.externals(&context.document.root);
        Library { files, options: mechanism::Options { exported, ..options }, ..Library::default() }
    }

    /// Whether a file or the catalogue has a mechanism of that name.
    pub fn has(&self, name: &str) -> bool {
        self.files.has(name) || mechanism::catalogue::source(name).is_some()
    }

    /// The mechanism of that name, of any kind.
    pub fn compiled(&mut self, context: &mut Context, name: &str, span: Span) -> Option<usize> {
        if let Some(index) = self.known.get(name) {
            return *index;
        }
        let index = self.load(context, name, span);
        self.known.insert(name.to_string(), index);
        index
    }

    /// The mechanism of that name and kind; a complaint points at `place`.
    pub fn find(&mut self, context: &mut Context, name: &str, kind: Kind, span: Span) -> Option<usize> {
        let index = self.compiled(context, name, span);
        let module = &self.used[index?].module;
        if module.kind == kind {
            return index;
        }
        let message = format!("`{name}` is {}, and here stands {}", kind_word(module.kind), kind_word(kind));
        let error = Diagnostic::error("network/mechanism", message).at(span, "");
        let help = match module.kind {
            Kind::Density => "place it with `[cell.NAME.mechanism]`",
            Kind::PointProcess => "place it with `[cell.NAME.point]` or `[stimulus]`",
            Kind::ArtificialCell => "make a population of it: `[population.NAME]` with `mechanism`",
        };
        context.problems.push(error.help(help));
        None
    }

    fn load(&mut self, context: &mut Context, name: &str, span: Span) -> Option<usize> {
        let in_catalogue = mechanism::catalogue::source(name);
        let source = match (self.files.take(context, name), in_catalogue) {
            (Some(text), _) => {
                let (source, named) = text?;
                if in_catalogue.is_some() {
                    let message = format!("`{name}` of this network is used instead of the catalogue's");
                    let warning = Diagnostic::warning("network/mechanism", message);
                    context.problems.push(warning.at(named, ""));
                }
                source
            }
            (None, Some(text)) => context.sources.add(format!("catalogue/{name}.mod"), text),
            (None, None) => {
                self.missing(context, name, span);
                return None;
            }
        };
        let mut options = self.options.clone();
        let junctions = context.description.junction.iter().map(|(_, entry)| entry);
        let own =
            junctions.filter(|j| j.mechanism.as_deref().unwrap_or(junctions::DEFAULT_MECHANISM) == name);
        let received = own.map(|j| j.receives.as_deref().unwrap_or(junctions::DEFAULT_RECEIVER));
        options.received = received.map(str::to_string).collect();
        if let Some(scalar) = context.description.global.get(name).and_then(|g| g.get(USE_TABLE)) {
            let place = context.document.place().at("global").at(name).at(USE_TABLE);
            options.without_tables = context.number(Some(scalar), &place, 1.0, ANY)? == 0.0;
        }
        options.given = Some(function_tables::of_mechanism(context, name));
        match context.cache.compiled(context.sources, source, &options) {
            Ok((mechanism, warnings)) => {
                context.problems.extend(warnings);
                self.used.push(mechanism);
                Some(self.used.len() - 1)
            }
            Err(problems) => {
                context.problems.extend(problems);
                None
            }
        }
    }

    /// Complains of a mechanism that neither a file nor the catalogue has.
    fn missing(&mut self, context: &mut Context, name: &str, span: Span) {
        // It may well be in a file that is complained of.
        if self.files.missing {
            return;
        }
        if self.files.some_are_damaged() {
            return self.files.tell_nameless(context);
        }
        let mut known: Vec<&str> = mechanism::catalogue::names().collect();
        known.extend(self.files.names());
        let error = Diagnostic::error("network/mechanism", format!("there is no mechanism `{name}`"));
        let error = error.at(span, "");
        context.problems.push(match suggest(name, known.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None if self.files.some_are_nameless() => return self.files.tell_nameless(context),
            None => error
                .help("name its .mod file in `[mechanisms]`, as in `files = [\"my_channel.mod\"]`")
                .note(format!("known are {}", quoted(known.into_iter()))),
        });
    }

    /// Warns of .mod files that are wrong and that nothing has asked for.
    pub fn tell_unused(&self, context: &mut Context) {
        self.files.tell_unused(context);
    }

    /// The charge of an ion that no mechanism in use gives.
    pub fn charge(&self, ion: &str) -> Option<f64> {
        self.files.charge(ion)
    }

    /// Whether a mechanism of that name was asked for and does not compile.
    pub fn is_refused(&self, name: &str) -> bool {
        self.known.get(name).is_some_and(Option::is_none)
    }

    /// Sets the GLOBAL variables that the description gives, in every mechanism in use.
    pub fn set_globals(&mut self, context: &mut Context) {
        let description = context.description;
        for (name, values) in description.global.iter() {
            let place = context.document.place().at("global").at(name);
            let Some(index) = self.known.get(name).copied().flatten() else {
                let names: Vec<String> = self.used.iter().map(|m| m.module.name.clone()).collect();
                if !self.known.contains_key(name) {
                    let names = names.iter().map(String::as_str);
                    context.unknown("mechanism in use called", name, place.key(), names);
                }
                continue;
            };
            let mut changed = (*self.used[index]).clone();
            for (key, scalar) in values.iter().filter(|(key, _)| *key != USE_TABLE) {
                let here = place.at(key);
                let Some(value) = context.number(Some(scalar), &here, 0.0, ANY) else { continue };
                match changed.module.globals.iter_mut().find(|v| v.name == key && v.visible) {
                    Some(variable) => {
                        limits(context, variable, value, here.span());
                        variable.default = value;
                    }
                    None => {
                        let error = unknown_global(&changed.module, key, &here);
                        context.problems.push(error);
                    }
                }
            }
            self.used[index] = Arc::new(changed);
        }
    }
}

fn unknown_global(module: &Module, key: &str, place: &Place) -> Diagnostic {
    let message = format!("`{}` has no GLOBAL variable `{key}`", module.name);
    let error = Diagnostic::error("network/variable", message).at(place.key(), "");
    if module.variable(key).is_some_and(|v| v.visible) {
        return error.help(format!("`{key}` is a RANGE variable: set it where the mechanism is placed"));
    }
    let names = module.globals.iter().filter(|v| v.visible).map(|v| v.name.as_str());
    match suggest(key, names.clone()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.note(it_has(names)),
    }
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Density => "a density mechanism",
        Kind::PointProcess => "a point process",
        Kind::ArtificialCell => "an artificial cell",
    }
}

/// The columns that `key` names: those of a variable, or of one element, as `x[2]`.
pub(crate) fn columns<'m>(
    context: &mut Context,
    module: &'m Module,
    key: &str,
    span: Span,
    reserved: &[&str],
) -> Option<(&'m Variable, std::ops::Range<u32>)> {
    let (name, element) = match key.strip_suffix(']').and_then(|k| k.split_once('[')) {
        Some((name, inside)) => (name, Some(inside)),
        None => (key, None),
    };
    let Some(variable) = module.variable(name).filter(|v| v.visible && v.role != Role::Hidden) else {
        let error = unknown_variable(module, name, span, Some(reserved).filter(|r| !r.is_empty()));
        context.problems.push(error);
        return None;
    };
    let Some(element) = element else {
        return Some((variable, variable.first..variable.first + variable.length));
    };
    match element.parse::<u32>() {
        Ok(i) if i < variable.length => Some((variable, variable.first + i..variable.first + i + 1)),
        _ => {
            let message =
                format!("`{name}` of `{}` has the elements 0 to {}", module.name, variable.length - 1);
            context.error("network/variable", span, message);
            None
        }
    }
}

/// The columns that a description may set: RANGE variables that the mechanism does not integrate itself.
pub(crate) fn settable(
    context: &mut Context,
    module: &Module,
    key: &str,
    span: Span,
    reserved: &[&str],
) -> Option<std::ops::Range<u32>> {
    let (variable, range) = columns(context, module, key, span, reserved)?;
    if variable.role == Role::State {
        let message = format!("`{key}` is a state of `{}`, which its INITIAL block sets", module.name);
        context.error("network/variable", span, message);
        return None;
    }
    Some(range)
}

/// Warns of a value outside the limits that the file gives.
pub(crate) fn limits(context: &mut Context, variable: &Variable, value: f64, span: Span) {
    if let Some((low, high)) = variable.limits
        && !(low..=high).contains(&value)
    {
        let message =
            format!("`{}` is {value}, outside the limits {low:?} to {high:?} of its file", variable.name);
        context.problems.push(Diagnostic::warning("network/limits", message).at(span, ""));
    }
}

/// `reserved`: the other keys of the place, when a value is to be set there; `None` when it is to be recorded.
fn unknown_variable(module: &Module, name: &str, span: Span, reserved: Option<&[&str]>) -> Diagnostic {
    let message = format!("`{}` has no RANGE variable `{name}`", module.name);
    let error = Diagnostic::error("network/variable", message).at(span, "");
    if module.global(name).is_some() && reserved.is_none() {
        let error = error.note(format!(
            "`{name}` is shared by all instances (GLOBAL), and only what each has its own is recorded"
        ));
        return error.help(format!("name `{name}` under RANGE, not GLOBAL, in its file"));
    }
    if module.global(name).is_some() {
        let help = format!("`{name}` is shared by all instances: set it under `[global.{}]`", module.name);
        return error.help(help);
    }
    for ion in &module.ions {
        let (e, i, o) = (format!("e{}", ion.name), format!("{}i", ion.name), format!("{}o", ion.name));
        let key = [(e, "reversal"), (i, "inside"), (o, "outside")].into_iter().find(|(n, _)| n == name);
        if let Some((_, key)) = key {
            let help = format!("it belongs to the ion: set `{key}` under `[cell.NAME.ion.{}]`", ion.name);
            return error.help(help);
        }
    }
    let fits = |v: &&Variable| {
        v.visible && (v.role == Role::Parameter || (reserved.is_none() && v.role != Role::Hidden))
    };
    let names = module.variables.iter().filter(fits).map(|v| v.name.as_str());
    match suggest(name, names.clone().chain(reserved.unwrap_or_default().iter().copied())) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.note(it_has(names)),
    }
}
