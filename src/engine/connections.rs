//! The connections whose targets are on one thread, stored by source.
//!
//! Behind this narrow interface, so that a compressed form can take its place. Structure of arrays, sorted by
//! (source, projection, order in the projection): 24 bytes a connection with one weight, and at most 4 bytes for each cell of
//! the network ([`SourceIndex`]).

use super::sources::SourceIndex;

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
#[derive(Debug)]
pub struct Store {
    index: SourceIndex,
    target: Vec<Target>,
    delay: Vec<f64>,
    /// Number of weights of each connection: that of its target's mechanism.
    stride: usize,
    weights: Vec<f64>,
    /// By set: the connections that end at each instance, where the mechanism looks at them all.
    incoming: Vec<Option<Incoming>>,
}

/// Connections by the instance of one set at which they end.
#[derive(Debug)]
struct Incoming {
    /// `list[first[instance]..first[instance + 1]]` are those of an instance.
    first: Vec<u32>,
    list: Vec<u32>,
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
        Store { index: SourceIndex::new(first), target, delay, stride, weights, incoming: Vec::new() }
    }

    /// Number of connections.
    pub fn count(&self) -> usize {
        self.target.len()
    }

    /// The connections of a source: index and delay (ms) of each.
    pub fn of_source(&self, source: u32) -> impl Iterator<Item = (u32, f64)> + '_ {
        self.index.of(source).map(|i| (i, self.delay[i as usize]))
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

    /// Lists the connections that end at each of `instances` instances of a set, by the `rank` of their source, then as they came.
    pub fn list_incoming(&mut self, set: usize, instances: usize, rank: &[u32]) {
        let mut found: Vec<(u32, u32, u32)> = Vec::new();
        for (source, connections) in self.index.iter() {
            for connection in connections {
                let target = self.target[connection as usize];
                if target.set as usize == set {
                    found.push((target.instance, rank[source as usize], connection));
                }
            }
        }
        found.sort_unstable();
        let mut first = vec![0u32; instances + 1];
        for (instance, ..) in &found {
            first[*instance as usize + 1] += 1;
        }
        for i in 0..instances {
            first[i + 1] += first[i];
        }
        let list = found.into_iter().map(|(.., connection)| connection).collect();
        if self.incoming.len() <= set {
            self.incoming.resize_with(set + 1, || None);
        }
        self.incoming[set] = Some(Incoming { first, list });
    }

    /// All weights, room for how many one connection has, and the listed connections that end at `target`.
    pub fn incoming(&mut self, target: Target) -> (&mut [f64], usize, &[u32]) {
        let list = match self.incoming.get(target.set as usize) {
            Some(Some(Incoming { first, list })) => {
                let instance = target.instance as usize;
                &list[first[instance] as usize..first[instance + 1] as usize]
            }
            _ => &[],
        };
        (&mut self.weights, self.stride, list)
    }

    /// Memory in use, bytes.
    pub fn bytes(&self) -> usize {
        let listed: usize = self.incoming.iter().flatten().map(|i| (i.first.len() + i.list.len()) * 4).sum();
        self.index.bytes() + self.target.len() * 8 + self.delay.len() * 8 + self.weights.len() * 8 + listed
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

    #[test]
    fn connections_that_end_at_an_instance_come_by_the_rank_of_their_source() {
        let entry = |source, set, instance| Entry {
            source,
            target: Target { set, instance },
            weight: 1.0,
            delay: 1.0,
        };
        let entries = [entry(2, 1, 0), entry(0, 1, 0), entry(0, 0, 0), entry(2, 1, 0), entry(1, 1, 1)];
        let mut store = Store::new(3, 1, &entries);
        store.list_incoming(1, 3, &[1, 2, 0]);
        let list = |store: &mut Store, set, instance| store.incoming(Target { set, instance }).2.to_vec();
        assert_eq!(list(&mut store, 1, 0), [3, 4, 0]);
        assert_eq!(list(&mut store, 1, 1), [2]);
        assert!(list(&mut store, 1, 2).is_empty());
        assert!(list(&mut store, 0, 0).is_empty());
    }
}
