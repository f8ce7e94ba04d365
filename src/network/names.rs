//! Parameters, tables and lists: what every expression of a description may name.
//!
//! In: `[parameters]`, `[table]`, `[list]`. Out: the [`Names`] of a [`Context`]. Parameters come as numbers or texts and may
//! depend on each other in any order; tables may be named by parameters, and lists are made from tables.

use std::collections::HashMap;
use std::sync::Arc;

use super::context::{ANY, Context};
use super::description::{self, Parameter, Scalar};
use super::document::Place;
use super::expression::{CellList, Constant, Scope, compile, mentioned};
use super::table::{Table, counted};
use crate::diagnostic::Diagnostic;
use crate::random::Stream;

/// Names with a meaning of their own in expressions; a parameter of that name could never be reached.
const RESERVED: [&str; 12] =
    ["index", "count", "x", "distance", "diam", "source", "target", "row", "rest", "all", "true", "false"];

/// Fills in all names but those of lists. Tables first: parameters may ask them for their lowest value.
pub(crate) fn read(context: &mut Context) {
    tables(context);
    parameters(context);
    rows(context);
}

fn parameters(context: &mut Context) {
    let root = context.document.place().at("parameters");
    let description = context.description;
    let mut work = Work { too_deep: false, done: HashMap::new() };
    for name in description.parameters.names() {
        if RESERVED.contains(&name) {
            let message = format!("a parameter cannot be called `{name}`: the name has a meaning of its own");
            context.error("network/name", root.at(name).key(), message);
        }
        work.resolve(name, &root, context, &mut Vec::new());
    }
    // In the order of the description.
    context.names.parameters = description
        .parameters
        .names()
        .filter_map(|n| Some((n.to_string(), work.done.get(n)?.clone())))
        .collect();
}

/// Parameters that may need each other in a row.
const LONGEST_CHAIN: usize = 1_000;

struct Work {
    too_deep: bool,
    done: HashMap<String, Constant>,
}

impl Work {
    fn resolve(&mut self, name: &str, root: &Place, context: &mut Context, path: &mut Vec<String>) {
        if self.done.contains_key(name) {
            return;
        }
        let place = root.at(name);
        let text = match context.description.parameters.get(name) {
            Some(Parameter::Number(value)) => return self.finish(name, Constant::Number(*value), context),
            Some(Parameter::Switch(value)) => {
                return self.finish(name, Constant::Number(f64::from(*value)), context);
            }
            Some(Parameter::Text(text)) => text,
            None => return,
        };
        // `mechanisms = "mechanisms"` or `"mechanisms-v2"` is a folder of that name, not a sum of itself.
        if looks_like_path(text) && mentioned(text).iter().any(|other| other == name) {
            return self.finish(name, Constant::Text(text.clone(), place.span()), context);
        }
        if let Some(start) = path.iter().position(|n| n == name) {
            let chain =
                path[start..].iter().chain([&path[start]]).map(|n| format!("`{n}`")).collect::<Vec<_>>();
            let message = format!("the parameter `{name}` depends on itself: {}", chain.join(" needs "));
            context.error("network/cycle", place.span(), message);
            return self.finish(name, Constant::Wrong, context);
        }
        if path.len() >= LONGEST_CHAIN {
            // Once is enough: what needs this one is as deep.
            if !std::mem::replace(&mut self.too_deep, true) {
                let message =
                    format!("more than {LONGEST_CHAIN} parameters each need the next, up to `{name}`");
                context.error("network/depth", place.span(), message);
            }
            return self.finish(name, Constant::Wrong, context);
        }
        path.push(name.to_string());
        for other in mentioned(text) {
            self.resolve(&other, root, context, path);
        }
        path.pop();
        if self.done.contains_key(name) {
            return;
        }
        let value = match compile(text, place.span(), &Scope::constant(), &context.names, context.sources) {
            Err(problems) if problems.is_empty() => Constant::Wrong,
            Err(_) => Constant::Text(text.clone(), place.span()),
            Ok(expression) => match expression.value(&[], || Stream::keyed(0, &[])) {
                Ok(value) => Constant::Number(value),
                Err(failure) => {
                    context.problems.push(failure.diagnostic(&format!("the parameter `{name}`")));
                    Constant::Wrong
                }
            },
        };
        self.finish(name, value, context);
    }

    fn finish(&mut self, name: &str, value: Constant, context: &mut Context) {
        self.done.insert(name.to_string(), value.clone());
        context.names.parameters.push((name.to_string(), value));
    }
}

/// Whether a text could be a path or a name: words joined by `-`, `.` and `/`, without blanks.
fn looks_like_path(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))
}

fn tables(context: &mut Context) {
    for (name, table) in context.description.table.iter() {
        let place = context.document.place().at("table").at(name);
        match read_table(context, name, table, &place) {
            Some(table) => context.names.tables.push(Arc::new(table)),
            None => context.names.failed.push(name.to_string()),
        }
    }
}

fn read_table(context: &mut Context, name: &str, table: &description::Table, place: &Place) -> Option<Table> {
    let file = place.at("file");
    let source = context.open(&table.file, &file)?;
    let text = context.sources.get(source).text.clone();
    let shown = context.sources.get(source).name.clone();
    let mut read = match Table::read(name, &shown, source, &text, table.skip.unwrap_or(0) as usize) {
        Ok(read) => read,
        Err(problems) => {
            context.problems.extend(problems);
            return None;
        }
    };
    let columns = read.columns();
    if !table.columns.is_empty() && table.columns.len() != columns {
        let have = counted(columns, "column");
        let message =
            format!("`{shown}` has {have}, and {} named here", counted(table.columns.len(), "column"));
        context.error("network/table", place.at("columns").span(), message);
    }
    read.names = table.columns.clone();
    Some(read)
}

