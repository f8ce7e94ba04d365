//! Runs: on all cores, longest first, each of them a row whatever becomes of it.
//!
//! In: a sweep, its folder, and somebody who watches. Out: a row in the folder's journal for every run. A worker takes a run, loads the network with the run's parameters,
//! runs it with its spikes in memory, and measures. Whatever goes wrong in that, a panic too, is the run's own and ends as a row that says why; only what
//! concerns the folder (a full disk) ends the sweep.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::Error;
use super::check::Sweep;
use super::estimate::Estimates;
use super::folder::Place;
use super::journal::Row;
use super::plan::Run;
use super::results;
use super::schedule::{Schedule, Task};
use crate::analysis::Recording;
use crate::diagnostic::{Diagnostics, Severity};
use crate::engine::{
    BuildError, Clock, Control, Outcome, RunError, Simulation, Sink, SinkError, Spike, panic_text,
};
use crate::network::{Model, machine_memory};
use crate::partition::{Options, Plan};
use crate::record::Layout;
use crate::record::kept::write_spikes;

/// Part of the machine's memory that runs may fill together.
const MEMORY_SHARE: f64 = 0.75;

/// Threads must bring a run at least so much, by its plan, to be used.
const WORTH: f64 = 1.2;

/// How far a sweep is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress<'a> {
    /// Runs that are done, those of earlier processes included.
    pub done: u64,
    /// Runs in all.
    pub of: u64,
    /// Failed ones among those that are done.
    pub failed: u64,
    /// Wall time that is left, s, once there is something to tell it from.
    pub left: Option<f64>,
    /// The run that has just ended; none at the beginning.
    pub row: Option<&'a Row>,
}

/// Who watches a sweep, from any thread.
pub trait Watch: Sync {
    /// Whether the sweep is to stop.
    fn asked(&self) -> bool;

    /// Becomes true when runs are to end in the middle of an epoch.
    fn cut(&self) -> &Arc<AtomicBool>;

    /// A run has ended.
    fn progress(&self, progress: &Progress);
}

/// How a sweep ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// All runs are done and the tables written: these files.
    Complete(Vec<PathBuf>),
    /// It was stopped.
    Interrupted,
}

/// Does all runs that the folder lacks, and writes the tables.
///
/// # Errors
/// The folder cannot be written to. All that is done is in its journal.
pub fn run(
    sweep: &Sweep,
    place: &mut Place,
    estimates: &Estimates,
    jobs: usize,
    watch: &dyn Watch,
) -> Result<Ending, Error> {
    let tasks: Vec<_> = place.missing().into_iter().map(|n| (n, estimates.run(&sweep.plan, n))).collect();
    if !tasks.is_empty() {
        let work: f64 = tasks.iter().map(|(_, estimate)| estimate.seconds).sum();
        let workers = jobs.min(tasks.len());
        let memory = machine_memory().map_or(f64::INFINITY, |bytes| MEMORY_SHARE * bytes);
        let (done, of) = (place.rows().len() as u64, place.record().count());
        let failed = place.rows().iter().filter(|row| row.reason.is_some()).count() as u64;
        let left = Some(work / workers as f64);
        watch.progress(&Progress { done, of, failed, left, row: None });
        let crew = Crew {
            sweep,
            schedule: Schedule::new(tasks, jobs, memory),
            folder: place.path().to_owned(),
            watch,
            begun: Instant::now(),
            work,
            ledger: Mutex::new(Ledger { place, failed, worked: 0.0, error: None }),
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(workers).thread_name(|i| format!("run-{i}"));
        let pool = pool.build().map_err(|e| {
            Error::io(&crew.folder, "start threads for", &std::io::Error::other(e.to_string()))
        })?;
        pool.broadcast(|_| crew.work());
        let ledger = crew.ledger.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = ledger.error {
            return Err(error);
        }
    }
    if place.missing().is_empty() {
        return Ok(Ending::Complete(place.finish()?));
    }
    place.sync()?;
    Ok(Ending::Interrupted)
}

/// What the workers share.
struct Crew<'a, 'p> {
    sweep: &'a Sweep,
    schedule: Schedule,
    folder: PathBuf,
    watch: &'a dyn Watch,
    begun: Instant,
    /// Seconds that all runs are expected to take.
    work: f64,
    ledger: Mutex<Ledger<'p>>,
}

struct Ledger<'p> {
    place: &'p mut Place,
    failed: u64,
    /// Seconds that the runs that are done were expected to take.
    worked: f64,
    error: Option<Error>,
}

