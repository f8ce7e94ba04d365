//! One group of a thread's cells, mostly all of them, and all that is needed to take them a step further.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

mod events;

use self::events::Handler;
use super::clock::Clock;
use super::connections::{Store, Target};
use super::coupling::{Board, Couplings, Moment};
use super::detectors::Detectors;
use super::diffusion::Diffusions;
use super::error::{Culprit, Order, Part, RunError};
use super::fault;
use super::groups;
use super::layout::{self, Layout, LocalPopulation, NONE};
use super::links::Links;
use super::membrane::Membrane;
use super::queue::Queue;
use super::report::Probes;
use super::routes::Routes;
use super::sets::{self, Kernel, Set};
use super::sink::Spike;
use super::split::EndBoard;
use crate::ir::{self, Stage};
use crate::kernel::{Endless, Environment, Event, EventEffect, Failed, Halt, Level, TableValues};
use crate::network::{Body, Model, Population};
use crate::partition::{Grouping, Plan};

/// A spike's event is due this much later than the step at whose end the crossing was seen, as in NEURON: it settles
/// what comes first when an event falls exactly between two steps.
const DETECTION_DELAY: f64 = 1e-10;

/// A group of the cells of one thread. Alone on its cache lines: neighbours would slow each other down.
#[derive(Debug)]
#[repr(align(128))]
pub struct Local {
    model: Arc<Model>,
    clock: Clock,
    celsius: f64,
    level: Level,
    /// Where the cells are.
    pub populations: Vec<LocalPopulation>,
    /// Their membrane.
    pub membrane: Membrane,
    /// Their mechanisms, in the model's order.
    pub sets: Vec<Set>,
    /// The sets with BEFORE or AFTER blocks.
    phased: Vec<usize>,
    links: Links,
    couplings: Couplings,
    diffusions: Diffusions,
    detectors: Detectors,
    store: Store,
    queue: Queue,
    probes: Probes,
    /// What the thread has to tell the others and the sink, since it was last taken.
    pub outbox: Outbox,
    effects: Vec<EventEffect>,
    no_weights: Vec<f64>,
    /// Conditions of WATCH that instances wait for.
    armed: usize,
    /// The step whose events are being delivered, and until when they are due, ms.
    delivering: (u64, f64),
    /// Set from outside when the run is to end in the middle of an epoch.
    cut: Arc<AtomicBool>,
    /// What is being computed: the step, 0 before the first and else one more than its number, and what of it.
    now: (u64, Part),
    /// Nothing more is computed: a loop or its own events hold an instance, or the run is cut short.
    halted: bool,
}

/// Results of an epoch.
#[derive(Debug, Default)]
pub struct Outbox {
    /// Spikes with the time of their events (a detector's is [`DETECTION_DELAY`] after its step).
    pub spikes: Vec<Fired>,
    /// New rows of each report, this thread's part of each row.
    pub samples: Vec<Vec<f64>>,
    /// The first thing that went wrong.
    pub error: Option<RunError>,
}

/// One spike with the time that its events count from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fired {
    /// As recorded.
    pub spike: Spike,
    /// As seen by those who receive it, ms.
    pub event_time: f64,
}

impl Local {
    /// Builds the cells that `plan` gives to `thread`, group by group; what they read of cells elsewhere comes over `board`. They still
    /// have to be initialised and started.
    pub fn groups(
        model: &Arc<Model>,
        plan: &Plan,
        board: &Board,
        thread: usize,
        grouping: Grouping,
        level: Level,
    ) -> Vec<Local> {
        let shares = groups::shares(model, plan, thread, grouping);
        let routes = Routes::new(model, &shares);
        let layouts = shares.iter().map(|share| layout::lay_out(model, plan, thread, share));
        let build = |(group, layout)| Local::new(model, plan, board, layout, (&routes, group), level);
        layouts.enumerate().map(build).collect()
    }

