//! How many spikes, when the first, and how regular: measures of single trains.

use super::sample::{Sample, mean, moments};

/// Number of spikes in the window, of all cells together.
pub(super) fn count(sample: &Sample, _: &[f64]) -> f64 {
    sample.windows().map(<[f64]>::len).sum::<usize>() as f64
}

/// Spikes per cell and second, Hz.
pub(super) fn rate(sample: &Sample, _: &[f64]) -> f64 {
    // Without cells or time this is 0/0, so NaN.
    1000.0 * count(sample, &[]) / (sample.trains.len() as f64 * sample.length())
}

/// The part of the cells that fire at least once in the window.
pub(super) fn active(sample: &Sample, _: &[f64]) -> f64 {
    mean(sample.windows().map(|train| if train.is_empty() { 0.0 } else { 1.0 }))
}

/// The mean of all intervals between spikes of one cell, ms, those of all cells in one bag.
pub(super) fn isi(sample: &Sample, _: &[f64]) -> f64 {
    mean(sample.windows().flat_map(|train| train.windows(2).map(|pair| pair[1] - pair[0])))
}

fn intervals(train: &[f64]) -> Vec<f64> {
    train.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// The mean over the cells of what `of` says of their intervals; cells with fewer than two intervals are left out, as no variation can be seen.
fn over_cells(sample: &Sample, of: impl Fn(&[f64]) -> f64) -> f64 {
    mean(sample.windows().map(intervals).filter(|i| i.len() >= 2).map(|i| of(&i)))
}

/// Coefficient of variation of a cell's intervals: standard deviation over mean, the mean of all cells with three spikes or more.
///
/// The deviation has the number of intervals in its denominator. 0 for a clock, 1 for a Poisson process.
pub(super) fn cv(sample: &Sample, _: &[f64]) -> f64 {
    over_cells(sample, |intervals| {
        let (mean, variance) = moments(intervals);
        variance.sqrt() / mean
    })
}

/// CV2: the mean of 2 |I' - I| / (I' + I) over neighbouring intervals I, I' of a cell, then over cells with three spikes or more.
///
/// It sees irregularity from one interval to the next, and so is blind to slow changes of the rate. G. R. Holt, W. R. Softky, C. Koch and
/// R. J. Douglas, J Neurophysiol 75:1806 (1996), doi:10.1152/jn.1996.75.5.1806.
pub(super) fn cv2(sample: &Sample, _: &[f64]) -> f64 {
    over_cells(sample, |intervals| {
        mean(intervals.windows(2).map(|pair| 2.0 * (pair[1] - pair[0]).abs() / (pair[1] + pair[0])))
    })
}

/// Local variation: the mean of 3 (I' - I)^2 / (I' + I)^2 over neighbouring intervals of a cell, then over cells with three spikes or more.
///
/// S. Shinomoto, K. Shima and J. Tanji, Neural Comput 15:2823 (2003), doi:10.1162/089976603322518759.
pub(super) fn lv(sample: &Sample, _: &[f64]) -> f64 {
    over_cells(sample, |intervals| {
        mean(intervals.windows(2).map(|pair| 3.0 * ((pair[1] - pair[0]) / (pair[1] + pair[0])).powi(2)))
    })
}

/// From the window's beginning to the first spike of any of the cells, ms.
pub(super) fn latency(sample: &Sample, _: &[f64]) -> f64 {
    let first = sample.windows().filter_map(|train| train.first()).copied().reduce(f64::min);
    first.map_or(f64::NAN, |time| time - sample.from)
}

/// From the window's beginning to the first spike of each cell, ms, the mean over the cells that fire.
pub(super) fn cell_latency(sample: &Sample, _: &[f64]) -> f64 {
    mean(sample.windows().filter_map(|train| train.first()).map(|time| time - sample.from))
}

/// 1 if there are at least `at_least` spikes in the window, else 0.
///
/// The gamma cell of Hopfield and Brody fires when it recognises: PNAS 98:1282 (2001), doi:10.1073/pnas.98.3.1282.
pub(super) fn recognised(sample: &Sample, numbers: &[f64]) -> f64 {
    if count(sample, &[]) >= numbers[0] { 1.0 } else { 0.0 }
}
