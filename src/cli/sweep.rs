//! `volley sweep`: many runs of one network, and `volley sweep merge`, which joins what a cluster has done.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Exit;
use super::args::Threads;
use super::format::{block, bytes, count, counted, duration, table, time_left};
use super::interrupt::Interrupt;
use super::terminal::{self, Terminal};
use crate::diagnostic::{Diagnostic, Severity, Sources};
use crate::sweep::{
    self, Ending, Error, Estimates, Place, Progress, Record, Row, Shard, Sweep, Values, Watch,
};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct SweepArgs {
    #[command(subcommand)]
    command: Option<SweepCommand>,
    /// The sweep file (TOML)
    #[arg(required = true)]
    file: Option<PathBuf>,
    /// Number of runs at once, each on a thread of its own; `auto` takes as many as the machine gives this process
    #[arg(long, value_name = "N|auto", default_value = "auto", value_parser = super::args::threads, allow_negative_numbers = true)]
    jobs: Threads,
    /// Folder for the results [default: the sweep's name]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on with a sweep that was stopped: do only the runs that its folder lacks
    #[arg(long)]
    resume: bool,
    /// Do only shard I of N, in the folder `shard-I-of-N` of the results, for `volley sweep merge`
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Print the plan, and about how long it will take, without running it
    #[arg(long)]
    dry_run: bool,
    /// Say only what must be said
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum SweepCommand {
    /// Join the shards of a sweep into one table
    Merge(MergeArgs),
}

#[derive(Debug, Args)]
struct MergeArgs {
    /// The folder with all shards in it, or the shards' own folders
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Folder for the joined results [default: the folder with all shards in it]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Say only what must be said
    #[arg(long, short)]
    quiet: bool,
}

/// Carries out a sweep, or joins one.
pub(super) fn answer(args: &SweepArgs) -> Exit {
    match (&args.command, &args.file) {
        (Some(SweepCommand::Merge(args)), _) => merge(args),
        (None, Some(file)) => run(args, file),
        // clap asks for the one or the other.
        (None, None) => Exit::BadInput,
    }
}

fn run(args: &SweepArgs, file: &Path) -> Exit {
    let terminal = Terminal::new(false, args.quiet);
    let interrupt = Interrupt::listen_saying("stopping the runs; what is done is kept");
    let mut sources = Sources::default();
    let sweep = match Sweep::open(file, &mut sources) {
        Ok(sweep) => sweep,
        Err(problems) => {
            terminal.diagnostics(&problems, &sources);
            return Exit::BadInput;
        }
    };
    terminal.diagnostics(&sweep.warnings, &sources);
    let jobs = args.jobs.number();
    let estimates = match in_pool(jobs, || Estimates::of(&sweep)) {
        Ok(estimates) => estimates,
        Err(error) => {
            terminal.tell(&Diagnostic::error("sweep/threads", error));
            return Exit::Internal;
        }
    };
    let out = out_folder(args, &sweep);
    if args.dry_run {
        return terminal::print(|to| {
            to.write_all(plan_text(&sweep, &estimates, args, jobs, &out).as_bytes())
        });
    }
    match carry_out(args, &sweep, &estimates, jobs, &out, &terminal, &interrupt) {
        Ok(exit) => exit,
        Err(error) => refused(&error, &terminal),
    }
}

fn carry_out(
    args: &SweepArgs,
    sweep: &Sweep,
    estimates: &Estimates,
    jobs: usize,
    out: &Path,
    terminal: &Terminal,
    interrupt: &Interrupt,
) -> Result<Exit, Error> {
    let mut place = Place::open(out, Record::of(sweep, args.shard), args.resume)?;
    for notice in place.notices() {
        terminal.note("output/found", &notice);
    }
    let before = place.rows().len() as u64;
    let of = place.record().count();
    terminal.say(&begun(sweep, args.shard, before, of, jobs));
    interrupt.begin();
    let begun = Instant::now();
    let watcher = Watcher::new(terminal, interrupt);
    let ended = sweep::run(sweep, &mut place, estimates, jobs, &watcher);
    watcher.end();
    let done = place.rows().len() as u64;
    match ended {
        Ok(Ending::Complete(files)) => {
            let wall = begun.elapsed().as_secs_f64();
            terminal.say(&story(place.rows(), done - before, wall, &files));
            Ok(failures(place.rows(), out, terminal))
        }
        Ok(Ending::Interrupted) => {
            let text = format!(
                "stopped after {done} of {}; they are kept in `{}`",
                counted(of, "run"),
                out.display()
            );
            let note = Diagnostic::new(Severity::Note, "sweep/stopped", text);
            terminal.tell(&note.help("type the same again with `--resume` to do the others"));
            Ok(Exit::Interrupted)
        }
        Err(error) => {
            let text = format!("{done} of {} are done and kept in `{}`", counted(of, "run"), out.display());
            terminal.note("sweep/stopped", &text);
            Err(error)
        }
    }
}

fn merge(args: &MergeArgs) -> Exit {
    let terminal = Terminal::new(false, args.quiet);
    match sweep::merge(&args.folders, args.out.as_deref()) {
        Ok(merged) => {
            let shards = counted(merged.shards, "shard");
            terminal.say(&format!("joined {shards}, {}\n", counted(merged.rows.len() as u64, "run")));
            terminal.say(&block(&[("files", paths(&merged.files))]));
            failures(&merged.rows, &merged.folder, &terminal)
        }
        Err(error) => refused(&error, &terminal),
    }
}

fn refused(error: &Error, terminal: &Terminal) -> Exit {
    terminal.tell(&error.diagnostic());
    if error.is_input() { Exit::BadInput } else { Exit::Internal }
}

/// Does some work on so many threads.
fn in_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> Result<T, String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map(|pool| pool.install(work)).map_err(|e| format!("cannot start {threads} threads: {e}"))
}

