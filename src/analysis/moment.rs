//! Transient synchrony as Hopfield and Brody mean it: the rates of the selected cells become equal, and for a moment the cells fire in step.
//!
//! J. J. Hopfield and C. D. Brody, PNAS 97:13919 (2000), doi:10.1073/pnas.250483697, and PNAS 98:1282 (2001), doi:10.1073/pnas.98.3.1282, say so in
//! words and figures. The formulas here are this project's, made of established parts; docs/measures.md says what they show on the network
//! before and after training and for another pattern.

use std::f64::consts::TAU;

use super::population::Bins;
use super::sample::{ROUNDING, Sample, largest, moments};

/// The last spike at or before a time and the first after it, where a train has both.
fn around(train: &[f64], time: f64) -> Option<(f64, f64)> {
    let next = train.partition_point(|t| *t <= time);
    Some((*train.get(next.checked_sub(1)?)?, *train.get(next)?))
}

/// The order parameter of the cells' phases over time: R(t) = |sum of exp(2 pi i phi)| / N.
///
/// The phase phi of a cell grows evenly from 0 to 1 from each of its spikes to the next. A cell before its first spike or after its last one adds
/// nothing, but is among the N: so R is 1 only if all cells fire, and in step, and R is about 1/sqrt(N) for unrelated phases, whatever the rates.
///
/// Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence (Springer 1984), doi:10.1007/978-3-642-69689-3; phases of events: A. S. Pikovsky,
/// M. G. Rosenblum, G. V. Osipov and J. Kurths, Physica D 104:219 (1997), doi:10.1016/S0167-2789(96)00301-6.
fn order_over_time(sample: &Sample, width: f64) -> (Bins, Vec<f64>) {
    let bins = Bins::of(sample, width);
    let (mut x, mut y) = (vec![0.0; bins.count], vec![0.0; bins.count]);
    for train in &sample.trains {
        for (bin, time) in bins.middles().enumerate() {
            if let Some((last, next)) = around(train, time) {
                let phase = TAU * (time - last) / (next - last);
                x[bin] += phase.cos();
                y[bin] += phase.sin();
            }
        }
    }
    let cells = sample.trains.len() as f64;
    let order = x.iter().zip(&y).map(|(x, y)| f64::hypot(*x, *y) / cells).collect();
    (bins, order)
}

/// The largest value of the order parameter over time; NaN for fewer than two cells.
pub(super) fn order(sample: &Sample, numbers: &[f64]) -> f64 {
    if sample.trains.len() < 2 {
        return f64::NAN;
    }
    order_over_time(sample, numbers[0]).1.into_iter().fold(f64::NAN, f64::max)
}

/// When the order parameter is largest, ms; NaN where it is never above 0.
pub(super) fn order_time(sample: &Sample, numbers: &[f64]) -> f64 {
    if sample.trains.len() < 2 {
        return f64::NAN;
    }
    let (bins, order) = order_over_time(sample, numbers[0]);
    // Of unrelated phases that cancel out exactly, rounding leaves something.
    largest(&order).filter(|bin| order[*bin] > ROUNDING).map_or(f64::NAN, |bin| bins.middle(bin))
}

/// The longest time without a break in which the order parameter is at least the threshold: its beginning and its length, ms.
fn longest(sample: &Sample, numbers: &[f64]) -> (f64, f64) {
    let [threshold, width] = [numbers[0], numbers[1]];
    if sample.trains.len() < 2 {
        return (f64::NAN, f64::NAN);
    }
    let (bins, order) = order_over_time(sample, width);
    if bins.count == 0 {
        return (f64::NAN, f64::NAN);
    }
    let mut best = (f64::NAN, 0);
    let mut length = 0;
    for (bin, x) in order.into_iter().enumerate() {
        length = if x >= threshold - ROUNDING { length + 1 } else { 0 };
        if length > best.1 {
            best = (bins.from + (bin + 1 - length) as f64 * width, length);
        }
    }
    (best.0, best.1 as f64 * width)
}

/// When the synchronous moment begins, ms: the longest time in which the order parameter is at least `threshold`; NaN if there is none.
pub(super) fn moment(sample: &Sample, numbers: &[f64]) -> f64 {
    longest(sample, numbers).0
}

/// How long the synchronous moment lasts, ms; 0 if there is none.
pub(super) fn duration(sample: &Sample, numbers: &[f64]) -> f64 {
    longest(sample, numbers).1
}

/// How unequal the cells' rates are when they are most equal, and when that is, ms.
///
/// A cell's rate at a time is one over its interval around that time, and 0 before its first and after its last spike. How unequal rates are is
/// said by their coefficient of variation over the cells, so cells that do not fire make it large.
fn most_equal(sample: &Sample, numbers: &[f64]) -> (f64, f64) {
    let bins = Bins::of(sample, numbers[0]);
    let cells = sample.trains.len();
    if cells < 2 {
        return (f64::NAN, f64::NAN);
    }
    let mut best = (f64::NAN, f64::NAN);
    for time in bins.middles() {
        let rates = sample.trains.iter().map(|train| around(train, time));
        let rates: Vec<f64> =
            rates.map(|pair| pair.map_or(0.0, |(last, next)| 1.0 / (next - last))).collect();
        let (mean, variance) = moments(&rates);
        let variation = variance.sqrt() / mean;
        // Where no cell fires it is NaN, and so is what is to be compared with at first.
        let better = variation < best.0 - ROUNDING;
        if better || (best.0.is_nan() && !variation.is_nan()) {
            best = (variation, time);
        }
    }
    best
}

/// The smallest coefficient of variation over the cells of their rates: near 0 if there is a time at which all cells fire at one rate.
pub(super) fn convergence(sample: &Sample, numbers: &[f64]) -> f64 {
    most_equal(sample, numbers).0
}

/// When the cells' rates are most equal, ms.
pub(super) fn convergence_time(sample: &Sample, numbers: &[f64]) -> f64 {
    most_equal(sample, numbers).1
}
