//! Where words go and whether they may have colours.

use std::io::{IsTerminal, Write};

use super::Exit;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Sources};

/// The two ways out of the process: results and messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    /// Whether people's reading goes to the error stream, as the output is for a program.
    output_is_for_programs: bool,
    /// Whether only what must be said is said.
    quiet: bool,
    colour: bool,
}

impl Terminal {
    /// `output_is_for_programs`: nothing but what was asked for goes to standard output.
    pub(super) fn new(output_is_for_programs: bool, quiet: bool) -> Terminal {
        Terminal { output_is_for_programs, quiet, colour: colours(std::io::stderr().is_terminal()) }
    }

    /// Text for people, unless they asked for quiet.
    pub(super) fn say(&self, text: &str) {
        if self.quiet {
            return;
        }
        // A reader that went away has read enough.
        let _ = if self.output_is_for_programs {
            std::io::stderr().write_all(text.as_bytes())
        } else {
            std::io::stdout().write_all(text.as_bytes())
        };
    }

    /// Whether progress may draw over itself.
    pub(super) fn can_draw(&self) -> bool {
        std::io::stderr().is_terminal()
    }

    /// Whether people asked for quiet.
    pub(super) fn quiet(&self) -> bool {
        self.quiet
    }

    /// A message about an input or a file.
    pub(super) fn diagnostic(&self, diagnostic: &Diagnostic, sources: &Sources) {
        let text = diagnostic.render(sources, self.colour);
        let _ = writeln!(std::io::stderr(), "{text}\n");
    }

    /// Messages about inputs.
    pub(super) fn diagnostics(&self, diagnostics: &Diagnostics, sources: &Sources) {
        for diagnostic in diagnostics.iter() {
            self.diagnostic(diagnostic, sources);
        }
    }

    /// A message with no place in a text.
    pub(super) fn tell(&self, diagnostic: &Diagnostic) {
        self.diagnostic(diagnostic, &Sources::default());
    }

    /// Something worth knowing.
    pub(super) fn note(&self, code: &'static str, text: &str) {
        self.tell(&Diagnostic::new(Severity::Note, code, text));
    }
}

/// Whether a stream gets colours: only a terminal does, unless `NO_COLOR` is set (no-color.org) or it is a dumb one.
fn colours(is_terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    is_terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
}

/// Writes results to standard output. A reader that stops reading (as `head` does) is no error.
pub(super) fn print(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Exit {
    let stdout = std::io::stdout().lock();
    let mut stdout = std::io::BufWriter::with_capacity(1 << 16, stdout);
    match write(&mut stdout).and_then(|()| stdout.flush()) {
        Ok(()) => Exit::Complete,
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Exit::Complete,
        Err(e) => {
            let message = Diagnostic::error("output/stdout", format!("cannot write to standard output: {e}"));
            Terminal::new(true, false).tell(&message);
            Exit::Internal
        }
    }
}
