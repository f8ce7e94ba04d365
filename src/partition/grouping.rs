//! Into how many groups the cells of a thread are dealt (`engine::groups` says why, and which cells are in which).
//!
//! In: a model, and how large a group may be. Out: what each cell counts for, and the number of groups. Here and not in the engine because the
//! estimate of memory asks for it before anything is built.

use crate::network::{Body, Model};

/// How large groups are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// Most bytes of compartments and mechanisms in a group.
    pub bytes: usize,
    /// But at least about so many compartments: starting a kernel takes as long as some of them.
    pub compartments: usize,
}

impl Default for Grouping {
    /// What was fastest (docs/performance.md): as many bytes as a second-level cache of 512 KiB has, not all of which a step touches;
    /// but 1,000 compartments, which make up for starting their kernels.
    fn default() -> Grouping {
        Grouping { bytes: 512 * 1024, compartments: 1000 }
    }
}

impl Grouping {
    /// Into how many groups cells of so many bytes and compartments in all ([`WorkingSet`]) are dealt; at least one. All cells are one
    /// group unless they are independent within an epoch ([`are_independent`]).
    pub fn count(&self, bytes: usize, compartments: usize, are_independent: bool) -> usize {
        if !are_independent {
            return 1;
        }
        bytes.div_ceil(self.bytes.max(1)).min(compartments / self.compartments.max(1)).max(1)
    }
}

/// Whether nothing crosses between whole cells of a thread within an epoch.
pub fn are_independent(model: &Model) -> bool {
    model.couplings.is_empty()
        && model.externals.is_empty()
        && model.mechanisms.iter().all(|mechanism| !mechanism.is_serial())
}

/// What a step goes through of one cell of a population.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkingSet {
    /// Bytes of its columns.
    pub bytes: usize,
    /// Compartments, with those that have no membrane.
    pub compartments: usize,
}

/// Bytes of a value.
const VALUE: usize = size_of::<f64>();

/// Columns of a compartment: voltage, right-hand side, diagonal, area and diameter.
const NODE_COLUMNS: usize = 5;

/// Columns of an ion: reversal potential, both concentrations and current.
const ION_COLUMNS: usize = 4;

impl WorkingSet {
    /// That of a cell of this kind.
    pub fn of(model: &Model, body: &Body) -> WorkingSet {
        let columns = |mechanism: usize| model.mechanisms[mechanism].module.columns as usize;
        match body {
            Body::Artificial(body) => {
                WorkingSet { bytes: columns(body.mechanism).max(1) * VALUE, compartments: 0 }
            }
            Body::Cells(body) => {
                let compartments = body.compartments.len();
                let densities =
                    body.densities.iter().map(|density| columns(density.mechanism) * density.nodes.len());
                let points = body.points.iter().map(|point| columns(point.mechanism) + 1);
                let ions = body.ions.iter().map(|ion| ION_COLUMNS * ion.nodes.len());
                let values = NODE_COLUMNS * compartments + densities.chain(points).chain(ions).sum::<usize>();
                WorkingSet { bytes: values * VALUE, compartments }
            }
        }
    }
}
