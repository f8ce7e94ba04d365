//! The memory that kernels work on: instances of a mechanism as a structure of arrays, and the compartments
//! and ions that they belong to.

use std::sync::Arc;

use super::{AlignedVector, LANES};
use crate::ir::{IonVariable, Site};
use crate::random::Stream;

/// `columns` columns of `count` values each. Every column begins on a cache line and is padded to a multiple
/// of [`LANES`]; kernels compute the padding too and never use it.
#[derive(Clone, Debug)]
pub struct Columns {
    values: AlignedVector,
    columns: usize,
    count: usize,
    stride: usize,
    /// Columns of which it is known that all values are the same.
    alike: Vec<bool>,
}

impl Columns {
    /// All zero.
    pub fn new(columns: usize, count: usize) -> Columns {
        let stride = count.next_multiple_of(LANES);
        let values = AlignedVector::new(columns * stride);
        Columns { values, columns, count, stride, alike: vec![true; columns] }
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Number of instances.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Distance between columns: `count()` rounded up to a multiple of [`LANES`].
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Column `column`, without padding.
    pub fn column(&self, column: usize) -> &[f64] {
        &self.values[column * self.stride..][..self.count]
    }

    /// Column `column`, without padding.
    pub fn column_mut(&mut self, column: usize) -> &mut [f64] {
        self.alike[column] = false;
        &mut self.values[column * self.stride..][..self.count]
    }

    /// One value.
    pub fn get(&self, column: usize, instance: usize) -> f64 {
        self.column(column)[instance]
    }

    /// Sets one value.
    pub fn set(&mut self, column: usize, instance: usize, value: f64) {
        let place = &mut self.values[column * self.stride..][..self.count][instance];
        if place.to_bits() != value.to_bits() {
            *place = value;
            self.alike[column] = false;
        }
    }

    /// Sets a whole column, padding included.
    pub fn fill(&mut self, column: usize, value: f64) {
        self.values[column * self.stride..][..self.stride].fill(value);
        self.alike[column] = true;
    }

    /// Finds out which columns hold the same value everywhere: kernels then read it from one place, until somebody changes one.
    pub fn find_alike(&mut self) {
        self.pad();
        for (column, alike) in self.alike.iter_mut().enumerate() {
            let values = &self.values[column * self.stride..][..self.stride];
            *alike = values.iter().all(|value| value.to_bits() == values[0].to_bits());
        }
    }

    /// Whether all values of a column, padding included, are known to be the same.
    pub(super) fn is_alike(&self, column: usize) -> bool {
        self.alike[column]
    }

    /// The values of a column are about to be changed through [`Columns::as_mut_pointer`].
    pub(super) fn will_change(&mut self, column: usize) {
        self.alike[column] = false;
    }

    /// Copies the last instance into the padding. What stands there never reaches a result, but zeros where
    /// parameters should be make infinities and NaNs, and those may be slow to compute with.
    pub fn pad(&mut self) {
        if self.count == 0 {
            return;
        }
        for column in 0..self.columns {
            let values = &mut self.values[column * self.stride..][..self.stride];
            let last = values[self.count - 1];
            values[self.count..].fill(last);
        }
    }

    /// The first value of the first column; `columns() * stride()` values may be read and written from here.
    pub(super) fn as_mut_pointer(&mut self) -> *mut f64 {
        self.values.as_mut_pointer()
    }
}

/// Where each instance's compartment (or its slot in an ion) is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeIndex {
    /// Instance `i` is at `first + i`: read in place.
    Contiguous {
        /// The place of instance 0.
        first: u32,
    },
    /// Anywhere: gathered.
    Scattered(Scattered),
}

/// The places of scattered instances, padded to a multiple of [`LANES`] by repeating the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scattered {
    places: Vec<u32>,
    count: usize,
    /// One more than the largest place.
    limit: usize,
    /// Some instances have the same place.
    shared: bool,
    /// First instance and place of each run of successive instances at successive places. Empty where runs are short.
    runs: Vec<(u32, u32)>,
}

/// Runs shorter than this on average are not worth looking for.
const SHORT_RUN: usize = 2 * LANES;

