//! A network that runs: threads, epochs and the border to the outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::barrier::{Barrier, PoisonOnPanic, Poisoned};
use super::clock::Clock;
use super::coupling::{Board, Moment};
use super::error::{BuildError, RunError, panic_text};
use super::exchange::{Collector, Exchange};
use super::local::{Fired, Local};
use super::sink::Sink;
use super::split::EndBoard;
use crate::kernel::Level;
use crate::morphology::Compartments;
use crate::network::{Body, Model, PerConnection};
use crate::partition::{Grouping, Plan};

/// A network in the middle of a run.
#[derive(Debug)]
pub struct Simulation {
    model: Arc<Model>,
    plan: Plan,
    clock: Clock,
    epoch_steps: u64,
    min_delay: Option<f64>,
    /// Steps taken.
    step: u64,
    /// The groups of each thread.
    threads: Vec<Vec<Local>>,
    board: Board,
    ends: EndBoard,
    collector: Collector,
    /// Whether a run has ended in the middle of an epoch: then nothing can go on from there.
    is_cut: bool,
}

/// Figures of a built network.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// Cells, artificial ones included.
    pub cells: u64,
    /// Compartments: segments of all cells, without the nodes at the ends of sections, which have no membrane.
    pub compartments: u64,
    /// Connections.
    pub connections: u64,
    /// Memory of the connection stores, bytes.
    pub connection_bytes: u64,
    /// Smallest delay, ms; none without connections.
    pub min_delay: Option<f64>,
    /// Steps in an epoch.
    pub epoch_steps: u64,
    /// Steps taken so far.
    pub steps: u64,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// All results up to this time have been handed over, ms.
    pub time: f64,
    /// Where the run is to end, ms.
    pub until: f64,
}

/// What to do after an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// End the run in good order after the next epoch.
    Stop,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It reached its end.
    Complete,
    /// It was told to stop.
    Stopped,
    /// It was cut short in the middle of an epoch ([`Simulation::cut_by`]). Results are those up to the last whole epoch, and the
    /// simulation cannot go on.
    CutShort,
}

/// How often the threads exchange spikes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// Smallest delay, ms; none without connections.
    pub min_delay: Option<f64>,
    /// Steps in an epoch.
    pub steps: u64,
}

impl Epoch {
    /// That of a run of `model`.
    ///
    /// # Errors
    /// A delay is shorter than a step.
    pub fn of(model: &Model) -> Result<Epoch, BuildError> {
        let clock = Clock::new(model.simulation.dt);
        let min_delay = shortest_delay(model, clock)?;
        let steps = min_delay.map_or(LONGEST_EPOCH, |d| clock.whole_steps(d)).clamp(1, LONGEST_EPOCH);
        Ok(Epoch { min_delay, steps })
    }
}

/// Longest epoch, in steps: between epochs a run can be stopped and hands its results over.
const LONGEST_EPOCH: u64 = 400;

impl Simulation {
    /// Builds the cells of `model`, each thread its own, as `plan` deals them out, and initialises them.
    pub fn new(model: Arc<Model>, plan: Plan) -> Result<Simulation, BuildError> {
        Simulation::on_level(model, plan, Level::detect())
    }

    /// The same with chosen vector instructions, or the best below them that the machine has: for tests, which
    /// compare levels.
    ///
    /// # Errors
    /// As [`Simulation::new`].
    pub fn on_level(model: Arc<Model>, plan: Plan, level: Level) -> Result<Simulation, BuildError> {
        Simulation::grouped(model, plan, level, Grouping::default())
    }

