//! Which thread integrates which cell.
//!
//! In comes a checked model and a number of threads; out comes a [`Plan`] that gives every cell to one thread, so
//! that the threads have about the same work. Whole cells, dearest first, each to the thread that has least so far
//! (LPT; Graham 1969, doi:10.1137/0117039: at most 4/3 of the best). Cells with a serial mechanism all go to thread 0 first, as
//! their instances run one after another; the others fill up the threads. The plan depends only on the model and the number
//! of threads, never on measurements made at run time.

mod complexity;
pub mod cuts;
mod lpt;
mod pinned;

pub use complexity::cell_complexity;

use crate::network::Model;

/// Cells dealt out to threads.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// For each population, the thread of each of its cells.
    pub thread_of: Vec<Vec<u16>>,
    /// Complexity of each thread's cells: estimated ns per time step.
    pub complexity: Vec<f64>,
    /// For each serial mechanism that is in use, how many cells it holds on thread 0.
    pub pinned: Vec<Pinned>,
}

/// Cells that must be on thread 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// The serial mechanism, an index into the model's.
    pub mechanism: usize,
    /// Number of cells that have it.
    pub cells: u64,
}

/// Most threads that a plan can deal out to.
pub const MAX_THREADS: usize = 1024;

impl Plan {
    /// Deals the cells of `model` out to `threads` threads (at least 1, at most [`MAX_THREADS`]).
    pub fn new(model: &Model, threads: usize) -> Plan {
        let threads = threads.clamp(1, MAX_THREADS);
        let costs: Vec<Vec<f64>> = (0..model.populations.len()).map(|p| cell_complexity(model, p)).collect();
        let flat: Vec<f64> = costs.iter().flatten().copied().collect();
        let (is_pinned, pinned) = pinned::cells(model);
        let (assignment, complexity) = lpt::deal(&flat, &is_pinned, threads);
        let mut rest = assignment.as_slice();
        let thread_of = costs
            .iter()
            .map(|c| {
                let (mine, others) = rest.split_at(c.len());
                rest = others;
                mine.to_vec()
            })
            .collect();
        Plan { thread_of, complexity, pinned }
    }

    /// Number of threads.
    pub fn threads(&self) -> usize {
        self.complexity.len()
    }

    /// By how much the most loaded thread exceeds the mean, as a fraction of the mean; 0 for no work at all.
    pub fn load_imbalance(&self) -> f64 {
        let total: f64 = self.complexity.iter().sum();
        let largest = self.complexity.iter().copied().fold(0.0, f64::max);
        if total > 0.0 { largest / (total / self.complexity.len() as f64) - 1.0 } else { 0.0 }
    }
}
