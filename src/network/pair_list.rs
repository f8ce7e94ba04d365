//! Lists of pairs, up to hundreds of millions: made in pieces, put together, and sorted in a time that grows with their number only.

use std::ops::Range;

use rayon::prelude::*;

use super::pieces::threads;

/// One connection: source, target, and the row of the table it came from (else 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pair {
    /// Index of the cell that fires.
    pub source: u32,
    /// Index of the cell that receives.
    pub target: u32,
    /// Row of the table.
    pub row: u32,
}

/// Pairs, structure of arrays: 8 bytes each, 12 with rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PairList {
    /// Index of the cell that fires.
    pub source: Vec<u32>,
    /// Index of the cell that receives.
    pub target: Vec<u32>,
    /// Row of the table; empty without a table.
    row: Vec<u32>,
}

impl PairList {
    /// An empty list with room for so many pairs without rows.
    pub fn with_capacity(pairs: usize) -> PairList {
        PairList { source: Vec::with_capacity(pairs), target: Vec::with_capacity(pairs), row: Vec::new() }
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// Adds a pair that is in no table.
    pub fn push(&mut self, source: u32, target: u32) {
        self.source.push(source);
        self.target.push(target);
    }

    /// Adds a pair of a table. A list has pairs of one kind only.
    pub fn push_row(&mut self, pair: Pair) {
        self.push(pair.source, pair.target);
        self.row.push(pair.row);
    }

    /// Pair number `number`.
    pub fn get(&self, number: usize) -> Pair {
        let row = self.row.get(number).copied().unwrap_or(0);
        Pair { source: self.source[number], target: self.target[number], row }
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = Pair> + '_ {
        (0..self.len()).map(|number| self.get(number))
    }

    /// The pairs of all parts, in order.
    pub fn joined(mut parts: Vec<PairList>) -> PairList {
        if parts.len() == 1
            && let Some(only) = parts.pop()
        {
            return only;
        }
        let join = |of: fn(&PairList) -> &Vec<u32>| {
            let mut list = Vec::with_capacity(parts.iter().map(|part| of(part).len()).sum());
            parts.iter().for_each(|part| list.extend_from_slice(of(part)));
            list
        };
        PairList { source: join(|p| &p.source), target: join(|p| &p.target), row: join(|p| &p.row) }
    }

    /// Leaves out the pairs that do not fit.
    pub fn retain(&mut self, mut fits: impl FnMut(Pair) -> bool) {
        let mut kept = 0;
        for number in 0..self.len() {
            if fits(self.get(number)) {
                for list in [&mut self.source, &mut self.target, &mut self.row] {
                    if number < list.len() {
                        list[kept] = list[number];
                    }
                }
                kept += 1;
            }
        }
        for list in [&mut self.source, &mut self.target, &mut self.row] {
            list.truncate(kept);
            list.shrink_to_fit();
        }
    }

    /// Sorts by source, then by target; pairs of the same two cells keep their order. Sources and targets are below these numbers.
    pub fn sort(&mut self, sources: u32, targets: u32) {
        let cells = self.source.iter().zip(&self.target);
        if cells.is_sorted() {
            return;
        }
        if (self.len() as f64) < 0.1 * f64::from(sources.max(targets)) {
            // Counting all cells would cost more.
            let mut pairs: Vec<Pair> = self.iter().collect();
            pairs.sort_by_key(|pair| (pair.source, pair.target));
            *self = PairList::from_pairs(&pairs, !self.row.is_empty());
            return;
        }
        if !self.target.is_sorted() {
            self.order_by(targets, |list| &list.target);
        }
        self.order_by(sources, |list| &list.source);
    }

    fn from_pairs(pairs: &[Pair], rows: bool) -> PairList {
        PairList {
            source: pairs.iter().map(|pair| pair.source).collect(),
            target: pairs.iter().map(|pair| pair.target).collect(),
            row: if rows { pairs.iter().map(|pair| pair.row).collect() } else { Vec::new() },
        }
    }

    /// A stable counting sort by one of the columns, whose numbers are below `limit`. Each thread moves the pairs with some of the
    /// numbers, so that it writes a part of the result that is its own.
    fn order_by(&mut self, limit: u32, key: fn(&PairList) -> &Vec<u32>) {
        let old = std::mem::take(self);
        let keys = key(&old);
        let mut place = vec![0u32; limit as usize + 1];
        keys.iter().for_each(|key| place[*key as usize + 1] += 1);
        for i in 0..limit as usize {
            place[i + 1] += place[i];
        }
        let mut parts = Vec::new();
        let (mut source, mut target, mut row) =
            (vec![0; old.source.len()], vec![0; old.target.len()], vec![0; old.row.len()]);
        let (mut sources, mut targets, mut rows) = (&mut source[..], &mut target[..], &mut row[..]);
        for numbers in shares(&place, threads(keys.len() as f64)) {
            let count = (place[numbers.end as usize] - place[numbers.start as usize]) as usize;
            let next = place[numbers.start as usize..numbers.end as usize].to_vec();
            parts.push(Part {
                numbers,
                next,
                source: sources.split_off_mut(..count).unwrap_or_default(),
                target: targets.split_off_mut(..count).unwrap_or_default(),
                row: rows.split_off_mut(..count.min(rows.len())).unwrap_or_default(),
            });
        }
        let fill = |part: &mut Part| part.fill(&old, keys);
        match parts.as_mut_slice() {
            [only] => fill(only),
            several => several.par_iter_mut().for_each(fill),
        }
        *self = PairList { source, target, row };
    }
}

impl FromIterator<Pair> for PairList {
    fn from_iter<I: IntoIterator<Item = Pair>>(pairs: I) -> PairList {
        PairList::from_pairs(&pairs.into_iter().collect::<Vec<_>>(), true)
    }
}

/// The part of a sorted list that one thread fills.
struct Part<'a> {
    /// The numbers sorted by that belong into it.
    numbers: Range<u32>,
    /// Where in the whole list the next pair of each of these numbers goes.
    next: Vec<u32>,
    source: &'a mut [u32],
    target: &'a mut [u32],
    row: &'a mut [u32],
}

