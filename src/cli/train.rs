//! `volley train`: which cells recognise a pattern.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::Exit;
use super::args::{Settings, Threads, threads};
use super::format::{block, duration, number};
use super::source;
use super::terminal::{self, Terminal};
use crate::analysis::{Chosen, Recording, choose};
use crate::diagnostic::Diagnostic;
use crate::engine::{Clock, Control, Memory, Simulation};
use crate::network::{Loaded, Training};
use crate::partition::{Options, Plan};
use crate::record::Layout;

#[derive(Debug, Args)]
pub(super) struct TrainArgs {
    /// The network's description (TOML), with a `[training]`
    pub(super) network: PathBuf,
    #[command(flatten)]
    pub(super) settings: Settings,
    /// Number of threads; `auto` takes as many as the machine gives this process
    #[arg(long, value_name = "N|auto", default_value = "auto", value_parser = threads, allow_negative_numbers = true)]
    pub(super) threads: Threads,
    /// Where the chosen cells go [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// Runs the untrained network and writes the cells whose rates come together.
pub(super) fn train(args: &TrainArgs) -> Exit {
    let terminal = Terminal::new(args.output.is_none(), false);
    match carry_out(args, &terminal) {
        Ok(exit) => exit,
        Err(None) => Exit::BadInput,
        Err(Some((message, exit))) => {
            terminal.tell(&message);
            exit
        }
    }
}

/// A message that is still to be told, with the status, or none when all is said.
type Failed = Option<(Box<Diagnostic>, Exit)>;

fn failed(message: Diagnostic, exit: Exit) -> Failed {
    Some((Box::new(message), exit))
}

fn carry_out(args: &TrainArgs, terminal: &Terminal) -> Result<Exit, Failed> {
    let (loaded, _) = source::load(&args.network, &args.settings, terminal).ok_or(None)?;
    let Some(training) = loaded.training else {
        let message = format!("`{}` does not say how to train", args.network.display());
        let message = Diagnostic::error("train/none", message)
            .help("add a `[training]` to it; docs/description.md says what goes into it");
        return Err(failed(message, Exit::BadInput));
    };
    let mut untrained = args.settings.clone();
    untrained.set.extend(training.untrained.iter().cloned());
    let (loaded, _) = source::load(&args.network, &untrained, &Terminal::new(true, true)).ok_or(None)?;
    let recording = run(loaded, args.threads.number(), terminal)?;
    let population = recording.population(&training.population).map_err(|e| failed(e, Exit::Internal))?;
    let Some(chosen) = choose(&population.trains, &training.groups, training.select) else {
        return Err(failed(nothing(&training, &population.trains), Exit::RunFailed));
    };
    let text = file(&training, &chosen);
    let Some(path) = &args.output else {
        terminal.say(&said(&training, &chosen));
        return Ok(terminal::print(|out| out.write_all(text.as_bytes())));
    };
    source::replace(path, &text).map_err(|e| {
        let message = format!("cannot write `{}`: {e}", path.display());
        let message = Diagnostic::error("train/output", message);
        failed(message.help("choose a file in a folder that is there with `--output FILE`"), Exit::BadInput)
    })?;
    terminal.say(&said(&training, &chosen));
    terminal.say(&format!(
        "\nwrote {}; to use it: volley run {} {}--set {}={}\n",
        path.display(),
        args.network.display(),
        args.settings.set.iter().map(|(name, value)| format!("--set {name}={value} ")).collect::<String>(),
        training.parameter,
        path.display(),
    ));
    Ok(Exit::Complete)
}

/// Runs the network to its end and keeps the spikes.
fn run(loaded: Loaded, threads: usize, terminal: &Terminal) -> Result<Recording, Failed> {
    let begun = std::time::Instant::now();
    let mut model = loaded.model;
    // Only spikes are wanted, and the same ones on any number of threads: no cell is cut.
    model.reports.clear();
    let model = Arc::new(model);
    let plan = Plan::with(&model, threads, &Options::whole_cells());
    let build = |e: crate::engine::BuildError| Diagnostic::error("train/build", e.to_string());
    let mut simulation =
        Simulation::new(Arc::clone(&model), plan).map_err(|e| failed(build(e), Exit::BadInput))?;
    let mut memory = Memory::default();
    let tstop = model.simulation.tstop;
    simulation.run(tstop, &mut memory, &mut |_| Control::Continue).map_err(|e| {
        let mut message = Diagnostic::error("run/failed", e.to_string());
        message.help.extend(e.help().map(String::from));
        failed(message, Exit::RunFailed)
    })?;
    terminal.say(&format!(
        "ran {} without training: {}\n",
        model.name,
        duration(begun.elapsed().as_secs_f64())
    ));
    let layout = Layout::of(&model, Clock::new(model.simulation.dt).steps(tstop));
    Ok(Recording::of(&model.name, &layout.populations, &loaded.lists, &memory.spikes, simulation.time()))
}

fn nothing(training: &Training, trains: &[Vec<f64>]) -> Diagnostic {
    let message = format!(
        "at no moment do {} cells of `{}`, each of another group, have falling rates within 15 % of each other",
        training.select, training.population
    );
    let fired = trains.iter().filter(|train| train.len() > 1).count();
    Diagnostic::error("train/nothing", message)
        .note(format!("{fired} of {} cells fired more than once before training", trains.len()))
        .help("choose fewer cells with `select` under `[training]`, or give the cells more input")
}

/// The chosen cells as the network's table reads them.
fn file(training: &Training, chosen: &Chosen) -> String {
    let mut text = String::new();
    if training.counted {
        text.push_str(&format!("{}\n", chosen.cells.len()));
    }
    for cell in &chosen.cells {
        let row: Vec<String> = training.rows[*cell].iter().map(f64::to_string).collect();
        text.push_str(&row.join(" "));
        text.push('\n');
    }
    text
}

fn said(training: &Training, chosen: &Chosen) -> String {
    let percent = |spread: f64| format!("{} %", number(100.0 * spread, 2));
    let rows = [
        ("cells", format!("{} of {}, one of a group", chosen.cells.len(), training.population)),
        ("together at", format!("{} ms", number(chosen.time, 4))),
        ("rate", format!("{} Hz", number(chosen.rate, 3))),
        ("spread", format!("{}, 60 ms later {}", percent(chosen.spread), percent(chosen.spread_later))),
    ];
    block(&rows)
}
