//! Cells in pieces, for several threads: each piece is eliminated onto its two ends, the ends of all pieces form a
//! small tree that is solved, and the pieces are filled in from their ends.
//!
//! In: pieces of trees ([`Piece`]), each with a root and one more node, its *far end*, at either of which further pieces hang; and, per step,
//! diagonal and right-hand side as in [`TreeMatrix`](super::TreeMatrix). Out: dv (mV). Always true: the result is
//! that of the uncut tree but for rounding. A thread needs of the others only one [`Ends`] a piece and step (Hines, Markram and
//! Schuermann 2008, doi:10.1007/s10827-008-0087-5, cut in the same way).
//!
//! The way from the root n_0 to the far end n_k is the backbone. What hangs on it is eliminated first, as in a whole cell. Then the inner
//! nodes n_1 to n_(k-1) in this order, each leaving a coupling between the root and the node after it: with row i
//! reading d_i x_i - e_i x_0 - b_(i+1) x_(i+1) = rhs_i and row 0 reading d_0 x_0 - f_i x_i = rhs_0, where e_1 = a_1 and f_1 = b_1,
//!
//!   d_(i+1) -= a_(i+1) b_(i+1)/d_i,   e_(i+1) = a_(i+1) e_i/d_i,   rhs_(i+1) += a_(i+1) rhs_i/d_i,
//!   d_0 -= f_i e_i/d_i,   f_(i+1) = f_i b_(i+1)/d_i,   rhs_0 += f_i rhs_i/d_i.

use std::cmp::Reverse;

use super::edges::{Edge, Edges};
use crate::morphology::NO_PARENT;

/// A connected part of a tree, its nodes one after another in the columns of a thread.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// Its first node, which is its root.
    pub first: usize,
    /// For each node its parent, counted from `first`; [`NO_PARENT`] for the root. Parents come first.
    pub parent: &'a [u32],
    /// Couplings to the parent (S/cm2): in the node's row, and in the parent's. Those of the root count in the [`EndTree`].
    pub a: &'a [f64],
    /// See `a`.
    pub b: &'a [f64],
    /// The node, counted from `first`, where further pieces hang; 0 when they hang on the root, or there are none.
    pub far: usize,
}

/// One row that is left of a piece.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Row {
    /// Diagonal, S/cm2.
    pub d: f64,
    /// Right-hand side, mA/cm2.
    pub rhs: f64,
    /// Voltage before the step, mV.
    pub v: f64,
}

/// What is left of a piece once its inner nodes are eliminated. Without a far end of its own, `far` and the couplings are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ends {
    /// The root's row.
    pub root: Row,
    /// The far end's row.
    pub far: Row,
    /// Coupling to the root in the far end's row, S/cm2.
    pub e: f64,
    /// Coupling to the far end in the root's row, S/cm2.
    pub f: f64,
}

/// The values found for the ends of a piece: dv, mV.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Found {
    /// Of the root.
    pub root: f64,
    /// Of the far end; the root's when it is the same node.
    pub far: f64,
}

/// The pieces of one thread.
#[derive(Clone, Debug, Default)]
pub struct PieceMatrix {
    /// The first node of all.
    start: usize,
    /// Axial part of the diagonal (S/cm2) from couplings inside the pieces, of all nodes from there on.
    axial: Vec<f64>,
    /// What hangs on the backbones, deepest first.
    side: Edges,
    backbones: Vec<Backbone>,
}

/// Root, inner nodes and far end of a piece, as indices of the thread's columns.
#[derive(Clone, Debug)]
struct Backbone {
    nodes: Vec<u32>,
    /// Couplings of each node to the one before it; unused for the root.
    a: Vec<f64>,
    b: Vec<f64>,
    /// e_i of the inner nodes, kept for the way back.
    e: Vec<f64>,
}

