//! What a cell costs: estimated nanoseconds per time step.

use crate::network::{Body, Model};

/// Elimination, back substitution and voltage update of one compartment, ns.
pub(super) const COMPARTMENT: f64 = 4.0;

/// An artificial cell between its events, ns.
const ARTIFICIAL_CELL: f64 = 1.0;

/// The complexity of each cell of population number `population`: the cost of each mechanism's instances as its
/// kernels' operations give it, and that of its bare compartments.
pub fn cell_complexity(model: &Model, population: usize) -> Vec<f64> {
    let population = &model.populations[population];
    let count = population.count as usize;
    match &population.body {
        Body::Artificial(_) => vec![ARTIFICIAL_CELL; count],
        Body::Cells(body) => {
            let nodes = body.compartments.len() as f64;
            let mut common = nodes * COMPARTMENT;
            for density in &body.densities {
                common += model.mechanisms[density.mechanism].cost() * density.nodes.len() as f64;
            }
            let mut costs = vec![common; count];
            for point in &body.points {
                let cost = model.mechanisms[point.mechanism].cost();
                match &point.cells {
                    None => costs.iter_mut().for_each(|c| *c += cost),
                    Some(cells) => cells.iter().for_each(|cell| costs[*cell as usize] += cost),
                }
            }
            costs
        }
    }
}