/// Checks the number of rows, now that parameters are known.
fn rows(context: &mut Context) {
    let description = context.description;
    for table in context.names.tables.clone() {
        let Some(wanted) = description.table.get(&table.name).and_then(|t| t.rows.as_ref()) else { continue };
        let place = context.document.place().at("table").at(&table.name).at("rows");
        let Some(wanted) = context.whole(Some(wanted), &place, 0, 1, u64::from(u32::MAX)) else { continue };
        if table.rows() as u64 != wanted {
            let have = counted(table.rows(), "row");
            let message = format!("`{}` has {have}, and {wanted} are needed", table.file);
            let error = Diagnostic::error("network/table", message).at(place.span(), "asked for here");
            context.problems.push(error.at(table.place(table.rows() - 1), "the last row"));
            context.names.tables.retain(|t| t.name != table.name);
            context.names.failed.push(table.name.clone());
        }
    }
}

/// Fills in the names of lists. They may be drawn at random, so the run's seed is known by now.
pub(crate) fn lists(context: &mut Context) {
    for (name, list) in context.description.list.iter() {
        let place = context.document.place().at("list").at(name);
        match members(context, name, list, &place) {
            Some(cells) => {
                context.names.lists.push(Arc::new(CellList {
                    name: name.to_string(),
                    cells,
                    place: place.key(),
                }));
            }
            None => context.names.failed.push(name.to_string()),
        }
    }
}

fn members(context: &mut Context, name: &str, list: &description::List, place: &Place) -> Option<Vec<u32>> {
    match (&list.cells, &list.table, &list.count) {
        (Some(cells), None, None) => context.cells(
            Some(&description::Cells::These(cells.clone())),
            &place.at("cells"),
            u32::MAX,
            "a list",
        ),
        (None, Some(table), None) => from_table(context, table, list.cell.as_ref(), place),
        (None, None, Some(count)) => {
            let count = context.whole(Some(count), &place.at("count"), 0, 0, u64::from(u32::MAX))? as u32;
            let condition = list.condition.clone().unwrap_or(Scalar::Number(1.0));
            let here = place.at("where");
            let condition = context.expression(&condition, &here, &Scope::random(&["index", "count"]))?;
            let mut kept = Vec::new();
            for index in 0..count {
                let stream = || context.stream(&["list".into(), name.into(), u64::from(index).into()]);
                match condition.value(&[f64::from(index), f64::from(count)], stream) {
                    Ok(value) if value != 0.0 => kept.push(index),
                    Ok(_) => {}
                    Err(failure) => {
                        context.problems.push(failure.diagnostic(&format!("cell {index} of list `{name}`")));
                        return None;
                    }
                }
            }
            Some(kept)
        }
        _ => {
            let message = format!("the list `{name}` needs one of `cells`, `table` and `count`");
            context.error("network/list", place.key(), message);
            None
        }
    }
}

fn from_table(context: &mut Context, table: &str, cell: Option<&Scalar>, place: &Place) -> Option<Vec<u32>> {
    let table = find_table(context, table, &place.at("table"))?;
    let columns = table.column_names();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let default = Scalar::Text(columns.first().map_or("row", |c| c).to_string());
    let here = place.at("cell");
    let cell = context.expression(cell.unwrap_or(&default), &here, &Scope::of(&columns).and("row"))?;
    let mut cells: Vec<(u32, usize)> = Vec::new();
    for row in 0..table.rows() {
        let mut values = table.row(row).to_vec();
        values.push(row as f64);
        let value = context.evaluate(&cell, &values, ANY, &format!("row {row} of `{}`", table.file))?;
        cells.push((context.taken(cell_number(value, &table, row))?, row));
    }
    cells.sort_unstable();
    if let Some(twice) = cells.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let message = format!("cell {} is in `{}` twice", twice[0].0, table.file);
        let error = Diagnostic::error("network/table", message).at(table.place(twice[1].1), "again");
        context.problems.push(error.at(table.place(twice[0].1), "first"));
        return None;
    }
    Some(cells.into_iter().map(|(cell, _)| cell).collect())
}

/// The table of that name.
pub(crate) fn find_table(context: &mut Context, name: &str, place: &Place) -> Option<Arc<Table>> {
    if let Some(table) = context.names.tables.iter().find(|t| t.name == name) {
        return Some(table.clone());
    }
    // A table that could not be read has been reported.
    if context.description.table.get(name).is_none() {
        context.unknown("table", name, place.span(), context.description.table.names());
    }
    None
}

/// A number of a table as the number of a cell.
///
/// # Errors
/// It is none.
pub(crate) fn cell_number(value: f64, table: &Table, row: usize) -> Result<u32, Diagnostic> {
    if value >= 0.0 && value.fract() == 0.0 && value < f64::from(u32::MAX) {
        return Ok(value as u32);
    }
    let message = format!("a cell number is a whole number from 0 on, and this row gives {value}");
    Err(Diagnostic::error("network/table", message).at(table.place(row), ""))
}
