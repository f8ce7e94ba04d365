//! derivimplicit and NONLINEAR: equations solved by Newton's method.
//!
//! derivimplicit takes one step of backward Euler: `(x - x(t)) / dt = x'(x)` for all states of a block at once. With
//! the matrix A = 1/dt - dx'/dx (the derivatives are symbolic; NEURON takes difference quotients over 2 %) each round solves
//! A d = x'(x) - (x - x(t)) / dt and adds d to x. Where x' is linear in the states one round is exact, and no loop is
//! made. Otherwise rounds follow until no state moves by more than [`CLOSE`] of itself; convergence is quadratic, so what is left
//! then is rounding. As in NEURON the block's other variables end as they are at the solution.
//!
//! After [`MOST_NEWTON`] rounds, where NEURON stops the run, the states become NaN.

use super::super::analysis;
use super::super::types::*;
use super::context::{Context, Lowered, MOST_OPS};
use super::derivative::{derivative, gradient, loops_since, through_loop};
use super::draft::Slot;
use super::elimination::{self, MOST_EQUATIONS, System};
use crate::diagnostic::Span;
use crate::nmodl::ast;

/// Rounds that NEURON allows.
const MOST_NEWTON: f64 = 50.0;
/// Part of a state that it may still move by in the last round.
const CLOSE: f64 = 1e-9;
/// The same for a state at zero.
const SMALL: f64 = 1e-14;

/// A state that is solved for.
#[derive(Clone, Copy)]
pub(super) struct Unknown {
    /// Where it is.
    pub place: Place,
    /// Where its equation stands.
    pub span: Span,
    /// Its value before the step.
    pub start: Value,
}

impl Unknown {
    fn slot(&self) -> Slot {
        Slot::Place(self.place)
    }
}

impl<'a> Context<'a> {
    /// A block of derivatives, for one step.
    pub fn implicit(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let outer = self.solving.take();
        let result = self.implicitly(equations);
        self.solving = outer;
        result
    }

    fn implicitly(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let before = self.draft.clone();
        self.slopes(equations)?;
        let slopes = self.draft.take_slopes();
        self.draft = before;
        let mut unknowns = Vec::new();
        for (place, _, span) in slopes {
            let start = self.draft.get(Slot::Place(place), span);
            unknowns.push(Unknown { place, span, start });
        }
        self.solving = Some((equations.name.span, unknowns.len()));
        let before = self.draft.clone();
        let residuals = |cx: &mut Self, now: &[Value]| {
            cx.slopes(equations)?;
            let slopes = cx.draft.take_slopes();
            let step = cx.time_step();
            let one = cx.draft.number(1.0);
            let rate = cx.draft.binary(Binary::Divide, one, step);
            let mut residuals = Vec::new();
            for (unknown, x) in unknowns.iter().zip(now) {
                let slope = slopes.iter().find(|s| s.0 == unknown.place);
                let slope = slope.map_or_else(|| cx.draft.number(0.0), |s| s.1);
                let moved = cx.draft.binary(Binary::Subtract, *x, unknown.start);
                let moved = cx.draft.binary(Binary::Multiply, moved, rate);
                residuals.push(cx.draft.binary(Binary::Subtract, slope, moved));
            }
            Ok(residuals)
        };
        if !self.newton_once(equations.name.span, &unknowns, &residuals, elimination::sparse)? {
            self.draft = before;
            self.newton(equations.name.span, &unknowns, &residuals, elimination::sparse)?;
        }
        self.slopes(equations)?;
        self.draft.take_slopes();
        Ok(())
    }

    /// A round at the start values; says whether it is exact, as the residuals are linear.
    fn newton_once(
        &mut self,
        span: Span,
        unknowns: &[Unknown],
        residuals: &impl Fn(&mut Self, &[Value]) -> Lowered<Vec<Value>>,
        solve: impl Fn(&mut Kernel, System) -> Option<Vec<Option<Value>>>,
    ) -> Lowered<bool> {
        let mut now = Vec::new();
        for unknown in unknowns {
            // A copy, to be told apart from what was made of the state before.
            let copy = self.draft.kernel.push(Op::Carry(unknown.start));
            self.draft.set(unknown.slot(), copy, unknown.span);
            now.push(copy);
        }
        let found = residuals(self, &now)?;
        let system = self.linearise(span, &found, &now)?;
        let depends = analysis::depends_on_any(&self.draft.kernel, &now);
        if system.matrix.iter().flatten().flatten().any(|value| depends[value.0 as usize]) {
            return Ok(false);
        }
        let steps = solve(&mut self.draft.kernel, system);
        let steps = self.solved(span, unknowns.len(), steps)?;
        for ((unknown, x), step) in unknowns.iter().zip(now).zip(steps) {
            let next = step.map_or(x, |step| self.draft.binary(Binary::Add, x, step));
            self.draft.set(unknown.slot(), next, unknown.span);
        }
        Ok(true)
    }

