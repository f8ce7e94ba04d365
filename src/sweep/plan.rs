//! The plan: which runs a sweep has, by number.
//!
//! In: axes, repeats and the first seed. Out: for each run from 0 to [`Plan::runs`] its parameters and its seed. The runs are the product of the axes, the
//! last one the fastest, and of each combination all repeats follow each other, with the seeds `seed`, `seed + 1`, and so on. A plan follows from the sweep file
//! (and the network's own seed) alone; a run is worked out when it is asked for, so a plan is counted before anything is made of it.

use super::axes::{Axis, Parameter};
use super::values::value_text;
use crate::diagnostic::Diagnostic;
use crate::network::ParameterValue;

/// Runs that one sweep may have.
pub const MOST_RUNS: u64 = 10_000_000;

/// All runs of a sweep.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Axes, the last one the fastest.
    pub axes: Vec<Axis>,
    /// Runs of every combination.
    pub repeats: u64,
    /// Seed of the first run of a combination.
    pub seed: u64,
}

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// From 0 on, in the order of the plan.
    pub number: u64,
    /// Keys every random stream.
    pub seed: u64,
    /// Values of the varied parameters, and labels, in the order of [`Plan::columns`].
    pub values: Vec<ParameterValue>,
}

impl Plan {
    /// Number of combinations, however many they are.
    pub fn combinations(&self) -> f64 {
        self.axes.iter().map(|axis| axis.points as f64).product()
    }

    /// Number of runs.
    pub fn runs(&self) -> u64 {
        self.axes.iter().map(|axis| axis.points).product::<u64>() * self.repeats
    }

    /// Refuses a plan of more runs than one sweep may have.
    pub(super) fn check(&self) -> Result<(), Diagnostic> {
        let count = self.axes.iter().try_fold(self.repeats, |n, axis| n.checked_mul(axis.points));
        if count.is_some_and(|n| n <= MOST_RUNS) {
            return Ok(());
        }
        let runs = many(self.combinations() * self.repeats as f64);
        let message =
            format!("this sweep has {runs} runs, and one sweep can have {} at most", many(MOST_RUNS as f64));
        let mut error = Diagnostic::error("sweep/too-many", message);
        for axis in &self.axes {
            if let Some(parameter) = axis.parameters.first() {
                error = error.at(parameter.key, format!("{} points", many(axis.points as f64)));
            }
        }
        if self.repeats > 1 {
            error = error.note(format!("each combination is repeated {} times", self.repeats));
        }
        Err(error.help(
            "give the axes fewer points, let parameters go together (`zip`), or draw points in the box that they span: `sample = \"sobol\"` with a `count`",
        ))
    }

    /// Names of the columns that say what a run is, axis by axis: the parameters, and before those of an axis with labels the axis.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.axes.iter().flat_map(|axis| {
            let label = axis.labels.iter().map(|_| axis.name.as_str());
            label.chain(axis.parameters.iter().map(|p| p.name.as_str()))
        })
    }

    /// Run number `number`, which is under [`Plan::runs`].
    pub fn run(&self, number: u64) -> Run {
        let points = self.points(number / self.repeats);
        let values = self.axes.iter().zip(points).flat_map(|(axis, i)| {
            // There is a label for each point.
            let label = axis.labels.iter().map(move |l| ParameterValue::Text(l.texts[i as usize].clone()));
            label.chain(axis.parameters.iter().map(move |p| p.values.at(i)))
        });
        Run { number, seed: self.seed + number % self.repeats, values: values.collect() }
    }

    /// Where a combination stands on each axis.
    pub(super) fn points(&self, mut combination: u64) -> Vec<u64> {
        let mut points = vec![0; self.axes.len()];
        for (point, axis) in points.iter_mut().zip(&self.axes).rev() {
            *point = combination % axis.points;
            combination /= axis.points;
        }
        points
    }

    /// A run's parameters as `--set` takes them.
    pub(super) fn settings(&self, number: u64) -> Vec<(String, String)> {
        let points = self.points(number / self.repeats);
        let axes = self.axes.iter().zip(points);
        let of = |(axis, i): (&'_ Axis, u64)| {
            let setting = |p: &Parameter| (p.name.clone(), value_text(&p.values.at(i)));
            axis.parameters.iter().map(setting).collect::<Vec<_>>()
        };
        axes.flat_map(of).collect()
    }
}

/// A count as people read it: `2 000 000`, or `8.92e43`.
fn many(count: f64) -> String {
    if count >= 1e15 {
        return format!("{count:.2e}");
    }
    let digits = format!("{count:.0}");
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::values::{Interval, Values};
    use super::*;
    use crate::diagnostic::{SourceId, Span};

    /// Axes with so many points; every second one zips two parameters.
    fn plan(points: &[u64], repeats: u64) -> Plan {
        let place = Span::new(SourceId(0), 0, 0);
        let parameter = |name: String, offset: u64, n: u64| Parameter {
            name,
            key: place,
            place,
            // Of a large axis nothing is expanded, and its ends matter to nobody here.
            values: match n {
                0..100 => Values::List((0..n).map(|i| ParameterValue::Number((i + offset) as f64)).collect()),
                _ => Values::Range { span: Interval { from: 0.0, to: 1.0, log: false }, count: n },
            },
        };
        let axis = |(a, &n): (usize, &u64)| {
            let mut parameters = vec![parameter(format!("p{a}"), 0, n)];
            if a % 2 == 1 {
                parameters.push(parameter(format!("q{a}"), 100, n));
            }
            Axis { name: format!("a{a}"), parameters, points: n, zip: a % 2 == 1, labels: None }
        };
        Plan { axes: points.iter().enumerate().map(axis).collect(), repeats, seed: 7 }
    }

    proptest! {
        #[test]
        fn runs_are_the_product_in_order(
            points in proptest::collection::vec(1u64..5, 0..5), repeats in 1u64..4
        ) {
            let plan = plan(&points, repeats);
            prop_assert_eq!(plan.runs(), points.iter().product::<u64>() * repeats);
            // Nested loops, written out.
            let mut expected: Vec<Vec<f64>> = vec![Vec::new()];
            for (a, &n) in points.iter().enumerate() {
                expected = expected.iter().flat_map(|row| (0..n).map(move |i| {
                    let mut row = row.clone();
                    row.push(i as f64);
                    if a % 2 == 1 { row.push(i as f64 + 100.0); }
                    row
                })).collect();
            }
            for number in 0..plan.runs() {
                let run = plan.run(number);
                prop_assert_eq!(run.seed, 7 + number % repeats);
                let row: Vec<ParameterValue> =
                    expected[(number / repeats) as usize].iter().map(|&x| ParameterValue::Number(x)).collect();
                prop_assert_eq!(run.values, row);
            }
        }
    }

    #[test]
    fn a_plan_is_counted_before_it_is_made() {
        assert!(plan(&[1000, 1000], 10).check().is_ok());
        let said = plan(&[1000, 1000], 11).check().unwrap_err();
        assert!(said.message.contains("11 000 000 runs"), "{}", said.message);
        let said = plan(&[u32::MAX.into(), u32::MAX.into(), u32::MAX.into()], 1 << 50).check().unwrap_err();
        assert!(said.message.contains("8.92e43 runs"), "{}", said.message);
    }
}
