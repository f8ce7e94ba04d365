//! Backward Euler on many like trees at once, one lane a cell.
//!
//! In: the tree of a cell type and how many cells have it; their columns lie node by node: node n of cell c of C stands at n C + c. Per step
//! a diagonal `d` (S/cm2), a right-hand side `rhs` (mA/cm2) and the voltages `v` (mV). Out: dv (mV) in `rhs`, and v + dv in `v`. Always
//! true: each cell gets, bit for bit, what [`TreeMatrix`](super::TreeMatrix) gives it, whatever C is and whichever vector
//! instructions the machine has: a lane does the same operations in the same order.
//!
//! What is the same for all cells, couplings and capacitance, is kept once. A node fetches from its children what a scattering elimination
//! would have brought it, so that a step is one sweep from the leaves to the root and one back:
//!
//!   x_n = rhs_n - sum_c b_c (v_n - v_c) + a_n (v_p - v_n),   then x_n += sum_c b_c x_c/d_c,
//!   d_n += C/dt + a_n + sum_c b_c,                           then d_n -= sum_c b_c a_c/d_c,
//!
//! with children c from the last to the first, as the deepest-first order of `TreeMatrix` has them.

use std::ops::Range;

use super::hines::OrderError;
use crate::morphology::NO_PARENT;

/// Lanes that are computed together: four vectors of 256 bits, so that several divisions are under way. What is left over goes by
/// halves, and below a vector one by one.
const TILE: usize = 16;

/// From so many cells on lanes pay: with four, all lanes of a vector. Measured (docs/performance.md): two or three cells are
/// faster one by one, level by level.
pub const WORTHWHILE: usize = 4;

/// Cells that fill lanes well.
pub const WELL_FILLED: usize = 8;

/// Bytes of the three columns of the cells that are taken through both sweeps together: they stay in a second-level cache.
const BLOCK_BYTES: usize = 128 * 1024;

/// The tree of a cell type.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    /// Parent of each node ([`NO_PARENT`] for the first, which is the root). Parents come first.
    pub parent: &'a [u32],
    /// Couplings to the parent (S/cm2): in the node's row, and in the parent's. Those of the root do not count.
    pub a: &'a [f64],
    /// See `a`.
    pub b: &'a [f64],
    /// C/dt of each node, S/cm2.
    pub capacitance: &'a [f64],
}

/// Like cells whose nodes lie side by side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InterleavedMatrix {
    nodes: Vec<Node>,
    children: Vec<Child>,
    cells: usize,
}

#[derive(Clone, Debug, PartialEq)]
struct Node {
    number: usize,
    parent: Option<usize>,
    a: f64,
    capacitance: f64,
    /// Axial part of the diagonal: a of the node plus b of its children (S/cm2).
    axial: f64,
    /// Its children in `children`, from the last to the first.
    children: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Child {
    node: usize,
    b: f64,
}

impl InterleavedMatrix {
    /// The matrix of `cells` cells of one shape.
    ///
    /// # Errors
    /// When a parent does not come before its child, there are several roots, or columns have unequal lengths.
    pub fn new(shape: Shape, cells: usize) -> Result<InterleavedMatrix, OrderError> {
        let Shape { parent, a, b, capacitance } = shape;
        let lengths = [parent.len(), a.len(), b.len(), capacitance.len()];
        let shortest = lengths.into_iter().min().unwrap_or(0);
        if lengths.iter().any(|length| *length != shortest) {
            return Err(OrderError { node: shortest });
        }
        let is_root = |node: usize| parent[node] == NO_PARENT;
        let is_misplaced =
            |&node: &usize| is_root(node) != (node == 0) || (node > 0 && parent[node] as usize >= node);
        if let Some(node) = (0..shortest).find(is_misplaced) {
            return Err(OrderError { node });
        }
        let mut axial = vec![0.0; shortest];
        let mut below = vec![Vec::new(); shortest];
        for node in 1..shortest {
            let parent = parent[node] as usize;
            axial[node] += a[node];
            axial[parent] += b[node];
            below[parent].push(Child { node, b: b[node] });
        }
        let mut matrix = InterleavedMatrix { cells, ..InterleavedMatrix::default() };
        for (node, below) in below.into_iter().enumerate() {
            let first = matrix.children.len();
            matrix.children.extend(below.into_iter().rev());
            matrix.nodes.push(Node {
                number: node,
                parent: (node > 0).then(|| parent[node] as usize),
                a: a[node],
                capacitance: capacitance[node],
                axial: axial[node],
                children: first..matrix.children.len(),
            });
        }
        Ok(matrix)
    }

