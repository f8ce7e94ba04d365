//! Plots of a sweep: which kind fits it, and along which of its parameters.

use std::path::Path;

use super::table::{Factor, Table};
use super::{Figure, Look, curve, heatmap};
use crate::diagnostic::Diagnostic;

/// A plot of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SweepKind {
    /// Measures against one parameter.
    Curve,
    /// A measure over two parameters.
    Heatmap,
}

impl SweepKind {
    /// As it is typed, and the name of its file.
    pub fn name(self) -> &'static str {
        match self {
            SweepKind::Curve => "curve",
            SweepKind::Heatmap => "heatmap",
        }
    }
}

/// What of a sweep is to be seen, and how.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SweepOptions {
    /// These measures; empty: all, up to [`MOST`].
    pub measures: Vec<String>,
    /// The parameter along the level axis.
    pub x: Option<String>,
    /// Of a heat map the parameter along the upright axis, of a curve the one with a curve for each of its values.
    pub y: Option<String>,
    /// Only runs at which these parameters have these values.
    pub only: Vec<(String, String)>,
    /// Units of parameters or measures, which the sweep does not know or which read better.
    pub units: Vec<(String, String)>,
    /// How the page looks.
    pub look: Look,
}

/// Measures that are drawn when none is named.
const MOST: usize = 4;
/// A second parameter of at least so many numbers makes a heat map, one of fewer a curve each.
const MAP_FROM: usize = 4;

/// Plots a sweep's folder; without a kind, the one that fits its parameters.
///
/// # Errors
/// There are no results, or they do not have what the plot needs.
pub fn plot_sweep(
    folder: &Path,
    kind: Option<SweepKind>,
    options: &SweepOptions,
) -> Result<(SweepKind, Figure), Diagnostic> {
    let mut table = Table::open(folder)?;
    for (name, unit) in &options.units {
        table.set_unit(name, unit)?;
    }
    for (name, value) in &options.only {
        table.keep(name, value)?;
    }
    let mut notes = Vec::new();
    let measures = measures(&table, options, &mut notes)?;
    let wanted = |name: &Option<String>| name.as_deref().map(|n| table.axis(n)).transpose();
    let (x, y) = (wanted(&options.x)?, wanted(&options.y)?);
    // An axis with one value needs no room, unless somebody asks for it.
    let varied: Vec<usize> = (0..table.axes.len())
        .filter(|&a| table.axes[a].count() > 1 || Some(a) == x || Some(a) == y)
        .collect();
    let kind = kind.unwrap_or_else(|| fitting(&table, &varied, y));
    let (x, y) = choose(&table, &varied, kind, x, y)?;
    let left: Vec<&Factor> = varied
        .iter()
        .filter(|&&a| a != x && Some(a) != y)
        .map(|&a| &table.axes[a])
        .filter(|a| !a.drawn)
        .collect();
    if let Some(other) = left.first() {
        let names: Vec<&str> = left.iter().map(|a| a.name.as_str()).collect();
        let message =
            format!("the sweep varies {} too, which this plot does not show", super::quoted(&names));
        return Err(Diagnostic::error("plot/axes", message).help(format!(
            "choose one of its values, as with `--where {}={}`",
            other.name,
            other.text(0)
        )));
    }
    let undefined =
        |row: &&super::table::Row| row.complete && measures.iter().any(|&m| !row.values[m].is_finite());
    let undefined = table.rows.iter().filter(undefined).count();
    if undefined > 0 {
        notes.push(format!("in {undefined} of {} runs a measure has no value", table.rows.len()));
    }
    let panels = match (kind, y) {
        (SweepKind::Heatmap, Some(y)) => heatmap::panels(&table, &measures, x, y),
        _ => curve::panels(&table, &measures, x, y)?,
    };
    Ok((kind, Figure::new(&options.look, &table.name, &panels, notes)?))
}

/// The measures to draw, by number.
fn measures(
    table: &Table,
    options: &SweepOptions,
    notes: &mut Vec<String>,
) -> Result<Vec<usize>, Diagnostic> {
    if table.measures.is_empty() {
        let error = Diagnostic::error("plot/measure", "the sweep has no measures");
        return Err(error.help("name some under `[measures]` in its file, and run it again"));
    }
    if !options.measures.is_empty() {
        return options.measures.iter().map(|name| table.measure(name)).collect();
    }
    if table.measures.len() > MOST {
        let others: Vec<&str> = table.measures[MOST..].iter().map(|(name, _)| name.as_str()).collect();
        notes.push(format!("not drawn: {}; name measures with `--measure`", super::quoted(&others)));
    }
    Ok((0..table.measures.len().min(MOST)).collect())
}

/// The kind that fits what was varied.
fn fitting(table: &Table, varied: &[usize], y: Option<usize>) -> SweepKind {
    let large = |axis: &Factor| axis.numbers().is_some() && axis.count() >= MAP_FROM;
    match varied {
        [a, b] if large(&table.axes[*a]) && large(&table.axes[*b]) => SweepKind::Heatmap,
        _ if y.is_some_and(|y| large(&table.axes[y])) => SweepKind::Heatmap,
        _ => SweepKind::Curve,
    }
}

/// The axes of the plot.
fn choose(
    table: &Table,
    varied: &[usize],
    kind: SweepKind,
    x: Option<usize>,
    y: Option<usize>,
) -> Result<(usize, Option<usize>), Diagnostic> {
    if x.is_some() && x == y {
        return Err(Diagnostic::error("plot/axes", "`--x` and `--y` name the same parameter"));
    }
    let rest: Vec<usize> = varied.iter().copied().filter(|&a| Some(a) != x && Some(a) != y).collect();
    // What has the most values goes along the level axis, numbers before texts; of equals the later one, which the plan changes faster.
    let rank = |&a: &usize| {
        let axis = &table.axes[a];
        (axis.numbers().is_some() && axis.count() > 2, axis.count(), a)
    };
    let Some(x) = x.or_else(|| rest.iter().copied().max_by_key(rank)) else {
        return Err(Diagnostic::error("plot/axes", "nothing is varied in these runs")
            .help("a curve needs a parameter with two values or more under `[vary]`"));
    };
    let mut rest = rest.into_iter().filter(|&a| a != x && !(kind == SweepKind::Curve && table.axes[a].drawn));
    let y = y.or_else(|| rest.next());
    if kind == SweepKind::Heatmap && y.is_none() {
        let message =
            format!("a heat map needs two parameters, and here only `{}` varies", table.axes[x].name);
        return Err(Diagnostic::error("plot/axes", message).help("take `--kind curve`"));
    }
    Ok((x, y))
}
