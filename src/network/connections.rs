//! `[connection]`: rules, weights and delays.
//!
//! In: the populations of a model. Out: its projections, each with its connections sorted by source and target. A random
//! weight or delay is keyed by seed, connection entry and pair, never by the order in which pairs are made.

use std::sync::Arc;

use super::context::{ANY, Context, FRACTION, NOT_NEGATIVE};
use super::description::{self, Rule, Scalar};
use super::document::Place;
use super::expression::{Expression, Scope};
use super::model::{Body, CellBody, Connections, Model, Population, Projection};
use super::names::{cell_number, find_table};
use super::rules::{self, Ends, Pair};
use super::table::Table;
use crate::diagnostic::Diagnostic;

/// More connections in one entry than a machine holds: surely a slip.
const MOST: f64 = 2_147_483_648.0;

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
    unused_keys(context, entry, place);
    let source = source(context, model, entry, place);
    let target = target(context, model, entry, place);
    let (source, (target, point)) = (source?, target?);
    let table = match (&entry.table, entry.rule) {
        (Some(table), Rule::Table) => Some(find_table(context, table, &place.at("table"))?),
        (None, Rule::Table) => {
            context.error(
                "network/missing",
                place.key(),
                format!("`{}` needs the key `table`", place.path()),
            );
            return None;
        }
        _ => None,
    };
    let work = Work {
        name,
        entry,
        place,
        from: &model.populations[source],
        to: &model.populations[target],
        same: source == target,
        table,
    };
    let mut pairs = work.pairs(context)?;
    if let Some(only) = point.and_then(|p| point_cells(&model.populations[target], p)) {
        pairs.retain(|pair| only.binary_search(&pair.target).is_ok());
    }
    pairs.sort();
    work.filter(context, &mut pairs)?;
    let weight = work.values(context, &pairs, "weight", Some(&entry.weight), 0.0)?;
    let delay = work.values(context, &pairs, "delay", entry.delay.as_ref(), DEFAULT_DELAY)?;
    let connections = Connections {
        source: pairs.iter().map(|p| p.source).collect(),
        target: pairs.iter().map(|p| p.target).collect(),
        weight,
        delay,
    };
    Some(Projection { name: name.to_string(), source, target, point, connections })
}

