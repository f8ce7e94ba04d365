//! Loops whose rounds are not known before the run: WHILE, FROM with bounds that are computed, and iterative solvers.
//!
//! All instances turn together. Code in a round stands on the path of those that still run, so that what the others
//! carry stays as it is; the loop ends when nobody runs any more. Which variables a loop carries comes out when its body
//! is lowered: it is lowered anew until all that it sets are known.

use std::collections::BTreeSet;

use super::super::passes::fold;
use super::super::types::*;
use super::context::{Context, Local, Lowered};
use super::draft::Slot;
use crate::diagnostic::Span;
use crate::nmodl::ast::{self, BinaryOperator, ExpressionKind, UnaryOperator};
use crate::nmodl::meaning::{FunctionClass, builtin_function};
use crate::nmodl::walk::parts;

/// Rounds of one unrolled loop; with more it stays a loop.
const MOST_UNROLLED: u32 = 10_000;

/// A FROM loop: its parts in the file.
pub(super) struct Counted<'a> {
    /// The whole.
    pub span: Span,
    /// Its counter, an int in NEURON, which the body cannot set.
    pub counter: &'a ast::Name,
    /// First value.
    pub from: &'a ast::Expression,
    /// Last value, computed anew before each round as in C.
    pub to: &'a ast::Expression,
    /// Step, computed anew after each round.
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
        let site = self.site(span);
        let result = loop {
            let before = self.draft.clone();
            let open = self.draft.open_loop(&carried, site, span);
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

    /// Rounds of an iteration until it comes to rest, `most` at the most. `round` gets how many were made, lowers one and gives
    /// what is not zero where another is wanted. Gives the number of rounds made.
    pub fn iterated(
        &mut self,
        span: Span,
        most: f64,
        mut round: impl FnMut(&mut Self, Value) -> Lowered<Value>,
    ) -> Lowered<Value> {
        let (going, count) = (Slot::Local(self.draft.locals(1)), Slot::Local(self.draft.locals(1)));
        let (zero, one) = (self.draft.number(0.0), self.draft.number(1.0));
        self.draft.set(going, one, span);
        self.draft.set(count, zero, span);
        self.looped(span, |cx| {
            // Others may go on when this instance has come to rest, or had all its rounds.
            let runs = cx.draft.get(going, span);
            cx.only_where(runs, |cx| {
                let made = cx.draft.get(count, span);
                let moving = round(cx, made)?;
                let (one, most) = (cx.draft.number(1.0), cx.draft.number(most));
                let made = cx.draft.binary(Binary::Add, made, one);
                cx.draft.set(count, made, span);
                let allowed = cx.draft.binary(Binary::Less, made, most);
                let again = cx.draft.binary(Binary::And, moving, allowed);
                cx.draft.set(going, again, span);
                Ok(())
            })?;
            Ok(cx.draft.get(going, span))
        })?;
        Ok(self.draft.get(count, span))
    }

    /// `WHILE (condition) { body }`.
    pub fn while_loop(
        &mut self,
        span: Span,
        condition: &'a ast::Expression,
        body: &'a ast::Block,
    ) -> Lowered<()> {
        let going = self.going(span, [condition]);
        self.looped(span, |cx| {
            let runs = cx.runs(span, going, |cx| cx.expression(condition))?;
            cx.only_where(runs, |cx| cx.block(body))?;
            Ok(runs)
        })
    }

    /// `FROM counter = from TO to BY by { body }`: unrolled when its rounds are known, else a loop.
    pub fn count_through(&mut self, counted: &Counted<'a>) -> Lowered<()> {
        let start = self.whole(counted.from)?;
        let Some(first) = self.known(counted.from.span, start)? else {
            return self.counted_loop(counted, start);
        };
        let ends = || [counted.to].into_iter().chain(counted.by);
        // Ends that are numbers stay what they are; others show only when the rounds are written out.
        let before = (!ends().all(is_fixed)).then(|| self.draft.clone());
        if before.is_none() && self.is_long(counted, first)? {
            return self.counted_loop(counted, start);
        }
        match (self.unroll(counted, first)?, before) {
            (false, Some(before)) => {
                self.draft = before;
                self.counted_loop(counted, start)
            }
            _ => Ok(()),
        }
    }

    /// Whether a loop whose ends are numbers has too many rounds to write them out.
    fn is_long(&mut self, counted: &Counted<'a>, first: f64) -> Lowered<bool> {
        let (to, by) = (self.known_whole(counted.to)?, self.step_of(counted)?);
        let (Some(to), Some(by)) = (to, by) else { return Ok(true) };
        Ok((to - first) / by >= f64::from(MOST_UNROLLED))
    }

    /// Writes out one round after the other; false when it turns out that their number is not known, or too large.
    fn unroll(&mut self, counted: &Counted<'a>, first: f64) -> Lowered<bool> {
        let mut at = first;
        for _ in 0..=MOST_UNROLLED {
            match self.known_whole(counted.to)? {
                Some(to) if at <= to => {}
                known => return Ok(known.is_some()),
            }
            self.in_block(|cx| {
                let slot = cx.declare_scalar(&counted.counter.text);
                let value = cx.draft.number(at);
                cx.draft.set(slot, value, counted.counter.span);
                cx.nested(counted.span, |cx| cx.block(counted.body))
            })?;
            match self.step_of(counted)? {
                Some(by) => at += by,
                None => return Ok(false),
            }
        }
        Ok(false)
    }

    /// The step of a loop at the point reached, if it is known.
    fn step_of(&mut self, counted: &Counted<'a>) -> Lowered<Option<f64>> {
        let Some(by) = counted.by else { return Ok(Some(1.0)) };
        match self.known_whole(by)? {
            Some(step) if step < 1.0 => self.refuse(
                counted.span,
                "the step of this loop is not positive",
                "",
                "BY wants a number of 1 or more",
            ),
            step => Ok(step),
        }
    }

    fn known_whole(&mut self, expression: &'a ast::Expression) -> Lowered<Option<f64>> {
        let value = self.whole(expression)?;
        self.known(expression.span, value)
    }

    /// The number that a bound of a loop is, when that is known.
    fn known(&mut self, span: Span, value: Value) -> Lowered<Option<f64>> {
        match fold::constant(&self.draft.kernel, value) {
            Some(x) if !x.is_finite() => self.refuse(
                span,
                "this bound of a loop is not a finite number",
                "It divides by zero, or its value is too large.",
                "",
            ),
            known => Ok(known),
        }
    }

    /// A FROM loop that turns, its counter from `start` on.
    fn counted_loop(&mut self, counted: &Counted<'a>, start: Value) -> Lowered<()> {
        let Counted { span, counter, to, by, body, .. } = *counted;
        let slot = self.draft.locals(1);
        self.draft.set(Slot::Local(slot), start, counter.span);
        let going = self.going(span, [to]);
        let inside = |cx: &mut Self| {
            let at = cx.draft.get(Slot::Local(slot), counter.span);
            let to = cx.whole(to)?;
            Ok(cx.draft.binary(Binary::LessEqual, at, to))
        };
        self.looped(span, |cx| {
            let runs = cx.runs(span, going, inside)?;
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
            if going.is_some() {
                return Ok(runs);
            }
            // Looking at the end does nothing, so that it may be looked at here too, which saves a round.
            let more = inside(cx)?;
            Ok(cx.draft.binary(Binary::And, runs, more))
        })
    }

    /// Where a loop remembers which instances still run, when looking at its `conditions` may do something: call a routine
    /// that sets variables, or draw. Those that have left the loop must not look again when others do.
    fn going<const N: usize>(&mut self, span: Span, conditions: [&'a ast::Expression; N]) -> Option<Slot> {
        if conditions.into_iter().all(|condition| self.only_computes(condition)) {
            return None;
        }
        let going = Slot::Local(self.draft.locals(1));
        let one = self.draft.number(1.0);
        self.draft.set(going, one, span);
        Some(going)
    }

    /// What is not zero where a loop goes on, by `condition`.
    fn runs(
        &mut self,
        span: Span,
        going: Option<Slot>,
        condition: impl Fn(&mut Self) -> Lowered<Value>,
    ) -> Lowered<Value> {
        let Some(going) = going else { return condition(self) };
        let still = self.draft.get(going, span);
        self.only_where(still, |cx| {
            let runs = condition(cx)?;
            cx.draft.set(going, runs, span);
            Ok(())
        })?;
        Ok(self.draft.get(going, span))
    }

    /// Whether looking at an expression does nothing but compute: it calls only functions that are there without a declaration
    /// and are no draws.
    fn only_computes(&self, expression: &ast::Expression) -> bool {
        let mut only = true;
        parts(expression, &mut |part| {
            if let ExpressionKind::Call(call) = &part.kind {
                let name = call.name.text.as_str();
                let pure = builtin_function(name).is_some_and(|f| f.class == FunctionClass::Pure);
                only &= pure && !self.routines.contains_key(name);
            }
        });
        only
    }

    /// An index or the bound of a loop, an int in NEURON: every name and every quotient in it is cut to its whole part before
    /// it is used, so that `a[k * 2]` is the third element where `k` is 1.5.
    pub fn whole(&mut self, expression: &'a ast::Expression) -> Lowered<Value> {
        self.nested(expression.span, |cx| match &expression.kind {
            ExpressionKind::Unary { operator: UnaryOperator::Negate, operand } => {
                let value = cx.whole(operand)?;
                Ok(cx.draft.unary(Unary::Negate, value))
            }
            ExpressionKind::Binary { operator, left, right } => {
                let function = match operator {
                    BinaryOperator::Add => Binary::Add,
                    BinaryOperator::Subtract => Binary::Subtract,
                    BinaryOperator::Multiply => Binary::Multiply,
                    BinaryOperator::Divide => Binary::Divide,
                    _ => {
                        let value = cx.expression(expression)?;
                        return Ok(cx.whole_part(value));
                    }
                };
                let (left, right) = (cx.whole(left)?, cx.whole(right)?);
                let value = cx.draft.binary(function, left, right);
                Ok(if function == Binary::Divide { cx.whole_part(value) } else { value })
            }
            _ => {
                let value = cx.expression(expression)?;
                Ok(cx.whole_part(value))
            }
        })
    }

    /// The whole part of a value, towards zero.
    pub fn whole_part(&mut self, value: Value) -> Value {
        let zero = self.draft.number(0.0);
        let negative = self.draft.binary(Binary::Less, value, zero);
        let (up, down) = (self.draft.unary(Unary::Ceil, value), self.draft.unary(Unary::Floor, value));
        self.draft.emit(Op::Select(negative, up, down))
    }
}

/// Whether an expression is made of numbers alone.
fn is_fixed(expression: &ast::Expression) -> bool {
    let mut fixed = true;
    parts(expression, &mut |part| {
        fixed &= !matches!(part.kind, ExpressionKind::Variable(_) | ExpressionKind::Call(_));
    });
    fixed
}
