//! Events that wait for their step. Items: events.

use divan::Bencher;
use divan::counter::ItemsCount;
use volley::engine::inner::{Arrival, Event, Queue, SelfEvent, Target, Ticket};

const DT: f64 = 0.025;

/// Steps that an arrival waits.
const DELAY: u64 = 40;

/// Arrivals: so many are put in at each step, due 40 steps later at as many times within that step, and so many come out.
#[divan::bench(args = [1, 10, 1000, 10_000])]
fn due(bencher: Bencher, at_once: u32) {
    let mut queue = Queue::new(DELAY);
    let mut step = 0;
    bencher.counter(ItemsCount::new(at_once)).bench_local(|| {
        for connection in 0..at_once {
            // In no order within the step, as spikes of many cells with many delays come.
            let within = f64::from(connection.wrapping_mul(2_654_435_761) >> 8) / f64::from(1 << 24);
            let time = (step + DELAY) as f64 * DT + 0.4 * DT * within;
            let arrival = Arrival { time, sent: step as f64 * DT, source: connection % 977, connection };
            queue.push(step + DELAY, arrival);
        }
        step += 1;
        queue.begin(step);
        while let Some(event) = queue.next(f64::INFINITY) {
            divan::black_box(event);
        }
    });
}

fn own(time: f64, instance: u32) -> SelfEvent {
    SelfEvent { time, sent: 0.0, target: Target { set: 0, instance }, flag: 1.0, connection: 0 }
}

/// A queue in which so many instances wait for an event of their own, at times in no order.
fn waiting(count: u32) -> (Queue, Vec<Ticket>) {
    let mut queue = Queue::new(DELAY);
    let time = |i: u32| f64::from(i.wrapping_mul(2_654_435_761) >> 8);
    let tickets = (0..count).map(|instance| queue.send(own(time(instance), instance))).collect();
    (queue, tickets)
}

/// Self-events: the earliest of so many comes, and its instance sends the next.
#[divan::bench(args = [10, 1000, 100_000])]
fn own_events(bencher: Bencher, count: u32) {
    let (mut queue, _) = waiting(count);
    bencher.counter(ItemsCount::new(1000u32)).bench_local(|| {
        for _ in 0..1000 {
            let Some(Event::Own(_, event)) = queue.next(f64::INFINITY) else { unreachable!("all wait") };
            queue.send(own(event.time + f64::from(1 << 24), event.target.instance));
        }
    });
}

/// The same events, moved to another time (`net_move`) instead of delivered.
#[divan::bench(args = [10, 1000, 100_000])]
fn retimed(bencher: Bencher, count: u32) {
    let (mut queue, tickets) = waiting(count);
    let mut turn = 0u32;
    bencher.counter(ItemsCount::new(1000u32)).bench_local(|| {
        for _ in 0..1000 {
            turn = turn.wrapping_add(1);
            let instance = turn.wrapping_mul(40_503) % count;
            let time = f64::from(turn.wrapping_mul(2_654_435_761) >> 8);
            divan::black_box(queue.reschedule(tickets[instance as usize], time, 0.0));
        }
    });
}
