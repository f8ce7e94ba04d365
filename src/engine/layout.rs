//! Where the cells of one thread lie in its columns.
//!
//! Cells are laid one after another, by population and then by index, each with its compartments in the order of its
//! tree. Instances of a mechanism follow the same order, so that they mostly lie beside their compartments; those of a
//! serial mechanism, and of one that writes to POINTERs, lie in NEURON's order, in which they run. No order here depends on which thread a cell is on.

use std::cmp::Reverse;

use crate::mechanism::Mechanism;
use crate::network::{Body, CellBody, Model, PointSet};
use crate::partition::Plan;

/// The cells of one population on this thread.
#[derive(Clone, Debug)]
pub struct LocalPopulation {
    /// Indices in the population, ascending.
    pub cells: Vec<u32>,
    /// First compartment of the first of them.
    pub first_node: u32,
    /// Compartments of each.
    pub nodes_per_cell: u32,
    /// For each density mechanism of the cell type: the instance at local cell `c`, node number `k` of the placement
    /// is `density[d][c * nodes + k]`.
    pub density: Vec<Vec<u32>>,
    /// For each point process of the cell type: the instance of local cell `c`, or [`NONE`].
    pub point: Vec<Vec<u32>>,
    /// For artificial cells: the instance of the first of them.
    pub first_artificial: u32,
}

/// No instance.
pub const NONE: u32 = u32::MAX;

/// One instance of a mechanism, before it has a place in the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Population.
    pub population: u32,
    /// Position among the population's local cells.
    pub local: u32,
    /// Which of the cell's density or point sets.
    pub set: u32,
    /// Position in the set's nodes.
    pub position: u32,
    /// Compartment of this thread.
    pub node: u32,
}

impl LocalPopulation {
    /// The compartment of this thread that is node `node` of local cell `local`.
    pub fn node(&self, local: usize, node: u32) -> u32 {
        self.first_node + local as u32 * self.nodes_per_cell + node
    }

    /// Position of a cell among the local ones.
    pub fn local(&self, cell: u32) -> Option<usize> {
        self.cells.binary_search(&cell).ok()
    }
}

/// Lays the cells that `plan` gives to `thread` out; returns them and the number of compartments.
pub fn populations(model: &Model, plan: &Plan, thread: usize) -> (Vec<LocalPopulation>, usize) {
    let mut next_node = 0u32;
    let mut list = Vec::with_capacity(model.populations.len());
    for (population, threads) in model.populations.iter().zip(&plan.thread_of) {
        let mine = threads.iter().enumerate().filter(|(_, t)| **t as usize == thread);
        let cells: Vec<u32> = mine.map(|(cell, _)| cell as u32).collect();
        let nodes_per_cell = match &population.body {
            Body::Cells(body) => body.compartments.len() as u32,
            Body::Artificial(_) => 0,
        };
        let first_node = next_node;
        next_node += cells.len() as u32 * nodes_per_cell;
        list.push(LocalPopulation {
            cells,
            first_node,
            nodes_per_cell,
            density: Vec::new(),
            point: Vec::new(),
            first_artificial: 0,
        });
    }
    (list, next_node as usize)
}

/// All instances of mechanism number `mechanism` on the membrane of this thread's cells, in their order.
pub fn placements(model: &Model, mechanism: usize, locals: &[LocalPopulation]) -> Vec<Placement> {
    let mut list = Vec::new();
    for (p, (population, local)) in model.populations.iter().zip(locals).enumerate() {
        if let Body::Cells(body) = &population.body {
            let per_cell = placements_of_cell(body, mechanism);
            for (position, cell) in local.cells.iter().enumerate() {
                for &(set, k, node) in &per_cell {
                    if set < body.densities.len()
                        || has_point(&body.points[set - body.densities.len()], *cell)
                    {
                        list.push(Placement {
                            population: p as u32,
                            local: position as u32,
                            set: set as u32,
                            position: k,
                            node: local.node(position, node),
                        });
                    }
                }
            }
        }
    }
    let Mechanism { module, .. } = &*model.mechanisms[mechanism];
    // What writes to a POINTER may see in turn what others of its kind wrote.
    if model.mechanisms[mechanism].is_serial() || module.pointers.iter().any(|pointer| pointer.written) {
        list.sort_by_key(|placement| turn(model, locals, placement));
    }
    list
}

/// When NEURON runs an instance: first those at the roots' ends of all cells, then cell by cell, node by node, at one node the
/// youngest first.
fn turn(model: &Model, locals: &[LocalPopulation], placement: &Placement) -> impl Ord + use<> {
    let population = placement.population as usize;
    let (local, position) = (&locals[population], placement.local);
    let node = placement.node - local.node(position as usize, 0);
    let turn = match &model.populations[population].body {
        Body::Cells(body) => body.compartments.turn[node as usize],
        Body::Artificial(_) => 0,
    };
    (turn > 0, population, position, turn, Reverse(placement.set))
}

/// (set, position in the set's nodes, node) of a mechanism in one cell, in the order of nodes for densities and of
/// the description for point processes, whose sets are numbered after the densities.
fn placements_of_cell(body: &CellBody, mechanism: usize) -> Vec<(usize, u32, u32)> {
    let mut list = Vec::new();
    for (d, density) in body.densities.iter().enumerate().filter(|(_, d)| d.mechanism == mechanism) {
        list.extend(density.nodes.iter().enumerate().map(|(k, node)| (d, k as u32, *node)));
    }
    list.sort_by_key(|(_, _, node)| *node);
    let first = body.densities.len();
    for (i, point) in body.points.iter().enumerate().filter(|(_, p)| p.mechanism == mechanism) {
        list.push((first + i, 0, point.node));
    }
    list
}

fn has_point(point: &PointSet, cell: u32) -> bool {
    point.cells.as_ref().is_none_or(|cells| cells.binary_search(&cell).is_ok())
}

/// Position of a cell among those that a point set is on: what its per-cell values are indexed by.
pub fn position_in_point_set(point: &PointSet, cell: u32) -> usize {
    match &point.cells {
        None => cell as usize,
        Some(cells) => cells.binary_search(&cell).unwrap_or(0),
    }
}
