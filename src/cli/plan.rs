//! `volley plan`: how a network would be shared out to threads, without running it.
//!
//! In: a description, a number of threads. Out: how much work there is, how it is shared out, which cells are cut where, what has to
//! be on thread 0, and what other numbers of threads would bring. The answer depends on the machine only where a person asks for
//! measured costs, or leaves the number of threads to it.

use serde::Serialize;

use super::Exit;
use super::args::{Balance, PlanArgs, SummaryFormat};
use super::balance;
use super::format::{block, bytes, count, counted, nanoseconds, number, table};
use super::run;
use super::source;
use super::story;
use super::terminal::{self, Terminal};
use crate::diagnostic::{Diagnostic, Sources};
use crate::engine::Epoch;
use crate::network::{Body, Model};
use crate::partition::{self, Costs, MAX_THREADS, Obstacle, Plan, Refusal, SplitCell};
use crate::record::Serial;

/// The answer, in the order of its JSON form.
#[derive(Debug, Serialize)]
struct Answer {
    network: String,
    threads: usize,
    complexity_ns: f64,
    neuron_complexity: u64,
    states: u64,
    cells: u64,
    compartments: u64,
    connections: u64,
    min_delay_ms: Option<f64>,
    epoch_steps: u64,
    complexity: Vec<f64>,
    load_imbalance: f64,
    predicted_speed_up: f64,
    pieces: usize,
    split: Vec<Split>,
    serial: Vec<Serial>,
    whole: Vec<Whole>,
    memory: Memory,
    outlook: Vec<Outlook>,
}

/// A cut cell.
#[derive(Debug, Serialize)]
struct Split {
    population: String,
    cell: u32,
    pieces: Vec<Piece>,
}

/// One piece of a cut cell.
#[derive(Debug, Serialize)]
struct Piece {
    /// Where it begins: a section, and the position in it.
    section: String,
    x: f64,
    thread: u16,
    complexity_ns: f64,
}

/// Cells of a population that cost more than a thread's share and yet stay whole.
#[derive(Debug, Serialize)]
struct Whole {
    population: String,
    cells: u32,
    reason: String,
    /// The row of the text says why already.
    #[serde(skip)]
    is_pinned: bool,
}

/// Bytes, by the sizes of what a run keeps.
#[derive(Debug, Serialize)]
struct Memory {
    bytes_per_compartment: f64,
    bytes_per_connection: f64,
    bytes: f64,
}

/// What a number of threads would bring.
#[derive(Debug, Serialize)]
struct Outlook {
    threads: usize,
    pieces: usize,
    load_imbalance: f64,
    predicted_speed_up: f64,
}

/// How far the table of threads goes in single steps; beyond, numbers double.
const SINGLE_STEPS: usize = 16;

/// Plans a network.
pub(super) fn plan(args: &PlanArgs) -> Exit {
    // What is said of units belongs to a run.
    let terminal = Terminal::new(args.summary.is_some(), true);
    args.planned.threads.limit_loading();
    let Some((loaded, sources)) = source::load(&args.planned.network, &args.planned.settings, &terminal)
    else {
        return Exit::BadInput;
    };
    let model = &loaded.model;
    let epoch = match Epoch::of(model) {
        Ok(epoch) => epoch,
        Err(error) => {
            terminal.tell(&Diagnostic::error("run/short-delay", error.to_string()));
            return Exit::BadInput;
        }
    };
    let costs = balance::costs(model, &args.planned.balance, &terminal);
    let Some(plan) = balance::with(
        model,
        args.planned.threads.number(),
        &args.planned.balance,
        &costs,
        &sources,
        &terminal,
    ) else {
        return Exit::BadInput;
    };
    let whole = whole(model, &plan, &args.planned.balance, &costs, &sources);
    let answer = answer(model, &plan, epoch, whole, outlook(model, &plan, &args.planned.balance, &costs));
    match args.summary {
        Some(SummaryFormat::Json) => terminal::print(|out| {
            let text = serde_json::to_string_pretty(&answer).unwrap_or_default();
            writeln!(out, "{text}")
        }),
        None => terminal::print(|out| {
            out.write_all(text(&answer, &args.planned.network.display().to_string()).as_bytes())
        }),
    }
}

