//! Synchrony over time: which share of the cells fires within a few milliseconds, and when the lone cells fire.
//!
//! Cells that fire in step make the share rise to one for a moment, and fall between their volleys; cells that fire at the same rate
//! out of step keep it level.

use super::axes::Axis;
use super::page::{Key, Panel, Sign};
use super::scene::Shape;
use super::smooth::Grid;
use super::style::THICK;
use super::view::{Group, View};
use crate::diagnostic::Diagnostic;

/// Points of a curve.
const POINTS: usize = 1000;
/// Cells that fire within so many ms count as firing together.
const TOGETHER: f64 = 5.0;
/// The natural height of the panel, points.
const HEIGHT: f64 = 46.0;

/// The share of cells that fire together, a panel for each population: of the list's cells, else of all.
///
/// # Errors
/// No population has two cells.
pub(super) fn panels<'a>(view: &'a View<'a>) -> Result<Vec<Panel<'a>>, Diagnostic> {
    let of = |g: &&Group| if view.list.is_some() { g.selected.is_some() } else { g.count() > 1 };
    let groups: Vec<&Group> = view.groups.iter().filter(of).collect();
    if groups.is_empty() {
        let error = Diagnostic::error("plot/cells", "synchrony needs a population of two cells or more");
        return Err(error.help("leave `--population` out, or plot `--kind raster`"));
    }
    Ok(groups.into_iter().map(|group| panel(view, group)).collect())
}

fn panel<'a>(view: &View, group: &'a Group) -> Panel<'a> {
    let grid = Grid::new(view.from, view.to, POINTS);
    let cells: Vec<usize> = group.selected.clone().unwrap_or_else(|| (0..group.count()).collect());
    let trains: Vec<&[f64]> = cells.iter().map(|&cell| view.within(&group.population.trains[cell])).collect();
    let name = &group.population.name;
    let what = match view.list {
        Some(list) => {
            format!("{name}: share of {} cells of “{list}” firing within {TOGETHER} ms", cells.len())
        }
        None => format!("{name}: share of {} cells firing within {TOGETHER} ms", cells.len()),
    };
    let curve = together(&trains, &grid);
    Panel {
        heading: String::new(),
        x: Axis::time(view.from, view.to),
        y: Axis::new("share", "%", 0.0, 100.0),
        own_x: false,
        grid: true,
        key: vec![Key { sign: Sign::None, text: what }],
        colours: None,
        height: HEIGHT,
        draw: Box::new(move |frame, out| {
            let points = curve.iter().enumerate().map(|(i, share)| frame.at(grid.time(i), 100.0 * share));
            out.push(Shape::curve(points.collect(), THICK * 0.6, group.colour));
        }),
    }
}

/// At each point of the grid the share of the trains that have a spike within half of [`TOGETHER`] of it.
fn together(trains: &[&[f64]], grid: &Grid) -> Vec<f64> {
    let mut counts = vec![0usize; grid.count];
    for train in trains {
        let mut next = 0;
        for time in *train {
            let (first, end) = grid.span(time - TOGETHER / 2.0, time + TOGETHER / 2.0);
            for count in counts.iter_mut().take(end).skip(first.max(next)) {
                *count += 1;
            }
            next = next.max(end);
        }
    }
    counts.into_iter().map(|n| n as f64 / trains.len().max(1) as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_counts_once_however_often_it_fires() {
        let grid = Grid::new(0.0, 100.0, 101);
        let share = together(&[&[50.0, 51.0, 52.0], &[51.0], &[], &[90.0]], &grid);
        assert_eq!((share[40], share[51], share[53], share[54], share[90]), (0.0, 0.5, 0.5, 0.25, 0.25));
    }
}
