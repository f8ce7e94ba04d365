//! Which cells an entry of a description joins: its keys, its rule, and the values that differ from pair to pair.
//!
//! In: the keys that `[connection]` and `[junction]` have in common, and two populations. Out: pairs, and a number for each. A random number
//! is keyed by seed, entry and pair, never by the order in which pairs are made.

use std::sync::Arc;

use super::context::{ANY, Bounds, Context, FRACTION};
use super::description::{Cells, Connection, Junction, Rule, Scalar, Switch};
use super::document::Place;
use super::expression::{Expression, Failure, Scope};
use super::memory;
use super::model::{PerConnection, Population};
use super::names::{cell_number, find_table};
use super::pair_list::{Pair, PairList};
use super::pieces::{fill, in_pieces};
use super::rules::{self, Ends};
use super::table::Table;
use crate::diagnostic::Diagnostic;
use crate::random::{Key, Stream};

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
    pub fn pairs(&self, context: &mut Context) -> Option<PairList> {
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
                let key = self.key(context, "rule");
                Some(rules::probability(ends, p, |target| key.and(u64::from(target)).stream()))
            }
            Rule::Indegree => {
                let here = place.at("indegree");
                let scalar = self.needed(context, "indegree", entry.indegree)?;
                let degree = context.whole(Some(scalar), &here, 0, 0, u64::from(u32::MAX))? as u32;
                self.limit(context, targets.len() as f64 * f64::from(degree))?;
                let key = self.key(context, "rule");
                match rules::indegree(ends, degree, |target| key.and(u64::from(target)).stream()) {
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

    /// Keys the random numbers of one use.
    fn key(&self, context: &Context, what: &str) -> Key {
        Key::new(context.seed, &[self.group.into(), self.name.into(), what.into()])
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

    fn rows(&self, context: &mut Context, ends: Ends) -> Option<PairList> {
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
        let cell = |expression: &Expression, values: &[f64], row: usize, population: &Population| {
            // No stream is needed: the scope has no random functions.
            let value = expression.value(values, || Stream::keyed(0, &[])).map_err(|failure| {
                let what = format!("row {row} of `{}`", table.file);
                failure.diagnostic(&what)
            })?;
            let cell = cell_number(value, &table, row)?;
            if cell < population.count {
                return Ok(cell);
            }
            let message =
                format!("there is no cell {cell}: `{}` has {} cells", population.name, population.count);
            Err(Diagnostic::error("network/cells", message).at(table.place(row), ""))
        };
        let among = |cells: &[u32], population: &Population, cell: u32| {
            cells.len() == population.count as usize || cells.binary_search(&cell).is_ok()
        };
        let parts = in_pieces(table.rows(), table.rows() as f64, |range| {
            let mut pairs = PairList::with_capacity(range.len());
            let mut values = Vec::with_capacity(names.len() + 1);
            for row in range {
                values.clear();
                values.extend_from_slice(table.row(row));
                values.push(row as f64);
                let from = cell(&source, &values, row, self.from)?;
                let to = cell(&target, &values, row, self.to)?;
                let listed = among(ends.sources, self.from, from)
                    && among(ends.targets, self.to, to)
                    && !(ends.no_self && from == to);
                if listed {
                    pairs.push_row(Pair { source: from, target: to, row: row as u32 });
                }
            }
            Ok(pairs)
        });
        joined(context, parts)
    }

    fn map(&self, context: &mut Context, ends: Ends) -> Option<PairList> {
        let scalar = self.needed(context, "target", self.pairing.target)?;
        let here = self.place.at("target");
        let several = self.pairing.outdegree.is_some();
        let most = u64::from(u32::MAX);
        let degree = context.whole(self.pairing.outdegree, &self.place.at("outdegree"), 1, 0, most)? as u32;
        let all = ends.sources.len() as f64 * f64::from(degree);
        self.limit(context, all)?;
        let mut scope = Scope::random(&["source", "source_count", "target_count"]);
        if several {
            scope = scope.and("number");
        }
        let target = context.expression(scalar, &here, &scope)?;
        let (n, m) = (f64::from(self.from.count), f64::from(self.to.count));
        let key = self.key(context, "target");
        let (span, to) = (here.span(), &self.to.name);
        let everywhere = ends.targets.len() == self.to.count as usize;
        let target_of = |source: u32, number: u32| {
            let stream = || {
                let key = key.and(u64::from(source));
                if several { key.and(u64::from(number)).stream() } else { key.stream() }
            };
            let value = target
                .value(&[f64::from(source), n, m, f64::from(number)], stream)
                .map_err(|failure| failure.diagnostic(&format!("source {source}")))?;
            if value >= 0.0 && value.fract() == 0.0 && value < m {
                return Ok(value as u32);
            }
            let which = if several { format!("target {number}") } else { "the target".to_string() };
            let message = format!(
                "{which} of source {source} is {value}, which is no cell of `{to}` (0 to {})",
                m - 1.0
            );
            Err(Diagnostic::error("network/cells", message).at(span, ""))
        };
        let parts = in_pieces(ends.sources.len(), all, |range| {
            let mut pairs = PairList::with_capacity(range.len() * degree as usize);
            for &source in &ends.sources[range] {
                for number in 0..degree {
                    let target = target_of(source, number)?;
                    let excluded = ends.no_self && source == target;
                    if !excluded && (everywhere || ends.targets.binary_search(&target).is_ok()) {
                        pairs.push(source, target);
                    }
                }
            }
            Ok(pairs)
        });
        joined(context, parts)
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
    pub fn filter(&self, context: &mut Context, pairs: &mut PairList) -> Option<()> {
        if self.pairing.condition.is_none() {
            return Some(());
        }
        let place = self.place.at("where");
        let keep = self.values(context, pairs, "where", &place, self.pairing.condition, 1.0, ANY)?;
        let mut number = 0;
        pairs.retain(|_| {
            number += 1;
            keep[number - 1] != 0.0
        });
        Some(())
    }

    /// The value of `key`, written at `place`, for each of the sorted pairs.
    #[allow(clippy::too_many_arguments)]
    pub fn values(
        &self,
        context: &mut Context,
        pairs: &PairList,
        key: &str,
        place: &Place,
        scalar: Option<&Scalar>,
        default: f64,
        bounds: Bounds,
    ) -> Option<PerConnection> {
        let Some(scalar) = scalar else { return Some(PerConnection::Same(default)) };
        let expression = context.expression(scalar, place, &self.scope())?;
        let what = format!("`{}`", place.path());
        if expression.is_constant() {
            return context.evaluate(&expression, &[], bounds, &what).map(PerConnection::Same);
        }
        let streams = self.key(context, key);
        let mut out = vec![0.0; pairs.len()];
        let place_of = |pair: &Pair| format!("{what} from {} to {}", pair.source, pair.target);
        let problems = fill(&mut out, |first, part| {
            let mut variables = Vec::new();
            let mut occurrence = self.occurrence(pairs, first);
            for (number, out) in (first..).zip(part) {
                let pair = pairs.get(number);
                occurrence = if self.again(pairs, number) { occurrence + 1 } else { 0 };
                self.variables(&pair, &mut variables);
                let stream =
                    || streams.and(pair.source.into()).and(pair.target.into()).and(occurrence).stream();
                *out = match expression.value(&variables, stream) {
                    Ok(value) if bounds.hold(value) => value,
                    Ok(value) => return Some((pair, Problem::Outside(value))),
                    Err(failure) => return Some((pair, Problem::Failed(failure))),
                };
            }
            None
        });
        match problems {
            None => return Some(PerConnection::Each(out)),
            Some((pair, Problem::Outside(value))) => {
                context.within(value, bounds, expression.span, &place_of(&pair));
            }
            Some((pair, Problem::Failed(failure))) => {
                context.problems.push(failure.diagnostic(&place_of(&pair)));
            }
        }
        None
    }

    /// Whether the pair joins the same two cells as the one before it.
    fn again(&self, pairs: &PairList, number: usize) -> bool {
        number > 0
            && pairs.source[number - 1] == pairs.source[number]
            && pairs.target[number - 1] == pairs.target[number]
    }

    /// How many pairs before the one before `number` join the same two cells as that one.
    fn occurrence(&self, pairs: &PairList, number: usize) -> u64 {
        (1..number).rev().take_while(|number| self.again(pairs, *number)).count() as u64
    }
}

/// Why there is no value for a pair.
enum Problem {
    /// It is outside its bounds.
    Outside(f64),
    /// It cannot be worked out.
    Failed(Failure),
}

/// The pairs of all parts, unless there is something wrong with one: then the first mistake is told.
fn joined(context: &mut Context, parts: Vec<Result<PairList, Diagnostic>>) -> Option<PairList> {
    match parts.into_iter().collect::<Result<Vec<_>, _>>() {
        Ok(parts) => Some(PairList::joined(parts)),
        Err(problem) => {
            context.problems.push(problem);
            None
        }
    }
}
