//! Rates over time, from spikes.

/// A grid of even steps over a window, at whose points rates are told.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grid {
    from: f64,
    step: f64,
    /// Points, both ends included.
    pub(super) count: usize,
}

impl Grid {
    /// `count` points over the window from `from` to `to`, ms.
    pub(super) fn new(from: f64, to: f64, count: usize) -> Grid {
        let count = count.max(2);
        Grid { from, step: (to - from) / (count - 1) as f64, count }
    }

    /// Time of a point, ms.
    pub(super) fn time(&self, point: usize) -> f64 {
        self.from + point as f64 * self.step
    }

    /// The points from one time to another, both included: the first, and one past the last.
    pub(super) fn span(&self, from: f64, to: f64) -> (usize, usize) {
        let first = ((from - self.from) / self.step).ceil().max(0.0) as usize;
        let end = ((to - self.from) / self.step).floor() + 1.0;
        (first, (end.max(0.0) as usize).min(self.count))
    }

    /// Adds to `rate` the spikes of one train, each as a normal curve of standard deviation `width` (ms) that counts as one spike: Hz at
    /// each point of the grid.
    pub(super) fn add_smoothed(&self, train: &[f64], width: f64, rate: &mut [f64]) {
        let peak = 1000.0 / (width * (2.0 * std::f64::consts::PI).sqrt());
        for time in train {
            let (first, end) = self.span(time - 4.0 * width, time + 4.0 * width);
            for point in first..end {
                let z = (self.time(point) - time) / width;
                rate[point] += peak * (-0.5 * z * z).exp();
            }
        }
    }
}

/// How much of the normal curve about each point of a grid lies in the recording, from 0 to `until` ms: a rate near its ends is divided
/// by this, as no spikes are known beyond them (M. C. Jones, doi:10.1007/BF00147776).
pub(super) fn recorded_share(grid: &Grid, width: f64, until: f64) -> Vec<f64> {
    // The integral over even slices; a slice's middle speaks for it.
    const SLICES: usize = 400;
    let reach = 4.0 * width;
    let share = |time: f64| {
        let slice = |i: usize| -reach + (i as f64 + 0.5) * 2.0 * reach / SLICES as f64;
        let inside = |x: &f64| (0.0..=until).contains(&(time + x));
        let mass = |x: f64| (-0.5 * (x / width).powi(2)).exp();
        let all: f64 = (0..SLICES).map(slice).map(mass).sum();
        (0..SLICES).map(slice).filter(inside).map(mass).sum::<f64>() / all
    };
    (0..grid.count).map(|point| share(grid.time(point))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_counts_as_one() {
        let grid = Grid::new(0.0, 1000.0, 2001);
        let mut rate = vec![0.0; grid.count];
        grid.add_smoothed(&[300.0, 600.2], 20.0, &mut rate);
        let spikes: f64 = rate.iter().sum::<f64>() * 0.5 / 1000.0;
        assert!((spikes - 2.0).abs() < 1e-3, "{spikes}");
        assert!((rate[600] - 1000.0 / (20.0 * (2.0 * std::f64::consts::PI).sqrt())).abs() < 1e-9);
    }

    #[test]
    fn a_regular_train_has_its_rate() {
        let grid = Grid::new(0.0, 1000.0, 101);
        let train: Vec<f64> = (0..100).map(|i| 5.0 + 10.0 * f64::from(i)).collect();
        let mut rate = vec![0.0; grid.count];
        grid.add_smoothed(&train, 20.0, &mut rate);
        assert!(rate[20..80].iter().all(|r| (r - 100.0).abs() < 0.1));
    }

    #[test]
    fn a_regular_train_keeps_its_rate_to_the_ends_of_the_recording() {
        let grid = Grid::new(0.0, 1000.0, 101);
        let train: Vec<f64> = (0..500).map(|i| 1.0 + 2.0 * f64::from(i)).collect();
        let mut rate = vec![0.0; grid.count];
        grid.add_smoothed(&train, 20.0, &mut rate);
        assert!((rate[0] - 250.0).abs() < 5.0);
        let share = recorded_share(&grid, 20.0, 1000.0);
        for (rate, share) in rate.iter().zip(share) {
            assert!((rate / share - 500.0).abs() < 5.0, "{rate} {share}");
        }
    }
}
