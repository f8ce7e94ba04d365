//! Pointers to variables of other cells: `pointers = { vpre = "inputs[index].soma(0.5).v" }`.
//!
//! In: populations with all their point processes, and the texts of pointers that begin with a population and a cell's number in
//! brackets. Out: [`Coupling`]s. Pointers within a cell are resolved in [`super::pointers`].

use super::cells::{CellType, node};
use super::context::{ANY, Context};
use super::description::{Description, Named, Scalar};
use super::document::Place;
use super::expression::Scope;
use super::library::Library;
use super::model::{Body, CellBody, Coupling, Ion, Owner, Population, Quantity};
use super::pointers::{Part, parts, split};
use super::reports::quantity;
use crate::diagnostic::Diagnostic;
use crate::ir;

/// A variable of another cell, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Target<'t> {
    population: &'t str,
    /// An expression of `index` and `count`.
    number: &'t str,
    /// Place and variable there.
    rest: &'t str,
}

impl<'t> Target<'t> {
    /// `POPULATION[NUMBER].REST`; `None` for a variable of the same cell, such as `dend[2](0.5).v`.
    fn parse(description: &Description, text: &'t str) -> Option<Target<'t>> {
        let (population, after) = text.trim().split_once('[')?;
        description.population.get(population)?;
        let mut depth = 1;
        let end = after.find(|c| {
            depth += match c {
                '[' => 1,
                ']' => -1,
                _ => 0,
            };
            depth == 0
        })?;
        let rest = after.get(end + 1..)?.strip_prefix('.')?;
        Some(Target { population, number: after.get(..end)?, rest })
    }
}

/// Whether a pointer's text names a variable of another cell.
pub(super) fn is_outside(description: &Description, text: &str) -> bool {
    Target::parse(description, text).is_some()
}

/// The variables of other cells that pointers name, without places and cells.
pub(super) fn variables(description: &Description) -> impl Iterator<Item = &str> {
    let cells = description.cell.iter().flat_map(|(_, cell)| {
        let densities = cell.mechanism.iter().map(|(_, entry)| &entry.pointers);
        densities.chain(cell.point.iter().map(|(_, entry)| &entry.pointers))
    });
    let stimuli = description.stimulus.iter().map(|(_, entry)| &entry.pointers);
    let texts = cells.chain(stimuli).flat_map(Named::iter);
    texts.filter_map(|(_, text)| Some(split(Target::parse(description, text)?.rest).1))
}

/// Who reads what of other cells by pointers.
pub(super) fn build(
    context: &mut Context,
    library: &Library,
    cells: &[CellType],
    ions: &[Ion],
    populations: &[Population],
) -> Vec<Coupling> {
    let mut out = Vec::new();
    for (number, population) in populations.iter().enumerate() {
        let Body::Cells(body) = &population.body else { continue };
        let Some(cell) = cells.iter().find(|c| c.shape.name == body.cell_type) else { continue };
        for (owner, pointers) in owners(context, library, population, cell, body) {
            for Given { pointer, nodes, text, place: here } in pointers {
                let Some(target) = Target::parse(context.description, text) else { continue };
                if pointer.written {
                    let message = format!(
                        "the POINTER `{}` is assigned to, so it cannot reach another cell",
                        pointer.name
                    );
                    let error = Diagnostic::error("network/pointer", message).at(here.span(), "");
                    context.problems.push(error.help("let each cell read what it needs of the others"));
                    continue;
                }
                let having = match owner {
                    Owner::Point(point) => body.points[point].cells.clone(),
                    Owner::Density(_) => None,
                };
                let having = having.unwrap_or_else(|| (0..population.count).collect());
                let mut work =
                    Work { context: &mut *context, library, cells, ions, populations, place: &here };
                let found = work.end(target).and_then(|end| {
                    let pairs = work.pairs(target, population, &having, &end)?;
                    Some(Coupling {
                        population: number,
                        owner,
                        nodes,
                        column: pointer.column.0,
                        source: end.population,
                        quantity: end.quantity,
                        node: end.node,
                        pairs,
                    })
                });
                out.extend(found);
            }
        }
    }
    out
}

/// A pointer as written, and at which nodes it counts.
struct Given<'d, 'l> {
    pointer: &'l ir::Pointer,
    nodes: Vec<u32>,
    text: &'d str,
    place: Place<'d>,
}

/// Everything in the cells of a population that may have pointers: what it is, and its pointers.
fn owners<'d, 'l>(
    context: &Context<'d>,
    library: &'l Library,
    population: &Population,
    cell: &CellType,
    body: &CellBody,
) -> Vec<(Owner, Vec<Given<'d, 'l>>)> {
    let description = context.description;
    let top = context.document.place();
    let Some(entry) = description.cell.get(&body.cell_type) else { return Vec::new() };
    let here = top.at("cell").at(&body.cell_type);
    let mut found = Vec::new();
    for (index, density) in body.densities.iter().enumerate() {
        let mut all = Vec::new();
        for pointer in &library.used[density.mechanism].module.pointers {
            for Part { entry, text, nodes } in parts(description, cell, density, &pointer.name) {
                let Some(text) = text else { continue };
                let place = here.at("mechanism").at(entry).at("pointers").at(&pointer.name);
                all.push(Given { pointer, nodes, text, place });
            }
        }
        found.push((Owner::Density(index), all));
    }
    for (index, point) in body.points.iter().enumerate() {
        let stimulus = description.stimulus.get(&point.name).filter(|s| s.population == population.name);
        let (given, place) = match (entry.point.get(&point.name), stimulus) {
            (Some(entry), _) => (&entry.pointers, here.at("point").at(&point.name)),
            (None, Some(entry)) => (&entry.pointers, top.at("stimulus").at(&point.name)),
            (None, None) => continue,
        };
        let all = library.used[point.mechanism].module.pointers.iter().filter_map(|pointer| {
            let text = given.get(&pointer.name)?;
            let place = place.at("pointers").at(&pointer.name);
            Some(Given { pointer, nodes: vec![point.node], text, place })
        });
        found.push((Owner::Point(index), all.collect()));
    }
    found
}

/// The end of a pointer, but for the cell.
struct End {
    population: usize,
    quantity: Quantity,
    node: u32,
}

struct Work<'w, 'c> {
    context: &'w mut Context<'c>,
    library: &'w Library,
    cells: &'w [CellType],
    ions: &'w [Ion],
    populations: &'w [Population],
    place: &'w Place<'c>,
}

impl Work<'_, '_> {
    /// What the text names, but for the cell.
    fn end(&mut self, target: Target) -> Option<End> {
        // A population that could not be built has been reported.
        let population = self.populations.iter().position(|p| p.name == target.population)?;
        let Body::Cells(body) = &self.populations[population].body else {
            let message =
                format!("`{}` is artificial: its cells have nothing to point at", target.population);
            self.context.error("network/pointer", self.place.span(), message);
            return None;
        };
        let cell = self.cells.iter().find(|c| c.shape.name == body.cell_type)?;
        let (location, variable) = split(target.rest);
        let (quantity, _) =
            quantity(self.context, self.library, cell, body, self.ions, variable, self.place)?;
        let node = match (location, &quantity) {
            (_, Quantity::Point { point, .. }) => body.points[*point].node,
            (location, _) => {
                let location = match location {
                    Some(text) => cell.shape.parse(self.context, text, self.place.span())?,
                    None => cell.shape.location(self.context, None, self.place)?,
                };
                node(self.context, &body.compartments, location, self.place)?
            }
        };
        if !body.holds(&quantity, node) {
            let message =
                format!("there is no `{variable}` at this place of the cells of `{}`", target.population);
            if self.context.failed.is_empty() {
                self.context.error("network/pointer", self.place.span(), message);
            }
            return None;
        }
        Some(End { population, quantity, node })
    }

