//! Which cells an entry of a description joins: its keys, its rule, and the values that differ from pair to pair.
//!
//! In: the keys that `[connection]` and `[junction]` have in common, and two populations. Out: pairs, and a number for each. A random number
//! is keyed by seed, entry and pair, never by the order in which pairs are made.

use std::sync::Arc;

use super::context::{ANY, Bounds, Context, FRACTION};
use super::description::{Cells, Connection, Junction, Rule, Scalar, Switch};
use super::document::Place;
use super::expression::{Expression, Scope};
use super::memory;
use super::model::Population;
use super::names::{cell_number, find_table};
use super::rules::{self, Ends, Pair};
use super::table::Table;
use crate::diagnostic::Diagnostic;

/// More connections in one entry than a machine holds: surely a slip.
const MOST: f64 = 2_147_483_648.0;

/// The keys that say which cells are joined.
#[derive(Clone, Copy)]
pub(super) struct Pairing<'d> {
    /// The rule.
    pub rule: Rule,
    probability: Option<&'d Scalar>,
    indegree: Option<&'d Scalar>,
    outdegree: Option<&'d Scalar>,
    table: Option<&'d str>,
    source: Option<&'d Scalar>,
    target: Option<&'d Scalar>,
    within: Option<&'d Cells>,
    from_cells: Option<&'d Cells>,
    to_cells: Option<&'d Cells>,
    to_self: Option<&'d Switch>,
    condition: Option<&'d Scalar>,
    /// Pairs of a cell with itself are left out by the rules that make all pairs or draw them.
    never_self: bool,
}

