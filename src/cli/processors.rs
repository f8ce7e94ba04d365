//! `volley processors`: how many threads are useful on this machine.
//!
//! As NEURON's multithreading tutorial measures it: one, two, three and more threads each count to the same number. As long as each
//! has a processor of its own the time stays that of one thread; beyond, it goes up. Processors that share a core, and other programs,
//! show only this way. Each number of threads is timed again until its best time gets no better.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

use serde_json::json;

use super::Exit;
use super::args::{ProcessorsArgs, SummaryFormat, Threads};
use super::format::{duration, number, table};
use super::terminal;
use crate::partition::MAX_THREADS;

/// Times longer than this many times that of one thread mean that threads share a processor.
const SLOWER: f64 = 1.25;

/// A time counts as better when it is so much shorter.
const BETTER: f64 = 0.99;

/// Rounds without a better time after which times count as stable; and most rounds.
const STABLE: usize = 2;
const ROUNDS: usize = 12;

/// Measures and tells.
pub(super) fn processors(args: &ProcessorsArgs) -> Exit {
    let granted = Threads::Auto.number();
    let best = measure((2 * granted).min(MAX_THREADS), |threads| counting(threads, args.count));
    let useful = useful(&best);
    match args.summary {
        Some(SummaryFormat::Json) => terminal::print(|out| {
            let rows: Vec<_> =
                best.iter().enumerate().map(|(i, s)| json!({ "threads": i + 1, "seconds": s })).collect();
            let answer = json!({ "useful": useful, "granted": granted, "count": args.count, "times": rows });
            writeln!(out, "{answer:#}")
        }),
        None => terminal::print(|out| out.write_all(text(&best, useful, args.count).as_bytes())),
    }
}

/// The best time of each number of threads from 1 to `most`, s; times are taken in turn until none gets better.
fn measure(most: usize, mut time: impl FnMut(usize) -> f64) -> Vec<f64> {
    let mut best = vec![f64::INFINITY; most];
    let mut stable = 0;
    for _ in 0..ROUNDS {
        let mut better = false;
        for (i, best) in best.iter_mut().enumerate() {
            let now = time(i + 1);
            better |= now < BETTER * *best;
            *best = best.min(now);
        }
        stable = if better { 0 } else { stable + 1 };
        if stable == STABLE {
            break;
        }
    }
    best
}

/// How long it takes until all threads have counted to `count`, s: from when the first begins. They start together.
fn counting(threads: usize, count: u64) -> f64 {
    let start = Barrier::new(threads);
    let spans: Vec<(Instant, Instant)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    let begun = Instant::now();
                    let mut n = 0u64;
                    while n < count {
                        // The compiler must not know what the sum is.
                        n = black_box(n) + 1;
                    }
                    (begun, Instant::now())
                })
            })
            .collect();
        // A thread that only counts does not panic.
        workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
    });
    let begun = spans.iter().map(|span| span.0).min();
    let ended = spans.iter().map(|span| span.1).max();
    begun.zip(ended).map_or(0.0, |(begun, ended)| (ended - begun).as_secs_f64())
}

/// The largest number of threads up to which the time stays about that of one.
fn useful(best: &[f64]) -> usize {
    let one = best.first().copied().unwrap_or(0.0);
    best.iter().take_while(|time| **time <= SLOWER * one).count().max(1)
}

fn text(best: &[f64], useful: usize, count: u64) -> String {
    let one = best.first().copied().unwrap_or(0.0);
    let row = |(i, time): (usize, &f64)| {
        vec![(i + 1).to_string(), duration(*time), number((i + 1) as f64 * one / time, 3)]
    };
    let rows: Vec<Vec<String>> = best.iter().enumerate().map(row).collect();
    let threads = if useful == 1 { "1 thread is".into() } else { format!("{useful} threads are") };
    format!("Each thread counts to {}.\n", super::format::count(count))
        + &table(&["threads", "time", "as fast as one, times"], &rows)
        + &format!("{threads} useful here: with more, the time goes up.\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_useful_until_the_time_goes_up() {
        assert_eq!(useful(&[0.2, 0.21, 0.4, 0.42]), 2);
        assert_eq!(useful(&[0.2, 0.3, 0.2]), 1);
        assert_eq!(useful(&[0.2, 0.2, 0.2, 0.24]), 4);
    }

    #[test]
    fn times_are_taken_until_they_are_stable() {
        let mut calls = 0;
        // The first time of one thread is disturbed.
        let best = measure(2, |threads| {
            calls += 1;
            if calls == 1 { 9.0 } else { threads as f64 }
        });
        assert_eq!((best, calls), (vec![1.0, 2.0], 2 * 4));
        let mut calls = 0u32;
        measure(1, |_| {
            calls += 1;
            1.0 / f64::from(calls)
        });
        assert_eq!(calls as usize, ROUNDS);
    }

    #[test]
    fn counting_takes_time() {
        assert!(counting(2, 1000) > 0.0);
    }

    #[test]
    fn the_answer_names_the_number() {
        let text = text(&[0.2, 0.2, 0.4], 2, 100);
        assert!(text.contains("2 threads are useful here"), "{text}");
        assert!(text.lines().any(|l| l.split_whitespace().eq(["3", "400", "ms", "1.5"])), "{text}");
    }
}