fn answer(model: &Model, plan: &Plan, epoch: Epoch, whole: Vec<Whole>, outlook: Vec<Outlook>) -> Answer {
    let size = partition::size(model);
    Answer {
        network: model.name.clone(),
        threads: plan.threads(),
        complexity_ns: plan.complexity.iter().sum(),
        neuron_complexity: size.neuron,
        states: size.states,
        cells: model.cell_count(),
        compartments: size.compartments,
        connections: size.connections,
        min_delay_ms: epoch.min_delay,
        epoch_steps: epoch.steps,
        complexity: plan.complexity.clone(),
        load_imbalance: plan.load_imbalance(),
        predicted_speed_up: plan.speed_up(),
        pieces: plan.pieces(),
        split: plan.split.iter().map(|cell| split(model, cell)).collect(),
        serial: plan.pinned.iter().map(|pinned| run::serial(model, pinned)).collect(),
        whole,
        memory: memory(model, plan.threads()),
        outlook,
    }
}

fn split(model: &Model, cell: &SplitCell) -> Split {
    let population = &model.populations[cell.population];
    let mut pieces = Vec::new();
    if let Body::Cells(body) = &population.body {
        let rows = cell.pieces.root.iter().zip(&cell.thread_of).zip(&cell.pieces.cost);
        pieces.extend(rows.map(|((root, thread), cost)| {
            let root = *root as usize;
            let section = body.sections.get(body.compartments.section[root] as usize).cloned();
            Piece {
                section: section.unwrap_or_default(),
                x: body.compartments.x[root],
                thread: *thread,
                complexity_ns: *cost,
            }
        }));
    }
    Split { population: population.name.clone(), cell: cell.cell, pieces }
}

fn memory(model: &Model, threads: usize) -> Memory {
    let memory = partition::Memory::of(model, threads);
    Memory {
        bytes_per_compartment: memory.per_compartment(),
        bytes_per_connection: memory.per_connection(),
        bytes: memory.total(),
    }
}

/// What stands in the way of an even plan. Where threads are even enough, no cell would be cut.
fn whole(model: &Model, plan: &Plan, wanted: &Balance, costs: &Costs, sources: &Sources) -> Vec<Whole> {
    let options = balance::options(wanted);
    if plan.load_imbalance() <= options.imbalance {
        return Vec::new();
    }
    let of = |refusal: &Refusal| Whole {
        population: model.populations[refusal.population].name.clone(),
        cells: refusal.cells,
        reason: balance::reason(model, refusal, sources),
        is_pinned: matches!(refusal.obstacle, Obstacle::Serial(_)),
    };
    partition::uncut(model, plan.threads(), &options, costs).iter().map(of).collect()
}

/// Plans for up to twice the number of threads.
fn outlook(model: &Model, plan: &Plan, wanted: &Balance, costs: &Costs) -> Vec<Outlook> {
    let most = (2 * plan.threads()).min(MAX_THREADS);
    let mut numbers: Vec<usize> = (1..=most.min(SINGLE_STEPS)).collect();
    while let Some(last) = numbers.last().copied().filter(|last| *last < most) {
        numbers.push((2 * last).min(most));
    }
    let options = balance::options(wanted);
    let of = |threads| {
        let plan = Plan::by(model, threads, &options, costs);
        Outlook {
            threads,
            pieces: plan.pieces(),
            load_imbalance: plan.load_imbalance(),
            predicted_speed_up: plan.speed_up(),
        }
    };
    numbers.into_iter().map(of).collect()
}

