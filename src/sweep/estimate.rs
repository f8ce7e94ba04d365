//! What a run will take, before it runs: seconds and bytes.
//!
//! In: a sweep. Out: [`Estimates`], from the complexity of the network (see `partition`) times its steps. Loading every combination first would cost as much
//! as loading is worth, so the network is loaded with one value changed at a time, and what the values of several axes do is multiplied. Nothing
//! depends on it but the order of the runs, and what people are told. Loading also fills the cache with all files that values name, which the
//! record of the sweep then lists.

use rayon::prelude::*;

use super::check::Sweep;
use super::values::value_text;
use crate::engine::Clock;
use crate::network::{Loaded, Overrides};
use crate::partition::{self, Costs, Memory, Options, Plan};

/// Values of an axis of numbers that are tried; of texts and switches all are.
const TRIED: u64 = 16;
/// The same for networks that take long to load.
const TRIED_OF_LARGE: u64 = 3;
/// Compartments and connections from which on a network is large.
const LARGE: u64 = 1_000_000;
/// Reading a description, building cells, writing a row: s.
const START: f64 = 0.005;
/// What a process holds for each run besides its network: bytes.
const RUN: f64 = 4e6;

/// What one run takes on one thread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Wall time, s.
    pub seconds: f64,
    /// Memory, bytes.
    pub bytes: f64,
}

/// Estimates for all runs of a sweep.
#[derive(Clone, Debug)]
pub struct Estimates {
    base: Estimate,
    /// For each axis the points that were tried, and what they take in proportion to the base.
    axes: Vec<Vec<(u64, Estimate)>>,
}

impl Estimates {
    /// Tries the values of each axis, on the threads of the pool that this is called in.
    pub fn of(sweep: &Sweep) -> Estimates {
        let base = of_network(&sweep.base);
        let size = partition::size(&sweep.base.model);
        let large = size.compartments + size.connections > LARGE;
        let tried = if large { TRIED_OF_LARGE } else { TRIED };
        let axes = sweep.plan.axes.iter().map(|axis| {
            let texts = axis.parameters.iter().any(|p| p.values.is_text());
            let points: Vec<u64> = match axis.points {
                n if texts || n <= tried => (0..n).collect(),
                n => (0..tried).map(|i| i * (n - 1) / (tried - 1)).collect(),
            };
            let factor = |point: u64| {
                let values =
                    axis.parameters.iter().map(|p| (p.name.clone(), value_text(&p.values.at(point))));
                let set = sweep.shared().into_iter().chain(values).collect();
                // What cannot be loaded fails at once.
                let nothing = Estimate { seconds: 0.0, bytes: 0.0 };
                let loaded = sweep.load(&Overrides { set, ..sweep.settings() });
                let found = loaded.map_or(nothing, |loaded| of_network(&loaded));
                (point, Estimate { seconds: found.seconds / base.seconds, bytes: found.bytes / base.bytes })
            };
            points.into_par_iter().map(factor).collect()
        });
        Estimates { axes: axes.collect(), base }
    }

    /// The estimate for a run.
    pub fn run(&self, plan: &super::Plan, number: u64) -> Estimate {
        let points = plan.points(number / plan.repeats);
        let mut estimate = self.base;
        for (tried, point) in self.axes.iter().zip(points) {
            let nearest = tried.iter().min_by_key(|(other, _)| other.abs_diff(point));
            if let Some((_, factor)) = nearest {
                estimate.seconds *= factor.seconds;
                estimate.bytes *= factor.bytes;
            }
        }
        estimate
    }
}

fn of_network(loaded: &Loaded) -> Estimate {
    let model = &loaded.model;
    let plan = Plan::by(model, 1, &Options::whole_cells(), &Costs::table(model));
    let steps = Clock::new(model.simulation.dt).steps(model.simulation.tstop);
    Estimate {
        seconds: START + plan.complexity.iter().sum::<f64>() * steps as f64 * 1e-9,
        bytes: RUN + Memory::of(model, 1).total(),
    }
}
