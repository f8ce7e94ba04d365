//! FUNCTION_TABLE: values that the network description gives for a function of one or two arguments.
//!
//! A file only says that there is such a function; NEURON takes its values from hoc (`table_taum(...)`) and stops a run that
//! has none. Here they are part of the description, so they are known when a mechanism is compiled. As in NEURON a value
//! is found by linear interpolation between the points around it, first along the second argument and then along the
//! first; outside of its points a table goes on with the value at its end.

/// Where the points of a table are along one of its arguments.
#[derive(Clone, Debug, PartialEq)]
pub enum Points {
    /// At equal distances.
    Even {
        /// The first.
        low: f64,
        /// The last; no less than the first.
        high: f64,
        /// How many there are, at least 1.
        count: usize,
    },
    /// Anywhere, in rising order; at least one.
    At(Vec<f64>),
}

/// The values of a FUNCTION_TABLE.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The points along each argument; empty for a constant. One or two arguments otherwise.
    pub points: Vec<Points>,
    /// A value for each point; of two arguments, a row for each point of the first.
    pub values: Vec<f64>,
}

/// What is wanted of a FUNCTION_TABLE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GivenPart {
    /// Its value.
    Value,
    /// Its slope along the first argument.
    FirstSlope,
    /// Its slope along the second argument.
    SecondSlope,
}

/// A place between two points: the number of the lower one, how much of the way to the next (0 at the ends), and the
/// distance between the two (infinite outside of the points, where nothing changes).
struct Between {
    below: usize,
    part: f64,
    width: f64,
}

impl Points {
    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            Points::Even { count, .. } => *count,
            Points::At(at) => at.len(),
        }
    }

    fn locate(&self, x: f64) -> Between {
        let last = self.count().saturating_sub(1);
        let (low, high) = match self {
            Points::Even { low, high, .. } => (*low, *high),
            Points::At(at) => {
                (at.first().copied().unwrap_or_default(), at.last().copied().unwrap_or_default())
            }
        };
        // NaN passes all comparisons and comes out as part of the way.
        if x < low || (last == 0 && x >= low) {
            return Between { below: 0, part: 0.0, width: f64::INFINITY };
        }
        if x >= high {
            return Between { below: last, part: 0.0, width: f64::INFINITY };
        }
        if last == 0 {
            return Between { below: 0, part: x, width: f64::INFINITY };
        }
        match self {
            Points::Even { .. } => {
                let width = (high - low) / last as f64;
                let way = (x - low) / width;
                let below = (way as usize).min(last - 1);
                Between { below, part: way - below as f64, width }
            }
            Points::At(at) => {
                let below = at.partition_point(|point| *point <= x).clamp(1, last) - 1;
                let width = at[below + 1] - at[below];
                Between { below, part: (x - at[below]) / width, width }
            }
        }
    }
}

impl Given {
    /// The same value everywhere.
    pub fn constant(value: f64) -> Given {
        Given { points: Vec::new(), values: vec![value] }
    }

    /// Its value or a slope at `x`, and at `y` along its second argument if it has two; NaN for NaN.
    pub fn at(&self, part: GivenPart, x: f64, y: f64) -> f64 {
        match self.points.as_slice() {
            [] => match part {
                GivenPart::Value => self.value(0),
                _ => 0.0,
            },
            [first] => {
                let place = first.locate(x);
                match part {
                    GivenPart::Value => self.along(0, &place),
                    GivenPart::FirstSlope => self.rise(0, &place),
                    GivenPart::SecondSlope => 0.0,
                }
            }
            [first, second, ..] => {
                let (place, inner) = (first.locate(x), second.locate(y));
                let row = |below: usize| below * second.count();
                let (here, next) = (row(place.below), row(place.below + 1));
                let of = |at: usize| match part {
                    GivenPart::SecondSlope => self.rise(at, &inner),
                    _ => self.along(at, &inner),
                };
                let low = of(here);
                if place.part == 0.0 && part != GivenPart::FirstSlope || place.width.is_infinite() {
                    return if part == GivenPart::FirstSlope { 0.0 * place.part } else { low + place.part };
                }
                match part {
                    GivenPart::FirstSlope => (of(next) - low) / place.width,
                    _ => (1.0 - place.part) * low + place.part * of(next),
                }
            }
        }
    }

