//! Which connections end in which group of a thread.
//!
//! In: the model's connections and the cells of each group. Out: for each group the numbers of those that end in it, so that a group need not
//! look at all connections of the network. With one group nothing is listed: it looks at all. Lives while the thread builds its cells.

use std::cell::OnceCell;

use super::groups::Share;
use super::layout::NONE;
use crate::network::Model;

/// The connections of every group, and what all of them need to know of sources.
#[derive(Debug, Default)]
pub struct Routes {
    /// By group and projection: numbers in the projection, ascending. Empty with one group.
    numbers: Vec<Vec<Vec<u32>>>,
    rank: OnceCell<Vec<u32>>,
}

impl Routes {
    /// The routes to the groups that have the cells of `shares`.
    pub fn new(model: &Model, shares: &[Share]) -> Routes {
        if shares.len() < 2 {
            return Routes::default();
        }
        let mut group_of: Vec<Vec<u32>> =
            model.populations.iter().map(|population| vec![NONE; population.count as usize]).collect();
        for (group, share) in shares.iter().enumerate() {
            for (groups, cells) in group_of.iter_mut().zip(&share.cells) {
                cells.iter().for_each(|cell| groups[*cell as usize] = group as u32);
            }
        }
        let mut numbers = vec![vec![Vec::new(); model.projections.len()]; shares.len()];
        for (p, projection) in model.projections.iter().enumerate() {
            let groups = &group_of[projection.target];
            for (number, target) in projection.connections.target.iter().enumerate() {
                if let Some(numbers) = numbers.get_mut(groups[*target as usize] as usize) {
                    numbers[p].push(number as u32);
                }
            }
        }
        Routes { numbers, rank: OnceCell::new() }
    }

    /// Numbers of the connections of a projection that end in `group`, ascending; `None` with one group, which may have all.
    pub fn numbers(&self, group: usize, projection: usize) -> Option<&[u32]> {
        self.numbers.get(group).map(|numbers| numbers[projection].as_slice())
    }

    /// The place of each cell in the order in which connections first name sources, whoever has the targets: in this order FOR_NETCONS meets
    /// them, as in NEURON. Made when first asked for.
    pub fn rank(&self, model: &Model) -> &[u32] {
        self.rank.get_or_init(|| {
            let mut rank = vec![NONE; model.cell_count() as usize];
            let mut next = 0;
            for projection in &model.projections {
                let first = model.populations[projection.source].first_id as usize;
                for source in &projection.connections.source {
                    let rank = &mut rank[first + *source as usize];
                    if *rank == NONE {
                        *rank = next;
                        next += 1;
                    }
                }
            }
            rank
        })
    }
}
