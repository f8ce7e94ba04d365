//! Descriptions: reading them for a run, checking them, their schema, resetting their delays.

use std::path::{Path, PathBuf};

use super::Exit;
use super::args::{ResetArgs, Settings};
use super::format::counted;
use super::terminal::{self, Terminal};
use crate::diagnostic::{Diagnostic, Sources};
use crate::network::{self, Change, Loaded, Overrides};

/// Reads a description with what the command line sets anew, and the texts that it consists of. What is wrong is told; then
/// there is none.
pub(super) fn load(path: &Path, settings: &Settings, terminal: &Terminal) -> Option<(Loaded, Sources)> {
    let overrides = Overrides {
        set: settings.set.clone(),
        tstop: settings.tstop,
        dt: settings.dt,
        seed: settings.seed,
        folder: None,
        reset_zero_delays: settings.reset_zero_delays,
    };
    let mut sources = Sources::default();
    match network::load(path, &overrides, &mut sources) {
        Ok(loaded) => {
            terminal.diagnostics(&loaded.warnings, &sources);
            if units(&loaded, settings, &sources, terminal) == Units::Refused {
                return None;
            }
            if loaded.delays_reset > 0 {
                let to = settings.reset_zero_delays.unwrap_or(network::DEFAULT_RESET);
                let many = counted(loaded.delays_reset, "delay");
                let are = if loaded.delays_reset == 1 { "is" } else { "are" };
                terminal
                    .note("network/delays-reset", &format!("{many} under the time step {are} now {to} ms"));
            }
            Some((loaded, sources))
        }
        Err(problems) => {
            terminal.diagnostics(&problems, &sources);
            None
        }
    }
}

/// Whether a run may go on with the units that its mechanisms have.
#[derive(PartialEq)]
enum Units {
    Taken,
    Refused,
}

/// Says in a line how many units of the mechanisms do not agree; where units are to be strict, all of them as errors.
fn units(loaded: &Loaded, settings: &Settings, sources: &Sources, terminal: &Terminal) -> Units {
    let mut files: Vec<String> = Vec::new();
    let mut warnings = 0;
    for mechanism in &loaded.model.mechanisms {
        let findings = &mechanism.units.findings;
        let Some(place) = findings.iter().find_map(|f| f.places.first()) else { continue };
        files.push(sources.get(place.source).name.clone());
        warnings += findings.len();
        if settings.strict_units {
            terminal.diagnostics(&mechanism.units.messages(true), sources);
        }
    }
    if warnings > 0 && settings.strict_units {
        return Units::Refused;
    }
    // A wrong unit changes no result: who asks for quiet is not told.
    if warnings == 0 || terminal.quiet() {
        return Units::Taken;
    }
    let text = format!(
        "{} in {}; see `volley mod check {}`",
        counted(warnings as u64, "unit warning"),
        counted(files.len() as u64, "file"),
        places(files).join(" ")
    );
    terminal.note("units/found", &text);
    Units::Taken
}

/// The files, or the folders that they are in when they are more than two.
fn places(files: Vec<String>) -> Vec<String> {
    if files.len() <= 2 {
        return files;
    }
    let mut folders: Vec<String> = Vec::new();
    for file in files {
        let folder = Path::new(&file).parent().filter(|p| !p.as_os_str().is_empty());
        let folder = folder.map_or(".".to_string(), |p| p.display().to_string());
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

/// `volley check`: reads everything and says what would run.
pub(super) fn check(path: &Path, settings: &Settings) -> Exit {
    let terminal = Terminal::new(false, false);
    let Some((loaded, _)) = load(path, settings, &terminal) else { return Exit::BadInput };
    let model = &loaded.model;
    let connections: usize = model.projections.iter().map(|p| p.connections.len()).sum();
    let text = format!(
        "{}: nothing is wrong with it; {} in {}, {}, {}\n",
        path.display(),
        counted(model.cell_count(), "cell"),
        counted(model.populations.len() as u64, "population"),
        counted(connections as u64, "connection"),
        counted(model.reports.len() as u64, "report"),
    );
    terminal::print(|out| out.write_all(text.as_bytes()))
}

/// `volley schema`: prints the JSON Schema of descriptions.
pub(super) fn schema() -> Exit {
    let text = format!("{:#}\n", network::schema());
    terminal::print(|out| out.write_all(text.as_bytes()))
}

/// `volley reset-delays`: rewrites a description and says what was changed.
pub(super) fn reset_delays(args: &ResetArgs) -> Exit {
    let terminal = Terminal::new(false, false);
    let mut sources = Sources::default();
    let reset = match network::reset_delays(&args.file, args.to, &mut sources) {
        Ok(reset) => reset,
        Err(problems) => {
            terminal.diagnostics(&problems, &sources);
            return Exit::BadInput;
        }
    };
    let target = args.output.as_deref().unwrap_or(&args.file);
    if reset.changes.is_empty() && args.output.is_none() {
        return terminal::print(|out| {
            writeln!(out, "{}: no delay needs it; nothing is changed", target.display())
        });
    }
    if let Err(error) = replace(target, &reset.text) {
        let message = format!("cannot write `{}`: {error}", target.display());
        let diagnostic = Diagnostic::error("output/file", message);
        terminal.tell(&diagnostic.help("choose another file with `--output FILE`"));
        return Exit::BadInput;
    }
    if folder_of(target) != folder_of(&args.file) {
        let name = target.file_name().unwrap_or(target.as_os_str());
        let beside = args.file.with_file_name(name);
        let text = format!(
            "files that the description names relative to its folder are not found from the new folder; \
             with `--output {}` they are",
            beside.display()
        );
        terminal.note("network/moved", &text);
    }
    terminal::print(|out| {
        for change in &reset.changes {
            writeln!(out, "{}", told(change))?;
        }
        writeln!(out, "{} written", target.display())
    })
}

/// `parameters.delay: 0 is now 0.5 (4 000 connections)`.
fn told(change: &Change) -> String {
    let many = counted(change.connections, "connection");
    match &change.before {
        Some(before) => format!("{}: {before} is now {} ({many})", change.key, change.after),
        None => format!("{}: new, {} ({many})", change.key, change.after),
    }
}

/// The folder that a file is in, the same however it is written.
fn folder_of(file: &Path) -> Option<PathBuf> {
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.canonicalize().ok()
}

/// Writes a file that is whole at every instant.
pub(super) fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    // A link stays a link: what it names is replaced.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let written = std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, target));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written
}
