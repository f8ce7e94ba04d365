//! The `volley` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    volley::cli::main()
}