impl PieceMatrix {
    /// The pieces of one thread, in its order of them.
    pub fn new<'a>(pieces: impl IntoIterator<Item = Piece<'a>>) -> PieceMatrix {
        let pieces: Vec<Piece<'a>> = pieces.into_iter().collect();
        let start = pieces.iter().map(|piece| piece.first).min().unwrap_or(0);
        let end = pieces.iter().map(|piece| piece.first + piece.parent.len()).max().unwrap_or(0);
        let mut matrix = PieceMatrix { start, axial: vec![0.0; end - start], ..PieceMatrix::default() };
        let mut side: Vec<(u32, Edge)> = Vec::new();
        for piece in pieces {
            let way = way(&piece);
            let mut on_backbone = vec![false; piece.parent.len()];
            way.iter().for_each(|&node| on_backbone[node] = true);
            matrix.backbones.push(Backbone::new(&piece, &way));
            // Distance from the backbone.
            let mut depth = vec![0u32; piece.parent.len()];
            let first = piece.first;
            let axial = &mut matrix.axial[first - start..];
            for (node, &parent) in piece.parent.iter().enumerate() {
                if parent == NO_PARENT {
                    continue;
                }
                let parent = parent as usize;
                axial[node] += piece.a[node];
                axial[parent] += piece.b[node];
                if !on_backbone[node] {
                    depth[node] = depth[parent] + 1;
                    let edge = Edge {
                        node: first + node,
                        parent: first + parent,
                        a: piece.a[node],
                        b: piece.b[node],
                    };
                    side.push((depth[node], edge));
                }
            }
        }
        side.sort_by_key(|(depth, edge)| Reverse((*depth, edge.node)));
        side.into_iter().for_each(|(_, edge)| matrix.side.push(edge));
        matrix
    }

    /// Moves nodes within their pieces: the n-th node of all is found at `place[n]` from now on.
    ///
    /// # Panics
    /// When there are not as many places as nodes.
    pub fn renumber(&mut self, place: &[u32]) {
        assert_eq!(place.len(), self.axial.len(), "every node has a place");
        let axial = std::mem::take(&mut self.axial);
        self.axial = vec![0.0; axial.len()];
        for (place, axial) in place.iter().zip(axial) {
            self.axial[*place as usize - self.start] = axial;
        }
        self.side.renumber(self.start, place);
        for node in self.backbones.iter_mut().flat_map(|backbone| &mut backbone.nodes) {
            *node = place[*node as usize - self.start];
        }
    }

    /// Number of pieces.
    pub fn len(&self) -> usize {
        self.backbones.len()
    }

    /// Whether the thread has no piece.
    pub fn is_empty(&self) -> bool {
        self.backbones.is_empty()
    }

    /// Adds the axial terms between nodes of one piece to `d` (S/cm2) and, for voltages `v` (mV), to `rhs` (mA/cm2).
    ///
    /// # Panics
    /// When a slice is shorter than the thread's columns.
    pub fn add_axial(&self, v: &[f64], d: &mut [f64], rhs: &mut [f64]) {
        for (d, g) in d[self.start..].iter_mut().zip(&self.axial) {
            *d += g;
        }
        self.side.add_axial(v, rhs);
        for backbone in &self.backbones {
            for (pair, (a, b)) in backbone.nodes.windows(2).zip(backbone.a.iter().zip(&backbone.b).skip(1)) {
                let (near, node) = (pair[0] as usize, pair[1] as usize);
                let dv = v[near] - v[node];
                rhs[node] += a * dv;
                rhs[near] -= b * dv;
            }
        }
    }

    /// Eliminates every piece onto its ends, and calls `publish` with the number of each piece and what is left of it.
    /// `d` and `rhs` then hold what [`substitute`](Self::substitute) needs.
    ///
    /// # Panics
    /// When a slice is shorter than the thread's columns.
    pub fn eliminate(
        &mut self,
        v: &[f64],
        d: &mut [f64],
        rhs: &mut [f64],
        mut publish: impl FnMut(usize, Ends),
    ) {
        self.side.eliminate(0..self.side.len(), d, rhs);
        for (number, backbone) in self.backbones.iter_mut().enumerate() {
            publish(number, backbone.eliminate(v, d, rhs));
        }
    }

    /// Fills all nodes in once the ends are known: `found` gives those of each piece. The result replaces `rhs`.
    ///
    /// # Panics
    /// When a slice is shorter than the thread's columns.
    pub fn substitute(&self, d: &[f64], rhs: &mut [f64], found: impl Fn(usize) -> Found) {
        for (number, backbone) in self.backbones.iter().enumerate() {
            backbone.substitute(d, rhs, found(number));
        }
        self.side.substitute(0..self.side.len(), d, rhs);
    }
}

/// The way from the root to the far end.
fn way(piece: &Piece) -> Vec<usize> {
    let mut way = vec![piece.far];
    while let Some(&node) = way.last().filter(|&&node| node != 0) {
        way.push(piece.parent[node] as usize);
    }
    way.reverse();
    way
}

impl Backbone {
    fn new(piece: &Piece, way: &[usize]) -> Backbone {
        Backbone {
            nodes: way.iter().map(|&node| (piece.first + node) as u32).collect(),
            a: way.iter().map(|&node| piece.a[node]).collect(),
            b: way.iter().map(|&node| piece.b[node]).collect(),
            e: vec![0.0; way.len()],
        }
    }

