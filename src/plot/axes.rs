//! Axes: from values to places on paper.

use super::font;
use super::style::SMALL;
use super::ticks::{self, Ticks};

/// One axis of a panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Axis {
    /// What it shows; empty: nothing is written at it.
    pub(super) name: String,
    /// The unit of its numbers; empty for a pure number.
    pub(super) unit: String,
    /// The value at its left or lower end.
    pub(super) from: f64,
    /// The value at its right or upper end.
    pub(super) to: f64,
    /// Whether equal steps are equal factors.
    pub(super) log: bool,
    /// Instead of numbers: places with what stands there.
    pub(super) named: Option<Vec<(f64, String)>>,
}

impl Axis {
    /// An even axis over exactly this range; one without extent gets some.
    pub(super) fn new(name: &str, unit: &str, from: f64, to: f64) -> Axis {
        let (from, to) = if from == to { around(from) } else { (from, to) };
        let unit = if unit == "1" { "" } else { unit };
        Axis { name: name.into(), unit: unit.into(), from, to, log: false, named: None }
    }

    /// A time axis, in ms, or in s where that reads better is left to the reader: one unit everywhere.
    pub(super) fn time(from: f64, to: f64) -> Axis {
        Axis::new("time", "ms", from, to)
    }

    /// An even axis that holds all these values with some room, and ends on a step; from 0 on where they come near it.
    pub(super) fn holding(name: &str, unit: &str, values: impl IntoIterator<Item = f64>) -> Axis {
        let (low, high) = extent(values).unwrap_or((0.0, 1.0));
        let (low, high) = if low == high { around(low) } else { (low, high) };
        let low = if low > 0.0 && low < 0.5 * high { 0.0 } else { low };
        let step = ticks::step(high - low, 8);
        let (from, to) = ((low / step + 1e-6).floor() * step, (high / step - 1e-6).ceil() * step);
        Axis::new(name, unit, from, to)
    }

    /// A logarithmic axis that holds all these values, which are positive, with some room.
    pub(super) fn holding_log(name: &str, unit: &str, values: impl IntoIterator<Item = f64>) -> Axis {
        let (low, high) = extent(values).unwrap_or((1.0, 10.0));
        let room = if low == high { 2.0 } else { (high / low).powf(0.04) };
        Axis { log: true, ..Axis::new(name, unit, low / room, high * room) }
    }

    /// Categories, at 0, 1, 2 and so on.
    pub(super) fn categories(name: &str, categories: Vec<String>) -> Axis {
        let last = categories.len().max(1) as f64;
        let named = categories.into_iter().enumerate().map(|(i, text)| (i as f64, text)).collect();
        Axis { named: Some(named), ..Axis::new(name, "", -0.5, last - 0.5) }
    }

    /// Where a value is, from 0 at one end to 1 at the other.
    pub(super) fn share(&self, value: f64) -> f64 {
        if self.log {
            (value / self.from).ln() / (self.to / self.from).ln()
        } else {
            (value - self.from) / (self.to - self.from)
        }
    }

    /// The ticks of a level axis of this length (points), as many as have room.
    pub(super) fn level_ticks(&self, length: f64) -> Ticks {
        let fits = |ticks: &Ticks| {
            let mut right = f64::NEG_INFINITY;
            ticks.marks.iter().all(|(value, text)| {
                let (middle, half) = (self.share(*value) * length, font::width(text, SMALL) / 2.0);
                let free = middle - half > right + 4.0;
                right = middle + half;
                free
            })
        };
        let most = ((length / 24.0) as usize).clamp(2, 10);
        let tries = (1..=most).rev().map(|n| self.ticks(n));
        tries.into_iter().find(fits).unwrap_or_else(|| self.ticks(1))
    }

    /// The ticks of an upright axis of this length, points.
    pub(super) fn upright_ticks(&self, length: f64) -> Ticks {
        let most = ((length / (1.6 * SMALL)) as usize).clamp(1, 7);
        self.ticks(most)
    }

    fn ticks(&self, most: usize) -> Ticks {
        match &self.named {
            Some(marks) => Ticks { marks: marks.clone(), ..Ticks::default() },
            None if self.log => ticks::logarithmic(self.from, self.to, most),
            None => ticks::linear(self.from, self.to, most),
        }
    }

    /// What is written at the axis: `rate (Hz)`, `weight (10⁻⁵ uS)`.
    pub(super) fn label(&self, power: i32) -> String {
        let factor = if power == 0 { String::new() } else { ticks::ten_to(power) };
        let unit = format!("{factor} {}", self.unit);
        match unit.trim() {
            "" => self.name.clone(),
            unit => format!("{} ({unit})", self.name),
        }
    }
}

/// The least and the largest of the values that are numbers.
pub(super) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let mut finite = values.into_iter().filter(|v| v.is_finite());
    let first = finite.next()?;
    Some(finite.fold((first, first), |(low, high), v| (low.min(v), high.max(v))))
}

/// Some room about a lone value.
fn around(value: f64) -> (f64, f64) {
    if value == 0.0 { (0.0, 1.0) } else { (value - 0.5 * value.abs(), value + 0.5 * value.abs()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_hold_their_values() {
        let axis = Axis::holding("rate", "Hz", [3.0, 47.0, f64::NAN]);
        assert_eq!((axis.from, axis.to), (0.0, 50.0));
        let axis = Axis::holding("v", "mV", [-71.3, 38.2]);
        assert_eq!((axis.from, axis.to), (-80.0, 40.0));
        assert_eq!(axis.label(0), "v (mV)");
        let axis = Axis::holding("n", "1", [5.0, 5.0]);
        assert!(axis.from <= 2.5 && axis.to >= 7.5);
        assert_eq!(axis.label(0), "n");
        assert_eq!(axis.label(-5), "n (10⁻⁵)");
        let axis = Axis::holding("none", "", []);
        assert_eq!((axis.from, axis.to), (0.0, 1.0));
    }

    #[test]
    fn equal_factors_are_equal_steps() {
        let axis = Axis::holding_log("delay", "ms", [0.01, 1.0]);
        assert!((axis.share(0.1) - 0.5).abs() < 1e-12);
        assert!(axis.share(0.01) > 0.0 && axis.share(1.0) < 1.0);
    }

    #[test]
    fn level_ticks_do_not_touch() {
        for length in [20.0, 60.0, 200.0, 700.0] {
            let axis = Axis::new("t", "ms", 0.0, 123_456.0);
            let ticks = axis.level_ticks(length);
            let ends: Vec<(f64, f64)> = ticks
                .marks
                .iter()
                .map(|(v, text)| {
                    let (at, half) = (axis.share(*v) * length, font::width(text, SMALL) / 2.0);
                    (at - half, at + half)
                })
                .collect();
            assert!(ticks.marks.len() < 3 || ends.windows(2).all(|w| w[1].0 > w[0].1), "{length}");
        }
    }
}
