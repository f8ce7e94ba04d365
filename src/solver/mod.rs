//! The linear equations of a time step.
//!
//! In: the coupling conductances of the compartments of many cells, and per step the diagonal and right-hand
//! side that the membranes give. Out: the change of every node's voltage. Always true: a cell's
//! result depends on nothing but the cell, bit for bit, wherever it lies and whatever lies beside it; a cell cut into pieces
//! gives the same but for rounding.

mod edges;
pub mod hines;
pub mod interleaved;
pub mod pieces;

pub use hines::{OrderError, TreeMatrix};
pub use interleaved::InterleavedMatrix;
