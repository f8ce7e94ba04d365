//! TABLE: a routine of one argument becomes a look-up between rows computed beforehand.
//!
//! As in NEURON: with `WITH n`, n + 1 rows at equal distances from the first to the last abscissa; straight
//! lines between them, the end rows outside, NaN for NaN. When a table is made, and from what, stands in [`super::making`].
//! Where a routine depends on what each instance has its own, no table can serve all
//! of them: the two rows around a value are computed each time, so that each gets what a table of its own would give. So they are in
//! INITIAL of a mechanism that is not thread safe, once it has set what the table depends on: NEURON makes the table in the first call.
//! What a routine sets besides its table is set to its value in the last row when the run starts, in the first instance, by the
//! making of the table in NEURON.

use super::super::analysis::{self, Dependence};
use super::super::types::*;
use super::context::{Context, Lowered};
use super::draft::Slot;
use super::making::Kept;
use super::rows;
use crate::diagnostic::{Diagnostic, Span, suggest};
use crate::nmodl::ast::{self, StatementKind};

/// Intervals of one table.
const MOST_INTERVALS: i64 = 1_000_000;

/// A table that was made, and what its columns stand for.
#[derive(Clone)]
pub(super) struct Made {
    /// `None` where the rows differ between instances: then the two rows around a value are computed where it is looked up.
    id: Option<TableId>,
    columns: Vec<Column>,
    /// What the routine sets besides; it stays as it was when the last row was made.
    besides: Vec<(Slot, Span)>,
    /// What rows that are computed on the spot are made of, as it was when NEURON makes the table.
    kept: Vec<Kept>,
}

/// What a column of a table stands for.
#[derive(Clone, Copy)]
enum Column {
    /// A variable that the routine sets.
    Slot(Slot),
    /// The value of a FUNCTION.
    Result,
}

/// The TABLE statement of a routine.
pub(super) fn statement(routine: &ast::Routine) -> Option<&ast::Table> {
    routine.body.statements.iter().find_map(|statement| match &statement.kind {
        StatementKind::Table(table) => Some(table),
        _ => None,
    })
}

impl<'a> Context<'a> {
    /// A call of a routine that has a table.
    pub fn look_up(
        &mut self,
        call: &'a ast::Call,
        routine: &'a ast::Routine,
        table: &'a ast::Table,
        arguments: &[Value],
    ) -> Lowered<Value> {
        let name = routine.name.text.as_str();
        let &[x] = arguments else {
            return self.refuse(
                routine.name.span,
                format!("`{name}` has a TABLE and {} arguments", arguments.len()),
                "A table is over one argument.",
                "remove the TABLE statement",
            );
        };
        let made = match self.table_of.get(name) {
            Some(Some(made)) => made.clone(),
            Some(None) => return Err(super::context::Refused),
            None => {
                // Marked first: a message about this table is given once.
                self.table_of.insert(name, None);
                let made = self.make_table(call, routine, table)?;
                self.table_of.insert(name, Some(made.clone()));
                made
            }
        };
        self.table_is_called(name, &made.kept, call.span);
        self.set_besides(call.span, routine, table, &made)?;
        let values = match made.id.filter(|id| !self.is_outdated(*id)) {
            Some(table) => (0..made.columns.len() as u32)
                .map(|column| self.draft.emit(Op::Lookup { table, column, x }))
                .collect(),
            None => self.interpolate(call.span, routine, table, &made, x)?,
        };
        let mut result = None;
        for (column, value) in made.columns.iter().zip(values) {
            match column {
                Column::Slot(slot) => self.draft.set(*slot, value, call.span),
                Column::Result => result = Some(value),
            }
        }
        Ok(result.unwrap_or_else(|| self.draft.number(0.0)))
    }