    fn new(
        model: &Arc<Model>,
        plan: &Plan,
        board: &Board,
        layout: Layout,
        routes: (&Routes, usize),
        level: Level,
    ) -> Local {
        let clock = Clock::new(model.simulation.dt);
        let mut membrane = Membrane::new(model, plan, &layout);
        membrane.initialise(model.simulation.v_init, level);
        let mut populations = layout.populations;
        let sets = sets::build(model, &mut populations, &membrane.nodes, &membrane.places);
        let mut detectors = Detectors::default();
        for (population, local) in model.populations.iter().zip(&populations) {
            let Body::Cells(body) = &population.body else { continue };
            let Some(detector) = body.detector else { continue };
            for (position, cell) in local.cells.iter().enumerate() {
                if let Some(node) = local.node(position, detector.node) {
                    detectors.push(node, detector.threshold, (population.first_id + u64::from(*cell)) as u32);
                }
            }
        }
        let (store, longest) = Store::build(model, &populations, &sets, routes, clock);
        let probes = Probes::new(model, &populations, &sets, &membrane);
        let links = Links::new(model, &populations, &sets, &membrane);
        let couplings = Couplings::new(model, board, &populations, &sets, &membrane);
        let diffusions = Diffusions::new(model, &populations, &sets);
        Local {
            model: model.clone(),
            clock,
            celsius: model.simulation.celsius,
            level,
            populations,
            membrane,
            phased: (0..sets.len()).filter(|set| !sets[*set].mechanism.phases.is_empty()).collect(),
            sets,
            links,
            couplings,
            diffusions,
            detectors,
            store,
            queue: Queue::new(longest),
            outbox: Outbox { samples: vec![Vec::new(); model.reports.len()], ..Outbox::default() },
            probes,
            effects: Vec::new(),
            no_weights: Vec::new(),
            armed: 0,
            delivering: (0, 0.0),
            cut: Arc::default(),
            now: (0, Part::Tables),
            halted: false,
        }
    }

    /// Lets `cut` end the run in the middle of an epoch.
    pub fn cut_by(&mut self, cut: &Arc<AtomicBool>) {
        self.cut = Arc::clone(cut);
    }

    /// Whether nothing more is computed, so that the run has to end where it is. The outbox says why, unless it was cut short.
    pub fn is_halted(&self) -> bool {
        self.halted
    }

    /// Halts if the run is cut short; whether it is halted.
    fn halts(&mut self) -> bool {
        self.halted |= self.cut.load(Ordering::Relaxed);
        self.halted
    }

    /// Halts if the run is cut short; whether the part at hand is broken off. Where instances failed it is carried out to its end, so that
    /// the first of them is told, on whatever thread it is.
    fn breaks_off(&mut self) -> bool {
        self.halts()
            && !matches!(self.outbox.error, Some(RunError::Failed { .. }) if !self.cut.load(Ordering::Relaxed))
    }

    /// Number of connections that end here, and the memory they take, bytes.
    pub fn connections(&self) -> (usize, usize) {
        (self.store.count(), self.store.bytes())
    }

    /// For each report, where this thread's part of a row goes in the whole row.
    pub fn report_places(&self) -> &[Vec<u32>] {
        self.probes.places()
    }

    fn environment(&self, time: f64) -> Environment {
        Environment { time, time_step: self.clock.dt(), celsius: self.celsius }
    }

    /// Everything as it is at t = 0, in NEURON's order: after voltage and ions the mechanisms in the model's order, connections,
    /// then the parameters that let cells rest.
    pub fn initialise(&mut self) {
        let model = self.model.clone();
        let environment = self.environment(0.0);
        self.now = (0, Part::Tables);
        for set in 0..self.sets.len() {
            let start = self.sets[set].globals.clone();
            self.build_tables(set, &start, &environment);
        }
        self.run_phase(Stage::BeforeInitial, &environment);
        self.now = (0, Part::Initial);
        for set in 0..self.sets.len() {
            let start = self.sets[set].globals.clone();
            self.build_tables(set, &start, &environment);
            self.run_initial(set, &environment);
            self.build_tables(set, &start, &environment);
            self.run_all(set, &environment, Kernel::Prepare);
        }
        self.now = (0, Part::Connections);
        self.initialise_connections(&environment);
        if self.run_phase(Stage::AfterInitial, &environment) {
            self.prepare_all(&environment);
        }
        self.now = (0, Part::Rest);
        self.rest(&model, &environment);
        self.sets.iter_mut().for_each(|set| set.instances.columns.find_alike());
    }

