//! A mechanism as typed, straight-line code: what NMODL is lowered to and what the vector machine takes.
//!
//! A [`Kernel`] is a list of [`Op`]s in static single assignment form: each op makes one value, uses only
//! values made before it, and has no side effect (but for random draws, which keep their order). What a
//! kernel changes is listed apart, as [`Effect`]s, carried out in order after all ops. There are no
//! branches: `if` is lowered to [`Op::Select`] and to masks on effects, calls are inlined, constant
//! loops unrolled. Loops whose rounds are not known before the run stand between [`Op::Loop`] and [`Op::Repeat`], with
//! the values that pass from round to round named by [`Op::Carry`] and [`Op::Next`]. All values are `f64`; a truth value is 1.0 or 0.0.
//!
//! Kernels know nothing of where their columns live: the same kernel runs over blocks of instances, over one
//! instance for an event, and over the rows of a table while that is built.
//!
//! [`verify`] says what always holds of a module, and checks it; [`dump`] shows one to people.

pub mod analysis;
pub mod dump;
mod given;
pub mod lower;
mod operands;
pub mod passes;
mod types;
pub mod verify;

pub use lower::{Options, lower};
pub use passes::{optimise, optimise_for, optimise_watched};
pub use types::*;
