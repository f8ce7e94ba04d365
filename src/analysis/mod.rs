//! What spikes say: rates, regularity, synchrony, and whether a network recognised what it was shown.
//!
//! In: the recorded spikes of a run and nothing else, from a folder of results or straight from memory ([`Recording`]). Out: numbers, one for
//! each [`Measure`] asked for. docs/measures.md defines every one, with its source.

mod recording;
mod training;

pub use recording::{Population, Recording};
pub use training::{Chosen, choose};
