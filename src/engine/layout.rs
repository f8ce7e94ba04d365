//! Where the cells of a thread, or of one group of them, lie in their columns.
//!
//! The whole cells of a population lie side by side, node by node: node n of the c-th of C cells is C n + c compartments behind the first one.
//! So many cells are solved at once, and what is in the same place of every cell is a run of neighbours. Populations with fewer than
//! [`WORTHWHILE`] cells here come first, cell after cell; in each, compartments with the same density mechanisms lie together, and those without
//! a membrane behind them, so that the instances of a mechanism are a few runs of neighbours here, too.
//!
//! Instances of a density mechanism lie as their compartments do. Those of a point process lie by its number in the cell type, then as
//! their compartments: so each number is a run, too, and at one compartment instances keep the order of the description, in which they add to
//! its currents. Instances of a serial mechanism, and of one that writes to POINTERs, lie in NEURON's order, in which they run. Within a cell no
//! order here depends on which thread it is on, or on how many others are there.
//!
//! Of a cell that several threads share, each has some pieces. Their nodes lie behind all whole cells, those of all pieces in the order that they
//! would have in the whole cell. Each such cell has a map from its nodes to compartments of the thread, so that everything above asks for a
//! node of a cell and learns whether it is here.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::groups::Share;
use crate::ir::Kind;
use crate::mechanism::Mechanism;
use crate::network::{Body, CellBody, Model, PointSet};
use crate::partition::Plan;
use crate::solver::interleaved::WORTHWHILE;

/// The cells of one population on this thread.
#[derive(Clone, Debug, Default)]
pub struct LocalPopulation {
    /// Indices in the population: first those of whole cells, ascending, then those of cells that are here in part, ascending.
    pub cells: Vec<u32>,
    /// How many of them are whole.
    whole: usize,
    /// First compartment of the first of them.
    first_node: u32,
    /// Compartments of each whole cell.
    nodes_per_cell: u32,
    /// Whether they lie side by side.
    interleaved: bool,
    /// If not: where each node of a whole cell lies among its compartments, and which node lies there.
    rank: Vec<u32>,
    node_at: Vec<u32>,
    /// For each of the others: the compartment of this thread for each node of the cell, or [`NONE`].
    parts: Vec<Vec<u32>>,
    /// For each density mechanism of the cell type: the instance at local cell `c`, node number `k` of the placement
    /// is `density[d][c * nodes + k]`, or [`NONE`] if that node is on another thread.
    pub density: Vec<Vec<u32>>,
    /// For each point process of the cell type: the instance of local cell `c`, or [`NONE`] if there is none or not here.
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
    /// The compartment of this thread that is node `node` of local cell `local`; `None` if it is on another thread.
    pub fn node(&self, local: usize, node: u32) -> Option<u32> {
        match local.checked_sub(self.whole) {
            None if self.interleaved => Some(self.first_node + node * self.whole as u32 + local as u32),
            None => Some(self.first_node + local as u32 * self.nodes_per_cell + self.rank[node as usize]),
            Some(part) => Some(self.parts[part][node as usize]).filter(|here| *here != NONE),
        }
    }

    /// Position of a cell among the local ones.
    pub fn local(&self, cell: u32) -> Option<usize> {
        let (whole, parts) = self.cells.split_at(self.whole);
        let among_parts = || parts.binary_search(&cell).ok().map(|part| self.whole + part);
        whole.binary_search(&cell).ok().or_else(among_parts)
    }

    /// Whether this local cell is on this thread alone.
    pub fn is_whole(&self, local: usize) -> bool {
        local < self.whole
    }

    /// Whole cells that lie side by side: how many there are, and their first compartment.
    pub fn side_by_side(&self) -> Option<(usize, usize)> {
        self.interleaved.then_some((self.whole, self.first_node as usize))
    }

    /// Position and node of the cell whose compartment this is.
    pub fn owner(&self, compartment: u32) -> Option<(usize, u32)> {
        let cells = self.first_node..self.first_node + self.whole as u32 * self.nodes_per_cell;
        if cells.contains(&compartment) {
            let offset = compartment - self.first_node;
            return Some(match self.interleaved {
                true => ((offset % self.whole as u32) as usize, offset / self.whole as u32),
                false => {
                    let node = self.node_at[(offset % self.nodes_per_cell) as usize];
                    ((offset / self.nodes_per_cell) as usize, node)
                }
            });
        }
        let node = |part: &Vec<u32>| part.iter().position(|here| *here == compartment);
        let found = self.parts.iter().enumerate().find_map(|(part, map)| Some((part, node(map)?)));
        found.map(|(part, node)| (self.whole + part, node as u32))
    }
}

