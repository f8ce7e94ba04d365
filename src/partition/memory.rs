//! What a network holds in memory, by the sizes of what a run keeps.
//!
//! In: a checked model. Out: bytes, by what they are for. Counted is what lives through a run: the model, and what the engine builds of
//! it (`engine::{membrane, sets, layout, connections, detectors}`, `solver`). Events on their way, results that wait to be written, and the texts and
//! programs of mechanisms are not: they do not grow with the network. Threads are taken to have equal parts of every population, and cells
//! to be whole. `tests/memory.rs` holds the sums to what is really allocated.

use std::sync::Arc;

use super::grouping::{Grouping, WorkingSet, are_independent};
use crate::ir::Kind;
use crate::network::{Body, CellBody, Model, Nernst, PerConnection, PointSet, Setting, Values};
use crate::random::Stream;
use crate::solver::interleaved::WORTHWHILE;

/// A number.
const VALUE: f64 = size_of::<f64>() as f64;
/// An index: of a compartment, a slot, a cell or an instance.
const INDEX: f64 = size_of::<u32>() as f64;
/// A list that grows as it is filled has room for one to two times what it holds; on average over all lengths 1/ln 2.
const GROWN: f64 = std::f64::consts::LOG2_E;
/// A node of a tree: voltage, right-hand side, diagonal, area, diameter.
const NODE: f64 = 5.0 * VALUE;
/// What cells that lie one by one keep besides: capacitance, and the axial part of the diagonal.
const ONE_BY_ONE: f64 = 2.0 * VALUE;
/// Their coupling to the parent: both factors, and both nodes.
const EDGE: f64 = GROWN * (2.0 * VALUE + 2.0 * INDEX);
/// What cells that lie side by side keep once a group for each node: number, parent, coupling, capacitance, axial part, its children, and
/// its own entry among those of its parent.
const SHARED_NODE: f64 = 88.0;
/// A node of a cell type in the model: its shape ([`crate::morphology::Compartments`]) and capacitance.
const TYPE_NODE: f64 = 8.0 * VALUE + 3.0 * INDEX + 1.0;
/// An ion in a compartment: reversal potential, both concentrations and current; the first three as they are at the start, and the compartment.
const ION: f64 = 4.0 * VALUE + GROWN * (3.0 * VALUE + INDEX);
/// One whose reversal potential follows from concentrations: its number, and the ratio of the two.
const REVERSAL: f64 = GROWN * INDEX + VALUE;
/// The movable event of an instance that may have one: a number and a slot.
const TICKET: f64 = 16.0;
/// A detector of spikes: the cell, and whether the voltage was above the threshold.
const DETECTOR: f64 = GROWN * (INDEX + VALUE);
/// A cell: its thread, and its place in its group's list.
const CELL: f64 = 2.0 + GROWN * INDEX;
/// A connection on the thread of its target, without its weights and its delay: set and instance.
const END: f64 = 2.0 * INDEX;
/// A group of a thread's cells, but for what is counted apart: its columns' padding, its mechanisms' sets.
const GROUP: f64 = 4096.0;
/// A bucket of events that are due in one step.
const BUCKET: f64 = size_of::<Vec<f64>>() as f64;

/// Memory of a network, by what it is for: bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Memory {
    /// Cells with their compartments and mechanisms, artificial cells too.
    pub cells: f64,
    /// What is kept once a cell type, and what each group of a thread's cells keeps for itself.
    pub shared: f64,
    /// Connections, in the model and on the threads of their targets.
    pub connections: f64,
    /// How many compartments share the first.
    compartments: f64,
    /// How many connections share the last.
    count: f64,
}

