//! Epochs: integrate, detect, exchange, deliver.

mod sink;

pub use sink::*;