/// A piece of a cell that several threads share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalPiece {
    /// Which of the plan's split cells.
    pub split: usize,
    /// Which of its pieces.
    pub piece: usize,
    /// Where its nodes would begin, were each piece behind the one before it: [`Layout::piece_order`] counts them so.
    pub first: u32,
}

/// The cells of one group of a thread.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// By population.
    pub populations: Vec<LocalPopulation>,
    /// Compartments of whole cells that lie one after another: the first ones.
    pub one_by_one: usize,
    /// Compartments of all whole cells.
    pub whole: usize,
    /// The pieces behind them, in their order.
    pub pieces: Vec<LocalPiece>,
    /// All compartments.
    pub nodes: usize,
    /// Where the nodes of whole cells that lie one after another are, cell after cell, each in the order of its tree.
    pub tree_order: Vec<u32>,
    /// The same for pieces, piece after piece.
    pub piece_order: Vec<u32>,
}

/// The nodes of a cell in the order in which they lie: those with the same density mechanisms together, those without a membrane last.
fn order(body: &CellBody) -> Vec<u32> {
    let shape = &body.compartments;
    let mut carried = vec![Vec::new(); shape.len()];
    for (number, density) in body.densities.iter().enumerate() {
        density.nodes.iter().for_each(|node| carried[*node as usize].push(number));
    }
    let mut kinds: HashMap<&[usize], usize> = HashMap::new();
    let mut kind_of = Vec::with_capacity(shape.len());
    for (carried, is_segment) in carried.iter().zip(&shape.is_segment) {
        let next = kinds.len();
        let kind = *kinds.entry(carried).or_insert(next);
        kind_of.push(if *is_segment { kind } else { usize::MAX });
    }
    let mut order: Vec<u32> = (0..shape.len() as u32).collect();
    order.sort_by_key(|node| kind_of[*node as usize]);
    order
}

/// The inverse of an order.
fn ranks(order: &[u32]) -> Vec<u32> {
    let mut ranks = vec![0; order.len()];
    for (rank, node) in order.iter().enumerate() {
        ranks[*node as usize] = rank as u32;
    }
    ranks
}

/// The thread that has node `node` of a cell.
pub fn thread_of(plan: &Plan, population: usize, cell: u32, node: u32) -> u16 {
    match plan.split.binary_search_by_key(&(population, cell), |split| (split.population, split.cell)) {
        Ok(found) => {
            let split = &plan.split[found];
            split.thread_of[split.pieces.of_node[node as usize] as usize]
        }
        Err(_) => plan.thread_of[population][cell as usize],
    }
}

/// Lays out the cells of one group of a thread.
pub fn lay_out(model: &Model, plan: &Plan, thread: usize, share: &Share) -> Layout {
    let mut layout = Layout::default();
    for (population, cells) in model.populations.iter().zip(&share.cells) {
        let cells = cells.clone();
        let nodes_per_cell = match &population.body {
            Body::Cells(body) => body.compartments.len() as u32,
            Body::Artificial(_) => 0,
        };
        let whole = cells.len();
        let interleaved = nodes_per_cell > 0 && whole >= WORTHWHILE;
        let node_at = match &population.body {
            Body::Cells(body) if !interleaved && whole > 0 => order(body),
            _ => Vec::new(),
        };
        let rank = ranks(&node_at);
        let local = LocalPopulation {
            cells,
            whole,
            nodes_per_cell,
            interleaved,
            rank,
            node_at,
            ..LocalPopulation::default()
        };
        layout.populations.push(local);
    }
    let mut next_node = 0u32;
    for interleaved in [false, true] {
        for local in layout.populations.iter_mut().filter(|local| local.interleaved == interleaved) {
            local.first_node = next_node;
            next_node += local.whole as u32 * local.nodes_per_cell;
        }
        if !interleaved {
            layout.one_by_one = next_node as usize;
        }
    }
    for local in layout.populations.iter().filter(|local| !local.interleaved) {
        for cell in 0..local.whole as u32 {
            let first = local.first_node + cell * local.nodes_per_cell;
            layout.tree_order.extend(local.rank.iter().map(|rank| first + rank));
        }
    }
    layout.whole = next_node as usize;
    for (number, split) in plan.split.iter().enumerate().filter(|_| share.has_pieces) {
        if split.thread_of.iter().all(|t| *t as usize != thread) {
            continue;
        }
        let Body::Cells(body) = &model.populations[split.population].body else { continue };
        let is_here = |node: &u32, piece: usize| split.pieces.of_node[*node as usize] as usize == piece;
        let is_mine = |piece: usize| split.thread_of[piece] as usize == thread;
        let mut map = vec![NONE; split.pieces.of_node.len()];
        let mut next_of_piece = next_node;
        for node in order(body) {
            if is_mine(split.pieces.of_node[node as usize] as usize) {
                map[node as usize] = next_node;
                next_node += 1;
            }
        }
        for piece in (0..split.pieces.len()).filter(|piece| is_mine(*piece)) {
            layout.pieces.push(LocalPiece { split: number, piece, first: next_of_piece });
            let here = (0..map.len() as u32).filter(|node| is_here(node, piece));
            layout.piece_order.extend(here.map(|node| map[node as usize]));
            next_of_piece = (layout.whole + layout.piece_order.len()) as u32;
        }
        let local = &mut layout.populations[split.population];
        local.cells.push(split.cell);
        local.parts.push(map);
    }
    layout.nodes = next_node as usize;
    layout
}

