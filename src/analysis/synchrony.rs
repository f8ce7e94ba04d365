//! Synchrony of whole populations: chi, correlation of counts, locking to a frequency.

use std::f64::consts::TAU;

use super::population::Bins;
use super::sample::{Sample, mean, moments};

/// Golomb and Rinzel's measure of synchrony: the standard deviation over time of the cells' mean signal, over the root mean square of the cells'
/// own standard deviations.
///
/// chi^2 = Var_t(mean_i x_i) / mean_i Var_t(x_i): 1 for identical signals, about 1/sqrt(N) for N independent ones. The signal of a cell is defined with its
/// membrane potential; as only spikes are recorded, x_i is the spike train smoothed by a Gaussian of standard deviation `sigma`, taken every
/// `bin` ms. A cell that is silent adds a constant signal.
///
/// D. Golomb and J. Rinzel, Phys Rev E 48:4810 (1993), doi:10.1103/PhysRevE.48.4810; D. Golomb, Scholarpedia 2(1):1347 (2007),
/// doi:10.4249/scholarpedia.1347.
pub(super) fn chi(sample: &Sample, numbers: &[f64]) -> f64 {
    let [width, sigma] = [numbers[0], numbers[1]];
    let cells = sample.trains.len();
    if cells < 2 {
        return f64::NAN;
    }
    let bins = Bins::of(sample, width);
    let mut common = vec![0.0; bins.count];
    let mut own = 0.0;
    for train in &sample.trains {
        let mut signal = vec![0.0; bins.count];
        bins.smooth(train, sigma, &mut signal);
        own += moments(&signal).1;
        common.iter_mut().zip(&signal).for_each(|(sum, x)| *sum += x / cells as f64);
    }
    (moments(&common).1 / (own / cells as f64)).sqrt()
}

/// Pearson's correlation of the spike counts of two cells in bins, the mean over all pairs of cells whose counts vary.
///
/// J. de la Rocha, B. Doiron, E. Shea-Brown, K. Josic and A. Reyes, Nature 448:802 (2007), doi:10.1038/nature06028, among many.
///
/// With z_i the counts of cell i, less their mean, over their standard deviation, the sum over pairs comes from the sum of all z_i alone, so
/// that the work grows with the number of cells, not of pairs.
pub(super) fn correlation(sample: &Sample, numbers: &[f64]) -> f64 {
    let bins = Bins::of(sample, numbers[0]);
    let mut sum = vec![0.0; bins.count];
    let mut cells = 0.0;
    for train in sample.windows() {
        let mut counts = vec![0.0; bins.count];
        bins.add(train, &mut counts);
        let (middle, variance) = moments(&counts);
        if variance > 0.0 {
            cells += 1.0;
            sum.iter_mut().zip(&counts).for_each(|(sum, x)| *sum += (x - middle) / variance.sqrt());
        }
    }
    if cells < 2.0 {
        return f64::NAN;
    }
    (mean(sum.iter().map(|x| x * x)) - cells) / (cells * (cells - 1.0))
}

/// Vector strength: the length of the mean of exp(2 pi i f t) over all spikes of all cells; 1 if all have one phase, 0 if phases are spread evenly.
///
/// J. M. Goldberg and P. B. Brown, J Neurophysiol 32:613 (1969), doi:10.1152/jn.1969.32.4.613.
pub(super) fn vector_strength(sample: &Sample, numbers: &[f64]) -> f64 {
    let period = if numbers[1].is_nan() { 1000.0 / numbers[0] } else { numbers[1] };
    let (mut x, mut y, mut count) = (0.0, 0.0, 0.0);
    for time in sample.windows().flatten() {
        let phase = TAU * (time / period).fract();
        x += phase.cos();
        y += phase.sin();
        count += 1.0;
    }
    f64::hypot(x, y) / count
}

/// What is wrong with the arguments of [`vector_strength`].
pub(super) fn vector_strength_wrong(numbers: &[f64]) -> Option<&'static str> {
    match (numbers[0].is_nan(), numbers[1].is_nan()) {
        (true, true) => Some("needs `frequency` (Hz) or `period` (ms)"),
        (false, false) => Some("takes `frequency` or `period`, not both"),
        _ => None,
    }
}
