//! Why a cell cannot be cut into pieces, and which cells are to be cut but cannot be.
//!
//! In: a model, and what a person wants. Out: for each population whose cells would have to be cut the mechanism that stands in
//! the way. Pieces are integrated on several threads at once, so nothing in a cell may look at another place of it in the middle
//! of a step, nor carry a value from one instance to the next.

use super::complexity::{Costs, cell_complexity};
use super::{Multisplit, Options};
use crate::network::{Body, CellBody, Model, Owner};

/// Why a cell cannot be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Values of this mechanism pass from one instance to the next.
    Serial(usize),
    /// A state of this mechanism diffuses along the cable.
    Diffusion(usize),
    /// A POINTER of this mechanism looks at another place of the cell.
    Pointer {
        /// The mechanism.
        mechanism: usize,
        /// The column of its POINTER.
        column: u32,
    },
    /// There is nothing to cut: it is one compartment.
    Single,
}

/// Dear cells that cannot be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Index of their population.
    pub population: usize,
    /// How many they are.
    pub cells: u32,
    /// What stands in the way.
    pub obstacle: Obstacle,
}

/// Why a cell cannot be cut; `None` if it can be.
pub fn obstacle(model: &Model, body: &CellBody) -> Option<Obstacle> {
    let densities = body.densities.iter().filter(|d| !d.nodes.is_empty()).map(|d| d.mechanism);
    let mut used: Vec<usize> = densities.chain(body.points.iter().map(|p| p.mechanism)).collect();
    used.sort_unstable();
    let find = |has: &dyn Fn(usize) -> bool| used.iter().copied().find(|m| has(*m));
    if let Some(mechanism) = find(&|m| model.mechanisms[m].is_serial()) {
        return Some(Obstacle::Serial(mechanism));
    }
    if let Some(mechanism) = find(&|m| !model.mechanisms[m].module.diffusions.is_empty()) {
        return Some(Obstacle::Diffusion(mechanism));
    }
    if let Some(pointer) = body.pointers.first() {
        let mechanism = match pointer.owner {
            Owner::Density(density) => body.densities[density].mechanism,
            Owner::Point(point) => body.points[point].mechanism,
        };
        return Some(Obstacle::Pointer { mechanism, column: pointer.column });
    }
    (body.compartments.len() < 2).then_some(Obstacle::Single)
}

/// Populations whose dear cells are to be cut, as [`Multisplit::Always`] wants it, though something stands in the way. A cell of one
/// compartment, which has nothing to cut, is no error, and neither is a single thread.
pub fn refusals(model: &Model, threads: usize, options: &Options, costs: &Costs) -> Vec<Refusal> {
    match options.multisplit {
        Multisplit::Always => uncut(model, threads, options, costs),
        Multisplit::Auto | Multisplit::Never => Vec::new(),
    }
}

/// Populations whose cells are so dear that they would be cut, if nothing stood in the way.
pub fn uncut(model: &Model, threads: usize, options: &Options, costs: &Costs) -> Vec<Refusal> {
    if options.multisplit == Multisplit::Never || threads < 2 {
        return Vec::new();
    }
    let all: Vec<Vec<f64>> = (0..model.populations.len()).map(|p| cell_complexity(model, costs, p)).collect();
    let limit = super::dear(all.iter().flatten().sum::<f64>(), threads, options);
    let mut list = Vec::new();
    for (population, (of, costs)) in model.populations.iter().zip(&all).enumerate() {
        let Body::Cells(body) = &of.body else { continue };
        let cells = costs.iter().filter(|cost| **cost > limit).count() as u32;
        match obstacle(model, body) {
            None | Some(Obstacle::Single) => {}
            Some(obstacle) if cells > 0 => list.push(Refusal { population, cells, obstacle }),
            Some(_) => {}
        }
    }
    list
}
