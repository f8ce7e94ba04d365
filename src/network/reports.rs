//! `[record]`: what to record beside spikes.
//!
//! In: the populations of a model and the shapes of their cells. Out: reports, each of one variable at given places of given cells.

use super::cells::CellType;
use super::connections::find_population;
use super::context::Context;
use super::description::{self, OneOrMore};
use super::document::Place;
use super::library::{Library, columns};
use super::model::{Body, CellBody, Element, Ion, Model, PointSet, Quantity, Report};
use crate::diagnostic::Diagnostic;
use crate::ir::IonVariable;
use crate::morphology::{Location, Placement};

/// Builds all reports of `model`, whose populations are complete.
pub(crate) fn build(context: &mut Context, library: &Library, cells: &[CellType], model: &mut Model) {
    let description = context.description;
    for (name, entry) in description.record.iter() {
        let place = context.document.place().at("record").at(name);
        if context.switch(entry.enabled.as_ref(), &place.at("enabled"), true) == Some(true)
            && let Some(report) = report(context, library, cells, model, name, entry, &place)
        {
            model.reports.push(report);
        }
    }
}

fn report(
    context: &mut Context,
    library: &Library,
    cells: &[CellType],
    model: &Model,
    name: &str,
    entry: &description::Record,
    place: &Place,
) -> Option<Report> {
    if name == "spikes" {
        context.error("network/name", place.key(), "`spikes` is the name of the spikes' own file");
        return None;
    }
    let here = place.at("population");
    let (number, population) = find_population(context, model, &entry.population, &here)?;
    let Body::Cells(body) = &population.body else {
        let message =
            format!("`{}` is artificial: its cells have no membrane to record from", entry.population);
        context.error("network/record", here.span(), message);
        return None;
    };
    let cell = cells.iter().find(|c| c.shape.name == body.cell_type)?;
    let chosen = context.cells(entry.cells.as_ref(), &place.at("cells"), population.count, &population.name);
    let every = every(context, entry, place, model.simulation.dt);
    let double = context.switch(entry.double.as_ref(), &place.at("double"), false);
    let variable = entry.variable.as_deref().unwrap_or("v");
    let found = quantity(context, library, cell, body, &model.ions, variable, &place.at("variable"));
    let locations = locations(context, cell, entry.at.as_ref(), &place.at("at"));
    let (quantity, unit) = found?;
    let chosen = match &quantity {
        Quantity::Point { point, .. } => {
            with_point(context, &body.points[*point], chosen?, entry.cells.is_none(), place)
        }
        _ => chosen,
    };
    let elements = elements(context, cell, body, &quantity, variable, &locations?, place)?;
    Some(Report {
        name: name.to_string(),
        population: number,
        cells: chosen?,
        elements,
        quantity,
        variable: variable.to_string(),
        unit,
        every: every?,
        double: double?,
    })
}

/// The cells that have the point process: those chosen, or all that have it when none were chosen.
fn with_point(
    context: &mut Context,
    point: &PointSet,
    chosen: Vec<u32>,
    all: bool,
    place: &Place,
) -> Option<Vec<u32>> {
    let Some(having) = &point.cells else { return Some(chosen) };
    if all {
        return Some(having.clone());
    }
    let Some(without) = chosen.iter().find(|cell| having.binary_search(cell).is_err()) else {
        return Some(chosen);
    };
    let message = format!("cell {without} has no `{}`, so there is nothing to record in it", point.name);
    let error = Diagnostic::error("network/record", message).at(place.at("cells").span(), "");
    context.problems.push(error.help("leave `cells` out to record from all cells that have it"));
    None
}

/// The interval as a number of steps.
fn every(context: &mut Context, entry: &description::Record, place: &Place, dt: f64) -> Option<u32> {
    let here = place.at("every");
    let interval = context.number(entry.every.as_ref(), &here, dt, super::context::POSITIVE)?;
    let steps = (interval / dt).round();
    if steps >= 1.0 && steps < f64::from(u32::MAX) && (steps * dt - interval).abs() <= 1e-9 * interval {
        return Some(steps as u32);
    }
    let message = format!("`{}` is {interval} ms, which is no multiple of dt = {dt} ms", here.path());
    let near = (steps.max(1.0) * dt * 1e9).round() / 1e9;
    let error = Diagnostic::error("network/record", message).at(here.span(), "");
    context.problems.push(error.help(format!("the nearest multiple is {near}")));
    None
}