    /// The same with groups of a chosen size: for tests and measurements.
    ///
    /// # Errors
    /// As [`Simulation::new`].
    pub fn grouped(
        model: Arc<Model>,
        plan: Plan,
        level: Level,
        grouping: Grouping,
    ) -> Result<Simulation, BuildError> {
        let clock = Clock::new(model.simulation.dt);
        let Epoch { min_delay, steps: epoch_steps } = Epoch::of(&model)?;
        if nodes(&model, Compartments::len).max(model.cell_count()) >= u64::from(u32::MAX) {
            return Err(BuildError::TooLarge);
        }
        let board = Board::new(&model, &plan);
        let ends = EndBoard::new(&plan);
        let barrier = Barrier::new(plan.threads(), cores());
        let threads: Result<Vec<Vec<Local>>, BuildError> = std::thread::scope(|scope| {
            let (model, plan, board, barrier) = (&model, &plan, &board, &barrier);
            let build = move |thread| {
                let _guard = PoisonOnPanic(barrier);
                let mut groups = Local::groups(model, plan, board, thread, grouping, level);
                for local in &mut groups {
                    // Who is poisoned here is dropped: another thread has panicked, and says so.
                    let _ = cross(Moment::Voltages, 0, local, board, barrier)
                        .and_then(|()| cross(Moment::Others, 0, local, board, barrier))
                        .map(|()| local.initialise())
                        .and_then(|()| cross(Moment::Others, 1, local, board, barrier))
                        .map(|()| local.start());
                }
                groups
            };
            let builders: Vec<_> =
                (0..plan.threads()).map(|thread| scope.spawn(move || build(thread))).collect();
            let joined =
                builders.into_iter().map(|b| b.join().map_err(|p| BuildError::Panicked(panic_text(p))));
            joined.collect()
        });
        let mut threads = threads?;
        let errors = threads.iter_mut().flatten().filter_map(|l| l.outbox.error.take());
        if let Some(error) = first_error(errors) {
            return Err(BuildError::Initial(error));
        }
        let places = threads.iter().flatten().map(|l| l.report_places().to_vec()).collect();
        let collector = Collector::new(&model, places);
        Ok(Simulation {
            model,
            plan,
            clock,
            epoch_steps,
            min_delay,
            step: 0,
            threads,
            board,
            ends,
            collector,
            is_cut: false,
        })
    }

    /// Lets `cut`, once it is true, end a run within a moment, also in the middle of an epoch that takes long or never ends.
    pub fn cut_by(&mut self, cut: &Arc<AtomicBool>) {
        self.threads.iter_mut().flatten().for_each(|local| local.cut_by(cut));
    }

    /// The network.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Which thread has which cell.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Where the simulation stands, ms.
    pub fn time(&self) -> f64 {
        self.clock.time(self.step)
    }

    /// Figures of the built network.
    pub fn statistics(&self) -> Statistics {
        let stores: Vec<(usize, usize)> = self.threads.iter().flatten().map(Local::connections).collect();
        Statistics {
            cells: self.model.cell_count(),
            compartments: nodes(&self.model, |c| c.is_segment.iter().filter(|is| **is).count()),
            connections: stores.iter().map(|s| s.0 as u64).sum(),
            connection_bytes: stores.iter().map(|s| s.1 as u64).sum(),
            min_delay: self.min_delay,
            epoch_steps: self.epoch_steps,
            steps: self.step,
        }
    }

    /// Runs on to `until` (ms, rounded to whole steps), handing results to `sink`. `control` is asked after every
    /// epoch. A run in several pieces gives the same results as one in one piece.
    pub fn run(
        &mut self,
        until: f64,
        sink: &mut dyn Sink,
        control: &mut dyn FnMut(Progress) -> Control,
    ) -> Result<Outcome, RunError> {
        if self.is_cut {
            return Ok(Outcome::CutShort);
        }
        let last_step = self.clock.steps(until);
        let threads = self.threads.len();
        let groups: Vec<usize> = self.threads.iter().map(Vec::len).collect();
        let shared = Shared {
            clock: self.clock,
            first_step: self.step,
            last_step,
            epoch_steps: self.epoch_steps,
            exchange: Exchange::new(groups.iter().sum()),
            barrier: Barrier::new(threads, cores()),
            board: &self.board,
            ends: &self.ends,
            last_epoch: AtomicU64::new(u64::MAX),
        };
        let mut conductor = Conductor {
            collector: &mut self.collector,
            sink,
            control,
            until: self.clock.time(last_step),
            error: None,
            stopped: false,
        };
        let (mine, others) = self.threads.split_at_mut(1);
        let reached = std::thread::scope(|scope| {
            let shared = &shared;
            let mut first_slot = groups[0];
            let mut workers = Vec::new();
            for (locals, count) in others.iter_mut().zip(&groups[1..]) {
                let slot = first_slot;
                workers.push(scope.spawn(move || work(shared, locals, slot, None)));
                first_slot += count;
            }
            let reached = work(shared, &mut mine[0], 0, Some(&mut conductor));
            for worker in workers {
                if let Err(payload) = worker.join() {
                    conductor.error.get_or_insert(RunError::Panicked(panic_text(payload)));
                }
            }
            reached
        });
        let Conductor { error, stopped, .. } = conductor;
        self.step = reached;
        if let Some(error) = error {
            return Err(error);
        }
        if self.threads.iter().flatten().any(Local::is_halted) {
            return self.break_off(sink);
        }
        self.finish(sink)?;
        if self.threads.iter().flatten().any(Local::is_halted) {
            return self.break_off(sink);
        }
        Ok(if stopped && reached < last_step { Outcome::Stopped } else { Outcome::Complete })
    }