/// Where results go.
fn out_folder(args: &SweepArgs, sweep: &Sweep) -> PathBuf {
    let folder = args.out.clone().unwrap_or_else(|| PathBuf::from(&sweep.file.name));
    match args.shard {
        Some(shard) => folder.join(shard.folder_name()),
        None => folder,
    }
}

/// Most failed runs whose reasons are told.
const TOLD: usize = 3;

/// Says how many runs failed and why the first did.
fn failures(rows: &[Row], out: &Path, terminal: &Terminal) -> Exit {
    let failed: Vec<(u64, &String)> = rows.iter().filter_map(|r| Some((r.run, r.reason.as_ref()?))).collect();
    if failed.is_empty() {
        return Exit::Complete;
    }
    let message = format!("{} of {} failed", failed.len(), counted(rows.len() as u64, "run"));
    let mut error = Diagnostic::error("sweep/failed", message);
    let mut told: Vec<&String> = Vec::new();
    for (run, reason) in &failed {
        if told.len() < TOLD && !told.contains(reason) {
            told.push(reason);
            let same = failed.iter().filter(|(_, other)| other == reason).count() - 1;
            let more = if same > 0 { format!(" (and {same} more)") } else { String::new() };
            error = error.note(format!("run {run}{more}: {reason}"));
        }
    }
    let table = out.join("runs.csv");
    terminal.tell(&error.help(format!("the reason of each is in the table, `{}`", table.display())));
    Exit::RunFailed
}

fn begun(sweep: &Sweep, shard: Option<Shard>, before: u64, of: u64, jobs: usize) -> String {
    let shard =
        shard.map_or(String::new(), |s| format!(", shard {s} of {}", counted(sweep.plan.runs(), "run")));
    let mut text = format!("{}: {}{shard}, {} at once\n", sweep.file.name, counted(of, "run"), jobs);
    if before > 0 {
        text += &format!("  {} done already\n", counted(before, "run"));
    }
    text
}

fn story(rows: &[Row], now: u64, wall: f64, files: &[PathBuf]) -> String {
    let failed = rows.iter().filter(|row| row.reason.is_some()).count();
    let complete = rows.len() - failed;
    let mut runs = format!("{} complete", count(complete as u64));
    if failed > 0 {
        runs += &format!(", {failed} failed");
    }
    let spent: f64 = rows.iter().map(|row| row.wall_time).sum();
    let mean = if rows.is_empty() { 0.0 } else { spent / rows.len() as f64 };
    let mut time = duration(wall);
    if now > 0 {
        time += &format!(" for {}, {} each on average", counted(now, "run"), duration(mean));
    }
    block(&[("runs", runs), ("wall time", time), ("files", paths(files))])
}

fn paths(files: &[PathBuf]) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join("\n")
}

/// Rows of the plan that `--dry-run` shows.
const SHOWN: u64 = 5;