impl<'p> Crew<'_, 'p> {
    /// What one worker does until there is nothing left.
    fn work(&self) {
        while let Some(task) = self.schedule.take() {
            if self.watch.asked() {
                self.schedule.stop();
            } else if let Some((row, spikes)) = outcome(self.sweep, &task, self.watch)
                && let Err(error) = self.note(&task, row, spikes)
            {
                self.schedule.stop();
                self.ledger().error.get_or_insert(error);
            }
            self.schedule.give_back(&task);
        }
    }

    /// Writes down what became of a run.
    fn note(&self, task: &Task, row: Row, spikes: Option<Spikes>) -> Result<(), Error> {
        if let Some(spikes) = spikes.filter(|_| self.sweep.file.keep_spikes) {
            spikes.write(&results::kept_file(&self.folder, row.run))?;
        }
        let mut ledger = self.ledger();
        ledger.failed += u64::from(row.reason.is_some());
        ledger.worked += task.estimate.seconds;
        ledger.place.add(row.clone())?;
        let wall = self.begun.elapsed().as_secs_f64();
        let left = (ledger.worked > 0.0).then(|| (self.work - ledger.worked).max(0.0) * wall / ledger.worked);
        self.watch.progress(&Progress {
            done: ledger.place.rows().len() as u64,
            of: ledger.place.record().count(),
            failed: ledger.failed,
            left,
            row: Some(&row),
        });
        Ok(())
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger<'p>> {
        // What a panic could leave half done there is a row that is not yet counted.
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The spikes of a run with what they are of.
struct Spikes {
    layout: Layout,
    spikes: Vec<Spike>,
    until: f64,
}

impl Spikes {
    /// Writes them into a file of their own, which has its name only when it is whole.
    fn write(&self, path: &Path) -> Result<(), Error> {
        let part = results::temporary(path);
        write_spikes(&part, &self.layout.populations, &self.spikes, self.until)?;
        // The run's line must never outlive its spikes.
        results::sync(&part).map_err(|e| Error::io(&part, "write", &e))?;
        std::fs::rename(&part, path).map_err(|e| Error::io(&part, "rename", &e))
    }
}

/// A run from its parameters to its row; none if it was stopped.
fn outcome(sweep: &Sweep, task: &Task, watch: &dyn Watch) -> Option<(Row, Option<Spikes>)> {
    let run = sweep.plan.run(task.run);
    let begun = Instant::now();
    let result = caught(|| attempt(sweep, &run, task.threads, watch));
    let (reason, measures, spikes) = match result {
        Ok(None) => return None,
        Ok(Some((measures, spikes))) => (None, measures, Some(spikes)),
        Err(reason) => (Some(one_line(&reason)), vec![f64::NAN; sweep.file.measures.len()], None),
    };
    let wall_time = begun.elapsed().as_secs_f64();
    let row = Row { run: run.number, seed: run.seed, values: run.values, reason, measures, wall_time };
    Some((row, spikes))
}

/// Turns a panic into words.
fn caught<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    // What a panic leaves half done is thrown away with the run; the cache of files and mechanisms is whole at every moment.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(internal(&panic_text(payload))))
}

fn internal(what: &str) -> String {
    format!("internal error: {what}")
}

/// Measures and spikes of a run; none if it was stopped.
fn attempt(
    sweep: &Sweep,
    run: &Run,
    threads: usize,
    watch: &dyn Watch,
) -> Result<Option<(Vec<f64>, Spikes)>, String> {
    let loaded = sweep.load(&sweep.overrides(run)).map_err(|said| first(&said))?;
    let mut model = loaded.model;
    // Only spikes are wanted.
    model.reports.clear();
    let layout = Layout::of(&model, Clock::new(model.simulation.dt).steps(model.simulation.tstop));
    let populations: Vec<(String, u64)> =
        layout.populations.iter().map(|p| (p.name.clone(), p.count)).collect();
    for (_, measure) in &sweep.file.measures {
        measure.check(&populations, &loaded.lists).map_err(|said| said.message)?;
    }
    let (name, until) = (model.name.clone(), model.simulation.tstop);
    let plan = shared_out(&model, threads);
    let mut simulation = Simulation::new(Arc::new(model), plan).map_err(|error| match error {
        BuildError::Panicked(what) => internal(&what),
        error => error.to_string(),
    })?;
    simulation.cut_by(watch.cut());
    let mut sink = OnlySpikes::default();
    let mut control = |_| if watch.asked() { Control::Stop } else { Control::Continue };
    let outcome = simulation.run(until, &mut sink, &mut control).map_err(|error| match error {
        RunError::Panicked(what) => internal(&what),
        error => error.to_string(),
    })?;
    if outcome != Outcome::Complete {
        return Ok(None);
    }
    let until = simulation.time();
    let spikes = sink.0;
    let recording = Recording::of(&name, &layout.populations, &loaded.lists, &spikes, until);
    let measures = sweep.file.measures.iter().map(|(_, measure)| measure.of(&recording)).collect();
    Ok(Some((measures, Spikes { layout, spikes, until })))
}

/// The plan for so many threads, or for one if more would bring little.
fn shared_out(model: &Model, threads: usize) -> Plan {
    let plan = Plan::with(model, threads, &Options::whole_cells());
    if threads > 1 && plan.speed_up() < WORTH { Plan::with(model, 1, &Options::whole_cells()) } else { plan }
}

/// Takes spikes and nothing else.
#[derive(Default)]
struct OnlySpikes(Vec<Spike>);

impl Sink for OnlySpikes {
    fn spikes(&mut self, spikes: &[Spike]) -> Result<(), SinkError> {
        self.0.extend_from_slice(spikes);
        Ok(())
    }

    fn samples(&mut self, _report: usize, _rows: &[f64]) -> Result<(), SinkError> {
        Ok(())
    }

    fn advance(&mut self, _time: f64) -> Result<(), SinkError> {
        Ok(())
    }
}

/// The first error that was told.
fn first(said: &Diagnostics) -> String {
    let error = said.iter().find(|d| d.severity == Severity::Error);
    error.map_or_else(|| said.to_string(), |d| d.message.clone())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_reason() {
        assert_eq!(caught(|| Ok(1)), Ok(1));
        assert_eq!(caught::<()>(|| Err("no".into())), Err("no".into()));
        let panicked = caught::<()>(|| panic!("index {} out of bounds", 7));
        assert_eq!(panicked, Err("internal error: index 7 out of bounds".into()));
    }
}
