//! Values of an axis: a list, a range, or samples, each computed from its number alone.
//!
//! In: what `[vary]` says of a parameter. Out: for a number from 0 on, a value. Nothing is expanded, so a plan of any size costs nothing until it runs, and
//! the same file gives the same values everywhere: numbers between the ends of a range are rounded to 15 significant digits, which evens out what the
//! mathematical libraries of two machines make of a power.

use serde_json::{Value as Json, json};

use super::sobol;
use crate::network::ParameterValue;
use crate::random::Stream;

/// How the values of one parameter follow from their numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// As they were written.
    List(Vec<ParameterValue>),
    /// From one end to the other, both included.
    Range {
        /// The ends, and the way from one to the other.
        span: Interval,
        /// Number of values, at least 2.
        count: u64,
    },
    /// Samples of an interval.
    Samples {
        /// The interval.
        span: Interval,
        /// How they are drawn.
        drawn: Drawn,
    },
}

/// An interval that is gone through evenly, or evenly in its logarithm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// First end.
    pub from: f64,
    /// Other end.
    pub to: f64,
    /// Whether logarithms are evenly spaced; both ends are then more than 0.
    pub log: bool,
}

/// How samples are drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Drawn {
    /// Independent and uniform, from a stream named by the sweep's seed, the axis and the parameter.
    Random {
        /// The sweep's seed.
        seed: u64,
        /// Name of the axis.
        axis: String,
        /// Name of the parameter.
        parameter: String,
    },
    /// One dimension of the Sobol sequence.
    Sobol {
        /// From 0 on.
        dimension: usize,
    },
}

impl Interval {
    /// What lies at `part` of the way, from 0 to 1.
    pub fn at(&self, part: f64) -> f64 {
        if part <= 0.0 {
            return self.from;
        }
        if part >= 1.0 {
            return self.to;
        }
        let Interval { from, to, log } = *self;
        rounded(if log { from * (to / from).powf(part) } else { from + (to - from) * part })
    }

    /// Point number `i` of `count`, the ends included.
    fn point(&self, i: u64, count: u64) -> f64 {
        let last = count.saturating_sub(1).max(1);
        match (self.log, i) {
            (_, 0) => self.from,
            (_, i) if i >= last => self.to,
            // Times before divided by: whole steps stay whole.
            (false, i) => rounded(self.from + (self.to - self.from) * i as f64 / last as f64),
            (true, i) => self.at(i as f64 / last as f64),
        }
    }
}

impl Values {
    /// Value number `i`.
    pub fn at(&self, i: u64) -> ParameterValue {
        match self {
            // A list is as long as its axis has points.
            Values::List(list) => list[i as usize].clone(),
            Values::Range { span, count } => ParameterValue::Number(span.point(i, *count)),
            Values::Samples { span, drawn } => ParameterValue::Number(span.at(drawn.at(i))),
        }
    }

    /// One of each kind of value that it has, to be held against the parameter.
    pub fn examples(&self) -> Vec<ParameterValue> {
        match self {
            Values::List(list) => list.clone(),
            Values::Range { span, .. } | Values::Samples { span, .. } => {
                vec![ParameterValue::Number(span.from)]
            }
        }
    }

    /// Whether a value may be the name of a file, or a switch: each may lead to another network.
    pub fn is_text(&self) -> bool {
        matches!(self, Values::List(list) if list.iter().any(|v| !matches!(v, ParameterValue::Number(_))))
    }

    /// As sweep.json and plan.json have it.
    pub fn json(&self, name: &str) -> Json {
        let interval = |kind: &str, span: &Interval| {
            let scale = if span.log { "log" } else { "linear" };
            json!({ "name": name, "kind": kind, "from": span.from, "to": span.to, "scale": scale })
        };
        match self {
            Values::List(list) => {
                let values: Vec<Json> = list.iter().map(value_json).collect();
                json!({ "name": name, "kind": "list", "values": values })
            }
            Values::Range { span, count } => {
                let mut json = interval(if span.log { "log" } else { "linear" }, span);
                json["count"] = (*count).into();
                json["values"] = (0..*count).take(MOST_LISTED).map(|i| span.point(i, *count)).collect();
                json
            }
            Values::Samples { span, drawn: Drawn::Random { .. } } => interval("random", span),
            Values::Samples { span, drawn: Drawn::Sobol { .. } } => interval("sobol", span),
        }
    }
}

/// Values of a range that sweep.json lists.
const MOST_LISTED: usize = 10_000;

