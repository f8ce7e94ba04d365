//! The rate of a population over time, counted in bins or smoothed.

use super::sample::{Sample, largest};

/// Equal steps of time that fill a window: `count` of `width` ms from `from` on. What is left at the end, shorter than a step, is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bins {
    pub(super) from: f64,
    pub(super) width: f64,
    pub(super) count: usize,
}

/// Times closer to a bin's edge than this part of a bin count as on it: multiples of a time step are not exact.
const EDGE: f64 = 1e-9;

/// More bins than this are a mistake, and would not fit into memory.
const MOST: f64 = 2e7;

impl Bins {
    /// The bins of a sample's window; none if they would be more than 2e7, so that nothing is defined for them.
    pub(super) fn of(sample: &Sample, width: f64) -> Bins {
        let count = (sample.length() / width + EDGE).floor();
        Bins { from: sample.from, width, count: if count <= MOST { count as usize } else { 0 } }
    }

    /// The middle of a bin, ms.
    pub(super) fn middle(&self, bin: usize) -> f64 {
        self.from + (bin as f64 + 0.5) * self.width
    }

    /// The middles of all bins, ms.
    pub(super) fn middles(self) -> impl Iterator<Item = f64> {
        (0..self.count).map(move |bin| self.middle(bin))
    }

    /// Adds the spikes of a train to the counts of the bins that they are in. A bin has its beginning, not its end; the last has both if the
    /// window ends there.
    pub(super) fn add(&self, train: &[f64], counts: &mut [f64]) {
        for time in train {
            let at = ((time - self.from) / self.width + EDGE).floor() as usize;
            let last = at == self.count && *time <= self.from + self.count as f64 * self.width * (1.0 + EDGE);
            if let Some(count) = counts.get_mut(if last { at.wrapping_sub(1) } else { at }) {
                *count += 1.0;
            }
        }
    }

    /// Adds a train's density (1/ms) at the middles of the bins: a Gaussian of standard deviation `sigma` (ms) and area 1 for each spike.
    ///
    /// All spikes of a train belong here, also those outside the window. What is more than 8 standard deviations away (1e-14 of the peak) is 0.
    pub(super) fn smooth(&self, train: &[f64], sigma: f64, density: &mut [f64]) {
        let reach = 8.0 * sigma;
        let height = 1.0 / (sigma * (2.0 * std::f64::consts::PI).sqrt());
        for time in train {
            let place =
                |t: f64| ((t - self.from) / self.width - 0.5).ceil().clamp(0.0, self.count as f64) as usize;
            for bin in place(time - reach)..place(time + reach) {
                let distance = (self.middle(bin) - time) / sigma;
                density[bin] += height * (-0.5 * distance * distance).exp();
            }
        }
    }
}

/// The rate of a population in Hz per cell in each bin: smoothed by a Gaussian, or counted where `sigma` is 0.
pub(super) fn rate(sample: &Sample, bins: Bins, sigma: f64) -> Vec<f64> {
    let mut rate = vec![0.0; bins.count];
    for train in &sample.trains {
        if sigma > 0.0 {
            bins.smooth(train, sigma, &mut rate);
        } else {
            bins.add(sample.inside(train), &mut rate);
        }
    }
    let width = if sigma > 0.0 { 1.0 } else { bins.width };
    let factor = 1000.0 / (sample.trains.len() as f64 * width);
    rate.iter_mut().for_each(|x| *x *= factor);
    rate
}

/// The largest rate, Hz, and when that is, ms; nothing where no cell fires.
fn peak(sample: &Sample, numbers: &[f64]) -> Option<(f64, f64)> {
    let bins = Bins::of(sample, numbers[0]);
    let rate = rate(sample, bins, numbers[1]);
    largest(&rate).map(|bin| (rate[bin], bins.middle(bin)))
}

/// The largest rate of the population, Hz per cell.
pub(super) fn peak_rate(sample: &Sample, numbers: &[f64]) -> f64 {
    peak(sample, numbers).map_or(f64::NAN, |peak| peak.0)
}

/// When the population's rate is largest: the middle of the first such bin, ms.
pub(super) fn peak_time(sample: &Sample, numbers: &[f64]) -> f64 {
    peak(sample, numbers).map_or(f64::NAN, |peak| peak.1)
}
