//! Rhythms of a population: the spectrum of its rate.

use std::f64::consts::TAU;

use realfft::RealFftPlanner;

use super::population::{Bins, rate};
use super::sample::{Sample, largest};

/// A one-sided power spectral density.
struct Spectrum {
    /// Hz between two values.
    step: f64,
    /// Hz^2/Hz, from frequency 0 on.
    density: Vec<f64>,
}

/// The power spectral density of the population's rate (Hz per cell), by Welch's method: segments that overlap by half, each without its mean and
/// under a Hann window; their mean.
///
/// P. D. Welch, IEEE Trans Audio Electroacoust 15:70 (1967), doi:10.1109/TAU.1967.1161901. A window shorter than a segment is one segment. Nothing
/// where there are fewer than two bins or no cells.
fn spectrum(sample: &Sample, width: f64, segment: f64) -> Option<Spectrum> {
    let bins = Bins::of(sample, width);
    if bins.count < 2 || sample.trains.is_empty() {
        return None;
    }
    let rate = rate(sample, bins, 0.0);
    let length = ((segment / width).round() as usize).clamp(2, bins.count);
    let window: Vec<f64> = (0..length).map(|k| 0.5 - 0.5 * (TAU * k as f64 / length as f64).cos()).collect();
    let transform = RealFftPlanner::<f64>::new().plan_fft_forward(length);
    let mut output = transform.make_output_vec();
    let mut density = vec![0.0; output.len()];
    let mut segments = 0.0;
    for part in rate.windows(length).step_by(length - length / 2) {
        let mean = part.iter().sum::<f64>() / length as f64;
        let mut input: Vec<f64> = part.iter().zip(&window).map(|(x, w)| (x - mean) * w).collect();
        // The lengths are those of the plan.
        transform.process(&mut input, &mut output).ok()?;
        density.iter_mut().zip(&output).for_each(|(sum, x)| *sum += x.norm_sqr());
        segments += 1.0;
    }
    let per_second = 1000.0 / width;
    let scale = 1.0 / (segments * per_second * window.iter().map(|w| w * w).sum::<f64>());
    for (k, x) in density.iter_mut().enumerate() {
        // Negative frequencies count at the positive ones; 0 and, for even lengths, the last have no such partner.
        let alone = k == 0 || 2 * k == length;
        *x *= if alone { scale } else { 2.0 * scale };
    }
    Some(Spectrum { step: per_second / length as f64, density })
}

impl Spectrum {
    /// Frequency (Hz) and density of the values from `low` to `high` Hz.
    fn band(&self, low: f64, high: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        let values = self.density.iter().enumerate().map(|(k, x)| (k as f64 * self.step, *x));
        values.filter(move |(f, _)| (low..=high).contains(f))
    }

    /// Power between two frequencies, Hz^2.
    fn power(&self, low: f64, high: f64) -> f64 {
        self.band(low, high).map(|(_, density)| density).sum::<f64>() * self.step
    }
}

fn taken(sample: &Sample, numbers: &[f64]) -> Option<Spectrum> {
    spectrum(sample, numbers[0], numbers[1])
}

/// Power of the population's rate between `low` and `high`, Hz^2: the part of the rate's variance over time that is in the band.
pub(super) fn power(sample: &Sample, numbers: &[f64]) -> f64 {
    taken(sample, numbers).map_or(f64::NAN, |spectrum| spectrum.power(numbers[2], numbers[3]))
}

/// Power between `low` and `high` over that of all frequencies above 0.
pub(super) fn fraction(sample: &Sample, numbers: &[f64]) -> f64 {
    taken(sample, numbers).map_or(f64::NAN, |spectrum| {
        spectrum.power(numbers[2], numbers[3]) / spectrum.power(0.5 * spectrum.step, f64::INFINITY)
    })
}

/// The frequency between `low` and `high` with the largest density, Hz.
pub(super) fn frequency(sample: &Sample, numbers: &[f64]) -> f64 {
    let Some(spectrum) = taken(sample, numbers) else { return f64::NAN };
    let (frequencies, densities): (Vec<f64>, Vec<f64>) = spectrum.band(numbers[2], numbers[3]).unzip();
    largest(&densities).map_or(f64::NAN, |at| frequencies[at])
}

/// What is wrong with the arguments of these measures.
pub(super) fn wrong(numbers: &[f64]) -> Option<&'static str> {
    let [width, _, low, high] = [numbers[0], numbers[1], numbers[2], numbers[3]];
    if low >= high {
        Some("needs a `low` under `high`")
    } else if low > 500.0 / width {
        Some("has bins too wide for the band: at most 500 over `bin` Hz can be seen")
    } else {
        None
    }
}