    fn value(&self, at: usize) -> f64 {
        self.values.get(at).copied().unwrap_or(f64::NAN)
    }

    /// The value in the row that begins at `row`.
    fn along(&self, row: usize, place: &Between) -> f64 {
        let low = self.value(row + place.below);
        if place.part == 0.0 || place.width.is_infinite() {
            return low + place.part;
        }
        (1.0 - place.part) * low + place.part * self.value(row + place.below + 1)
    }

    /// The slope in the row that begins at `row`.
    fn rise(&self, row: usize, place: &Between) -> f64 {
        if place.width.is_infinite() {
            return 0.0 * place.part;
        }
        (self.value(row + place.below + 1) - self.value(row + place.below)) / place.width
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Given {
        Given { points: vec![Points::At(vec![-80.0, -20.0, 0.0])], values: vec![1.0, 4.0, 2.0] }
    }

    #[test]
    fn straight_lines_between_the_points_and_the_ends_outside() {
        for (x, value, slope) in [
            (-100.0, 1.0, 0.0),
            (-80.0, 1.0, 0.05),
            (-50.0, 2.5, 0.05),
            (-20.0, 4.0, -0.1),
            (-5.0, 2.5, -0.1),
            (0.0, 2.0, 0.0),
            (7.0, 2.0, 0.0),
        ] {
            assert_eq!(line().at(GivenPart::Value, x, 0.0), value, "at {x}");
            assert_eq!(line().at(GivenPart::FirstSlope, x, 0.0), slope, "at {x}");
        }
        let single = Given { points: vec![Points::At(vec![1.0])], values: vec![5.0] };
        for x in [f64::NEG_INFINITY, 1.0, f64::INFINITY] {
            assert_eq!(single.at(GivenPart::Value, x, 0.0), 5.0);
        }
        assert_eq!(line().at(GivenPart::Value, f64::NEG_INFINITY, 0.0), 1.0);
        assert!(line().at(GivenPart::Value, f64::NAN, 0.0).is_nan());
        assert!(single.at(GivenPart::Value, f64::NAN, 0.0).is_nan());
    }

    #[test]
    fn even_points_are_points() {
        let even = Points::Even { low: -80.0, high: 0.0, count: 5 };
        let at = Points::At(vec![-80.0, -60.0, -40.0, -20.0, 0.0]);
        let values = vec![3.0, 1.0, 4.0, 1.0, 5.0];
        let [even, at] = [even, at].map(|p| Given { points: vec![p], values: values.clone() });
        for step in -900..100 {
            let x = f64::from(step) / 9.0;
            for part in [GivenPart::Value, GivenPart::FirstSlope] {
                let (a, b) = (even.at(part, x, 0.0), at.at(part, x, 0.0));
                assert!((a - b).abs() < 1e-13, "{part:?} at {x}: {a} {b}");
            }
        }
    }

    #[test]
    fn two_arguments_give_a_plane_where_the_values_lie_on_one() {
        let points = vec![Points::Even { low: 0.0, high: 2.0, count: 3 }, Points::At(vec![0.0, 1.0, 4.0])];
        let values = [0.0, 1.0, 2.0].iter().flat_map(|x| [0.0, 1.0, 4.0].map(|y| 3.0 * x - 2.0 * y + 1.0));
        let plane = Given { points, values: values.collect() };
        for (x, y) in [(0.0, 0.0), (0.3, 0.7), (1.0, 3.5), (1.9, 1.0)] {
            let value = plane.at(GivenPart::Value, x, y);
            assert!((value - (3.0 * x - 2.0 * y + 1.0)).abs() < 1e-14, "{x} {y}: {value}");
            assert!((plane.at(GivenPart::FirstSlope, x, y) - 3.0).abs() < 1e-13);
            assert!((plane.at(GivenPart::SecondSlope, x, y) + 2.0).abs() < 1e-13);
        }
        assert_eq!(plane.at(GivenPart::Value, 9.0, -3.0), 7.0);
        assert_eq!(plane.at(GivenPart::FirstSlope, 9.0, 0.5), 0.0);
        assert_eq!(plane.at(GivenPart::SecondSlope, 0.5, 9.0), 0.0);
        assert!(plane.at(GivenPart::Value, f64::NAN, 1.0).is_nan());
        assert!(plane.at(GivenPart::Value, 1.0, f64::NAN).is_nan());
    }
}
