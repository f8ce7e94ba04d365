//! Volley simulates networks of spiking neurons.

pub mod diagnostic;
pub mod engine;
pub mod record;