/// A key that the rule does not use is a mistake, unless it was inherited from another file.
fn unused_keys(context: &mut Context, entry: &description::Connection, place: &Place) {
    let rule = place.at("rule").span();
    let uses: &[&str] = match entry.rule {
        Rule::AllToAll | Rule::OneToOne => &[],
        Rule::Probability => &["probability"],
        Rule::Indegree => &["indegree"],
        Rule::Table => &["table", "source", "target"],
        Rule::Map => &["target"],
    };
    for key in ["probability", "indegree", "table", "source", "target"] {
        let here = place.at(key);
        if here.exists() && !uses.contains(&key) && here.span().source == rule.source {
            let word = context.sources.text(rule).trim_matches(['"', '\'']).to_string();
            context.error("network/unused", here.key(), format!("the rule `{word}` does not use `{key}`"));
        }
    }
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

struct Work<'w, 'd> {
    name: &'w str,
    entry: &'w description::Connection,
    place: &'w Place<'d>,
    from: &'w Population,
    to: &'w Population,
    same: bool,
    table: Option<Arc<Table>>,
}

impl Work<'_, '_> {
    /// The pairs that the rule makes, in any order.
    fn pairs(&self, context: &mut Context) -> Option<Vec<Pair>> {
        let (entry, place) = (self.entry, self.place);
        let (from, to) = (self.from, self.to);
        let narrow = |context: &mut Context, key: &str, cells, population: &Population| {
            context.cells(cells, &place.at(key), population.count, &population.name)
        };
        let mut sources = narrow(context, "from_cells", entry.from_cells.as_ref(), from)?;
        let mut targets = narrow(context, "to_cells", entry.to_cells.as_ref(), to)?;
        if entry.within.is_some() {
            let within = narrow(context, "within", entry.within.as_ref(), from)?;
            sources.retain(|cell| within.binary_search(cell).is_ok());
            let within = narrow(context, "within", entry.within.as_ref(), to)?;
            targets.retain(|cell| within.binary_search(cell).is_ok());
        }
        let to_self = place.at("self");
        let no_self = !context.switch(entry.to_self.as_ref(), &to_self, true)?;
        if no_self && !self.same {
            let message = format!("`self = false` has no meaning from `{}` to `{}`", from.name, to.name);
            let error = Diagnostic::error("network/self", message).at(to_self.span(), "");
            context
                .problems
                .push(error.help("to leave out equal cell numbers, write `where = \"source != target\"`"));
            return None;
        }
        let ends = Ends { sources: &sources, targets: &targets, no_self };
        let all = sources.len() as f64 * targets.len() as f64;
        let name = self.name;
        match entry.rule {
            Rule::AllToAll => {
                self.limit(context, all)?;
                Some(rules::all_to_all(ends))
            }
            Rule::OneToOne => {
                if from.count != to.count
                    && entry.within.is_none()
                    && entry.from_cells.is_none()
                    && entry.to_cells.is_none()
                {
                    let message = format!(
                        "one_to_one needs populations of one size: `{}` has {} cells, `{}` has {}",
                        from.name, from.count, to.name, to.count
                    );
                    context.error("network/rule", place.at("rule").span(), message);
                    return None;
                }
                Some(rules::one_to_one(ends))
            }
            Rule::Probability => {
                let scalar = self.needed(context, "probability", entry.probability.as_ref())?;
                let p = context.number(Some(scalar), &place.at("probability"), 0.0, FRACTION)?;
                self.limit(context, all * p)?;
                let stream = |target: u32| self.target_stream(context, name, target);
                Some(rules::probability(ends, p, stream))
            }
            Rule::Indegree => {
                let here = place.at("indegree");
                let scalar = self.needed(context, "indegree", entry.indegree.as_ref())?;
                let degree = context.whole(Some(scalar), &here, 0, 0, u64::from(u32::MAX))? as u32;
                self.limit(context, targets.len() as f64 * f64::from(degree))?;
                let stream = |target: u32| self.target_stream(context, name, target);
                match rules::indegree(ends, degree, stream) {
                    Ok(pairs) => Some(pairs),
                    Err((target, candidates)) => {
                        let message = format!(
                            "cell {target} of `{}` cannot draw {degree} different sources from {candidates}",
                            to.name
                        );
                        context.error("network/rule", here.span(), message);
                        None
                    }
                }
            }
            Rule::Table => self.rows(context, ends),
            Rule::Map => self.map(context, ends),
        }
    }

    fn target_stream(&self, context: &Context, name: &str, target: u32) -> crate::random::Stream {
        context.stream(&["connection".into(), name.into(), "rule".into(), u64::from(target).into()])
    }

    fn needed<'s>(&self, context: &mut Context, key: &str, scalar: Option<&'s Scalar>) -> Option<&'s Scalar> {
        if scalar.is_none() {
            let message = format!("`{}` needs the key `{key}`", self.place.path());
            context.error("network/missing", self.place.at("rule").span(), message);
        }
        scalar
    }

    fn limit(&self, context: &mut Context, count: f64) -> Option<()> {
        if count <= MOST {
            return Some(());
        }
        let message = format!("`{}` would make {count:.3e} connections, and {MOST} is the most", self.name);
        context.error("network/limit", self.place.at("rule").span(), message);
        None
    }

    fn rows(&self, context: &mut Context, ends: Ends) -> Option<Vec<Pair>> {
        let table = self.table.clone()?;
        let columns = table.column_names();
        let names: Vec<&str> = columns.iter().map(String::as_str).collect();
        let scope = Scope::of(&names).and("row");
        let mut column = |key: &str, scalar: Option<&Scalar>, default: usize| {
            let here = self.place.at(key);
            match (scalar, names.get(default)) {
                (Some(scalar), _) => context.expression(scalar, &here, &scope),
                (None, Some(name)) => context.expression(&Scalar::Text(name.to_string()), &here, &scope),
                (None, None) => {
                    let message = format!(
                        "`{}` has one column, so `{}` needs the key `{key}`",
                        table.file,
                        self.place.path()
                    );
                    context.error("network/missing", self.place.at("table").span(), message);
                    None
                }
            }
        };
        let source = column("source", self.entry.source.as_ref(), 0);
        let target = column("target", self.entry.target.as_ref(), 1);
        let (source, target) = (source?, target?);
        let mut pairs = Vec::new();
        for row in 0..table.rows() {
            let mut values = table.row(row).to_vec();
            values.push(row as f64);
            let mut cell = |expression: &Expression, population: &Population| {
                let what = format!("row {row} of `{}`", table.file);
                let value = context.evaluate(expression, &values, ANY, &what)?;
                let cell = cell_number(context, value, &table, row)?;
                if cell < population.count {
                    return Some(cell);
                }
                let message =
                    format!("there is no cell {cell}: `{}` has {} cells", population.name, population.count);
                context.error("network/cells", table.place(row), message);
                None
            };
            let pair =
                Pair { source: cell(&source, self.from)?, target: cell(&target, self.to)?, row: row as u32 };
            let listed = ends.sources.binary_search(&pair.source).is_ok()
                && ends.targets.binary_search(&pair.target).is_ok()
                && !(ends.no_self && pair.source == pair.target);
            if listed {
                pairs.push(pair);
            }
        }
        Some(pairs)
    }

    fn map(&self, context: &mut Context, ends: Ends) -> Option<Vec<Pair>> {
        let scalar = self.needed(context, "target", self.entry.target.as_ref())?;
        let here = self.place.at("target");
        let target =
            context.expression(scalar, &here, &Scope::random(&["source", "source_count", "target_count"]))?;
        let (n, m) = (f64::from(self.from.count), f64::from(self.to.count));
        let mut pairs = Vec::new();
        for &source in ends.sources {
            let stream = || {
                context.stream(&[
                    "connection".into(),
                    self.name.into(),
                    "target".into(),
                    u64::from(source).into(),
                ])
            };
            let value = match target.value(&[f64::from(source), n, m], stream) {
                Ok(value) => value,
                Err(failure) => {
                    context.problems.push(failure.diagnostic(&format!("source {source}")));
                    return None;
                }
            };
            if !(value >= 0.0 && value.fract() == 0.0 && value < m) {
                let message = format!(
                    "the target of source {source} is {value}, which is no cell of `{}` (0 to {})",
                    self.to.name,
                    m - 1.0
                );
                context.error("network/cells", here.span(), message);
                return None;
            }
            let pair = Pair { source, target: value as u32, row: 0 };
            let excluded = ends.no_self && pair.source == pair.target;
            if !excluded && ends.targets.binary_search(&pair.target).is_ok() {
                pairs.push(pair);
            }
        }
        Some(pairs)
    }

    /// The variables of weights, delays and `where`.
    fn scope(&self) -> Scope {
        let mut scope = Scope::random(&["source", "target", "source_count", "target_count", "row"]);
        for column in self.table.iter().flat_map(|t| t.column_names()) {
            scope = scope.and(&column);
        }
        scope
    }

    fn variables(&self, pair: &Pair, out: &mut Vec<f64>) {
        out.clear();
        let counts = [self.from.count, self.to.count];
        out.extend([pair.source, pair.target, counts[0], counts[1], pair.row].map(f64::from));
        if let Some(table) = &self.table {
            out.extend(table.row(pair.row as usize));
        }
    }

    /// Keeps the pairs that fit `where`.
    fn filter(&self, context: &mut Context, pairs: &mut Vec<Pair>) -> Option<()> {
        if self.entry.condition.is_none() {
            return Some(());
        }
        let keep = self.values(context, pairs, "where", self.entry.condition.as_ref(), 1.0)?;
        let mut keep = keep.iter();
        pairs.retain(|_| keep.next().is_some_and(|k| *k != 0.0));
        Some(())
    }

    /// The value of `key` for each of the sorted pairs.
    fn values(
        &self,
        context: &mut Context,
        pairs: &[Pair],
        key: &str,
        scalar: Option<&Scalar>,
        default: f64,
    ) -> Option<Vec<f64>> {
        let place = self.place.at(key);
        let Some(scalar) = scalar else { return Some(vec![default; pairs.len()]) };
        let expression = context.expression(scalar, &place, &self.scope())?;
        let bounds = if key == "delay" { NOT_NEGATIVE } else { ANY };
        let what = format!("`{}`", place.path());
        if expression.is_constant() {
            let value = context.evaluate(&expression, &[], bounds, &what)?;
            return Some(vec![value; pairs.len()]);
        }
        let mut out = Vec::with_capacity(pairs.len());
        let mut variables = Vec::new();
        let mut occurrence = 0u64;
        for (number, pair) in pairs.iter().enumerate() {
            let before = number.checked_sub(1).map(|n| &pairs[n]);
            let again = before.is_some_and(|b| (b.source, b.target) == (pair.source, pair.target));
            occurrence = if again { occurrence + 1 } else { 0 };
            self.variables(pair, &mut variables);
            let numbers = [u64::from(pair.source), u64::from(pair.target), occurrence];
            let [source, target, occurrence] = numbers.map(Into::into);
            let stream = || {
                context.stream(&[
                    "connection".into(),
                    self.name.into(),
                    key.into(),
                    source,
                    target,
                    occurrence,
                ])
            };
            let of = || format!("`{}` from {} to {}", place.path(), pair.source, pair.target);
            match expression.value(&variables, stream) {
                Ok(value) if bounds.hold(value) => out.push(value),
                Ok(value) => return context.within(value, bounds, expression.span, &of()).map(|_| out),
                Err(failure) => {
                    context.problems.push(failure.diagnostic(&of()));
                    return None;
                }
            }
        }
        Some(out)
    }
}