impl Part<'_> {
    fn fill(&mut self, old: &PairList, keys: &[u32]) {
        let Some(base) = self.next.first().copied() else { return };
        for (number, key) in keys.iter().enumerate().filter(|(_, key)| self.numbers.contains(key)) {
            let next = &mut self.next[(key - self.numbers.start) as usize];
            let place = (*next - base) as usize;
            *next += 1;
            self.source[place] = old.source[number];
            self.target[place] = old.target[number];
            if let Some(row) = old.row.get(number) {
                self.row[place] = *row;
            }
        }
    }
}

/// Splits the numbers into ranges with about the same number of pairs; `place[n]` is how many pairs have a number below n.
fn shares(place: &[u32], parts: usize) -> Vec<Range<u32>> {
    let numbers = place.len() as u32 - 1;
    let all = u64::from(place[numbers as usize]);
    let mut from = 0;
    let mut out = Vec::with_capacity(parts);
    for part in 1..=parts as u64 {
        let share = (all * part / parts as u64) as u32;
        let to = if part == parts as u64 { numbers } else { place.partition_point(|p| *p < share) as u32 };
        let to = to.clamp(from, numbers);
        out.push(from..to);
        from = to;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Against the standard library's sort, also with more threads than sources.
        #[test]
        fn pairs_come_by_source_and_target_and_keep_their_order_otherwise(
            cells in prop::collection::vec((0u32..30, 0u32..20), 0..400),
            rows: bool,
        ) {
            let pairs: Vec<Pair> = cells
                .iter()
                .enumerate()
                .map(|(row, (source, target))| Pair { source: *source, target: *target, row: if rows { row as u32 } else { 0 } })
                .collect();
            let mut sorted = pairs.clone();
            sorted.sort();
            let list = PairList::from_pairs(&pairs, rows);
            let mut few = list.clone();
            few.sort(30, 20);
            prop_assert_eq!(few.iter().collect::<Vec<_>>(), sorted.clone());
            let mut sparse = list.clone();
            sparse.sort(100_000, 20);
            prop_assert_eq!(sparse.iter().collect::<Vec<_>>(), sorted);
        }

        #[test]
        fn shares_cover_all_numbers_once(counts in prop::collection::vec(0u32..50, 0..40), parts in 1usize..9) {
            let mut place = vec![0];
            counts.iter().for_each(|count| place.push(place[place.len() - 1] + count));
            let shares = shares(&place, parts);
            prop_assert_eq!(shares.len(), parts);
            let all: Vec<u32> = shares.into_iter().flatten().collect();
            prop_assert_eq!(all, (0..counts.len() as u32).collect::<Vec<_>>());
        }
    }

    /// Long enough for several threads; the order must not depend on how many there are.
    #[test]
    fn the_order_does_not_depend_on_threads() {
        let list: PairList = (0..200_000u32)
            .map(|row| Pair {
                source: row.wrapping_mul(2_654_435_761) % 97,
                target: row.wrapping_mul(40_503) % 89,
                row,
            })
            .collect();
        let mut expected: Vec<Pair> = list.iter().collect();
        expected.sort();
        for threads in [1, 2, 3, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut sorted = list.clone();
            pool.install(|| sorted.sort(97, 89));
            assert_eq!(sorted.iter().collect::<Vec<_>>(), expected, "{threads} threads");
        }
    }

    #[test]
    fn retaining_keeps_the_order() {
        let mut list: PairList = (0..10).map(|row| Pair { source: row, target: 9 - row, row }).collect();
        list.retain(|pair| pair.row % 3 == 0);
        assert_eq!(
            list.iter().map(|p| (p.source, p.target, p.row)).collect::<Vec<_>>(),
            [(0, 9, 0), (3, 6, 3), (6, 3, 6), (9, 0, 9)]
        );
    }
}
