//! A thread's cells in groups that fit into its core's second-level cache.
//!
//! In: a model, the cells that the plan gives to a thread, and how large a group may be. Out: the cells of each group, which then goes through a
//! whole epoch before the next one begins, so that its columns are read from the cache and not, step after step, from behind it.
//! Always true: every cell of the thread is in one group; nothing crosses between groups within an epoch. Where that cannot be promised
//! (gap junctions and other couplings, cells that several threads share, serial mechanisms, EXTERNAL variables) all cells are one group.
//! Results do not depend on groups, as they do not depend on threads.
//!
//! Groups are about equally large, and take cells of a population [`WELL_FILLED`] at a time, which fills the lanes in which they are solved.

use crate::network::Model;
use crate::partition::{Grouping, Plan, WorkingSet, are_independent};
use crate::solver::interleaved::WELL_FILLED;

/// The cells of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Whole cells of each population, ascending.
    pub cells: Vec<Vec<u32>>,
    /// Whether the thread's pieces of shared cells belong to it.
    pub has_pieces: bool,
}

/// Deals the cells that `plan` gives to `thread` out to groups; at least one, which may be empty.
pub fn shares(model: &Model, plan: &Plan, thread: usize, grouping: Grouping) -> Vec<Share> {
    let mut cells = Vec::with_capacity(model.populations.len());
    for (p, threads) in plan.thread_of.iter().enumerate() {
        let is_split = |cell: u32| plan.split.iter().any(|split| (split.population, split.cell) == (p, cell));
        let mine = (0..threads.len() as u32).filter(|cell| threads[*cell as usize] as usize == thread);
        cells.push(mine.filter(|cell| !is_split(*cell)).collect::<Vec<u32>>());
    }
    let sizes: Vec<WorkingSet> =
        model.populations.iter().map(|population| WorkingSet::of(model, &population.body)).collect();
    let total = |of: fn(&WorkingSet) -> usize| {
        cells.iter().zip(&sizes).map(|(cells, size)| cells.len() * of(size)).sum::<usize>()
    };
    let (bytes, compartments) = (total(|size| size.bytes), total(|size| size.compartments));
    let count = grouping.count(bytes, compartments, plan.split.is_empty() && are_independent(model));
    if count <= 1 {
        return vec![Share { cells, has_pieces: true }];
    }
    let mut shares = vec![Share { cells: vec![Vec::new(); cells.len()], has_pieces: false }; count];
    let mut before = 0;
    for (p, (cells, size)) in cells.iter().zip(&sizes).enumerate() {
        for unit in cells.chunks(WELL_FILLED) {
            // By the middle of the unit, so that groups get equal parts of all bytes.
            let own = unit.len() * size.bytes;
            let share = ((2 * before + own) as f64 / (2 * bytes.max(1)) as f64 * count as f64) as usize;
            shares[share.min(count - 1)].cells[p].extend(unit);
            before += own;
        }
    }
    shares.retain(|share| share.cells.iter().any(|cells| !cells.is_empty()));
    shares
}
