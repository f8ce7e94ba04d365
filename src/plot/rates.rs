//! Rates over time: thin curves of the cells that stand out, thick ones of the means.
//!
//! A rate is the sum of normal curves, one for each spike; their standard deviation is said in the key. Populations whose cells are
//! drawn have a panel each, as their curves would hide each other; the means of all others share one.

use super::axes::{Axis, extent};
use super::page::{Key, Panel, Sign};
use super::scene::Shape;
use super::smooth::{Grid, recorded_share};
use super::style::{Colour, THICK, THIN, light};
use super::ticks;
use super::view::{Group, View};

/// Points of a curve.
const POINTS: usize = 400;
/// So many cells of a population are drawn by themselves; of more, the mean alone says more.
const FEW: usize = 60;
/// The natural height of a panel, points.
const HEIGHT: f64 = 62.0;

/// The curves of one population.
struct Curves {
    name: String,
    colour: Colour,
    thin: Vec<Vec<f64>>,
    mean: Vec<f64>,
}

/// The rates of a view. `width`: standard deviation of the smoothing, ms; `until`: end of the recording, ms. With `brief` only the
/// populations of the list, where there is one.
pub(super) fn panels<'a>(view: &'a View<'a>, width: f64, until: f64, brief: bool) -> Vec<Panel<'a>> {
    let grid = Grid::new(view.from, view.to, POINTS);
    let share = recorded_share(&grid, width, until);
    let shown = |g: &&Group| !brief || view.list.is_none() || g.selected.is_some();
    let curves = view.groups.iter().filter(shown).map(|group| curves(view, group, &grid, width, &share));
    let (each, means): (Vec<Curves>, Vec<Curves>) = curves.partition(|c| !c.thin.is_empty());
    let mut sets: Vec<Vec<Curves>> = each.into_iter().map(|c| vec![c]).collect();
    if !means.is_empty() {
        sets.push(means);
    }
    // The cells of a list are compared: their panels have one axis.
    let most = extent(
        sets.iter()
            .filter(|s| !s[0].thin.is_empty())
            .flatten()
            .flat_map(|c| c.thin.iter().flatten().copied()),
    );
    let smoothing = format!("smoothed over {} ms", ticks::short(width));
    let panel = |(i, set): (usize, Vec<Curves>)| {
        let own = extent(set.iter().flat_map(|c| c.mean.iter().copied())).map_or(0.0, |(_, high)| high);
        let high = if set[0].thin.is_empty() { own } else { most.map_or(own, |(_, high)| high) };
        let mut key: Vec<Key> =
            set.iter().map(|c| Key { sign: Sign::Line(c.colour, THICK), text: c.name.clone() }).collect();
        match (set[0].thin.is_empty(), i == 0) {
            (true, true) => key.push(Key { sign: Sign::None, text: smoothing.clone() }),
            (false, true) => {
                key.push(Key { sign: Sign::None, text: format!("thin: each cell; {smoothing}") })
            }
            _ => {}
        }
        let grid = grid.clone();
        Panel {
            heading: String::new(),
            x: Axis::time(view.from, view.to),
            y: Axis::holding("rate", "Hz", [0.0, if high > 0.0 { high } else { 1.0 }]),
            own_x: false,
            grid: true,
            key,
            colours: None,
            height: HEIGHT,
            draw: Box::new(move |frame, out| {
                let curve = |rate: &[f64]| -> Vec<(f64, f64)> {
                    rate.iter().enumerate().map(|(i, r)| frame.at(grid.time(i), *r)).collect()
                };
                for rate in set.iter().flat_map(|c| &c.thin) {
                    out.push(Shape::curve(curve(rate), THIN, light(set[0].colour)));
                }
                for one in &set {
                    out.push(Shape::curve(curve(&one.mean), THICK, one.colour));
                }
            }),
        }
    };
    sets.into_iter().enumerate().map(panel).collect()
}

/// The curves of a population: of the cells that stand out, else of all, if they are few.
fn curves(view: &View, group: &Group, grid: &Grid, width: f64, share: &[f64]) -> Curves {
    let cells: Vec<usize> = group.selected.clone().unwrap_or_else(|| (0..group.count()).collect());
    let draws_cells =
        group.selected.is_some() || (view.list.is_none() && cells.len() <= FEW && cells.len() > 1);
    let (mut thin, mut mean) = (Vec::new(), vec![0.0; grid.count]);
    for cell in &cells {
        let mut rate = vec![0.0; grid.count];
        grid.add_smoothed(&group.population.trains[*cell], width, &mut rate);
        rate.iter_mut().zip(share).for_each(|(rate, share)| *rate /= share);
        mean.iter_mut().zip(&rate).for_each(|(sum, r)| *sum += r / cells.len() as f64);
        if draws_cells {
            thin.push(rate);
        }
    }
    let name = &group.population.name;
    let name = match (view.list.filter(|_| group.selected.is_some()), cells.len()) {
        (Some(list), n) => format!("{name}: mean of {n} cells of “{list}”"),
        (None, 1) => name.clone(),
        (None, n) => format!("{name}: mean of {n} cells"),
    };
    Curves { name, colour: group.colour, thin, mean }
}