    /// A call of a FUNCTION_TABLE.
    pub fn look_up_given(&mut self, call: &'a ast::Call, table: TableId, declared: Span) -> Lowered<Value> {
        let arguments = call.arguments.iter().map(|a| self.expression(a)).collect::<Lowered<Vec<Value>>>()?;
        let name = call.name.text.as_str();
        let (x, y) = match *arguments.as_slice() {
            [x] => (x, self.draft.number(0.0)),
            [x, y] => (x, y),
            _ => {
                return self.refuse(
                    call.span,
                    format!("the FUNCTION_TABLE `{name}` has {} arguments", arguments.len()),
                    "Between the points of a table of more than two arguments nothing is interpolated, in NEURON neither.",
                    "write it as a FUNCTION",
                );
            }
        };
        let given = self.tables.get(table.0 as usize).and_then(|t| t.given.as_ref());
        let points = given.map_or(0, |given| given.points.len());
        if points != 0 && points != arguments.len() {
            let count = arguments.len();
            let message =
                format!("`{name}` and its values differ in the number of arguments: {count} and {points}");
            let error = Diagnostic::error("nmodl/function-table", message).at(declared, "");
            return Err(self.say(error.at(call.span, "called here")));
        }
        if given.is_none() {
            let key = format!("[function_table.{}]", self.mechanism);
            let mut error = Diagnostic::error(
                "nmodl/function-table",
                format!("the FUNCTION_TABLE `{name}` has no values"),
            )
            .at(declared, "")
            .at(call.span, "called here");
            let others = self.options.given.iter().flat_map(|given| given.keys().map(String::as_str));
            error = match suggest(name, others.filter(|other| !self.given.contains_key(other))) {
                Some(near) => error.help(format!("`{key}` of the description has `{near}`; type `{name}`")),
                None => {
                    let value = "{ values = [...], from = ..., to = ... }";
                    error.help(format!("type `{name} = {value}` under `{key}` of the description"))
                }
            };
            return Err(self.say(error));
        }
        Ok(self.draft.emit(Op::Given { table, part: GivenPart::Value, x, y }))
    }

    /// Whether INITIAL has set a shared variable, at the point reached, that a table is made of. The table at hand
    /// was made before INITIAL; the one for the run is made after it.
    fn is_outdated(&self, table: TableId) -> bool {
        let Some(table) = self
            .tables
            .get(table.0 as usize)
            .filter(|_| self.draft.stage == Stage::Initial && !self.options.thread_safe)
        else {
            return false;
        };
        table.range.ops.iter().chain(&table.body.ops).any(|op| match *op {
            Op::Global(id) => self.draft.was_set(Slot::Global(id)),
            Op::Lookup { table, .. } => self.is_outdated(table),
            _ => false,
        })
    }

    /// What a routine gives at `x`, without leaving any other trace.
    fn row(
        &mut self,
        span: Span,
        routine: &'a ast::Routine,
        kept: &[Kept],
        slots: impl Iterator<Item = Option<Slot>>,
        x: Value,
    ) -> Lowered<Vec<Value>> {
        let before = self.draft.copy_environment();
        self.as_made(&routine.name.text, kept, span);
        let result = self.run_routine(span, routine, &[x]);
        let values = result
            .map(|result| slots.map(|slot| slot.map_or(result, |slot| self.draft.get(slot, span))).collect());
        self.draft.put_environment(before);
        values
    }

    /// Sets what a routine sets besides its table, as the making of the table does in NEURON: in its first call in INITIAL, or in
    /// every one when INITIAL has none.
    fn set_besides(
        &mut self,
        span: Span,
        routine: &'a ast::Routine,
        table: &'a ast::Table,
        made: &Made,
    ) -> Lowered<()> {
        let first = match self.draft.stage {
            Stage::Initial => self.tabled_initially.insert(&routine.name.text),
            _ => !self.tabled_initially.contains(routine.name.text.as_str()),
        };
        if made.besides.is_empty() || !first {
            return Ok(());
        }
        let high = self.in_routine(span, &routine.name.text, |cx| cx.expression(&table.to))?;
        let slots = made.besides.iter().map(|(slot, _)| Some(*slot));
        let values = self.row(span, routine, &made.kept, slots, high)?;
        let first = if self.is_made_by_each(table) { None } else { Some(self.is_first_instance()) };
        for ((slot, set_at), value) in made.besides.iter().zip(values) {
            let value = match (first, slot) {
                (Some(first), Slot::Place(Place::Column(_))) => {
                    let before = self.draft.get(*slot, *set_at);
                    self.draft.emit(Op::Select(first, value, before))
                }
                _ => value,
            };
            self.draft.set(*slot, value, *set_at);
        }
        Ok(())
    }

