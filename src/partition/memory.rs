//! What a network holds in memory, by the sizes of what a run keeps.
//!
//! In: a checked model. Out: bytes, by what they are for. Counted is what lives through a run: the model, and what the engine builds of
//! it (`engine::{membrane, sets, layout, connections}`, `solver::hines`). Events on their way, results that wait to be written, and the texts and
//! programs of mechanisms are not: they do not grow with the network. `tests/memory.rs` holds the sums to what is really
//! allocated.

use crate::network::{Body, CellBody, Model, PointSet, Setting, Values};
use crate::random::Stream;

/// A node of a tree: voltage, right-hand side, diagonal, area, diameter, capacitance, and the axial part of the diagonal.
const NODE: f64 = 56.0;
/// Its coupling to its parent: both numbers, and two factors.
const EDGE: f64 = 24.0;
/// An ion in a compartment: reversal potential and both concentrations, now and at the start, its current, and where it is.
const ION: f64 = 60.0;
/// Where a node has its ion, for each ion of the network, whether it is there or not.
const ION_PLACE: f64 = 4.0;
/// An instance of a mechanism, whatever its variables are: its number, and its movable event.
const INSTANCE: f64 = 20.0;
/// Where an instance is, if instances of its kind do not lie side by side.
const PLACE: f64 = 4.0;
/// A point process's share of its compartment's area.
const POINT: f64 = 8.0;
/// A cell: its thread, its number there, its root.
const CELL: f64 = 10.0;
/// A detector of spikes.
const DETECTOR: f64 = 24.0;
/// A number.
const VALUE: f64 = 8.0;
/// A connection on the thread of its target, without its weights and its delay: set and instance.
const END: f64 = 8.0;
/// A cell in each thread's list of who fires.
const SOURCE: f64 = 4.0;

/// Memory of a network, by what it is for: bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Memory {
    /// Cells with their compartments and mechanisms, artificial cells too.
    pub cells: f64,
    /// Connections, in the model and on the threads of their targets.
    pub connections: f64,
    /// How many compartments share the first.
    compartments: f64,
    /// How many connections share the second.
    count: f64,
}

impl Memory {
    /// That of a model on so many threads.
    pub fn of(model: &Model, threads: usize) -> Memory {
        let mut memory = Memory::default();
        for population in &model.populations {
            let count = f64::from(population.count);
            memory.cells += count * CELL;
            match &population.body {
                Body::Cells(body) => {
                    let segments = body.compartments.is_segment.iter().filter(|is| **is).count();
                    memory.compartments += count * segments as f64;
                    memory.cells += count * cell(model, body) + points(model, body, count);
                }
                Body::Artificial(body) => {
                    let played: usize = body.times.iter().map(|times| times.len()).sum();
                    memory.cells += count * (instance(model, body.mechanism) + PLACE);
                    memory.cells += settings(&body.settings) + VALUE * played as f64;
                }
            }
        }
        memory.cells += threads as f64 * SOURCE * model.cell_count() as f64;
        let mut delays = Vec::new();
        let mut ends = 0.0;
        for projection in &model.projections {
            let list = &projection.connections;
            let mechanism = match &model.populations[projection.target].body {
                Body::Cells(body) => projection.point.and_then(|p| body.points.get(p)).map(|p| p.mechanism),
                Body::Artificial(body) => Some(body.mechanism),
            };
            let weights = mechanism.map_or(1, |m| model.mechanisms[m].module.weights.len().max(1));
            memory.count += list.len() as f64;
            memory.connections += list.bytes() as f64;
            ends += list.len() as f64 * (END + VALUE * weights as f64);
            delays.push(list.delay.common());
        }
        // A thread keeps one delay if all are the same.
        let one = delays.windows(2).all(|pair| pair[0] == pair[1]) && delays.iter().all(Option::is_some);
        let delays = if one { 0.0 } else { VALUE * memory.count };
        memory.connections += ends + delays;
        memory
    }

    /// Bytes of a compartment with its mechanisms, on average; 0 without compartments.
    pub fn per_compartment(&self) -> f64 {
        if self.compartments > 0.0 { self.cells / self.compartments } else { 0.0 }
    }

    /// Bytes of a connection, on average; 0 without connections.
    pub fn per_connection(&self) -> f64 {
        if self.count > 0.0 { self.connections / self.count } else { 0.0 }
    }

    /// Bytes of the whole network.
    pub fn total(&self) -> f64 {
        self.cells + self.connections
    }
}

/// Each cell of a kind, but for its point processes, which only some may have.
fn cell(model: &Model, body: &CellBody) -> f64 {
    let nodes = body.compartments.len() as f64;
    let mut bytes = nodes * (NODE + ION_PLACE * model.ions.len() as f64) + (nodes - 1.0) * EDGE;
    bytes += ION * body.ions.iter().map(|set| set.nodes.len() as f64).sum::<f64>();
    for density in &body.densities {
        let everywhere = density.nodes.len() == body.compartments.len();
        let place = if everywhere { 0.0 } else { PLACE };
        bytes += density.nodes.len() as f64 * (instance(model, density.mechanism) + place);
    }
    bytes + if body.detector.is_some() { DETECTOR } else { 0.0 }
}

/// The point processes of all cells of a population.
fn points(model: &Model, body: &CellBody, cells: f64) -> f64 {
    let of = |point: &PointSet| {
        let having = point.cells.as_ref().map_or(cells, |list| list.len() as f64);
        cells * PLACE + having * (instance(model, point.mechanism) + POINT) + settings(&point.settings)
    };
    body.points.iter().map(of).sum()
}

/// An instance with its variables and random streams.
fn instance(model: &Model, mechanism: usize) -> f64 {
    let module = &model.mechanisms[mechanism].module;
    INSTANCE + VALUE * f64::from(module.columns) + (module.randoms.len() * size_of::<Stream>()) as f64
}

/// Values that the model keeps for each cell.
fn settings(settings: &[Setting]) -> f64 {
    let of = |setting: &Setting| match &setting.values {
        Values::PerCell(list) | Values::PerNode(list) => VALUE * list.len() as f64,
        Values::Uniform(_) => 0.0,
    };
    settings.iter().map(of).sum()
}
