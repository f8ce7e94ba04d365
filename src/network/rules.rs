//! Which cells are connected: the rules.
//!
//! In: the cells that may fire, those that may receive, and a rule. Out: pairs. Rules that draw at random draw for each target cell from
//! a stream of its own, so a cell's inputs depend on neither the other cells nor on who builds them.

use super::pair_list::PairList;
use super::pieces::in_pieces;
use crate::random::Stream;

/// The cells that may fire and receive; both ascending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends<'a> {
    /// Cells that may fire.
    pub sources: &'a [u32],
    /// Cells that may receive.
    pub targets: &'a [u32],
    /// Leave out the pairs of a cell with itself.
    pub no_self: bool,
}

impl Ends<'_> {
    fn allows(&self, source: u32, target: u32) -> bool {
        !(self.no_self && source == target)
    }

    /// Number of all pairs.
    fn all(&self) -> f64 {
        self.sources.len() as f64 * self.targets.len() as f64
    }
}

/// Every source to every target.
pub(crate) fn all_to_all(ends: Ends) -> PairList {
    PairList::joined(in_pieces(ends.sources.len(), ends.all(), |range| {
        let mut pairs = PairList::with_capacity(range.len() * ends.targets.len());
        for &source in &ends.sources[range] {
            let targets = ends.targets.iter().filter(|target| ends.allows(source, **target));
            targets.for_each(|target| pairs.push(source, *target));
        }
        pairs
    }))
}

/// Source i to target i, for each i that may do both.
pub(crate) fn one_to_one(ends: Ends) -> PairList {
    let mut pairs = PairList::default();
    let both = ends.sources.iter().filter(|source| ends.targets.binary_search(source).is_ok());
    both.filter(|cell| ends.allows(**cell, **cell)).for_each(|cell| pairs.push(*cell, *cell));
    pairs
}

/// Each pair with the same probability: the gaps between the chosen sources of a target are geometric.
pub(crate) fn probability(ends: Ends, probability: f64, stream: impl Fn(u32) -> Stream + Sync) -> PairList {
    if probability <= 0.0 {
        return PairList::default();
    }
    if probability >= 1.0 {
        return all_to_all(ends);
    }
    // ln(1 - p), also for a tiny p.
    let log_miss = (-probability).ln_1p();
    let sources = ends.sources.len() as f64;
    PairList::joined(in_pieces(ends.targets.len(), ends.all() * probability, |range| {
        let mut pairs = PairList::with_capacity((range.len() as f64 * sources * probability) as usize);
        for &target in &ends.targets[range] {
            let mut stream = stream(target);
            let mut at = 0.0;
            loop {
                at += (stream.uniform().ln() / log_miss).floor();
                if at >= sources {
                    break;
                }
                let source = ends.sources[at as usize];
                if ends.allows(source, target) {
                    pairs.push(source, target);
                }
                at += 1.0;
            }
        }
        pairs
    }))
}

/// Each target from `degree` different sources (Floyd's sampling, doi:10.1145/30401.315746). The error is the first target that has fewer
/// candidates, and their number.
pub(crate) fn indegree(
    ends: Ends,
    degree: u32,
    stream: impl Fn(u32) -> Stream + Sync,
) -> Result<PairList, (u32, usize)> {
    if ends.targets.is_empty() {
        return Ok(PairList::default());
    }
    let wanted = degree as usize;
    let place_of = |target: u32| if ends.no_self { ends.sources.binary_search(&target).ok() } else { None };
    let candidates = |own: Option<usize>| ends.sources.len() - usize::from(own.is_some());
    // One more than wanted is enough for every target.
    if wanted >= ends.sources.len() {
        let few = ends.targets.iter().map(|target| (*target, candidates(place_of(*target))));
        if let Some(few) = few.into_iter().find(|(_, candidates)| wanted > *candidates) {
            return Err(few);
        }
    }
    let work = ends.targets.len() as f64 * f64::from(degree);
    Ok(PairList::joined(in_pieces(ends.targets.len(), work, |range| {
        let mut pairs = PairList::with_capacity(range.len() * wanted);
        let mut chosen = Chosen::new(wanted);
        for &target in &ends.targets[range] {
            let own = place_of(target);
            let candidates = candidates(own);
            let mut stream = stream(target);
            chosen.clear();
            for last in candidates - wanted..candidates {
                let pick = ((stream.uniform() * (last + 1) as f64) as usize).min(last);
                let number = if chosen.insert(pick as u32) {
                    pick
                } else {
                    chosen.insert(last as u32);
                    last
                };
                // Numbers from the cell's own place on mean the next source.
                let at = if own.is_some_and(|own| number >= own) { number + 1 } else { number };
                pairs.push(ends.sources[at], target);
            }
        }
        pairs
    })))
}