    /// Number of nodes of all cells.
    pub fn len(&self) -> usize {
        self.nodes.len() * self.cells
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the voltages `v` (mV) a step further: solves for dv (mV), which replaces `rhs`, and adds it. The diagonal `d` is used up.
    ///
    /// # Panics
    /// When a slice is shorter than the number of nodes.
    pub fn step(&self, v: &mut [f64], d: &mut [f64], rhs: &mut [f64]) {
        #[cfg(target_arch = "x86_64")]
        {
            /// With longer vectors; multiplications and additions stay apart, as everywhere here.
            #[target_feature(enable = "avx2")]
            fn wide(matrix: &InterleavedMatrix, v: &mut [f64], d: &mut [f64], rhs: &mut [f64]) {
                matrix.sweep(v, d, rhs);
            }
            if std::is_x86_feature_detected!("avx2") {
                // SAFETY: the machine has the instructions.
                return unsafe { wide(self, v, d, rhs) };
            }
        }
        self.sweep(v, d, rhs);
    }

    #[inline(always)]
    fn sweep(&self, v: &mut [f64], d: &mut [f64], rhs: &mut [f64]) {
        let bytes = 3 * size_of::<f64>() * self.nodes.len().max(1);
        let most = (BLOCK_BYTES / bytes).next_multiple_of(TILE);
        let mut first = 0;
        while first < self.cells {
            let block = first..self.cells.min(first + most);
            first = block.end;
            for node in self.nodes.iter().rev() {
                self.eliminate(node, &block, v, d, rhs);
            }
            for node in &self.nodes {
                self.substitute(node, &block, v, d, rhs);
            }
        }
    }

    /// Where the cells from number `first` on have a node.
    #[inline(always)]
    fn place(&self, node: usize, first: usize) -> usize {
        node * self.cells + first
    }

    /// Eliminates a node of some cells, whose children are eliminated: leaves a/d in `d` and rhs/d in `rhs`, of the root dv.
    #[inline(always)]
    fn eliminate(&self, node: &Node, block: &Range<usize>, v: &[f64], d: &mut [f64], rhs: &mut [f64]) {
        let mut first = block.start;
        while first + TILE <= block.end {
            self.eliminate_lanes::<TILE>(node, first, v, d, rhs);
            first += TILE;
        }
        if first + TILE / 2 <= block.end {
            self.eliminate_lanes::<{ TILE / 2 }>(node, first, v, d, rhs);
            first += TILE / 2;
        }
        if first + TILE / 4 <= block.end {
            self.eliminate_lanes::<{ TILE / 4 }>(node, first, v, d, rhs);
            first += TILE / 4;
        }
        for first in first..block.end {
            self.eliminate_lanes::<1>(node, first, v, d, rhs);
        }
    }

    /// The same for `LANES` cells from number `first` on.
    #[inline(always)]
    fn eliminate_lanes<const LANES: usize>(
        &self,
        node: &Node,
        first: usize,
        v: &[f64],
        d: &mut [f64],
        rhs: &mut [f64],
    ) {
        let &Node { number, parent, a, capacitance, axial, ref children } = node;
        let children = &self.children[children.clone()];
        let here = self.place(number, first);
        let own_v = load::<LANES>(v, here);
        let mut x = load::<LANES>(rhs, here);
        for child in children {
            let child_v = load::<LANES>(v, self.place(child.node, first));
            for lane in 0..LANES {
                x[lane] -= child.b * (own_v[lane] - child_v[lane]);
            }
        }
        if let Some(parent) = parent {
            let parent_v = load::<LANES>(v, self.place(parent, first));
            for lane in 0..LANES {
                x[lane] += a * (parent_v[lane] - own_v[lane]);
            }
        }
        let mut diagonal = load::<LANES>(d, here);
        for lane in 0..LANES {
            diagonal[lane] = (diagonal[lane] + capacitance) + axial;
        }
        for child in children {
            let place = self.place(child.node, first);
            let (of_here, known) = (load::<LANES>(d, place), load::<LANES>(rhs, place));
            for lane in 0..LANES {
                diagonal[lane] -= child.b * of_here[lane];
                x[lane] += child.b * known[lane];
            }
        }
        if parent.is_none() {
            for lane in 0..LANES {
                x[lane] /= diagonal[lane];
            }
        } else {
            for lane in 0..LANES {
                let inverse = 1.0 / diagonal[lane];
                diagonal[lane] = a * inverse;
                x[lane] *= inverse;
            }
            d[here..here + LANES].copy_from_slice(&diagonal);
        }
        rhs[here..here + LANES].copy_from_slice(&x);
    }

    /// Finds a node of some cells once its parent is known, and adds dv to v.
    #[inline(always)]
    fn substitute(&self, node: &Node, block: &Range<usize>, v: &mut [f64], d: &[f64], rhs: &mut [f64]) {
        let here = self.place(node.number, block.start);
        let (known, rest) = rhs.split_at_mut(here);
        let dv = &mut rest[..block.len()];
        if let Some(parent) = node.parent {
            let above = &known[self.place(parent, block.start)..][..block.len()];
            let of_parent = &d[here..][..block.len()];
            for ((dv, of_parent), above) in dv.iter_mut().zip(of_parent).zip(above) {
                *dv += of_parent * above;
            }
        }
        for (v, dv) in v[here..].iter_mut().zip(&*dv) {
            *v += dv;
        }
    }
}

/// Values of successive cells.
#[inline(always)]
fn load<const LANES: usize>(column: &[f64], at: usize) -> [f64; LANES] {
    let values = &column[at..at + LANES];
    std::array::from_fn(|lane| values[lane])
}
