//! The connections whose targets are on one thread, stored by source.
//!
//! Behind this narrow interface, so that a compressed form can take its place. Structure of arrays, sorted by
//! (source, projection, order in the projection): 16 bytes a connection with one weight, 8 more unless all have the same delay, and at
//! most 4 bytes for each cell of the network ([`SourceIndex`]). They are built from the model's lists in two passes, so that nothing else is held on the way.

use std::rc::Rc;

use super::clock::Clock;
use super::layout::{LocalPopulation, NONE};
use super::routes::Routes;
use super::sets::Set;
use super::sources::SourceIndex;
use crate::network::{Body, Connections, Model, PerConnection};

/// Where a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which of the thread's mechanism sets.
    pub set: u32,
    /// Which instance of it.
    pub instance: u32,
}

/// Where a projection ends: population, and its point process unless it is artificial.
type End = (usize, Option<usize>);

/// A projection on its way into a [`Store`].
struct Group<'a> {
    /// Global id of the first cell of the population that fires.
    first_source: u32,
    connections: &'a Connections,
    /// Numbers of those of them that may end here, ascending; `None` for all.
    numbers: Option<&'a [u32]>,
    /// The thread's set in which they end.
    set: u32,
    /// For each cell of the population that receives its instance, or [`NONE`] if that is not here.
    instances: Rc<Vec<u32>>,
}

impl Group<'_> {
    /// Number in the projection, global id of the source and instance of each connection that ends here.
    fn here(&self) -> impl Iterator<Item = (usize, usize, u32)> + '_ {
        let Connections { source, target, .. } = self.connections;
        let count = self.numbers.map_or(source.len(), <[u32]>::len);
        let ends = (0..count).map(|i| {
            let number = self.numbers.map_or(i, |numbers| numbers[i] as usize);
            let (source, instance) =
                (self.first_source + source[number], self.instances[target[number] as usize]);
            (number, source as usize, instance)
        });
        ends.filter(|(_, _, instance)| *instance != NONE)
    }
}

/// Connections by source.
#[derive(Debug)]
pub struct Store {
    index: SourceIndex,
    target: Vec<Target>,
    /// ms.
    delay: PerConnection,
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
    /// The connections of `model` that end at instances of `sets` in the cells of `locals`, which are group `group` of a thread; and the longest
    /// delay in steps.
    pub fn build(
        model: &Model,
        locals: &[LocalPopulation],
        sets: &[Set],
        (routes, group): (&Routes, usize),
        clock: Clock,
    ) -> (Store, u64) {
        let mut groups: Vec<Group> = Vec::new();
        let mut stride = 1;
        let mut known: Vec<(End, Rc<Vec<u32>>)> = Vec::new();
        for (number, projection) in model.projections.iter().enumerate() {
            let end = (projection.target, projection.point);
            let mechanism = match (&model.populations[projection.target].body, projection.point) {
                (Body::Cells(body), Some(point)) => body.points[point].mechanism,
                (Body::Artificial(body), _) => body.mechanism,
                (Body::Cells(_), None) => continue,
            };
            let Some(set) = sets.iter().position(|s| s.index == mechanism) else { continue };
            stride = stride.max(model.mechanisms[mechanism].module.weights.len());
            let instances = match known.iter().find(|(of, _)| *of == end) {
                Some((_, instances)) => instances.clone(),
                None => {
                    let count = model.populations[end.0].count as usize;
                    let instances = Rc::new(instances(&locals[end.0], end.1, count));
                    known.push((end, instances.clone()));
                    instances
                }
            };
            groups.push(Group {
                first_source: model.populations[projection.source].first_id as u32,
                connections: &projection.connections,
                numbers: routes.numbers(group, number),
                set: set as u32,
                instances,
            });
        }
        let mut store = Store::new(model.cell_count() as usize, stride, &groups);
        let longest = match &store.delay {
            _ if store.target.is_empty() => 0,
            PerConnection::Same(delay) => clock.whole_steps(*delay) + 1,
            PerConnection::Each(delays) => {
                delays.iter().map(|d| clock.whole_steps(*d) + 1).max().unwrap_or(0)
            }
        };
        if sets.iter().any(|set| set.looks_at_connections) {
            let rank = routes.rank(model);
            for (i, set) in sets.iter().enumerate().filter(|(_, set)| set.looks_at_connections) {
                store.list_incoming(i, set.instances.columns.count(), rank);
            }
        }
        (store, longest)
    }

    /// Stores the connections of `groups`, which come in the order of projections, for `sources` possible sources; each gets room for
    /// `stride` weights (at least 1).
    fn new(sources: usize, stride: usize, groups: &[Group]) -> Store {
        let mut first = vec![0u32; sources + 1];
        for group in groups {
            group.here().for_each(|(_, source, _)| first[source + 1] += 1);
        }
        for i in 0..sources {
            first[i + 1] += first[i];
        }
        let count = first[sources] as usize;
        let stride = stride.max(1);
        let common = common_delay(groups);
        let mut delays = vec![0.0; if common.is_some() { 0 } else { count }];
        let mut target = vec![Target { set: 0, instance: 0 }; count];
        let mut weights = vec![0.0; count * stride];
        // A counting sort: connections of one source keep the order in which they came.
        let mut next = first.clone();
        for group in groups {
            for (number, source, instance) in group.here() {
                let slot = next[source] as usize;
                next[source] += 1;
                target[slot] = Target { set: group.set, instance };
                weights[slot * stride] = group.connections.weight[number];
                if common.is_none() {
                    delays[slot] = group.connections.delay[number];
                }
            }
        }
        let delay = common.map_or(PerConnection::Each(delays), PerConnection::Same);
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
        self.index.bytes() + self.target.len() * 8 + self.delay.bytes() + self.weights.len() * 8 + listed
    }
}