    /// Ends a run in the middle of an epoch: hands over the spikes up to its beginning. Those of event-driven cells within the last half
    /// step before that are found in its first step, which a thread may not have begun.
    fn break_off(&mut self, sink: &mut dyn Sink) -> Result<Outcome, RunError> {
        self.is_cut = true;
        let time = self.time();
        for local in self.threads.iter_mut().flatten() {
            if local.outbox.error.is_none() {
                local.deliver_rest(self.step, time);
            }
            let fired = std::mem::take(&mut local.outbox.spikes);
            let earlier: Vec<Fired> = fired.into_iter().filter(|f| f.spike.time <= time).collect();
            self.collector.take(&earlier);
        }
        self.collector.hand_over(time, sink)?;
        match first_error(self.threads.iter_mut().flatten().filter_map(|local| local.outbox.error.take())) {
            Some(error) => Err(error),
            None => Ok(Outcome::CutShort),
        }
    }

    /// Delivers what is due by now, so that event-driven cells fire up to the very end, and hands over the last spikes.
    fn finish(&mut self, sink: &mut dyn Sink) -> Result<(), RunError> {
        let time = self.time();
        let mut fired = Vec::new();
        for local in self.threads.iter_mut().flatten() {
            local.deliver(self.step, time);
        }
        if self.threads.iter().flatten().any(Local::is_halted) {
            return Ok(());
        }
        for local in self.threads.iter_mut().flatten() {
            fired.append(&mut local.outbox.spikes);
        }
        if let Some(error) =
            first_error(self.threads.iter_mut().flatten().filter_map(|l| l.outbox.error.take()))
        {
            return Err(error);
        }
        for local in self.threads.iter_mut().flatten() {
            local.accept(&fired);
        }
        self.collector.take(&fired);
        self.collector.hand_over(time, sink)?;
        Ok(())
    }
}

/// What the threads of a run share.
struct Shared<'a> {
    clock: Clock,
    first_step: u64,
    last_step: u64,
    epoch_steps: u64,
    exchange: Exchange,
    barrier: Barrier,
    board: &'a Board,
    ends: &'a EndBoard,
    /// The epoch after which everybody stops. Set by the conductor before it arrives at that epoch's meeting, so that
    /// all see the same when they leave it.
    last_epoch: AtomicU64,
}

/// What only the calling thread does.
struct Conductor<'a> {
    collector: &'a mut Collector,
    sink: &'a mut dyn Sink,
    control: &'a mut dyn FnMut(Progress) -> Control,
    until: f64,
    error: Option<RunError>,
    stopped: bool,
}

/// Integrates one thread's cells epoch by epoch, in each epoch group by group; their results go to slots of the exchange from number `slot`
/// on. Returns the step that was reached.
fn work(shared: &Shared, groups: &mut [Local], slot: usize, mut conductor: Option<&mut Conductor>) -> u64 {
    let _guard = PoisonOnPanic(&shared.barrier);
    let mut step = shared.first_step;
    let mut epoch = 0;
    while step < shared.last_step {
        let end = (step + shared.epoch_steps).min(shared.last_step);
        let mut is_over = false;
        // Also when one has failed: another may fail earlier in time, which is what has to be told.
        for local in groups.iter_mut() {
            is_over |= (step..end).try_for_each(|s| take_step(shared, local, s)).is_err();
        }
        if is_over {
            // Nobody can go on without these cells, and all leave at their next meeting.
            shared.barrier.poison();
            break;
        }
        for (number, local) in groups.iter_mut().enumerate() {
            if local.outbox.error.is_none() {
                local.outbox.error = local.not_finite(shared.clock.time(end));
            }
            shared.exchange.publish(epoch, slot + number, &mut local.outbox);
        }
        if shared.barrier.wait().is_err() {
            break;
        }
        step = end;
        let fired: Vec<_> = shared.exchange.read(epoch).filter(|outbox| !outbox.spikes.is_empty()).collect();
        for local in groups.iter_mut() {
            fired.iter().for_each(|outbox| local.accept(&outbox.spikes));
        }
        drop(fired);
        let over = shared.last_epoch.load(Ordering::Acquire) == epoch;
        if let Some(conductor) = conductor.as_deref_mut()
            && conductor.collect(shared, epoch, shared.clock.time(end)) == Control::Stop
            && !over
        {
            shared.last_epoch.store(epoch + 1, Ordering::Release);
        }
        if over {
            break;
        }
        epoch += 1;
    }
    step
}

