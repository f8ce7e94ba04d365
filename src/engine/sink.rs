//! Where a run's results go: the border between the engine and whoever records.

/// One spike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spike {
    /// ms.
    pub time: f64,
    /// Global id of the cell.
    pub id: u64,
}

/// What went wrong in a sink; ends the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SinkError(pub String);

impl std::fmt::Display for SinkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SinkError {}

/// Takes results as the run goes on. Called on one thread, in the order of time: after each call to
/// [`Sink::advance`] everything up to its time has been handed over.
pub trait Sink {
    /// Spikes sorted by (time, id), none earlier than those of the call before.
    fn spikes(&mut self, spikes: &[Spike]) -> Result<(), SinkError>;

    /// Rows of report number `report` (as in the model): `rows.len()` is a whole multiple of the number of cells
    /// times elements; row major, cells in the report's order, each with all its elements.
    fn samples(&mut self, report: usize, rows: &[f64]) -> Result<(), SinkError>;

    /// All results up to `time` (ms) have been handed over.
    fn advance(&mut self, time: f64) -> Result<(), SinkError>;
}

/// Keeps everything in memory: for tests and for library users.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Sorted by (time, id).
    pub spikes: Vec<Spike>,
    /// The rows of each report.
    pub samples: Vec<Vec<f64>>,
}

impl Sink for Memory {
    fn spikes(&mut self, spikes: &[Spike]) -> Result<(), SinkError> {
        self.spikes.extend_from_slice(spikes);
        Ok(())
    }

    fn samples(&mut self, report: usize, rows: &[f64]) -> Result<(), SinkError> {
        if self.samples.len() <= report {
            self.samples.resize_with(report + 1, Vec::new);
        }
        self.samples[report].extend_from_slice(rows);
        Ok(())
    }

    fn advance(&mut self, _time: f64) -> Result<(), SinkError> {
        Ok(())
    }
}
