//! What ends a run inside a kernel: a loop that does not let an instance go, or something that must not be.
//!
//! Comes from a run of a [`Program`](super::Program), which is of no use then. Where several instances fail all are given, each with
//! what it met first, so that the caller can tell of the same one however instances are spread over blocks and threads.

use crate::ir::{FaultId, Site};

/// Why a kernel was not carried out to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Halt {
    /// A loop does not end.
    Endless(Endless),
    /// These failed, in the order of instances but for those of one block; one at least.
    Failed(Vec<Failed>),
}

/// An instance that a loop does not let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endless {
    /// Where the loop is written.
    pub site: Site,
    /// The first such instance.
    pub instance: usize,
    /// How many rounds it has made: of this loop, or in all when the loop stands in another one.
    pub rounds: u32,
}

/// An instance that met a fault.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failed {
    /// Which one, of [`crate::ir::Module::faults`].
    pub fault: FaultId,
    /// Which instance.
    pub instance: usize,
    /// The numbers that [`crate::ir::FaultKind`] tells of.
    pub values: [f64; 2],
}
