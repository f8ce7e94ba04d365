//! `volley run`: from a description to result files.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::Exit;
use super::args::{RunArgs, SummaryFormat};
use super::balance;
use super::interrupt::Interrupt;
use super::plot;
use super::progress::Progress;
use super::source;
use super::story;
use super::terminal::{self, Terminal};
use crate::diagnostic::{Diagnostic, Sources};
use crate::engine::{BuildError, Clock, Control, Outcome, RunError, Simulation};
use crate::mechanism::Carried;
use crate::network::{Loaded, Model, ParameterValue};
use crate::partition::Pinned;
use crate::record::{
    self, Closed, Folder, Layout, RecordError, Recorder, Serial, SerialVariable, Settings, Status, Summary,
    WallTime,
};
use crate::sweep;

/// Runs a network.
pub(super) fn run(args: &RunArgs) -> Exit {
    let terminal = Terminal::new(args.summary.is_some(), args.quiet);
    let interrupt = Interrupt::listen();
    let begun = Instant::now();
    args.planned.threads.limit_loading();
    let Some((loaded, sources)) = source::load(&args.planned.network, &args.planned.settings, &terminal)
    else {
        return Exit::BadInput;
    };
    match carry_out(args, (loaded, &sources), begun, &terminal, &interrupt) {
        Ok(exit) => exit,
        Err(failure) => {
            terminal.diagnostic(&failure.message, &sources);
            failure.exit
        }
    }
}

/// Why there is no run, or why it ended.
struct Failure {
    message: Box<Diagnostic>,
    exit: Exit,
}

impl Failure {
    fn new(message: Diagnostic, exit: Exit) -> Failure {
        Failure { message: Box::new(message), exit }
    }

    /// Of the folder or the files.
    fn record(error: &RecordError) -> Failure {
        let exit = match error {
            RecordError::NotAFolder { .. }
            | RecordError::InUse { .. }
            | RecordError::BadName { .. }
            | RecordError::TooLarge { .. } => Exit::BadInput,
            _ => Exit::Internal,
        };
        Failure::new(error.diagnostic(), exit)
    }

    /// Before the run: whatever it is, the option `--out` can mend it.
    fn folder(error: &RecordError) -> Failure {
        let mut failure = Failure::record(error);
        if failure.message.help.is_empty() {
            failure.message.help.push("choose another folder for the results with `--out DIR`".into());
        }
        failure.exit = Exit::BadInput;
        failure
    }

    fn build(error: &BuildError) -> Failure {
        let (code, exit) = match error {
            BuildError::ShortDelay { .. } => ("run/short-delay", Exit::BadInput),
            BuildError::TooLarge => ("run/too-large", Exit::BadInput),
            BuildError::Initial(RunError::Failed { .. }) => ("run/failed", Exit::RunFailed),
            BuildError::Initial(_) => ("run/initial", Exit::BadInput),
            BuildError::Panicked(_) => ("run/internal", Exit::Internal),
        };
        let mut message = Diagnostic::error(code, error.to_string());
        if let BuildError::Initial(error) = error {
            message = explained(message, error);
        }
        Failure::new(message, exit)
    }
}

/// With the place in a mechanism's text that an error is about, and what to do about it.
fn explained(mut message: Diagnostic, error: &RunError) -> Diagnostic {
    if let Some(span) = error.span() {
        message = message.at(span, "");
    }
    message.help.extend(error.help().map(String::from));
    message
}

