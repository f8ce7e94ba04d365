//! What a measure sees: the trains of the chosen cells and a window of time.

/// The spikes that a measure is taken of.
///
/// A spike at t is inside the window if from <= t < to, so that windows side by side share no spike; a window that goes to the end of the
/// recording has its end too.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample<'a> {
    /// For each chosen cell all its spikes, ms, ascending; also those outside the window, as intervals and smoothed rates reach across its edges.
    pub trains: Vec<&'a [f64]>,
    /// Beginning of the window, ms.
    pub from: f64,
    /// End of the window, ms; not after `until`.
    pub to: f64,
    /// End of the recording, ms; it begins at 0.
    pub until: f64,
}

impl<'a> Sample<'a> {
    /// The spikes of a train that are inside the window.
    pub fn inside(&self, train: &'a [f64]) -> &'a [f64] {
        let first = train.partition_point(|t| *t < self.from);
        let whole = self.to >= self.until;
        let end = train.partition_point(|t| if whole { *t <= self.to } else { *t < self.to });
        &train[first..end.max(first)]
    }

    /// For each chosen cell its spikes inside the window.
    pub fn windows(&self) -> impl Iterator<Item = &'a [f64]> + '_ {
        self.trains.iter().map(|train| self.inside(train))
    }

    /// Length of the window, ms; 0 where it has none.
    pub fn length(&self) -> f64 {
        (self.to - self.from).max(0.0)
    }
}

/// The mean of some numbers; NaN of none.
pub(super) fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, count) = values.into_iter().fold((0.0, 0u64), |(sum, count), x| (sum + x, count + 1));
    sum / count as f64
}

/// Mean and variance of some numbers, the variance with the number itself in the denominator; NaN of none.
pub(super) fn moments(values: &[f64]) -> (f64, f64) {
    let middle = mean(values.iter().copied());
    (middle, mean(values.iter().map(|x| (x - middle) * (x - middle))))
}

/// Where the largest of some numbers is, the first of those that are as large but for rounding; nothing where none is above 0.
pub(super) fn largest(values: &[f64]) -> Option<usize> {
    let most = values.iter().copied().fold(0.0, f64::max);
    values.iter().position(|x| *x >= most * (1.0 - ROUNDING) && *x > 0.0)
}

/// Sums in another order differ by less than this part.
pub(super) const ROUNDING: f64 = 1e-9;
