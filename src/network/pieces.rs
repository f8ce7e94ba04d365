//! Long lists made piece by piece, by several threads.
//!
//! In: how long the list is and how to make a part of it. Out: the parts in their order. What a part holds may depend on nothing but the
//! numbers of its items, so the list is the same for any number of threads. The threads are those of the pool in which the caller runs;
//! short lists are made by the caller alone, so that small networks start no threads.

use std::ops::Range;

use rayon::prelude::*;

/// Connections or rows from which on it pays to wake other threads: some ms of work.
const WORTHWHILE: f64 = 50_000.0;

/// Pieces that each thread gets, so that unequal ones even out.
const PER_THREAD: usize = 8;

/// The parts of a list of `count` items, in order; `work` is about how many connections or rows will be made for all of them.
pub(super) fn in_pieces<T: Send>(count: usize, work: f64, make: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let threads = threads(work);
    if threads == 1 {
        return vec![make(0..count)];
    }
    let length = length(count, threads);
    let starts = (0..count).into_par_iter().step_by(length);
    starts.map(|start| make(start..(start + length).min(count))).collect()
}

/// Fills a list piece by piece: `make` gets the number of its first item. The result is that of the first piece that has one.
pub(super) fn fill<V: Send, T: Send>(
    list: &mut [V],
    make: impl Fn(usize, &mut [V]) -> Option<T> + Sync,
) -> Option<T> {
    let threads = threads(list.len() as f64);
    if threads == 1 {
        return make(0, list);
    }
    let length = length(list.len(), threads);
    let parts = list.par_chunks_mut(length).enumerate().map(|(number, part)| make(number * length, part));
    parts.collect::<Vec<_>>().into_iter().flatten().next()
}

fn length(count: usize, threads: usize) -> usize {
    count.div_ceil(threads * PER_THREAD).max(1)
}

/// How many threads that much work is worth.
pub(super) fn threads(work: f64) -> usize {
    if work < WORTHWHILE { 1 } else { rayon::current_num_threads() }
}
