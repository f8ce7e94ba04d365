//! What spikes say: rates, regularity, synchrony, and whether a network recognised what it was shown.
//!
//! In: the recorded spikes of a run and nothing else, from a folder of results or straight from memory ([`Recording`]). Out: numbers, one for
//! each [`Measure`] asked for. docs/measures.md defines every one, with its source.
//!
//! A measure is read from a text (`syntax`), which names an entry of the catalogue and its arguments. The entry's function sees the trains of
//! the chosen cells and the window (`Sample`) and gives a number, or NaN where these spikes leave it undefined.

mod catalogue;
mod distances;
mod measure;
mod moment;
mod population;
mod recording;
mod regularity;
mod sample;
mod spectrum;
mod synchrony;
mod syntax;
mod training;

pub use catalogue::{Argument, Described, Range, catalogue};
pub use measure::Measure;
pub use recording::{Population, Recording};
pub use training::{Chosen, choose};
