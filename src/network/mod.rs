//! From a description (TOML, tables, morphologies, mechanisms) to a checked [`Model`].
//!
//! What comes in is text made by people; what goes out is a [`Model`] in which every name is resolved, every
//! value is a finite number in its unit, and every connection is possible. The engine builds cells from it and
//! never looks at a description.

mod model;

pub use model::*;
