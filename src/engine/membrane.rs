//! The membrane of one thread's cells: compartments, ions, and the matrix of the implicit step.

use super::layout::{Layout, LocalPopulation, NONE};
use super::sets::LocalIon;
use super::split::{EndBoard, SplitCells};
use crate::kernel::{self, AlignedVector, IonColumns, Level, NodeColumns};
use crate::network::{Body, Model, Nernst};
use crate::partition::Plan;
use crate::solver::interleaved::Shape;
use crate::solver::{InterleavedMatrix, TreeMatrix};
use crate::units;

/// uF/cm2 per ms in S/cm2.
const FARAD_PER_SECOND: f64 = 1e-3;

/// Compartments and ions of one thread.
#[derive(Debug)]
pub struct Membrane {
    /// Voltage, right-hand side, diagonal, area, diameter.
    pub nodes: NodeColumns,
    /// The trees of the whole cells that lie one after another, the first compartments.
    matrix: TreeMatrix,
    /// Those that lie side by side, with the first compartment of each population.
    side_by_side: Vec<(usize, InterleavedMatrix)>,
    /// The pieces of cells that other threads share, behind them.
    split: SplitCells,
    /// cm/dt (S/cm2) of each compartment of the cells that lie one after another, and from `first_piece` on of the pieces.
    capacitance: Vec<f64>,
    first_piece: usize,
    /// In the model's order of ions.
    pub ions: Vec<IonColumns>,
    /// Where each ion is.
    pub places: Vec<LocalIon>,
    rules: Vec<IonRule>,
}

/// How one ion's values begin, and when Nernst's equation holds.
#[derive(Debug)]
struct IonRule {
    /// mV per natural logarithm: R T/(z F).
    scale: f64,
    /// Value of each slot at t = 0.
    reversal: Vec<f64>,
    inside: Vec<f64>,
    outside: Vec<f64>,
    /// Slots whose reversal potential is computed at initialisation.
    initially: Reversals,
    /// Slots whose reversal potential is computed before the currents of every step.
    every_step: Reversals,
}

/// Slots of an ion whose reversal potential follows from concentrations.
#[derive(Debug, Default)]
struct Reversals {
    slots: Vec<u32>,
    /// Room for as many values.
    ratios: AlignedVector,
}

impl Membrane {
    /// The membrane of the cells in `layout`.
    pub fn new(model: &Model, plan: &Plan, layout: &Layout) -> Membrane {
        let mut nodes = NodeColumns::new(layout.nodes);
        let first_piece = layout.whole;
        let mut capacitance = vec![0.0; layout.one_by_one + layout.nodes - first_piece];
        let (mut cells, mut side_by_side) = (Vec::new(), Vec::new());
        for (population, local) in model.populations.iter().zip(&layout.populations) {
            let Body::Cells(body) = &population.body else { continue };
            let shape = &*body.compartments;
            let per_step: Vec<f64> =
                body.capacitance.iter().map(|cm| FARAD_PER_SECOND * cm / model.simulation.dt).collect();
            for node in 0..shape.len() {
                for position in 0..local.cells.len() {
                    let Some(here) = local.node(position, node as u32) else { continue };
                    let here = here as usize;
                    nodes.area[here] = shape.area[node];
                    nodes.diameter[here] = shape.diam[node];
                    if here < layout.one_by_one {
                        capacitance[here] = per_step[node];
                    } else if here >= first_piece {
                        capacitance[layout.one_by_one + here - first_piece] = per_step[node];
                    }
                }
            }
            match local.side_by_side() {
                Some((count, first)) => {
                    let shape =
                        Shape { parent: &shape.parent, a: &shape.a, b: &shape.b, capacitance: &per_step };
                    // Compartments always have parents before children.
                    side_by_side.extend(InterleavedMatrix::new(shape, count).map(|matrix| (first, matrix)));
                }
                None => {
                    let whole = (0..local.cells.len()).filter(|position| local.is_whole(*position));
                    cells.extend(whole.map(|_| shape));
                }
            }
        }
        let mut matrix = TreeMatrix::from_cells(cells);
        matrix.renumber(&layout.tree_order);
        let split = SplitCells::new(model, plan, layout);
        let celsius = model.simulation.celsius;
        let (ions, places, rules) = (Vec::new(), Vec::new(), Vec::new());
        let mut membrane =
            Membrane { nodes, matrix, side_by_side, split, capacitance, first_piece, ions, places, rules };
        for ion in 0..model.ions.len() {
            let (place, rule) = ion_rule(model, ion, &layout.populations, layout.nodes, celsius);
            membrane.ions.push(IonColumns::new(place.nodes.len()));
            membrane.places.push(place);
            membrane.rules.push(rule);
        }
        membrane
    }

    /// Voltage and ions as they are at t = 0.
    pub fn initialise(&mut self, v_init: f64, level: Level) {
        self.nodes.voltage.fill(v_init);
        for (columns, rule) in self.ions.iter_mut().zip(&mut self.rules) {
            let count = rule.reversal.len();
            columns.reversal[..count].copy_from_slice(&rule.reversal);
            columns.inside[..count].copy_from_slice(&rule.inside);
            columns.outside[..count].copy_from_slice(&rule.outside);
            columns.current.fill(0.0);
            rule.initially.renew(columns, rule.scale, level);
            rule.every_step.renew(columns, rule.scale, level);
        }
    }