impl Drawn {
    /// Sample number `i`, at least 0 and under 1.
    fn at(&self, i: u64) -> f64 {
        match self {
            Drawn::Random { seed, axis, parameter } => {
                let parts = ["sweep".into(), axis.as_str().into(), parameter.as_str().into()];
                let mut stream = Stream::keyed(*seed, &parts);
                stream.set_sequence(2 * i);
                let (low, high) = (u64::from(stream.next_u32()), u64::from(stream.next_u32()));
                ((high << 32 | low) >> 11) as f64 / (1u64 << 53) as f64
            }
            Drawn::Sobol { dimension } => sobol::point(i as u32, *dimension),
        }
    }
}

/// To 15 significant digits: the shortest number that nobody can tell from it.
fn rounded(x: f64) -> f64 {
    format!("{x:.14e}").parse().unwrap_or(x)
}

/// A value as JSON.
pub fn value_json(value: &ParameterValue) -> Json {
    match value {
        ParameterValue::Number(x) => (*x).into(),
        ParameterValue::Switch(on) => (*on).into(),
        ParameterValue::Text(text) => text.as_str().into(),
    }
}

/// A value from JSON.
pub fn value_of(json: &Json) -> Option<ParameterValue> {
    match json {
        Json::Number(x) => x.as_f64().map(ParameterValue::Number),
        Json::Bool(on) => Some(ParameterValue::Switch(*on)),
        Json::String(text) => Some(ParameterValue::Text(text.clone())),
        _ => None,
    }
}

/// A number in the shortest form that reads back exactly; nothing for one that is none.
pub fn shortest(x: f64) -> String {
    if x.is_nan() {
        return String::new();
    }
    let text = format!("{x:?}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// A value as people and tables have it, and as `--set` takes it.
pub fn value_text(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Number(x) => shortest(*x),
        ParameterValue::Switch(on) => on.to_string(),
        ParameterValue::Text(text) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn points(span: Interval, count: u64) -> Vec<f64> {
        let values = Values::Range { span, count };
        (0..count)
            .map(|i| match values.at(i) {
                ParameterValue::Number(x) => x,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn ranges_are_what_one_would_write() {
        let linear = Interval { from: 0.0, to: 1.0, log: false };
        assert_eq!(points(linear, 11), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]);
        let down = Interval { from: 2.0, to: 0.5, log: false };
        assert_eq!(points(down, 4), [2.0, 1.5, 1.0, 0.5]);
        let log = Interval { from: 0.01, to: 100.0, log: true };
        assert_eq!(points(log, 5), [0.01, 0.1, 1.0, 10.0, 100.0]);
    }

    #[test]
    fn numbers_are_short() {
        let texts = [5.0, 0.1, 1e-5, 1e300, -0.0, f64::NAN, f64::INFINITY].map(shortest);
        assert_eq!(texts, ["5", "0.1", "1e-5", "1e300", "-0", "", "inf"]);
    }

    proptest! {
        #[test]
        fn a_range_has_its_ends_and_goes_one_way(
            from in 1e-6f64..1e6, to in 1e-6f64..1e6, count in 2u64..40, log: bool
        ) {
            prop_assume!((from / to).ln().abs() > 1e-3);
            let all = points(Interval { from, to, log }, count);
            prop_assert_eq!(all[0], from);
            prop_assert_eq!(all[all.len() - 1], to);
            prop_assert!(all.windows(2).all(|w| (w[0] < w[1]) == (from < to) && w[0] != w[1]));
            // Even steps, of the values or of their logarithms.
            let of = |x: f64| if log { x.ln() } else { x };
            let step = (of(to) - of(from)) / (count - 1) as f64;
            for w in all.windows(2) {
                prop_assert!((of(w[1]) - of(w[0]) - step).abs() < 1e-6 * step.abs().max(1e-6), "{:?}", all);
            }
        }

        #[test]
        fn samples_are_inside_and_do_not_depend_on_their_order(seed: u64, i in 0u64..1 << 30) {
            let parameter = |name: &str| Drawn::Random { seed, axis: "a".into(), parameter: name.into() };
            let (x, y) = (parameter("x"), parameter("y"));
            prop_assert!((0.0..1.0).contains(&x.at(i)));
            prop_assert_eq!(x.at(i), x.at(i));
            prop_assert_ne!(x.at(i), x.at(i + 1));
            prop_assert_ne!(x.at(i), y.at(i));
            let log = Interval { from: 1e-6, to: 1e-2, log: true };
            let value = log.at(x.at(i));
            prop_assert!((1e-6..=1e-2).contains(&value), "{}", value);
        }

        #[test]
        fn shortest_reads_back(x: f64) {
            prop_assume!(x.is_finite());
            prop_assert_eq!(shortest(x).parse::<f64>().unwrap().to_bits(), x.to_bits());
        }
    }
}