fn carry_out(
    args: &RunArgs,
    (loaded, sources): (Loaded, &Sources),
    begun: Instant,
    terminal: &Terminal,
    interrupt: &Interrupt,
) -> Result<Exit, Failure> {
    let Some(plan) =
        balance::plan(&loaded.model, args.planned.threads.number(), &args.planned.balance, sources, terminal)
    else {
        return Ok(Exit::BadInput);
    };
    let out = folder_for(args, &loaded.model.name)?;
    if sweep::is_of_a_sweep(&out) {
        let message =
            format!("`{}` holds the results of a sweep, which a run would overwrite", out.display());
        let message = Diagnostic::error("output/sweep", message);
        return Err(Failure::new(message.help("choose another folder with `--out DIR`"), Exit::BadInput));
    }
    let folder = Folder::claim(&out).map_err(|e| Failure::folder(&e))?;
    for notice in folder.notices() {
        terminal.note("output/found", &notice);
    }
    interrupt.keep_folder(folder);

    let model = Arc::new(loaded.model);
    let built = Simulation::new(Arc::clone(&model), plan);
    if built.is_err() {
        // Gives the folder back as it was.
        drop(interrupt.take_folder());
    }
    let mut simulation = built.map_err(|e| Failure::build(&e))?;
    simulation.cut_by(interrupt.cut());
    let steps = Clock::new(model.simulation.dt).steps(model.simulation.tstop);
    let layout = Layout::of(&model, steps);
    let Some(folder) = interrupt.take_folder() else { return Ok(Exit::Interrupted) };
    let recorder = Recorder::start(folder, layout, Settings::default()).map_err(|e| Failure::record(&e))?;
    let build = begun.elapsed().as_secs_f64();

    let mut summary = before(&simulation, values(loaded.parameters), loaded.lists);
    summary.wall_time_s.build = build;
    let populations: Vec<(String, u64)> =
        model.populations.iter().map(|p| (p.name.clone(), p.count.into())).collect();
    terminal.say(&story::built(&summary, &populations, &out.display().to_string()));

    if let Some(notice) = story::serial(&summary.serial) {
        terminal.tell(&notice);
    }

    let (ended, problem) = go(&mut simulation, recorder, interrupt, terminal, &mut summary)?;
    after(&mut summary, &simulation, &ended, &populations);
    let files = ended.commit(&summary).map_err(|e| Failure::record(&e))?;
    let files: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
    terminal.say(&story::ending(&summary, &populations, &files));
    if terminal.quiet() && summary.status != Status::Complete {
        let text = format!("results up to {} ms are in {}", summary.until_ms, files.join(", "));
        terminal.note("output/unfinished", &text);
    }
    if args.plot && summary.status == Status::Complete {
        let drawn = plot::of_run(&out).map_err(|e| Failure::new(e, Exit::Internal))?;
        terminal.say(&format!("plots in {}\n", drawn.join(", ")));
    }
    if args.summary == Some(SummaryFormat::Json) {
        let printed = terminal::print(|out| out.write_all(summary.json().as_bytes()));
        if printed != Exit::Complete {
            return Ok(printed);
        }
    }
    match problem {
        Some(failure) => Err(failure),
        None if summary.status == Status::Interrupted => Ok(Exit::Interrupted),
        None => Ok(Exit::Complete),
    }
}

/// The run itself, up to closed files; what went wrong in it, if anything did.
fn go(
    simulation: &mut Simulation,
    mut recorder: Recorder,
    interrupt: &Interrupt,
    terminal: &Terminal,
    summary: &mut Summary,
) -> Result<(Closed, Option<Failure>), Failure> {
    interrupt.begin();
    let begun = Instant::now();
    let mut progress = Progress::new(terminal, simulation.time());
    let mut reached = simulation.time();
    let outcome = simulation.run(summary.tstop_ms, &mut recorder, &mut |p| {
        reached = p.time;
        progress.at(p.time, p.until);
        if interrupt.asked() { Control::Stop } else { Control::Continue }
    });
    progress.end();
    summary.wall_time_s.run = begun.elapsed().as_secs_f64();

    let flushed = recorder.flushed_until();
    let (status, until, problem) = match outcome {
        Ok(Outcome::Complete) => (Status::Complete, simulation.time(), None),
        Ok(Outcome::Stopped | Outcome::CutShort) => (Status::Interrupted, simulation.time(), None),
        Err(error) => {
            let (code, exit) = match error {
                RunError::Sink(_) | RunError::Panicked(_) => ("run/internal", Exit::Internal),
                _ => ("run/failed", Exit::RunFailed),
            };
            let message = explained(Diagnostic::error(code, error.to_string()), &error);
            (Status::Failed, reached, Some(Failure::new(message, exit)))
        }
    };
    match recorder.close(status, until) {
        Ok(closed) => Ok((closed, problem)),
        Err(error) => {
            let mut failure = Failure::record(&error);
            failure.exit = Exit::Internal;
            failure.message.notes.push(format!(
                "the run ended at {until} ms; results up to {flushed} ms are in the files whose names end in `.part`"
            ));
            Err(failure)
        }
    }
}

