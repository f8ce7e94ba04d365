//! Cells that must be on thread 0: those with an instance of a serial mechanism.

use super::Pinned;
use crate::network::{Body, Model};

/// For each cell of the model, population after population, whether it is pinned; and what pins how many.
pub fn cells(model: &Model) -> (Vec<bool>, Vec<Pinned>) {
    let mut is_pinned = vec![false; model.cell_count() as usize];
    let mut pinned = Vec::new();
    let serial = model.mechanisms.iter().enumerate().filter(|(_, mechanism)| mechanism.is_serial());
    for (mechanism, _) in serial {
        let mut has_it = vec![false; is_pinned.len()];
        for population in &model.populations {
            let first = population.first_id as usize;
            let cells = &mut has_it[first..first + population.count as usize];
            match &population.body {
                Body::Artificial(body) if body.mechanism == mechanism => cells.fill(true),
                Body::Artificial(_) => {}
                Body::Cells(body) => {
                    if body.densities.iter().any(|d| d.mechanism == mechanism && !d.nodes.is_empty()) {
                        cells.fill(true);
                    }
                    for point in body.points.iter().filter(|p| p.mechanism == mechanism) {
                        match &point.cells {
                            None => cells.fill(true),
                            Some(some) => some.iter().for_each(|cell| cells[*cell as usize] = true),
                        }
                    }
                }
            }
        }
        let count = has_it.iter().filter(|has| **has).count() as u64;
        if count > 0 {
            pinned.push(Pinned { mechanism, cells: count });
        }
        is_pinned.iter_mut().zip(has_it).for_each(|(pinned, has)| *pinned |= has);
    }
    (is_pinned, pinned)
}
