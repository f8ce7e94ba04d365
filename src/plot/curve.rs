//! A sweep's curve: a measure against one swept parameter, a curve for each value of a second one.
//!
//! Runs of one combination differ in their seeds: the curve is their mean, the band goes from the least to the largest (with more than three curves, upright lines). Texts are
//! categories, where every run is a dot and the mean a bar. Values that were drawn at random are dots.

use super::axes::Axis;
use super::page::{Frame, Key, Panel, Sign};
use super::scene::{Point, Shape};
use super::style::{AXIS, SERIES_COUNT, THICK, light, series};
use super::table::{Factor, Table};
use crate::diagnostic::Diagnostic;

/// The natural height of a panel, points.
const HEIGHT: f64 = 88.0;
/// How much of a band's colour is seen.
const BAND: f64 = 0.22;
/// More curves than this have upright lines instead of bands, which would hide each other.
const BANDED: usize = 3;
/// More values than this get no dots on their curve.
const DOTTED: usize = 40;

/// Of one curve at one place.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    /// On the level axis.
    x: f64,
    /// Of the runs that have one.
    values: Vec<f64>,
}

impl Place {
    fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }

    fn least(&self) -> f64 {
        self.values.iter().copied().fold(f64::INFINITY, f64::min)
    }

    fn most(&self) -> f64 {
        self.values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }
}

/// The panels of the measures with these numbers, along one axis, with a curve for each value of another.
///
/// # Errors
/// There would be more curves than colours.
pub(super) fn panels(
    table: &Table,
    measures: &[usize],
    x: usize,
    lines: Option<usize>,
) -> Result<Vec<Panel<'static>>, Diagnostic> {
    if let Some(axis) = lines.map(|l| &table.axes[l]).filter(|axis| axis.count() > SERIES_COUNT) {
        let message =
            format!("`{}` has {} values, more than curves can be told apart", axis.name, axis.count());
        return Err(Diagnostic::error("plot/curves", message)
            .help(format!("take `--kind heatmap`, or one value with `--where {}=VALUE`", axis.name)));
    }
    Ok((measures.iter().enumerate()).map(|(i, &m)| panel(table, m, x, lines, i == 0)).collect())
}

fn panel(table: &Table, measure: usize, x: usize, lines: Option<usize>, first: bool) -> Panel<'static> {
    let factor = &table.axes[x];
    let count = lines.map_or(1, |l| table.axes[l].count());
    let at = |level: usize| factor.numbers().map_or(level as f64, |values| values[level]);
    let curves: Vec<Vec<Place>> = (0..count)
        .map(|line| {
            let place = |level: usize| {
                let mut where_ = vec![(x, level)];
                where_.extend(lines.map(|l| (l, line)));
                let values = table.at(where_).filter(|row| row.complete).map(|row| row.values[measure]);
                Place { x: at(level), values: values.filter(|v| v.is_finite()).collect() }
            };
            (0..factor.count()).map(place).collect()
        })
        .collect();
    let (name, unit) = &table.measures[measure];
    let values = curves.iter().flatten().flat_map(|p| p.values.iter().copied());
    let y = Axis::holding(name, unit, values);
    let key = if first { key(table, factor, lines, &curves) } else { Vec::new() };
    let (numbers, drawn) = (factor.numbers().is_some(), factor.drawn);
    Panel {
        heading: String::new(),
        x: x_axis(factor),
        y,
        own_x: false,
        grid: true,
        key,
        colours: None,
        height: HEIGHT,
        draw: Box::new(move |frame, out| {
            for (i, places) in curves.iter().enumerate() {
                match (numbers, drawn) {
                    (true, false) => draw_curve(frame, out, places, i, curves.len() <= BANDED),
                    (true, true) => draw_dots(frame, out, places, i),
                    (false, _) => draw_categories(frame, out, places, i, curves.len()),
                }
            }
        }),
    }
}

/// The axis of a swept parameter.
pub(super) fn x_axis(factor: &Factor) -> Axis {
    match factor.numbers() {
        None => Axis::categories(&factor.name, (0..factor.count()).map(|l| factor.text(l)).collect()),
        Some(values) if factor.log && values.first().is_some_and(|v| *v > 0.0) => {
            Axis::holding_log(&factor.name, &factor.unit, values.iter().copied())
        }
        Some(values) => {
            let (low, high) = (values.first().copied().unwrap_or(0.0), values.last().copied().unwrap_or(1.0));
            let room = 0.03 * (high - low);
            Axis::new(&factor.name, &factor.unit, low - room, high + room)
        }
    }
}