/// All instances of mechanism number `mechanism` on the membrane of this thread's cells, in their order.
pub fn placements(model: &Model, mechanism: usize, locals: &[LocalPopulation]) -> Vec<Placement> {
    let Mechanism { module, .. } = &*model.mechanisms[mechanism];
    let is_point = module.kind == Kind::PointProcess;
    // What reads others of its kind by POINTERs may have to run in turn: in the order of the cell's nodes, wherever these lie.
    let may_run_in_turn = !is_point && !module.pointers.is_empty();
    let mut list: Vec<((u32, u32, u32), Placement)> = Vec::new();
    for (p, (population, local)) in model.populations.iter().zip(locals).enumerate() {
        let Body::Cells(body) = &population.body else { continue };
        for (number, (set, k, cell_node)) in placements_of_cell(body, mechanism).into_iter().enumerate() {
            let point = set.checked_sub(body.densities.len()).map(|point| &body.points[point]);
            for (position, cell) in local.cells.iter().enumerate() {
                let exists = point.is_none_or(|point| has_point(point, *cell));
                if let (true, Some(node)) = (exists, local.node(position, cell_node)) {
                    let (population, local) = (p as u32, position as u32);
                    let key = match may_run_in_turn {
                        true => (population, local, cell_node),
                        false => (if is_point { number as u32 } else { 0 }, 0, node),
                    };
                    list.push((key, Placement { population, local, set: set as u32, position: k, node }));
                }
            }
        }
    }
    list.sort_by_key(|(key, _)| *key);
    let mut list: Vec<Placement> = list.into_iter().map(|(_, placement)| placement).collect();
    // What writes to a POINTER may see in turn what others of its kind wrote.
    if model.mechanisms[mechanism].is_serial() || module.pointers.iter().any(|pointer| pointer.written) {
        list.sort_by_key(|placement| turn(model, placement));
    }
    list
}

/// An instance by its population, its cell there, its set and the position in the set's nodes; of artificial cells the last two are 0.
pub type Instance = (u32, u32, u32, u32);

/// The first instance of mechanism number `mechanism` in the whole network, in NEURON's order; `None` without any.
pub fn first_instance(model: &Model, mechanism: usize) -> Option<Instance> {
    let mut candidates = Vec::new();
    for (p, population) in model.populations.iter().enumerate().filter(|(_, p)| p.count > 0) {
        match &population.body {
            Body::Artificial(body) if body.mechanism == mechanism => {
                candidates.push(((false, p, 0, 0, Reverse(0)), 0));
            }
            Body::Artificial(_) => {}
            Body::Cells(body) => {
                for (set, position, node) in placements_of_cell(body, mechanism) {
                    let point = set.checked_sub(body.densities.len()).map(|point| &body.points[point]);
                    let cell = match point.and_then(|point| point.cells.as_ref()) {
                        Some(cells) => cells.first().copied(),
                        None => Some(0),
                    };
                    let turn = body.compartments.turn[node as usize];
                    candidates.extend(cell.map(|cell| ((turn > 0, p, cell, turn, Reverse(set)), position)));
                }
            }
        }
    }
    let ((_, population, cell, _, Reverse(set)), position) = candidates.into_iter().min()?;
    Some((population as u32, cell, set as u32, position))
}

/// When NEURON runs an instance: first those at the roots' ends of all cells, then cell by cell, node by node, at one node the
/// youngest first.
fn turn(model: &Model, placement: &Placement) -> impl Ord + use<> {
    let population = placement.population as usize;
    let turn = match &model.populations[population].body {
        Body::Cells(body) => {
            let set = placement.set as usize;
            let node = match set.checked_sub(body.densities.len()) {
                None => body.densities[set].nodes[placement.position as usize],
                Some(point) => body.points[point].node,
            };
            body.compartments.turn[node as usize]
        }
        Body::Artificial(_) => 0,
    };
    (turn > 0, population, placement.local, turn, Reverse(placement.set))
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
