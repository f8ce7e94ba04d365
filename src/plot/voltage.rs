//! Recorded values over time: a panel for each report, a curve for each place.

use std::path::{Path, PathBuf};

use super::axes::Axis;
use super::page::{Frame, Key, Panel, Sign};
use super::scene::{Point, Shape};
use super::style::{SERIES_COUNT, series};
use super::view::View;
use crate::diagnostic::Diagnostic;
use crate::record::{ReportFile, Trace, read_report};

/// So many curves of a report are drawn: as many as there are colours.
const MOST: usize = SERIES_COUNT;
/// The natural height of a panel, points.
const HEIGHT: f64 = 62.0;
/// Width of a curve, points.
const WIDTH: f64 = 0.8;

/// The reports of a run's folder that are of the wanted populations (empty: all), by name, each with its name.
///
/// # Errors
/// There is none, or one cannot be read.
pub(super) fn read(folder: &Path, populations: &[String]) -> Result<Vec<(String, ReportFile)>, Diagnostic> {
    let mut reports = Vec::new();
    for (name, path) in files(folder) {
        let report = read_report(&path, MOST).map_err(|e| e.diagnostic())?;
        if populations.is_empty() || populations.contains(&report.population) {
            reports.push((name, report));
        }
    }
    if !reports.is_empty() {
        return Ok(reports);
    }
    let of =
        if populations.is_empty() { String::new() } else { format!(" of {}", super::quoted(populations)) };
    let message = format!("`{}` holds no reports{of}", folder.display());
    Err(Diagnostic::error("plot/report", message).help(
        "record something: a `[record.NAME]` in the network's description, such as `variable = \"v\"`, and run it again",
    ))
}

/// Whether a folder has reports.
pub(super) fn any(folder: &Path) -> bool {
    !files(folder).is_empty()
}

/// The reports in a folder, finished ones before those that are not.
fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        let Some(file) = path.file_name().and_then(|n| n.to_str()) else { continue };
        let name = file.strip_suffix(".h5").or_else(|| file.strip_suffix(".h5.part"));
        if let Some(name) = name.filter(|n| *n != "spikes") {
            found.push((name.to_owned(), path));
        }
    }
    found.sort();
    found.dedup_by(|later, first| later.0 == first.0);
    found
}

/// The panels of a view.
///
/// # Errors
/// A report has nothing in the window.
pub(super) fn panels<'a>(
    view: &View,
    reports: &'a [(String, ReportFile)],
) -> Result<Vec<Panel<'a>>, Diagnostic> {
    reports.iter().map(|(name, report)| panel(view, name, report)).collect()
}

fn panel<'a>(view: &View, name: &str, report: &'a ReportFile) -> Result<Panel<'a>, Diagnostic> {
    let samples = report.traces.first().map_or(0, |t| t.values.len());
    let inside = |i: &usize| (view.from..=view.to).contains(&report.time(*i));
    let (first, count) = match (0..samples).find(inside) {
        Some(first) => (first, (first..samples).take_while(inside).count()),
        None => {
            let message = format!("the report `{name}` has no values from {} to {} ms", view.from, view.to);
            return Err(Diagnostic::error("plot/window", message));
        }
    };
    let window = first..first + count;
    let values = report.traces.iter().flat_map(|t| t.values[window.clone()].iter().copied());
    let quantity = match report.variable.as_str() {
        "" => "value",
        "v" => "potential",
        variable => variable,
    };
    let mut key: Vec<Key> = (report.traces.iter().enumerate())
        .map(|(i, trace)| Key { sign: Sign::Line(series(i), 1.2), text: place(report, trace) })
        .collect();
    if report.columns > report.traces.len() {
        let text = format!("the first {} of {} curves", report.traces.len(), report.columns);
        key.push(Key { sign: Sign::None, text });
    }
    let heading = if key.len() == 1 { format!("{name}: {}", key[0].text) } else { name.to_owned() };
    Ok(Panel {
        heading,
        x: Axis::time(view.from, view.to),
        y: Axis::holding(quantity, &report.unit, values),
        own_x: false,
        grid: true,
        key: if key.len() > 1 { key } else { Vec::new() },
        colours: None,
        height: HEIGHT,
        draw: Box::new(move |frame, out| {
            for (i, trace) in report.traces.iter().enumerate() {
                let points = curve(frame, report, trace, window.clone());
                out.push(Shape::curve(points, WIDTH, series(i)));
            }
        }),
    })
}

/// Where a trace was recorded, as short as it is clear.
fn place(report: &ReportFile, trace: &Trace) -> String {
    let same_section = report.traces.iter().all(|t| t.section == trace.section);
    let same_position = report.traces.iter().all(|t| t.position == trace.position);
    if same_section && same_position {
        return format!("{} {}", report.population, trace.cell);
    }
    format!("{} {}, section {} ({})", report.population, trace.cell, trace.section, trace.position)
}

/// A trace's curve, of which every place of the paper has at most its first, lowest, highest and last value: what is seen stays.
fn curve(frame: &Frame, report: &ReportFile, trace: &Trace, window: std::ops::Range<usize>) -> Vec<Point> {
    const PLACE: f64 = 0.3;
    let at = |i: usize| frame.at(report.time(i), trace.values[i]);
    let finite = window.filter(|&i| trace.values[i].is_finite());
    let mut out: Vec<Point> = Vec::new();
    let mut column: Vec<usize> = Vec::new();
    let close = |column: &mut Vec<usize>, out: &mut Vec<Point>| {
        let value = |i: &&usize| trace.values[**i];
        let low = column.iter().min_by(|a, b| value(a).total_cmp(&value(b))).copied();
        let high = column.iter().max_by(|a, b| value(a).total_cmp(&value(b))).copied();
        let mut kept: Vec<usize> =
            [column.first().copied(), low, high, column.last().copied()].into_iter().flatten().collect();
        kept.sort_unstable();
        kept.dedup();
        out.extend(kept.into_iter().map(at));
        column.clear();
    };
    let mut current = None;
    for i in finite {
        let number = ((frame.x(report.time(i)) - frame.left) / PLACE) as i64;
        if current != Some(number) {
            close(&mut column, &mut out);
            current = Some(number);
        }
        column.push(i);
    }
    close(&mut column, &mut out);
    out
}
