//! `[population]` and `[stimulus]`: how many cells there are, and what differs between them.
//!
//! In: types of cells and the mechanisms. Out: the populations of the model, numbered in the order of the description. A value that
//! is an expression of `index` is worked out here for each cell; a random one is drawn from a stream keyed by seed,
//! population, cell and the value's name.

use std::sync::Arc;

use super::cells::{CellType, node, uniform_or};
use super::context::{ANY, Context, NOT_NEGATIVE};
use super::description::{self, CellValue, Named, Scalar, Times};
use super::document::Place;
use super::expression::Scope;
use super::ions;
use super::library::{Library, limits, settable};
use super::memory;
use super::model::{
    ArtificialBody, Body, CellBody, Ion, Nernst, PointSet, Population, Setting, StreamIds, Values,
};
use super::names::{cell_number, find_table};
use super::pointers;
use super::schema::it_has;
use crate::diagnostic::{Diagnostic, suggest};
use crate::ir::{Kind, Op, Request};

/// More cells than global ids can number.
const MOST: u64 = 2_147_483_648;

/// Keys of a point process that are not the mechanism's.
const POINT_KEYS: [&str; 5] = ["mechanism", "at", "pointers", "streams", "values"];
/// Keys of a stimulus that are not the mechanism's.
const STIMULUS_KEYS: [&str; 8] =
    ["population", "cells", "at", "mechanism", "enabled", "pointers", "streams", "values"];

/// Builds all populations with their stimuli.
pub(crate) fn build(
    context: &mut Context,
    library: &mut Library,
    cells: &[CellType],
    ions: &mut Vec<Ion>,
) -> Vec<Population> {
    let description = context.description;
    let mut out: Vec<Population> = Vec::new();
    let mut first_id = 0;
    for (name, entry) in description.population.iter() {
        let place = context.document.place().at("population").at(name);
        let Some(count) = context.whole(entry.count.as_ref(), &place.at("count"), 1, 0, MOST) else {
            continue;
        };
        if first_id + count > MOST {
            let message =
                format!("with `{name}` the network has {} cells, and {MOST} is the most", first_id + count);
            context.error("network/limit", place.at("count").span(), message);
            break;
        }
        let of_type = |name: &String| cells.iter().find(|cell| cell.shape.name == *name);
        let nodes = entry.cell.as_ref().and_then(of_type).map_or(0, |cell| cell.compartments.len());
        if memory::cells(context, count, nodes, place.at("count").span()).is_none() {
            break;
        }
        let mut work = Work { context, library, cells, ions, name, entry, place, count: count as u32 };
        if let Some(body) = work.body() {
            out.push(Population { name: name.to_string(), first_id, count: count as u32, body });
            first_id += count;
        }
    }
    if description.population.0.is_empty() {
        let place = context.document.place();
        let error = Diagnostic::error("network/empty", "the network has no population").at(place.span(), "");
        context.problems.push(error.help("add `[population.NAME]` with `cell` or `mechanism`, and `count`"));
    }
    for (name, stimulus) in description.stimulus.iter() {
        let known = description.population.names();
        if description.population.get(&stimulus.population).is_none() {
            let here = context.document.place().at("stimulus").at(name).at("population");
            context.unknown("population", &stimulus.population, here.span(), known);
        }
    }
    out
}

struct Work<'w, 'c> {
    context: &'w mut Context<'c>,
    library: &'w mut Library,
    cells: &'w [CellType],
    ions: &'w mut Vec<Ion>,
    name: &'w str,
    entry: &'w description::Population,
    place: Place<'c>,
    count: u32,
}

/// One value of a mechanism, as described.
struct Given<'g> {
    key: &'g str,
    scalar: &'g Scalar,
    place: Place<'g>,
    /// Names the stream of its random numbers.
    use_name: String,
}

