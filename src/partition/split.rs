//! Cells that are cut into pieces, so that several threads share one.
//!
//! In: what every cell costs, who may be cut, and the limits a person gave. Out: the pieces of each cut cell and the thread of each.
//! Cells are cut only where whole cells leave the threads unequal: the dearest first, in so many pieces that the predicted time of a
//! step is least, as each piece costs something. Always true: a cell that is pinned, or whose mechanisms look at other places of
//! their cell, is never cut.

use std::sync::Arc;

use super::complexity::{Costs, node_costs};
use super::cuts::{Pieces, cut};
use super::obstacle::obstacle;
use super::{Multisplit, Options, lpt};
use crate::network::{Body, Model};

/// A cell in pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitCell {
    /// Its population.
    pub population: usize,
    /// Its index there.
    pub cell: u32,
    /// The pieces, each after the one that it hangs on.
    pub pieces: Arc<Pieces>,
    /// The thread of each piece.
    pub thread_of: Vec<u16>,
}

/// What a thread does in a step for each piece in the network beside the piece's own nodes, ns: a part of the tree of ends.
const ENDS: f64 = 20.0;

/// What the threads lose in a step by meeting once when they share a cell, ns: the meeting itself takes a fifth of that on free
/// cores, but nobody arrives on time.
const MEETING: f64 = 1000.0;

/// How fine cells are cut: pieces of at most a part of a thread's share. From the whole share on, each time finer by
/// [`FINER`], so many times: down to a fiftieth.
const GRADES: i32 = 28;

/// See [`GRADES`].
const FINER: f64 = 0.865;

/// Most cells of one network that are cut.
const MOST: usize = 64;

/// Deals cells out, and cuts some of them if that makes the threads more equal. `costs` are those of all cells, population after
/// population; `fixed` ones go to thread 0. Gives the bin of each whole cell (of a cut cell: that of its root), the cut cells and
/// the sum of each bin.
pub(super) fn deal(
    model: &Model,
    of: &Costs,
    costs: &[f64],
    fixed: &[bool],
    threads: usize,
    options: &Options,
) -> (Vec<u16>, Vec<SplitCell>, Vec<f64>) {
    let (bins, sums) = lpt::deal(costs, fixed, threads);
    let enough = super::imbalance(&sums) <= options.imbalance && options.multisplit == Multisplit::Auto;
    if threads == 1 || options.multisplit == Multisplit::Never || enough {
        return (bins, Vec::new(), sums);
    }
    let share = costs.iter().sum::<f64>() / threads as f64;
    let dear = candidates(model, costs, fixed, super::dear(share * threads as f64, threads, options));
    if dear.is_empty() {
        return (bins, Vec::new(), sums);
    }
    let mut best = (bins, Vec::new(), sums);
    let mut least = step_time(&best.2, &[], of.starting);
    for count in counts(dear.len(), options.multisplit) {
        for grade in 0..GRADES {
            let limit = share * FINER.powi(grade);
            let (bins, cells, sums) = cut_some(model, of, costs, fixed, threads, &dear[..count], limit);
            let time = step_time(&sums, &cells, of.starting);
            // Who wants cells cut gets as many as can be, and of those plans the shortest.
            let more = options.multisplit == Multisplit::Always && cells.len() > best.1.len();
            let fewer = options.multisplit == Multisplit::Always && cells.len() < best.1.len();
            if more || (!fewer && time < least) {
                least = time;
                best = (bins, cells, sums);
            }
        }
        if super::imbalance(&best.2) <= options.imbalance {
            break;
        }
    }
    best
}

/// How many of the dearest cells are tried: one, two, four and so on, and all; only all if they are to be cut in any case.
fn counts(all: usize, multisplit: Multisplit) -> Vec<usize> {
    let first = if multisplit == Multisplit::Always { all } else { 1 };
    let mut counts: Vec<usize> = std::iter::successors(Some(first), |count| Some(2 * count))
        .take_while(|count| *count < all)
        .collect();
    counts.push(all);
    counts
}

/// A cell that may be cut: its index among all cells, its population and its index there.
type Candidate = (usize, usize, u32);

/// Cells that can be cut and cost more than `limit`, the dearest first.
fn candidates(model: &Model, costs: &[f64], fixed: &[bool], limit: f64) -> Vec<Candidate> {
    let mut list = Vec::new();
    for (p, population) in model.populations.iter().enumerate() {
        let Body::Cells(body) = &population.body else { continue };
        if obstacle(model, body).is_some() {
            continue;
        }
        let first = population.first_id as usize;
        let all = (0..population.count).map(|cell| (first + cell as usize, p, cell));
        list.extend(all.filter(|&(id, _, _)| costs[id] > limit && !fixed[id]));
    }
    list.sort_by(|a: &Candidate, b| costs[b.0].total_cmp(&costs[a.0]));
    list.truncate(MOST);
    list
}