/// For each of `count` cells of a population its instance of a point process, or of the artificial cells' mechanism; [`NONE`] for those
/// that are not here.
fn instances(local: &LocalPopulation, point: Option<usize>, count: usize) -> Vec<u32> {
    let mut instances = vec![NONE; count];
    for (position, cell) in local.cells.iter().enumerate() {
        instances[*cell as usize] = match point {
            Some(point) => local.point[point][position],
            None => local.first_artificial + position as u32,
        };
    }
    instances
}

/// The delay of all connections, if they have the same.
fn common_delay(groups: &[Group]) -> Option<f64> {
    let mut common: Option<f64> = None;
    for group in groups.iter().filter(|group| !group.connections.is_empty()) {
        let PerConnection::Same(delay) = group.connections.delay else { return None };
        if common.is_some_and(|common| common != delay) {
            return None;
        }
        common = Some(delay);
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A projection onto set `set` with (source, instance, delay) of each connection; the weight is the instance.
    fn connections(list: &[(u32, u32, f64)]) -> Connections {
        let delays: Vec<f64> = list.iter().map(|(.., delay)| *delay).collect();
        let same = delays.windows(2).all(|pair| pair[0] == pair[1]);
        Connections {
            source: list.iter().map(|(source, ..)| *source).collect(),
            target: list.iter().map(|(_, instance, _)| *instance).collect(),
            weight: PerConnection::Each(list.iter().map(|(_, instance, _)| f64::from(*instance)).collect()),
            delay: if same { PerConnection::Same(delays[0]) } else { PerConnection::Each(delays) },
        }
    }

    fn group(set: u32, connections: &Connections) -> Group<'_> {
        let instances = Rc::new((0..8).map(|cell| if cell == 7 { NONE } else { cell }).collect());
        Group { first_source: 0, connections, numbers: None, set, instances }
    }

    #[test]
    fn connections_of_a_source_keep_their_order() {
        let one = connections(&[(0, 1, 1.0), (2, 0, 1.0), (2, 7, 1.0)]);
        let two = connections(&[(0, 3, 1.0), (2, 2, 1.0)]);
        let mut store = Store::new(3, 2, &[group(0, &one), group(0, &two)]);
        let of =
            |store: &Store, s| store.of_source(s).map(|(c, _)| store.target(c).instance).collect::<Vec<_>>();
        assert_eq!(of(&store, 0), vec![1, 3]);
        assert!(of(&store, 1).is_empty());
        assert_eq!(of(&store, 2), vec![0, 2], "what ends elsewhere is left out");
        assert_eq!(store.weights(3), &[2.0, 0.0]);
    }

    #[test]
    fn a_delay_that_all_share_is_kept_once() {
        let one = connections(&[(0, 1, 1.5), (2, 0, 1.5)]);
        let same = connections(&[(1, 3, 1.5)]);
        let other = connections(&[(1, 3, 2.0)]);
        let delays = |store: &Store| {
            (0..3).flat_map(|s| store.of_source(s).map(|(_, delay)| delay)).collect::<Vec<_>>()
        };
        let shared = Store::new(3, 1, &[group(0, &one), group(0, &same)]);
        let mixed = Store::new(3, 1, &[group(0, &one), group(0, &other)]);
        assert_eq!(delays(&shared), [1.5, 1.5, 1.5]);
        assert_eq!(delays(&mixed), [1.5, 2.0, 1.5]);
        assert_eq!((shared.bytes(), mixed.bytes()), (16 + 3 * 16, 16 + 3 * 24));
    }

    #[test]
    fn connections_that_end_at_an_instance_come_by_the_rank_of_their_source() {
        let groups = [
            (1, connections(&[(0, 0, 1.0), (2, 0, 1.0)])),
            (0, connections(&[(0, 0, 1.0)])),
            (1, connections(&[(1, 1, 1.0), (2, 0, 1.0)])),
        ];
        let groups: Vec<Group> = groups.iter().map(|(set, list)| group(*set, list)).collect();
        let mut store = Store::new(3, 1, &groups);
        store.list_incoming(1, 3, &[1, 2, 0]);
        let list = |store: &mut Store, set, instance| store.incoming(Target { set, instance }).2.to_vec();
        assert_eq!(list(&mut store, 1, 0), [3, 4, 0]);
        assert_eq!(list(&mut store, 1, 1), [2]);
        assert!(list(&mut store, 1, 2).is_empty());
        assert!(list(&mut store, 0, 0).is_empty());
    }
}
