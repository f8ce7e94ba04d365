//! Loops whose rounds are not known before the run: WHILE, FROM with bounds that are computed, and iterative solvers.
//!
//! All instances turn together. Code in a round stands on the path of those that still run, so that what the others
//! carry stays as it is; the loop ends when nobody runs any more. Which variables a loop carries comes out when its body
//! is lowered: it is lowered anew until all that it sets are known.

use std::collections::BTreeSet;

use super::super::types::*;
use super::context::{Context, Local, Lowered};
use super::draft::Slot;
use crate::diagnostic::Span;
use crate::nmodl::ast;

/// A loop without NEURON's word for it: its parts in the file.
pub(super) struct Counted<'a> {
    /// The whole.
    pub span: Span,
    /// Its counter.
    pub counter: &'a ast::Name,
    /// First value.
    pub from: Value,
    /// Last value, computed anew for each round as in C.
    pub to: &'a ast::Expression,
    /// Step.
    pub by: Option<&'a ast::Expression>,
    /// What is repeated.
    pub body: &'a ast::Block,
}

impl<'a> Context<'a> {
    /// A loop. `body` lowers one round and gives what is not zero where another round follows; on a path that is not
    /// taken by an instance, that instance asks for none.
    pub fn looped(&mut self, span: Span, mut body: impl FnMut(&mut Self) -> Lowered<Value>) -> Lowered<()> {
        let mut carried = BTreeSet::new();
        self.loops += 1;
        let result = loop {
            let before = self.draft.clone();
            let open = self.draft.open_loop(&carried, span);
            let again = match self.nested(span, &mut body) {
                Ok(again) => again,
                Err(refused) => break Err(refused),
            };
            let changed = self.draft.changed_in(&open);
            if changed.is_subset(&carried) {
                let again = match self.draft.mask() {
                    Some(mask) => self.draft.binary(Binary::And, mask, again),
                    None => again,
                };
                self.draft.close_loop(open, again);
                break Ok(());
            }
            carried.extend(changed);
            self.draft = before;
        };
        self.loops -= 1;
        result
    }

    /// `WHILE (condition) { body }`.
    pub fn while_loop(
        &mut self,
        span: Span,
        condition: &'a ast::Expression,
        body: &'a ast::Block,
    ) -> Lowered<()> {
        self.looped(span, |cx| {
            let runs = cx.expression(condition)?;
            cx.only_where(runs, |cx| cx.block(body))?;
            Ok(runs)
        })
    }

    /// `FROM counter = from TO to { body }`.
    pub fn counted_loop(&mut self, counted: &Counted<'a>) -> Lowered<()> {
        let Counted { span, counter, from, to, by, body } = *counted;
        let slot = self.draft.locals(1);
        self.draft.set(Slot::Local(slot), from, counter.span);
        self.looped(span, |cx| {
            let at = cx.draft.get(Slot::Local(slot), counter.span);
            let to = cx.whole(to)?;
            let runs = cx.draft.binary(Binary::LessEqual, at, to);
            cx.only_where(runs, |cx| {
                cx.in_block(|cx| {
                    cx.declare(&counter.text, Local::Slot(slot, None));
                    cx.block(body)
                })?;
                let by = match by {
                    Some(by) => cx.whole(by)?,
                    None => cx.draft.number(1.0),
                };
                let at = cx.draft.get(Slot::Local(slot), counter.span);
                let next = cx.draft.binary(Binary::Add, at, by);
                cx.draft.set(Slot::Local(slot), next, counter.span);
                Ok(())
            })?;
            let next = cx.draft.get(Slot::Local(slot), counter.span);
            let more = cx.draft.binary(Binary::LessEqual, next, to);
            Ok(cx.draft.binary(Binary::And, runs, more))
        })
    }

    /// The whole part of an expression, as C turns it into an int.
    pub fn whole(&mut self, expression: &'a ast::Expression) -> Lowered<Value> {
        let value = self.expression(expression)?;
        Ok(self.whole_part(value))
    }

    /// The whole part of a value, towards zero.
    pub fn whole_part(&mut self, value: Value) -> Value {
        let zero = self.draft.number(0.0);
        let negative = self.draft.binary(Binary::Less, value, zero);
        let (up, down) = (self.draft.unary(Unary::Ceil, value), self.draft.unary(Unary::Floor, value));
        self.draft.emit(Op::Select(negative, up, down))
    }
}
