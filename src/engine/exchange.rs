//! What threads tell each other at the end of an epoch, and what is handed to the sink.
//!
//! Each thread has two slots, used in turn: in epoch e it fills one, everybody meets, and all read it while epoch
//! e + 1 fills the other. One meeting an epoch is enough, since nobody can be two epochs ahead.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use super::local::{Fired, Outbox};
use super::sink::{Sink, SinkError, Spike};
use crate::network::Model;

/// The slots of all threads.
#[derive(Debug)]
pub struct Exchange {
    slots: [Vec<RwLock<Outbox>>; 2],
}

impl Exchange {
    /// Slots for `threads` threads.
    pub fn new(threads: usize) -> Exchange {
        let slots = || (0..threads).map(|_| RwLock::new(Outbox::default())).collect();
        Exchange { slots: [slots(), slots()] }
    }

    /// Puts a thread's results into its slot of this epoch; `outbox` comes back empty, with the memory of an old one.
    pub fn publish(&self, epoch: u64, thread: usize, outbox: &mut Outbox) {
        let mut slot =
            self.slots[(epoch & 1) as usize][thread].write().unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut *slot, outbox);
        outbox.spikes.clear();
        outbox.samples.resize_with(slot.samples.len(), Vec::new);
        outbox.samples.iter_mut().for_each(Vec::clear);
        outbox.error = None;
    }

    /// The results of all threads in an epoch, by thread.
    pub fn read(&self, epoch: u64) -> impl Iterator<Item = RwLockReadGuard<'_, Outbox>> {
        self.slots[(epoch & 1) as usize].iter().map(|s| s.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Puts the threads' results together and hands them to the sink in order.
#[derive(Debug)]
pub struct Collector {
    /// Values in a row of each report.
    widths: Vec<usize>,
    /// For each thread and report, where its values go in a row.
    places: Vec<Vec<Vec<u32>>>,
    /// Spikes that may still be preceded by others.
    held: Vec<Spike>,
    ready: Vec<Spike>,
    rows: Vec<f64>,
}

impl Collector {
    /// For the reports of `model`, with each thread's places in their rows.
    pub fn new(model: &Model, places: Vec<Vec<Vec<u32>>>) -> Collector {
        let widths = model.reports.iter().map(|r| r.cells.len() * r.elements.len()).collect();
        Collector { widths, places, held: Vec::new(), ready: Vec::new(), rows: Vec::new() }
    }

    /// For so many threads and no reports.
    pub fn of_spikes(threads: usize) -> Collector {
        let places = vec![Vec::new(); threads];
        Collector { widths: Vec::new(), places, held: Vec::new(), ready: Vec::new(), rows: Vec::new() }
    }

    /// Takes spikes that threads have fired.
    pub fn take(&mut self, spikes: &[Fired]) {
        self.held.extend(spikes.iter().map(|f| f.spike));
    }

    /// Hands over all spikes up to `time` (ms): no earlier one will come.
    pub fn hand_over(&mut self, time: f64, sink: &mut dyn Sink) -> Result<(), SinkError> {
        self.held.sort_unstable_by(|a, b| a.time.total_cmp(&b.time).then(a.id.cmp(&b.id)));
        let count = self.held.partition_point(|s| s.time <= time);
        if count > 0 {
            self.ready.clear();
            self.ready.extend(self.held.drain(..count));
            sink.spikes(&self.ready)?;
        }
        sink.advance(time)
    }

    /// Hands over the reports' rows of one epoch.
    pub fn samples<'a>(
        &mut self,
        outboxes: impl Iterator<Item = &'a Outbox> + Clone,
        sink: &mut dyn Sink,
    ) -> Result<(), SinkError> {
        for (report, width) in self.widths.iter().enumerate() {
            let mut count = 0;
            for (outbox, places) in outboxes.clone().zip(&self.places) {
                let values = outbox.samples.get(report).map_or(&[][..], |s| s);
                let places = &places[report];
                if places.is_empty() {
                    continue;
                }
                count = values.len() / places.len();
                self.rows.resize(count * width, f64::NAN);
                for (row, part) in self.rows.chunks_exact_mut(*width).zip(values.chunks_exact(places.len())) {
                    for (place, value) in places.iter().zip(part) {
                        row[*place as usize] = *value;
                    }
                }
            }
            if count > 0 {
                sink.samples(report, &self.rows)?;
            }
            self.rows.clear();
        }
        Ok(())
    }
}
