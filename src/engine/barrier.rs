//! Where the threads of a run meet.
//!
//! A thread that arrives early spins for a while, since the others are most often microseconds away, and then
//! sleeps, so that a core that is shared (more threads than cores, other programs) is not burnt. A thread that
//! panics poisons the barrier, and everybody else leaves instead of waiting for ever.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};

/// A barrier for a fixed number of threads that is used again and again.
#[derive(Debug)]
pub struct Barrier {
    threads: usize,
    spins: u32,
    arrived: AtomicUsize,
    /// Counts meetings; waiting is for a change of it.
    generation: AtomicU64,
    poisoned: AtomicBool,
    sleepers: Mutex<()>,
    wake: Condvar,
}

/// A thread that takes part has panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Poisoned;

/// Turns of a spin loop before a waiting thread sleeps: some 20 us.
const SPINS: u32 = 4_000;

impl Barrier {
    /// A barrier for `threads` threads on a machine with `cores` cores to run them.
    pub fn new(threads: usize, cores: usize) -> Barrier {
        Barrier {
            threads,
            spins: if threads <= cores { SPINS } else { 0 },
            arrived: AtomicUsize::new(0),
            generation: AtomicU64::new(0),
            poisoned: AtomicBool::new(false),
            sleepers: Mutex::new(()),
            wake: Condvar::new(),
        }
    }

    /// Waits until every thread has arrived. All that a thread did before is visible to all after.
    pub fn wait(&self) -> Result<(), Poisoned> {
        let generation = self.generation.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.threads {
            self.arrived.store(0, Ordering::Relaxed);
            self.advance();
        } else {
            self.wait_for(generation);
        }
        if self.poisoned.load(Ordering::Acquire) { Err(Poisoned) } else { Ok(()) }
    }

    /// Lets everybody go, now and for ever after, with an error.
    pub fn poison(&self) {
        self.poisoned.store(true, Ordering::Release);
        self.advance();
    }

    fn advance(&self) {
        // The lock orders this with the check that a sleeper makes before it sleeps: no wake-up is lost.
        let guard = self.sleepers.lock().unwrap_or_else(|e| e.into_inner());
        self.generation.fetch_add(1, Ordering::Release);
        drop(guard);
        self.wake.notify_all();
    }

    fn wait_for(&self, generation: u64) {
        let over =
            || self.generation.load(Ordering::Acquire) != generation || self.poisoned.load(Ordering::Acquire);
        for _ in 0..self.spins {
            if over() {
                return;
            }
            std::hint::spin_loop();
        }
        let mut guard = self.sleepers.lock().unwrap_or_else(|e| e.into_inner());
        while !over() {
            guard = self.wake.wait(guard).unwrap_or_else(|e| e.into_inner());
        }
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
