//! Which run comes next, and on how many threads.
//!
//! In: the runs to be done with what each is expected to take. Out: to each worker that asks, the longest run that is left. A run gets one thread, which keeps
//! all cores busy as long as there are more runs than cores; when fewer are left than threads are free, and they are long, the free threads are shared out among them.
//! A run waits while it would not fit into memory beside those that are going on.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::estimate::Estimate;

/// A shorter run is not worth further threads, s: what they take to start and to meet would be seen.
const LONG: f64 = 0.25;

/// What is left to be done, shared by the workers.
#[derive(Debug)]
pub(super) struct Schedule {
    /// Longest first.
    tasks: Vec<(u64, Estimate)>,
    threads: usize,
    /// Memory for all runs together, bytes.
    memory: f64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    next: usize,
    threads: usize,
    bytes: f64,
    running: usize,
    stopped: bool,
}

/// A run that a worker has taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Task {
    /// Number of the run.
    pub run: u64,
    /// What it is expected to take on one thread.
    pub estimate: Estimate,
    /// Threads that it may use.
    pub threads: usize,
}

impl Schedule {
    /// Runs for so many threads and so much memory (bytes).
    pub fn new(mut tasks: Vec<(u64, Estimate)>, threads: usize, memory: f64) -> Schedule {
        tasks.sort_by(|a, b| b.1.seconds.total_cmp(&a.1.seconds).then(a.0.cmp(&b.0)));
        Schedule { tasks, threads, memory, state: Mutex::default(), changed: Condvar::new() }
    }

    /// The next run; none when there is none left, or all is to stop.
    pub fn take(&self) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            let &(run, estimate) = self.tasks.get(state.next)?;
            let free = self.threads.saturating_sub(state.threads);
            let fits = state.bytes + estimate.bytes <= self.memory;
            if state.running == 0 || (free > 0 && fits) {
                let left = self.tasks.len() - state.next;
                let share = if left <= free && estimate.seconds >= LONG { free.div_ceil(left) } else { 1 };
                state.next += 1;
                state.running += 1;
                state.threads += share;
                state.bytes += estimate.bytes;
                return Some(Task { run, estimate, threads: share });
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A run is done.
    pub fn give_back(&self, task: &Task) {
        let mut state = self.lock();
        state.running -= 1;
        state.threads -= task.threads;
        state.bytes -= task.estimate.bytes;
        self.changed.notify_all();
    }

    /// No further run begins.
    pub fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(seconds: &[f64], threads: usize, memory: f64) -> Schedule {
        let tasks = seconds.iter().enumerate();
        let tasks = tasks.map(|(i, &seconds)| (i as u64, Estimate { seconds, bytes: 10.0 }));
        Schedule::new(tasks.collect(), threads, memory)
    }

    fn taken(task: Option<Task>) -> (u64, usize) {
        task.map(|t| (t.run, t.threads)).unwrap()
    }

    #[test]
    fn the_longest_comes_first_and_equal_ones_in_order() {
        let schedule = schedule(&[0.1, 0.3, 0.2, 0.3], 4, 1e9);
        let order: Vec<u64> = (0..4).map(|_| taken(schedule.take()).0).collect();
        assert_eq!(order, [1, 3, 2, 0]);
        assert_eq!(schedule.take(), None);
    }

    #[test]
    fn free_threads_are_shared_by_the_last_long_runs() {
        let three = schedule(&[5.0, 5.0, 5.0], 8, 1e9);
        let threads: Vec<usize> = (0..3).map(|_| taken(three.take()).1).collect();
        assert_eq!(threads, [3, 3, 2]);
        // Many runs: one thread each, until only the last one is left.
        let five = schedule(&[5.0; 5], 2, 1e9);
        for _ in 0..4 {
            let task = five.take().unwrap();
            assert_eq!(task.threads, 1);
            five.give_back(&task);
        }
        assert_eq!(taken(five.take()).1, 2);
        // Short ones stay on one thread.
        assert_eq!(taken(schedule(&[0.2], 8, 1e9).take()).1, 1);
    }

    #[test]
    fn what_does_not_fit_into_memory_waits() {
        let schedule = schedule(&[5.0; 3], 3, 25.0);
        let first = schedule.take().unwrap();
        schedule.take().unwrap();
        std::thread::scope(|scope| {
            let third = scope.spawn(|| schedule.take());
            // It comes when the first one has ended, not before: else the memory of all three would be counted.
            std::thread::sleep(std::time::Duration::from_millis(50));
            assert_eq!(schedule.lock().running, 2);
            schedule.give_back(&first);
            assert_eq!(taken(third.join().unwrap()).0, 2);
        });
        // Alone a run may try, whatever it needs.
        assert!(self::schedule(&[5.0], 3, 1.0).take().is_some());
    }

    #[test]
    fn nothing_begins_after_a_stop() {
        let schedule = schedule(&[1.0; 3], 1, 1e9);
        schedule.take().unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| schedule.take());
            schedule.stop();
            assert_eq!(waiting.join().unwrap(), None);
        });
    }
}
