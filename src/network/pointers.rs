//! `pointers` of mechanism entries, point processes and stimuli: what the POINTER variables of a mechanism stand for.
//!
//! In: the parts of a cell, and texts such as `soma(0.5).v`, `dend(0.3).hh.m`, `synapse.g` or `cai`. Out: for each pointer that
//! a mechanism reads, the variable at its end, in the same cell. Those that name another cell are left to [`super::outside`].

use super::cells::{CellType, Entry};
use super::context::Context;
use super::description::{Description, Named};
use super::document::Place;
use super::library::Library;
use super::model::{CellBody, DensitySet, Ion, Owner, Pointer, Quantity};
use super::outside::is_outside;
use super::reports::quantity;
use super::schema::it_has;
use crate::diagnostic::{Diagnostic, suggest};
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
    let Some(written) = description.cell.get(name) else { return Vec::new() };
    let here = top.at("cell").at(name);
    for entry in &cell.entries {
        let place = here.at("mechanism").at(&entry.name);
        let given = written.mechanism.get(&entry.name);
        given.into_iter().for_each(|given| work.names(entry.mechanism, &given.pointers, &place));
    }
    for (index, density) in body.densities.iter().enumerate() {
        for name in work.wanted(density.mechanism) {
            for Part { entry, text, nodes } in parts(description, cell, density, &name) {
                let place = here.at("mechanism").at(entry);
                work.pointer(Owner::Density(index), density.mechanism, &name, nodes, text, &place);
            }
        }
    }
    for (index, point) in body.points.iter().enumerate() {
        let (given, place) = match written.point.get(&point.name) {
            Some(entry) => (&entry.pointers, here.at("point").at(&point.name)),
            None => {
                let stimulus = description.stimulus.get(&point.name);
                let Some(stimulus) = stimulus.filter(|s| s.population == population) else { continue };
                (&stimulus.pointers, top.at("stimulus").at(&point.name))
            }
        };
        work.names(point.mechanism, given, &place);
        for name in work.wanted(point.mechanism) {
            let text = given.get(&name).map(String::as_str);
            work.pointer(Owner::Point(index), point.mechanism, &name, vec![point.node], text, &place);
        }
    }
    out
}

/// What a pointer of a density mechanism is given, and where.
pub(super) struct Part<'d, 'c> {
    /// The mechanism entry that gives it, else the last one that places the mechanism there.
    pub entry: &'c str,
    /// Its text.
    pub text: Option<&'d str>,
    /// Nodes, ascending.
    pub nodes: Vec<u32>,
}

/// The parts of a density mechanism in which the pointer `pointer` comes from different entries. As for values, where several
/// entries place the mechanism the last one that gives it counts.
pub(super) fn parts<'d, 'c>(
    description: &'d Description,
    cell: &'c CellType,
    density: &DensitySet,
    pointer: &str,
) -> Vec<Part<'d, 'c>> {
    let written = description.cell.get(&cell.shape.name).map(|cell| &cell.mechanism);
    let text = |entry: &Entry| written?.get(&entry.name)?.pointers.get(pointer).map(String::as_str);
    let mut found: Vec<Part> = Vec::new();
    for node in &density.nodes {
        let here = |e: &&Entry| e.mechanism == density.mechanism && e.nodes.binary_search(node).is_ok();
        let placing = || cell.entries.iter().rev().filter(here);
        let Some(entry) = placing().find(|e| text(e).is_some()).or(placing().next()) else { continue };
        match found.iter_mut().find(|part| part.entry == entry.name) {
            Some(part) => part.nodes.push(*node),
            None => found.push(Part { entry: &entry.name, text: text(entry), nodes: vec![*node] }),
        }
    }
    found
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
    /// The names of a mechanism's pointers.
    fn wanted(&self, mechanism: usize) -> Vec<String> {
        self.library.used[mechanism].module.pointers.iter().map(|pointer| pointer.name.clone()).collect()
    }

    /// Complains of what is given and no pointer of the mechanism.
    fn names(&mut self, mechanism: usize, given: &Named<String>, place: &Place) {
        let module = self.library.used[mechanism].module.clone();
        let known = || module.pointers.iter().map(|pointer| pointer.name.as_str());
        for (key, _) in given.iter().filter(|(key, _)| !known().any(|name| name == *key)) {
            let message = format!("`{}` has no POINTER `{key}`", module.name);
            let here = place.at("pointers").at(key);
            let error = Diagnostic::error("network/pointer", message).at(here.key(), "");
            self.context.problems.push(match suggest(key, known()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None if module.pointers.is_empty() => error,
                None => error.note(it_has(known())),
            });
        }
    }

    /// One pointer of one owner at `nodes`.
    fn pointer(
        &mut self,
        owner: Owner,
        mechanism: usize,
        name: &str,
        nodes: Vec<u32>,
        text: Option<&str>,
        place: &Place,
    ) {
        let module = self.library.used[mechanism].module.clone();
        let Some(pointer) = module.pointers.iter().find(|pointer| pointer.name == name) else { return };
        let Some(text) = text else {
            if pointer.used() {
                let message = format!("the POINTER `{name}` of `{}` points at nothing", module.name);
                let error = Diagnostic::error("network/pointer", message).at(place.key(), "placed here");
                let help =
                    format!("name a variable of the same cell: `pointers = {{ {name} = \"soma(0.5).v\" }}`");
                self.context.problems.push(error.help(help));
            }
            return;
        };
        if is_outside(self.context.description, text) {
            return;
        }
        let here = place.at("pointers").at(name);
        if let Some((target, node)) = self.target(text, &nodes, &here) {
            self.out.push(Pointer { owner, nodes, column: pointer.column.0, target, node });
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
        if !self.context.failed.is_empty() {
            return None;
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
