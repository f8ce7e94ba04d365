//! The connections whose targets are on one thread, stored by source.
//!
//! Behind this narrow interface, so that a compressed form can take its place. Structure of arrays, sorted by
//! (source, projection, order in the projection): 24 bytes a connection with one weight, and 4 bytes for each cell of
//! the network.

/// Where a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which of the thread's mechanism sets.
    pub set: u32,
    /// Which instance of it.
    pub instance: u32,
}

/// A connection on its way into a [`Store`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// Global id of the cell that fires.
    pub source: u32,
    /// Where it ends.
    pub target: Target,
    /// First weight.
    pub weight: f64,
    /// ms.
    pub delay: f64,
}

/// Connections by source.
#[derive(Debug, Default)]
pub struct Store {
    /// `first[source]..first[source + 1]` are the connections of a source.
    first: Vec<u32>,
    target: Vec<Target>,
    delay: Vec<f64>,
    /// Number of weights of each connection: that of its target's mechanism.
    stride: usize,
    weights: Vec<f64>,
}

impl Store {
    /// Stores `entries`, which come in the order of projections, for `sources` possible sources; each gets room for
    /// `stride` weights (at least 1).
    pub fn new(sources: usize, stride: usize, entries: &[Entry]) -> Store {
        let mut first = vec![0u32; sources + 1];
        for entry in entries {
            first[entry.source as usize + 1] += 1;
        }
        for i in 0..sources {
            first[i + 1] += first[i];
        }
        // A counting sort: connections of one source keep the order in which they came.
        let mut next = first.clone();
        let stride = stride.max(1);
        let mut target = vec![Target { set: 0, instance: 0 }; entries.len()];
        let mut delay = vec![0.0; entries.len()];
        let mut weights = vec![0.0; entries.len() * stride];
        for entry in entries {
            let slot = next[entry.source as usize] as usize;
            next[entry.source as usize] += 1;
            target[slot] = entry.target;
            delay[slot] = entry.delay;
            weights[slot * stride] = entry.weight;
        }
        Store { first, target, delay, stride, weights }
    }

    /// Number of connections.
    pub fn count(&self) -> usize {
        self.target.len()
    }

    /// The connections of a source: index and delay (ms) of each.
    pub fn of_source(&self, source: u32) -> impl Iterator<Item = (u32, f64)> + '_ {
        let range = self.first[source as usize]..self.first[source as usize + 1];
        range.map(|i| (i, self.delay[i as usize]))
    }

    /// Where a connection ends.
    pub fn target(&self, connection: u32) -> Target {
        self.target[connection as usize]
    }

    /// A connection's weights.
    pub fn weights(&mut self, connection: u32) -> &mut [f64] {
        let start = connection as usize * self.stride;
        &mut self.weights[start..start + self.stride]
    }

    /// Memory in use, bytes.
    pub fn bytes(&self) -> usize {
        self.first.len() * 4 + self.target.len() * 8 + self.delay.len() * 8 + self.weights.len() * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_a_source_keep_their_order() {
        let entry = |source, instance| Entry {
            source,
            target: Target { set: 0, instance },
            weight: f64::from(instance),
            delay: 1.0,
        };
        let mut store = Store::new(3, 2, &[entry(2, 0), entry(0, 1), entry(2, 2), entry(0, 3)]);
        let of =
            |store: &Store, s| store.of_source(s).map(|(c, _)| store.target(c).instance).collect::<Vec<_>>();
        assert_eq!(of(&store, 0), vec![1, 3]);
        assert!(of(&store, 1).is_empty());
        assert_eq!(of(&store, 2), vec![0, 2]);
        assert_eq!(store.weights(3), &[2.0, 0.0]);
    }
}