    fn eliminate(&mut self, v: &[f64], d: &mut [f64], rhs: &mut [f64]) -> Ends {
        let root = self.nodes[0] as usize;
        let row = |node: usize, d: &[f64], rhs: &[f64]| Row { d: d[node], rhs: rhs[node], v: v[node] };
        let last = self.nodes.len() - 1;
        if last == 0 {
            return Ends { root: row(root, d, rhs), ..Ends::default() };
        }
        let (mut e, mut f) = (self.a[1], self.b[1]);
        for i in 1..last {
            let (node, next) = (self.nodes[i] as usize, self.nodes[i + 1] as usize);
            let (a, b) = (self.a[i + 1], self.b[i + 1]);
            let inverse = 1.0 / d[node];
            let known = rhs[node] * inverse;
            d[root] -= f * e * inverse;
            rhs[root] += f * known;
            d[next] -= a * b * inverse;
            rhs[next] += a * known;
            self.e[i] = e * inverse;
            d[node] = b * inverse;
            rhs[node] = known;
            e *= a * inverse;
            f *= b * inverse;
        }
        let far = self.nodes[last] as usize;
        Ends { root: row(root, d, rhs), far: row(far, d, rhs), e, f }
    }

    fn substitute(&self, d: &[f64], rhs: &mut [f64], found: Found) {
        let last = self.nodes.len() - 1;
        rhs[self.nodes[0] as usize] = found.root;
        let mut next = found.far;
        if last > 0 {
            rhs[self.nodes[last] as usize] = next;
        }
        for i in (1..last).rev() {
            let node = self.nodes[i] as usize;
            next = rhs[node] + self.e[i] * found.root + d[node] * next;
            rhs[node] = next;
        }
    }
}

/// Where a piece hangs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Joint {
    /// Number of the piece that it hangs on, smaller than its own; `None` for a piece with the root of its cell.
    pub parent: Option<usize>,
    /// Whether it hangs on that piece's far end, or on its root.
    pub at_far: bool,
    /// Coupling to the parent in the root's row, S/cm2.
    pub a: f64,
    /// Coupling to this root in the parent's row, S/cm2.
    pub b: f64,
}

/// How the pieces of all split cells hang together.
#[derive(Clone, Debug, Default)]
pub struct EndTree {
    joints: Vec<Joint>,
    /// Whether a piece has a far end besides its root.
    has_far: Vec<bool>,
    work: Vec<Ends>,
}

impl EndTree {
    /// The tree of pieces, each after the one that it hangs on; `has_far` tells which have a far end besides the root.
    ///
    /// # Panics
    /// When a piece does not come after its parent, or the lists differ in length.
    pub fn new(joints: Vec<Joint>, has_far: Vec<bool>) -> EndTree {
        assert_eq!(joints.len(), has_far.len(), "every piece has a joint");
        let in_order = joints.iter().enumerate().all(|(i, j)| j.parent.is_none_or(|p| p < i));
        assert!(in_order, "every piece comes after the one that it hangs on");
        EndTree { work: vec![Ends::default(); joints.len()], joints, has_far }
    }

    /// Number of pieces.
    pub fn len(&self) -> usize {
        self.joints.len()
    }

    /// Whether no cell is split.
    pub fn is_empty(&self) -> bool {
        self.joints.is_empty()
    }

    /// Solves for the ends of all pieces; `ends` gives what is left of each. Axial terms between pieces are added here.
    pub fn solve(&mut self, ends: impl Fn(usize) -> Ends, found: &mut [Found]) {
        let EndTree { joints, has_far, work } = self;
        for (i, slot) in work.iter_mut().enumerate() {
            *slot = ends(i);
        }
        for (i, joint) in joints.iter().enumerate() {
            let Some(parent) = joint.parent else { continue };
            let above = if joint.at_far { work[parent].far.v } else { work[parent].root.v };
            let dv = above - work[i].root.v;
            work[i].root.d += joint.a;
            work[i].root.rhs += joint.a * dv;
            let row = if joint.at_far { &mut work[parent].far } else { &mut work[parent].root };
            row.d += joint.b;
            row.rhs -= joint.b * dv;
        }
        for i in (0..joints.len()).rev() {
            let joint = joints[i];
            let this = &mut work[i];
            if has_far[i] {
                let inverse = 1.0 / this.far.d;
                this.far.rhs *= inverse;
                this.e *= inverse;
                this.root.d -= this.f * this.e;
                this.root.rhs += this.f * this.far.rhs;
            }
            let inverse = 1.0 / this.root.d;
            this.root.rhs *= inverse;
            this.root.d = joint.a * inverse;
            let (of_parent, known) = (this.root.d, this.root.rhs);
            if let Some(parent) = joint.parent {
                let row = if joint.at_far { &mut work[parent].far } else { &mut work[parent].root };
                row.d -= joint.b * of_parent;
                row.rhs += joint.b * known;
            }
        }
        for (i, joint) in joints.iter().enumerate() {
            let above = match joint.parent {
                Some(parent) if joint.at_far => found[parent].far,
                Some(parent) => found[parent].root,
                None => 0.0,
            };
            let this = &work[i];
            let root =
                if joint.parent.is_some() { this.root.rhs + this.root.d * above } else { this.root.rhs };
            let far = if has_far[i] { this.far.rhs + this.e * root } else { root };
            found[i] = Found { root, far };
        }
    }
}
