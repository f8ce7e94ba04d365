//! What mechanisms, compartments and cells cost: estimated nanoseconds per time step.
//!
//! In: a checked model. Out: [`Costs`], from the built-in table unless the caller has measured some ([`super::measure`]),
//! and what each cell costs by them. The table depends on nothing but the model, so plans made with it are the same everywhere.

use crate::ir::{Effect, IonVariable, Place, Role};
use crate::mechanism::Mechanism;
use crate::network::{Body, CellBody, Model};

/// Assembly, elimination, back substitution and voltage update of one compartment, ns.
pub const COMPARTMENT: f64 = 8.0;

/// An artificial cell between its events, ns.
const ARTIFICIAL_CELL: f64 = 1.0;

/// What a thread takes to start a kernel, however few instances it has, ns: three mechanisms of one instance each, with two kernels,
/// took 1.4 us (docs/performance.md).
const START: f64 = 230.0;

/// What each thing in a model costs, ns per time step.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    /// A compartment without mechanisms.
    compartment: f64,
    /// An instance of each of the model's mechanisms, in the model's order, with its share of `starting`.
    mechanisms: Vec<f64>,
    /// What each thread takes to start all kernels.
    pub(super) starting: f64,
}

impl Costs {
    /// Those of the built-in table.
    pub fn table(model: &Model) -> Costs {
        let mechanisms = model.mechanisms.iter().map(|mechanism| mechanism.cost()).collect();
        Costs::new(model, COMPARTMENT, mechanisms)
    }

    /// Those of a bare compartment, and of an instance among many of each of the model's mechanisms. Instances of a
    /// mechanism share what it takes to start its kernels, so that the only instance of one bears all of it.
    pub fn new(model: &Model, compartment: f64, mut mechanisms: Vec<f64>) -> Costs {
        let instances = instances(model);
        let mut starting = 0.0;
        for ((cost, instances), mechanism) in mechanisms.iter_mut().zip(instances).zip(&model.mechanisms) {
            if instances > 0 {
                let kernels = [&mechanism.current, &mechanism.state].into_iter().flatten();
                let start = START * kernels.count() as f64;
                *cost += start / instances as f64;
                starting += start;
            }
        }
        Costs { compartment, mechanisms, starting }
    }
}

/// How many instances on membranes each mechanism of a model has.
fn instances(model: &Model) -> Vec<u64> {
    let mut counts = vec![0; model.mechanisms.len()];
    for population in &model.populations {
        let cells = u64::from(population.count);
        let Body::Cells(body) = &population.body else { continue };
        for density in &body.densities {
            counts[density.mechanism] += cells * density.nodes.len() as u64;
        }
        for point in &body.points {
            counts[point.mechanism] += point.cells.as_ref().map_or(cells, |list| list.len() as u64);
        }
    }
    counts
}

/// The complexity of each cell of population number `population`: the cost of its compartments and of its instances.
pub fn cell_complexity(model: &Model, costs: &Costs, population: usize) -> Vec<f64> {
    let population = &model.populations[population];
    let count = population.count as usize;
    match &population.body {
        Body::Artificial(_) => vec![ARTIFICIAL_CELL; count],
        Body::Cells(body) => {
            let mut common = body.compartments.len() as f64 * costs.compartment;
            for density in &body.densities {
                common += costs.mechanisms[density.mechanism] * density.nodes.len() as f64;
            }
            let mut sums = vec![common; count];
            for point in &body.points {
                let cost = costs.mechanisms[point.mechanism];
                match &point.cells {
                    None => sums.iter_mut().for_each(|c| *c += cost),
                    Some(cells) => cells.iter().for_each(|cell| sums[*cell as usize] += cost),
                }
            }
            sums
        }
    }
}

/// What each node of a cell costs, ns a step.
pub(super) fn node_costs(costs: &Costs, body: &CellBody, cell: u32) -> Vec<f64> {
    let mut sums = vec![costs.compartment; body.compartments.len()];
    for density in &body.densities {
        let cost = costs.mechanisms[density.mechanism];
        density.nodes.iter().for_each(|node| sums[*node as usize] += cost);
    }
    for point in &body.points {
        if point.cells.as_ref().is_none_or(|cells| cells.binary_search(&cell).is_ok()) {
            sums[point.node as usize] += costs.mechanisms[point.mechanism];
        }
    }
    sums
}

/// How many values the equations of an instance advance: its STATE variables, and the concentrations that its SOLVE statements
/// set.
pub fn states(mechanism: &Mechanism) -> u64 {
    let states = mechanism.module.variables.iter().filter(|v| v.role == Role::State);
    let own: u64 = states.map(|v| u64::from(v.length)).sum();
    let effects = mechanism.module.state.iter().flat_map(|kernel| &kernel.effects);
    let concentration = |effect: &&Effect| {
        matches!(effect, Effect::Write(Place::Ion(_, IonVariable::Inside | IonVariable::Outside), _))
    };
    own + effects.filter(concentration).count() as u64
}

/// The size of a model in counts that do not depend on costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Values that the equations advance: a voltage for each compartment, and the states of mechanisms.
    pub states: u64,
    /// Complexity as NEURON's load balance counts it unless told otherwise: 1 for each cell, section and compartment, and
    /// 1 and the number of states for each instance of a mechanism.
    pub neuron: u64,
    /// Compartments: segments of sections.
    pub compartments: u64,
    /// Connections.
    pub connections: u64,
    /// Instances of all mechanisms on membranes.
    pub instances: u64,
    /// Values that instances keep, all together.
    pub columns: u64,
}

/// Counts what there is in a model.
pub fn size(model: &Model) -> Size {
    let mut size = Size::default();
    for population in &model.populations {
        let cells = u64::from(population.count);
        let Body::Cells(body) = &population.body else { continue };
        let segments = body.compartments.is_segment.iter().filter(|is| **is).count() as u64;
        size.compartments += cells * segments;
        size.states += cells * segments;
        size.neuron += cells * (1 + segments + body.sections.len() as u64);
    }
    for (mechanism, count) in model.mechanisms.iter().zip(instances(model)) {
        size.add(mechanism, count);
    }
    size.connections = model.projections.iter().map(|p| p.connections.len() as u64).sum();
    size
}

impl Size {
    fn add(&mut self, mechanism: &Mechanism, instances: u64) {
        let states = states(mechanism);
        self.states += instances * states;
        self.neuron += instances * (1 + states);
        self.instances += instances;
        self.columns += instances * u64::from(mechanism.module.columns);
    }
}
