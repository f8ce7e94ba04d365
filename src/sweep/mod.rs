//! Parameter sweeps: one network, many runs with other parameters and seeds, one table of results.
//!
//! In: a sweep file (docs/sweeps.md) and the network it names. Out: a folder with a row for each run, in CSV and HDF5. What always holds:
//!
//! - The plan follows from the sweep file alone, and a row from the plan, the network's files and Volley's version alone: not from the number of
//!   jobs or threads, the order in which runs end, or how often the sweep was stopped and gone on with. Only wall times differ.
//! - A run that fails is a row with its reason; the others go on.
//! - After any end of the process, also `kill -9`, no run that was done is lost, and `resume` does only what is missing.
//! - At most as many runs are alive as there are jobs, fewer if they would not fit into memory together.
//!
//! The way through: `file` and `axes` read the sweep file, `check` holds it against the network ([`Sweep`]); `plan`, `values` and `sobol` say what each run is;
//! `record`, `journal` and `folder` keep what is done ([`Place`]); `estimate`, `schedule` and `runner` do the runs; `results` writes the tables; `merge` joins shards.

mod axes;
mod check;
mod error;
mod estimate;
mod file;
mod folder;
mod journal;
mod merge;
mod plan;
mod record;
mod results;
mod runner;
mod schedule;
mod sobol;
mod values;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use axes::{Axis, Parameter};
pub use check::Sweep;
pub use error::Error;
pub use estimate::{Estimate, Estimates};
pub use file::{Setting, SweepFile};
pub use folder::{Place, is_of_a_sweep};
pub use journal::Row;
pub use merge::{Merged, merge};
pub use plan::{MOST_RUNS, Plan, Run};
pub use record::{MeasureRecord, Record};
pub use runner::{Ending, Progress, Watch, run};
pub use values::{Drawn, Interval, Values, shortest, value_text};

/// One part of a plan: the runs whose number leaves the remainder `index - 1` when divided by `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// From 1 on.
    pub index: u64,
    /// Number of shards.
    pub of: u64,
}

impl Shard {
    /// Name of its folder beside those of the others.
    pub fn folder_name(self) -> String {
        format!("shard-{}-of-{}", self.index, self.of)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let wrong = || "write it as `i/n`, such as `3/8`: shard i of n, from 1 to n".to_owned();
        let (index, of) = text.split_once('/').ok_or_else(wrong)?;
        let number = |text: &str| text.trim().parse::<u64>().map_err(|_| wrong());
        let (index, of) = (number(index)?, number(of)?);
        if (1..=of).contains(&index) { Ok(Shard { index, of }) } else { Err(wrong()) }
    }
}