    /// The currents, spikes and samples of t = 0.
    pub fn start(&mut self) {
        let environment = self.environment(0.0);
        // What INITIAL sends without delay comes before anything is computed, as in NEURON.
        self.now = (0, Part::Events);
        self.deliver_until(0, 0.0);
        // As in NEURON, currents are computed once at t = 0, so that they can be recorded there.
        self.run_phase(Stage::BeforeBreakpoint, &environment);
        self.membrane.begin_currents(self.level);
        self.now.1 = Part::Currents;
        for set in 0..self.sets.len() {
            self.run_all(set, &environment, Kernel::Current);
        }
        self.run_phase(Stage::BeforeStep, &environment);
        // A cell that begins above its threshold fires at once, as in NEURON.
        self.detect(0.0);
        if self.outbox.error.is_none() {
            self.probes.sample(0, &self.sets, &self.membrane, &mut self.outbox.samples);
        }
    }

    /// Makes the tables from the shared variables as they are; what passes from row to row begins as it was at the `start`.
    fn build_tables(&mut self, set: usize, start: &[f64], environment: &Environment) {
        let Set { mechanism, globals, tables, .. } = &mut self.sets[set];
        let mut old = std::mem::take(tables).into_iter();
        for table in &mechanism.module.tables {
            if let Some(made) = old.next().filter(|_| table.once) {
                tables.push(made);
                continue;
            }
            let mut globals = globals.clone();
            for effect in &table.body.effects {
                if let ir::Effect::WriteGlobal(id, _) = effect {
                    globals[id.0 as usize] = start[id.0 as usize];
                }
            }
            tables.push(TableValues::build(table, self.level, environment, &globals, tables));
        }
        if let Some(halt) = tables.iter().find_map(TableValues::halt).cloned() {
            self.halt(set, halt, environment.time);
        }
    }

    /// INITIAL: instance by instance where it sends events or draws random numbers, else all at once.
    fn run_initial(&mut self, set: usize, environment: &Environment) {
        let Some(program) = &self.sets[set].mechanism.initial else { return };
        if program.has_event_effects() || program.draws_random() {
            if self.halts() {
                return;
            }
            for instance in 0..self.sets[set].instances.columns.count() {
                if self.breaks_off() {
                    return;
                }
                let target = Target { set: set as u32, instance: instance as u32 };
                self.handle(Handler::Initial, target, environment, 0.0, NONE);
            }
        } else {
            self.run_all(set, environment, Kernel::Initial);
        }
    }

    fn run_all(&mut self, set: usize, environment: &Environment, kernel: Kernel) {
        if kernel.of(&self.sets[set].mechanism).is_none() || self.halts() {
            return;
        }
        self.refresh(set, environment);
        if !self.links.in_turn(set) {
            return self.run_kernel(kernel, set, None, environment);
        }
        for instance in 0..self.sets[set].instances.columns.count() {
            if self.breaks_off() {
                return;
            }
            self.run_kernel(kernel, set, Some(instance), environment);
        }
    }

    /// Computes the hidden columns of a set anew if somebody changed what they follow from.
    fn refresh(&mut self, set: usize, environment: &Environment) {
        if std::mem::take(&mut self.sets[set].stale) {
            self.run_kernel(Kernel::Prepare, set, None, environment);
        }
    }

    /// Runs a kernel without events, if there is one, for all instances or one, with their pointers.
    fn run_kernel(&mut self, kernel: Kernel, set: usize, one: Option<usize>, environment: &Environment) {
        self.links.follow(set, one, &mut self.sets, &self.membrane);
        let halt = match one {
            None => {
                let Set { mechanism, instances, globals, tables, kept, .. } = &mut self.sets[set];
                let Some(program) = kernel.of(mechanism) else { return };
                let Membrane { nodes, ions, .. } = &mut self.membrane;
                let kept = kept.of(kernel);
                program.run_again(kept, self.level, environment, globals, tables, instances, nodes, ions)
            }
            Some(instance) => self.run_alone(kernel, set, instance, environment),
        };
        if let Some(halt) = halt {
            let halt = match (halt, one) {
                (Halt::Endless(found), None) => self.first_endless(kernel, set, found, environment),
                (halt, _) => halt,
            };
            self.halt(set, halt, environment.time);
        }
        self.links.bring_back(set, one, &mut self.sets, &mut self.membrane);
    }

