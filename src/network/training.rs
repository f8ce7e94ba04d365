//! `[training]`: how `volley train` chooses cells.
//!
//! In: the description and a model whose populations are complete. Out: which cells may be chosen together, and what is
//! written of each.

use super::connections::find_population;
use super::context::{ANY, Context};
use super::description::{self, Parameter, Scalar};
use super::document::Place;
use super::expression::Scope;
use super::model::Model;

/// How cells are chosen in training.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// Name of the population whose cells are chosen.
    pub population: String,
    /// How many cells to choose.
    pub select: usize,
    /// For each cell of the population the number of its group, from 0; no two cells of a group are chosen.
    pub groups: Vec<u32>,
    /// For each cell of the population what is written of it.
    pub rows: Vec<Vec<f64>>,
    /// The parameter that names the file of chosen cells.
    pub parameter: String,
    /// Whether the number of cells goes on a line of its own before them.
    pub counted: bool,
    /// Parameters and their values before training, as `--set` takes them.
    pub untrained: Vec<(String, String)>,
}

/// Reads `[training]`. `None` where there is none, or after a complaint.
pub(crate) fn read(context: &mut Context, model: &Model) -> Option<Training> {
    let description = context.description;
    let entry = description.training.as_ref()?;
    let place = context.document.place().at("training");
    let population = find_population(context, model, &entry.population, &place.at("population"));
    let count = population.map(|(_, population)| population.count);
    let parameter = known_parameter(context, &entry.parameter, &place.at("parameter"));
    let counted = table(context, entry, &place);
    for (name, _) in entry.untrained.iter() {
        known_parameter(context, name, &place.at("untrained").at(name));
    }
    let groups = groups(context, entry, &place, count);
    let most = groups.as_ref().map_or(u32::MAX.into(), |groups| number_of(groups) as u64);
    let select = context.whole(Some(&entry.select), &place.at("select"), 0, 2, most.max(2));
    let rows = rows(context, entry, &place, count);
    let text = |value: &Parameter| match value {
        Parameter::Number(x) => format!("{x:?}"),
        Parameter::Switch(on) => on.to_string(),
        Parameter::Text(text) => text.clone(),
    };
    parameter?;
    Some(Training {
        population: entry.population.clone(),
        select: select? as usize,
        groups: groups?,
        rows: rows?,
        parameter: entry.parameter.clone(),
        counted: counted?,
        untrained: entry.untrained.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
    })
}

fn known_parameter(context: &mut Context, name: &str, place: &Place) -> Option<()> {
    let known = context.description.parameters.names();
    if context.description.parameters.get(name).is_some() {
        return Some(());
    }
    context.unknown("parameter", name, place.span(), known);
    None
}

/// Whether the table that reads the chosen cells skips a line.
fn table(context: &mut Context, entry: &description::Training, place: &Place) -> Option<bool> {
    let here = place.at("table");
    let Some(table) = context.description.table.get(&entry.table) else {
        context.unknown("table", &entry.table, here.span(), context.description.table.names());
        return None;
    };
    let skip = table.skip.unwrap_or(0);
    if skip > 1 {
        let message =
            format!("the table `{}` skips {skip} lines, and training writes at most one", entry.table);
        context.error("network/training", here.span(), message);
        return None;
    }
    if !table.columns.is_empty() && table.columns.len() != entry.columns.len().max(1) {
        let message = format!(
            "the table `{}` has {} columns, and training writes {}",
            entry.table,
            table.columns.len(),
            entry.columns.len().max(1)
        );
        context.error("network/training", place.at("columns").span(), message);
        return None;
    }
    Some(skip == 1)
}

/// The group of each cell; equal numbers of the description become one group.
fn groups(
    context: &mut Context,
    entry: &description::Training,
    place: &Place,
    count: Option<u32>,
) -> Option<Vec<u32>> {
    let values = column(context, entry.group.as_ref(), &place.at("group"), count)?;
    let mut distinct = values.clone();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    Some(values.iter().map(|v| distinct.partition_point(|d| d < v) as u32).collect())
}

/// Number of groups, which are numbered without gaps.
fn number_of(groups: &[u32]) -> usize {
    groups.iter().max().map_or(0, |most| *most as usize + 1)
}

fn rows(
    context: &mut Context,
    entry: &description::Training,
    place: &Place,
    count: Option<u32>,
) -> Option<Vec<Vec<f64>>> {
    let here = place.at("columns");
    let columns: Vec<Option<Vec<f64>>> = match entry.columns.as_slice() {
        [] => vec![column(context, None, &here, count)],
        columns => {
            let mut of = |(i, scalar)| column(context, Some(scalar), &here.item(i), count);
            columns.iter().enumerate().map(&mut of).collect()
        }
    };
    let columns: Vec<Vec<f64>> = columns.into_iter().collect::<Option<_>>()?;
    Some((0..count? as usize).map(|cell| columns.iter().map(|column| column[cell]).collect()).collect())
}

/// An expression of `index` worked out for every cell.
fn column(
    context: &mut Context,
    scalar: Option<&Scalar>,
    place: &Place,
    count: Option<u32>,
) -> Option<Vec<f64>> {
    let own = Scalar::Text("index".into());
    let expression = context.expression(scalar.unwrap_or(&own), place, &Scope::of(&["index", "count"]))?;
    let count = count?;
    let what = format!("`{}`", place.path());
    (0..count)
        .map(|cell| context.evaluate(&expression, &[f64::from(cell), f64::from(count)], ANY, &what))
        .collect()
}
