//! `pointers` of mechanism entries, point processes and stimuli: what the POINTER variables of a mechanism stand for.
//!
//! In: the parts of a cell, and texts such as `soma(0.5).v`, `dend(0.3).hh.m`, `synapse.g` or `cai`. Out: for each pointer that
//! a mechanism reads, the variable at its end, in the same cell. Those that name another cell are left to [`super::outside`].

use super::cells::CellType;
use super::context::Context;
use super::description::{Description, Named};
use super::document::Place;
use super::library::Library;
use super::model::{CellBody, Ion, Owner, Pointer, Quantity};
use super::outside::is_outside;
use super::reports::quantity;
use super::schema::quoted;
use crate::diagnostic::{Diagnostic, suggest};
use crate::ir;
use crate::morphology::Placement;

/// The texts of all pointers, without their places: names of variables that must be kept.
pub(super) fn targets(description: &Description) -> impl Iterator<Item = &str> {
    let cells = description.cell.iter().flat_map(|(_, cell)| {
        let densities = cell.mechanism.iter().map(|(_, entry)| &entry.pointers);
        densities.chain(cell.point.iter().map(|(_, entry)| &entry.pointers))
    });
    let stimuli = description.stimulus.iter().map(|(_, entry)| &entry.pointers);
    cells.chain(stimuli).flat_map(Named::iter).map(|(_, text)| split(text).1)
}

/// Place and variable of a target.
pub(super) fn split(text: &str) -> (Option<&str>, &str) {
    match text.find(").") {
        Some(at) => (Some(text[..=at].trim()), text[at + 2..].trim()),
        None => (None, text.trim()),
    }
}

/// All pointers of a cell of `population`; its other parts are complete.
pub(super) fn build(
    context: &mut Context,
    library: &Library,
    ions: &[Ion],
    population: &str,
    cell: &CellType,
    body: &CellBody,
) -> Vec<Pointer> {
    let mut out = Vec::new();
    let mut work = Work { context, library, ions, cell, body, out: &mut out };
    let top = work.context.document.place();
    let description = work.context.description;
    let name = &cell.shape.name;
    let Some(entry) = description.cell.get(name) else { return Vec::new() };
    let here = top.at("cell").at(name);
    for (index, density) in body.densities.iter().enumerate() {
        let mut entries = cell.entries.iter().filter(|e| e.mechanism == density.mechanism);
        let (Some(first), more) = (entries.next(), entries.next()) else { continue };
        let place = here.at("mechanism").at(&first.name);
        let given = entry.mechanism.get(&first.name).map(|e| &e.pointers);
        if let Some(more) = more.filter(|_| work.uses(density.mechanism)) {
            let module = &library.used[density.mechanism].module.name;
            let message = format!("`{module}` has a POINTER and is placed by more than one entry");
            let error = Diagnostic::error("network/pointer", message).at(place.key(), "the first one");
            let other = here.at("mechanism").at(&more.name);
            work.context.problems.push(error.at(other.key(), "the second one"));
            continue;
        }
        work.owner(Owner::Density(index), density.mechanism, &density.nodes, given, &place);
    }
    for (index, point) in body.points.iter().enumerate() {
        let (given, place) = match entry.point.get(&point.name) {
            Some(entry) => (&entry.pointers, here.at("point").at(&point.name)),
            None => {
                let stimulus = description.stimulus.get(&point.name);
                let Some(stimulus) = stimulus.filter(|s| s.population == population) else { continue };
                (&stimulus.pointers, top.at("stimulus").at(&point.name))
            }
        };
        work.owner(Owner::Point(index), point.mechanism, &[point.node], Some(given), &place);
    }
    out
}

struct Work<'w, 'c> {
    context: &'w mut Context<'c>,
    library: &'w Library,
    ions: &'w [Ion],
    cell: &'w CellType,
    body: &'w CellBody,
    out: &'w mut Vec<Pointer>,
}

