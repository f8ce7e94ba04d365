//! A thread's cells in groups that fit into its core's second-level cache.
//!
//! In: a model, the cells that the plan gives to a thread, and how large a group may be. Out: the cells of each group, which then goes through a
//! whole epoch before the next one begins, so that its columns are read from the cache and not, step after step, from behind it.
//! Always true: every cell of the thread is in one group; nothing crosses between groups within an epoch. Where that cannot be promised
//! (gap junctions and other couplings, cells that several threads share, serial mechanisms, EXTERNAL variables) all cells are one group.
//! Results do not depend on groups, as they do not depend on threads.
//!
//! Groups are about equally large, and take cells of a population [`WELL_FILLED`] at a time, which fills the lanes in which they are solved.

use crate::network::{Body, Model};
use crate::partition::Plan;
use crate::solver::interleaved::WELL_FILLED;

/// How large groups are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// Most bytes of compartments and mechanisms in a group.
    pub bytes: usize,
    /// But at least about so many compartments: starting a kernel takes as long as some of them.
    pub compartments: usize,
}

impl Default for Grouping {
    /// What was fastest (docs/performance.md): as many bytes as a second-level cache of 512 KiB has, not all of which a step touches; but 1,000 compartments, which make up for
    /// starting their kernels.
    fn default() -> Grouping {
        Grouping { bytes: 512 * 1024, compartments: 1000 }
    }
}

/// The cells of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Whole cells of each population, ascending.
    pub cells: Vec<Vec<u32>>,
    /// Whether the thread's pieces of shared cells belong to it.
    pub has_pieces: bool,
}

/// Deals the cells that `plan` gives to `thread` out to groups; at least one, which may be empty.
pub fn shares(model: &Model, plan: &Plan, thread: usize, grouping: Grouping) -> Vec<Share> {
    let mut cells = Vec::with_capacity(model.populations.len());
    for (p, threads) in plan.thread_of.iter().enumerate() {
        let is_split = |cell: u32| plan.split.iter().any(|split| (split.population, split.cell) == (p, cell));
        let mine = (0..threads.len() as u32).filter(|cell| threads[*cell as usize] as usize == thread);
        cells.push(mine.filter(|cell| !is_split(*cell)).collect::<Vec<u32>>());
    }
    let sizes: Vec<Size> =
        model.populations.iter().map(|population| Size::of(model, &population.body)).collect();
    let total = |of: fn(&Size) -> usize| {
        cells.iter().zip(&sizes).map(|(cells, size)| cells.len() * of(size)).sum::<usize>()
    };
    let (bytes, compartments) = (total(|size| size.bytes), total(|size| size.compartments));
    let count = match are_independent(model, plan) {
        true => bytes.div_ceil(grouping.bytes.max(1)).min(compartments / grouping.compartments.max(1)),
        false => 1,
    };
    if count <= 1 {
        return vec![Share { cells, has_pieces: true }];
    }
    let mut shares = vec![Share { cells: vec![Vec::new(); cells.len()], has_pieces: false }; count];
    let mut before = 0;
    for (p, (cells, size)) in cells.iter().zip(&sizes).enumerate() {
        for unit in cells.chunks(WELL_FILLED) {
            // By the middle of the unit, so that groups get equal parts of all bytes.
            let own = unit.len() * size.bytes;
            let share = ((2 * before + own) as f64 / (2 * bytes.max(1)) as f64 * count as f64) as usize;
            shares[share.min(count - 1)].cells[p].extend(unit);
            before += own;
        }
    }
    shares.retain(|share| share.cells.iter().any(|cells| !cells.is_empty()));
    shares
}

/// Whether nothing crosses between the cells of a thread within an epoch.
fn are_independent(model: &Model, plan: &Plan) -> bool {
    plan.split.is_empty()
        && model.couplings.is_empty()
        && model.externals.is_empty()
        && model.mechanisms.iter().all(|mechanism| !mechanism.is_serial())
}

/// What a step goes through of one cell of a population.
struct Size {
    bytes: usize,
    compartments: usize,
}

/// Bytes of a value.
const VALUE: usize = size_of::<f64>();

/// Columns of a compartment: voltage, right-hand side, diagonal, area and diameter.
const NODE_COLUMNS: usize = 5;

/// Columns of an ion: reversal potential, both concentrations and current.
const ION_COLUMNS: usize = 4;

impl Size {
    fn of(model: &Model, body: &Body) -> Size {
        let columns = |mechanism: usize| model.mechanisms[mechanism].module.columns as usize;
        match body {
            Body::Artificial(body) => Size { bytes: columns(body.mechanism).max(1) * VALUE, compartments: 0 },
            Body::Cells(body) => {
                let compartments = body.compartments.len();
                let densities =
                    body.densities.iter().map(|density| columns(density.mechanism) * density.nodes.len());
                let points = body.points.iter().map(|point| columns(point.mechanism) + 1);
                let ions = body.ions.iter().map(|ion| ION_COLUMNS * ion.nodes.len());
                let values = NODE_COLUMNS * compartments + densities.chain(points).chain(ions).sum::<usize>();
                Size { bytes: values * VALUE, compartments }
            }
        }
    }
}
