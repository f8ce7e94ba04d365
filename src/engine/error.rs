//! What can go wrong in building and running.

use std::fmt;

use super::sink::SinkError;
use crate::diagnostic::Span;

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
    /// An instance sends itself events that are due at once, again and again.
    EndlessEvents {
        /// Who.
        culprit: Box<Culprit>,
        /// `file:line` of the last `net_send` or `net_move`.
        written: Option<String>,
        /// How many it got within one time step.
        events: u32,
        /// ms.
        time: f64,
    },
    /// A loop in a mechanism does not end.
    EndlessLoop {
        /// Whose.
        culprit: Box<Culprit>,
        /// `file:line` of the loop.
        written: Option<String>,
        /// Rounds that it has made.
        rounds: u32,
        /// ms.
        time: f64,
    },
    /// A solver fails, or an array has no such element.
    Failed {
        /// Whose.
        culprit: Box<Culprit>,
        /// What went wrong, a sentence without full stop.
        what: String,
        /// What to do about it.
        help: String,
        /// `file:line:column` of the SOLVE statement or the index.
        written: Option<String>,
        /// The same place in the mechanism's text.
        span: Option<Span>,
        /// ms.
        time: f64,
    },
    /// The sink could not take the results.
    Sink(SinkError),
    /// A thread panicked.
    Panicked(String),
}

/// The instance of a mechanism that something is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Culprit {
    /// Name of the mechanism.
    pub mechanism: String,
    /// Population of the cell.
    pub population: String,
    /// Its index there.
    pub cell: u32,
    /// Where in the cell; none in an artificial cell.
    pub place: Option<String>,
    /// With several at one time, the first of them is told.
    pub(super) order: Order,
}

/// What comes first when several things go wrong at one time: what one thread that has all cells meets first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Order {
    /// 0 before the first step, then the number of the step and 1.
    pub step: u64,
    /// Part of the step.
    pub part: Part,
    /// Number of the mechanism.
    pub mechanism: usize,
    /// Global id of the cell.
    pub cell: u64,
    /// Node in the cell.
    pub node: u32,
}

/// The parts of building and of a step in which mechanisms run, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    #[default]
    Tables,
    BeforeInitial,
    Initial,
    Connections,
    AfterInitial,
    Rest,
    /// Events that are due at the beginning of a step, when there are conditions to look at.
    Due,
    Conditions,
    Events,
    BeforeBreakpoint,
    Currents,
    States,
    AfterSolve,
    BeforeStep,
}

impl fmt::Display for Culprit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Culprit { mechanism, population, cell, place, .. } = self;
        write!(f, "`{mechanism}` of `{population}` cell {cell}")?;
        match place {
            Some(place) => write!(f, " at {place}"),
            None => Ok(()),
        }
    }
}

impl RunError {
    /// By this the first of several errors of different threads is chosen, whatever the threads are.
    pub(super) fn order(&self) -> (f64, Order) {
        match self {
            RunError::EndlessEvents { culprit, time, .. }
            | RunError::EndlessLoop { culprit, time, .. }
            | RunError::Failed { culprit, time, .. } => (*time, culprit.order),
            RunError::NotFinite { time, .. }
            | RunError::NothingToMove { time, .. }
            | RunError::BadEventTime { time, .. } => (*time, Order::default()),
            RunError::NoRest { .. } | RunError::Sink(_) | RunError::Panicked(_) => (0.0, Order::default()),
        }
    }

    /// What to do about it, where the message does not say so.
    pub fn help(&self) -> Option<&str> {
        match self {
            RunError::Failed { help, .. } => Some(help),
            RunError::EndlessEvents { .. } => Some(
                "let each event of an instance's own come later than the one that sends it, as `net_send(interval, 1)` \
                 with an interval above 0, or send none when there is nothing left to do",
            ),
            RunError::EndlessLoop { .. } => Some(
                "change in the loop what its condition asks for, and let the condition hold for NaN too: `WHILE (!(x < 1))` never ends when x is NaN",
            ),
            _ => None,
        }
    }

    /// The place in a mechanism's text that it is about, in the sources that the network was read from.
    pub fn span(&self) -> Option<Span> {
        match self {
            RunError::Failed { span, .. } => *span,
            _ => None,
        }
    }
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
            RunError::EndlessEvents { culprit, written, events, time } => {
                write!(f, "{culprit} sent itself {events} events within one time step, at t = {time} ms")?;
                let at = |written: &String| write!(f, " (net_send or net_move at {written})");
                written.as_ref().map_or(Ok(()), at)
            }
            RunError::EndlessLoop { culprit, written, rounds, time } => {
                write!(f, "a loop of {culprit} does not end: {rounds} rounds at t = {time} ms")?;
                written.as_ref().map_or(Ok(()), |written| write!(f, " (the loop at {written})"))
            }
            RunError::Failed { culprit, what, written, time, .. } => {
                write!(f, "{what} ({culprit}, t = {time} ms")?;
                written.as_ref().map_or(Ok(()), |written| write!(f, ", {written}"))?;
                write!(f, ")")
            }
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