fn text(answer: &Answer, file: &str) -> String {
    let threads = counted(answer.threads as u64, "thread");
    let mut rows = vec![
        ("complexity", format!("{} a step", nanoseconds(answer.complexity_ns))),
        (
            "states",
            format!("{} (NEURON's complexity: {})", count(answer.states), count(answer.neuron_complexity)),
        ),
        ("cells", count(answer.cells)),
        ("compartments", count(answer.compartments)),
        ("connections", count(answer.connections)),
        ("min delay", story::epoch(answer.min_delay_ms, answer.epoch_steps)),
        ("threads", story::load(&answer.complexity, answer.load_imbalance)),
        ("pieces", pieces(answer)),
    ];
    rows.extend(answer.split.iter().take(SHOWN).map(|cell| ("cut", cuts(cell))));
    if answer.split.len() > SHOWN {
        let more = counted((answer.split.len() - SHOWN) as u64, "more cell");
        rows.push(("", format!("and {more}; `--summary json` has all")));
    }
    rows.extend(answer.serial.iter().map(|one| ("thread 0", pinned(one))));
    rows.extend(answer.whole.iter().filter(|one| !one.is_pinned).map(|one| ("whole", kept_whole(one))));
    let memory = &answer.memory;
    let mut held = bytes(memory.bytes as u64);
    if answer.compartments > 0 {
        held += &format!(", {} a compartment", bytes(memory.bytes_per_compartment.round() as u64));
    }
    if answer.connections > 0 {
        held += &format!(", {} a connection", bytes(memory.bytes_per_connection.round() as u64));
    }
    rows.push(("memory", held));
    let lines: Vec<Vec<String>> = answer.outlook.iter().map(line).collect();
    format!("{} ({file}) on {threads}\n", answer.network)
        + &block(&rows)
        + "\n"
        + &table(&["threads", "pieces", "load imbalance", "predicted speed-up"], &lines)
}

/// Cut cells that are shown in full.
const SHOWN: usize = 4;

fn pieces(answer: &Answer) -> String {
    match answer.split.len() {
        0 => "none: all cells are whole".into(),
        n => format!("{}, of {}", count(answer.pieces as u64), counted(n as u64, "cell")),
    }
}

/// Where a cell is cut: the sections at which its pieces begin, but for the piece with the root.
fn cuts(cell: &Split) -> String {
    let name = |piece: &Piece| match piece.x {
        // A section of one compartment is cut at its only place.
        0.5 => piece.section.clone(),
        x => format!("{}({})", piece.section, number(x, 4)),
    };
    let mut names: Vec<String> = cell.pieces.iter().skip(1).map(name).collect();
    if let Some(first) = names.first_mut() {
        first.insert_str(0, &format!("{}[{}] at ", cell.population, cell.cell));
    }
    story::wrap(&names, 80)
}

/// What holds cells on thread 0, and why.
fn pinned(serial: &Serial) -> String {
    let cells = counted(serial.cells, "cell");
    let variable = |v: &crate::record::SerialVariable| {
        let place = v.file.as_ref().zip(v.line).map(|(file, line)| format!(" ({file}, line {line})"));
        format!("`{}`{}", v.name, place.unwrap_or_default())
    };
    let names: Vec<String> = serial.variables.iter().map(variable).collect();
    format!(
        "{cells} with `{}`, which is not thread safe: {} passes from one instance to the next",
        serial.mechanism,
        names.join(", ")
    )
}

/// Which cells cannot be cut, and why.
fn kept_whole(whole: &Whole) -> String {
    let cells = counted(u64::from(whole.cells), "cell");
    format!("{cells} of `{}`: {}", whole.population, whole.reason)
}

fn line(outlook: &Outlook) -> Vec<String> {
    vec![
        outlook.threads.to_string(),
        count(outlook.pieces as u64),
        story::percent(outlook.load_imbalance),
        format!("{:.2}", outlook.predicted_speed_up),
    ]
}