    /// Runs a kernel without events for one instance.
    fn run_alone(
        &mut self,
        kernel: Kernel,
        set: usize,
        instance: usize,
        environment: &Environment,
    ) -> Option<Halt> {
        let Set { mechanism, instances, globals, tables, .. } = &mut self.sets[set];
        let program = kernel.of(mechanism)?;
        let Membrane { nodes, ions, .. } = &mut self.membrane;
        self.effects.clear();
        let mut event = Event::new(&mut [], 0.0, &mut self.effects);
        program.run_one(
            self.level,
            environment,
            globals,
            tables,
            instance,
            instances,
            nodes,
            ions,
            &mut event,
        )
    }

    /// Of the instances whose loops do not end at this time, when `found` is the first as they lie: the first in the order of cells and
    /// their nodes, however they lie. Those behind `found` have not been run, or what they computed has not been stored.
    fn first_endless(
        &mut self,
        kernel: Kernel,
        set: usize,
        found: Endless,
        environment: &Environment,
    ) -> Halt {
        let behind = found.instance + 1..self.sets[set].instances.columns.count();
        let order = self.order_of(set, found.instance);
        let mut earlier: Vec<(Order, usize)> = Vec::new();
        if !self.sets[set].mechanism.is_serial() {
            earlier.extend(behind.map(|i| (self.order_of(set, i), i)).filter(|(other, _)| *other < order));
            earlier.sort_unstable();
        }
        let is_endless = |halt: &Halt| matches!(halt, Halt::Endless(_));
        let mut halts = earlier.into_iter().map(|(_, i)| self.run_alone(kernel, set, i, environment));
        halts.find_map(|halt| halt.filter(is_endless)).unwrap_or(Halt::Endless(found))
    }

    /// Chooses the parameters that make membrane currents cancel: the sum of the density mechanisms' currents is
    /// affine in the parameter p, so two evaluations, at p = 0 and p = 1, give the p where it is zero.
    fn rest(&mut self, model: &Model, environment: &Environment) {
        let mut places = Vec::new();
        for (population, local) in model.populations.iter().zip(&self.populations) {
            let Body::Cells(body) = &population.body else { continue };
            for rest in &body.rests {
                let density = &body.densities[rest.density];
                let Some(set) = self.sets.iter().position(|s| s.index == density.mechanism) else { continue };
                for instance in local.density[rest.density].iter().filter(|instance| **instance != NONE) {
                    let node = self.sets[set].instances.nodes.get(*instance as usize);
                    places.push((set, rest.column as usize, *instance as usize, node));
                }
            }
        }
        if places.is_empty() {
            return;
        }
        // Trying out must not leave traces in what mechanisms share.
        let shared: Vec<Vec<f64>> = self.sets.iter().map(|set| set.globals.clone()).collect();
        let mut currents = |value: f64| -> Vec<f64> {
            for (set, column, instance, _) in &places {
                self.sets[*set].instances.columns.set(*column, *instance, value);
            }
            self.prepare_all(environment);
            self.run_phase(Stage::BeforeBreakpoint, environment);
            self.membrane.begin_currents(self.level);
            for set in 0..self.sets.len() {
                if self.sets[set].mechanism.module.kind == ir::Kind::Density {
                    self.run_all(set, environment, Kernel::Current);
                }
            }
            places.iter().map(|p| self.membrane.nodes.right_hand_side[p.3]).collect()
        };
        let (at_zero, at_one) = (currents(0.0), currents(1.0));
        for (k, (set, column, instance, _)) in places.iter().enumerate() {
            let value = at_zero[k] / (at_zero[k] - at_one[k]);
            if !value.is_finite() {
                let (population, cell, place) = self.place_of(places[k].3 as u32);
                let mechanism = self.sets[*set].mechanism.module.name.clone();
                self.outbox.error.get_or_insert(RunError::NoRest { mechanism, population, cell, place });
            }
            self.sets[*set].instances.columns.set(*column, *instance, value);
        }
        for (set, shared) in self.sets.iter_mut().zip(shared) {
            set.instances.columns.pad();
            set.globals = shared;
        }
        self.prepare_all(environment);
    }