impl<'d> Pairing<'d> {
    /// That of a connection.
    pub fn of_connection(entry: &'d Connection) -> Pairing<'d> {
        Pairing {
            rule: entry.rule,
            probability: entry.probability.as_ref(),
            indegree: entry.indegree.as_ref(),
            outdegree: entry.outdegree.as_ref(),
            table: entry.table.as_deref(),
            source: entry.source.as_ref(),
            target: entry.target.as_ref(),
            within: entry.within.as_ref(),
            from_cells: entry.from_cells.as_ref(),
            to_cells: entry.to_cells.as_ref(),
            to_self: entry.to_self.as_ref(),
            condition: entry.condition.as_ref(),
            never_self: false,
        }
    }

    /// That of a junction. A cell has none with itself, unless a table, a map or one_to_one says so.
    pub fn of_junction(entry: &'d Junction) -> Pairing<'d> {
        Pairing {
            rule: entry.rule,
            probability: entry.probability.as_ref(),
            indegree: entry.indegree.as_ref(),
            outdegree: entry.outdegree.as_ref(),
            table: entry.table.as_deref(),
            source: entry.source.as_ref(),
            target: entry.target.as_ref(),
            within: entry.within.as_ref(),
            from_cells: entry.from_cells.as_ref(),
            to_cells: entry.to_cells.as_ref(),
            to_self: None,
            condition: entry.condition.as_ref(),
            never_self: matches!(entry.rule, Rule::AllToAll | Rule::Probability | Rule::Indegree),
        }
    }

    /// A key that the rule does not use is a mistake, unless it was inherited from another file.
    pub fn unused_keys(&self, context: &mut Context, place: &Place) {
        let rule = place.at("rule").span();
        let uses: &[&str] = match self.rule {
            Rule::AllToAll | Rule::OneToOne => &[],
            Rule::Probability => &["probability"],
            Rule::Indegree => &["indegree"],
            Rule::Table => &["table", "source", "target"],
            Rule::Map => &["target", "outdegree"],
        };
        for key in ["probability", "indegree", "outdegree", "table", "source", "target"] {
            let here = place.at(key);
            if here.exists() && !uses.contains(&key) && here.span().source == rule.source {
                let word = context.sources.text(rule).trim_matches(['"', '\'']).to_string();
                context.error(
                    "network/unused",
                    here.key(),
                    format!("the rule `{word}` does not use `{key}`"),
                );
            }
        }
    }

    /// The table of the rule `table`: `None` after a complaint, `Some(None)` for other rules.
    pub fn table(&self, context: &mut Context, place: &Place) -> Option<Option<Arc<Table>>> {
        match (self.table, self.rule) {
            (Some(table), Rule::Table) => find_table(context, table, &place.at("table")).map(Some),
            (None, Rule::Table) => {
                let message = format!("`{}` needs the key `table`", place.path());
                context.error("network/missing", place.key(), message);
                None
            }
            _ => Some(None),
        }
    }
}

/// The pairs of one entry.
pub(super) struct Pairs<'w, 'd> {
    /// Keys random numbers, together with the name.
    pub group: &'static str,
    /// The entry's name.
    pub name: &'w str,
    /// Its rule.
    pub pairing: Pairing<'w>,
    /// Where it stands.
    pub place: &'w Place<'d>,
    /// Population of the sources.
    pub from: &'w Population,
    /// Population of the targets.
    pub to: &'w Population,
    /// Whether both are one.
    pub same: bool,
    /// The rule's table.
    pub table: Option<Arc<Table>>,
}

impl Pairs<'_, '_> {
    /// The pairs that the rule makes, in any order.
    pub fn pairs(&self, context: &mut Context) -> Option<Vec<Pair>> {
        let (entry, place) = (&self.pairing, self.place);
        let (from, to) = (self.from, self.to);
        let narrow = |context: &mut Context, key: &str, cells, population: &Population| {
            context.cells(cells, &place.at(key), population.count, &population.name)
        };
        let mut sources = narrow(context, "from_cells", entry.from_cells, from)?;
        let mut targets = narrow(context, "to_cells", entry.to_cells, to)?;
        if entry.within.is_some() {
            let within = narrow(context, "within", entry.within, from)?;
            sources.retain(|cell| within.binary_search(cell).is_ok());
            let within = narrow(context, "within", entry.within, to)?;
            targets.retain(|cell| within.binary_search(cell).is_ok());
        }
        let to_self = place.at("self");
        let given = !context.switch(entry.to_self, &to_self, true)?;
        if given && !self.same {
            let message = format!("`self = false` has no meaning from `{}` to `{}`", from.name, to.name);
            let error = Diagnostic::error("network/self", message).at(to_self.span(), "");
            context
                .problems
                .push(error.help("to leave out equal cell numbers, write `where = \"source != target\"`"));
            return None;
        }
        let no_self = given || (entry.never_self && self.same);
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
                let scalar = self.needed(context, "probability", entry.probability)?;
                let p = context.number(Some(scalar), &place.at("probability"), 0.0, FRACTION)?;
                self.limit(context, all * p)?;
                let stream = |target: u32| self.target_stream(context, name, target);
                Some(rules::probability(ends, p, stream))
            }
            Rule::Indegree => {
                let here = place.at("indegree");
                let scalar = self.needed(context, "indegree", entry.indegree)?;
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
        context.stream(&[self.group.into(), name.into(), "rule".into(), u64::from(target).into()])
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
            return memory::connections(context, count, self.place.at("rule").span());
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
        let source = column("source", self.pairing.source, 0);
        let target = column("target", self.pairing.target, 1);
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
        let scalar = self.needed(context, "target", self.pairing.target)?;
        let here = self.place.at("target");
        let several = self.pairing.outdegree.is_some();
        let degree =
            context.whole(self.pairing.outdegree, &self.place.at("outdegree"), 1, 0, u64::from(u32::MAX))?
                as u32;
        self.limit(context, ends.sources.len() as f64 * f64::from(degree))?;
        let mut scope = Scope::random(&["source", "source_count", "target_count"]);
        if several {
            scope = scope.and("number");
        }
        let target = context.expression(scalar, &here, &scope)?;
        let (n, m) = (f64::from(self.from.count), f64::from(self.to.count));
        let mut pairs = Vec::new();
        for &source in ends.sources {
            for number in 0..degree {
                let stream = || {
                    let mut key =
                        vec![self.group.into(), self.name.into(), "target".into(), u64::from(source).into()];
                    if several {
                        key.push(u64::from(number).into());
                    }
                    context.stream(&key)
                };
                let value = match target.value(&[f64::from(source), n, m, f64::from(number)], stream) {
                    Ok(value) => value,
                    Err(failure) => {
                        context.problems.push(failure.diagnostic(&format!("source {source}")));
                        return None;
                    }
                };
                if !(value >= 0.0 && value.fract() == 0.0 && value < m) {
                    let which = if several { format!("target {number}") } else { "the target".to_string() };
                    let message = format!(
                        "{which} of source {source} is {value}, which is no cell of `{}` (0 to {})",
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
    pub fn filter(&self, context: &mut Context, pairs: &mut Vec<Pair>) -> Option<()> {
        if self.pairing.condition.is_none() {
            return Some(());
        }
        let place = self.place.at("where");
        let keep = self.values(context, pairs, "where", &place, self.pairing.condition, 1.0, ANY)?;
        let mut keep = keep.iter();
        pairs.retain(|_| keep.next().is_some_and(|k| *k != 0.0));
        Some(())
    }

    /// The value of `key`, written at `place`, for each of the sorted pairs.
    #[allow(clippy::too_many_arguments)]
    pub fn values(
        &self,
        context: &mut Context,
        pairs: &[Pair],
        key: &str,
        place: &Place,
        scalar: Option<&Scalar>,
        default: f64,
        bounds: Bounds,
    ) -> Option<Vec<f64>> {
        let Some(scalar) = scalar else { return Some(vec![default; pairs.len()]) };
        let expression = context.expression(scalar, place, &self.scope())?;
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
                context.stream(&[self.group.into(), self.name.into(), key.into(), source, target, occurrence])
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
