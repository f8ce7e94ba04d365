//! What a network holds in memory, by the sizes of what a run keeps.

use super::complexity::Size;
use crate::network::{Body, Model};

/// Bytes of a connection with one weight: on the thread of its target and in the model (docs/performance.md).
const CONNECTION: f64 = 48.0;

/// Bytes of a compartment without mechanisms and ions, its coupling included.
const COMPARTMENT: f64 = 80.0;

/// Bytes of each value that an instance of a mechanism keeps, and of an ion's slot in a compartment.
const VALUE: f64 = 8.0;
const SLOT: f64 = 4.0;

/// Memory of a network, by what it is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// Bytes of a compartment with its mechanisms, on average.
    pub per_compartment: f64,
    /// Bytes of a connection, on average.
    pub per_connection: f64,
}

impl Memory {
    /// That of a model of a known size.
    pub fn of(model: &Model, size: &Size) -> Memory {
        let ions = model.ions.len() as f64;
        let columns =
            if size.compartments > 0 { size.columns as f64 / size.compartments as f64 } else { 0.0 };
        // Connections of a mechanism with several weights keep a value for each.
        let mut values = 0.0;
        for projection in &model.projections {
            let target = match &model.populations[projection.target].body {
                Body::Cells(body) => projection.point.and_then(|p| body.points.get(p)).map(|p| p.mechanism),
                Body::Artificial(body) => Some(body.mechanism),
            };
            let weights = target.map_or(1, |m| model.mechanisms[m].module.weights.len().max(1));
            values += projection.connections.len() as f64 * (weights - 1) as f64;
        }
        let further = if size.connections > 0 { VALUE * values / size.connections as f64 } else { 0.0 };
        Memory {
            per_compartment: COMPARTMENT + SLOT * ions + VALUE * columns,
            per_connection: CONNECTION + further,
        }
    }

    /// Bytes of a whole network of that size.
    pub fn bytes(&self, size: &Size) -> f64 {
        self.per_compartment * size.compartments as f64 + self.per_connection * size.connections as f64
    }
}
