//! Volley simulates networks of spiking neurons.
pub mod diagnostic;
pub mod morphology;
pub mod random;
pub mod solver;