/// What a variable's name means in a cell, with its unit.
pub(super) fn quantity(
    context: &mut Context,
    library: &Library,
    cell: &CellType,
    body: &CellBody,
    ions: &[Ion],
    variable: &str,
    place: &Place,
) -> Option<(Quantity, String)> {
    if variable == "v" {
        return Some((Quantity::Voltage, "mV".to_string()));
    }
    if let Some((name, inner)) = variable.split_once('.') {
        if let Some(point) = body.points.iter().position(|p| p.name == name) {
            let module = library.used[body.points[point].mechanism].module.clone();
            let (variable, columns) = columns(context, &module, inner, place.span(), &[])?;
            return Some((Quantity::Point { point, column: columns.start }, variable.unit.clone()));
        }
        if cell.has_entry(library, name) {
            let (density, columns) = cell.density(context, library, name, inner, place)?;
            let module = &library.used[body.densities[density].mechanism].module;
            let unit =
                module.variables.iter().find(|v| (v.first..v.first + v.length).contains(&columns.start));
            let unit = unit.map_or(String::new(), |v| v.unit.clone());
            return Some((Quantity::Density { density, column: columns.start }, unit));
        }
        let points = body.points.iter().map(|p| p.name.as_str());
        let known: Vec<&str> = points.chain(cell.entries.iter().map(|e| e.name.as_str())).collect();
        context.unknown("mechanism or point process", name, place.span(), known.into_iter());
        return None;
    }
    for (index, set) in body.ions.iter().enumerate() {
        let name = &ions[set.ion].name;
        let variables = [
            (format!("e{name}"), IonVariable::Reversal, "mV"),
            (format!("{name}i"), IonVariable::Inside, "mM"),
            (format!("{name}o"), IonVariable::Outside, "mM"),
            (format!("i{name}"), IonVariable::Current, "mA/cm2"),
        ];
        if let Some((_, which, unit)) = variables.into_iter().find(|(n, ..)| n == variable) {
            return Some((Quantity::Ion { ion: index, variable: which }, unit.to_string()));
        }
    }
    // It may be of an ion that only a mechanism uses that is complained of already.
    if !context.failed.is_empty() {
        return None;
    }
    let message = format!("the cell `{}` has no variable `{variable}`", cell.shape.name);
    let error = Diagnostic::error("network/record", message).at(place.span(), "");
    let help =
        "write `v`, a mechanism's or point process's variable as `hh.m`, or an ion's as `ena`, `cai`, `ina`";
    context.problems.push(error.help(help));
    None
}

/// The places to record at; a set of sections means all their segments.
fn locations(
    context: &mut Context,
    cell: &CellType,
    at: Option<&OneOrMore>,
    place: &Place,
) -> Option<Vec<Location>> {
    let shape = &cell.shape;
    let texts: Vec<(&str, Place)> = match at {
        None => return Some(vec![shape.location(context, None, place)?]),
        Some(OneOrMore::One(text)) => vec![(text.as_str(), place.clone())],
        Some(OneOrMore::More(list)) => {
            list.iter().enumerate().map(|(i, text)| (text.as_str(), place.item(i))).collect()
        }
    };
    let mut out = Vec::new();
    for (text, here) in texts {
        if text.contains('(') {
            out.push(shape.parse(context, text, here.span())?);
            continue;
        }
        let before = out.len();
        for section in shape.sections(context, &OneOrMore::One(text.to_string()), &here) {
            let at = &shape.tree.sections()[section];
            out.extend((0..at.nseg()).map(|i| Location { section, x: at.segment_x(i) }));
        }
        if out.len() == before {
            return None;
        }
    }
    Some(out)
}

fn elements(
    context: &mut Context,
    cell: &CellType,
    body: &CellBody,
    quantity: &Quantity,
    variable: &str,
    locations: &[Location],
    place: &Place,
) -> Option<Vec<Element>> {
    let shape = &body.compartments;
    let placement = match quantity {
        Quantity::Voltage => Placement::Point,
        _ => Placement::Density,
    };
    if let Quantity::Point { point, .. } = quantity {
        let here = place.at("at");
        if here.exists() {
            let message = format!("`{variable}` is of a point process, which has its own place");
            context.error("network/unused", here.key(), message);
        }
        let node = body.points[*point].node;
        let at = node as usize;
        return Some(vec![Element { node, section: shape.section[at], x: shape.x[at] }]);
    }
    let mut out = Vec::new();
    for location in locations {
        let Ok(node) = shape.locate(location.section, location.x, placement) else {
            context.error("network/location", place.at("at").span(), "there is no node at this location");
            return None;
        };
        if !body.holds(quantity, node) {
            let section = cell.shape.tree.sections()[location.section].name();
            let message = format!("there is no `{variable}` at {section}({})", location.x);
            if context.failed.is_empty() {
                context.error("network/record", place.at("at").span(), message);
            }
            return None;
        }
        out.push(Element { node, section: location.section as u32, x: location.x });
    }
    Some(out)
}
