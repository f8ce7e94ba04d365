//! When NEURON makes a TABLE, and from what: the same here.
//!
//! - A mechanism that is thread safe by its keywords: before INITIAL, and again at the beginning of a step when a variable after DEPEND
//!   has changed. So what INITIAL sets does not reach a table without DEPEND.
//! - Any other: when its routine is called first, and again in a call that finds a variable after DEPEND changed.
//!
//! The table is made with the variables of one instance: of the first one, in the order of the network's description, unless
//! DEPEND names what each has its own. What the routine sets besides its table, only that instance gets. Rows, however, are
//! here made of each instance's own values: in NEURON it depends on how cells are spread over threads whose they are.
//!
//! A variable that a table is made of and that code sets is kept in a hidden column as it was then. While kernels
//! are made these columns have numbers of their own; [`settle`] gives them places and fills those of thread safe mechanisms.

use std::collections::BTreeMap;

use super::super::types::*;
use super::context::Context;
use super::draft::{Draft, Slot};
use super::globals::{self, Done};
use super::names::{Named, Names};
use crate::diagnostic::Span;
use crate::nmodl::ast;

/// Numbers from here on are no columns yet. This one is 1 in the first instance, else 0; those after it are kept values.
const FIRST: u32 = 1 << 30;

/// A variable of the instance, and the hidden column that keeps it.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    variable: Slot,
    column: Slot,
    /// The table is made again, so that only INITIAL finds this.
    again: bool,
}

impl Context<'_> {
    /// Whether this is the instance whose values NEURON makes tables of.
    pub fn is_first_instance(&mut self) -> Value {
        self.asks_first = true;
        let first = self.draft.emit(Op::Read(Place::Column(ColumnId(FIRST))));
        let zero = self.draft.number(0.0);
        self.draft.binary(Binary::Less, zero, first)
    }

    /// Whether all instances make a table for themselves, as DEPEND names what each has its own.
    pub fn is_made_by_each(&self, table: &ast::Table) -> bool {
        let own = |name: &ast::Name| {
            matches!(self.names.get(&name.text), Some(Named::Column(..) | Named::Place(_)))
        };
        !self.options.thread_safe && table.depend.iter().any(own)
    }

    /// Whether a table is ever made anew: something after DEPEND changes while the network runs.
    pub fn is_made_again(&self, table: &ast::Table) -> bool {
        let changes = |name: &ast::Name| match self.names.get(&name.text) {
            Some(Named::Place(_) | Named::Builtin(Builtin::Time)) => true,
            _ => self.is_set_by_code(&name.text),
        };
        table.depend.iter().any(changes)
    }

    /// The variables that a table whose rows are made by `body` needs kept.
    pub fn kept_for(&mut self, table: &ast::Table, body: &Draft) -> Vec<Kept> {
        let again = self.is_made_again(table);
        let own = body.results();
        let reads = body.read_at.keys().copied();
        let variables: Vec<(Slot, ColumnId)> = reads
            .filter(|slot| own.iter().all(|(set, _)| set != slot))
            .filter_map(|slot| match slot {
                Slot::Place(Place::Column(id)) if self.is_changing_column(id) => Some((slot, id)),
                _ => None,
            })
            .collect();
        let mut kept = Vec::new();
        for (variable, id) in variables {
            self.kept.push(id);
            let column = Slot::Place(Place::Column(ColumnId(FIRST + self.kept.len() as u32)));
            kept.push(Kept { variable, column, again });
        }
        kept
    }

    fn is_changing_column(&self, id: ColumnId) -> bool {
        let of = |v: &&Variable| id.0 >= v.first && id.0 - v.first < v.length;
        let pointer = self.names.pointers.iter().any(|pointer| pointer.column == id);
        !pointer && self.names.variables.iter().find(of).is_some_and(|v| self.is_set_by_code(&v.name))
    }

    fn is_set_by_code(&self, name: &str) -> bool {
        self.is_state(name) || self.set_by_code.contains(name)
    }

    /// A routine with a table is called. In INITIAL, the first call makes the table where the mechanism is not thread safe.
    pub fn table_is_called(&mut self, routine: &str, kept: &[Kept], span: Span) {
        let sure = self.draft.mask().is_none() && self.loops == 0;
        let called_before = self.tabled_initially.contains(routine);
        if self.options.thread_safe || self.draft.stage != Stage::Initial || called_before || !sure {
            return;
        }
        for Kept { variable, column, .. } in kept {
            let value = self.draft.get(*variable, span);
            self.draft.set(*column, value, span);
        }
        self.kept_initially.extend(self.routines.get_key_value(routine).map(|(name, _)| *name));
    }

    /// Puts the variables that a table is made of back to what they were then.
    pub fn as_made(&mut self, routine: &str, kept: &[Kept], span: Span) {
        for Kept { variable, column, again } in kept {
            let value = match (self.options.thread_safe, self.draft.stage) {
                (true, Stage::Initial) => self.draft.start(*variable),
                _ if *again => continue,
                (false, _) if !self.kept_initially.contains(routine) => continue,
                (_, Stage::BeforeInitial) => continue,
                _ => self.draft.get(*column, span),
            };
            self.draft.set(*variable, value, span);
        }
    }
}

/// Gives hidden columns their places, after all others, and fills those that keep what was there before INITIAL. Gives the one that
/// is 1 in the first instance.
pub(super) fn settle(
    names: &mut Names,
    kernels: &mut Vec<Done>,
    kept: &[ColumnId],
    asks_first: bool,
    thread_safe: bool,
) -> Option<ColumnId> {
    let mut places = BTreeMap::new();
    let mut add = |names: &mut Names, number: u32, name: String| {
        let column = ColumnId(names.columns);
        names.columns += 1;
        names.variables.push(Variable {
            name,
            unit: String::new(),
            default: 0.0,
            limits: None,
            length: 1,
            first: column.0,
            role: Role::Hidden,
            visible: false,
        });
        places.insert(number, column);
        column
    };
    let first = asks_first.then(|| add(names, FIRST, "first".to_string()));
    let mut before = Vec::new();
    for (number, variable) in (FIRST + 1..).zip(kept) {
        let is_used = kernels.iter().any(|done| {
            let read = Op::Read(Place::Column(ColumnId(number)));
            done.kernel.ops.contains(&read)
        });
        if is_used {
            before.push((add(names, number, format!("tabled{}", number - FIRST - 1)), *variable));
        }
    }
    let place = |place: Place| match place {
        Place::Column(id) => Place::Column(places.get(&id.0).copied().unwrap_or(id)),
        other => other,
    };
    for done in kernels.iter_mut() {
        for op in &mut done.kernel.ops {
            if let Op::Read(at) = op {
                *at = place(*at);
            }
        }
        // What nobody reads is not kept.
        let unread =
            |at: &Place| matches!(at, Place::Column(id) if id.0 >= FIRST && !places.contains_key(&id.0));
        done.kernel.effects.retain(|effect| !matches!(effect, Effect::Write(at, _) if unread(at)));
        for effect in &mut done.kernel.effects {
            if let Effect::Write(at, _) = effect {
                *at = place(*at);
            }
        }
    }
    if thread_safe && !before.is_empty() {
        if kernels.iter().all(|done| done.stage != Stage::Initial) {
            kernels.push(globals::empty(Stage::Initial));
        }
        for done in kernels.iter_mut().filter(|done| done.stage == Stage::Initial) {
            for (column, variable) in &before {
                let value = done.kernel.push(Op::Read(Place::Column(*variable)));
                done.kernel.effects.push(Effect::Write(Place::Column(*column), value));
            }
        }
    }
    first
}