/// What curves and bands mean.
fn key(table: &Table, factor: &Factor, lines: Option<usize>, curves: &[Vec<Place>]) -> Vec<Key> {
    let mut key = Vec::new();
    let dots = factor.drawn || factor.numbers().is_none();
    if let Some(axis) = lines.map(|l| &table.axes[l]) {
        for line in 0..axis.count() {
            let sign = if dots { Sign::Dot(series(line)) } else { Sign::Line(series(line), THICK) };
            let unit = if axis.unit.is_empty() { String::new() } else { format!(" {}", axis.unit) };
            key.push(Key { sign, text: format!("{} = {}{unit}", axis.name, axis.text(line)) });
        }
    }
    let runs = curves.iter().flatten().map(|p| p.values.len()).max().unwrap_or(0);
    if runs > 1 && factor.numbers().is_none() {
        key.push(Key { sign: Sign::None, text: "dots: runs; bars: means".into() });
    } else if runs > 1 && !factor.drawn {
        // With several curves the sign is of none of them.
        let colour = if lines.is_some() { AXIS } else { series(0) };
        key.push(Key { sign: Sign::Line(colour, THICK), text: format!("mean of {runs} runs") });
        let sign =
            if curves.len() > BANDED { Sign::Marks(vec![light(colour)]) } else { Sign::Band(colour, BAND) };
        key.push(Key { sign, text: "least to largest".into() });
    }
    let failed = table.rows.iter().filter(|row| !row.complete).count();
    if failed > 0 {
        let text = format!("{failed} of {} runs failed", table.rows.len());
        key.push(Key { sign: Sign::None, text });
    }
    key
}

fn draw_curve(frame: &Frame, out: &mut Vec<Shape>, places: &[Place], number: usize, banded: bool) {
    let colour = series(number);
    // Where no run has a value the curve is broken.
    for part in places.split(|p| p.values.is_empty()).filter(|part| !part.is_empty()) {
        let spread = part.iter().filter(|p| p.most() > p.least());
        if banded && part.len() > 1 && spread.clone().next().is_some() {
            let mut band: Vec<Point> = part.iter().map(|p| frame.at(p.x, p.most())).collect();
            band.extend(part.iter().rev().map(|p| frame.at(p.x, p.least())));
            out.push(Shape::Area { points: band, fill: colour, opacity: BAND });
        } else {
            for place in spread {
                let (low, high) = (frame.at(place.x, place.least()), frame.at(place.x, place.most()));
                out.push(Shape::rule(low, high, THICK, light(colour)));
            }
        }
        let means: Vec<Point> = part.iter().map(|p| frame.at(p.x, p.mean())).collect();
        if means.len() > 1 {
            out.push(Shape::curve(means.clone(), THICK * 0.85, colour));
        }
        if places.len() <= DOTTED {
            out.push(Shape::Dots { points: means, radius: 1.3, colour });
        }
    }
}

fn draw_dots(frame: &Frame, out: &mut Vec<Shape>, places: &[Place], number: usize) {
    let each = |p: &Place| p.values.iter().map(|v| frame.at(p.x, *v)).collect::<Vec<_>>();
    let points: Vec<Point> = places.iter().flat_map(each).collect();
    out.push(Shape::Dots { points, radius: 1.1, colour: series(number) });
}

fn draw_categories(frame: &Frame, out: &mut Vec<Shape>, places: &[Place], number: usize, of: usize) {
    // The curves' signs stand beside each other.
    let width = 0.7 / of as f64;
    let aside = (number as f64 - (of as f64 - 1.0) / 2.0) * width;
    for place in places.iter().filter(|p| !p.values.is_empty()) {
        let middle = place.x + aside;
        if place.values.len() > 1 {
            let points = place.values.iter().map(|v| frame.at(middle, *v)).collect();
            out.push(Shape::Dots { points, radius: 1.1, colour: light(series(number)) });
            let (from, to) =
                (frame.at(middle - 0.3 * width, place.mean()), frame.at(middle + 0.3 * width, place.mean()));
            out.push(Shape::rule(from, to, THICK, series(number)));
        } else {
            out.push(Shape::Dots {
                points: vec![frame.at(middle, place.mean())],
                radius: 1.7,
                colour: series(number),
            });
        }
    }
}