impl NodeIndex {
    /// The index of instances at `places`, contiguous if they are.
    pub fn new(places: &[u32]) -> NodeIndex {
        let first = places.first().copied().unwrap_or(0);
        if places.iter().zip(u64::from(first)..).all(|(&place, next)| u64::from(place) == next) {
            return NodeIndex::Contiguous { first };
        }
        NodeIndex::scattered(places)
    }

    /// The same, scattered in any case.
    pub fn scattered(places: &[u32]) -> NodeIndex {
        let mut padded = places.to_vec();
        padded.resize(places.len().next_multiple_of(LANES), places.last().copied().unwrap_or(0));
        let limit = places.iter().max().map_or(0, |&largest| largest as usize + 1);
        let mut sorted = places.to_vec();
        sorted.sort_unstable();
        let shared = sorted.windows(2).any(|pair| pair[0] == pair[1]);
        let begins = |i: usize| i == 0 || u64::from(places[i]) != u64::from(places[i - 1]) + 1;
        let first = (0..places.len()).filter(|i| begins(*i));
        let mut runs: Vec<(u32, u32)> = first.map(|i| (i as u32, places[i])).collect();
        if runs.len() * SHORT_RUN > places.len() {
            runs = Vec::new();
        }
        NodeIndex::Scattered(Scattered { places: padded, count: places.len(), limit, shared, runs })
    }

    /// The place of an instance.
    pub fn get(&self, instance: usize) -> usize {
        match self {
            NodeIndex::Contiguous { first } => *first as usize + instance,
            NodeIndex::Scattered(scattered) => scattered.places[instance] as usize,
        }
    }

    /// Whether several instances have the same place.
    pub fn is_shared(&self) -> bool {
        matches!(self, NodeIndex::Scattered(Scattered { shared: true, .. }))
    }

    /// Where the values of `count` instances from `start` on stand one after another, if they do.
    pub(super) fn run(&self, start: usize, count: usize) -> Option<usize> {
        match self {
            NodeIndex::Contiguous { first } => Some(*first as usize + start),
            NodeIndex::Scattered(scattered) => scattered.run(start, count),
        }
    }

    /// Whether `count` instances all lie in a vector of `length` values.
    pub(super) fn fits(&self, count: usize, length: usize) -> bool {
        match self {
            NodeIndex::Contiguous { first } => *first as usize + count <= length,
            NodeIndex::Scattered(scattered) => scattered.count >= count && scattered.limit <= length,
        }
    }
}

impl Scattered {
    /// The place of instance `start`, if those of the `count` instances from there on follow one another.
    pub(super) fn run(&self, start: usize, count: usize) -> Option<usize> {
        let after = self.runs.partition_point(|(first, _)| *first as usize <= start);
        let (first, place) = *self.runs.get(after.checked_sub(1)?)?;
        let end = self.runs.get(after).map_or(self.count, |(next, _)| *next as usize);
        (start + count <= end).then(|| place as usize + start - first as usize)
    }

    /// The places, with padding.
    pub(super) fn padded(&self) -> &[u32] {
        &self.places
    }
}

/// What a thread keeps for its compartments.
#[derive(Clone, Debug)]
pub struct NodeColumns {
    /// Membrane potential, mV.
    pub voltage: AlignedVector,
    /// Right-hand side, mA/cm2.
    pub right_hand_side: AlignedVector,
    /// Diagonal, S/cm2.
    pub diagonal: AlignedVector,
    /// Membrane area, um2.
    pub area: AlignedVector,
    /// Diameter, um.
    pub diameter: AlignedVector,
}

impl NodeColumns {
    /// `count` compartments, all zero.
    pub fn new(count: usize) -> NodeColumns {
        let column = AlignedVector::new(count);
        NodeColumns {
            voltage: column.clone(),
            right_hand_side: column.clone(),
            diagonal: column.clone(),
            area: column.clone(),
            diameter: column,
        }
    }
}

/// What a thread keeps for one ion, in those of its compartments that have it.
#[derive(Clone, Debug)]
pub struct IonColumns {
    /// Reversal potential, mV.
    pub reversal: AlignedVector,
    /// Concentration inside, mM.
    pub inside: AlignedVector,
    /// Concentration outside, mM.
    pub outside: AlignedVector,
    /// Current density, mA/cm2.
    pub current: AlignedVector,
}