/// A point process, as described: of a type of cell or a stimulus.
struct Described<'p> {
    name: &'p str,
    mechanism: &'p str,
    at: Option<&'p str>,
    /// `None`: every cell.
    cells: Option<Vec<u32>>,
    others: &'p Named<Scalar>,
    values: &'p Named<Scalar>,
    streams: &'p Named<Vec<Scalar>>,
    /// Keys that are not the mechanism's.
    reserved: &'p [&'p str],
    place: Place<'p>,
}

impl Described<'_> {
    fn given(&self) -> impl Iterator<Item = Given<'_>> {
        let inner = self.place.at("values");
        let direct = self.others.iter().map(|(key, scalar)| (key, scalar, self.place.at(key)));
        let nested = self.values.iter().map(move |(key, scalar)| (key, scalar, inner.at(key)));
        direct.chain(nested).map(|(key, scalar, place)| Given {
            key,
            scalar,
            place,
            use_name: format!("{}.{key}", self.name),
        })
    }
}

impl<'c> Work<'_, 'c> {
    fn body(&mut self) -> Option<Body> {
        match (&self.entry.cell, &self.entry.mechanism) {
            (Some(cell), None) => self.with_membrane(cell).map(Body::Cells),
            (None, Some(mechanism)) => self.artificial(mechanism).map(Body::Artificial),
            _ => {
                let message = format!("the population `{}` needs either `cell` or `mechanism`", self.name);
                self.context.error("network/population", self.place.key(), message);
                None
            }
        }
    }

    fn with_membrane(&mut self, name: &str) -> Option<CellBody> {
        let description = self.context.description;
        let times = self.place.at("times");
        if times.exists() {
            let message = "`times` belongs to artificial cells that play a list";
            self.context.error("network/unused", times.key(), message);
        }
        let Some(cell) = self.cells.iter().find(|c| c.shape.name == name) else {
            if description.cell.get(name).is_none() {
                let here = self.place.at("cell").span();
                self.context.unknown("type of cell", name, here, description.cell.names());
            }
            return None;
        };
        let mut body = CellBody {
            cell_type: name.to_string(),
            sections: cell.sections.clone(),
            compartments: cell.compartments.clone(),
            capacitance: cell.capacitance.clone(),
            densities: cell.densities.clone(),
            points: Vec::new(),
            ions: Vec::new(),
            detector: cell.detector,
            fires: None,
            rests: cell.rests.clone(),
            pointers: Vec::new(),
        };
        self.points(cell, &mut body);
        body.fires = self.firing_point(cell, &body);
        self.stimuli(cell, &mut body);
        let mut users: Vec<(usize, &[u32])> =
            body.densities.iter().map(|d| (d.mechanism, d.nodes.as_slice())).collect();
        let nodes: Vec<(usize, [u32; 1])> = body.points.iter().map(|p| (p.mechanism, [p.node])).collect();
        users.extend(nodes.iter().map(|(mechanism, node)| (*mechanism, node.as_slice())));
        body.ions = ions::sets(self.context, self.library, self.ions, cell, &users);
        body.pointers = pointers::build(self.context, self.library, self.ions, self.name, cell, &body);
        self.values(cell, &mut body);
        Some(body)
    }

    /// The point processes of the type of cell.
    fn points(&mut self, cell: &CellType, body: &mut CellBody) {
        let description = self.context.description;
        let name = &cell.shape.name;
        for (point, entry) in description.cell.get(name).iter().flat_map(|c| c.point.iter()) {
            let described = Described {
                name: point,
                mechanism: entry.mechanism.as_deref().unwrap_or(point),
                at: entry.at.as_deref(),
                cells: None,
                others: &entry.others,
                values: &entry.values,
                streams: &entry.streams,
                reserved: &POINT_KEYS,
                place: self.context.document.place().at("cell").at(name).at("point").at(point),
            };
            self.point(cell, body, described);
        }
    }

    /// The point process that the cell's detector names.
    fn firing_point(&mut self, cell: &CellType, body: &CellBody) -> Option<usize> {
        let name = &cell.shape.name;
        let wanted = self.context.description.cell.get(name)?.detector.as_ref()?.point.as_deref()?;
        let here = self.context.document.place().at("cell").at(name).at("detector").at("point").span();
        let Some(index) = body.points.iter().position(|point| point.name == wanted) else {
            let names = body.points.iter().map(|point| point.name.as_str());
            self.context.unknown("point process", wanted, here, names);
            return None;
        };
        let module = &self.library.used[body.points[index].mechanism].module;
        let fire = |op: &Op| matches!(op, Op::Request { what: Request::Fire { .. }, .. });
        if !module.receive.as_ref().is_some_and(|kernel| kernel.ops.iter().any(fire)) {
            let message = format!("`{wanted}` never fires: `{}` does not call `net_event`", module.name);
            self.context.error("network/detector", here, message);
        }
        Some(index)
    }

    /// The stimuli on this population.
    fn stimuli(&mut self, cell: &CellType, body: &mut CellBody) {
        let description = self.context.description;
        let population = self.name;
        for (name, entry) in description.stimulus.iter().filter(|(_, s)| s.population == population) {
            let place = self.context.document.place().at("stimulus").at(name);
            if self.context.switch(entry.enabled.as_ref(), &place.at("enabled"), true) != Some(true) {
                continue;
            }
            let here = place.at("cells");
            let Some(chosen) = self.context.cells(entry.cells.as_ref(), &here, self.count, self.name) else {
                continue;
            };
            let all = chosen.len() == self.count as usize;
            let described = Described {
                name,
                mechanism: &entry.mechanism,
                at: entry.at.as_deref(),
                cells: (!all).then_some(chosen),
                others: &entry.others,
                values: &entry.values,
                streams: &entry.streams,
                reserved: &STIMULUS_KEYS,
                place,
            };
            self.point(cell, body, described);
        }
    }

    /// Adds a point process.
    fn point(&mut self, cell: &CellType, body: &mut CellBody, described: Described) {
        let (name, place) = (described.name, &described.place);
        if body.points.iter().any(|p| p.name == name) || cell.has_entry(self.library, name) {
            let message = format!("the cells of `{}` already have something called `{name}`", self.name);
            self.context.error("network/name", place.key(), message);
            return;
        }
        let here = place.at("at");
        let location = cell.shape.location(self.context, described.at, &here);
        let named = place.at("mechanism");
        let span = if named.exists() { named.span() } else { place.key() };
        let mechanism = self.library.find(self.context, described.mechanism, Kind::PointProcess, span);
        let (Some(location), Some(mechanism)) = (location, mechanism) else {
            self.context.failed.insert(name.to_string());
            return;
        };
        let Some(node) = node(self.context, &cell.compartments, location, &here) else { return };
        let chosen = described.cells.clone().unwrap_or_else(|| (0..self.count).collect());
        let mut settings = Vec::new();
        for given in described.given() {
            self.setting(mechanism, &given, &chosen, described.reserved, &mut settings);
        }
        let streams = self.streams(mechanism, described.streams, &place.at("streams"), &chosen);
        body.points.push(PointSet {
            name: name.to_string(),
            mechanism,
            node,
            cells: described.cells,
            settings,
            streams,
        });
    }

    /// Works out one value for the chosen cells and adds it; a later value of the same column replaces an earlier one.
    fn setting(
        &mut self,
        mechanism: usize,
        given: &Given,
        chosen: &[u32],
        reserved: &[&str],
        settings: &mut Vec<Setting>,
    ) -> Option<()> {
        let module = &self.library.used[mechanism].module;
        let columns = settable(self.context, module, given.key, given.place.key(), reserved)?;
        let values = self.per_cell(given, chosen)?;
        let first = match &values {
            Values::Uniform(value) => Some(*value),
            Values::PerNode(list) | Values::PerCell(list) => list.first().copied(),
        };
        let module = &self.library.used[mechanism].module;
        if let (Some(variable), Some(value)) = (module.variable(given.key), first) {
            limits(self.context, variable, value, given.place.span());
        }
        for column in columns {
            settings.retain(|s| s.column != column);
            settings.push(Setting { column, values: values.clone() });
        }
        Some(())
    }

    /// The values of an expression of `index` and `count` for the chosen cells.
    fn per_cell(&mut self, given: &Given, chosen: &[u32]) -> Option<Values> {
        let place = &given.place;
        let expression = self.context.expression(given.scalar, place, &Scope::random(&["index", "count"]))?;
        let what = format!("`{}`", place.path());
        if expression.is_constant() {
            return self.context.evaluate(&expression, &[], ANY, &what).map(Values::Uniform);
        }
        let mut out = Vec::with_capacity(chosen.len());
        for cell in chosen {
            let parts = [self.name.into(), u64::from(*cell).into(), given.use_name.as_str().into()];
            let stream = || self.context.stream(&parts);
            match expression.value(&[f64::from(*cell), f64::from(self.count)], stream) {
                Ok(value) => out.push(value),
                Err(failure) => {
                    let of = format!("{what} of cell {cell} of `{}`", self.name);
                    self.context.problems.push(failure.diagnostic(&of));
                    return None;
                }
            }
        }
        Some(uniform_or(out, Values::PerCell))
    }

    /// `values.NAME.VARIABLE` of cells with membrane.
    fn values(&mut self, cell: &CellType, body: &mut CellBody) {
        let all: Vec<u32> = (0..self.count).collect();
        for (name, group) in self.entry.values.iter() {
            let place = self.place.at("values").at(name);
            let CellValue::Group(group) = group else {
                let message = format!("`{}` needs the name of a variable", place.path());
                let error = Diagnostic::error("network/value", message).at(place.key(), "");
                self.context.problems.push(error.help(format!("write `values.{name}.VARIABLE = ...`")));
                continue;
            };
            for (key, scalar) in group.iter() {
                let given = Given { key, scalar, place: place.at(key), use_name: format!("{name}.{key}") };
                if let Some(point) = body.points.iter_mut().find(|p| p.name == name) {
                    let chosen = point.cells.clone().unwrap_or_else(|| all.clone());
                    self.setting(point.mechanism, &given, &chosen, &[], &mut point.settings);
                } else if cell.has_entry(self.library, name) {
                    self.density_value(cell, body, name, &given, &all);
                } else if let Some(ion) = self.ions.iter().position(|ion| ion.name == name) {
                    self.ion_value(body, ion, &given, &all);
                } else {
                    let mut known: Vec<&str> = body.points.iter().map(|p| p.name.as_str()).collect();
                    known.extend(cell.entries.iter().map(|e| e.name.as_str()));
                    known.extend(self.ions.iter().map(|i| i.name.as_str()));
                    let what = "point process, mechanism or ion";
                    self.context.unknown(what, name, place.key(), known.into_iter());
                    break;
                }
            }
        }
    }

    fn density_value(
        &mut self,
        cell: &CellType,
        body: &mut CellBody,
        name: &str,
        given: &Given,
        all: &[u32],
    ) -> Option<()> {
        let (first, _) = cell.density(self.context, self.library, name, given.key, &given.place)?;
        let mechanism = body.densities[first].mechanism;
        if cell.entries.iter().filter(|e| e.mechanism == mechanism).count() > 1 {
            let module = &self.library.used[mechanism].module.name;
            let message = format!(
                "a value cell by cell needs the mechanism in one entry, and `{module}` is in several"
            );
            self.context.error("network/value", given.place.key(), message);
            return None;
        }
        for density in (0..body.densities.len()).filter(|d| cell.densities[*d].mechanism == mechanism) {
            let settings = &mut body.densities[density].settings;
            self.setting(mechanism, given, all, &[], settings);
            let rests = body.rests.iter().filter(|r| r.density == density);
            if rests.clone().any(|r| settings.iter().any(|s| s.column == r.column)) {
                let message = format!("`{name}.{}` is already chosen so that the cell rests", given.key);
                self.context.error("network/rest", given.place.key(), message);
            }
        }
        Some(())
    }

    fn ion_value(&mut self, body: &mut CellBody, ion: usize, given: &Given, all: &[u32]) -> Option<()> {
        let values = self.per_cell(given, all)?;
        let lowest = match &values {
            Values::Uniform(value) => *value,
            Values::PerNode(list) | Values::PerCell(list) => {
                list.iter().copied().fold(f64::INFINITY, f64::min)
            }
        };
        if given.key != "reversal" && lowest <= 0.0 {
            let message = format!("a concentration must be more than 0 mM, and this is {lowest}");
            self.context.error("network/range", given.place.span(), message);
            return None;
        }
        for set in body.ions.iter_mut().filter(|set| set.ion == ion) {
            if given.key == "reversal" && set.nernst != Nernst::Never {
                let name = &self.ions[ion].name;
                let message = format!(
                    "`reversal` of `{name}` has no effect, as it is computed from the concentrations"
                );
                let error = Diagnostic::error("network/ion", message).at(given.place.span(), "");
                let help = format!("set `nernst = \"never\"` under `[cell.{}.ion.{name}]`", body.cell_type);
                self.context.problems.push(error.help(help));
                return None;
            }
            let field = match given.key {
                "reversal" => &mut set.reversal,
                "inside" => &mut set.inside,
                "outside" => &mut set.outside,
                key => {
                    let known = ["reversal", "inside", "outside"];
                    self.context.unknown("value of an ion called", key, given.place.key(), known.into_iter());
                    return None;
                }
            };
            *field = values.clone();
        }
        Some(())
    }

    fn artificial(&mut self, name: &str) -> Option<ArtificialBody> {
        let span = self.place.at("mechanism").span();
        let mechanism = self.library.find(self.context, name, Kind::ArtificialCell, span)?;
        let all: Vec<u32> = (0..self.count).collect();
        let mut settings = Vec::new();
        for (key, value) in self.entry.values.iter() {
            let place = self.place.at("values").at(key);
            match value {
                CellValue::Value(scalar) => {
                    let given = Given { key, scalar, place, use_name: key.to_string() };
                    self.setting(mechanism, &given, &all, &[], &mut settings);
                }
                CellValue::Group(_) => {
                    let message =
                        format!("an artificial cell has no parts, so `{key}` must be a value of `{name}`");
                    self.context.error("network/value", place.key(), message);
                }
            }
        }
        let here = self.place.at("times");
        let plays = self.library.used[mechanism].module.plays;
        let times = match &self.entry.times {
            None => Vec::new(),
            Some(_) if !plays => {
                let message = format!("`{name}` does not play a list of times");
                self.context.error("network/unused", here.key(), message);
                return None;
            }
            Some(Times::List(list)) => self.same_times(list, &here)?,
            Some(Times::Table(entry)) => self.times_of_table(entry, &here)?,
        };
        let streams = self.streams(mechanism, &self.entry.streams, &self.place.at("streams"), &all);
        self.without_pointers(mechanism);
        Some(ArtificialBody { mechanism, settings, streams, times })
    }

    /// An artificial cell has no other parts that a POINTER could point at.
    fn without_pointers(&mut self, mechanism: usize) {
        let module = &self.library.used[mechanism].module;
        let Some(pointer) = module.pointers.iter().find(|p| p.used()) else { return };
        let message = format!("the POINTER `{}` of `{}` points at nothing", pointer.name, module.name);
        let error = Diagnostic::error("network/pointer", message).at(self.place.key(), "placed here");
        let note =
            "An artificial cell has no membrane and no other parts; what passes between cells are events.";
        self.context.problems.push(error.note(note));
    }

    /// The identifiers of random streams for the chosen cells.
    fn streams(
        &mut self,
        mechanism: usize,
        given: &Named<Vec<Scalar>>,
        place: &Place,
        chosen: &[u32],
    ) -> Vec<StreamIds> {
        let module = &self.library.used[mechanism].module;
        let randoms = module.randoms.clone();
        let mechanism = module.name.clone();
        let mut out = Vec::new();
        for (name, list) in given.iter() {
            let here = place.at(name);
            let Some(random) = randoms.iter().position(|random| random == name) else {
                let message = format!("`{mechanism}` has no RANDOM variable `{name}`");
                let error = Diagnostic::error("network/stream", message).at(here.key(), "");
                let known = randoms.iter().map(String::as_str);
                self.context.problems.push(match suggest(name, known.clone()) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None if randoms.is_empty() => error,
                    None => error.note(it_has(known)),
                });
                continue;
            };
            if !(1..=4).contains(&list.len()) {
                let message = format!("a stream has 1 to 4 identifiers, not {}", list.len());
                self.context.error("network/stream", here.span(), message);
                continue;
            }
            let mut of_cell = vec![[0; 4]; chosen.len()];
            for (k, scalar) in list.iter().enumerate() {
                let given =
                    Given { key: name, scalar, place: here.item(k), use_name: format!("streams.{name}") };
                let Some(values) = self.per_cell(&given, chosen) else { continue };
                for (cell, ids) in of_cell.iter_mut().enumerate() {
                    let value = values.get(cell, 0);
                    if value.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&value) {
                        let message =
                            format!("an identifier is a whole number from 0 to 4294967295, not {value}");
                        self.context.error("network/stream", here.item(k).span(), message);
                        break;
                    }
                    ids[k] = value as u32;
                }
            }
            out.push(StreamIds { random, of_cell });
        }
        out
    }

    fn same_times(&mut self, list: &[Scalar], place: &Place<'c>) -> Option<Vec<Arc<[f64]>>> {
        let mut times = Vec::new();
        for (i, scalar) in list.iter().enumerate() {
            times.push(self.context.number(Some(scalar), &place.item(i), 0.0, NOT_NEGATIVE)?);
        }
        times.sort_by(f64::total_cmp);
        let times: Arc<[f64]> = times.into();
        Some(vec![times; self.count as usize])
    }

    fn times_of_table(
        &mut self,
        entry: &description::TimesTable,
        place: &Place<'c>,
    ) -> Option<Vec<Arc<[f64]>>> {
        let table = find_table(self.context, &entry.table, &place.at("table"))?;
        let columns = table.column_names();
        let names: Vec<&str> = columns.iter().map(String::as_str).collect();
        let scope = Scope::of(&names).and("row");
        let name = |i: usize| Scalar::Text(names.get(i).map_or("row", |n| n).to_string());
        let cell = entry.cell.clone().unwrap_or_else(|| name(0));
        let time = entry.time.clone().unwrap_or_else(|| name(1));
        let cell = self.context.expression(&cell, &place.at("cell"), &scope)?;
        let time = self.context.expression(&time, &place.at("time"), &scope)?;
        let mut lists: Vec<Vec<f64>> = vec![Vec::new(); self.count as usize];
        for row in 0..table.rows() {
            let mut values = table.row(row).to_vec();
            values.push(row as f64);
            let what = format!("row {row} of `{}`", table.file);
            let number = self.context.evaluate(&cell, &values, ANY, &what)?;
            let number = self.context.taken(cell_number(number, &table, row))?;
            let at = self.context.evaluate(&time, &values, NOT_NEGATIVE, &what)?;
            let Some(list) = lists.get_mut(number as usize) else {
                let message = format!("there is no cell {number}: `{}` has {} cells", self.name, self.count);
                self.context.error("network/cells", table.place(row), message);
                return None;
            };
            list.push(at);
        }
        let sorted = lists.into_iter().map(|mut list| {
            list.sort_by(f64::total_cmp);
            list.into()
        });
        Some(sorted.collect())
    }
}
