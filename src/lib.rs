//! Volley simulates networks of spiking neurons.

pub mod analysis;
pub mod cli;
pub mod diagnostic;
pub mod engine;
pub mod ir;
pub mod kernel;
pub mod mechanism;
pub mod morphology;
pub mod network;
pub mod nmodl;
pub mod partition;
pub mod plot;
pub mod random;
pub mod record;
pub mod solver;
pub mod sweep;
pub mod units;
