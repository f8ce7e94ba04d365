//! Backward Euler on trees, by Hines' elimination.
//!
//! In: [`TreeMatrix`], the trees of many cells one after another, and per step a diagonal `d` (S/cm2) and a right-hand
//! side `rhs` (mA/cm2). Out: dv (mV) in `rhs`. Always true: every node's parent has a lower index, so one
//! sweep from the last node to the first eliminates everything below each node before the node itself, and
//! a sweep back fills in the answers (Hines 1984, doi:10.1016/0020-7101(84)90008-4). No fill-in, exact
//! to rounding, and linear in the number of nodes.
//!
//! The equation of node n with parent p and children c, for membrane current i(v) (mA/cm2, outward positive),
//! is C/dt dv + i'(v) dv + a_n (dv_n - dv_p) + sum_c b_c (dv_n - dv_c) = -i(v) + a_n (v_p - v_n) + sum_c b_c (v_c - v_n).
//! The membranes put C/dt + i' into `d` and -i into `rhs` (C/dt in S/cm2 is 1e-3 cm/dt for cm in uF/cm2 and dt in ms);
//! [`TreeMatrix::add_axial`] adds the rest. Off the diagonal stand -a and -b.

use std::fmt;
use std::ops::Range;

use crate::morphology::{Compartments, NO_PARENT};

/// A parent that does not come before its child, or columns of unequal length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderError {
    /// The first node that breaks the order, or the length of the shortest column.
    pub node: usize,
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {} has no parent before it, or no couplings", self.node)
    }
}

impl std::error::Error for OrderError {}

/// The couplings of many cells laid one after another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TreeMatrix {
    parent: Vec<u32>,
    a: Vec<f64>,
    b: Vec<f64>,
    /// a b, which is all that elimination needs to update the parent's diagonal.
    ab: Vec<f64>,
    /// Axial part of the diagonal: a of the node plus b of its children.
    axial: Vec<f64>,
    stretches: Vec<Stretch>,
}

/// Neighbouring cells that are solved in the same way.
#[derive(Clone, Debug, PartialEq)]
enum Stretch {
    /// Cells of one node: dv = rhs / d, a plain loop that vectorises.
    Single(Range<usize>),
    /// Cells of several nodes.
    Trees(Range<usize>),
}

impl TreeMatrix {
    /// No cells yet.
    pub fn new() -> TreeMatrix {
        TreeMatrix::default()
    }

    /// Cells given as columns: the parent of each node as an index into the same columns ([`NO_PARENT`] for a
    /// root), and couplings `a` and `b` (S/cm2) as in [`Compartments`].
    ///
    /// # Errors
    /// When a parent does not come before its child, or belongs to the cell before the last root.
    pub fn from_columns(parent: &[u32], a: &[f64], b: &[f64]) -> Result<TreeMatrix, OrderError> {
        let shortest = parent.len().min(a.len()).min(b.len());
        if parent.len().max(a.len()).max(b.len()) != shortest {
            return Err(OrderError { node: shortest });
        }
        let mut root = None;
        for (node, &p) in parent.iter().enumerate() {
            if p == NO_PARENT {
                root = Some(node);
            } else if root.is_none_or(|root| (p as usize) < root || p as usize >= node) {
                return Err(OrderError { node });
            }
        }
        let mut matrix = TreeMatrix::new();
        let mut start = 0;
        while start < parent.len() {
            let next = parent[start + 1..].iter().position(|&p| p == NO_PARENT);
            let end = next.map_or(parent.len(), |offset| start + 1 + offset);
            matrix.push_cell(&parent[start..end], start as u32, &a[start..end], &b[start..end]);
            start = end;
        }
        Ok(matrix)
    }

    /// Lays a cell behind those already there, and says which nodes are its.
    pub fn push(&mut self, cell: &Compartments) -> Range<usize> {
        let start = self.parent.len();
        self.push_cell(&cell.parent, 0, &cell.a, &cell.b);
        start..self.parent.len()
    }

    /// Number of nodes of all cells.
    pub fn len(&self) -> usize {
        self.parent.len()
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.parent.is_empty()
    }

