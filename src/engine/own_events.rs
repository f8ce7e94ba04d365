//! Self-events that wait, by time: what `net_send` puts in, `net_move` moves, and conditions of WATCH take back.
//!
//! A binary heap of times and numbers of slots; each slot holds an event and knows its place in the heap, so that an event is moved or taken
//! out in O(log n) without being looked for. Slots are used again. A [`Ticket`] names an event for good: a slot alone may hold another one by now.

use std::num::NonZeroU64;

use super::queue::SelfEvent;

/// Names a self-event that still waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// How many events had been sent, this one included.
    number: NonZeroU64,
    slot: u32,
}

/// Where an event waits.
#[derive(Clone, Debug)]
struct Slot {
    event: SelfEvent,
    ticket: Ticket,
    /// Its place in the heap; [`FREE`] if nothing waits here.
    place: u32,
}

const FREE: u32 = u32::MAX;

/// What the heap knows of an event, beside each other in memory.
#[derive(Clone, Copy, Debug)]
struct Key {
    /// When it is due, ms.
    time: f64,
    /// Of two events at the same time the one with the smaller number comes first: how many had been sent or moved before.
    turn: u64,
    slot: u32,
}

impl Key {
    fn before(&self, other: &Key) -> bool {
        self.time.total_cmp(&other.time).then(self.turn.cmp(&other.turn)).is_lt()
    }
}

/// All self-events of one thread.
#[derive(Debug, Default)]
pub struct OwnEvents {
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// None comes before the one at half its place.
    heap: Vec<Key>,
    /// Events sent or moved so far.
    turns: u64,
}

impl OwnEvents {
    /// Puts in an event. O(log n).
    pub fn send(&mut self, event: SelfEvent) -> Ticket {
        self.turns += 1;
        let number = NonZeroU64::new(self.turns).unwrap_or(NonZeroU64::MIN);
        let place = self.heap.len() as u32;
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        let ticket = Ticket { number, slot };
        let filled = Slot { event, ticket, place };
        match self.slots.get_mut(slot as usize) {
            Some(old) => *old = filled,
            None => self.slots.push(filled),
        }
        self.heap.push(Key { time: event.time, turn: self.turns, slot });
        self.rise(place as usize);
        ticket
    }

    /// At `now` (ms) moves a waiting event to another time; false if it waits no longer. O(log n).
    pub fn reschedule(&mut self, ticket: Ticket, time: f64, now: f64) -> bool {
        let Some(place) = self.place(ticket) else { return false };
        self.turns += 1;
        let slot = &mut self.slots[ticket.slot as usize];
        slot.event.time = time;
        slot.event.sent = now;
        self.heap[place] = Key { time, turn: self.turns, slot: ticket.slot };
        self.settle(place);
        true
    }

    /// Takes an event out, if it still waits. O(log n).
    pub fn withdraw(&mut self, ticket: Ticket) -> Option<SelfEvent> {
        let place = self.place(ticket)?;
        self.heap.swap_remove(place);
        if let Some(moved) = self.heap.get(place) {
            self.slots[moved.slot as usize].place = place as u32;
            self.settle(place);
        }
        self.free.push(ticket.slot);
        let slot = &mut self.slots[ticket.slot as usize];
        slot.place = FREE;
        Some(slot.event)
    }

    /// The event that comes next. O(1).
    pub fn first(&self) -> Option<(Ticket, &SelfEvent)> {
        let slot = &self.slots[self.heap.first()?.slot as usize];
        Some((slot.ticket, &slot.event))
    }

    /// Where a waiting event is in the heap.
    fn place(&self, ticket: Ticket) -> Option<usize> {
        let slot = self.slots.get(ticket.slot as usize)?;
        (slot.ticket == ticket && slot.place != FREE).then_some(slot.place as usize)
    }

    /// Puts a key at a place of the heap.
    fn put(&mut self, place: usize, key: Key) {
        self.heap[place] = key;
        self.slots[key.slot as usize].place = place as u32;
    }

    /// Brings the event at a place, the only one that may be out of order, to where it belongs.
    fn settle(&mut self, place: usize) {
        if !self.rise(place) {
            self.sink(place);
        }
    }

    /// Towards the front, as far as it comes before those there; whether it moved.
    fn rise(&mut self, start: usize) -> bool {
        let (mut place, key) = (start, self.heap[start]);
        while place > 0 && key.before(&self.heap[(place - 1) / 2]) {
            self.put(place, self.heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        self.put(place, key);
        place != start
    }

    /// Away from the front.
    fn sink(&mut self, start: usize) {
        let (mut place, key) = (start, self.heap[start]);
        loop {
            let mut next = 2 * place + 1;
            if next + 1 < self.heap.len() && self.heap[next + 1].before(&self.heap[next]) {
                next += 1;
            }
            if next >= self.heap.len() || !self.heap[next].before(&key) {
                break;
            }
            self.put(place, self.heap[next]);
            place = next;
        }
        self.put(place, key);
    }
}

#[cfg(test)]
mod tests {
    use super::super::connections::Target;
    use super::*;
    use proptest::prelude::*;

    /// What is done to the events: send one, move or take back one that was sent, or take the first.
    #[derive(Clone, Debug)]
    enum Deed {
        Send(u8),
        Move(usize, u8),
        Withdraw(usize),
        Take,
    }

    fn deeds() -> impl Strategy<Value = Vec<Deed>> {
        let deed = prop_oneof![
            4 => (0u8..20).prop_map(Deed::Send),
            2 => (0usize..50, 0u8..20).prop_map(|(which, time)| Deed::Move(which, time)),
            1 => (0usize..50).prop_map(Deed::Withdraw),
            3 => Just(Deed::Take),
        ];
        prop::collection::vec(deed, 0..200)
    }

    proptest! {
        /// Against a plain list that is searched for everything.
        #[test]
        fn events_come_by_time_and_then_as_they_were_sent_or_moved(deeds in deeds()) {
            let mut events = OwnEvents::default();
            let mut tickets: Vec<Ticket> = Vec::new();
            // Time, turn and number of the ticket of those that wait.
            let mut list: Vec<(u8, usize, usize)> = Vec::new();
            for (turn, deed) in deeds.into_iter().enumerate() {
                match deed {
                    Deed::Send(time) => {
                        let target = Target { set: 0, instance: tickets.len() as u32 };
                        let event = SelfEvent { time: time.into(), sent: 0.0, target, flag: 1.0, connection: 0 };
                        list.push((time, turn, tickets.len()));
                        tickets.push(events.send(event));
                    }
                    Deed::Move(which, time) => {
                        let Some(ticket) = tickets.get(which) else { continue };
                        let waits = list.iter_mut().find(|(.., number)| *number == which);
                        prop_assert_eq!(events.reschedule(*ticket, time.into(), 0.0), waits.is_some());
                        if let Some(there) = waits {
                            *there = (time, turn, which);
                        }
                    }
                    Deed::Withdraw(which) => {
                        let Some(ticket) = tickets.get(which) else { continue };
                        let before = list.len();
                        list.retain(|(.., number)| *number != which);
                        prop_assert_eq!(events.withdraw(*ticket).is_some(), list.len() < before);
                    }
                    Deed::Take => {
                        let expected = list.iter().min().copied();
                        list.retain(|there| Some(*there) != expected);
                        let first = events.first().map(|(ticket, event)| (ticket, event.target.instance));
                        prop_assert_eq!(first.map(|(_, instance)| instance), expected.map(|(.., number)| number as u32));
                        if let Some((ticket, _)) = first {
                            events.withdraw(ticket);
                        }
                    }
                }
            }
        }
    }
}
