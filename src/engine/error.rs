//! What can go wrong in building and running.

use std::fmt;

use super::sink::SinkError;

/// Why a network could not be built.
#[derive(Clone, Debug, PartialEq)]
pub enum BuildError {
    /// A connection's delay is under one time step.
    ShortDelay {
        /// Name of the projection.
        projection: String,
        /// ms.
        delay: f64,
        /// ms.
        dt: f64,
    },
    /// More cells or compartments than can be counted.
    TooLarge,
    /// The cells could not be initialised.
    Initial(RunError),
    /// A thread panicked while it built its cells.
    Panicked(String),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::ShortDelay { projection, delay, dt } => {
                write!(f, "`{projection}` has a delay of {delay} ms, under the time step of {dt} ms")
            }
            BuildError::TooLarge => write!(f, "more than 4 billion cells or compartments"),
            BuildError::Initial(error) => write!(f, "{error}"),
            BuildError::Panicked(what) => write!(f, "building failed: {what}"),
        }
    }
}

impl std::error::Error for BuildError {}

/// Why a run ended early.
#[derive(Clone, Debug, PartialEq)]
pub enum RunError {
    /// A membrane potential is NaN or infinite.
    NotFinite {
        /// Population of the cell.
        population: String,
        /// Its index there.
        cell: u32,
        /// Where in the cell.
        place: String,
        /// End of the epoch in which it was found, ms.
        time: f64,
    },
    /// No value of a parameter makes the currents of a compartment cancel.
    NoRest {
        /// Name of the mechanism with the parameter.
        mechanism: String,
        /// Population of the cell.
        population: String,
        /// Its index there.
        cell: u32,
        /// Where in the cell.
        place: String,
    },
    /// `net_move` with no self-event outstanding.
    NothingToMove {
        /// Name of the mechanism.
        mechanism: String,
        /// ms.
        time: f64,
    },
    /// `net_send`, `net_move` or `net_event` with a time that is past or not a number.
    BadEventTime {
        /// Name of the mechanism.
        mechanism: String,
        /// The time or delay that it asked for, ms.
        value: f64,
        /// ms.
        time: f64,
    },
    /// The sink could not take the results.
    Sink(SinkError),
    /// A thread panicked.
    Panicked(String),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::NotFinite { population, cell, place, time } => write!(
                f,
                "the membrane potential of `{population}` cell {cell} at {place} is no longer a finite number \
                 (found at t = {time} ms); a smaller dt or milder parameters may help"
            ),
            RunError::NoRest { mechanism, population, cell, place } => write!(
                f,
                "no value that \"rest\" could choose in `{mechanism}` lets `{population}` cell {cell} rest at {place}: \
                 its current does not depend on it there (is the conductance 0?)"
            ),
            RunError::NothingToMove { mechanism, time } => write!(
                f,
                "`{mechanism}` called net_move at t = {time} ms with no event of its own with flag 1 outstanding; \
                 call net_send first"
            ),
            RunError::BadEventTime { mechanism, value, time } => write!(
                f,
                "`{mechanism}` asked at t = {time} ms for an event at a time or after a delay of {value} ms: that is \
                 in the past or not a number"
            ),
            RunError::Sink(error) => write!(f, "{error}"),
            RunError::Panicked(what) => write!(f, "a thread failed: {what}"),
        }
    }
}

impl std::error::Error for RunError {}

impl From<SinkError> for RunError {
    fn from(error: SinkError) -> RunError {
        RunError::Sink(error)
    }
}

/// What a panic said.
pub fn panic_text(payload: Box<dyn std::any::Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast::<&str>().map_or_else(|_| "no message".into(), |t| (*t).into()),
    }
}
