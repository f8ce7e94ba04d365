//! Epochs: integrate, detect, exchange, deliver.
//!
//! A checked [`Model`](crate::network::Model) and a [`Plan`](crate::partition::Plan) come in; spikes and samples go
//! out through a [`Sink`]. Each thread owns its cells, and its pieces of cells that the plan cuts, from building to the end and touches
//! nobody else's. It takes them, group by group (see `groups`),
//! through one epoch, which is as many steps as fit into the shortest delay: no spike fired in an epoch can arrive in it.
//! Then the threads meet, read each other's spikes and put those that reach their own cells into their queues.
//!
//! One step, from t to t + dt: deliver the events due by t + dt/2; at t + dt/2 currents, assembly and the implicit
//! step of the voltage; at t + dt the states of mechanisms; sampling; detection of threshold crossings, stamped t + dt.
//!
//! Results do not depend on the number of threads, bit for bit: every cell is computed by the same operations in the
//! same order wherever it is, events of one time come in an order of their own (see `queue`), and random streams
//! belong to what they drive. Only a cell that is cut (see `split`) is that of one thread to rounding, and the same bits for the same plan.

pub mod barrier;
mod clock;
mod connections;
mod coupling;
mod detectors;
mod diffusion;
mod error;
mod exchange;
mod fault;
mod groups;
mod layout;
mod links;
mod local;
mod membrane;
mod own_events;
mod queue;
mod report;
mod routes;
mod sets;
mod simulation;
mod sink;
mod sources;
mod split;

pub use crate::partition::Grouping;
pub use clock::Clock;
pub(crate) use error::panic_text;
pub use error::{BuildError, Culprit, RunError};
pub use simulation::{Control, Epoch, Outcome, Progress, Simulation, Statistics};
pub use sink::{Memory, Sink, SinkError, Spike};

/// What benches/layers measures by itself. Not for other use: it changes with the engine.
#[doc(hidden)]
pub mod inner {
    pub use super::connections::Target;
    pub use super::exchange::{Collector, Exchange};
    pub use super::local::{Fired, Outbox};
    pub use super::own_events::Ticket;
    pub use super::queue::{Arrival, Event, Queue, SelfEvent};
}
