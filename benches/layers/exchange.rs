//! What the threads hand over at the end of an epoch: each publishes its spikes, all are read and put in order for the sink. One thread does
//! it for all, so what is counted is the work and not the meeting (which the bench `meeting` measures). Items: spikes.

use divan::Bencher;
use divan::counter::ItemsCount;
use volley::engine::inner::{Collector, Exchange, Fired, Outbox};
use volley::engine::{Memory, Spike};

#[divan::bench(args = [(1, 0), (2, 0), (2, 10), (2, 1000), (16, 1000)])]
fn exchange(bencher: Bencher, (threads, spikes): (usize, u64)) {
    let exchange = Exchange::new(threads);
    let mut collector = Collector::of_spikes(threads);
    let mut outboxes: Vec<Outbox> = (0..threads).map(|_| Outbox::default()).collect();
    let mut sink = Memory::default();
    let mut epoch = 0;
    let items = (threads as u64 * spikes).max(1);
    bencher.counter(ItemsCount::new(items)).bench_local(|| {
        for (thread, outbox) in outboxes.iter_mut().enumerate() {
            for spike in 0..spikes {
                let id = (spike * 7919) % 1009 * threads as u64 + thread as u64;
                let spike = Spike { time: (epoch * 40 + spike % 40) as f64 * 0.025, id };
                outbox.spikes.push(Fired { spike, event_time: spike.time });
            }
            exchange.publish(epoch, thread, outbox);
        }
        for outbox in exchange.read(epoch) {
            collector.take(&outbox.spikes);
        }
        epoch += 1;
        sink.spikes.clear();
        collector.hand_over(f64::INFINITY, &mut sink).expect("memory takes all");
    });
}
