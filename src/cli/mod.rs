//! The `volley` command: what people type, and how answers look on a terminal.
//!
//! In: the words of the command line. Out: what was asked for on standard output, everything else on standard error, and
//! a status (see [`Exit`]) that scripts can rely on. Nothing below this layer prints or ends the process.

mod analyze;
mod args;
mod balance;
mod complexity;
mod format;
mod interrupt;
mod measured;
mod mechanisms;
mod panic;
mod plan;
mod plot;
mod processors;
mod progress;
mod run;
mod source;
mod spikes;
mod story;
mod sweep;
mod terminal;
mod train;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Command, CommandLine};

/// How the process ends, as `volley --help` and docs/output.md say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// All that was asked for is done.
    Complete,
    /// Volley failed: results cannot be written, or an error of its own.
    Internal,
    /// What was given cannot be used: a description, a file, an option.
    BadInput,
    /// The run went wrong, as with a membrane potential that is no longer a number.
    RunFailed,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Exit::Complete => 0,
            Exit::Internal => 1,
            Exit::BadInput => 2,
            Exit::RunFailed => 3,
            Exit::Interrupted => 130,
        }
    }
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    panic::install();
    let answer = std::panic::catch_unwind(|| answer(std::env::args_os()));
    ExitCode::from(answer.unwrap_or(Exit::Internal).code())
}

/// Carries out a command line; the first word is the command's own name.
fn answer(words: impl IntoIterator<Item = OsString>) -> Exit {
    let parsed = match CommandLine::try_parse_from(args::with_default_delay(words)) {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version come this way too, and are no errors. A reader that went away has read enough.
            let _ = error.print();
            return if error.use_stderr() { Exit::BadInput } else { Exit::Complete };
        }
    };
    match parsed.command {
        Command::Run(args) => run::run(&args),
        Command::Check(args) => source::check(&args.network, &args.settings),
        Command::Plan(args) => plan::plan(&args),
        Command::Complexity(args) => complexity::complexity(&args),
        Command::Processors(args) => processors::processors(&args),
        Command::Schema => source::schema(),
        Command::ResetDelays(args) => source::reset_delays(&args),
        Command::Train(args) => train::train(&args),
        Command::Spikes(args) => spikes::print(&args),
        Command::Analyze(args) => analyze::analyze(&args),
        Command::Sweep(args) => sweep::answer(&args),
        Command::Plot(args) => plot::plot(&args),
        Command::Mod(command) => mechanisms::answer(&command),
    }
}
