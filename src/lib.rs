//! Volley simulates networks of spiking neurons.
pub mod diagnostic;
pub mod ir;
pub mod kernel;
pub mod mechanism;
pub mod nmodl;
pub mod random;
pub mod units;
