//! `[population]` and `[stimulus]`: how many cells there are, and what differs between them.
//!
//! In: types of cells and the mechanisms. Out: the populations of the model, numbered in the order of the description. A value that
//! is an expression of `index` is worked out here for each cell; a random one is drawn from a stream keyed by seed,
//! population, cell and the value's name.

use std::sync::Arc;

use super::cells::{CellType, node, uniform_or};
use super::context::{ANY, Context};
use super::description::{self, CellValue, Named, Scalar, Times};
use super::document::Place;
use super::expression::Scope;
use super::ions;
use super::library::{Library, limits, settable};
use super::model::{ArtificialBody, Body, CellBody, Ion, PointSet, Population, Setting, Values};
use super::names::{cell_number, find_table};
use crate::diagnostic::Diagnostic;
use crate::ir::Kind;

/// More cells than global ids can number.
const MOST: u64 = 2_147_483_648;

/// Keys of a point process that are not the mechanism's.
const POINT_KEYS: [&str; 3] = ["mechanism", "at", "values"];
/// Keys of a stimulus that are not the mechanism's.
const STIMULUS_KEYS: [&str; 6] = ["population", "cells", "at", "mechanism", "enabled", "values"];

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
        let work = Work { name, entry, place, count: count as u32 };
        if let Some(body) = work.body(context, library, cells, ions) {
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

struct Work<'w, 'd> {
    name: &'w str,
    entry: &'w description::Population,
    place: Place<'d>,
    count: u32,
}

impl Work<'_, '_> {
    fn body(
        &self,
        context: &mut Context,
        library: &mut Library,
        cells: &[CellType],
        ions: &mut Vec<Ion>,
    ) -> Option<Body> {
        match (&self.entry.cell, &self.entry.mechanism) {
            (Some(cell), None) => self.cells(context, library, cells, ions, cell).map(Body::Cells),
            (None, Some(mechanism)) => self.artificial(context, library, mechanism).map(Body::Artificial),
            _ => {
                let message = format!("the population `{}` needs either `cell` or `mechanism`", self.name);
                context.error("network/population", self.place.key(), message);
                None
            }
        }
    }

    fn cells(
        &self,
        context: &mut Context,
        library: &mut Library,
        cells: &[CellType],
        ions: &mut Vec<Ion>,
        name: &str,
    ) -> Option<CellBody> {
        let description = context.description;
        let times = self.place.at("times");
        if times.exists() {
            context.error(
                "network/unused",
                times.key(),
                "`times` belongs to artificial cells that play a list",
            );
        }
        let Some(cell) = cells.iter().find(|c| c.shape.name == name) else {
            if description.cell.get(name).is_none() {
                let here = self.place.at("cell").span();
                context.unknown("type of cell", name, here, description.cell.names());
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
            rests: cell.rests.clone(),
        };
        let described = description.cell.get(name)?;
        for (point, entry) in described.point.iter() {
            let place = context.document.place().at("cell").at(name).at("point").at(point);
            let spot = Spot { at: entry.at.as_deref(), cells: None, reserved: &POINT_KEYS };
            let mechanism = entry.mechanism.as_deref().unwrap_or(point);
            let values = (&entry.others, &entry.values);
            self.point(context, library, cell, &mut body, point, mechanism, values, spot, &place);
        }
        for (stimulus, entry) in description.stimulus.iter().filter(|(_, s)| s.population == self.name) {
            let place = context.document.place().at("stimulus").at(stimulus);
            if context.switch(entry.enabled.as_ref(), &place.at("enabled"), true) != Some(true) {
                continue;
            }
            let chosen = context.cells(entry.cells.as_ref(), &place.at("cells"), self.count, self.name);
            let Some(chosen) = chosen else { continue };
            let all = chosen.len() == self.count as usize;
            let spot =
                Spot { at: entry.at.as_deref(), cells: (!all).then_some(chosen), reserved: &STIMULUS_KEYS };
            let values = (&entry.others, &entry.values);
            self.point(context, library, cell, &mut body, stimulus, &entry.mechanism, values, spot, &place);
        }
        let mut users: Vec<(usize, &[u32])> =
            body.densities.iter().map(|d| (d.mechanism, d.nodes.as_slice())).collect();
        let nodes: Vec<(usize, [u32; 1])> = body.points.iter().map(|p| (p.mechanism, [p.node])).collect();
        users.extend(nodes.iter().map(|(mechanism, node)| (*mechanism, node.as_slice())));
        body.ions = ions::sets(context, library, ions, cell, &users);
        self.values(context, library, cell, ions, &mut body);
        Some(body)
    }

    /// Adds a point process.
    #[allow(clippy::too_many_arguments)]
    fn point(
        &self,
        context: &mut Context,
        library: &mut Library,
        cell: &CellType,
        body: &mut CellBody,
        name: &str,
        mechanism: &str,
        (others, values): (&Named<Scalar>, &Named<Scalar>),
        spot: Spot,
        place: &Place,
    ) {
        if body.points.iter().any(|p| p.name == name) || cell.has_entry(library, name) {
            let message = format!("the cells of `{}` already have something called `{name}`", self.name);
            context.error("network/name", place.key(), message);
            return;
        }
        let here = place.at("at");
        let location = cell.shape.location(context, spot.at, &here);
        let named = place.at("mechanism");
        let span = if named.exists() { named.span() } else { place.key() };
        let mechanism = library.find(context, mechanism, Kind::PointProcess, span);
        let (Some(location), Some(mechanism)) = (location, mechanism) else { return };
        let Some(node) = node(context, &cell.compartments, location, &here) else { return };
        let chosen = spot.cells.clone().unwrap_or_else(|| (0..self.count).collect());
        let mut settings = Vec::new();
        let direct = others.iter().map(|(key, scalar)| (key, scalar, place.at(key)));
        let values = values.iter().map(|(key, scalar)| (key, scalar, place.at("values").at(key)));
        for (key, scalar, here) in direct.chain(values) {
            let use_name = format!("{name}.{key}");
            self.setting(
                context,
                library,
                mechanism,
                key,
                scalar,
                &here,
                &chosen,
                &use_name,
                spot.reserved,
                &mut settings,
            );
        }
        body.points.push(PointSet { name: name.to_string(), mechanism, node, cells: spot.cells, settings });
    }

    /// Works out one value for the chosen cells and adds it; a later value of the same column replaces an earlier one.
    #[allow(clippy::too_many_arguments)]
    fn setting(
        &self,
        context: &mut Context,
        library: &Library,
        mechanism: usize,
        key: &str,
        scalar: &Scalar,
        place: &Place,
        chosen: &[u32],
        use_name: &str,
        reserved: &[&str],
        settings: &mut Vec<Setting>,
    ) -> Option<()> {
        let module = &library.used[mechanism].module;
        let columns = settable(context, module, key, place.key(), reserved)?;
        let values = self.per_cell(context, scalar, place, chosen, use_name)?;
        let first = match &values {
            Values::Uniform(value) => Some(*value),
            Values::PerNode(list) | Values::PerCell(list) => list.first().copied(),
        };
        if let (Some(variable), Some(value)) = (module.variable(key), first) {
            limits(context, variable, value, place.span());
        }
        for column in columns {
            settings.retain(|s| s.column != column);
            settings.push(Setting { column, values: values.clone() });
        }
        Some(())
    }

    /// The values of an expression of `index` and `count` for the chosen cells.
    fn per_cell(
        &self,
        context: &mut Context,
        scalar: &Scalar,
        place: &Place,
        chosen: &[u32],
        use_name: &str,
    ) -> Option<Values> {
        let expression = context.expression(scalar, place, &Scope::random(&["index", "count"]))?;
        let what = format!("`{}`", place.path());
        if expression.is_constant() {
            return context.evaluate(&expression, &[], ANY, &what).map(Values::Uniform);
        }
        let mut out = Vec::with_capacity(chosen.len());
        for cell in chosen {
            let parts = [self.name.into(), u64::from(*cell).into(), use_name.into()];
            match expression.value(&[f64::from(*cell), f64::from(self.count)], || context.stream(&parts)) {
                Ok(value) => out.push(value),
                Err(failure) => {
                    context
                        .problems
                        .push(failure.diagnostic(&format!("{what} of cell {cell} of `{}`", self.name)));
                    return None;
                }
            }
        }
        Some(uniform_or(out, Values::PerCell))
    }

    /// `values.NAME.VARIABLE` of cells.
    fn values(
        &self,
        context: &mut Context,
        library: &Library,
        cell: &CellType,
        ions: &[Ion],
        body: &mut CellBody,
    ) {
        let all: Vec<u32> = (0..self.count).collect();
        for (name, group) in self.entry.values.iter() {
            let place = self.place.at("values").at(name);
            let CellValue::Group(group) = group else {
                let message = format!("`{}` needs the name of a variable", place.path());
                let error = Diagnostic::error("network/value", message).at(place.key(), "");
                context.problems.push(error.help(format!("write `values.{name}.VARIABLE = ...`")));
                continue;
            };
            for (key, scalar) in group.iter() {
                let here = place.at(key);
                let use_name = format!("{name}.{key}");
                if let Some(point) = body.points.iter_mut().find(|p| p.name == name) {
                    let chosen = point.cells.clone().unwrap_or_else(|| all.clone());
                    let settings = &mut point.settings;
                    let mechanism = point.mechanism;
                    self.setting(
                        context,
                        library,
                        mechanism,
                        key,
                        scalar,
                        &here,
                        &chosen,
                        &use_name,
                        &[],
                        settings,
                    );
                } else if cell.has_entry(library, name) {
                    self.density_value(context, library, cell, body, name, key, scalar, &here, &all);
                } else if let Some(ion) = ions.iter().position(|ion| ion.name == name) {
                    self.ion_value(context, body, ion, key, scalar, &here, &all);
                } else {
                    let points = body.points.iter().map(|p| p.name.as_str());
                    let entries = cell.entries.iter().map(|e| e.name.as_str());
                    let known = points.chain(entries).chain(ions.iter().map(|i| i.name.as_str()));
                    let known: Vec<&str> = known.collect();
                    context.unknown("point process, mechanism or ion", name, place.key(), known.into_iter());
                    break;
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn density_value(
        &self,
        context: &mut Context,
        library: &Library,
        cell: &CellType,
        body: &mut CellBody,
        name: &str,
        key: &str,
        scalar: &Scalar,
        place: &Place,
        all: &[u32],
    ) -> Option<()> {
        let (first, _) = cell.density(context, library, name, key, place)?;
        let mechanism = body.densities[first].mechanism;
        if cell.entries.iter().filter(|e| e.mechanism == mechanism).count() > 1 {
            let module = &library.used[mechanism].module.name;
            let message = format!(
                "a value cell by cell needs the mechanism in one entry, and `{module}` is in several"
            );
            context.error("network/value", place.key(), message);
            return None;
        }
        let use_name = format!("{name}.{key}");
        for density in 0..body.densities.len() {
            if body.densities[density].mechanism != mechanism {
                continue;
            }
            let mut settings = std::mem::take(&mut body.densities[density].settings);
            self.setting(context, library, mechanism, key, scalar, place, all, &use_name, &[], &mut settings);
            if settings
                .iter()
                .any(|s| body.rests.iter().any(|r| r.density == density && r.column == s.column))
            {
                let message = format!("`{name}.{key}` is already chosen so that the cell rests");
                context.error("network/rest", place.key(), message);
            }
            body.densities[density].settings = settings;
        }
        Some(())
    }

    #[allow(clippy::too_many_arguments)]
    fn ion_value(
        &self,
        context: &mut Context,
        body: &mut CellBody,
        ion: usize,
        key: &str,
        scalar: &Scalar,
        place: &Place,
        all: &[u32],
    ) -> Option<()> {
        let use_name = format!("{}.{key}", place.path());
        let values = self.per_cell(context, scalar, place, all, &use_name)?;
        for set in body.ions.iter_mut().filter(|set| set.ion == ion) {
            let field = match key {
                "reversal" => &mut set.reversal,
                "inside" => &mut set.inside,
                "outside" => &mut set.outside,
                _ => {
                    let known = ["reversal", "inside", "outside"];
                    context.unknown("value of an ion called", key, place.key(), known.into_iter());
                    return None;
                }
            };
            *field = values.clone();
        }
        Some(())
    }

    fn artificial(&self, context: &mut Context, library: &mut Library, name: &str) -> Option<ArtificialBody> {
        let span = self.place.at("mechanism").span();
        let mechanism = library.find(context, name, Kind::ArtificialCell, span)?;
        let all: Vec<u32> = (0..self.count).collect();
        let mut settings = Vec::new();
        for (key, value) in self.entry.values.iter() {
            let place = self.place.at("values").at(key);
            match value {
                CellValue::Value(scalar) => {
                    let list = &mut settings;
                    self.setting(context, library, mechanism, key, scalar, &place, &all, key, &[], list);
                }
                CellValue::Group(_) => {
                    let message =
                        format!("an artificial cell has no parts, so `{key}` must be a value of `{name}`");
                    context.error("network/value", place.key(), message);
                }
            }
        }
        let times = self.place.at("times");
        let module = &library.used[mechanism].module;
        let times = match &self.entry.times {
            Some(_) if !module.plays => {
                context.error(
                    "network/unused",
                    times.key(),
                    format!("`{name}` does not play a list of times"),
                );
                return None;
            }
            Some(list) => self.times(context, list, &times)?,
            None => Vec::new(),
        };
        Some(ArtificialBody { mechanism, settings, times })
    }

    fn times(&self, context: &mut Context, times: &Times, place: &Place) -> Option<Vec<Arc<[f64]>>> {
        let mut lists: Vec<Vec<f64>> = vec![Vec::new(); self.count as usize];
        match times {
            Times::List(list) => {
                let mut all = Vec::new();
                for (i, scalar) in list.iter().enumerate() {
                    all.push(context.number(
                        Some(scalar),
                        &place.item(i),
                        0.0,
                        super::context::NOT_NEGATIVE,
                    )?);
                }
                all.sort_by(f64::total_cmp);
                let all: Arc<[f64]> = all.into();
                return Some(vec![all; self.count as usize]);
            }
            Times::Table(entry) => {
                let table = find_table(context, &entry.table, &place.at("table"))?;
                let columns = table.column_names();
                let names: Vec<&str> = columns.iter().map(String::as_str).collect();
                let scope = Scope::of(&names).and("row");
                let name = |i: usize| Scalar::Text(names.get(i).map_or("row", |n| n).to_string());
                let cell = entry.cell.clone().unwrap_or_else(|| name(0));
                let time = entry.time.clone().unwrap_or_else(|| name(1));
                let cell = context.expression(&cell, &place.at("cell"), &scope)?;
                let time = context.expression(&time, &place.at("time"), &scope)?;
                for row in 0..table.rows() {
                    let mut values = table.row(row).to_vec();
                    values.push(row as f64);
                    let what = format!("row {row} of `{}`", table.file);
                    let number = context.evaluate(&cell, &values, ANY, &what)?;
                    let number = cell_number(context, number, &table, row)?;
                    let at = context.evaluate(&time, &values, super::context::NOT_NEGATIVE, &what)?;
                    match lists.get_mut(number as usize) {
                        Some(list) => list.push(at),
                        None => {
                            let message = format!(
                                "there is no cell {number}: `{}` has {} cells",
                                self.name, self.count
                            );
                            context.error("network/cells", table.place(row), message);
                            return None;
                        }
                    }
                }
            }
        }
        let sorted = lists.into_iter().map(|mut list| {
            list.sort_by(f64::total_cmp);
            list.into()
        });
        Some(sorted.collect())
    }
}

/// Where a point process goes.
struct Spot<'s> {
    at: Option<&'s str>,
    /// `None`: every cell.
    cells: Option<Vec<u32>>,
    reserved: &'s [&'s str],
}
