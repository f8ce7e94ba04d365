//! `summary.json`: a run in numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Status;

/// A run in numbers, in the order in which the file has them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Name of the network.
    pub network: String,
    /// Volley's version.
    pub version: String,
    /// How the run ended.
    pub status: Status,
    /// Results go up to this time, ms.
    pub until_ms: f64,
    /// The description's parameters with the values they had.
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// Time step, ms.
    pub dt_ms: f64,
    /// End of the run as it was asked for, ms.
    pub tstop_ms: f64,
    /// Keys every random stream.
    pub seed: u64,
    /// Number of threads.
    pub threads: usize,
    /// Number of cells, artificial ones included.
    pub cells: u64,
    /// Number of cells of each population, in the description's order.
    pub populations: serde_json::Map<String, serde_json::Value>,
    /// The description's lists of cells.
    pub lists: serde_json::Map<String, serde_json::Value>,
    /// Number of compartments.
    pub compartments: u64,
    /// Number of connections.
    pub connections: u64,
    /// Steps taken.
    pub steps: u64,
    /// Smallest delay of a connection, ms; `None` without connections.
    pub min_delay_ms: Option<f64>,
    /// Steps between exchanges of spikes.
    pub epoch_steps: u64,
    /// Complexity of each thread's cells.
    pub complexity: Vec<f64>,
    /// Largest over mean complexity, less 1.
    pub load_imbalance: f64,
    /// Number of cells that several threads share, each with some of its pieces.
    pub split_cells: u64,
    /// Number of pieces of those cells.
    pub pieces: u64,
    /// Mechanisms that hold their cells on thread 0.
    pub serial: Vec<Serial>,
    /// Number of spikes of each population.
    pub spikes: BTreeMap<String, u64>,
    /// Spikes per cell and second of each population; 0 for one without cells or a run without time.
    pub mean_rate_hz: BTreeMap<String, f64>,
    /// How long it took.
    pub wall_time_s: WallTime,
    /// Most memory the process held at once, where the system says it.
    pub peak_memory_bytes: Option<u64>,
    /// Names of the files in the folder.
    pub files: Vec<String>,
}

/// A mechanism whose instances run one after another, on thread 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Serial {
    /// Its name.
    pub mechanism: String,
    /// What passes from one instance to the next.
    pub variables: Vec<SerialVariable>,
    /// Number of cells that have it.
    pub cells: u64,
}

/// A variable that passes from one instance to the next.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SerialVariable {
    /// Its name.
    pub name: String,
    /// The file in which it is read before it is set.
    pub file: Option<String>,
    /// The line of that place.
    pub line: Option<usize>,
}

/// Wall time in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct WallTime {
    /// From the description to cells ready to run.
    pub build: f64,
    /// The run itself.
    pub run: f64,
}

impl Summary {
    /// The file's text.
    pub fn json(&self) -> String {
        // Maps with text keys and finite or null numbers always have a JSON form.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// Spikes per cell and second; 0 where there is nothing to divide by.
pub(crate) fn mean_rate(spikes: u64, cells: u64, until_ms: f64) -> f64 {
    let seconds = until_ms / 1000.0;
    if cells == 0 || seconds <= 0.0 { 0.0 } else { spikes as f64 / cells as f64 / seconds }
}
