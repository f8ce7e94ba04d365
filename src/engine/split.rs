//! Cells in pieces: what the threads that share a cell tell each other in a step.
//!
//! In: the cut cells of a plan and which pieces lie on this thread. Out: dv of the pieces' compartments, that of the uncut cell but for
//! rounding. A thread eliminates each of its pieces onto its two ends ([`solver::pieces`](crate::solver::pieces)) and leaves what remains
//! on the [`EndBoard`]; all meet; then each thread that has a part in a cell solves the small tree of that cell's ends by itself
//! and fills its pieces in. So one meeting a step is enough, and a plan that cuts nothing has none. Always true: all threads
//! compute the ends of a cell by the same operations in the same order, so they find the same bits.

use std::sync::atomic::{AtomicU64, Ordering};

use super::layout::Layout;
use crate::morphology::{Compartments, NO_PARENT};
use crate::network::{Body, Model};
use crate::partition::{Plan, SplitCell};
use crate::solver::pieces::{EndTree, Ends, Found, Joint, Piece, PieceMatrix, Row};

/// What is left of one piece, on a cache line of its own.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Line([AtomicU64; 8]);

/// Where threads leave what is left of their pieces. Two sheets are used in turn: the slowest thread may still read the one of the step before.
#[derive(Debug)]
pub struct EndBoard {
    sheets: [Vec<Line>; 2],
}

impl EndBoard {
    /// A board for all pieces of `plan`, cell by cell.
    pub fn new(plan: &Plan) -> EndBoard {
        let count: usize = plan.split.iter().map(|cell| cell.pieces.len()).sum();
        EndBoard { sheets: [0, 1].map(|_| (0..count).map(|_| Line::default()).collect()) }
    }

    /// Whether any cell is cut: then all have to meet at every step.
    pub fn is_used(&self) -> bool {
        !self.sheets[0].is_empty()
    }

    fn write(&self, step: u64, place: usize, ends: Ends) {
        let Ends { root, far, e, f } = ends;
        let values = [root.d, root.rhs, root.v, far.d, far.rhs, far.v, e, f];
        // The meeting that follows orders these stores before all loads.
        for (slot, value) in self.sheets[(step & 1) as usize][place].0.iter().zip(values) {
            slot.store(value.to_bits(), Ordering::Relaxed);
        }
    }

    fn read(&self, step: u64, place: usize) -> Ends {
        let line = &self.sheets[(step & 1) as usize][place].0;
        let [d, rhs, v, far_d, far_rhs, far_v, e, f] =
            std::array::from_fn(|i| f64::from_bits(line[i].load(Ordering::Relaxed)));
        Ends { root: Row { d, rhs, v }, far: Row { d: far_d, rhs: far_rhs, v: far_v }, e, f }
    }
}

/// One thread's pieces, and the trees of the cells that they belong to.
#[derive(Debug, Default)]
pub struct SplitCells {
    matrix: PieceMatrix,
    /// The place in `tree` of each piece of this thread.
    own: Vec<usize>,
    /// All pieces of the cells of which this thread has one.
    tree: EndTree,
    /// The place on the board of each of them.
    places: Vec<usize>,
    found: Vec<Found>,
}

impl SplitCells {
    /// The pieces of one thread as they are laid out.
    pub fn new(model: &Model, plan: &Plan, layout: &Layout) -> SplitCells {
        let Layout { populations: locals, pieces, .. } = layout;
        let mut cells = SplitCells::default();
        let (mut joints, mut has_far, mut columns) = (Vec::new(), Vec::new(), Vec::new());
        let mut place = 0;
        for (number, split) in plan.split.iter().enumerate() {
            let count = split.pieces.len();
            let mine = pieces.iter().filter(|piece| piece.split == number);
            if let Body::Cells(body) = &model.populations[split.population].body
                && locals[split.population].local(split.cell).is_some()
            {
                let first = joints.len();
                joints.extend((0..count).map(|piece| joint(split, &body.compartments, piece, first)));
                has_far.extend((0..count).map(|piece| split.pieces.far[piece] != split.pieces.root[piece]));
                cells.places.extend(place..place + count);
                for piece in mine {
                    cells.own.push(first + piece.piece);
                    columns.push((piece.first as usize, column(split, &body.compartments, piece.piece)));
                }
            }
            place += count;
        }
        cells.matrix = PieceMatrix::new(columns.iter().map(|(first, column)| Piece {
            first: *first,
            parent: &column.parent,
            a: &column.a,
            b: &column.b,
            far: column.far,
        }));
        cells.matrix.renumber(&layout.piece_order);
        cells.tree = EndTree::new(joints, has_far);
        cells.found = vec![Found::default(); cells.places.len()];
        cells
    }

    /// Eliminates the pieces onto their ends, as the membranes have filled `d` (S/cm2) and `rhs` (mA/cm2) at the voltages `v` (mV), and
    /// leaves these on the board's sheet of step `step`.
    pub fn eliminate(&mut self, step: u64, v: &[f64], d: &mut [f64], rhs: &mut [f64], board: &EndBoard) {
        let SplitCells { matrix, own, places, .. } = self;
        matrix.add_axial(v, d, rhs);
        matrix.eliminate(v, d, rhs, |number, ends| board.write(step, places[own[number]], ends));
    }

    /// Once all threads have left their ends: dv (mV) of the pieces' compartments, which replaces `rhs`.
    pub fn substitute(&mut self, step: u64, d: &[f64], rhs: &mut [f64], board: &EndBoard) {
        let SplitCells { matrix, own, tree, places, found } = self;
        tree.solve(|piece| board.read(step, places[piece]), found);
        matrix.substitute(d, rhs, |number| found[own[number]]);
    }
}

/// Where a piece of a cell hangs, when the pieces of that cell are numbered from `first`.
fn joint(split: &SplitCell, shape: &Compartments, piece: usize, first: usize) -> Joint {
    let pieces = &split.pieces;
    let root = pieces.root[piece] as usize;
    let parent = shape.parent[root];
    let bearer = (parent != NO_PARENT).then(|| pieces.of_node[parent as usize] as usize);
    let at_far = bearer.is_some_and(|bearer| parent != pieces.root[bearer]);
    Joint { parent: bearer.map(|bearer| first + bearer), at_far, a: shape.a[root], b: shape.b[root] }
}

/// A piece's nodes one after another, counted from its root.
struct Column {
    parent: Vec<u32>,
    a: Vec<f64>,
    b: Vec<f64>,
    far: usize,
}

fn column(split: &SplitCell, shape: &Compartments, piece: usize) -> Column {
    let pieces = &split.pieces;
    let nodes: Vec<usize> = (0..shape.len()).filter(|node| pieces.of_node[*node] as usize == piece).collect();
    // Nodes ascend, and every node but the root has its parent in the piece.
    let place = |node: u32| nodes.binary_search(&(node as usize)).unwrap_or(0);
    let parent = |node: &usize| match *node == pieces.root[piece] as usize {
        true => NO_PARENT,
        false => place(shape.parent[*node]) as u32,
    };
    Column {
        parent: nodes.iter().map(parent).collect(),
        a: nodes.iter().map(|node| shape.a[*node]).collect(),
        b: nodes.iter().map(|node| shape.b[*node]).collect(),
        far: place(pieces.far[piece]),
    }
}
