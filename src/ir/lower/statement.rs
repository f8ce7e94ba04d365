//! Statements: what they set, and on which path.

use super::super::passes::fold;
use super::super::types::*;
use super::context::{Context, Local, Lowered};
use super::draft::Slot;
use super::expression::Target;
use super::rounds::Counted;
use crate::nmodl::ast::{self, StatementKind};

impl<'a> Context<'a> {
    /// A block with its own LOCALs. Every statement is looked at, also after one was refused.
    pub fn block(&mut self, block: &'a ast::Block) -> Lowered<()> {
        self.in_block(|cx| cx.statements(block.statements.iter()))
    }

    /// Statements in order.
    pub fn statements(&mut self, statements: impl Iterator<Item = &'a ast::Statement>) -> Lowered<()> {
        let mut result = Ok(());
        for statement in statements {
            result = self.statement(statement).and(result);
        }
        result
    }

    /// One statement.
    pub fn statement(&mut self, statement: &'a ast::Statement) -> Lowered<()> {
        self.nested(statement.span, |cx| cx.statement_inside(statement))
    }

    fn statement_inside(&mut self, statement: &'a ast::Statement) -> Lowered<()> {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Local(names) => {
                for local in names {
                    let length = match &local.length {
                        Some(length) => Some(self.length(length)?),
                        None => None,
                    };
                    let first = self.draft.locals(length.unwrap_or(1));
                    self.declare(&local.name.text, Local::Slot(first, length));
                }
                Ok(())
            }
            StatementKind::Assign { target, value } => self.assign(target, value),
            StatementKind::Call(call) => self.call_statement(call),
            StatementKind::If { branches, otherwise } => self.branches(branches, otherwise.as_ref()),
            StatementKind::From { counter, from, to, by, body } => {
                self.count_through(&Counted { span, counter, from, to, by: by.as_ref(), body })
            }
            StatementKind::Block(block) => self.block(block),
            StatementKind::Protect(inner) => self.statement(inner),
            // Shared variables are only stored when all instances agree on the value, so there is nothing to guard.
            StatementKind::MutexLock | StatementKind::MutexUnlock => Ok(()),
            StatementKind::UnitsSwitch(_) => Ok(()),
            // Done where the routine is called; slopes follow from the currents themselves.
            StatementKind::Table(_) | StatementKind::Conductance { .. } => Ok(()),
            StatementKind::While { condition, body } => self.while_loop(span, condition, body),
            // As in NEURON all of them are carried out first, also those inside an IF.
            StatementKind::Solve(_) if self.in_breakpoint() => Ok(()),
            StatementKind::Solve(solve) => self.solve(solve),
            StatementKind::Initial(_) => self.refuse(
                span,
                "INITIAL stands inside another block",
                "",
                "move it to the outermost level of NET_RECEIVE, or of the file",
            ),
            StatementKind::Verbatim(_) => self.refuse(
                span,
                "VERBATIM is not supported yet",
                "It holds C code, and no compiler is used.",
                "",
            ),
            StatementKind::Watch(conditions) => self.watch(conditions),
            StatementKind::ForNetcons { arguments, body } => self.for_netcons(span, arguments, body),
            StatementKind::Reset => self.refuse(span, "RESET is not supported", "", ""),
            StatementKind::Reaction(reaction) => self.reaction(span, reaction),
            StatementKind::Equation { left, right } => self.residual(span, left, right),
            // Done before the block.
            StatementKind::Compartment(_) => Ok(()),
            // Done after the block.
            StatementKind::LongitudinalDiffusion(_) if self.scheme.is_some() => Ok(()),
            StatementKind::LongitudinalDiffusion(_) => self.refuse(
                span,
                "LONGITUDINAL_DIFFUSION cannot stand here",
                "",
                "move it to a KINETIC block",
            ),
            StatementKind::Conserve { terms, total } => self.conserve(span, terms, total),
        }
    }

    /// The length of an array.
    fn length(&mut self, length: &ast::Integer) -> Lowered<u32> {
        match u32::try_from(length.value) {
            Ok(n) if (1..=10_000).contains(&n) => Ok(n),
            _ => self.refuse(length.span, "the length of an array is between 1 and 10000", "", ""),
        }
    }

    fn assign(&mut self, target: &'a ast::Variable, value: &'a ast::Expression) -> Lowered<()> {
        // The target first, so that both sides are looked at when one is refused.
        let place = self.target(target);
        if target.primes == 1
            && let Ok(Target::Slot(Slot::Slope(place))) = place
        {
            return self.equation(place, target, value);
        }
        let value = self.expression(value);
        match place? {
            Target::Slot(slot) => {
                let value = value?;
                self.store(slot, value, target)
            }
            Target::Element(slots, index) => {
                let value = value?;
                self.store_element(&slots, index, value, target);
                Ok(())
            }
            Target::Far(first, length, index) => {
                let value = value?;
                self.request(Request::SetElement { first, length, index, value });
                Ok(())
            }
            Target::Weight(connection, number) => {
                let value = value?;
                self.request(Request::SetWeight { connection, number, value });
                Ok(())
            }
            Target::Value(_) => {
                let name = &target.name.text;
                self.refuse(target.span, format!("`{name}` cannot be set by a mechanism"), "", "use a LOCAL")
            }
        }
    }

    /// Sets a variable that statements may set. As in NEURON a mechanism has a copy of `v` of its own, which some
    /// shift for a while; the compartment does not see it.
    pub fn store(&mut self, slot: Slot, value: Value, target: &ast::Variable) -> Lowered<()> {
        if let Slot::Place(Place::Area | Place::Diameter) = slot {
            let name = &target.name.text;
            return self.refuse(
                target.span,
                format!("`{name}` cannot be set by a mechanism"),
                "It belongs to the cell.",
                "use a LOCAL",
            );
        }
        self.draft.set(slot, value, target.span);
        Ok(())
    }

    /// Sets one of several variables, by its number; outside of them nothing.
    pub fn store_element(&mut self, slots: &[Slot], index: Value, value: Value, target: &ast::Variable) {
        for (i, slot) in slots.iter().enumerate() {
            let old = self.draft.get(*slot, target.span);
            let is_it = self.is_number(index, i);
            let new = self.draft.emit(Op::Select(is_it, value, old));
            self.draft.set(*slot, new, target.span);
        }
    }

    fn branches(&mut self, branches: &'a [ast::Branch], otherwise: Option<&'a ast::Block>) -> Lowered<()> {
        let mut branches = branches;
        let (first, rest, condition) = loop {
            let Some((first, rest)) = branches.split_first() else {
                return otherwise.map_or(Ok(()), |block| self.block(block));
            };
            let condition = match self.expression(&first.condition) {
                Ok(condition) => condition,
                Err(refused) => {
                    // Look at the others too, for what else is to be said.
                    for branch in rest {
                        let _ = self.expression(&branch.condition);
                    }
                    for block in branches.iter().map(|b| &b.body).chain(otherwise) {
                        let _ = self.block(block);
                    }
                    return Err(refused);
                }
            };
            match fold::constant(&self.draft.kernel, condition) {
                Some(0.0) => branches = rest,
                Some(_) => return self.block(&first.body),
                None => break (first, rest, condition),
            }
        };
        let before = self.draft.enter(condition);
        let one = self.block(&first.body);
        let taken = self.draft.leave(before);
        let not = self.draft.unary(Unary::Not, condition);
        let before = self.draft.enter(not);
        let two = self.nested(first.condition.span, |cx| cx.branches(rest, otherwise));
        let other = self.draft.leave(before);
        self.draft.join(condition, taken, other);
        one.and(two)
    }
}
