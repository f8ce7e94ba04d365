//! The .mod files of a description: which mechanisms they define, and what is wrong with those that cannot be read.
//!
//! In: the files and folders under `[mechanisms]`. Out: for each mechanism the texts that define it. Only what a network uses can stop it:
//! a file that cannot be read counts when its mechanism is asked for, or when it does not say which one it defines and a mechanism is
//! missing. Else it is told in a line, when everything has asked for what it needs ([`ModFiles::tell_unused`]).

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::context::Context;
use super::document::{Node, Place, Value, reason};
use super::junctions::DEFAULT_MECHANISM;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, SourceId, Span};
use crate::mechanism::{self, Options};
use crate::nmodl::ast;

/// A mechanism of the description's files.
struct Defined {
    name: String,
    /// Where its file names it.
    span: Span,
    source: SourceId,
    /// Everything that is wrong with the text; none: it can be read.
    wrong: Diagnostics,
    /// Ions with a charge given (VALENCE).
    charges: Vec<(String, f64)>,
    /// EXTERNAL variables.
    externals: Vec<String>,
    used: bool,
}

/// A file that does not say what it defines.
struct Nameless {
    file: String,
    /// Why not.
    said: Diagnostics,
    /// It can be read, and defines nothing.
    readable: bool,
    told: bool,
}

/// All .mod files of a description.
#[derive(Default)]
pub(super) struct ModFiles {
    defined: Vec<Defined>,
    nameless: Vec<Nameless>,
    /// A file or folder is not there, which has been complained of: nothing more is said of mechanisms that are missing.
    pub missing: bool,
}

impl ModFiles {
    /// Reads all of them.
    pub fn open(context: &mut Context, options: &Options) -> ModFiles {
        let mut all = ModFiles::default();
        let place = context.document.place().at("mechanisms").at("files");
        for (i, name) in context.description.mechanisms.files.iter().enumerate() {
            let here = place.item(i);
            let path = context.path(name, &here);
            let files = path.as_ref().map(|path| mod_files(context, path, &here)).unwrap_or_default();
            all.missing |= files.is_empty();
            for file in files {
                match context.cache.text(&file, mechanism::text::read) {
                    Ok(text) => {
                        let source = context.sources.add(file.display().to_string(), text);
                        all.add(context, source, &here, options);
                    }
                    // Of what stands in a folder only what is used counts: a link to nothing, or a folder called `x.mod`, does not.
                    Err(error) if file.is_file() || path.as_ref().is_some_and(|path| *path != file) => {
                        let file = file.display().to_string();
                        let why = match error.kind() {
                            ErrorKind::InvalidData => error.to_string(),
                            _ => reason(&error),
                        };
                        let error = Diagnostic::error("network/file", format!("cannot read `{file}`: {why}"));
                        all.nameless(file, error.at(here.span(), "named here").into(), false);
                    }
                    // Fails again, with a message that points at the place.
                    Err(_) => {
                        all.missing = true;
                        let _ = context.read(&file, &here);
                    }
                }
            }
        }
        all
    }

    fn add(&mut self, context: &mut Context, source: SourceId, place: &Place, options: &Options) {
        let (module, wrong) = mechanism::readable(context.sources, source, options);
        let file = context.sources.get(source).name.clone();
        if let Some((name, span)) = mechanism_name(&module) {
            let (charges, externals) = (charges(&module), external_names(&module));
            let wrong = if wrong.has_errors() { wrong } else { Diagnostics::new() };
            self.defined.push(Defined { name, span, source, wrong, charges, externals, used: false });
        } else if wrong.has_errors() {
            self.nameless(file, wrong, false);
        } else {
            let message = format!("`{file}` defines no mechanism");
            let error = Diagnostic::error("network/mechanism", message).at(place.span(), "named here");
            let error = error.help("its NEURON block needs SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL");
            self.nameless(file, error.into(), true);
        }
    }

    fn nameless(&mut self, file: String, said: Diagnostics, readable: bool) {
        self.nameless.push(Nameless { file, said, readable, told: false });
    }