    /// Whom each cell reads.
    fn pairs(
        &mut self,
        target: Target,
        population: &Population,
        having: &[u32],
        end: &End,
    ) -> Option<Vec<(u32, u32)>> {
        let scalar = Scalar::Text(target.number.to_string());
        let expression = self.context.expression(&scalar, self.place, &Scope::of(&["index", "count"]))?;
        let other = &self.populations[end.population];
        let points = match (&end.quantity, &other.body) {
            (Quantity::Point { point, .. }, Body::Cells(body)) => body.points[*point].cells.as_deref(),
            _ => None,
        };
        let mut pairs = Vec::with_capacity(having.len());
        for cell in having {
            let what = format!("the cell that cell {cell} of `{}` points at", population.name);
            let values = [f64::from(*cell), f64::from(population.count)];
            let number = self.context.evaluate(&expression, &values, ANY, &what)?;
            if !(number >= 0.0 && number.fract() == 0.0 && number < f64::from(other.count)) {
                let message = format!(
                    "{what} is {number}, and `{}` has the cells 0 to {}",
                    other.name,
                    f64::from(other.count) - 1.0
                );
                let error = Diagnostic::error("network/pointer", message).at(self.place.span(), "");
                self.context.problems.push(error);
                return None;
            }
            let number = number as u32;
            if points.is_some_and(|having| having.binary_search(&number).is_err()) {
                let message = format!("{what} has no `{}`", split(target.rest).1);
                self.context.error("network/pointer", self.place.span(), message);
                return None;
            }
            pairs.push((*cell, number));
        }
        Some(pairs)
    }
}
