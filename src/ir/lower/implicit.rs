//! derivimplicit and NONLINEAR: equations solved by Newton's method.
//!
//! derivimplicit takes one step of backward Euler: `(x - x(t)) / dt = x'(x)` for all states of a block at once. With
//! the matrix A = 1/dt - dx'/dx (the derivatives are symbolic; NEURON takes difference quotients over 2 %) each round solves
//! A d = x'(x) - (x - x(t)) / dt and adds d to x. Where x' is linear in the states one round is exact, and no loop is
//! made. Otherwise rounds follow until no state moves by more than [`CLOSE`] of itself; convergence is quadratic, so what is left
//! then is rounding. As in NEURON the block's other variables end as they are at the solution.
//!
//! What is not at rest after [`MOST_NEWTON`] rounds ends the run, as in NEURON; so do linear equations without a pivot, and states that
//! become infinite or NaN after the first round. Where the first round gives NaN, NaN went in, and comes out as in NEURON. NEURON takes less
//! for rest: residuals under 1e-8, which stands for steps of less than that where the slopes by the states are 1 or more. So the last
//! rounds are allowed as much: rounding may keep states from coming nearer.

use super::super::analysis;
use super::super::types::*;
use super::context::{Context, Lowered, MOST_OPS};
use super::derivative::{derivative, gradient, loops_since, through_loop};
use super::draft::Slot;
use super::elimination::{self, MOST_EQUATIONS, Solution, System};
use crate::diagnostic::Span;
use crate::nmodl::ast;

