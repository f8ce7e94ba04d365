//! The vector machine: runs [`ir::Kernel`](crate::ir::Kernel)s over blocks of instances, with no compiler step.
//!
//! In: a kernel, once ([`Program::compile`]); then, for each run, the memory of all instances of a mechanism
//! on one thread ([`Instances`]) and of the compartments and ions they belong to. Out: that memory,
//! changed as the kernel's effects say.
//!
//! A program is a list of steps. Each step computes one value for a whole block of instances (some hundred of them),
//! from and to registers that are as long as a block and few enough to stay in the first-level cache, so that
//! choosing what to do costs next to nothing. What is the same for all instances is computed once for each run.
//!
//! Always true:
//! - The result for an instance depends on the program, the level, the instance's own values and those of its
//!   compartment: not on its place, on the number of instances, or on whether [`Program::run`] or
//!   [`Program::run_one`] computed it. `tests/kernel_lanes.rs` checks it bit for bit.
//! - Additions to a compartment are made in the order of the instances.
//! - Nothing a caller passes can make it read or write outside the vectors it was given: every length and index is
//!   checked before a run.

mod aligned;
pub mod arithmetic;
mod columns;
mod compile;
mod cost;
mod fuse;
mod halt;
mod level;
mod loops;
mod needs;
mod primitives;
mod program;
mod scalar;
mod table;
mod vector;

pub use aligned::AlignedVector;
pub use columns::{
    Columns, Connections, Environment, Event, EventEffect, Instances, IonColumns, NodeColumns, NodeIndex,
    Scattered,
};
pub use cost::Cost;
pub use halt::{Endless, Failed, Halt};
pub use level::Level;
pub use program::{Kept, Program};
pub use table::TableValues;
pub use vector::logarithms;

/// Values in a group that is always computed together: the width of the widest vectors, and a cache line.
pub const LANES: usize = 8;

/// Counts up when kernels, or how they are run, change so much that what was measured of them no longer holds.
pub const REVISION: u32 = 1;

/// The longest block, in instances: long enough that choosing a step costs next to nothing.
const LONGEST_BLOCK: usize = 384;

/// Bytes of registers that leave room in a first-level cache of 32 KiB for the columns that pass through it: blocks of
/// programs with many registers are shorter.
const REGISTER_BYTES: usize = 20 * 1024;
