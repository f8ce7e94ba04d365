//! `[function_table.MECHANISM.NAME]`: values for the FUNCTION_TABLEs of a mechanism.
//!
//! In: the description. Out: [`Given`] tables of one or two arguments, whose points rise and which have a finite value at each.
//! They are read before the mechanism is compiled, which says whether one is missing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::{ANY, Context};
use super::description::{FunctionTable, Numbers};
use super::document::Place;
use super::library::Library;
use super::names::find_table;
use crate::diagnostic::Diagnostic;
use crate::ir::{Given, Points};

/// All tables that the description gives for a mechanism, by the name of the function.
pub(crate) fn of_mechanism(context: &mut Context, mechanism: &str) -> BTreeMap<String, Arc<Given>> {
    let mut found = BTreeMap::new();
    let Some(tables) = context.description.function_table.get(mechanism) else { return found };
    for (name, table) in tables.iter() {
        let place = context.document.place().at("function_table").at(mechanism).at(name);
        // What was complained of is not missed once more.
        let given = one(context, table, &place).unwrap_or_else(|| Given::constant(f64::NAN));
        found.insert(name.to_string(), Arc::new(given));
    }
    found
}

/// Complains of tables for mechanisms or functions that are not there.
pub(crate) fn check_names(context: &mut Context, library: &Library) {
    for (mechanism, tables) in context.description.function_table.iter() {
        let place = context.document.place().at("function_table").at(mechanism);
        let Some(used) = library.used.iter().find(|m| m.module.name == mechanism) else {
            if !library.is_refused(mechanism) {
                let names: Vec<&str> = library.used.iter().map(|m| m.module.name.as_str()).collect();
                context.unknown("mechanism in use called", mechanism, place.key(), names.into_iter());
            }
            continue;
        };
        let known = || used.module.function_tables().map(|t| t.name.as_str());
        for name in tables.names().filter(|name| !known().any(|k| k == *name)) {
            let what = format!("FUNCTION_TABLE in `{mechanism}` called");
            context.unknown(&what, name, place.at(name).key(), known());
        }
    }
}

fn one(context: &mut Context, table: &FunctionTable, place: &Place) -> Option<Given> {
    match (&table.value, &table.values, &table.table) {
        (Some(value), None, None) => {
            alone(context, table, place, "value")?;
            Some(Given::constant(context.number(Some(value), &place.at("value"), 0.0, ANY)?))
        }
        (None, None, Some(name)) => {
            alone(context, table, place, "table")?;
            of_file(context, name, &place.at("table"))
        }
        (None, Some(values), None) => of_values(context, table, values, place),
        _ => {
            let message =
                format!("`{}` needs `value`, `values` or `table`, and only one of them", place.path());
            let error = Diagnostic::error("network/function-table", message).at(place.key(), "");
            context.problems.push(error.help("type `values = [...]` with `from` and `to`, or with `at`"));
            None
        }
    }
}

/// Points beside what has none, or has its own.
fn alone(context: &mut Context, table: &FunctionTable, place: &Place, key: &str) -> Option<()> {
    let points = [("from", &table.from), ("to", &table.to), ("at", &table.at)];
    let (other, _) = match points.into_iter().find(|(_, given)| given.is_some()) {
        Some(found) => found,
        None => return Some(()),
    };
    context.error(
        "network/function-table",
        place.at(other).key(),
        format!("`{other}` has no meaning beside `{key}`"),
    );
    None
}

/// A table of numbers: points in its first column, values in its second.
fn of_file(context: &mut Context, name: &str, place: &Place) -> Option<Given> {
    let table = find_table(context, name, place)?;
    if table.columns() < 2 {
        let message = format!("`{name}` has one column; points and values are needed");
        context.error("network/function-table", place.span(), message);
        return None;
    }
    let column =
        |i: usize| (0..table.rows()).filter_map(|row| table.row(row).get(i).copied()).collect::<Vec<f64>>();
    let (at, values) = (column(0), column(1));
    if let Some(row) = at.windows(2).position(|pair| pair[0] >= pair[1]) {
        let message = format!("the points of `{name}` do not rise here");
        context.error("network/function-table", table.place(row + 1), message);
        return None;
    }
    if at.is_empty() {
        context.error("network/function-table", place.span(), format!("`{name}` has no rows"));
        return None;
    }
    Some(Given { points: vec![Points::At(at)], values })
}