    /// Before the currents of a step: sums are cleared, reversal potentials follow concentrations.
    pub fn begin_currents(&mut self, level: Level) {
        self.nodes.right_hand_side.fill(0.0);
        self.nodes.diagonal.fill(0.0);
        for (columns, rule) in self.ions.iter_mut().zip(&mut self.rules) {
            columns.current.fill(0.0);
            rule.every_step.renew(columns, rule.scale, level);
        }
    }

    /// After the currents of step `step`: solves whole cells, and leaves what remains of pieces on `board`.
    pub fn solve(&mut self, step: u64, board: &EndBoard) {
        let Membrane { nodes, matrix, side_by_side, split, capacitance, first_piece, .. } = self;
        let NodeColumns { voltage, right_hand_side, diagonal, .. } = nodes;
        let (of_cells, of_pieces) = capacitance.split_at(matrix.len());
        // Pieces first: others wait for what remains of them.
        add(&mut diagonal[*first_piece..], of_pieces);
        split.eliminate(step, voltage, diagonal, right_hand_side, board);
        add(diagonal, of_cells);
        matrix.add_axial(voltage, diagonal, right_hand_side);
        matrix.solve(diagonal, right_hand_side);
        for (first, matrix) in side_by_side {
            let first = *first;
            matrix.step(&mut voltage[first..], &mut diagonal[first..], &mut right_hand_side[first..]);
        }
    }

    /// Once all threads have solved: v becomes v(t + dt), where [`Membrane::solve`] has not done so.
    pub fn advance_voltage(&mut self, step: u64, board: &EndBoard) {
        let NodeColumns { voltage, right_hand_side, diagonal, .. } = &mut self.nodes;
        self.split.substitute(step, diagonal, right_hand_side, board);
        let cells = self.matrix.len();
        add(voltage, &right_hand_side[..cells]);
        add(&mut voltage[self.first_piece..], &right_hand_side[self.first_piece..]);
    }
}

/// Adds to the first values.
fn add(values: &mut [f64], more: &[f64]) {
    for (value, more) in values.iter_mut().zip(more) {
        *value += more;
    }
}

impl Reversals {
    fn push(&mut self, slot: u32) {
        self.slots.push(slot);
    }

    /// Nernst's equation, mV: E = R T/(z F) ln(outside/inside); as in NEURON +-1e6 for a concentration of zero or less, and 0
    /// for an ion without charge. `scale`: R T/(z F), mV.
    fn renew(&mut self, columns: &mut IonColumns, scale: f64, level: Level) {
        let Reversals { slots, ratios } = self;
        if ratios.len() != slots.len() {
            *ratios = AlignedVector::new(slots.len());
        }
        for (ratio, slot) in ratios.iter_mut().zip(slots.iter()) {
            *ratio = columns.outside[*slot as usize] / columns.inside[*slot as usize];
        }
        kernel::logarithms(level, ratios);
        for (logarithm, slot) in ratios.iter().zip(slots.iter()) {
            let slot = *slot as usize;
            columns.reversal[slot] = if !scale.is_finite() {
                0.0
            } else if columns.inside[slot] <= 0.0 {
                1e6
            } else if columns.outside[slot] <= 0.0 {
                -1e6
            } else {
                scale * logarithm
            };
        }
    }
}

fn ion_rule(
    model: &Model,
    ion: usize,
    locals: &[LocalPopulation],
    count: usize,
    celsius: f64,
) -> (LocalIon, IonRule) {
    let description = &model.ions[ion];
    let mut place = LocalIon { slot: vec![NONE; count], nodes: Vec::new() };
    let mut rule = IonRule {
        scale: units::nernst_scale(celsius, description.valence),
        reversal: Vec::new(),
        inside: Vec::new(),
        outside: Vec::new(),
        initially: Reversals::default(),
        every_step: Reversals::default(),
    };
    // Slots lie as their compartments do.
    let mut slots = Vec::new();
    for (population, local) in model.populations.iter().zip(locals) {
        let Body::Cells(body) = &population.body else { continue };
        // A cell may have several sets of an ion, at different nodes.
        for set in body.ions.iter().filter(|s| s.ion == ion) {
            for (k, node) in set.nodes.iter().enumerate() {
                for (position, cell) in local.cells.iter().enumerate() {
                    slots.extend(local.node(position, *node).map(|here| (here, *cell, k, set)));
                }
            }
        }
    }
    slots.sort_by_key(|(here, ..)| *here);
    for (here, cell, k, set) in slots {
        let slot = place.nodes.len() as u32;
        place.slot[here as usize] = slot;
        place.nodes.push(here);
        rule.reversal.push(set.reversal.get(cell as usize, k));
        rule.inside.push(set.inside.get(cell as usize, k));
        rule.outside.push(set.outside.get(cell as usize, k));
        match set.nernst {
            Nernst::Never => {}
            Nernst::Initially => rule.initially.push(slot),
            Nernst::EveryStep => rule.every_step.push(slot),
        }
    }
    (place, rule)
}
