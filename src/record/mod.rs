//! From a run to files that stay: spikes and reports in SONATA's HDF5 form, and a summary.
//!
//! What comes in: what the engine hands to its [`Sink`], in the order of time. What goes out: a folder with
//! `spikes.h5`, one `<report>.h5` for each report, and `summary.json`.
//!
//! What always holds:
//! - A file under its final name is whole. Results are gathered under temporary names (`spikes.h5.part`), and
//!   [`Closed::commit`] renames them once all of them are complete and on the disk. A run that fails or is
//!   stopped leaves what was there before untouched, and its own data under the temporary names.
//! - A temporary file opens at every instant, also after `kill -9`, and holds all that was flushed; it says how
//!   far that goes. How: see [`spikes`](self::spikes) and [`report`](self::report).
//! - The same results give the same bytes, whatever the number of threads and the moments of the flushes.
//! - One run at a time writes into a folder.
//!
//! All writing is done by a thread of its own, fed through a bounded channel: the engine waits for the disk only
//! when the disk cannot keep up.

mod error;
mod folder;
mod hdf;
pub(crate) mod kept;
mod layout;
mod read;
mod read_report;
mod report;
mod spikes;
mod summary;
mod writer;

pub use error::RecordError;
pub use folder::{Closed, Folder, Leftover};
pub use layout::{Layout, PopulationLayout, ReportLayout};
pub use read::{SpikeFile, SpikeTrain, read_spikes};
pub use read_report::{ReportFile, Trace, read_report};
pub(crate) use summary::mean_rate;
pub use summary::{Serial, SerialVariable, Summary, WallTime};

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use crate::engine::{Sink, SinkError, Spike};
use writer::{Batch, Message, Tally};

/// How a run ended, as files and summary say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not ended, or killed.
    Incomplete,
    /// It reached its end.
    Complete,
    /// It was stopped from outside and closed its files.
    Interrupted,
    /// Something went wrong; the files hold all that was computed before.
    Failed,
}

impl Status {
    /// The word in files and messages.
    pub fn word(self) -> &'static str {
        match self {
            Status::Incomplete => "incomplete",
            Status::Complete => "complete",
            Status::Interrupted => "interrupted",
            Status::Failed => "failed",
        }
    }
}

/// How a [`Recorder`] works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Wall time between flushes: so much can be lost by a kill.
    pub flush_every: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { flush_every: Duration::from_secs(1) }
    }
}

/// Batches go to the writer after so much wall time at the latest (or at each advance, if flushes are denser).
const SEND_EVERY: Duration = Duration::from_millis(100);
/// Batches go to the writer when they hold so many bytes.
const SEND_BYTES: usize = 1 << 20;
/// Batches that may wait for the disk.
const QUEUE: usize = 8;

/// Writes a run's results into a folder; see the [module](self).
pub struct Recorder {
    folder: Option<Folder>,
    sender: Option<Sender<Message>>,
    thread: Option<JoinHandle<Result<Tally, RecordError>>>,
    batch: Batch,
    sent: Instant,
    send_every: Duration,
    flushed: Arc<AtomicU64>,
    failure: Option<RecordError>,
}

impl Recorder {
    /// Creates the temporary files and starts the writer.
    ///
    /// # Errors
    /// A population or report whose name cannot be one in a file, a report that is too large, or a file that
    /// cannot be written.
    pub fn start(folder: Folder, layout: Layout, settings: Settings) -> Result<Recorder, RecordError> {
        layout.check()?;
        folder.make_room()?;
        let flushed = Arc::new(AtomicU64::new(0f64.to_bits()));
        let writer =
            writer::Writer::create(folder.path(), layout, settings.flush_every, Arc::clone(&flushed))?;
        let (sender, receiver) = crossbeam_channel::bounded(QUEUE);
        let thread = std::thread::Builder::new()
            .name("record".into())
            .spawn(move || writer.run(&receiver))
            .map_err(|e| RecordError::io(folder.path(), "start the writing thread for", &e))?;
        Ok(Recorder {
            folder: Some(folder),
            sender: Some(sender),
            thread: Some(thread),
            batch: Batch::default(),
            sent: Instant::now(),
            send_every: SEND_EVERY.min(settings.flush_every),
            flushed,
            failure: None,
        })
    }

    /// Everything up to this time (ms) would survive a kill.
    pub fn flushed_until(&self) -> f64 {
        f64::from_bits(self.flushed.load(Ordering::Acquire))
    }

    /// Ends the recording: hands over the rest, waits for the writer, and closes the files under their temporary
    /// names, with `status` and the time (ms) that the run reached.
    ///
    /// # Errors
    /// Whatever went wrong with the files; those already flushed stay as they are.
    pub fn close(mut self, status: Status, until: f64) -> Result<Closed, RecordError> {
        self.send(true).map_err(|_| self.take_failure())?;
        if let Some(sender) = self.sender.take() {
            // A writer that is gone has left its error in the thread's result.
            let _ = sender.send(Message::End { status, until });
        }
        let tally = self.join()?;
        match self.folder.take() {
            Some(folder) => Ok(Closed::new(folder, status, until, tally)),
            None => Err(self.take_failure()),
        }
    }

    /// Hands the batch over when it is due.
    fn send(&mut self, now: bool) -> Result<(), SinkError> {
        if let Some(failure) = &self.failure {
            return Err(SinkError(failure.to_string()));
        }
        let due = now || self.batch.bytes() >= SEND_BYTES || self.sent.elapsed() >= self.send_every;
        if !due || (self.batch.is_empty() && !now) {
            return Ok(());
        }
        self.sent = Instant::now();
        let batch = std::mem::take(&mut self.batch);
        let delivered = self.sender.as_ref().is_some_and(|s| s.send(Message::Batch(batch)).is_ok());
        if delivered {
            return Ok(());
        }
        let failure = match self.join() {
            Err(failure) => failure,
            Ok(_) => RecordError::WriterGone,
        };
        let error = SinkError(failure.to_string());
        self.failure = Some(failure);
        Err(error)
    }

    fn join(&mut self) -> Result<Tally, RecordError> {
        self.sender = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) | None => Err(self.take_failure()),
        }
    }

    fn take_failure(&mut self) -> RecordError {
        self.failure.take().unwrap_or(RecordError::WriterGone)
    }
}

impl Sink for Recorder {
    fn spikes(&mut self, spikes: &[Spike]) -> Result<(), SinkError> {
        self.batch.spikes.extend_from_slice(spikes);
        Ok(())
    }

    fn samples(&mut self, report: usize, rows: &[f64]) -> Result<(), SinkError> {
        self.batch.add_samples(report, rows);
        Ok(())
    }

    fn advance(&mut self, time: f64) -> Result<(), SinkError> {
        self.batch.until = Some(time);
        self.send(false)
    }
}

impl Drop for Recorder {
    /// A recorder that was not closed (a panic elsewhere) still writes and flushes what it was given.
    fn drop(&mut self) {
        if self.thread.is_some() {
            let _ = self.send(true);
            let _ = self.join();
        }
    }
}