    /// The values of a table at `x` from the two rows around it, which are computed on the spot.
    fn interpolate(
        &mut self,
        span: Span,
        routine: &'a ast::Routine,
        table: &'a ast::Table,
        made: &Made,
        x: Value,
    ) -> Lowered<Vec<Value>> {
        let name = routine.name.text.as_str();
        let low = self.in_routine(span, name, |cx| cx.expression(&table.from))?;
        let high = self.in_routine(span, name, |cx| cx.expression(&table.to))?;
        let count = self.draft.number(table.with.value as f64);
        let width = self.draft.binary(Binary::Subtract, high, low);
        let step = self.draft.binary(Binary::Divide, width, count);
        let distance = self.draft.binary(Binary::Subtract, x, low);
        let at = self.draft.binary(Binary::Divide, distance, step);
        let (zero, one) = (self.draft.number(0.0), self.draft.number(1.0));
        let last = self.draft.binary(Binary::Subtract, count, one);
        let below = self.draft.unary(Unary::Floor, at);
        let below = self.draft.binary(Binary::Maximum, below, zero);
        let below = self.draft.binary(Binary::Minimum, below, last);
        let part = self.draft.binary(Binary::Subtract, at, below);
        // Comparisons leave NaN as it is.
        let under = self.draft.binary(Binary::Less, part, zero);
        let part = self.draft.emit(Op::Select(under, zero, part));
        let over = self.draft.binary(Binary::Less, one, part);
        let part = self.draft.emit(Op::Select(over, one, part));
        let mut rows = Vec::new();
        for number in [0.0, 1.0] {
            let number = self.draft.number(number);
            let row = self.draft.binary(Binary::Add, below, number);
            let way = self.draft.binary(Binary::Multiply, row, step);
            let at = self.draft.binary(Binary::Add, low, way);
            let slots = made.columns.iter().map(|column| match column {
                Column::Slot(slot) => Some(*slot),
                Column::Result => None,
            });
            rows.push(self.row(span, routine, &made.kept, slots, at)?);
        }
        let [from, to] = rows.as_slice() else { return Ok(Vec::new()) };
        let between = |(from, to): (&Value, &Value)| {
            let rise = self.draft.binary(Binary::Subtract, *to, *from);
            let way = self.draft.binary(Binary::Multiply, part, rise);
            self.draft.binary(Binary::Add, *from, way)
        };
        Ok(from.iter().zip(to).map(between).collect())
    }

    fn make_table(
        &mut self,
        call: &'a ast::Call,
        routine: &'a ast::Routine,
        table: &'a ast::Table,
    ) -> Lowered<Made> {
        let name = routine.name.text.as_str();
        if !(1..=MOST_INTERVALS).contains(&table.with.value) {
            let message = format!("a table has between 1 and {MOST_INTERVALS} intervals");
            return self.refuse(table.with.span, message, "", "");
        }
        let mut columns = Ok(Vec::new());
        let mut body = self.kernel(Stage::TableBody, |cx| {
            let x = cx.draft.emit(Op::Argument(0));
            columns = cx.run_routine(call.span, routine, &[x]).and_then(|result| {
                let columns = cx.table_columns(routine, table)?;
                for (i, column) in columns.iter().enumerate() {
                    let value = match column {
                        Column::Slot(slot) => cx.draft.get(*slot, routine.name.span),
                        Column::Result => result,
                    };
                    cx.draft.kernel.effects.push(Effect::WriteArgument(i as u32, value));
                }
                Ok(columns)
            });
        });
        let columns = columns?;
        for (slot, value) in body.results() {
            if let Slot::Global(id) = slot {
                body.kernel.effects.push(Effect::WriteGlobal(id, value));
            }
        }
        rows::pass_on(&mut body.kernel);
        let mut besides = Vec::new();
        for (slot, _) in body.results() {
            let tabled = columns.iter().any(|column| matches!(column, Column::Slot(s) if *s == slot));
            if !tabled && let Some(span) = body.set_at.get(&slot) {
                besides.push((slot, *span));
            }
        }
        if !is_uniform(&body.kernel) {
            let mut from = self.names_of(body.read_at.keys());
            // After DEPEND, and outside of what is thread safe by its keywords, each instance has NEURON make it anew.
            from.retain(|name| self.options.thread_safe || table.depend.iter().all(|d| d.text != *name));
            if !from.is_empty() {
                let (routine, span) = (name.to_string(), routine.name.span);
                self.own_tables.push(OwnTable { routine, span, from });
            }
            let kept = self.kept_for(table, &body);
            return Ok(Made { id: None, columns, besides, kept });
        }
        let mut ends = Ok(());
        let range = self.kernel(Stage::TableRange, |cx| {
            ends = [&table.from, &table.to].into_iter().enumerate().try_for_each(|(i, end)| {
                let value = cx.expression(end)?;
                let uniform =
                    analysis::dependence(&cx.draft.kernel)[value.0 as usize] != Dependence::Instance;
                if !uniform {
                    return cx.refuse(
                        end.span,
                        "the ends of a table must be the same for all instances",
                        "",
                        "",
                    );
                }
                cx.draft.kernel.effects.push(Effect::WriteArgument(i as u32, value));
                Ok(())
            });
        });
        ends?;
        self.table_reads.push(body.read_at.into_iter().chain(range.read_at).collect());
        self.tables.push(Table {
            name: name.to_string(),
            columns: columns.len() as u32,
            intervals: table.with.value as u32,
            once: self.options.thread_safe && !self.is_made_again(table),
            range: range.kernel,
            body: body.kernel,
            given: None,
        });
        Ok(Made { id: Some(TableId((self.tables.len() - 1) as u32)), columns, besides, kept: Vec::new() })
    }

