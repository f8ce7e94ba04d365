//! TABLE: a routine of one argument becomes a look-up between rows computed beforehand.
//!
//! As in NEURON: with `WITH n`, n + 1 rows at equal distances from the first to the last abscissa; straight
//! lines between them, the end rows outside, NaN for NaN. A table holds the results of the routine and nothing
//! else, so it may depend on its argument and on what all instances share only. DEPEND is not needed: tables are
//! made anew whenever anything they can depend on changes.

use super::super::analysis::{self, Dependence};
use super::super::passes::dead;
use super::super::types::*;
use super::context::{Context, Lowered};
use super::draft::Slot;
use crate::diagnostic::Diagnostic;
use crate::nmodl::ast::{self, StatementKind};

/// Intervals of one table.
const MOST_INTERVALS: i64 = 1_000_000;

/// A table that was made, and what its columns stand for.
#[derive(Clone)]
pub(super) struct Made {
    id: TableId,
    columns: Vec<Column>,
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
        let mut result = None;
        for (i, column) in made.columns.iter().enumerate() {
            let value = self.draft.emit(Op::Lookup { table: made.id, column: i as u32, x });
            match column {
                Column::Slot(slot) => self.draft.set(*slot, value, call.span),
                Column::Result => result = Some(value),
            }
        }
        Ok(result.unwrap_or_else(|| self.draft.number(0.0)))
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
        dead::run(&mut body.kernel);
        self.only_uniform(&body.kernel, routine, &body)?;
        for (slot, _) in body.results() {
            let tabled = columns.iter().any(|column| matches!(column, Column::Slot(s) if *s == slot));
            if !tabled && let Some(span) = body.set_at.get(&slot) {
                self.untabled.entry(slot).or_insert(*span);
            }
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
            range: range.kernel,
            body: body.kernel,
        });
        Ok(Made { id: TableId((self.tables.len() - 1) as u32), columns })
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

    /// Refuses a table whose rows would differ between instances.
    fn only_uniform(
        &mut self,
        kernel: &Kernel,
        routine: &ast::Routine,
        draft: &super::draft::Draft,
    ) -> Lowered<()> {
        for op in &kernel.ops {
            let (what, place) = match op {
                Op::Read(place) => {
                    let place = *place;
                    (self.names.place_name(place), draft.read_at.get(&Slot::Place(place)))
                }
                Op::Random { .. } => ("a random number".to_string(), None),
                Op::PlaySize | Op::PlayAt(_) => ("the list of times".to_string(), None),
                _ => continue,
            };
            let name = &routine.name;
            let message = format!(
                "the table of `{}` would depend on {what}, which each instance has its own",
                name.text
            );
            let mut diagnostic = Diagnostic::error("nmodl/table", message)
                .at(place.copied().unwrap_or(name.span), "used here")
                .note("One table serves all instances.");
            if place.is_some() {
                diagnostic = diagnostic.at(name.span, "which has a TABLE");
            }
            diagnostic = diagnostic.help("make it GLOBAL, or an argument, or remove the TABLE statement");
            return Err(self.say(diagnostic));
        }
        Ok(())
    }
}
