//! Where the connections of each source begin in a store.
//!
//! A store that hears of most cells keeps a place for each cell of the network, 4 bytes; one that hears of few keeps those few, 8 bytes each,
//! whichever is less. Groups of cells have a store each, so a network of many groups would otherwise keep that many times 4 bytes a cell.

use std::ops::Range;

/// Ranges of connections by source.
#[derive(Debug)]
pub struct SourceIndex {
    /// Sources that have connections, ascending; `None` when all cells of the network are listed.
    sources: Option<Vec<u32>>,
    /// `first[i]..first[i + 1]` are the connections of listed source `i`.
    first: Vec<u32>,
}

impl SourceIndex {
    /// From the list of all cells: `first[source]..first[source + 1]` are the connections of a source.
    pub fn new(first: Vec<u32>) -> SourceIndex {
        let present = first.windows(2).filter(|pair| pair[0] < pair[1]).count();
        if 2 * present + 1 >= first.len() {
            return SourceIndex { sources: None, first };
        }
        let has = |source: &u32| first[*source as usize] < first[*source as usize + 1];
        let sources: Vec<u32> = (0..first.len() as u32 - 1).filter(has).collect();
        let end = first.last().copied().unwrap_or(0);
        let first = sources.iter().map(|source| first[*source as usize]).chain([end]).collect();
        SourceIndex { sources: Some(sources), first }
    }

    /// The connections of a source. O(1), or O(log n) of n sources.
    pub fn of(&self, source: u32) -> Range<u32> {
        let place = match &self.sources {
            None => source as usize,
            Some(sources) => match sources.binary_search(&source) {
                Ok(place) => place,
                Err(_) => return 0..0,
            },
        };
        self.first[place]..self.first[place + 1]
    }

    /// All listed sources with their connections.
    pub fn iter(&self) -> impl Iterator<Item = (u32, Range<u32>)> + '_ {
        let source = |place: usize| self.sources.as_ref().map_or(place as u32, |sources| sources[place]);
        self.first.windows(2).enumerate().map(move |(place, pair)| (source(place), pair[0]..pair[1]))
    }

    /// Memory in use, bytes.
    pub fn bytes(&self) -> usize {
        (self.first.len() + self.sources.as_ref().map_or(0, Vec::len)) * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_forms_give_the_same_ranges(
            counts in prop::collection::vec(prop_oneof![4 => Just(0u32), 1 => 1u32..5], 0..60)
        ) {
            let mut first = vec![0];
            for count in &counts {
                first.push(first[first.len() - 1] + count);
            }
            let index = SourceIndex::new(first.clone());
            for source in 0..counts.len() {
                let (range, expected) = (index.of(source as u32), first[source]..first[source + 1]);
                prop_assert!(range == expected || (range.is_empty() && expected.is_empty()));
            }
            let listed: u32 = index.iter().map(|(source, range)| {
                assert_eq!(range, first[source as usize]..first[source as usize + 1]);
                range.len() as u32
            }).sum();
            prop_assert_eq!(listed, counts.iter().sum::<u32>());
            prop_assert!(index.bytes() <= 4 * first.len());
        }
    }
}
