//! Where the threads of a run meet.
//!
//! A thread that arrives early spins for a while, since the others are most often microseconds away; then it yields its core a few
//! times, to a thread of the run that waits for one; and then it sleeps, so that a core that is shared (more threads than cores, other
//! programs) is not burnt. With more threads than cores nobody spins: the others need the core. Who arrives last makes a
//! system call only if somebody sleeps. A thread that panics poisons the barrier, and everybody else leaves instead of waiting for ever.
//! docs/performance.md has what a meeting costs.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

/// A barrier for a fixed number of threads that is used again and again.
#[derive(Debug)]
pub struct Barrier {
    threads: usize,
    spins: bool,
    arrived: CachePadded<AtomicUsize>,
    /// Counts meetings; waiting is for a change of it.
    generation: CachePadded<AtomicU64>,
    poisoned: AtomicBool,
    /// How many threads sleep or are about to.
    sleeping: CachePadded<AtomicUsize>,
    sleepers: Mutex<()>,
    wake: Condvar,
}

/// A thread that takes part has panicked or given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Poisoned;

/// How long a waiting thread spins. In time, as a turn takes 10 to 100 ns, depending on the processor.
const SPIN: Duration = Duration::from_micros(20);

/// Turns of spinning between two looks at the clock.
const TURNS: u32 = 16;

/// How often it yields then, before it sleeps.
const YIELDS: u32 = 10;

impl Barrier {
    /// A barrier for `threads` threads on a machine with `cores` cores to run them.
    pub fn new(threads: usize, cores: usize) -> Barrier {
        Barrier {
            threads,
            spins: threads <= cores,
            arrived: CachePadded::default(),
            generation: CachePadded::default(),
            poisoned: AtomicBool::new(false),
            sleeping: CachePadded::default(),
            sleepers: Mutex::new(()),
            wake: Condvar::new(),
        }
    }

    /// Waits until every thread has arrived. All that a thread did before is visible to all after.
    ///
    /// # Errors
    /// When the barrier was poisoned before all had arrived. A meeting that took place counts for all, also if one of them
    /// poisons the barrier before another has left it.
    pub fn wait(&self) -> Result<(), Poisoned> {
        let generation = self.generation.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.threads {
            self.arrived.store(0, Ordering::Relaxed);
            self.generation.fetch_add(1, Ordering::SeqCst);
            self.wake_all();
            return Ok(());
        }
        self.wait_for(generation);
        if self.generation.load(Ordering::Acquire) == generation { Err(Poisoned) } else { Ok(()) }
    }

    /// Lets everybody go, now and for ever after, with an error.
    pub fn poison(&self) {
        self.poisoned.store(true, Ordering::SeqCst);
        self.wake_all();
    }

    fn wake_all(&self) {
        // In the one order of all SeqCst operations, either this load comes after a sleeper has counted itself, or the sleeper's look at the
        // generation and the poison comes after they were changed: no wake-up is lost. A sleeper counts itself under the lock, and gives the
        // lock up only by falling asleep.
        if self.sleeping.load(Ordering::SeqCst) > 0 {
            drop(self.sleepers.lock().unwrap_or_else(|e| e.into_inner()));
            self.wake.notify_all();
        }
    }

    fn wait_for(&self, generation: u64) {
        let over =
            || self.generation.load(Ordering::SeqCst) != generation || self.poisoned.load(Ordering::SeqCst);
        if self.spins {
            let begin = Instant::now();
            while begin.elapsed() < SPIN {
                for _ in 0..TURNS {
                    if over() {
                        return;
                    }
                    std::hint::spin_loop();
                }
            }
        }
        for _ in 0..YIELDS {
            if over() {
                return;
            }
            std::thread::yield_now();
        }
        let mut guard = self.sleepers.lock().unwrap_or_else(|e| e.into_inner());
        self.sleeping.fetch_add(1, Ordering::SeqCst);
        while !over() {
            guard = self.wake.wait(guard).unwrap_or_else(|e| e.into_inner());
        }
        self.sleeping.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Poisons a barrier unless it is told that all went well.
#[derive(Debug)]
pub struct PoisonOnPanic<'a>(pub &'a Barrier);

impl Drop for PoisonOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.poison();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_runs_ahead() {
        for (threads, cores) in [(1, 1), (2, 2), (3, 2), (4, 8), (7, 1)] {
            let barrier = Barrier::new(threads, cores);
            let rounds: Vec<AtomicU64> = (0..threads).map(|_| AtomicU64::new(0)).collect();
            std::thread::scope(|scope| {
                for me in 0..threads {
                    let (barrier, rounds) = (&barrier, &rounds);
                    scope.spawn(move || {
                        for round in 1..=500 {
                            rounds[me].store(round, Ordering::Relaxed);
                            barrier.wait().unwrap();
                            for other in rounds {
                                let seen = other.load(Ordering::Relaxed);
                                assert!(seen == round || seen == round + 1, "{seen} in round {round}");
                            }
                        }
                    });
                }
            });
        }
    }

    #[test]
    fn a_panic_frees_the_others() {
        let barrier = Barrier::new(3, 2);
        std::thread::scope(|scope| {
            let lost = scope.spawn(|| {
                let _guard = PoisonOnPanic(&barrier);
                panic!("on purpose");
            });
            let others: Vec<_> = (0..2).map(|_| scope.spawn(|| barrier.wait())).collect();
            assert!(lost.join().is_err());
            for other in others {
                assert_eq!(other.join().unwrap(), Err(Poisoned));
            }
        });
    }
}