/// Takes a group of cells from the beginning of step `step` to its end.
fn take_step(shared: &Shared, local: &mut Local, step: u64) -> Result<(), Poisoned> {
    local.watch(step);
    local.deliver(step, f64::INFINITY);
    unless_halted(local)?;
    cross(Moment::Others, step, local, shared.board, &shared.barrier)?;
    local.solve(step, shared.ends);
    unless_halted(local)?;
    if shared.ends.is_used() {
        shared.barrier.wait()?;
    }
    local.advance_voltages(step, shared.ends);
    cross(Moment::Voltages, step, local, shared.board, &shared.barrier)?;
    local.advance_states(step);
    unless_halted(local)
}

fn unless_halted(local: &Local) -> Result<(), Poisoned> {
    if local.is_halted() { Err(Poisoned) } else { Ok(()) }
}

/// Lets values cross between cells; the threads meet only if some cross between them.
fn cross(
    moment: Moment,
    step: u64,
    local: &mut Local,
    board: &Board,
    barrier: &Barrier,
) -> Result<(), Poisoned> {
    if board.is_used(moment) {
        local.post(moment, step, board);
        barrier.wait()?;
    }
    local.take(moment, step, board);
    Ok(())
}

/// Of the errors of different threads the first in time.
fn first_error(errors: impl Iterator<Item = RunError>) -> Option<RunError> {
    let order = |a: &RunError, b: &RunError| {
        let ((a, one), (b, other)) = (a.order(), b.order());
        a.total_cmp(&b).then(one.cmp(&other))
    };
    errors.min_by(order)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

impl Conductor<'_> {
    /// Hands the results of an epoch that ended at `time` to the sink, and asks whether to go on.
    fn collect(&mut self, shared: &Shared, epoch: u64, time: f64) -> Control {
        if self.error.is_some() {
            return Control::Stop;
        }
        let outboxes: Vec<_> = shared.exchange.read(epoch).collect();
        let first_error = first_error(outboxes.iter().filter_map(|o| o.error.clone()));
        for outbox in &outboxes {
            self.collector.take(&outbox.spikes);
        }
        // Event-driven cells may still fire within half a step before the end of the epoch.
        let settled = time - 0.5 * shared.clock.dt();
        let handed = self
            .collector
            .samples(outboxes.iter().map(|o| &**o), self.sink)
            .and_then(|()| self.collector.hand_over(settled, self.sink));
        self.error = first_error.or(handed.err().map(RunError::Sink));
        if self.error.is_some() {
            return Control::Stop;
        }
        let asked = (self.control)(Progress { time, until: self.until });
        self.stopped |= asked == Control::Stop;
        if self.stopped { Control::Stop } else { Control::Continue }
    }
}

/// Nodes of all cells that count as `which` says.
fn nodes(model: &Model, which: impl Fn(&Compartments) -> usize) -> u64 {
    let of = |body: &Body| match body {
        Body::Cells(body) => which(&body.compartments) as u64,
        Body::Artificial(_) => 0,
    };
    model.populations.iter().map(|p| of(&p.body) * u64::from(p.count)).sum()
}

/// The shortest delay, refused under one time step.
fn shortest_delay(model: &Model, clock: Clock) -> Result<Option<f64>, BuildError> {
    let mut shortest: Option<f64> = None;
    for projection in model.projections.iter().filter(|projection| !projection.connections.is_empty()) {
        let delays = match &projection.connections.delay {
            PerConnection::Same(delay) => std::slice::from_ref(delay),
            PerConnection::Each(delays) => delays,
        };
        for delay in delays {
            if !delay.is_finite() || clock.whole_steps(*delay) == 0 {
                return Err(BuildError::ShortDelay {
                    projection: projection.name.clone(),
                    delay: *delay,
                    dt: clock.dt(),
                });
            }
            shortest = Some(shortest.map_or(*delay, |s| s.min(*delay)));
        }
    }
    Ok(shortest)
}
