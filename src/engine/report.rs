//! Sampling of recorded variables.

use super::layout::{LocalPopulation, NONE};
use super::membrane::Membrane;
use super::sets::Set;
use crate::ir::IonVariable;
use crate::network::{Body, Model, Quantity};

/// Where one value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Probe {
    /// A membrane potential.
    Voltage {
        /// Compartment of the thread.
        node: u32,
    },
    /// A variable of a mechanism.
    Column {
        /// Which of the sets.
        set: u32,
        /// Column.
        column: u32,
        /// Instance.
        instance: u32,
    },
    /// A variable of an ion.
    Ion {
        /// Which of the ions.
        ion: u32,
        /// Its variable.
        variable: IonVariable,
        /// Where.
        slot: u32,
    },
    /// The variable does not exist at this place.
    Nothing,
}

/// This thread's part of every report.
#[derive(Debug)]
pub struct Probes {
    reports: Vec<ReportProbes>,
    places: Vec<Vec<u32>>,
}

#[derive(Debug)]
struct ReportProbes {
    every: u64,
    probes: Vec<Probe>,
}

impl Probes {
    /// Finds the recorded values among the cells of `locals`.
    pub fn new(model: &Model, locals: &[LocalPopulation], sets: &[Set], membrane: &Membrane) -> Probes {
        let mut reports = Vec::new();
        let mut places = Vec::new();
        for report in &model.reports {
            let local = &locals[report.population];
            let mut probes = Vec::new();
            let mut place = Vec::new();
            for (row, cell) in report.cells.iter().enumerate() {
                let Some(position) = local.local(*cell) else { continue };
                for (k, element) in report.elements.iter().enumerate() {
                    let body = &model.populations[report.population].body;
                    let quantity = &report.quantity;
                    let found = probe(quantity, body, local, position, element.node, sets, membrane);
                    if let Some(found) = found {
                        probes.push(found);
                        place.push((row * report.elements.len() + k) as u32);
                    }
                }
            }
            reports.push(ReportProbes { every: u64::from(report.every.max(1)), probes });
            places.push(place);
        }
        Probes { reports, places }
    }

    /// For each report, where this thread's values go in a whole row.
    pub fn places(&self) -> &[Vec<u32>] {
        &self.places
    }

    /// Appends the values after `step` steps to the rows of each report that is due.
    pub fn sample(&self, step: u64, sets: &[Set], membrane: &Membrane, rows: &mut [Vec<f64>]) {
        for (report, row) in self.reports.iter().zip(rows) {
            if step.is_multiple_of(report.every) {
                row.extend(report.probes.iter().map(|p| read(*p, sets, membrane)));
            }
        }
    }
}

/// Finds a value of local cell `position`; `None` if it is on another thread, which has another part of the cell.
pub fn probe(
    quantity: &Quantity,
    body: &Body,
    local: &LocalPopulation,
    position: usize,
    cell_node: u32,
    sets: &[Set],
    membrane: &Membrane,
) -> Option<Probe> {
    let node = local.node(position, holder(quantity, body, cell_node))?;
    let set_of = |mechanism: usize| sets.iter().position(|s| s.index == mechanism).map(|s| s as u32);
    let column = |mechanism, column, instance| match set_of(mechanism) {
        Some(set) if instance != NONE => Probe::Column { set, column, instance },
        _ => Probe::Nothing,
    };
    Some(match (quantity, body) {
        (Quantity::Voltage, Body::Cells(_)) => Probe::Voltage { node },
        (Quantity::Density { density, column: c }, Body::Cells(body)) => {
            let set = &body.densities[*density];
            match set.nodes.binary_search(&cell_node) {
                Ok(k) => column(set.mechanism, *c, local.density[*density][position * set.nodes.len() + k]),
                Err(_) => Probe::Nothing,
            }
        }
        (Quantity::Point { point, column: c }, Body::Cells(body)) => {
            column(body.points[*point].mechanism, *c, local.point[*point][position])
        }
        (Quantity::Point { column: c, .. }, Body::Artificial(body)) => {
            column(body.mechanism, *c, local.first_artificial + position as u32)
        }
        (Quantity::Ion { ion, variable }, Body::Cells(body)) => {
            let ion = body.ions[*ion].ion;
            match membrane.places[ion].slot[node as usize] {
                NONE => Probe::Nothing,
                slot => Probe::Ion { ion: ion as u32, variable: *variable, slot },
            }
        }
        _ => Probe::Nothing,
    })
}

/// The node of a cell that has a variable which is asked for at `node`: a point process has a node of its own.
pub fn holder(quantity: &Quantity, body: &Body, node: u32) -> u32 {
    match (quantity, body) {
        (Quantity::Point { point, .. }, Body::Cells(body)) => body.points[*point].node,
        _ => node,
    }
}

/// The value there.
pub fn read(probe: Probe, sets: &[Set], membrane: &Membrane) -> f64 {
    match probe {
        Probe::Voltage { node } => membrane.nodes.voltage[node as usize],
        Probe::Column { set, column, instance } => {
            sets[set as usize].instances.columns.get(column as usize, instance as usize)
        }
        Probe::Ion { ion, variable, slot } => {
            let columns = &membrane.ions[ion as usize];
            let slot = slot as usize;
            match variable {
                IonVariable::Reversal => columns.reversal[slot],
                IonVariable::Inside => columns.inside[slot],
                IonVariable::Outside => columns.outside[slot],
                IonVariable::Current => columns.current[slot],
            }
        }
        Probe::Nothing => f64::NAN,
    }
}