    /// The variables of an instance among what a table's rows read, by name, each once.
    fn names_of<'s>(&self, read: impl Iterator<Item = &'s Slot>) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for slot in read {
            let name = match slot {
                Slot::Place(Place::Column(id)) => {
                    let of = |v: &&Variable| id.0 >= v.first && id.0 - v.first < v.length;
                    self.names.variables.iter().find(of).map(|v| v.name.clone())
                }
                Slot::Place(place) => self.names.name_of(*place),
                Slot::Global(_) | Slot::Argument(_) | Slot::Local(_) | Slot::Slope(_) => None,
            };
            names.extend(name.filter(|name| !names.contains(name)));
        }
        names
    }

    /// What the columns of a table stand for, an array's elements one by one.
    fn table_columns(&mut self, routine: &'a ast::Routine, table: &'a ast::Table) -> Lowered<Vec<Column>> {
        if routine.is_function {
            if let Some(name) = table.names.first() {
                return self.refuse(
                    name.span,
                    "the TABLE of a FUNCTION holds its value and no variables",
                    "",
                    "",
                );
            }
            return Ok(vec![Column::Result]);
        }
        if table.names.is_empty() {
            let name = &routine.name;
            return self.refuse(
                name.span,
                format!("the TABLE of `{}` names no variables", name.text),
                "",
                "name the variables that the PROCEDURE computes, as in `TABLE minf, mtau FROM ...`",
            );
        }
        let mut columns = Vec::new();
        for name in &table.names {
            columns.extend(self.elements(name)?.into_iter().map(Column::Slot));
        }
        Ok(columns)
    }

    /// All elements of a variable.
    fn elements(&mut self, name: &'a ast::Name) -> Lowered<Vec<Slot>> {
        use super::names::Named;
        Ok(match self.names.get(&name.text) {
            Some(Named::Column(first, length)) => {
                (0..length.unwrap_or(1)).map(|i| Slot::Place(Place::Column(ColumnId(first + i)))).collect()
            }
            Some(Named::Global(first, length)) => {
                (0..length.unwrap_or(1)).map(|i| Slot::Global(GlobalId(first + i))).collect()
            }
            Some(Named::Place(place @ Place::Ion(..))) => vec![Slot::Place(place)],
            _ => return self.refuse(name.span, format!("`{}` cannot be tabled", name.text), "", ""),
        })
    }
}

/// Whether the rows of a table are the same for all instances.
fn is_uniform(kernel: &Kernel) -> bool {
    !kernel.ops.iter().any(|op| {
        matches!(op, Op::Read(_) | Op::Random { .. } | Op::SetStream { .. } | Op::PlaySize | Op::PlayAt(_))
    })
}