fn of_values(context: &mut Context, table: &FunctionTable, values: &Numbers, place: &Place) -> Option<Given> {
    let here = place.at("values");
    let (rows, two) = lists(context, values, &here)?;
    let counts = match (two, rows.first()) {
        (true, Some(first)) => vec![rows.len(), first.len()],
        (false, Some(only)) => vec![only.len()],
        (_, None) => vec![0],
    };
    if counts.contains(&0) || rows.iter().any(|row| Some(row.len()) != counts.last().copied()) {
        let message = if counts.contains(&0) {
            "there are no values"
        } else {
            "the rows of values have different lengths"
        };
        context.error("network/function-table", here.span(), message);
        return None;
    }
    let points = match (&table.from, &table.to, &table.at) {
        (Some(from), Some(to), None) => even(context, &counts, from, to, place)?,
        (None, None, Some(at)) => anywhere(context, &counts, at, place)?,
        _ => {
            let message = format!("where are the values of `{}`?", place.path());
            let error = Diagnostic::error("network/function-table", message).at(here.key(), "");
            context.problems.push(error.help("give `from` and `to` for equal steps, or `at` for each point"));
            return None;
        }
    };
    Some(Given { points, values: rows.into_iter().flatten().collect() })
}

/// Equal steps, one range for each argument.
fn even(
    context: &mut Context,
    counts: &[usize],
    from: &Numbers,
    to: &Numbers,
    place: &Place,
) -> Option<Vec<Points>> {
    let (low, high) = (list(context, from, &place.at("from"))?, list(context, to, &place.at("to"))?);
    for (key, ends) in [("from", &low), ("to", &high)] {
        if ends.len() != counts.len() {
            let message =
                format!("`values` are of {} arguments, and this names {}", counts.len(), ends.len());
            context.error("network/function-table", place.at(key).span(), message);
            return None;
        }
    }
    if low.iter().zip(&high).any(|(low, high)| low > high) {
        context.error("network/function-table", place.at("to").span(), "`to` is less than `from`");
        return None;
    }
    let ends = low.into_iter().zip(high).zip(counts);
    Some(ends.map(|((low, high), count)| Points::Even { low, high, count: *count }).collect())
}

/// A list of points for each argument.
fn anywhere(context: &mut Context, counts: &[usize], at: &Numbers, place: &Place) -> Option<Vec<Points>> {
    let here = place.at("at");
    let (points, _) = lists(context, at, &here)?;
    if points.iter().map(Vec::len).ne(counts.iter().copied()) {
        let message = format!("`values` are {}, and these are {} points", by(counts), by_lengths(&points));
        context.error("network/function-table", here.span(), message);
        return None;
    }
    if points.iter().any(|list| list.windows(2).any(|pair| pair[0] >= pair[1])) {
        context.error("network/function-table", here.span(), "the points do not rise");
        return None;
    }
    Some(points.into_iter().map(Points::At).collect())
}

/// `5`, or `3 by 4`.
fn by(counts: &[usize]) -> String {
    counts.iter().map(usize::to_string).collect::<Vec<_>>().join(" by ")
}

fn by_lengths(lists: &[Vec<f64>]) -> String {
    by(&lists.iter().map(Vec::len).collect::<Vec<_>>())
}

/// A number, or a list of numbers.
fn list(context: &mut Context, numbers: &Numbers, place: &Place) -> Option<Vec<f64>> {
    match numbers {
        Numbers::One(scalar) => Some(vec![context.number(Some(scalar), place, 0.0, ANY)?]),
        Numbers::More(items) => {
            let mut found = Vec::new();
            for (i, item) in items.iter().enumerate() {
                let here = place.item(i);
                let Numbers::One(scalar) = item else {
                    context.error(
                        "network/function-table",
                        here.span(),
                        "a number is needed here, not a list",
                    );
                    return None;
                };
                found.push(context.number(Some(scalar), &here, 0.0, ANY)?);
            }
            Some(found)
        }
    }
}

/// A list of numbers, or a list of such lists; whether it is the latter.
fn lists(context: &mut Context, numbers: &Numbers, place: &Place) -> Option<(Vec<Vec<f64>>, bool)> {
    let two = matches!(numbers, Numbers::More(items) if matches!(items.first(), Some(Numbers::More(_))));
    let Numbers::More(items) = numbers else { return Some((vec![list(context, numbers, place)?], false)) };
    if !two {
        return Some((vec![list(context, numbers, place)?], false));
    }
    let rows = items.iter().enumerate().map(|(i, row)| list(context, row, &place.item(i)));
    Some((rows.collect::<Option<Vec<_>>>()?, true))
}