    /// The parent of every node; [`NO_PARENT`] for roots.
    pub fn parent(&self) -> &[u32] {
        &self.parent
    }

    /// Adds a cell whose first node is number `first` in its `parent`.
    fn push_cell(&mut self, parent: &[u32], first: u32, a: &[f64], b: &[f64]) {
        let start = self.parent.len();
        for (i, &p) in parent.iter().enumerate() {
            let (a, b, p) =
                if p == NO_PARENT { (0.0, 0.0, p) } else { (a[i], b[i], p - first + start as u32) };
            self.parent.push(p);
            self.a.push(a);
            self.b.push(b);
            self.ab.push(a * b);
            self.axial.push(a);
            if p != NO_PARENT {
                self.axial[p as usize] += b;
            }
        }
        let end = self.parent.len();
        match (self.stretches.last_mut(), parent.len()) {
            (Some(Stretch::Single(range)), 1) => range.end = end,
            (_, 1) => self.stretches.push(Stretch::Single(start..end)),
            (Some(Stretch::Trees(range)), _) => range.end = end,
            _ => self.stretches.push(Stretch::Trees(start..end)),
        }
    }

    /// Adds the axial terms to the diagonal `d` (S/cm2) and, for voltages `v` (mV), to `rhs` (mA/cm2).
    ///
    /// # Panics
    /// When a slice is shorter than the number of nodes.
    pub fn add_axial(&self, v: &[f64], d: &mut [f64], rhs: &mut [f64]) {
        for stretch in &self.stretches {
            let Stretch::Trees(range) = stretch else { continue };
            for (d, axial) in d[range.clone()].iter_mut().zip(&self.axial[range.clone()]) {
                *d += axial;
            }
            let (v, rhs) = (&v[..range.end], &mut rhs[..range.end]);
            let (parent, a, b) = (&self.parent[..range.end], &self.a[..range.end], &self.b[..range.end]);
            for n in range.clone() {
                let p = parent[n];
                if p != NO_PARENT {
                    let dv = v[p as usize] - v[n];
                    rhs[n] += a[n] * dv;
                    rhs[p as usize] -= b[n] * dv;
                }
            }
        }
    }

    /// Solves for dv (mV), which replaces `rhs`. The diagonal `d` is used up.
    ///
    /// # Panics
    /// When a slice is shorter than the number of nodes.
    pub fn solve(&self, d: &mut [f64], rhs: &mut [f64]) {
        for stretch in &self.stretches {
            match stretch {
                Stretch::Single(range) => {
                    for (rhs, d) in rhs[range.clone()].iter_mut().zip(&d[range.clone()]) {
                        *rhs /= *d;
                    }
                }
                Stretch::Trees(range) => self.solve_trees(range.clone(), d, rhs),
            }
        }
    }

    /// Elimination towards the roots, then substitution away from them. Node n, once everything below is
    /// eliminated, reads d_n x_n - a_n x_p = rhs_n; the first sweep leaves a_n/d_n in `d` and rhs_n/d_n in `rhs`, so
    /// that each sweep's chain of dependent operations is short: one division up, one product and sum down.
    fn solve_trees(&self, range: Range<usize>, d: &mut [f64], rhs: &mut [f64]) {
        let (d, rhs) = (&mut d[..range.end], &mut rhs[..range.end]);
        let (parent, a, b, ab) =
            (&self.parent[..range.end], &self.a[..range.end], &self.b[..range.end], &self.ab[..range.end]);
        for n in range.clone().rev() {
            let inverse = 1.0 / d[n];
            let x = rhs[n] * inverse;
            d[n] = a[n] * inverse;
            rhs[n] = x;
            let p = parent[n];
            if p != NO_PARENT {
                d[p as usize] -= ab[n] * inverse;
                rhs[p as usize] += b[n] * x;
            }
        }
        for n in range {
            let p = parent[n];
            if p != NO_PARENT {
                rhs[n] += d[n] * rhs[p as usize];
            }
        }
    }
}
