//! `volley mod threadsafe`: shows or writes what makes .mod files thread safe in NEURON too.

use std::path::Path;

use super::super::Exit;
use super::super::args::ThreadsafeArgs;
use super::super::terminal::{self, Terminal};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Sources};
use crate::mechanism::verdict::{Repaired, repaired};
use crate::nmodl::repair::unified_diff;

/// Repairs all files. Status 2 when one cannot be read or written.
pub(super) fn threadsafe(args: &ThreadsafeArgs) -> Exit {
    let terminal = Terminal::new(true, false);
    let Some(files) = super::named_files(&args.files, &terminal) else { return Exit::BadInput };
    let mut failed = false;
    for file in files {
        let mut sources = Sources::default();
        match one(&file, args, &mut sources) {
            Ok((diff, told)) => {
                let printed = terminal::print(|out| out.write_all(diff.as_bytes()));
                if printed != Exit::Complete {
                    return printed;
                }
                terminal.diagnostics(&told, &sources);
            }
            Err(problems) => {
                failed = true;
                terminal.diagnostics(&problems, &sources);
            }
        }
    }
    if failed { Exit::BadInput } else { Exit::Complete }
}

/// The diff of one file and what is to be said of it.
fn one(
    file: &Path,
    args: &ThreadsafeArgs,
    sources: &mut Sources,
) -> Result<(String, Diagnostics), Diagnostics> {
    let id = super::read(file, sources)?;
    let Repaired { repair, moved, .. } = repaired(sources, id, args.range)?;
    let old = sources.get(id).text.clone();
    let name = file.display().to_string();
    let diff = unified_diff(&format!("{name}.orig"), &name, &old, &repair.text);
    let mut told = Diagnostics::new();
    for change in &repair.changes {
        let said = Diagnostic::new(Severity::Note, "threadsafe/changed", change.text.clone());
        told.push(said.at(change.span, ""));
    }
    for obstacle in &repair.obstacles {
        let said = format!("`THREADSAFE` is not added: {}", obstacle.text);
        told.push(Diagnostic::warning("threadsafe/left", said).at(obstacle.span, ""));
    }
    for (routine, span) in &moved {
        let said =
            format!("NEURON now makes the TABLE of `{routine}` at another moment, so results may change");
        let said = Diagnostic::warning("threadsafe/table", said).at(*span, "");
        let note = "with THREADSAFE it is made before INITIAL, from parameters and 0 for what is ASSIGNED; without, by the first call";
        told.push(
            said.note(note).help("name what the table is made from after DEPEND, or leave the TABLE out"),
        );
    }
    if args.write && *old != *repair.text {
        write(file, &repair.text)?;
    }
    Ok((diff, told))
}

/// Keeps the file as FILE.orig, unless there is one from an earlier repair, and writes the new text, byte for byte
/// the old one where nothing was changed.
fn write(file: &Path, text: &str) -> Result<(), Diagnostic> {
    let failed = |path: &Path, error: &std::io::Error| {
        Diagnostic::error("output/file", format!("cannot write `{}`: {error}", path.display()))
    };
    let bytes = std::fs::read(file).map_err(|error| failed(file, &error))?;
    if std::str::from_utf8(&bytes).is_err() {
        let message = format!("`{}` is not UTF-8, so it is not rewritten", file.display());
        return Err(Diagnostic::error("threadsafe/encoding", message)
            .help("convert it first: `iconv -f latin1 -t utf-8`"));
    }
    let mut kept = file.as_os_str().to_owned();
    kept.push(".orig");
    let kept = Path::new(&kept);
    if !kept.exists() {
        std::fs::write(kept, &bytes).map_err(|error| failed(kept, &error))?;
    }
    super::super::source::replace(file, text).map_err(|error| failed(file, &error))
}
