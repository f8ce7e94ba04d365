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
        let mut counts = vec![0.0; BARS];
        for interval in intervals {
            counts[((axis.share(*interval) * BARS as f64) as usize).min(BARS - 1)] += 1.0;
        }
        counts
    };
    let selected = group.selected.as_ref().map(|_| intervals(view, group, |cell| group.stands_out(cell)));
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    let deviation = (all.iter().map(|i| (i - mean).powi(2)).sum::<f64>() / all.len() as f64).sqrt();
    let text = format!(
        "n = {}, mean {} ms, CV {:.2}",
        all.len(),
        ticks::short((mean * 100.0).round() / 100.0),
        deviation / mean
    );
    let mut key = vec![Key { sign: Sign::None, text: format!("{}: {text}", group.population.name) }];
    let mut histograms = Vec::new();
    match (&selected, view.list) {
        (Some(selected), Some(list)) => {
            key.push(Key { sign: Sign::Band(light(group.colour), 1.0), text: "all cells".into() });
            key.push(Key { sign: Sign::Band(group.colour, 1.0), text: format!("cells of “{list}”") });
            histograms.push((light(group.colour), counted(all)));
            histograms.push((group.colour, counted(selected)));
        }
        _ => histograms.push((group.colour, counted(all))),
    }
    let most = extent(histograms[0].1.iter().copied()).map_or(1.0, |(_, most)| most);
    let x = axis.clone();
    Panel {
        heading: String::new(),
        x: axis.clone(),
        y: Axis::holding("intervals", "", [0.0, most]),
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
            for (colour, counts) in &histograms {
                for (i, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0.0) {
                    let (left, top) = (edge(i), frame.y(*count));
                    let (width, height) = (edge(i + 1) - left - 0.3, frame.top + frame.height - top);
                    out.push(Shape::Rect { at: (left, top), width, height, fill: *colour });
                }
            }
        }),
    }
}

/// The intervals of a group's cells in the window, ms.
fn intervals(view: &View, group: &Group, wanted: impl Fn(usize) -> bool) -> Vec<f64> {
    let trains = group.population.trains.iter().enumerate().filter(|(cell, _)| wanted(*cell));
    trains.flat_map(|(_, train)| view.within(train).windows(2).map(|pair| pair[1] - pair[0])).collect()
}
