//! The raster: every spike a mark, cells one below the other, populations in bands.
//!
//! Cells are in the order in which they begin to fire. J. J. Hopfield and C. D. Brody (doi:10.1073/pnas.250483697,
//! doi:10.1073/pnas.031567098) look at groups of cells that begin to fire at different times, as the events of a pattern come, and whose rates
//! then meet; in this order the beginnings make a slope and the common moment a column. The cells of the list stand first, so
//! that the column is not torn apart by cells that take no part in it. Populations of a single cell stand below the others.
//!
//! However many spikes there are, the drawing is bounded: marks are counted on a grid finer than the eye sees, what falls on one
//! place is drawn once, and neighbours are drawn as one.

use super::axes::Axis;
use super::font;
use super::page::{Frame, Key, Panel, Sign};
use super::scene::Shape;
use super::style::{Colour, FINE, GRID, INK, SMALL, light};
use super::view::{Group, View};

/// How cells are sorted within a band.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Cells that stand out first, then by the time of the first spike, then by number.
    #[default]
    Onset,
    /// By number alone.
    Number,
}

/// Width of a place of the grid, points; a mark is two wide, or three where there are few.
const PLACE: f64 = 0.25;
/// Least height of a row of the grid, points.
const ROW: f64 = 0.35;
/// Most places of the grid in a row and most rows in all: this bounds the size of a file.
const MOST_PLACES: usize = 1000;
const MOST_ROWS: usize = 500;
/// Least height of a mark, points.
const MARK: f64 = 0.75;
/// So few spikes are drawn with wider marks.
const FEW: usize = 3000;
/// Least share of a band that the cells that stand out have.
const LEAST: f64 = 0.4;
/// Room for a name, points.
const NAME: f64 = 62.0;
/// Between two bands, in the units of the upright axis.
const APART: f64 = 3.0;

/// A band of the raster.
struct Band<'a> {
    group: &'a Group<'a>,
    /// Upper edge, in the units of the upright axis (points on a page of natural height).
    top: f64,
    height: f64,
}

/// The raster of a view.
pub(super) fn panel<'a>(view: &'a View<'a>, order: Order) -> Panel<'a> {
    let (many, single): (Vec<&Group>, Vec<&Group>) = view.groups.iter().partition(|g| g.count() > 1);
    bands(view, order, many.into_iter().chain(single).collect())
}

/// The raster of the populations of a single cell alone; nothing where there are none.
pub(super) fn lone_cells<'a>(view: &'a View<'a>) -> Option<Panel<'a>> {
    let single: Vec<&Group> = view.groups.iter().filter(|g| g.count() == 1).collect();
    (!single.is_empty()).then(|| Panel { key: Vec::new(), ..bands(view, Order::Number, single) })
}

fn bands<'a>(view: &'a View<'a>, order: Order, groups: Vec<&'a Group<'a>>) -> Panel<'a> {
    let mut bands: Vec<Band> = Vec::new();
    let mut top = 1.0;
    for group in groups {
        let height = match group.count() {
            1 => 9.0,
            n => (4.2 * (n as f64).sqrt()).max((1.6 * n as f64).min(40.0)).clamp(15.0, 110.0),
        };
        bands.push(Band { group, top, height });
        top += height + APART;
    }
    let total = top - APART + 1.0;
    let names = bands.iter().map(|band| (band.top + band.height / 2.0, name(band))).collect();
    let y = Axis { named: Some(names), from: total, to: 0.0, ..Axis::default() };
    let mut key = Vec::new();
    if let Some(list) = view.list {
        let colours = view.groups.iter().filter(|g| g.selected.is_some()).map(|g| g.colour).collect();
        key.push(Key { sign: Sign::Marks(colours), text: format!("cells of “{list}”") });
        let others = view.groups.iter().filter(|g| g.selected.is_some()).map(|g| light(g.colour)).collect();
        key.push(Key { sign: Sign::Marks(others), text: "other cells".into() });
    }
    Panel {
        heading: String::new(),
        x: Axis::time(view.from, view.to),
        y,
        own_x: false,
        grid: false,
        key,
        colours: None,
        height: total,
        draw: Box::new(move |frame, out| {
            for (i, band) in bands.iter().enumerate() {
                if i > 0 {
                    let y = frame.y(band.top - APART / 2.0);
                    out.push(Shape::rule((frame.left, y), (frame.left + frame.width, y), FINE, GRID));
                }
                draw(view, band, order, frame, out);
            }
        }),
    }
}

fn name(band: &Band) -> String {
    let name = &band.group.population.name;
    match band.group.count() {
        n if band.height >= 15.0 => {
            let most = ((band.height / 7.7) as usize - 1).clamp(1, 3);
            format!("{}\n{n} cells", font::wrapped(name, SMALL, NAME, most).join("\n"))
        }
        _ => font::fitted(name, SMALL, NAME),
    }
}

