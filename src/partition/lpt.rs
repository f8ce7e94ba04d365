//! Largest processing time first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A cost that can be compared.
#[derive(Clone, Copy, PartialEq)]
struct Cost(f64);

impl Eq for Cost {}

impl PartialOrd for Cost {
    fn partial_cmp(&self, other: &Cost) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cost {
    fn cmp(&self, other: &Cost) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// Gives each item to a bin, dearest first, each to the bin with least so far (the first of equals); but those that are
/// `fixed` to bin 0, before all others. Returns the bin of each item and the sum of each bin. O(n log n).
pub fn deal(costs: &[f64], fixed: &[bool], bins: usize) -> (Vec<u16>, Vec<f64>) {
    let mut order: Vec<usize> = (0..costs.len()).filter(|item| !fixed[*item]).collect();
    order.sort_by(|a, b| costs[*b].total_cmp(&costs[*a]));
    let mut bin_of = vec![0u16; costs.len()];
    let mut sums = vec![0.0; bins];
    sums[0] = costs.iter().zip(fixed).filter(|(_, fixed)| **fixed).map(|(cost, _)| cost).sum();
    let mut heap: BinaryHeap<Reverse<(Cost, u16)>> =
        sums.iter().enumerate().map(|(b, sum)| Reverse((Cost(*sum), b as u16))).collect();
    for item in order {
        if let Some(Reverse((Cost(sum), bin))) = heap.pop() {
            bin_of[item] = bin;
            sums[bin as usize] = sum + costs[item];
            heap.push(Reverse((Cost(sum + costs[item]), bin)));
        }
    }
    (bin_of, sums)
}

/// Most items that [`refine`] looks at: it compares each with each.
const REFINED: usize = 512;

/// Makes the largest bin smaller, as long as moving one of its items to another bin, or exchanging one with another's, does
/// so. Items that cost nothing or are `fixed` stay. Never makes the largest bin larger; does nothing for very many items.
pub fn refine(costs: &[f64], fixed: &[bool], bin_of: &mut [u16], sums: &mut [f64]) {
    let movable: Vec<usize> = (0..costs.len()).filter(|i| costs[*i] > 0.0 && !fixed[*i]).collect();
    if movable.len() > REFINED {
        return;
    }
    // Each round makes the largest bin smaller; the limit is for sums that hardly change any more.
    for _ in 0..2 * movable.len() {
        let Some(from) = (0..sums.len()).max_by(|a, b| sums[*a].total_cmp(&sums[*b])) else { return };
        let Some((item, to, other)) = exchange(costs, &movable, bin_of, sums, from) else { return };
        let back = other.map_or(0.0, |other| costs[other]);
        bin_of[item] = to as u16;
        if let Some(other) = other {
            bin_of[other] = from as u16;
        }
        sums[from] += back - costs[item];
        sums[to] += costs[item] - back;
    }
}

/// The item of bin `from` that best goes to another bin, that bin, and the item that comes back for it, if any does.
fn exchange(
    costs: &[f64],
    movable: &[usize],
    bin_of: &[u16],
    sums: &[f64],
    from: usize,
) -> Option<(usize, usize, Option<usize>)> {
    let mut best = None;
    // By how much the larger of the two bins gets smaller; less than this is not worth it.
    let mut gain = 1e-6 * sums[from];
    let least = (0..sums.len()).min_by(|a, b| sums[*a].total_cmp(&sums[*b]))?;
    for &item in movable.iter().filter(|i| usize::from(bin_of[**i]) == from) {
        let mut consider = |to: usize, other: Option<usize>| {
            let moved = costs[item] - other.map_or(0.0, |other| costs[other]);
            let this = moved.min(sums[from] - sums[to] - moved);
            if to != from && this > gain {
                gain = this;
                best = Some((item, to, other));
            }
        };
        consider(least, None);
        for &other in movable {
            consider(usize::from(bin_of[other]), Some(other));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_largest_bin_keeps_grahams_bound(
            costs in prop::collection::vec(0.01f64..100.0, 1..200),
            bins in 1usize..9,
        ) {
            let (bin_of, sums) = deal(&costs, &vec![false; costs.len()], bins);
            let mut check = vec![0.0; bins];
            for (item, bin) in bin_of.iter().enumerate() {
                check[*bin as usize] += costs[item];
            }
            for (a, b) in check.iter().zip(&sums) {
                prop_assert!((a - b).abs() < 1e-9 * (1.0 + b));
            }
            let total: f64 = costs.iter().sum();
            let largest = (0..bins).max_by(|a, b| sums[*a].total_cmp(&sums[*b])).unwrap();
            // Its last item is its smallest, and came when it was the least loaded bin.
            let last = (0..costs.len())
                .filter(|i| bin_of[*i] as usize == largest)
                .map(|i| costs[i])
                .fold(f64::INFINITY, f64::min);
            prop_assert!(sums[largest] <= (total - last) / bins as f64 + last + 1e-9);
        }
    }

    proptest! {
        #[test]
        fn refining_keeps_every_item_and_never_makes_the_largest_bin_larger(
            costs in prop::collection::vec(0.01f64..100.0, 1..80),
            bins in 1usize..9,
            held in 0usize..4,
        ) {
            let fixed: Vec<bool> = (0..costs.len()).map(|i| i < held).collect();
            let (mut bin_of, mut sums) = deal(&costs, &fixed, bins);
            let before = sums.iter().copied().fold(0.0, f64::max);
            refine(&costs, &fixed, &mut bin_of, &mut sums);
            let mut check = vec![0.0; bins];
            for (item, bin) in bin_of.iter().enumerate() {
                check[*bin as usize] += costs[item];
                prop_assert!(!fixed[item] || *bin == 0);
            }
            for (a, b) in check.iter().zip(&sums) {
                prop_assert!((a - b).abs() < 1e-9 * (1.0 + b));
            }
            prop_assert!(sums.iter().copied().fold(0.0, f64::max) <= before + 1e-9);
        }
    }

    #[test]
    fn an_exchange_evens_out_what_dealing_leaves() {
        let costs = [3.0, 3.0, 2.0, 2.0, 2.0];
        let (mut bin_of, mut sums) = deal(&costs, &[false; 5], 2);
        assert_eq!(sums, [7.0, 5.0]);
        refine(&costs, &[false; 5], &mut bin_of, &mut sums);
        assert_eq!(sums, [6.0, 6.0]);
    }

    #[test]
    fn equal_cells_are_dealt_evenly() {
        let (_, sums) = deal(&[1.0; 401], &[false; 401], 2);
        assert_eq!(sums, vec![201.0, 200.0]);
    }

    #[test]
    fn the_others_make_up_for_fixed_ones() {
        let (bin_of, sums) = deal(&[1.0, 2.0, 1.0, 3.0], &[false, true, false, false], 2);
        assert_eq!((bin_of, sums), (vec![0, 0, 0, 1], vec![4.0, 3.0]));
    }
}
