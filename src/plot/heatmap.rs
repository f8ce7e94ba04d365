//! A sweep's heat map: a measure over two swept parameters, the mean of the runs of each combination.
//!
//! Combinations without a value, because their runs failed or the measure is undefined there, are hatched. Where the
//! parameters were drawn at random, every run is a dot of its colour.

use super::axes::{Axis, extent};
use super::curve::x_axis;
use super::page::{Frame, Key, Panel, Sign, hatched};
use super::scene::Shape;
use super::style::{MISSING, map_colour};
use super::table::{Factor, Table};

/// The natural height of a map, points.
const HEIGHT: f64 = 120.0;
/// A map of more values than this, evenly spaced, has an axis of round numbers; else each value is named.
const NAMED: usize = 7;

/// The panels of the measures with these numbers, along two axes.
pub(super) fn panels(table: &Table, measures: &[usize], x: usize, y: usize) -> Vec<Panel<'static>> {
    measures.iter().map(|&measure| panel(table, measure, x, y)).collect()
}

fn panel(table: &Table, measure: usize, x: usize, y: usize) -> Panel<'static> {
    let (across, up) = (&table.axes[x], &table.axes[y]);
    let drawn = across.drawn || up.drawn;
    let (columns, rows) = (Cells::of(across), Cells::of(up));
    let mut means = Vec::new();
    for row in 0..up.count() {
        for column in 0..across.count() {
            let runs = table.at([(x, column), (y, row)]).filter(|r| r.complete);
            let values: Vec<f64> = runs.map(|r| r.values[measure]).filter(|v| v.is_finite()).collect();
            let any = table.at([(x, column), (y, row)]).next().is_some();
            // Of drawn values most pairs are no combination at all.
            if any || !drawn {
                means.push((column, row, values.iter().sum::<f64>() / values.len() as f64));
            }
        }
    }
    let (name, unit) = &table.measures[measure];
    let (low, high) = extent(means.iter().map(|m| m.2)).unwrap_or((0.0, 1.0));
    let colours = Axis::new(name, unit, low, high);
    let scale = colours.clone();
    let colour = move |value: f64| if value.is_finite() { map_colour(scale.share(value)) } else { MISSING };
    let mut key = Vec::new();
    if means.iter().any(|m| !m.2.is_finite()) {
        let text = "no value: failed or undefined".into();
        key.push(Key { sign: if drawn { Sign::Dot(MISSING) } else { Sign::Hatched }, text });
    }
    let places = |factor: &Factor| factor.numbers().map(<[f64]>::to_vec).unwrap_or_default();
    let (xs, ys) = (places(across), places(up));
    let (x_axis, y_axis) =
        if drawn { (x_axis(across), x_axis(up)) } else { (columns.axis.clone(), rows.axis.clone()) };
    Panel {
        heading: String::new(),
        x: x_axis,
        y: y_axis,
        own_x: true,
        grid: false,
        key,
        colours: Some(colours),
        height: HEIGHT,
        draw: Box::new(move |frame: &Frame, out: &mut Vec<Shape>| {
            for &(column, row, value) in &means {
                if drawn {
                    let at =
                        |levels: &[f64], level: usize| levels.get(level).copied().unwrap_or(level as f64);
                    let points = vec![frame.at(at(&xs, column), at(&ys, row))];
                    out.push(Shape::Dots { points, radius: 2.0, colour: colour(value) });
                    continue;
                }
                let (left, right) = (frame.x(columns.edges[column]), frame.x(columns.edges[column + 1]));
                let (bottom, top) = (frame.y(rows.edges[row]), frame.y(rows.edges[row + 1]));
                if value.is_finite() {
                    // Neighbours overlap a little, so that no light seams show between them.
                    let (width, height) = (right - left + 0.5, bottom - top + 0.5);
                    let width = width.min(frame.left + frame.width - left);
                    let height = height.min(frame.top + frame.height - top);
                    out.push(Shape::Rect { at: (left, top), width, height, fill: colour(value) });
                } else {
                    hatched(out, (left, top), right - left, bottom - top);
                }
            }
        }),
    }
}

/// How the values of a parameter share out an axis.
struct Cells {
    axis: Axis,
    /// On the axis: the ends of every cell, one more than there are cells.
    edges: Vec<f64>,
}

impl Cells {
    fn of(factor: &Factor) -> Cells {
        match factor.numbers() {
            Some(values) if values.len() > NAMED => {
                Cells::even(factor, values).unwrap_or_else(|| Cells::named(factor))
            }
            _ => Cells::named(factor),
        }
    }

    /// Each value in words, at cells of one size.
    fn named(factor: &Factor) -> Cells {
        let texts: Vec<String> = (0..factor.count()).map(|level| factor.text(level)).collect();
        let edges = (0..=factor.count()).map(|i| i as f64 - 0.5).collect();
        let axis = Axis { unit: factor.unit.clone(), ..Axis::categories(&factor.name, texts) };
        Cells { axis, edges }
    }

    /// Values in even steps, or in steps of one factor, on an axis of round numbers.
    fn even(factor: &Factor, values: &[f64]) -> Option<Cells> {
        let (low, high) = (*values.first()?, *values.last()?);
        let log = factor.log && low > 0.0;
        let on = |v: f64| if log { v.ln() } else { v };
        let step = (on(high) - on(low)) / (values.len() - 1) as f64;
        let even = |(i, v): (usize, &f64)| (on(*v) - on(low) - i as f64 * step).abs() < 0.02 * step;
        if !values.iter().enumerate().all(even) {
            return None;
        }
        let edge = |i: usize| {
            let at = on(low) + (i as f64 - 0.5) * step;
            if log { at.exp() } else { at }
        };
        let edges: Vec<f64> = (0..=values.len()).map(edge).collect();
        let axis = Axis::new(&factor.name, &factor.unit, edges[0], edges[values.len()]);
        Some(Cells { axis: Axis { log, ..axis }, edges })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::table::Levels;

    fn factor(values: &[f64], log: bool) -> Factor {
        Factor { name: "p".into(), log, levels: Levels::Numbers(values.into()), ..Factor::default() }
    }

    #[test]
    fn even_values_have_round_ticks_and_others_names() {
        let even: Vec<f64> = (0..10).map(f64::from).collect();
        let cells = Cells::of(&factor(&even, false));
        assert!(cells.axis.named.is_none());
        assert_eq!((cells.edges[0], cells.edges[10]), (-0.5, 9.5));
        let powers: Vec<f64> = (0..9).map(|i| 2f64.powi(i)).collect();
        let cells = Cells::of(&factor(&powers, true));
        assert!(cells.axis.log && (cells.edges[0] - 0.5f64.sqrt()).abs() < 1e-12);
        assert!(Cells::of(&factor(&powers, false)).axis.named.is_some());
        assert_eq!(Cells::of(&factor(&[1.0, 2.0], false)).edges, [-0.5, 0.5, 1.5]);
    }
}
