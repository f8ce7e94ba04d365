//! Events that wait for their step.
//!
//! Arrivals (a spike reaching one connection's target) are known at least one step ahead and never change: they
//! lie in a ring of buckets, one bucket a step, so that putting one in costs a push. Self-events (`net_send`) may
//! fall into the step that is being delivered and may be moved (`net_move`): they wait in a heap (`own_events`).
//!
//! Order of delivery is a total order that does not depend on threads: by time; at the same time what was sent earlier comes
//! earlier, as in NEURON (an arrival is sent when its spike is fired). When that does not tell them apart either, an instance's
//! own events come first, in the order in which they were sent or moved; then arrivals by (source, connection).

use std::collections::BTreeMap;

use super::connections::Target;
use super::own_events::{OwnEvents, Ticket};

/// A spike on its way to one target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrival {
    /// When it arrives, ms.
    pub time: f64,
    /// When the spike was fired, ms.
    pub sent: f64,
    /// Global id of the cell that fired.
    pub source: u32,
    /// Index in this thread's connection store.
    pub connection: u32,
}

/// An event that an instance has sent to itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SelfEvent {
    /// When it is due, ms.
    pub time: f64,
    /// When it was sent or last moved, ms.
    pub sent: f64,
    /// Who sent it and gets it.
    pub target: Target,
    /// What NET_RECEIVE sees as `flag`.
    pub flag: f64,
    /// The connection whose arrival it answers: NET_RECEIVE sees that connection's weights, as in NEURON.
    pub connection: u32,
}

/// What is next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A spike arrives.
    Arrival(Arrival),
    /// A self-event is due.
    Own(Ticket, SelfEvent),
}

/// All waiting events of one thread.
#[derive(Debug)]
pub struct Queue {
    /// `ring[step & mask]`: arrivals due at `step`, for steps less than `ring.len()` ahead of `now`.
    ring: Vec<Vec<Arrival>>,
    /// Arrivals further ahead.
    far: BTreeMap<u64, Vec<Arrival>>,
    /// The step that is being delivered.
    now: u64,
    /// The arrivals of step `now`, sorted, those before `taken` delivered.
    due: Vec<Arrival>,
    taken: usize,
    own: OwnEvents,
}

/// Most buckets that the ring has: longer delays wait in a tree.
const RING_LIMIT: u64 = 1 << 14;

impl Queue {
    /// An empty queue at step 0 for delays of up to `longest` steps.
    pub fn new(longest: u64) -> Queue {
        let buckets = (longest + 2).next_power_of_two().clamp(64, RING_LIMIT);
        Queue {
            ring: (0..buckets).map(|_| Vec::new()).collect(),
            far: BTreeMap::new(),
            now: 0,
            due: Vec::new(),
            taken: 0,
            own: OwnEvents::default(),
        }
    }

    /// Puts in an arrival that is due at `step`, which has not been begun. O(1), but O(log n) beyond the ring.
    pub fn push(&mut self, step: u64, arrival: Arrival) {
        let mask = self.ring.len() as u64 - 1;
        let step = step.max(self.now);
        if step - self.now <= mask {
            self.ring[(step & mask) as usize].push(arrival);
        } else {
            self.far.entry(step).or_default().push(arrival);
        }
    }

    /// Puts in a self-event; its time is a number. O(log n).
    pub fn send(&mut self, event: SelfEvent) -> Ticket {
        self.own.send(event)
    }

    /// At `now` (ms) moves a waiting self-event to another time; false if it waits no longer. O(log n).
    pub fn reschedule(&mut self, ticket: Ticket, time: f64, now: f64) -> bool {
        self.own.reschedule(ticket, time, now)
    }

    /// Takes a self-event back, if it still waits. O(log n).
    pub fn withdraw(&mut self, ticket: Ticket) {
        self.own.withdraw(ticket);
    }

    /// Begins the delivery of a step: steps must be begun in order, each once (or again to go on with it).
    pub fn begin(&mut self, step: u64) {
        if step != self.now {
            self.due.clear();
            self.taken = 0;
            self.now = step;
        }
        let mask = self.ring.len() as u64 - 1;
        let bucket = &mut self.ring[(step & mask) as usize];
        if bucket.is_empty() && self.far.is_empty() {
            return;
        }
        self.due.append(bucket);
        if let Some(mut far) = self.far.remove(&step) {
            self.due.append(&mut far);
        }
        self.due[self.taken..].sort_unstable_by(|a, b| {
            let time = a.time.total_cmp(&b.time).then(a.sent.total_cmp(&b.sent));
            time.then(a.source.cmp(&b.source)).then(a.connection.cmp(&b.connection))
        });
    }