/// What `--dry-run` prints.
fn plan_text(sweep: &Sweep, estimates: &Estimates, args: &SweepArgs, jobs: usize, out: &Path) -> String {
    let plan = &sweep.plan;
    let record = Record::of(sweep, args.shard);
    let numbers: Vec<u64> = record.numbers().collect();
    let mut rows: Vec<(&str, String)> = vec![("network", sweep.file.network.display().to_string())];
    for (i, axis) in plan.axes.iter().enumerate() {
        let labels = axis.labels.iter().map(|l| format!("{}: {}", axis.name, l.texts.join(", ")));
        let parameters = axis.parameters.iter().map(|p| format!("{} = {}", p.name, values(&p.values)));
        let values: Vec<String> = labels.chain(parameters).collect();
        let points = counted(axis.points, "point");
        rows.push((if i == 0 { "axes" } else { "" }, format!("{points}: {}", values.join("\n"))));
    }
    if plan.repeats > 1 {
        let last = plan.seed + plan.repeats - 1;
        rows.push((
            "repeats",
            format!("{} of each, with the seeds {} to {last}", count(plan.repeats), plan.seed),
        ));
    } else {
        rows.push(("seed", plan.seed.to_string()));
    }
    let measures: Vec<String> =
        sweep.file.measures.iter().map(|(name, m)| format!("{name} = {} ({})", m.text(), m.unit())).collect();
    rows.push(("measures", if measures.is_empty() { "none".into() } else { measures.join("\n") }));
    let mut runs = counted(numbers.len() as u64, "run");
    if let Some(shard) = args.shard {
        runs += &format!(", shard {shard} of {}", count(plan.runs()));
    }
    rows.push(("runs", runs));
    let each: Vec<_> = numbers.iter().map(|n| estimates.run(plan, *n)).collect();
    let seconds: f64 = each.iter().map(|e| e.seconds).sum();
    let longest = each.iter().map(|e| e.seconds).fold(0.0, f64::max);
    let largest = each.iter().map(|e| e.bytes).fold(0.0, f64::max);
    let at_once = jobs.min(numbers.len().max(1));
    let wall = (seconds / at_once as f64).max(longest);
    rows.push(("time", format!("about {} with {} at once", duration(wall), counted(at_once as u64, "run"))));
    rows.push(("memory", format!("about {}", bytes((largest * at_once as f64) as u64))));
    rows.push(("results", out.display().to_string()));
    let mut text = format!("{} ({})\n", sweep.file.name, sweep.file.path.display()) + &block(&rows) + "\n";
    let mut header = vec!["run", "seed"];
    header.extend(plan.columns());
    let line = |n: &u64| {
        let run = plan.run(*n);
        let mut line = vec![run.number.to_string(), run.seed.to_string()];
        line.extend(run.values.iter().map(sweep::value_text));
        line
    };
    let lines: Vec<Vec<String>> = numbers.iter().take(SHOWN as usize).map(line).collect();
    text += &table(&header, &lines);
    if let Some(more) = (numbers.len() as u64).checked_sub(SHOWN).filter(|more| *more > 0) {
        text += &format!("  and {}\n", counted(more, "more run"));
    }
    text
}

/// The values of a parameter in short.
fn values(values: &Values) -> String {
    let short = |x: f64| sweep::shortest(x);
    match values {
        Values::List(list) => {
            let mut texts: Vec<String> = list.iter().take(8).map(sweep::value_text).collect();
            if list.len() > 8 {
                texts.push("...".into());
            }
            texts.join(", ")
        }
        Values::Range { span, .. } => {
            let scale = if span.log { ", logarithmic" } else { "" };
            format!("{} to {}{scale}", short(span.from), short(span.to))
        }
        Values::Samples { span, drawn } => {
            let scale = if span.log { ", logarithmic" } else { "" };
            let how = match drawn {
                sweep::Drawn::Random { .. } => "random",
                sweep::Drawn::Sobol { .. } => "Sobol",
            };
            format!("{} to {}{scale}, {how}", short(span.from), short(span.to))
        }
    }
}

/// Between two looks of a person at the bar.
const DRAW_EVERY: Duration = Duration::from_millis(100);

/// Draws the bar, and knows whether all is to stop.
struct Watcher<'a> {
    interrupt: &'a Interrupt,
    bar: Option<ProgressBar>,
    told: Mutex<Option<Instant>>,
}

impl Watcher<'_> {
    fn new<'a>(terminal: &Terminal, interrupt: &'a Interrupt) -> Watcher<'a> {
        let bar = (!terminal.quiet() && terminal.can_draw()).then(|| {
            let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("  [{bar:20}] {wide_msg}") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        });
        Watcher { interrupt, bar, told: Mutex::new(None) }
    }

    /// Takes the bar away.
    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Watcher<'_> {
    fn asked(&self) -> bool {
        self.interrupt.asked()
    }

    fn cut(&self) -> &Arc<AtomicBool> {
        self.interrupt.cut()
    }

    fn progress(&self, progress: &Progress) {
        let Some(bar) = &self.bar else { return };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_some_and(|told| told.elapsed() < DRAW_EVERY) {
            return;
        }
        *told = Some(Instant::now());
        bar.set_length(progress.of);
        bar.set_position(progress.done);
        bar.set_message(line(progress));
    }
}

/// `37 of 200 runs, 2 failed, 1 min 05 s left`.
fn line(progress: &Progress) -> String {
    let mut text = format!("{} of {}", count(progress.done), counted(progress.of, "run"));
    if progress.failed > 0 {
        text += &format!(", {} failed", count(progress.failed));
    }
    if let Some(left) = progress.left {
        text += &format!(", {} left", time_left(left));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_many_and_how_long_still() {
        let mut progress = Progress { done: 37, of: 200, failed: 2, left: Some(65.0), row: None };
        assert_eq!(line(&progress), "37 of 200 runs, 2 failed, 1 min 05 s left");
        progress = Progress { done: 1, of: 1, failed: 0, left: None, ..progress };
        assert_eq!(line(&progress), "1 of 1 run");
    }
}
