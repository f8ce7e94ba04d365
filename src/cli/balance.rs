//! How a network is shared out to threads, as `run` and `plan` are asked to.
//!
//! In: a model and the options. Out: a plan, or why there is none: a person wants cells cut that cannot be.

use std::sync::Arc;

use super::args::{Balance, CostSource, When};
use super::format::count;
use super::measured::{self, Measured};
use super::terminal::Terminal;
use crate::diagnostic::{Diagnostic, Sources};
use crate::ir::{Module, Place, Variable};
use crate::mechanism::Mechanism;
use crate::network::Model;
use crate::partition::{self, Costs, Multisplit, Obstacle, Options, Plan, Refusal};

/// The plan; what is wrong is told, and then there is none.
pub(super) fn plan(
    model: &Model,
    threads: usize,
    balance: &Balance,
    sources: &Sources,
    terminal: &Terminal,
) -> Option<Plan> {
    with(model, threads, balance, &costs(model, balance, terminal), sources, terminal)
}

/// The same by costs that are known.
pub(super) fn with(
    model: &Model,
    threads: usize,
    balance: &Balance,
    costs: &Costs,
    sources: &Sources,
    terminal: &Terminal,
) -> Option<Plan> {
    let options = options(balance);
    let refused = partition::refusals(model, threads, &options, costs);
    refused.iter().for_each(|refusal| terminal.tell(&told(model, refusal, sources)));
    refused.is_empty().then(|| Plan::by(model, threads, &options, costs))
}

/// What the command line says, as plans know it.
pub(super) fn options(balance: &Balance) -> Options {
    let multisplit = match balance.multisplit {
        When::Auto => Multisplit::Auto,
        When::Always => Multisplit::Always,
        When::Never => Multisplit::Never,
    };
    Options { multisplit, imbalance: balance.imbalance }
}

/// What things cost, from where the command line says.
pub(super) fn costs(model: &Model, balance: &Balance, terminal: &Terminal) -> Costs {
    match balance.complexity {
        CostSource::Table => Costs::table(model),
        CostSource::Measured => {
            let mut measured = Measured::open();
            let compartment = measured.compartment();
            let of = |m: &Arc<Mechanism>| measured.mechanism(m).unwrap_or(m.cost());
            let mechanisms = model.mechanisms.iter().map(of).collect();
            let costs = Costs::new(model, compartment, mechanisms);
            measured::keep(&measured, terminal);
            costs
        }
    }
}

/// Why cells cannot be cut, and what to type instead.
fn told(model: &Model, refusal: &Refusal, sources: &Sources) -> Diagnostic {
    let cells = cells(model, refusal);
    let whole = match refusal.obstacle {
        Obstacle::Serial(_) => "let them stay whole, on thread 0: `--multisplit auto`",
        _ => "let them stay whole: `--multisplit auto`",
    };
    let whole = if refusal.cells == 1 { whole.replace("them", "it") } else { whole.into() };
    let message = format!("{cells} cannot be split over threads: {}", reason(model, refusal, sources));
    let diagnostic = Diagnostic::error("plan/multisplit", message).help(whole);
    match refusal.obstacle {
        Obstacle::Serial(_) => diagnostic.help(
            "or set the variable before it is read in each call; `volley mod check FILE.mod` judges a file",
        ),
        _ => diagnostic,
    }
}

/// Which cells cannot be cut.
pub(super) fn cells(model: &Model, refusal: &Refusal) -> String {
    let population = &model.populations[refusal.population].name;
    match refusal.cells {
        1 => format!("a cell of `{population}`"),
        n => format!("{} cells of `{population}`", count(n.into())),
    }
}

/// What stands in the way, and where it is written.
pub(super) fn reason(model: &Model, refusal: &Refusal, sources: &Sources) -> String {
    let name = |mechanism: usize| model.mechanisms[mechanism].module.name.as_str();
    match refusal.obstacle {
        Obstacle::Serial(mechanism) => {
            let carried = model.mechanisms[mechanism].serial.first();
            let variable = carried.map_or("", |c| c.name.as_str());
            let place = carried.and_then(|c| c.place.as_ref());
            let place = place.map(|(file, line)| format!("line {line} of `{file}`: ")).unwrap_or_default();
            format!(
                "`{}` is not thread safe: {place}the value of `{variable}` passes from one instance to the next",
                name(mechanism)
            )
        }
        Obstacle::Diffusion(mechanism) => {
            let module = &model.mechanisms[mechanism].module;
            let state = module.diffusions.first().map_or(String::new(), |d| state(module, d.state));
            let place = line_of(module, "LONGITUDINAL_DIFFUSION", &state, sources);
            format!("`{}` lets `{state}` diffuse along the cable{place}", name(mechanism))
        }
        Obstacle::Pointer { mechanism, column } => {
            let module = &model.mechanisms[mechanism].module;
            let pointer = module.pointers.iter().find(|p| p.column.0 == column).map_or("", |p| &p.name);
            let place = line_of(module, "POINTER", pointer, sources);
            format!(
                "the POINTER `{pointer}` of `{}` looks at another place of the cell{place}",
                name(mechanism)
            )
        }
        Obstacle::Single => "a cell of one compartment has nothing to cut".into(),
    }
}

/// The name of a state that diffuses.
fn state(module: &Module, place: Place) -> String {
    match place {
        Place::Column(column) => {
            let holds = |v: &&Variable| (v.first..v.first + v.length).contains(&column.0);
            module.variables.iter().find(holds).map_or(String::new(), |v| v.name.clone())
        }
        Place::Ion(ion, _) => {
            module.ions.get(ion.0 as usize).map_or(String::new(), |i| format!("{}i", i.name))
        }
        _ => String::new(),
    }
}

/// `, line 12 of `FILE``: the line of a mechanism's file that has a keyword and, if there is such a line, a name too.
fn line_of(module: &Module, keyword: &str, name: &str, sources: &Sources) -> String {
    let source = sources.get(module.span.source);
    let has =
        |line: &str, word: &str| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word);
    let find = |names: &dyn Fn(&str) -> bool| {
        source.text.lines().position(|line| has(line, keyword) && names(line)).map(|at| at + 1)
    };
    match find(&|line| has(line, name)).or_else(|| find(&|_| true)) {
        Some(line) => format!(", line {line} of `{}`", source.name),
        None => String::new(),
    }
}
