//! The thread that writes: takes batches, appends them to the files, flushes at intervals.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::report::ReportStore;
use super::spikes::SpikeStore;
use super::{Layout, RecordError, Status};
use crate::engine::Spike;

/// Results on their way to the writer.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Sorted by (time, id).
    pub(super) spikes: Vec<Spike>,
    /// Rows with the number of their report.
    pub(super) samples: Vec<(usize, Vec<f64>)>,
    /// Everything up to here (ms) is in this batch or an earlier one.
    pub(super) until: Option<f64>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.spikes.is_empty() && self.samples.is_empty() && self.until.is_none()
    }

    pub(super) fn bytes(&self) -> usize {
        let rows: usize = self.samples.iter().map(|(_, rows)| rows.len()).sum();
        self.spikes.len() * size_of::<Spike>() + rows * size_of::<f64>()
    }

    /// Adds rows to those of the same report.
    pub(super) fn add_samples(&mut self, report: usize, rows: &[f64]) {
        match self.samples.iter_mut().find(|(r, _)| *r == report) {
            Some((_, list)) => list.extend_from_slice(rows),
            None => self.samples.push((report, rows.to_vec())),
        }
    }
}

/// What the writer is told.
#[derive(Debug)]
pub(super) enum Message {
    /// More results.
    Batch(Batch),
    /// There will be no more: close the files.
    End {
        /// How the run ended.
        status: Status,
        /// The time it reached, ms.
        until: f64,
    },
}

/// What the writer leaves behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Number of spikes of each population, in the model's order.
    pub(super) spikes: Vec<(String, u64)>,
    /// Closed files: where each is, and its final name.
    pub(super) files: Vec<(PathBuf, PathBuf)>,
}

/// The files of a run.
pub(super) struct Writer {
    layout: Layout,
    folder: PathBuf,
    spikes: SpikeStore,
    reports: Vec<ReportStore>,
    flush_every: Duration,
    flushed_at: Instant,
    /// Handed over up to here, ms.
    until: f64,
    /// Whether something came after the last flush.
    dirty: bool,
    /// Bits of the time (ms) up to which everything is flushed.
    flushed: Arc<AtomicU64>,
}

/// A flush is due when so many spikes wait, whatever the clock says: they are held in memory until then.
const WAITING_SPIKES: usize = 1 << 22;

impl Writer {
    /// Creates all files.
    pub(super) fn create(
        folder: &Path,
        layout: Layout,
        flush_every: Duration,
        flushed: Arc<AtomicU64>,
    ) -> Result<Writer, RecordError> {
        let reports = layout
            .reports
            .iter()
            .map(|report| ReportStore::create(folder, report.clone(), layout.dt, layout.steps))
            .collect::<Result<_, _>>()?;
        Ok(Writer {
            spikes: SpikeStore::create(folder, layout.populations.clone())?,
            reports,
            layout,
            folder: folder.to_owned(),
            flush_every,
            flushed_at: Instant::now(),
            until: 0.0,
            dirty: false,
            flushed,
        })
    }

    /// Works until told to end. When the sender is gone without an end (a panic elsewhere), all that came is flushed.
    pub(super) fn run(mut self, messages: &Receiver<Message>) -> Result<Tally, RecordError> {
        let mut waiting = 0;
        loop {
            let wait = self.flush_every.saturating_sub(self.flushed_at.elapsed());
            let message = if self.dirty {
                messages.recv_timeout(wait)
            } else {
                messages.recv().map_err(RecvTimeoutError::from)
            };
            match message {
                Ok(Message::Batch(batch)) => {
                    waiting += batch.spikes.len();
                    self.take(batch)?;
                }
                Ok(Message::End { status, until }) => return self.close(status, until),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.flush()?;
                    return Ok(Tally::default());
                }
            }
            let due = self.flushed_at.elapsed() >= self.flush_every || waiting >= WAITING_SPIKES;
            if self.dirty && due {
                self.flush()?;
                waiting = 0;
            }
        }
    }

    fn take(&mut self, batch: Batch) -> Result<(), RecordError> {
        for spike in &batch.spikes {
            self.spikes.add(spike.time, spike.id)?;
        }
        for (report, rows) in &batch.samples {
            match self.reports.get_mut(*report) {
                Some(store) => store.append(rows)?,
                None => {
                    let what =
                        format!("samples of report number {report}, and there are {}", self.reports.len());
                    return Err(RecordError::Mismatch { what });
                }
            }
        }
        self.until = batch.until.unwrap_or(self.until);
        self.dirty = true;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), RecordError> {
        for report in &mut self.reports {
            report.flush()?;
        }
        self.spikes.flush(self.until)?;
        self.flushed.store(self.until.to_bits(), Ordering::Release);
        self.flushed_at = Instant::now();
        self.dirty = false;
        Ok(())
    }

    fn close(self, status: Status, until: f64) -> Result<Tally, RecordError> {
        let counts = self.spikes.counts().iter();
        let spikes = self.layout.populations.iter().map(|p| p.name.clone()).zip(counts.copied()).collect();
        let mut files = vec![(self.spikes.close(status, until)?, self.folder.join("spikes.h5"))];
        for (store, report) in self.reports.into_iter().zip(&self.layout.reports) {
            files.push((store.close(status)?, self.folder.join(format!("{}.h5", report.name))));
        }
        Ok(Tally { spikes, files })
    }
}