/// A set of numbers, in a table of at least twice as many places as it will hold: a number lies at its hash, or at the next free place.
struct Chosen {
    /// A number and one more; 0 where there is none.
    places: Vec<u32>,
    /// By how much a hash is shifted to become a place.
    shift: u32,
}

impl Chosen {
    fn new(most: usize) -> Chosen {
        let places = (2 * most + 2).next_power_of_two();
        Chosen { places: vec![0; places], shift: u64::BITS - places.trailing_zeros() }
    }

    fn clear(&mut self) {
        self.places.fill(0);
    }

    /// Adds a number below `u32::MAX`; whether it was not there.
    fn insert(&mut self, number: u32) -> bool {
        let mask = self.places.len() - 1;
        // Fibonacci hashing: the number times 2^64 over the golden ratio.
        let mut place = (u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize;
        loop {
            match self.places[place] {
                0 => {
                    self.places[place] = number + 1;
                    return true;
                }
                there if there == number + 1 => return false,
                _ => place = (place + 1) & mask,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::pair_list::Pair;
    use super::*;
    use proptest::prelude::*;

    fn stream(target: u32) -> Stream {
        Stream::keyed(5, &["rule".into(), u64::from(target).into()])
    }

    #[test]
    fn a_cell_is_left_out_only_of_its_own_inputs() {
        let cells = [2, 5, 7];
        let pairs = all_to_all(Ends { sources: &cells, targets: &cells, no_self: true });
        assert_eq!(pairs.len(), 6);
        assert!(pairs.iter().all(|p| p.source != p.target));
        assert_eq!(all_to_all(Ends { sources: &cells, targets: &cells, no_self: false }).len(), 9);
    }

    #[test]
    fn one_to_one_keeps_to_the_cells_of_both_lists() {
        let pairs = one_to_one(Ends { sources: &[0, 1, 4], targets: &[1, 2, 4], no_self: false });
        assert_eq!(pairs.iter().map(|p| (p.source, p.target)).collect::<Vec<_>>(), [(1, 1), (4, 4)]);
    }

    /// The number of pairs is binomial: within five standard deviations for many probabilities.
    #[test]
    fn the_number_of_pairs_fits_the_probability() {
        let cells: Vec<u32> = (0..300).collect();
        let ends = Ends { sources: &cells, targets: &cells, no_self: false };
        for p in [0.001, 0.01, 0.1, 0.5, 0.9, 0.999] {
            let n = 300.0 * 300.0;
            let found = probability(ends, p, stream).len() as f64;
            let deviation = (n * p * (1.0 - p)).sqrt();
            assert!((found - n * p).abs() < 5.0 * deviation, "{p}: {found}");
        }
    }

    /// Every source is as likely as any other: a chi-square over 50 sources, 49 degrees of freedom, mean 49, deviation 9.9.
    #[test]
    fn indegree_prefers_no_source() {
        let sources: Vec<u32> = (0..50).collect();
        let targets: Vec<u32> = (0..4000).collect();
        let pairs =
            indegree(Ends { sources: &sources, targets: &targets, no_self: false }, 7, stream).unwrap();
        let mut counts = [0.0; 50];
        pairs.iter().for_each(|p| counts[p.source as usize] += 1.0);
        let mean = 4000.0 * 7.0 / 50.0;
        let chi: f64 = counts.iter().map(|c| (c - mean) * (c - mean) / mean).sum();
        assert!(chi > 15.0 && chi < 100.0, "{chi}");
    }

    proptest! {
        #[test]
        fn indegree_gives_each_target_that_many_different_others(count in 1u32..40, degree in 0u32..40, no_self: bool) {
            let cells: Vec<u32> = (0..count).map(|i| 3 * i).collect();
            let ends = Ends { sources: &cells, targets: &cells, no_self };
            let possible = count - u32::from(no_self);
            match indegree(ends, degree, stream) {
                Err((_, candidates)) => {
                    prop_assert!(degree > possible);
                    prop_assert_eq!(candidates, possible as usize);
                }
                Ok(pairs) => {
                    let different: HashSet<_> = pairs.iter().map(|p| (p.source, p.target)).collect();
                    prop_assert_eq!(different.len(), (count * degree) as usize);
                    prop_assert!(pairs.iter().all(|p| ends.allows(p.source, p.target) && p.source % 3 == 0));
                }
            }
        }

        #[test]
        fn the_inputs_of_a_cell_do_not_depend_on_the_other_targets(p in 0.0f64..1.0, target in 0u32..20) {
            let cells: Vec<u32> = (0..20).collect();
            let all = probability(Ends { sources: &cells, targets: &cells, no_self: true }, p, stream);
            let one = probability(Ends { sources: &cells, targets: &[target], no_self: true }, p, stream);
            let all: Vec<Pair> = all.iter().filter(|pair| pair.target == target).collect();
            prop_assert_eq!(all, one.iter().collect::<Vec<_>>());
        }
    }
}
