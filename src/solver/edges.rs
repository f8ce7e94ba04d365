//! Nodes in the order of their elimination, with their couplings: what whole cells and pieces of cells share.
//!
//! Node n with parent p reads d_n x_n - a_n x_p - sum over children = rhs_n, and p's row holds -b_n for it. Always true of a
//! list: a node stands before its parent, so that one sweep forward eliminates, and one backward substitutes.

use std::ops::Range;

/// Nodes with their parents and couplings (S/cm2).
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Edges {
    node: Vec<u32>,
    parent: Vec<u32>,
    a: Vec<f64>,
    b: Vec<f64>,
}

/// One entry of [`Edges`].
pub(super) struct Edge {
    pub node: usize,
    pub parent: usize,
    pub a: f64,
    pub b: f64,
}

impl Edges {
    pub fn push(&mut self, edge: Edge) {
        self.node.push(edge.node as u32);
        self.parent.push(edge.parent as u32);
        self.a.push(edge.a);
        self.b.push(edge.b);
    }

    /// Moves the nodes: what was number n is number `place[n - start]`.
    pub fn renumber(&mut self, start: usize, place: &[u32]) {
        for node in self.node.iter_mut().chain(&mut self.parent) {
            *node = place[*node as usize - start];
        }
    }

    pub fn len(&self) -> usize {
        self.node.len()
    }

    fn range(&self, range: Range<usize>) -> impl DoubleEndedIterator<Item = Edge> {
        let ends = self.node[range.clone()].iter().zip(&self.parent[range.clone()]);
        let couplings = self.a[range.clone()].iter().zip(&self.b[range]);
        ends.zip(couplings).map(|((&node, &parent), (&a, &b))| Edge {
            node: node as usize,
            parent: parent as usize,
            a,
            b,
        })
    }

    /// Axial currents (mA/cm2) at the voltages `v` (mV), added to `rhs`.
    pub fn add_axial(&self, v: &[f64], rhs: &mut [f64]) {
        for edge in self.range(0..self.len()) {
            let dv = v[edge.parent] - v[edge.node];
            rhs[edge.node] += edge.a * dv;
            rhs[edge.parent] -= edge.b * dv;
        }
    }

    /// Eliminates the nodes of a range. A node that has nothing left below it reads d_n x_n - a_n x_p = rhs_n; this leaves a_n/d_n in
    /// `d` and rhs_n/d_n in `rhs`, so that there is one division a node and the way back has none.
    pub fn eliminate(&self, range: Range<usize>, d: &mut [f64], rhs: &mut [f64]) {
        for Edge { node, parent, a, b } in self.range(range) {
            let inverse = 1.0 / d[node];
            let of_parent = a * inverse;
            let known = rhs[node] * inverse;
            d[node] = of_parent;
            rhs[node] = known;
            d[parent] -= b * of_parent;
            rhs[parent] += b * known;
        }
    }

    /// Finds the nodes of a range once their parents are known; values are in `rhs`.
    pub fn substitute(&self, range: Range<usize>, d: &[f64], rhs: &mut [f64]) {
        for Edge { node, parent, .. } in self.range(range).rev() {
            rhs[node] += d[node] * rhs[parent];
        }
    }
}