/// Rounds that NEURON allows.
const MOST_NEWTON: f64 = 50.0;
/// Part of a state that it may still move by in the last round.
const CLOSE: f64 = 1e-9;
/// The same for a state at zero.
const SMALL: f64 = 1e-14;
/// From this round on a step may be as large as what NEURON takes for nothing.
const LENIENT: f64 = 47.0;
/// [`SMALL`] in the last rounds.
const SMALL_LENIENT: f64 = 1e-8;

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
        if !self.newton_once(&equations.name, &unknowns, &residuals, elimination::sparse)? {
            self.draft = before;
            self.newton(&equations.name, &unknowns, &residuals, true, elimination::sparse)?;
        }
        self.slopes(equations)?;
        self.draft.take_slopes();
        Ok(())
    }

    /// A round at the start values; says whether it is exact, as the residuals are linear.
    fn newton_once(
        &mut self,
        block: &ast::Name,
        unknowns: &[Unknown],
        residuals: &impl Fn(&mut Self, &[Value]) -> Lowered<Vec<Value>>,
        solve: impl Fn(&mut Kernel, System) -> Option<Solution>,
    ) -> Lowered<bool> {
        let span = block.span;
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
        let names = unknowns.iter().map(|unknown| self.slot_name(unknown.slot())).collect();
        self.fail_if_singular(block, names, &steps);
        for ((unknown, x), step) in unknowns.iter().zip(now).zip(steps.values) {
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
    pub fn solved(&mut self, span: Span, size: usize, solution: Option<Solution>) -> Lowered<Solution> {
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

    /// Ends the run where a system of `block` has no solution.
    pub fn fail_if_singular(&mut self, block: &ast::Name, unknowns: Vec<String>, solution: &Solution) {
        let zero = self.draft.number(0.0);
        let which = solution.undetermined;
        let singular = self.draft.binary(Binary::LessEqual, zero, which);
        let kind = FaultKind::Singular { block: block.text.clone(), unknowns };
        self.fail_to_solve(block, kind, singular, [which, which]);
    }

    /// Newton's method on `residuals` of `unknowns`, until they stay where they are; `steps` in time, or for equations of any make, whose
    /// matrix may be singular.
    fn newton(
        &mut self,
        block: &ast::Name,
        unknowns: &[Unknown],
        residuals: &impl Fn(&mut Self, &[Value]) -> Lowered<Vec<Value>>,
        steps: bool,
        solve: impl Fn(&mut Kernel, System) -> Option<Solution>,
    ) -> Lowered<()> {
        let span = block.span;
        let names: Vec<String> = unknowns.iter().map(|unknown| self.slot_name(unknown.slot())).collect();
        // A round more tells those apart that are at rest after the last one.
        let rounds = self.iterated(span, MOST_NEWTON + 1.0, |cx, rounds| {
            let now: Vec<Value> = unknowns.iter().map(|u| cx.draft.get(u.slot(), u.span)).collect();
            let found = residuals(cx, &now)?;
            let system = cx.linearise(span, &found, &now)?;
            let solution = solve(&mut cx.draft.kernel, system);
            let solution = cx.solved(span, unknowns.len(), solution)?;
            let solved = if steps { None } else { Some(cx.is_solved(block, &names, &found, &solution)) };
            let allowed = cx.allowed(rounds);
            let (mut moving, mut sum) = (cx.draft.number(0.0), cx.draft.number(0.0));
            for ((unknown, x), step) in unknowns.iter().zip(now).zip(solution.values) {
                let Some(mut step) = step else { continue };
                if let Some(solved) = solved {
                    let zero = cx.draft.number(0.0);
                    step = cx.draft.emit(Op::Select(solved, zero, step));
                }
                let next = cx.draft.binary(Binary::Add, x, step);
                cx.draft.set(unknown.slot(), next, unknown.span);
                let far = cx.is_far(step, x, allowed);
                moving = cx.draft.binary(Binary::Or, moving, far);
                sum = cx.draft.binary(Binary::Add, sum, step);
            }
            if unknowns.len() > 1 {
                // NaN in one state ends it for all.
                let is_number = cx.draft.binary(Binary::Equal, sum, sum);
                moving = cx.draft.binary(Binary::And, moving, is_number);
            }
            Ok(moving)
        })?;
        let states: Vec<Value> = unknowns.iter().map(|u| self.draft.get(u.slot(), u.span)).collect();
        let most = self.draft.number(MOST_NEWTON);
        let moving = self.draft.binary(Binary::Less, most, rounds);
        let lost = self.is_lost(&states, rounds);
        let failed = self.draft.binary(Binary::Or, moving, lost);
        let first = states.first().copied().unwrap_or(rounds);
        let kind = FaultKind::Newton { block: block.text.clone(), unknown: names.first().cloned(), steps };
        self.fail_to_solve(block, kind, failed, [rounds, first]);
        Ok(())
    }

    /// Whether nothing is left to be done, as all residuals are 0: then the matrix may be singular too, and else the run ends if it is.
    fn is_solved(
        &mut self,
        block: &ast::Name,
        names: &[String],
        residuals: &[Value],
        solution: &Solution,
    ) -> Value {
        let zero = self.draft.number(0.0);
        let mut open = zero;
        for residual in residuals {
            let differs = self.draft.binary(Binary::NotEqual, *residual, zero);
            open = self.draft.binary(Binary::Or, open, differs);
        }
        let fails = |cx: &mut Self| {
            cx.fail_if_singular(block, names.to_vec(), solution);
            Ok(())
        };
        // Nothing in it is refused.
        let _ = self.only_where(open, fails);
        self.draft.unary(Unary::Not, open)
    }

    /// By how much a state at zero may still move in a round, when so many were made before.
    fn allowed(&mut self, rounds: Value) -> Value {
        let last = self.draft.number(LENIENT);
        let early = self.draft.binary(Binary::Less, rounds, last);
        let (strict, lenient) = (self.draft.number(SMALL), self.draft.number(SMALL_LENIENT));
        self.draft.emit(Op::Select(early, strict, lenient))
    }

    /// Whether a step from `x` is more than rounding and what is allowed at zero; not for NaN.
    fn is_far(&mut self, step: Value, x: Value, small: Value) -> Value {
        let close = self.draft.number(CLOSE);
        let (step, x) = (self.draft.unary(Unary::Abs, step), self.draft.unary(Unary::Abs, x));
        let part = self.draft.binary(Binary::Multiply, close, x);
        let allowed = self.draft.binary(Binary::Add, part, small);
        self.draft.binary(Binary::Less, allowed, step)
    }

    /// Whether a state became NaN after the first of so many rounds. An infinite step is never the last one.
    fn is_lost(&mut self, states: &[Value], rounds: Value) -> Value {
        let (zero, one) = (self.draft.number(0.0), self.draft.number(1.0));
        let sum = states.iter().fold(zero, |sum, state| self.draft.binary(Binary::Add, sum, *state));
        let is_nan = self.draft.binary(Binary::NotEqual, sum, sum);
        let later = self.draft.binary(Binary::Less, one, rounds);
        self.draft.binary(Binary::And, later, is_nan)
    }

    /// `~ left = right` of a NONLINEAR block, as one residual.
    pub fn nonlinear(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let unknowns = self.unknowns(equations)?;
        let residuals = |cx: &mut Self, _: &[Value]| {
            let outer = cx.residuals.replace(Vec::new());
            let result = cx.block(&equations.body);
            let found = std::mem::replace(&mut cx.residuals, outer).unwrap_or_default();
            result?;
            cx.as_many(equations, unknowns.len(), found.len())?;
            Ok(found)
        };
        self.newton(&equations.name, &unknowns, &residuals, false, |kernel, system| {
            elimination::pivoted(kernel, system, f64::MIN_POSITIVE)
        })?;
        residuals(self, &[]).map(|_| ())
    }

    /// A LINEAR block: exact at once.
    pub fn linear(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
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
        let solve =
            |kernel: &mut Kernel, system| elimination::pivoted(kernel, system, elimination::LEAST_PIVOT);
        if self.newton_once(&equations.name, &unknowns, &residuals, solve)? {
            return Ok(());
        }
        self.refuse(
            equations.name.span,
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
