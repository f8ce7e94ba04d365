//! What a meeting of threads costs: everybody arrives at once, again and again. `cargo bench --bench meeting`; docs/performance.md has figures.

use divan::{Bencher, black_box};
use volley::engine::barrier::Barrier;

fn main() {
    divan::main();
}

/// Meetings in one sample.
const MEETINGS: u32 = 1000;

/// `MEETINGS` meetings of so many threads, with nothing between them.
#[divan::bench(args = [2, 3, 4, 8], sample_count = 30, sample_size = 1)]
fn meetings(bencher: Bencher, threads: usize) {
    met(bencher, threads, 0);
}

/// The same with some 20 us of work on each thread between two of them.
#[divan::bench(args = [1, 2, 3, 4, 8], sample_count = 30, sample_size = 1)]
fn meetings_and_work(bencher: Bencher, threads: usize) {
    met(bencher, threads, 5_000);
}

fn met(bencher: Bencher, threads: usize, work: u32) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let barrier = Barrier::new(threads, cores);
    let turn = || {
        toil(work);
        barrier.wait()
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| while turn().is_ok() {});
        }
        bencher.counter(divan::counter::ItemsCount::new(MEETINGS)).bench_local(|| {
            for _ in 0..MEETINGS {
                let _ = turn();
            }
        });
        barrier.poison();
    });
}

/// A chain of divisions that wait for each other.
fn toil(turns: u32) {
    let mut x = black_box(1.5f64);
    for _ in 0..turns {
        x = 2.0 / (x + 0.5);
    }
    black_box(x);
}
