//! Which thread integrates which cell.
//!
//! In comes a checked model and a number of threads; out comes a [`Plan`] that gives every cell to one thread, so
//! that the threads have about the same work. Whole cells, dearest first, each to the thread that has least so far
//! (LPT; Graham 1969, doi:10.1137/0117039: at most 4/3 of the best). Cells with a serial mechanism all go to thread 0 first, as
//! their instances run one after another; the others fill up the threads. Where whole cells leave the threads too unequal, dear cells
//! are cut into pieces ([`cuts`]), which are dealt out like cells. The plan depends only on the model and the number
//! of threads, unless the caller brings costs that were measured ([`Plan::by`]).

mod complexity;
pub mod cuts;
mod grouping;
mod lpt;
pub mod measure;
mod memory;
mod obstacle;
mod pinned;
mod split;

pub use complexity::{COMPARTMENT, Costs, Size, cell_complexity, size, states};
pub use grouping::{Grouping, WorkingSet, are_independent};
pub use memory::Memory;
pub use obstacle::{Obstacle, Refusal, obstacle, refusals, uncut};
pub use split::SplitCell;

use crate::network::Model;

/// Cells dealt out to threads.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// For each population, the thread of each of its cells.
    pub thread_of: Vec<Vec<u16>>,
    /// Complexity of each thread's cells: estimated ns per time step.
    pub complexity: Vec<f64>,
    /// What each thread takes to start all kernels, ns per time step: in `complexity` only once, shared among instances.
    pub starting: f64,
    /// For each serial mechanism that is in use, how many cells it holds on thread 0.
    pub pinned: Vec<Pinned>,
    /// Cells that several threads share, by population and index. `thread_of` has the thread of their root's piece.
    pub split: Vec<SplitCell>,
}

/// Whether cells may be cut into pieces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Multisplit {
    /// Where whole cells leave the threads too unequal.
    #[default]
    Auto,
    /// Every dear cell, on more than one thread.
    Always,
    /// None.
    Never,
}

/// How cells are dealt out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Whether cells may be cut.
    pub multisplit: Multisplit,
    /// Load imbalance up to which cells stay whole, as a fraction.
    pub imbalance: f64,
}

impl Default for Options {
    fn default() -> Options {
        Options { multisplit: Multisplit::Auto, imbalance: 0.05 }
    }
}

impl Options {
    /// No cell is cut: results have the same bits on any number of threads.
    pub fn whole_cells() -> Options {
        Options { multisplit: Multisplit::Never, ..Options::default() }
    }
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
    /// Deals the cells of `model` out to `threads` threads (at least 1, at most [`MAX_THREADS`]); dear cells are cut if that helps.
    pub fn new(model: &Model, threads: usize) -> Plan {
        Plan::with(model, threads, &Options::default())
    }

    /// The same as a person wants it. Cells that are to be cut though something stands in the way ([`refusals`]) stay whole.
    pub fn with(model: &Model, threads: usize, options: &Options) -> Plan {
        Plan::by(model, threads, options, &Costs::table(model))
    }

    /// The same by costs other than those of the built-in table.
    pub fn by(model: &Model, threads: usize, options: &Options, of: &Costs) -> Plan {
        let threads = threads.clamp(1, MAX_THREADS);
        let costs: Vec<Vec<f64>> =
            (0..model.populations.len()).map(|p| cell_complexity(model, of, p)).collect();
        let flat: Vec<f64> = costs.iter().flatten().copied().collect();
        let (is_pinned, pinned) = pinned::cells(model);
        let (assignment, split, complexity) = split::deal(model, of, &flat, &is_pinned, threads, options);
        let mut rest = assignment.as_slice();
        let thread_of = costs
            .iter()
            .map(|c| {
                let (mine, others) = rest.split_at(c.len());
                rest = others;
                mine.to_vec()
            })
            .collect();
        Plan { thread_of, complexity, starting: of.starting, pinned, split }
    }

    /// Number of threads.
    pub fn threads(&self) -> usize {
        self.complexity.len()
    }

    /// By how much the most loaded thread exceeds the mean, as a fraction of the mean; 0 for no work at all.
    pub fn load_imbalance(&self) -> f64 {
        imbalance(&self.complexity)
    }

    /// Number of pieces of all cut cells.
    pub fn pieces(&self) -> usize {
        self.split.iter().map(|cell| cell.pieces.len()).sum()
    }

    /// How many times as fast as on one thread a step is predicted to be, if each thread has a core of its own; 1 for no work.
    pub fn speed_up(&self) -> f64 {
        let time = split::step_time(&self.complexity, &self.split, self.starting);
        if time > 0.0 { self.complexity.iter().sum::<f64>() / time } else { 1.0 }
    }
}

/// The complexity above which a cell of a network that costs `total` may be worth cutting: below it whole cells can even out
/// what is unequal.
fn dear(total: f64, threads: usize, options: &Options) -> f64 {
    options.imbalance * total / threads as f64
}

/// By how much the largest of the sums exceeds their mean, as a fraction of it.
fn imbalance(sums: &[f64]) -> f64 {
    let total: f64 = sums.iter().sum();
    let largest = sums.iter().copied().fold(0.0, f64::max);
    let excess = if total > 0.0 { largest / (total / sums.len() as f64) - 1.0 } else { 0.0 };
    // What the sums' rounding makes is nothing.
    if excess > 1e-9 { excess } else { 0.0 }
}