impl IonColumns {
    /// `count` compartments, all zero.
    pub fn new(count: usize) -> IonColumns {
        let column = AlignedVector::new(count);
        IonColumns {
            reversal: column.clone(),
            inside: column.clone(),
            outside: column.clone(),
            current: column,
        }
    }

    /// One of its vectors.
    pub fn get(&self, variable: IonVariable) -> &AlignedVector {
        match variable {
            IonVariable::Reversal => &self.reversal,
            IonVariable::Inside => &self.inside,
            IonVariable::Outside => &self.outside,
            IonVariable::Current => &self.current,
        }
    }

    /// One of its vectors.
    pub fn get_mut(&mut self, variable: IonVariable) -> &mut AlignedVector {
        match variable {
            IonVariable::Reversal => &mut self.reversal,
            IonVariable::Inside => &mut self.inside,
            IonVariable::Outside => &mut self.outside,
            IonVariable::Current => &mut self.current,
        }
    }
}

/// The instances of one mechanism on one thread.
#[derive(Clone, Debug)]
pub struct Instances {
    /// The mechanism's own columns.
    pub columns: Columns,
    /// Their compartments. Never looked at for artificial cells.
    pub nodes: NodeIndex,
    /// 100/area of each instance's compartment (point processes; else empty).
    pub point_scale: AlignedVector,
    /// For each ion of the mechanism: which of the thread's [`IonColumns`], and the slots in it.
    pub ions: Vec<(usize, NodeIndex)>,
    /// For each RANDOM variable of the mechanism: the stream of each instance.
    pub randoms: Vec<Vec<Stream>>,
    /// Each instance's own list of times, ms (mechanisms that play; else empty).
    pub plays: Vec<Arc<[f64]>>,
}

/// What is the same for all instances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Environment {
    /// `t`, ms.
    pub time: f64,
    /// `dt`, ms.
    pub time_step: f64,
    /// `celsius`, degC.
    pub celsius: f64,
}

/// One event, as one instance sees it.
#[derive(Debug)]
pub struct Event<'a> {
    /// The weights of its connection. Those of no connection when there are [`Event::connections`].
    pub arguments: &'a mut [f64],
    /// `flag`: 0 for an event from outside.
    pub flag: f64,
    /// What the instance does in answer is appended here, in order.
    pub effects: &'a mut Vec<EventEffect>,
    /// All connections of the instance, for code that looks at them.
    pub connections: Option<Connections<'a>>,
}

impl<'a> Event<'a> {
    /// An event for code that looks at its own connection only.
    pub fn new(arguments: &'a mut [f64], flag: f64, effects: &'a mut Vec<EventEffect>) -> Event<'a> {
        Event { arguments, flag, effects, connections: None }
    }

    /// The weight number `number` of one connection, by its number in the instance's list; below 0 the event's own.
    pub(super) fn weight(&mut self, connection: f64, number: u32) -> Option<&mut f64> {
        let number = number as usize;
        let Some(all) = &mut self.connections else { return self.arguments.get_mut(number) };
        let which = if connection < 0.0 { all.own } else { all.list.get(connection as usize).copied() };
        match which {
            Some(which) => all.weights.get_mut(which as usize * all.stride + number),
            None if connection < 0.0 => self.arguments.get_mut(number),
            None => None,
        }
    }
}

/// The connections that end at an instance.
#[derive(Debug)]
pub struct Connections<'a> {
    /// The weights of all connections, `stride` of each.
    pub weights: &'a mut [f64],
    /// Room for the weights of one connection.
    pub stride: usize,
    /// Those of the instance.
    pub list: &'a [u32],
    /// The one that the event came by.
    pub own: Option<u32>,
}

/// What an instance does about events.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventEffect {
    /// `net_send`: an event to itself.
    Send {
        /// ms from now.
        delay: f64,
        /// What it will see as `flag`.
        flag: f64,
        /// Where it is written.
        site: Site,
    },
    /// `net_event`: it fires.
    Fire {
        /// ms.
        time: f64,
    },
    /// `net_move`: its outstanding event to itself is moved.
    Move {
        /// ms.
        time: f64,
        /// Where it is written.
        site: Site,
    },
    /// `WATCH`: it wants an event when a condition becomes true.
    Watch {
        /// Which of its mechanism's conditions.
        number: u32,
        /// How far beyond its threshold it is now.
        excess: f64,
    },
}