    /// Runs the blocks of a phase, of all mechanisms; gives whether there are any.
    fn run_phase(&mut self, stage: Stage, environment: &Environment) -> bool {
        self.now.1 = match stage {
            Stage::BeforeInitial => Part::BeforeInitial,
            Stage::AfterInitial => Part::AfterInitial,
            // Also while a parameter is chosen so that cells rest.
            Stage::BeforeBreakpoint if self.now.1 != Part::Rest => Part::BeforeBreakpoint,
            Stage::AfterSolve => Part::AfterSolve,
            Stage::BeforeStep => Part::BeforeStep,
            _ => self.now.1,
        };
        let mut found = false;
        for k in 0..self.phased.len() {
            let set = self.phased[k];
            if self.sets[set].mechanism.phase(stage).is_some() {
                self.run_all(set, environment, Kernel::Phase(stage));
                found = true;
            }
        }
        found
    }

    fn prepare_all(&mut self, environment: &Environment) {
        for set in 0..self.sets.len() {
            self.run_all(set, environment, Kernel::Prepare);
        }
    }

    /// Tells the board what cells of other threads read here at this moment of step `step`.
    pub fn post(&mut self, moment: Moment, step: u64, board: &Board) {
        self.couplings.post(moment, step, board, &self.sets, &self.membrane);
    }

    /// Gets what these cells read of others at this moment of step `step`.
    pub fn take(&mut self, moment: Moment, step: u64, board: &Board) {
        self.couplings.take(moment, step, board, &mut self.sets, &self.membrane);
    }

    /// Currents and equations of step `step`, whose events have been delivered; what remains of pieces goes to `ends`.
    pub fn solve(&mut self, step: u64, ends: &EndBoard) {
        let environment = self.environment(self.clock.time(step) + 0.5 * self.clock.dt());
        self.now = (step + 1, Part::BeforeBreakpoint);
        self.run_phase(Stage::BeforeBreakpoint, &environment);
        self.membrane.begin_currents(self.level);
        self.now = (step + 1, Part::Currents);
        for set in 0..self.sets.len() {
            self.run_all(set, &environment, Kernel::Current);
        }
        self.membrane.solve(step, ends);
    }

    /// Takes the voltages from the beginning of step `step` to its end, when all threads have solved.
    pub fn advance_voltages(&mut self, step: u64, ends: &EndBoard) {
        self.membrane.advance_voltage(step, ends);
    }

    /// Takes the states from the beginning of step `step` to its end, with the voltages at its end; samples and detects.
    pub fn advance_states(&mut self, step: u64) {
        let end = self.clock.time(step + 1);
        let environment = self.environment(end);
        self.now = (step + 1, Part::States);
        for set in 0..self.sets.len() {
            self.run_all(set, &environment, Kernel::State);
        }
        self.diffusions.step(self.clock.dt(), &mut self.sets, &mut self.membrane);
        self.run_phase(Stage::AfterSolve, &environment);
        self.run_phase(Stage::BeforeStep, &environment);
        self.probes.sample(step + 1, &self.sets, &self.membrane, &mut self.outbox.samples);
        self.detect(end);
    }

    fn detect(&mut self, time: f64) {
        let spikes = &mut self.outbox.spikes;
        self.detectors.look(&self.membrane.nodes.voltage, |id| {
            let spike = Spike { time, id: u64::from(id) };
            spikes.push(Fired { spike, event_time: time + DETECTION_DELAY });
        });
    }