    /// The names of all mechanisms.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.defined.iter().map(|one| one.name.as_str())
    }

    /// Whether a file has a mechanism of that name, well written or not.
    pub fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// The text of a mechanism that is needed now, and where it is named there. `None` when no file has it; `Some(None)` when it has been
    /// complained of.
    pub fn take(&mut self, context: &mut Context, name: &str) -> Option<Option<(SourceId, Span)>> {
        let mut found = self.defined.iter_mut().filter(|one| one.name == name);
        let first = found.next()?;
        first.used = true;
        let text = (first.source, first.span);
        let mut fine = !first.wrong.has_errors();
        context.problems.extend(std::mem::take(&mut first.wrong));
        for other in found {
            other.used = true;
            fine = false;
            let message = format!("two files define the mechanism `{name}`");
            let error = Diagnostic::error("network/mechanism", message).at(other.span, "here");
            let note = format!("the other is `{}`", context.sources.get(text.0).name);
            context.problems.push(error.note(note));
        }
        Some(fine.then_some(text))
    }

    /// Whether some file does not say what it defines.
    pub fn some_are_nameless(&self) -> bool {
        !self.nameless.is_empty()
    }

    /// Whether some file cannot be read as far as the name of what it defines.
    pub fn some_are_damaged(&self) -> bool {
        self.nameless.iter().any(|one| !one.readable)
    }

    /// Complains of all files that do not say what they define: a mechanism is missing, which may be in one of them.
    pub fn tell_nameless(&mut self, context: &mut Context) {
        for one in self.nameless.iter_mut().filter(|one| !one.told) {
            one.told = true;
            context.problems.extend(one.said.clone());
        }
    }

    /// The charge that files of mechanisms which this network does not use give an ion, when they agree: NEURON knows the ions of all files.
    pub fn charge(&self, ion: &str) -> Option<f64> {
        let sound = self.defined.iter().filter(|one| !one.wrong.has_errors());
        let charges = sound.flat_map(|one| &one.charges);
        let mut of = charges.filter(|(name, _)| name == ion).map(|(_, charge)| *charge);
        let first = of.next()?;
        of.all(|other| other == first).then_some(first)
    }

    /// The EXTERNAL variables of all mechanisms that `root`, a description, names anywhere.
    pub fn externals(&self, root: &Node) -> Vec<String> {
        let named = |name: &str| name == DEFAULT_MECHANISM || mentions(root, name);
        let named = self.defined.iter().filter(|one| !one.externals.is_empty() && named(&one.name));
        named.flat_map(|one| one.externals.clone()).collect()
    }

    /// Warns of files that are wrong and were not needed.
    pub fn tell_unused(&self, context: &mut Context) {
        for one in self.defined.iter().filter(|one| !one.used && one.wrong.has_errors()) {
            let file = context.sources.get(one.source).name.clone();
            let what = format!("`{}` of `{file}`", one.name);
            unused(context, &what, &one.wrong);
        }
        for one in self.nameless.iter().filter(|one| !one.told) {
            match one.said.iter().next() {
                Some(said) if one.readable => {
                    let message = format!(
                        "{}: it has no NEURON block with SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL",
                        said.message
                    );
                    context.problems.push(Diagnostic::warning("network/mechanism", message));
                }
                _ => unused(context, &format!("`{}`", one.file), &one.said),
            }
        }
    }
}

/// One line: what is not used, and its first mistake.
fn unused(context: &mut Context, what: &str, wrong: &Diagnostics) {
    let Some(first) = wrong.iter().find(|d| d.severity == Severity::Error) else { return };
    let line = first.labels.first().filter(|_| first.code != "network/file");
    let line = line.map(|label| format!("line {}: ", context.sources.line_column(label.span).0));
    let (line, message) = (line.unwrap_or_default(), &first.message);
    let message = format!("{what} is wrong, and not used by this network: {line}{message}");
    context.problems.push(Diagnostic::warning("network/mechanism", message));
}

/// Whether a key or a text of a description is `name`.
fn mentions(node: &Node, name: &str) -> bool {
    match &node.value {
        Value::Text(text) => text == name,
        Value::List(items) => items.iter().any(|item| mentions(item, name)),
        Value::Table(entries) => entries.iter().any(|(key, value)| key == name || mentions(value, name)),
        Value::Integer(_) | Value::Float(_) | Value::Bool(_) => false,
    }
}

/// The file itself, or the .mod files of a folder in the order of their names.
fn mod_files(context: &mut Context, path: &Path, place: &Place) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_path_buf()];
    }
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => {
            let message = format!("cannot read the folder `{}`: {}", path.display(), reason(&error));
            context.error("network/file", place.span(), message);
            return Vec::new();
        }
    };
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "mod")).collect();
    files.sort();
    if files.is_empty() {
        let message = format!("the folder `{}` has no .mod file", path.display());
        context.error("network/file", place.span(), message);
    }
    files
}

/// The statements of all NEURON blocks, of included files too.
fn statements(module: &ast::Module) -> impl Iterator<Item = &ast::NeuronStatementKind> {
    let blocks = module.flat_items().into_iter().filter_map(|item| match item {
        ast::Item::Neuron(block) => Some(&block.statements),
        _ => None,
    });
    blocks.flatten().map(|statement| &statement.kind)
}

/// The EXTERNAL variables of a file.
fn external_names(module: &ast::Module) -> Vec<String> {
    let lists = statements(module).filter_map(|statement| match statement {
        ast::NeuronStatementKind::External(names) => Some(names),
        _ => None,
    });
    lists.flatten().map(|name| name.text.clone()).collect()
}

/// The ions to which a file gives a charge.
fn charges(module: &ast::Module) -> Vec<(String, f64)> {
    let charge = |statement: &ast::NeuronStatementKind| match statement {
        ast::NeuronStatementKind::UseIon(ion) => Some((ion.ion.text.clone(), ion.valence.as_ref()?.value)),
        _ => None,
    };
    statements(module).filter_map(charge).collect()
}

/// The name that a file gives its mechanism, and where.
fn mechanism_name(module: &ast::Module) -> Option<(String, Span)> {
    statements(module).find_map(|statement| match statement {
        ast::NeuronStatementKind::Suffix(name)
        | ast::NeuronStatementKind::PointProcess(name)
        | ast::NeuronStatementKind::ArtificialCell(name) => Some((name.text.clone(), name.span)),
        _ => None,
    })
}
