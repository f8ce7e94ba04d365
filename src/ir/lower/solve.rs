//! SOLVE: states from t to t + dt.
//!
//! `cnexp` solves `x' = a + b x` exactly over a step in which `a` and `b` are held (exponential Euler):
//!
//! ```text
//! x = x + (1 - exp(b dt)) (-a/b - x)      in general; -a/b is found symbolically, so that x' = (inf - x) / tau
//!                                         gives inf itself
//! x = x exp(b dt)                         when a is zero
//! x = x + a dt                            when b is zero
//! ```
//!
//! As in NEURON, an equation has to be linear in its own state as written; other states count as they are at
//! that point, those of equations above already advanced. `euler` takes `x + x' dt` with all slopes from before the
//! step. Exponential Euler: S. Rush, H. Larsen, IEEE Trans. Biomed. Eng. 25:389-392 (1978),
//! DOI 10.1109/TBME.1978.326270.

use super::super::types::*;
use super::context::{Context, Lowered};
use super::draft::Slot;
use super::linear::{self, Form};
use crate::nmodl::ast::{self, EquationsKind, StatementKind};

/// How the equations of the block at hand are solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Each at once, by the exponential of its slope.
    Exponential,
    /// All at the end of the block, by their slopes.
    Euler,
}

/// The SOLVE statements of a block, at its outermost level.
pub(super) fn solves(block: &ast::Block) -> impl Iterator<Item = &ast::Solve> {
    block.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Solve(solve) => Some(solve),
        _ => None,
    })
}

impl<'a> Context<'a> {
    /// One SOLVE statement.
    pub fn solve(&mut self, solve: &'a ast::Solve) -> Lowered<()> {
        if let Some(block) = &solve.if_error {
            return self.refuse(
                block.span,
                "IFERROR is not supported yet",
                "Nothing that is supported can fail.",
                "remove it",
            );
        }
        let name = solve.name.text.as_str();
        let method = solve.method.as_ref();
        if let Some(routine) = self.routines.get(name).copied() {
            return match method.map(|m| m.name.text.as_str()) {
                // The others differ with variable steps only.
                None | Some("after_cvode" | "cvode_t" | "cvode_t_v") => {
                    self.run_routine(solve.name.span, routine, &[]).map(|_| ())
                }
                Some(other) => {
                    let message = format!("`{other}` does not solve the PROCEDURE `{name}`");
                    self.refuse(solve.name.span, message, "", &format!("type `SOLVE {name}`"))
                }
            };
        }
        let Some(equations) = self.equations.get(name).copied() else {
            return self.refuse(solve.name.span, format!("no block is called `{name}`"), "", "");
        };
        if equations.kind != EquationsKind::Derivative {
            return self.refuse(
                equations.name.span,
                format!("the equations of `{name}` cannot be solved yet"),
                "Only DERIVATIVE blocks are solved so far: no KINETIC, LINEAR, NONLINEAR or DISCRETE.",
                "write the equations as x' = ... in a DERIVATIVE block",
            );
        }
        let Some(method) = method else {
            return self.refuse(
                solve.name.span,
                format!("SOLVE `{name}` names no method"),
                "",
                &format!("type `SOLVE {name} METHOD cnexp`"),
            );
        };
        if method.steady_state {
            return self.refuse(method.name.span, "STEADYSTATE is not supported yet", "", "");
        }
        let chosen = match method.name.text.as_str() {
            "cnexp" => Method::Exponential,
            "euler" => Method::Euler,
            other => {
                return self.refuse(
                    method.name.span,
                    format!("METHOD `{other}` is not supported yet"),
                    "",
                    "type `METHOD cnexp` when each equation is linear in its own state; else `METHOD euler`, with a \
                     dt well below the fastest time constant",
                );
            }
        };
        let outer = self.method.replace(chosen);
        let result = self.block(&equations.body);
        self.method = outer;
        if chosen == Method::Euler {
            self.advance();
        }
        result
    }

    /// SOLVE in INITIAL: there is no step to take, so only a PROCEDURE can be run.
    pub fn solve_initially(&mut self, solve: &'a ast::Solve) -> Lowered<()> {
        match &solve.method {
            Some(method) if method.steady_state => self.refuse(
                method.name.span,
                "STEADYSTATE is not supported yet",
                "",
                "set each STATE to its steady state by a formula",
            ),
            _ if self.routines.contains_key(solve.name.text.as_str()) => self.solve(solve),
            _ => self.refuse(
                solve.name.span,
                "states cannot be advanced in INITIAL",
                "No time passes there.",
                "set each STATE by a formula",
            ),
        }
    }

    /// `x' = value`.
    pub fn equation(
        &mut self,
        state: Place,
        target: &'a ast::Variable,
        value: &'a ast::Expression,
    ) -> Lowered<()> {
        match self.method {
            Some(Method::Exponential) => self.exponential(state, target, value),
            Some(Method::Euler) => {
                let slope = self.expression(value)?;
                self.draft.set(Slot::Slope(state), slope, target.span);
                Ok(())
            }
            None => self.refuse(
                target.span,
                format!("`{}'` cannot be set here", target.name.text),
                "",
                "write the equation in a DERIVATIVE block, and SOLVE it",
            ),
        }
    }

    fn exponential(
        &mut self,
        state: Place,
        target: &'a ast::Variable,
        value: &'a ast::Expression,
    ) -> Lowered<()> {
        let slot = Slot::Place(state);
        let name = &target.name.text;
        let now = self.draft.get(slot, target.span);
        // The state as written in this equation is told apart from values that were made of it before.
        let stand_in = self.draft.kernel.push(Op::Read(state));
        let before = self.draft.replace(slot, stand_in);
        let slope = self.expression(value);
        self.draft.restore(slot, before);
        let slope = slope?;
        let dt = self.draft.emit(Op::Builtin(Builtin::TimeStep));
        let next = match linear::form(&mut self.draft.kernel, slope, stand_in) {
            Form::Free => {
                let step = self.draft.binary(Binary::Multiply, dt, slope);
                self.draft.binary(Binary::Add, now, step)
            }
            Form::Linear(line) => {
                let exponent = line.rate_times(&mut self.draft.kernel, dt);
                let decay = self.draft.unary(Unary::Exp, exponent);
                match line.fixed_point(&mut self.draft.kernel) {
                    None => self.draft.binary(Binary::Multiply, now, decay),
                    Some(end) => {
                        let one = self.draft.number(1.0);
                        let part = self.draft.binary(Binary::Subtract, one, decay);
                        let way = self.draft.binary(Binary::Subtract, end, now);
                        let step = self.draft.binary(Binary::Multiply, part, way);
                        self.draft.binary(Binary::Add, now, step)
                    }
                }
            }
            Form::Curved => {
                return self.refuse(
                    value.span,
                    format!("this equation is not linear in `{name}`, so `cnexp` cannot solve it"),
                    "cnexp solves x' = a + b x, where a and b do not depend on x.",
                    "type `METHOD euler` in the SOLVE statement, with a dt well below the fastest time constant",
                );
            }
        };
        self.draft.set(slot, next, target.span);
        Ok(())
    }

    /// `x = x + x' dt` for every state that has a slope.
    fn advance(&mut self) {
        for (place, slope, span) in self.draft.take_slopes() {
            let slot = Slot::Place(place);
            let now = self.draft.get(slot, span);
            let dt = self.draft.emit(Op::Builtin(Builtin::TimeStep));
            let step = self.draft.binary(Binary::Multiply, dt, slope);
            let next = self.draft.binary(Binary::Add, now, step);
            self.draft.set(slot, next, span);
        }
    }
}