impl Memory {
    /// That of a model on so many threads.
    pub fn of(model: &Model, threads: usize) -> Memory {
        let threads = threads.max(1) as f64;
        let mut memory = Memory::default();
        let sizes: Vec<WorkingSet> =
            model.populations.iter().map(|population| WorkingSet::of(model, &population.body)).collect();
        let total = |of: fn(&WorkingSet) -> usize| -> f64 {
            let own = model.populations.iter().zip(&sizes);
            own.map(|(population, size)| f64::from(population.count) * of(size) as f64).sum()
        };
        let (bytes, compartments) = (total(|size| size.bytes), total(|size| size.compartments));
        let per_thread = Grouping::default().count(
            (bytes / threads) as usize,
            (compartments / threads) as usize,
            are_independent(model),
        );
        let groups = threads * per_thread as f64;
        for (population, size) in model.populations.iter().zip(&sizes) {
            let count = f64::from(population.count);
            memory.cells += count * CELL;
            match &population.body {
                Body::Cells(body) => {
                    let segments = body.compartments.is_segment.iter().filter(|is| **is).count();
                    memory.compartments += count * segments as f64;
                    let is_side_by_side = count >= WORTHWHILE as f64 * threads;
                    memory.cells += count * cell(model, body, is_side_by_side) + points(model, body, count);
                    let nodes = body.compartments.len() as f64;
                    memory.shared += nodes * TYPE_NODE;
                    if is_side_by_side {
                        let share = count * size.bytes as f64 / bytes.max(1.0);
                        memory.shared += nodes * SHARED_NODE * (groups * share).max(threads);
                    }
                }
                Body::Artificial(body) => {
                    let played: usize = body.times.iter().map(|times| times.len()).sum();
                    // By number they are found as they lie; each knows its cell.
                    let place = (GROWN - 1.0) * INDEX;
                    memory.cells += count * (instance(model, body.mechanism) + place);
                    memory.cells += settings(&body.settings) + VALUE * played as f64;
                    // The model has the list of times and the engine shares it, each with a pointer of its own.
                    let list = size_of::<Arc<[f64]>>() as f64;
                    memory.cells += 2.0 * list * body.times.len() as f64;
                }
            }
        }
        memory.connect(model);
        memory.shared += groups * (GROUP + index(model.cell_count() as f64, memory.count / groups));
        memory.shared += groups * (BUCKET * buckets(model) + tables(model));
        memory
    }

    /// Adds the connections, but for the list of sources of each group.
    fn connect(&mut self, model: &Model) {
        let mut weights = 1;
        let mut delays = Vec::new();
        for projection in model.projections.iter().filter(|p| !p.connections.is_empty()) {
            let list = &projection.connections;
            let mechanism = match &model.populations[projection.target].body {
                Body::Cells(body) => projection.point.and_then(|p| body.points.get(p)).map(|p| p.mechanism),
                Body::Artificial(body) => Some(body.mechanism),
            };
            // Each connection of a thread has room for as many weights as any of them needs.
            weights = weights.max(mechanism.map_or(1, |m| model.mechanisms[m].module.weights.len()));
            self.count += list.len() as f64;
            self.connections += list.bytes() as f64;
            delays.push(list.delay.common());
        }
        // A thread keeps one delay if all are the same.
        let one = delays.windows(2).all(|pair| pair[0] == pair[1]) && delays.iter().all(Option::is_some);
        let delay = if one { 0.0 } else { VALUE };
        self.connections += self.count * (END + VALUE * weights as f64 + delay);
    }

    /// Bytes of a compartment with its mechanisms, on average, without what is shared; 0 without compartments.
    pub fn per_compartment(&self) -> f64 {
        if self.compartments > 0.0 { self.cells / self.compartments } else { 0.0 }
    }

    /// Bytes of a connection, on average; 0 without connections.
    pub fn per_connection(&self) -> f64 {
        if self.count > 0.0 { self.connections / self.count } else { 0.0 }
    }

    /// Bytes of the whole network.
    pub fn total(&self) -> f64 {
        self.cells + self.shared + self.connections
    }
}

