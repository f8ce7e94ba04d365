//! `[connection]`: rules, weights and delays.
//!
//! In: the populations of a model. Out: its projections, each with its connections sorted by source and target. A random
//! weight or delay is keyed by seed, connection entry and pair, never by the order in which pairs are made.

use super::context::{ANY, Context, NOT_NEGATIVE};
use super::description;
use super::document::Place;
use super::model::{Body, CellBody, Connections, Model, Population, Projection};
use super::pairs::{Pairing, Pairs};
use crate::diagnostic::Diagnostic;

/// NEURON's default delay of a NetCon, ms.
const DEFAULT_DELAY: f64 = 1.0;

/// Builds all projections of `model`, whose populations are complete.
pub(crate) fn build(context: &mut Context, model: &mut Model) {
    let description = context.description;
    for (name, entry) in description.connection.iter() {
        let place = context.document.place().at("connection").at(name);
        if context.switch(entry.enabled.as_ref(), &place.at("enabled"), true) == Some(true)
            && let Some(projection) = projection(context, model, name, entry, &place)
        {
            model.projections.push(projection);
        }
    }
}

fn projection(
    context: &mut Context,
    model: &Model,
    name: &str,
    entry: &description::Connection,
    place: &Place,
) -> Option<Projection> {
    let pairing = Pairing::of_connection(entry);
    pairing.unused_keys(context, place);
    let source = source(context, model, entry, place);
    let target = target(context, model, entry, place);
    let (source, (target, point)) = (source?, target?);
    let work = Pairs {
        group: "connection",
        name,
        table: pairing.table(context, place)?,
        pairing,
        place,
        from: &model.populations[source],
        to: &model.populations[target],
        same: source == target,
    };
    let mut pairs = work.pairs(context)?;
    if let Some(only) = point.and_then(|p| point_cells(&model.populations[target], p)) {
        pairs.retain(|pair| only.binary_search(&pair.target).is_ok());
    }
    pairs.sort(work.from.count, work.to.count);
    work.filter(context, &mut pairs)?;
    let values = |context: &mut Context, key, scalar, default, bounds| {
        work.values(context, &pairs, key, &place.at(key), scalar, default, bounds)
    };
    let weight = values(context, "weight", Some(&entry.weight), 0.0, ANY)?;
    let delay = values(context, "delay", entry.delay.as_ref(), DEFAULT_DELAY, NOT_NEGATIVE)?;
    let connections = Connections { source: pairs.source, target: pairs.target, weight, delay };
    Some(Projection { name: name.to_string(), source, target, point, connections })
}

fn source(
    context: &mut Context,
    model: &Model,
    entry: &description::Connection,
    place: &Place,
) -> Option<usize> {
    let here = place.at("from");
    let (number, population) = find_population(context, model, &entry.from, &here)?;
    if let Body::Cells(CellBody { detector: None, fires: None, cell_type, .. }) = &population.body {
        let message =
            format!("the cells of `{}` never fire: their type `{cell_type}` has no detector", entry.from);
        let error = Diagnostic::error("network/detector", message).at(here.span(), "");
        let help = format!("add `[cell.{cell_type}.detector]` with a `threshold` (mV)");
        context.problems.push(error.help(help));
        return None;
    }
    Some(number)
}

/// The population of that name; a population that could not be built has been reported.
pub(crate) fn find_population<'m>(
    context: &mut Context,
    model: &'m Model,
    name: &str,
    place: &Place,
) -> Option<(usize, &'m Population)> {
    let found = model.population(name);
    if found.is_none() && context.description.population.get(name).is_none() {
        context.unknown("population", name, place.span(), context.description.population.names());
    }
    found
}

fn target(
    context: &mut Context,
    model: &Model,
    entry: &description::Connection,
    place: &Place,
) -> Option<(usize, Option<usize>)> {
    let here = place.at("to");
    let (name, point) = match entry.to.split_once('.') {
        Some((name, point)) => (name, Some(point)),
        None => (entry.to.as_str(), None),
    };
    let (number, population) = find_population(context, model, name, &here)?;
    let (mechanism, point) = match (&population.body, point) {
        (Body::Artificial(body), None) => (body.mechanism, None),
        (Body::Artificial(_), Some(point)) => {
            let message = format!("`{name}` is artificial, so it has no point process `{point}`");
            context.problems.push(
                Diagnostic::error("network/target", message)
                    .at(here.span(), "")
                    .help(format!("write `{name}`")),
            );
            return None;
        }
        (Body::Cells(body), point) => {
            let points = body.points.iter().map(|p| p.name.as_str());
            let Some(point) = point else {
                let message = format!("`{name}` alone does not say which point process receives");
                let error = Diagnostic::error("network/target", message).at(here.span(), "");
                let help = match points.clone().next() {
                    Some(first) => format!("write `{name}.{first}`, or another of its point processes"),
                    None => format!("give its cells one, as in `[cell.{}.point.synapse]`", body.cell_type),
                };
                context.problems.push(error.help(help));
                return None;
            };
            let Some(index) = points.clone().position(|p| p == point) else {
                if described(context, &body.cell_type, name, point) {
                    return None;
                }
                let what = format!("point process in `{name}` called");
                context.unknown(&what, point, here.span(), points);
                return None;
            };
            (body.points[index].mechanism, Some(index))
        }
    };
    let module = &model.mechanisms[mechanism].module;
    if module.receive.is_none() {
        let message =
            format!("`{}` cannot receive: the mechanism `{}` has no NET_RECEIVE", entry.to, module.name);
        context.error("network/target", here.span(), message);
        return None;
    }
    Some((number, point))
}

/// Whether the description has that point process, so that its absence has been reported.
fn described(context: &Context, cell: &str, population: &str, point: &str) -> bool {
    let of_cell = context.description.cell.get(cell).is_some_and(|c| c.point.get(point).is_some());
    let stimulus = context.description.stimulus.get(point);
    let broken = context.problems.has_errors();
    (of_cell || stimulus.is_some_and(|s| s.population == population)) && broken
}

/// The cells that have a point process, when not all do.
fn point_cells(population: &Population, point: usize) -> Option<&[u32]> {
    match &population.body {
        Body::Cells(body) => body.points[point].cells.as_deref(),
        Body::Artificial(_) => None,
    }
}
