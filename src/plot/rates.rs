//! Rates over time: thin curves of the cells that stand out, thick ones of the means.
//!
//! A rate is the sum of normal curves, one for each spike; their standard deviation is said in the key.

use super::axes::{Axis, extent};
use super::page::{Key, Panel, Sign};
use super::scene::Shape;
use super::smooth::Grid;
use super::style::{THICK, THIN, light};
use super::ticks;
use super::view::View;

/// Points of a curve.
const POINTS: usize = 400;
/// So many cells of a population are drawn by themselves; of more, the mean alone says more.
const FEW: usize = 60;
/// The natural height of the panel, points.
const HEIGHT: f64 = 85.0;

/// The curves of one population.
struct Curves {
    thin: Vec<Vec<f64>>,
    mean: Vec<f64>,
}

/// The rates of a view. `width`: standard deviation of the smoothing, ms.
pub(super) fn panel<'a>(view: &'a View<'a>, width: f64) -> Panel<'a> {
    let grid = Grid::new(view.from, view.to, POINTS);
    // Of a list there are the cells that stand out; else every population has its mean. Lone cells are in the raster.
    let groups: Vec<_> = view.groups.iter().filter(|g| view.list.is_none() || g.selected.is_some()).collect();
    let mut all = Vec::new();
    let mut key = Vec::new();
    for group in groups {
        let cells: Vec<usize> = group.selected.clone().unwrap_or_else(|| (0..group.count()).collect());
        let draws_cells = group.selected.is_some() || (cells.len() <= FEW && cells.len() > 1);
        let (mut thin, mut mean) = (Vec::new(), vec![0.0; grid.count]);
        for cell in &cells {
            let mut rate = vec![0.0; grid.count];
            grid.add_smoothed(&group.population.trains[*cell], width, &mut rate);
            mean.iter_mut().zip(&rate).for_each(|(sum, r)| *sum += r / cells.len() as f64);
            if draws_cells {
                thin.push(rate);
            }
        }
        let name = &group.population.name;
        let what = match (view.list, cells.len()) {
            (Some(list), n) => format!("{name}: mean of {n} cells of “{list}”"),
            (None, 1) => name.clone(),
            (None, n) => format!("{name}: mean of {n} cells"),
        };
        key.push(Key { sign: Sign::Line(group.colour, THICK), text: what });
        all.push((group.colour, Curves { thin, mean }));
    }
    let smoothing = format!("smoothed over {} ms", ticks::short(width));
    let thin = all.iter().any(|(_, curves)| !curves.thin.is_empty());
    key.push(Key {
        sign: Sign::None,
        text: if thin { format!("thin: each cell; {smoothing}") } else { smoothing },
    });
    let values = all.iter().flat_map(|(_, c)| c.thin.iter().chain([&c.mean]).flatten().copied());
    let most = extent(values).map_or(0.0, |(_, high)| high);
    Panel {
        heading: String::new(),
        x: Axis::time(view.from, view.to),
        y: Axis::holding("rate", "Hz", [0.0, if most > 0.0 { most } else { 1.0 }]),
        own_x: false,
        grid: true,
        key,
        colours: None,
        height: HEIGHT,
        draw: Box::new(move |frame, out| {
            let curve = |rate: &[f64]| -> Vec<(f64, f64)> {
                rate.iter().enumerate().map(|(i, r)| frame.at(grid.time(i), *r)).collect()
            };
            for (colour, curves) in &all {
                for rate in &curves.thin {
                    out.push(Shape::curve(curve(rate), THIN, light(*colour)));
                }
            }
            for (colour, curves) in &all {
                out.push(Shape::curve(curve(&curves.mean), THICK, *colour));
            }
        }),
    }
}