fn cut_some(
    model: &Model,
    of: &Costs,
    costs: &[f64],
    fixed: &[bool],
    threads: usize,
    chosen: &[Candidate],
    limit: f64,
) -> (Vec<u16>, Vec<SplitCell>, Vec<f64>) {
    let mut items = costs.to_vec();
    let mut held = fixed.to_vec();
    let mut cells = Vec::new();
    for &(id, population, cell) in chosen {
        let Body::Cells(body) = &model.populations[population].body else { continue };
        let pieces = cut(&body.compartments.parent, &node_costs(of, body, cell), limit);
        if pieces.len() < 2 {
            continue;
        }
        items[id] = 0.0;
        let first = items.len();
        items.extend(&pieces.cost);
        held.resize(items.len(), false);
        cells.push((
            id,
            first,
            SplitCell { population, cell, pieces: Arc::new(pieces), thread_of: Vec::new() },
        ));
    }
    let (mut bins, mut sums) = lpt::deal(&items, &held, threads);
    lpt::refine(&items, &held, &mut bins, &mut sums);
    let mut split = Vec::new();
    for (id, first, mut cell) in cells {
        cell.thread_of = bins[first..first + cell.pieces.len()].to_vec();
        bins[id] = cell.thread_of[0];
        split.push(cell);
    }
    split.sort_by_key(|c| (c.population, c.cell));
    bins.truncate(costs.len());
    (bins, split, sums)
}

/// What a step is predicted to take, ns: as long as the most loaded thread; what each thread that has cells takes to start its
/// kernels beyond its share of `starting`; and what sharing cells costs beside.
pub(super) fn step_time(sums: &[f64], cells: &[SplitCell], starting: f64) -> f64 {
    let pieces: usize = cells.iter().map(|c| c.pieces.len()).sum();
    let shared = if pieces > 0 { MEETING + ENDS * pieces as f64 } else { 0.0 };
    let busy = sums.iter().filter(|sum| **sum > 0.0).count().max(1);
    largest(sums) + starting * (1.0 - 1.0 / busy as f64) + shared
}

fn largest(sums: &[f64]) -> f64 {
    sums.iter().copied().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::morphology::NO_PARENT;
    use proptest::prelude::*;

    /// Shapes: a random tree, a chain, a comb, a binary tree, a star.
    fn parents(shape: u8, picks: &[prop::sample::Index]) -> Vec<u32> {
        let of = |node: usize| match shape {
            0 => picks[node].index(node),
            1 => node - 1,
            2 if node % 3 == 1 => node - 1,
            2 => node.saturating_sub(2),
            3 => (node - 1) / 2,
            _ => 0,
        };
        (0..picks.len()).map(|node| if node == 0 { NO_PARENT } else { of(node) as u32 }).collect()
    }

    fn tree() -> impl Strategy<Value = (Vec<u32>, Vec<f64>)> {
        (1usize..=2000, 0u8..5).prop_flat_map(|(nodes, shape)| {
            let picks = prop::collection::vec(any::<prop::sample::Index>(), nodes);
            let costs = prop::collection::vec(0.1f64..20.0, nodes);
            (picks, costs).prop_map(move |(picks, costs)| (parents(shape, &picks), costs))
        })
    }

    proptest! {
        #[test]
        fn pieces_lose_and_double_nothing_and_are_dealt_evenly((parent, cost) in tree(), threads in 2usize..9) {
            let total: f64 = cost.iter().sum();
            let share = total / threads as f64;
            let pieces = cut(&parent, &cost, share / 3.0);
            let fixed = vec![false; pieces.len()];
            let (mut bins, mut sums) = lpt::deal(&pieces.cost, &fixed, threads);
            lpt::refine(&pieces.cost, &fixed, &mut bins, &mut sums);
            // Each node is in one piece, whose thread has its cost, and no other.
            let mut seen = vec![0.0; threads];
            prop_assert_eq!(pieces.of_node.len(), cost.len());
            for (node, piece) in pieces.of_node.iter().enumerate() {
                seen[usize::from(bins[*piece as usize])] += cost[node];
            }
            for (seen, sum) in seen.iter().zip(&sums) {
                prop_assert!((seen - sum).abs() < 1e-9 * total);
            }
            // No plan of any kind is better than the mean or the dearest node. Where nodes are small beside the mean, the
            // largest share is at most 4/3 of it; else at most one piece above it (Graham's bound for any list).
            let dearest = cost.iter().copied().fold(0.0, f64::max);
            let piece = pieces.cost.iter().copied().fold(0.0, f64::max);
            prop_assert!(piece <= dearest.max(share / 3.0) + 1e-9 * total);
            let bound = if dearest <= share / 3.0 { share * 4.0 / 3.0 } else { share + piece };
            prop_assert!(largest(&sums) <= bound + 1e-9 * total, "{} > {bound}", largest(&sums));
        }
    }
}