impl Work<'_, '_> {
    /// Whether the mechanism's code uses pointers.
    fn uses(&self, mechanism: usize) -> bool {
        self.library.used[mechanism].module.pointers.iter().any(ir::Pointer::used)
    }

    /// All pointers of one owner at `nodes`.
    fn owner(
        &mut self,
        owner: Owner,
        mechanism: usize,
        nodes: &[u32],
        given: Option<&Named<String>>,
        place: &Place,
    ) {
        let module = self.library.used[mechanism].module.clone();
        let known = || module.pointers.iter().map(|pointer| pointer.name.as_str());
        for (key, _) in given.into_iter().flat_map(Named::iter) {
            if !known().any(|name| name == key) {
                let message = format!("`{}` has no POINTER `{key}`", module.name);
                let here = place.at("pointers").at(key);
                let error = Diagnostic::error("network/pointer", message).at(here.key(), "");
                self.context.problems.push(match suggest(key, known()) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None if module.pointers.is_empty() => error,
                    None => error.note(format!("it has {}", quoted(known()))),
                });
            }
        }
        for pointer in &module.pointers {
            let name = &pointer.name;
            let Some(text) = given.and_then(|given| given.get(name)) else {
                if !pointer.used() {
                    continue;
                }
                let message = format!("the POINTER `{name}` of `{}` points at nothing", module.name);
                let error = Diagnostic::error("network/pointer", message).at(place.key(), "placed here");
                let help =
                    format!("name a variable of the same cell: `pointers = {{ {name} = \"soma(0.5).v\" }}`");
                self.context.problems.push(error.help(help));
                continue;
            };
            if is_outside(self.context.description, text) {
                continue;
            }
            let here = place.at("pointers").at(name);
            if let Some((target, node)) = self.target(text, nodes, &here) {
                self.out.push(Pointer { owner, column: pointer.column.0, target, node });
            }
        }
    }

    /// The variable that `text` names, at the nodes of the pointer's owner when it gives no place.
    fn target(&mut self, text: &str, own: &[u32], place: &Place) -> Option<(Quantity, Option<u32>)> {
        let (location, variable) = split(text);
        let (target, _) =
            quantity(self.context, self.library, self.cell, self.body, self.ions, variable, place)?;
        let node = match (location, &target) {
            (_, Quantity::Point { point, .. }) => Some(self.body.points[*point].node),
            (None, _) => None,
            (Some(location), _) => {
                let at = self.cell.shape.parse(self.context, location, place.span())?;
                let placement = match target {
                    Quantity::Voltage => Placement::Point,
                    _ => Placement::Density,
                };
                match self.body.compartments.locate(at.section, at.x, placement) {
                    Ok(node) => Some(node),
                    Err(_) => {
                        self.context.error(
                            "network/location",
                            place.span(),
                            "there is no node at this location",
                        );
                        return None;
                    }
                }
            }
        };
        let nodes = node.as_ref().map_or(own, std::slice::from_ref);
        if nodes.iter().all(|node| self.holds(&target, *node)) {
            return Some((target, node));
        }
        let error = Diagnostic::error("network/pointer", format!("there is no `{variable}` at this place"));
        let error = error.at(place.span(), "");
        self.context.problems.push(match location {
            Some(_) => error,
            None => error.help(format!("say where, as in `soma(0.5).{variable}`")),
        });
        None
    }

    fn holds(&self, target: &Quantity, node: u32) -> bool {
        match target {
            Quantity::Voltage | Quantity::Point { .. } => true,
            Quantity::Density { density, .. } => {
                self.body.densities[*density].nodes.binary_search(&node).is_ok()
            }
            Quantity::Ion { ion, .. } => {
                let ion = self.body.ions[*ion].ion;
                self.body.ions.iter().any(|set| set.ion == ion && set.nodes.binary_search(&node).is_ok())
            }
        }
    }
}
