//! `volley mod explain`: what a .mod file becomes, pass by pass, and what it costs.

use std::fmt::Write as _;

use super::super::Exit;
use super::super::args::ExplainArgs;
use super::super::format::number;
use super::super::terminal::{self, Terminal};
use crate::diagnostic::{Diagnostic, Sources, suggest};
use crate::mechanism::Options;
use crate::mechanism::explain::{Explanation, explain as compile_and_explain};

/// Every pass, in the order they first run.
const PASSES: &[&str] = &[
    "lower",
    "fold",
    "common",
    "dead",
    "unread",
    "powers",
    "division",
    "hoist",
    "reciprocal",
    "uniform",
    "fuse",
    "invariant",
];

/// Explains one file.
pub(super) fn explain(args: &ExplainArgs) -> Exit {
    let terminal = Terminal::new(true, false);
    if let Some(pass) = &args.pass
        && !PASSES.contains(&pass.as_str())
    {
        let said = Diagnostic::error("explain/pass", format!("there is no pass `{pass}`"));
        terminal.tell(&match suggest(pass, PASSES.iter().copied()) {
            Some(near) => said.help(format!("did you mean `{near}`?")),
            None => said.help(format!("the passes are: {}", PASSES.join(", "))),
        });
        return Exit::BadInput;
    }
    let mut sources = Sources::default();
    let id = match super::read(&args.file, &mut sources) {
        Ok(id) => id,
        Err(problem) => {
            terminal.tell(&problem);
            return Exit::BadInput;
        }
    };
    match compile_and_explain(&mut sources, id, &Options::default()) {
        Ok(explanation) => {
            let text = shown(&explanation, args.pass.as_deref());
            terminal::print(|out| out.write_all(text.as_bytes()))
        }
        Err(problems) => {
            terminal.diagnostics(&problems, &sources);
            Exit::BadInput
        }
    }
}

fn shown(explanation: &Explanation, only: Option<&str>) -> String {
    let mut text = String::new();
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    for (i, (name, module)) in explanation.passes.iter().enumerate().filter(|(_, (name, _))| wanted(name)) {
        let _ = writeln!(text, "# {i}. after {name}\n{module}");
    }
    match only {
        Some(name) if text.is_empty() => {
            let _ = writeln!(text, "the pass `{name}` changes nothing here");
            text
        }
        Some(_) => text,
        None => text + &costs(explanation),
    }
}

/// What is hoisted, and the table of kernels.
fn costs(explanation: &Explanation) -> String {
    let mut text = String::new();
    if let Some(prepared) = &explanation.prepared {
        let _ = writeln!(text, "# once, when parameters are set\n{prepared}");
    }
    for kernel in explanation.kernels.iter().filter(|k| !k.uniform.is_empty()) {
        let _ = writeln!(text, "# once for all instances, in {}", kernel.stage.name());
        for line in &kernel.uniform {
            let _ = writeln!(text, "    {line}");
        }
        text.push('\n');
    }
    let _ =
        writeln!(text, "{:18}{:>18}{:>11}{:>15}", "kernel", "vector operations", "registers", "ns/instance");
    for kernel in &explanation.kernels {
        let (name, cost) = (kernel.stage.name(), kernel.cost);
        let ns = number(cost.nanoseconds, 3);
        let _ = writeln!(text, "{name:18}{:>18}{:>11}{ns:>15}", cost.steps, cost.registers);
    }
    let _ =
        writeln!(text, "\nestimated for one instance and time step: {} ns", number(explanation.step_cost, 3));
    text
}