/// Where the connections of each source begin, in a group to which `connections` of a network of `cells` cells lead from anywhere: each cell of
/// the network is listed, or only those that the group hears of, whichever is less (`engine::sources`).
fn index(cells: f64, connections: f64) -> f64 {
    let heard_of = cells * (1.0 - (-connections / cells.max(1.0)).exp());
    (INDEX * cells).min((1.0 + GROWN) * INDEX * heard_of)
}

/// Buckets in the queue of a group: one for each step that the longest delay has, and a power of two (`engine::queue`).
fn buckets(model: &Model) -> f64 {
    let longest = |delay: &PerConnection| match delay {
        PerConnection::Same(delay) => *delay,
        PerConnection::Each(list) => list.iter().copied().fold(0.0, f64::max),
    };
    let connections = model.projections.iter().map(|projection| &projection.connections);
    let delays = connections.filter(|list| !list.is_empty()).map(|list| longest(&list.delay));
    let steps = delays.fold(0.0, f64::max) / model.simulation.dt + 3.0;
    (steps as u64).clamp(64, 1 << 14).next_power_of_two() as f64
}

/// The tables of all mechanisms: of each as many rows as it has intervals, and two; columns are filled up to fours.
fn tables(model: &Model) -> f64 {
    let tables = model.mechanisms.iter().flat_map(|mechanism| &mechanism.module.tables);
    let values =
        |columns: u32, intervals: u32| f64::from(columns.next_multiple_of(4)) * (f64::from(intervals) + 2.0);
    tables.map(|table| VALUE * values(table.columns, table.intervals)).sum()
}

/// Each cell of a kind, but for its point processes, which only some may have.
fn cell(model: &Model, body: &CellBody, is_side_by_side: bool) -> f64 {
    let nodes = body.compartments.len() as f64;
    let mut bytes = nodes * (NODE + INDEX * model.ions.len() as f64);
    if !is_side_by_side {
        bytes += nodes * ONE_BY_ONE + (nodes - 1.0) * EDGE + GROWN * INDEX;
    }
    for ion in &body.ions {
        let reversal = if ion.nernst == Nernst::Never { 0.0 } else { REVERSAL };
        bytes += (ION + reversal) * ion.nodes.len() as f64;
    }
    for density in &body.densities {
        // Instances know their places and those of their ions, unless these lie in one run.
        let is_run = density.nodes.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let lists = 1 + model.mechanisms[density.mechanism].module.ions.len();
        let places = if is_run { 0.0 } else { INDEX * lists as f64 };
        bytes += density.nodes.len() as f64 * (instance(model, density.mechanism) + places);
    }
    bytes + if body.detector.is_some() { DETECTOR } else { 0.0 }
}

/// The point processes of all cells of a population, with their shares of their compartments' areas.
fn points(model: &Model, body: &CellBody, cells: f64) -> f64 {
    let of = |point: &PointSet| {
        let having = point.cells.as_ref().map_or(cells, |list| list.len() as f64);
        let alike = body.points.iter().filter(|other| other.mechanism == point.mechanism).count();
        let place = if alike > 1 || having < cells { INDEX } else { 0.0 };
        // Each cell has room for its number, which is counted with the instance where it has one.
        let rest = (cells - having) * INDEX + settings(&point.settings);
        having * (instance(model, point.mechanism) + VALUE + place) + rest
    };
    body.points.iter().map(of).sum()
}

/// An instance with its variables and random streams.
fn instance(model: &Model, mechanism: usize) -> f64 {
    let module = &model.mechanisms[mechanism].module;
    // Its number by cell and node.
    let ticket = if module.kind == Kind::Density { 0.0 } else { TICKET };
    INDEX + ticket + VALUE * f64::from(module.columns) + (module.randoms.len() * size_of::<Stream>()) as f64
}

/// Values that the model keeps for each cell.
fn settings(settings: &[Setting]) -> f64 {
    let of = |setting: &Setting| match &setting.values {
        Values::PerCell(list) | Values::PerNode(list) => VALUE * list.len() as f64,
        Values::Uniform(_) => 0.0,
    };
    settings.iter().map(of).sum()
}
