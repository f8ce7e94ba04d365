//! What a run will record, in plain values: all that the writer knows of the model.

use std::collections::HashSet;

use super::RecordError;
use crate::network::Model;

/// What a run will record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// In the order of their global ids, without gaps.
    pub populations: Vec<PopulationLayout>,
    /// In the model's order.
    pub reports: Vec<ReportLayout>,
    /// Time step, ms.
    pub dt: f64,
    /// Steps of the whole run.
    pub steps: u64,
}

/// One population of a [`Layout`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PopulationLayout {
    /// As in the description.
    pub name: String,
    /// Global id of its first cell.
    pub first_id: u64,
    /// Number of cells.
    pub count: u64,
}

/// One report of a [`Layout`]: a row of `node_ids.len() * sections.len()` values at every `every`th step.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportLayout {
    /// Name of the file, without `.h5`.
    pub name: String,
    /// Name of the population.
    pub population: String,
    /// Indices of the cells in the population, ascending.
    pub node_ids: Vec<u64>,
    /// Section of each recorded place, the same in every cell.
    pub sections: Vec<u32>,
    /// Position of each place in its section, 0..=1.
    pub positions: Vec<f32>,
    /// Unit of the values.
    pub unit: String,
    /// Name of the recorded variable.
    pub variable: String,
    /// Sampled every so many steps, from t = 0 on; at least 1.
    pub every: u32,
    /// Whether 64-bit values are kept too.
    pub double: bool,
}

impl Layout {
    /// The layout of a model that runs for `steps` steps.
    pub fn of(model: &Model, steps: u64) -> Layout {
        let populations = model
            .populations
            .iter()
            .map(|p| PopulationLayout { name: p.name.clone(), first_id: p.first_id, count: p.count.into() })
            .collect();
        let reports = model
            .reports
            .iter()
            .map(|r| ReportLayout {
                name: r.name.clone(),
                population: model.populations[r.population].name.clone(),
                node_ids: r.cells.iter().map(|&c| c.into()).collect(),
                sections: r.elements.iter().map(|e| e.section).collect(),
                positions: r.elements.iter().map(|e| e.x as f32).collect(),
                unit: r.unit.clone(),
                variable: r.variable.clone(),
                every: r.every.max(1),
                double: r.double,
            })
            .collect();
        Layout { populations, reports, dt: model.simulation.dt, steps }
    }

    /// Refuses names that cannot be names in an HDF5 file or of a file.
    pub(super) fn check(&self) -> Result<(), RecordError> {
        let mut seen = HashSet::new();
        for name in self.populations.iter().map(|p| &p.name) {
            let bad = |why| Err(RecordError::BadName { what: "population", name: name.clone(), why });
            match name.as_str() {
                "" => return bad("it is empty"),
                "." | ".." => return bad("HDF5 gives it a meaning of its own"),
                n if n.contains('/') => return bad("`/` separates groups in HDF5"),
                n if n.contains('\0') => return bad("it holds a zero byte"),
                n if !seen.insert(n) => return bad("another population has it too"),
                _ => {}
            }
        }
        let mut seen = HashSet::from(["spikes"]);
        for name in self.reports.iter().map(|r| &r.name) {
            let bad = |why| Err(RecordError::BadName { what: "report", name: name.clone(), why });
            match name.as_str() {
                "" => return bad("it is empty"),
                n if n.starts_with('.') => return bad("it would name a hidden file"),
                n if n.contains(['/', '\\', '\0']) => return bad("it is to be the name of a file"),
                "spikes" => return bad("`spikes.h5` holds the spikes"),
                n if !seen.insert(n) => return bad("another report has it too"),
                _ => {}
            }
        }
        Ok(())
    }
}

impl ReportLayout {
    /// Values in a row.
    pub(super) fn width(&self) -> Option<u64> {
        (self.node_ids.len() as u64).checked_mul(self.sections.len() as u64)
    }

    /// Rows of a run of `steps` steps: the sample at t = 0 and one at every `every`th step.
    pub(super) fn rows(&self, steps: u64) -> u64 {
        steps / u64::from(self.every.max(1)) + 1
    }
}