    /// Minus the slopes of `residuals` by `now` as a matrix, the residuals as the right-hand side.
    fn linearise(&mut self, span: Span, residuals: &[Value], now: &[Value]) -> Lowered<System> {
        if now.len() > MOST_EQUATIONS {
            return self.too_many_equations(span, now.len());
        }
        let mut system = System::new(now.len());
        let (first, last) = (now.iter().min().copied(), now.iter().max().copied());
        let ascending = now.is_sorted();
        let looped = first.is_some_and(|first| loops_since(&self.draft.kernel, first));
        if ascending && !looped && last.is_some() {
            for (row, residual) in residuals.iter().enumerate() {
                for (column, slope) in gradient(&mut self.draft.kernel, *residual, now) {
                    system.matrix[row][column] = Some(self.draft.unary(Unary::Negate, slope));
                }
                system.right[row] = Some(*residual);
                if self.draft.kernel.ops.len() > MOST_OPS {
                    return self.too_many_equations(span, now.len());
                }
            }
            return Ok(system);
        }
        for (row, residual) in residuals.iter().enumerate() {
            for (column, x) in now.iter().enumerate() {
                if through_loop(&self.draft.kernel, *residual, *x) {
                    return self.refuse(
                        span,
                        "these equations cannot be solved implicitly",
                        "A loop whose rounds are not known before the run stands between a state and its slope.",
                        "use FROM with constant bounds",
                    );
                }
                let slope = derivative(&mut self.draft.kernel, *residual, *x);
                system.matrix[row][column] = slope.map(|s| self.draft.unary(Unary::Negate, s));
            }
            system.right[row] = Some(*residual);
        }
        Ok(system)
    }

    /// The solution of a system of `size` equations, unless it needs too many operations.
    pub fn solved(
        &mut self,
        span: Span,
        size: usize,
        solution: Option<Vec<Option<Value>>>,
    ) -> Lowered<Vec<Option<Value>>> {
        match solution {
            Some(solution) => Ok(solution),
            None => self.too_many_equations(span, size),
        }
    }

    /// Refuses a system of `size` equations.
    pub fn too_many_equations<T>(&mut self, span: Span, size: usize) -> Lowered<T> {
        self.refuse(
            span,
            format!("solving these {size} equations at once needs more than {MOST_OPS} operations"),
            &format!(
                "The elimination is written out. About 60 equations that all depend on each other fit, and up to \
                 {MOST_EQUATIONS} where each depends on a few others."
            ),
            "solve states that do not depend on each other in blocks of their own, each with its SOLVE",
        )
    }

    /// Newton's method on `residuals` of `unknowns`, until they stay where they are.
    pub fn newton(
        &mut self,
        span: Span,
        unknowns: &[Unknown],
        residuals: &impl Fn(&mut Self, &[Value]) -> Lowered<Vec<Value>>,
        solve: impl Fn(&mut Kernel, System) -> Option<Vec<Option<Value>>>,
    ) -> Lowered<()> {
        let failed = self.iterated(span, MOST_NEWTON, |cx| {
            let now: Vec<Value> = unknowns.iter().map(|u| cx.draft.get(u.slot(), u.span)).collect();
            let found = residuals(cx, &now)?;
            let system = cx.linearise(span, &found, &now)?;
            let steps = solve(&mut cx.draft.kernel, system);
            let steps = cx.solved(span, unknowns.len(), steps)?;
            let mut moving = cx.draft.number(0.0);
            for ((unknown, x), step) in unknowns.iter().zip(now).zip(steps) {
                let Some(step) = step else { continue };
                let next = cx.draft.binary(Binary::Add, x, step);
                cx.draft.set(unknown.slot(), next, unknown.span);
                let far = cx.is_far(step, next);
                moving = cx.draft.binary(Binary::Or, moving, far);
            }
            Ok(moving)
        })?;
        self.spoil(failed, unknowns.iter().map(|unknown| (unknown.slot(), unknown.span)));
        Ok(())
    }