fn draw(view: &View, band: &Band, order: Order, frame: &Frame, out: &mut Vec<Shape>) {
    let group = band.group;
    let cells = sorted(group, order);
    let top = frame.y(band.top);
    let height = frame.y(band.top + band.height) - top;
    let Some(selected) = group.selected.as_ref().filter(|_| order == Order::Onset) else {
        let colour = if group.count() == 1 { INK } else { group.colour };
        block(
            view,
            group,
            &cells,
            (top, height),
            |cell| {
                if group.selected.is_none() || group.stands_out(cell) { colour } else { light(colour) }
            },
            frame,
            out,
        );
        return;
    };
    // The cells that stand out get room to be seen, however few they are.
    let share = (selected.len() as f64 / cells.len() as f64).max(if selected.len() < cells.len() {
        LEAST
    } else {
        1.0
    });
    let (first, others) = cells.split_at(selected.len().min(cells.len()));
    block(view, group, first, (top, share * height - 1.0), |_| group.colour, frame, out);
    let rest = (top + share * height + 1.0, (1.0 - share) * height - 1.0);
    block(view, group, others, rest, |_| light(group.colour), frame, out);
}

/// The marks of some cells, from top to bottom of a part of the paper: (upper edge, height).
fn block(
    view: &View,
    group: &Group,
    cells: &[usize],
    (top, height): (f64, f64),
    colour: impl Fn(usize) -> Colour,
    frame: &Frame,
    out: &mut Vec<Shape>,
) {
    let rows = ((height / ROW) as usize).clamp(1, MOST_ROWS).min(cells.len());
    let places = ((frame.width / PLACE) as usize).clamp(1, MOST_PLACES);
    // A grid for each colour: whether there is a spike at a place.
    let mut grids: Vec<(Colour, Vec<bool>)> = Vec::new();
    let mut spikes = 0;
    for (rank, &cell) in cells.iter().enumerate() {
        let row = rank * rows / cells.len();
        let colour = colour(cell);
        let at = grids.iter().position(|(c, _)| *c == colour).unwrap_or_else(|| {
            grids.push((colour, vec![false; rows * places]));
            grids.len() - 1
        });
        let train = view.within(&group.population.trains[cell]);
        spikes += train.len();
        for time in train {
            let share = (time - view.from) / (view.to - view.from);
            let place = ((share * places as f64) as usize).min(places - 1);
            grids[at].1[row * places + place] = true;
        }
    }
    let mark = if group.count() == 1 { height - 2.0 } else { (0.8 * height / rows as f64).clamp(MARK, 3.0) };
    let wide = if spikes < FEW { 3 } else { 2 };
    let width = frame.width / places as f64;
    for (colour, grid) in grids {
        let bars = runs(&grid, places, wide, |row, first, end| {
            let middle = top + (row as f64 + 0.5) * height / rows as f64;
            (frame.left + first as f64 * width, middle, (end - first) as f64 * width)
        });
        if !bars.is_empty() {
            out.push(Shape::Bars { bars, height: mark, colour });
        }
    }
}

/// The runs of marks in each row of a grid, where a mark is `wide` places wide.
fn runs(
    grid: &[bool],
    places: usize,
    wide: usize,
    at: impl Fn(usize, usize, usize) -> (f64, f64, f64),
) -> Vec<(f64, f64, f64)> {
    let mut out = Vec::new();
    for (row, line) in grid.chunks_exact(places).enumerate() {
        let mut run: Option<(usize, usize)> = None;
        for place in line.iter().enumerate().filter(|(_, spike)| **spike).map(|(place, _)| place) {
            let end = (place + wide).min(places);
            run = match run {
                Some((first, last)) if place <= last => Some((first, end)),
                Some((first, last)) => {
                    out.push(at(row, first, last));
                    Some((place, end))
                }
                None => Some((place, end)),
            };
        }
        out.extend(run.map(|(first, last)| at(row, first, last)));
    }
    out
}

/// The cells of a band from top to bottom.
fn sorted(group: &Group, order: Order) -> Vec<usize> {
    let mut cells: Vec<usize> = (0..group.count()).collect();
    if order == Order::Onset {
        let onset = |cell: usize| group.population.trains[cell].first().copied().unwrap_or(f64::INFINITY);
        cells.sort_by(|&a, &b| {
            let first = group.stands_out(b).cmp(&group.stands_out(a));
            first.then(onset(a).total_cmp(&onset(b))).then(a.cmp(&b))
        });
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Population;

    #[test]
    fn marks_at_one_place_are_one_and_neighbours_are_joined() {
        let grid = [true, false, false, true, true, false, false, true];
        let found = runs(&grid, 8, 2, |row, first, end| (row as f64, first as f64, end as f64));
        assert_eq!(found, [(0.0, 0.0, 2.0), (0.0, 3.0, 6.0), (0.0, 7.0, 8.0)]);
        let found = runs(&grid, 4, 2, |row, first, end| (row as f64, first as f64, end as f64));
        assert_eq!(found, [(0.0, 0.0, 2.0), (0.0, 3.0, 4.0), (1.0, 0.0, 2.0), (1.0, 3.0, 4.0)]);
    }

    #[test]
    fn cells_stand_in_the_order_in_which_they_begin() {
        let trains = vec![vec![5.0], vec![], vec![1.0, 9.0], vec![7.0]];
        let population = Population { name: "p".into(), trains };
        let colour = Colour(0, 0, 0);
        let mut group = Group { population: &population, colour, selected: None };
        assert_eq!(sorted(&group, Order::Onset), [2, 0, 3, 1]);
        assert_eq!(sorted(&group, Order::Number), [0, 1, 2, 3]);
        group.selected = Some(vec![1, 3]);
        assert_eq!(sorted(&group, Order::Onset), [3, 1, 2, 0]);
    }
}