/// Where results go.
fn folder_for(args: &RunArgs, name: &str) -> Result<PathBuf, Failure> {
    if let Some(out) = &args.out {
        return Ok(out.clone());
    }
    let one_name = Path::new(name).components().count() == 1 && Path::new(name).file_name().is_some();
    if one_name {
        return Ok(PathBuf::from(name));
    }
    let message = format!("the network's name `{name}` cannot be the name of a folder");
    let message = Diagnostic::error("output/name", message);
    Err(Failure::new(message.help("choose a folder for the results with `--out DIR`"), Exit::BadInput))
}

/// Parameters as JSON.
fn values(parameters: Vec<(String, ParameterValue)>) -> serde_json::Map<String, serde_json::Value> {
    let json = |value| match value {
        ParameterValue::Number(x) => x.into(),
        ParameterValue::Switch(on) => on.into(),
        ParameterValue::Text(text) => text.into(),
    };
    parameters.into_iter().map(|(name, value)| (name, json(value))).collect()
}

/// The summary as far as it is known before the run.
fn before(
    simulation: &Simulation,
    parameters: serde_json::Map<String, serde_json::Value>,
    lists: Vec<(String, Vec<u32>)>,
) -> Summary {
    let (model, plan, statistics) = (simulation.model(), simulation.plan(), simulation.statistics());
    Summary {
        network: model.name.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        status: Status::Incomplete,
        until_ms: 0.0,
        parameters,
        dt_ms: model.simulation.dt,
        tstop_ms: model.simulation.tstop,
        seed: model.simulation.seed,
        threads: plan.threads(),
        cells: statistics.cells,
        populations: model.populations.iter().map(|p| (p.name.clone(), p.count.into())).collect(),
        lists: lists.into_iter().map(|(name, cells)| (name, cells.into())).collect(),
        compartments: statistics.compartments,
        connections: statistics.connections,
        steps: 0,
        min_delay_ms: statistics.min_delay,
        epoch_steps: statistics.epoch_steps,
        complexity: plan.complexity.clone(),
        load_imbalance: plan.load_imbalance(),
        split_cells: plan.split.len() as u64,
        pieces: plan.pieces() as u64,
        serial: plan.pinned.iter().map(|pinned| serial(model, pinned)).collect(),
        spikes: Default::default(),
        mean_rate_hz: Default::default(),
        wall_time_s: WallTime::default(),
        peak_memory_bytes: None,
        files: Vec::new(),
    }
}

/// A serial mechanism that is in use.
pub(super) fn serial(model: &Model, pinned: &Pinned) -> Serial {
    let mechanism = &model.mechanisms[pinned.mechanism];
    let variable = |carried: &Carried| {
        let (file, line) = carried.place.clone().unzip();
        let name =
            |file: String| Path::new(&file).file_name().map(|name| name.to_string_lossy().into_owned());
        SerialVariable { name: carried.name.clone(), file: file.and_then(name), line }
    };
    Serial {
        mechanism: mechanism.module.name.clone(),
        variables: mechanism.serial.iter().map(variable).collect(),
        cells: pinned.cells,
    }
}

/// Completes the summary.
fn after(summary: &mut Summary, simulation: &Simulation, ended: &Closed, populations: &[(String, u64)]) {
    (summary.status, summary.until_ms) = ended.state();
    summary.steps = simulation.statistics().steps;
    for ((name, spikes), (_, cells)) in ended.spikes().iter().zip(populations) {
        summary.spikes.insert(name.clone(), *spikes);
        summary.mean_rate_hz.insert(name.clone(), record::mean_rate(*spikes, *cells, summary.until_ms));
    }
    let name = |path: PathBuf| path.file_name().map(|n| n.to_string_lossy().into_owned());
    summary.files = ended.files().into_iter().filter_map(name).collect();
    summary.peak_memory_bytes = peak_memory();
}

/// Most memory that this process held at once, where Linux says it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