    /// Whether a step is more than rounding; true for NaN.
    fn is_far(&mut self, step: Value, next: Value) -> Value {
        let (close, small) = (self.draft.number(CLOSE), self.draft.number(SMALL));
        let (step, next) = (self.draft.unary(Unary::Abs, step), self.draft.unary(Unary::Abs, next));
        let part = self.draft.binary(Binary::Multiply, close, next);
        let allowed = self.draft.binary(Binary::Add, part, small);
        let near = self.draft.binary(Binary::LessEqual, step, allowed);
        self.draft.unary(Unary::Not, near)
    }

    /// NaN in all `slots` where `failed` is not zero.
    pub fn spoil(&mut self, failed: Value, slots: impl Iterator<Item = (Slot, Span)>) {
        let nan = self.draft.number(f64::NAN);
        for (slot, span) in slots {
            let value = self.draft.get(slot, span);
            let value = self.draft.emit(Op::Select(failed, nan, value));
            self.draft.set(slot, value, span);
        }
    }

    /// `~ left = right` of a NONLINEAR block, as one residual.
    pub fn nonlinear(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let span = equations.name.span;
        let unknowns = self.unknowns(equations)?;
        let residuals = |cx: &mut Self, _: &[Value]| {
            let outer = cx.residuals.replace(Vec::new());
            let result = cx.block(&equations.body);
            let found = std::mem::replace(&mut cx.residuals, outer).unwrap_or_default();
            result?;
            cx.as_many(equations, unknowns.len(), found.len())?;
            Ok(found)
        };
        self.newton(span, &unknowns, &residuals, elimination::pivoted)?;
        residuals(self, &[]).map(|_| ())
    }

    /// A LINEAR block: exact at once.
    pub fn linear(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let span = equations.name.span;
        let mut unknowns = self.unknowns(equations)?;
        let zero = self.draft.number(0.0);
        unknowns.iter_mut().for_each(|unknown| unknown.start = zero);
        let residuals = |cx: &mut Self, _: &[Value]| {
            let outer = cx.residuals.replace(Vec::new());
            let result = cx.block(&equations.body);
            let found = std::mem::replace(&mut cx.residuals, outer).unwrap_or_default();
            result?;
            cx.as_many(equations, unknowns.len(), found.len())?;
            Ok(found)
        };
        if self.newton_once(span, &unknowns, &residuals, elimination::pivoted)? {
            return Ok(());
        }
        self.refuse(
            span,
            format!("the equations of `{}` are not linear in its states", equations.name.text),
            "",
            "write NONLINEAR instead of LINEAR",
        )
    }

    fn as_many(&mut self, equations: &ast::EquationsBlock, unknowns: usize, found: usize) -> Lowered<()> {
        if unknowns == found {
            return Ok(());
        }
        let name = &equations.name;
        let many = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        let (equations, states) = (many(found, "equation"), many(unknowns, "state"));
        let message = format!("`{}` has {equations} for {states}", name.text);
        self.refuse(
            name.span,
            message,
            "",
            "write one equation for each state, or name the states after SOLVEFOR",
        )
    }

    /// The states in the equations of a LINEAR or NONLINEAR block, in the order of the text.
    fn unknowns(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<Vec<Unknown>> {
        let mut variables = Vec::new();
        super::solve::variables_of_equations(&equations.body, &mut variables);
        let mut unknowns: Vec<Unknown> = Vec::new();
        for variable in variables {
            let name = &variable.name.text;
            let listed = &equations.solve_for;
            let wanted = listed.is_empty() || listed.iter().any(|n| n.text == *name);
            if !self.is_state(name) || !wanted {
                continue;
            }
            for place in self.state_places(name) {
                if unknowns.iter().all(|known| known.place != place) {
                    let start = self.draft.get(Slot::Place(place), variable.span);
                    unknowns.push(Unknown { place, span: variable.span, start });
                }
            }
        }
        Ok(unknowns)
    }
}