    /// Takes the next event of the step that is not later than `until` (ms).
    pub fn next(&mut self, until: f64) -> Option<Event> {
        let arrival = self.due.get(self.taken).filter(|a| a.time <= until);
        let own = self.own.first().filter(|(_, own)| own.time <= until);
        let earlier = |arrival: &Arrival, own: &SelfEvent| {
            arrival.time < own.time || (arrival.time == own.time && arrival.sent < own.sent)
        };
        match (arrival, own) {
            (Some(arrival), own) if own.is_none_or(|(_, own)| earlier(arrival, own)) => {
                let arrival = *arrival;
                self.taken += 1;
                Some(Event::Arrival(arrival))
            }
            (_, Some((ticket, _))) => Some(Event::Own(ticket, self.own.withdraw(ticket)?)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn own(time: f64, instance: u32) -> SelfEvent {
        SelfEvent { time, sent: 0.5, target: Target { set: 0, instance }, flag: 1.0, connection: 0 }
    }

    fn arrival(time: f64, sent: f64, source: u32, connection: u32) -> Arrival {
        Arrival { time, sent, source, connection }
    }

    fn drain(queue: &mut Queue, until: f64) -> Vec<(f64, u32, u32)> {
        let mut out = Vec::new();
        while let Some(event) = queue.next(until) {
            out.push(match event {
                Event::Arrival(a) => (a.time, a.source, a.connection),
                Event::Own(_, e) => (e.time, u32::MAX, e.target.instance),
            });
        }
        out
    }

    #[test]
    fn at_the_same_time_what_was_sent_earlier_comes_earlier() {
        let mut queue = Queue::new(4);
        queue.push(1, arrival(1.0, 0.5, 7, 0));
        queue.push(1, arrival(1.0, 0.6, 1, 1));
        queue.push(1, arrival(1.0, 0.5, 2, 5));
        queue.push(1, arrival(1.0, 0.5, 2, 3));
        queue.push(1, arrival(1.0, 0.4, 9, 4));
        queue.send(own(1.0, 9));
        queue.begin(1);
        let expected =
            vec![(1.0, 9, 4), (1.0, u32::MAX, 9), (1.0, 2, 3), (1.0, 2, 5), (1.0, 7, 0), (1.0, 1, 1)];
        assert_eq!(drain(&mut queue, 1.5), expected);
    }

    #[test]
    fn a_moved_event_comes_at_its_new_time_only() {
        let mut queue = Queue::new(4);
        let ticket = queue.send(own(5.0, 1));
        queue.send(own(2.0, 3));
        assert!(queue.reschedule(ticket, 2.0, 1.0));
        queue.begin(2);
        assert_eq!(drain(&mut queue, 2.5), vec![(2.0, u32::MAX, 3), (2.0, u32::MAX, 1)]);
        assert!(!queue.reschedule(ticket, 9.0, 2.0));
        queue.begin(5);
        assert!(drain(&mut queue, 100.0).is_empty());
    }

    #[test]
    fn an_event_taken_back_does_not_come() {
        let mut queue = Queue::new(4);
        let ticket = queue.send(own(2.0, 1));
        queue.withdraw(ticket);
        queue.withdraw(ticket);
        queue.begin(2);
        assert!(drain(&mut queue, 2.5).is_empty());
    }

    #[test]
    fn the_delivery_of_a_step_can_be_taken_up_again() {
        let mut queue = Queue::new(4);
        queue.push(1, arrival(0.9, 0.0, 0, 0));
        queue.push(1, arrival(1.2, 0.0, 0, 1));
        queue.begin(1);
        assert_eq!(drain(&mut queue, 1.0), vec![(0.9, 0, 0)]);
        queue.push(1, arrival(1.1, 0.0, 3, 2));
        queue.begin(1);
        assert_eq!(drain(&mut queue, 1.5), vec![(1.1, 3, 2), (1.2, 0, 1)]);
    }

    proptest! {
        #[test]
        fn every_arrival_comes_once_in_order(steps in prop::collection::vec((0u64..40_000, 0u32..5), 0..200)) {
            let mut queue = Queue::new(16);
            let mut expected: Vec<(f64, u32, u32)> = Vec::new();
            for (i, (step, source)) in steps.iter().enumerate() {
                queue.push(*step, arrival(*step as f64, 0.0, *source, i as u32));
                expected.push((*step as f64, *source, i as u32));
            }
            expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
            let mut seen = Vec::new();
            for step in 0..40_000u64 {
                queue.begin(step);
                seen.extend(drain(&mut queue, step as f64 + 0.5));
            }
            prop_assert_eq!(seen, expected);
        }
    }
}
