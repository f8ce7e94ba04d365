//! `volley mod`: what .mod files are, without a network around them.
//!
//! In: files and folders. Out: for each file a verdict (`check`), what would make it thread safe in NEURON too
//! (`threadsafe`), or what it is compiled to (`explain`).

mod check;
mod explain;
mod threadsafe;

use std::path::{Path, PathBuf};

use super::Exit;
use super::args::ModCommand;
use super::terminal::Terminal;
use crate::diagnostic::{Diagnostic, SourceId, Sources};
use crate::mechanism::text;

/// Carries out one of the commands.
pub(super) fn answer(command: &ModCommand) -> Exit {
    match command {
        ModCommand::Check(args) => check::check(args),
        ModCommand::Threadsafe(args) => threadsafe::threadsafe(args),
        ModCommand::Explain(args) => explain::explain(args),
    }
}

/// The files named, and the .mod files of the folders named, however deep; those of a folder by name.
///
/// # Errors
/// A folder cannot be read or has none.
fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut all = Vec::new();
    for path in named {
        if !path.is_dir() {
            all.push(path.clone());
            continue;
        }
        let before = all.len();
        inside(path, &mut all).map_err(|error| {
            let message = format!("cannot read the folder `{}`: {error}", path.display());
            Diagnostic::error("input/folder", message)
        })?;
        if all.len() == before {
            let message = format!("there is no .mod file in `{}`", path.display());
            return Err(Diagnostic::error("input/folder", message).help("name a folder with .mod files"));
        }
    }
    Ok(all)
}

fn inside(folder: &Path, out: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // A link to a folder is not followed: it may lead back up.
        if entry.file_type()?.is_dir() {
            inside(&path, out)?;
        } else if path.extension().is_some_and(|e| e == "mod") {
            out.push(path);
        }
    }
    Ok(())
}

/// Reads a .mod file; old files may hold bytes of other encodings in their comments.
///
/// # Errors
/// It cannot be read, is no text, or does not seem to be meant.
pub(super) fn read(path: &Path, sources: &mut Sources) -> Result<SourceId, Diagnostic> {
    const HELP: &str = "name a .mod file, or a folder with .mod files";
    let name = path.display().to_string();
    let text = text::read(path).map_err(|error| {
        let message = format!("cannot read `{name}`: {}", why(&error));
        Diagnostic::error("input/file", message).help(HELP)
    })?;
    // A file of any name may hold NMODL, but one of another name without a NEURON block is something else.
    if path.extension().is_none_or(|e| e != "mod") && !has_neuron_block(&text) {
        let message = format!("`{name}` is no .mod file: it has no NEURON block");
        return Err(Diagnostic::error("input/file", message).help(HELP));
    }
    Ok(sources.add(name, text))
}

/// Whether a line begins with the word that opens the block which every mechanism has.
fn has_neuron_block(text: &str) -> bool {
    text.lines()
        .any(|line| line.trim_start().strip_prefix("NEURON").is_some_and(|rest| !rest.starts_with('_')))
}

/// Why a file cannot be read, in words.
fn why(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => error.to_string(),
    }
}

/// The files named; what is wrong is told, and then there are none.
pub(super) fn named_files(named: &[PathBuf], terminal: &Terminal) -> Option<Vec<PathBuf>> {
    files(named).map_err(|problem| terminal.tell(&problem)).ok()
}
