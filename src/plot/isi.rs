//! Intervals between the spikes of a cell: a histogram for each population.

use super::axes::{Axis, extent};
use super::page::{Key, Panel, Sign};
use super::scene::Shape;
use super::style::light;
use super::ticks;
use super::view::{Group, View};
use crate::diagnostic::Diagnostic;

/// Bars of a histogram.
const BARS: usize = 40;
/// Intervals that span more than this factor are counted in bars of equal factors.
const WIDE: f64 = 30.0;
/// Width of the outline of the list's histogram, points.
const OUTLINE: f64 = 0.9;
/// The natural height of a panel, points.
const HEIGHT: f64 = 52.0;

/// The panels of the populations that have intervals.
///
/// # Errors
/// No cell fired twice.
pub(super) fn panels<'a>(view: &'a View) -> Result<Vec<Panel<'a>>, Diagnostic> {
    let with: Vec<(&Group, Vec<f64>)> = view
        .groups
        .iter()
        .map(|g| (g, intervals(view, g, |_| true)))
        .filter(|(_, all)| !all.is_empty())
        .collect();
    let Some((low, high)) = extent(with.iter().flat_map(|(_, all)| all.iter().copied())) else {
        let message = format!("no cell fired twice from {} to {} ms", view.from, view.to);
        return Err(
            Diagnostic::error("plot/spikes", message).note("an interval needs two spikes of one cell")
        );
    };
    let log = low > 0.0 && high / low > WIDE;
    let axis = if log {
        Axis::holding_log("interval", "ms", [low, high])
    } else {
        Axis::holding("interval", "ms", [0.0, high])
    };
    Ok(with.into_iter().map(|(group, all)| panel(view, group, &all, &axis)).collect())
}

fn panel<'a>(view: &View, group: &'a Group, all: &[f64], axis: &Axis) -> Panel<'a> {
    let counted = |intervals: &[f64]| {
        let mut shares = vec![0.0; BARS];
        for interval in intervals {
            let bar = (axis.share(*interval) * BARS as f64) as usize;
            shares[bar.min(BARS - 1)] += 100.0 / intervals.len() as f64;
        }
        shares
    };
    let selected = group.selected.as_ref().map(|_| intervals(view, group, |cell| group.stands_out(cell)));
    let mut key = vec![Key {
        sign: Sign::Band(light(group.colour), 1.0),
        text: format!("{}: {}", group.population.name, in_words(all)),
    }];
    let bars = counted(all);
    let mut outline = None;
    if let (Some(selected), Some(list)) = (selected.filter(|s| !s.is_empty()), view.list) {
        let text = format!("of “{list}”: {}", in_words(&selected));
        key.push(Key { sign: Sign::Line(group.colour, OUTLINE), text });
        outline = Some(counted(&selected));
    }
    let most = extent(bars.iter().chain(outline.iter().flatten()).copied()).map_or(1.0, |(_, most)| most);
    let x = axis.clone();
    Panel {
        heading: String::new(),
        x: axis.clone(),
        y: Axis::holding("intervals", "%", [0.0, most]),
        own_x: false,
        grid: true,
        key,
        colours: None,
        height: HEIGHT,
        draw: Box::new(move |frame, out| {
            let edge = |i: usize| {
                let share = i as f64 / BARS as f64;
                frame.x(if x.log {
                    x.from * (x.to / x.from).powf(share)
                } else {
                    x.from + share * (x.to - x.from)
                })
            };
            for (i, share) in bars.iter().enumerate().filter(|(_, share)| **share > 0.0) {
                let (left, top) = (edge(i), frame.y(*share));
                let (width, height) = (edge(i + 1) - left - 0.3, frame.top + frame.height - top);
                out.push(Shape::Rect { at: (left, top), width, height, fill: light(group.colour) });
            }
            if let Some(shares) = &outline {
                let mut points = vec![(edge(0), frame.y(0.0))];
                for (i, share) in shares.iter().enumerate() {
                    points.extend([(edge(i), frame.y(*share)), (edge(i + 1), frame.y(*share))]);
                }
                points.push((edge(BARS), frame.y(0.0)));
                out.push(Shape::curve(points, OUTLINE, group.colour));
            }
        }),
    }
}

/// Number, mean and coefficient of variation of some intervals.
fn in_words(intervals: &[f64]) -> String {
    let count = intervals.len() as f64;
    let mean = intervals.iter().sum::<f64>() / count;
    let deviation = (intervals.iter().map(|i| (i - mean).powi(2)).sum::<f64>() / count).sqrt();
    let mean_text = ticks::short((mean * 100.0).round() / 100.0);
    format!("n = {}, mean {mean_text} ms, CV {:.2}", intervals.len(), deviation / mean)
}

/// The intervals of a group's cells in the window, ms.
fn intervals(view: &View, group: &Group, wanted: impl Fn(usize) -> bool) -> Vec<f64> {
    let trains = group.population.trains.iter().enumerate().filter(|(cell, _)| wanted(*cell));
    trains.flat_map(|(_, train)| view.within(train).windows(2).map(|pair| pair[1] - pair[0])).collect()
}