    /// A loop does not end, or instances failed: nothing more is computed after the part at hand.
    fn halt(&mut self, set: usize, halt: Halt, time: f64) {
        self.halted = true;
        match halt {
            Halt::Endless(Endless { site, instance, rounds }) => {
                let culprit = self.culprit(set, instance);
                let written = self.sets[set].mechanism.written_at(site);
                self.outbox.error.get_or_insert(RunError::EndlessLoop { culprit, written, rounds, time });
            }
            Halt::Failed(failed) => {
                let first = failed.iter().min_by_key(|failed| self.order_of(set, failed.instance));
                let Some(&Failed { fault, instance, values }) = first else { return };
                let order = self.order_of(set, instance);
                let earlier = |error: &RunError| error.order() <= (time, order);
                if self.outbox.error.as_ref().is_some_and(earlier) {
                    return;
                }
                let culprit = self.culprit(set, instance);
                let mechanism = &self.sets[set].mechanism;
                let Some(met) = mechanism.module.faults.get(fault.0 as usize) else { return };
                let (what, help) = fault::told(&met.kind, values);
                let (written, span) = (mechanism.fault_at(fault), Some(met.span));
                self.outbox.error = Some(RunError::Failed { culprit, what, help, written, span, time });
            }
        }
    }

    /// Where an instance of a set comes among all that may go wrong at one time.
    fn order_of(&self, set: usize, instance: usize) -> Order {
        let Set { mechanism, index, instances, ids, .. } = &self.sets[set];
        let is_artificial = mechanism.module.kind == ir::Kind::ArtificialCell;
        let (cell, node) = match ids.get(instance).filter(|_| is_artificial) {
            Some(id) => (u64::from(*id), 0),
            None => self.cell_of(instances.nodes.get(instance) as u32),
        };
        let (step, part) = self.now;
        Order { step, part, mechanism: *index, cell, node }
    }

    /// What to say of an instance of a set.
    fn culprit(&self, set: usize, instance: usize) -> Box<Culprit> {
        let Set { mechanism, instances, ids, .. } = &self.sets[set];
        let name = mechanism.module.name.clone();
        let is_artificial = mechanism.module.kind == ir::Kind::ArtificialCell;
        let (population, cell, place) = match ids.get(instance).filter(|_| is_artificial) {
            None => {
                let (population, cell, place) = self.place_of(instances.nodes.get(instance) as u32);
                (population, cell, Some(place))
            }
            Some(id) => {
                let id = u64::from(*id);
                let of = |p: &&Population| (p.first_id..p.first_id + u64::from(p.count)).contains(&id);
                let (name, first) = self
                    .model
                    .populations
                    .iter()
                    .find(of)
                    .map_or((String::new(), 0), |p| (p.name.clone(), p.first_id));
                (name, (id - first) as u32, None)
            }
        };
        let order = self.order_of(set, instance);
        Box::new(Culprit { mechanism: name, population, cell, place, order })
    }

    /// What to say if a voltage is not a finite number at `time` (ms).
    pub fn not_finite(&self, time: f64) -> Option<RunError> {
        let voltage = &self.membrane.nodes.voltage;
        let lost = (0..voltage.len() as u32).filter(|node| !voltage[*node as usize].is_finite());
        // The first in the order of cells, however they lie.
        let (population, cell, place) = self.place_of(lost.min_by_key(|node| self.cell_of(*node))?);
        Some(RunError::NotFinite { population, cell, place, time })
    }

    /// Global id of the cell that a compartment of this thread belongs to, and its number there.
    fn cell_of(&self, node: u32) -> (u64, u32) {
        let mut all = self.model.populations.iter().zip(&self.populations);
        let owner = all.find_map(|(population, local)| match &population.body {
            Body::Cells(_) => local
                .owner(node)
                .map(|(position, node)| (population.first_id + u64::from(local.cells[position]), node)),
            Body::Artificial(_) => None,
        });
        owner.unwrap_or_default()
    }

    /// Population, cell and location of a compartment of this thread.
    fn place_of(&self, node: u32) -> (String, u32, String) {
        for (population, local) in self.model.populations.iter().zip(&self.populations) {
            if let Body::Cells(body) = &population.body
                && let Some((position, node)) = local.owner(node)
            {
                let section = body.compartments.section[node as usize] as usize;
                let place = format!("{}({})", body.sections[section], body.compartments.x[node as usize]);
                return (population.name.clone(), local.cells[position], place);
            }
        }
        (String::new(), 0, String::new())
    }
}
