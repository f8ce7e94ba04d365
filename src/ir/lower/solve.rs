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
//! that point, those of equations above already advanced. A block with an equation that is not linear is solved by derivimplicit, and
//! a warning says so. `euler` takes `x + x' dt` with all slopes from before the
//! step; `runge` is the classical method of fourth order. derivimplicit, LINEAR and NONLINEAR stand in [`super::implicit`],
//! KINETIC in [`super::kinetic`]. Exponential Euler: S. Rush, H. Larsen, IEEE Trans. Biomed. Eng. 25:389-392 (1978),
//! DOI 10.1109/TBME.1978.326270.

use std::collections::BTreeMap;

use super::super::types::*;
use super::context::{Context, Lowered};
use super::draft::Slot;
use super::kinetic::FOREVER;
use super::linear::{self, Form};
use crate::diagnostic::{Diagnostic, Span};
use crate::nmodl::ast::{self, EquationsKind, StatementKind};

/// How the equations of the block at hand are solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Each at once, by the exponential of its slope.
    Exponential,
    /// All at the end of the block, by their slopes.
    Slopes,
}

/// The SOLVE statements of a block, those inside other statements too: as in NEURON they are carried out first, in any case.
pub(super) fn solves(block: &ast::Block) -> Vec<&ast::Solve> {
    let mut found = Vec::new();
    for statement in &block.statements {
        match &statement.kind {
            StatementKind::Solve(solve) => found.push(solve),
            StatementKind::If { branches, otherwise } => {
                let blocks = branches.iter().map(|branch| &branch.body).chain(otherwise);
                found.extend(blocks.flat_map(solves));
            }
            StatementKind::Block(body)
            | StatementKind::From { body, .. }
            | StatementKind::While { body, .. } => found.extend(solves(body)),
            _ => {}
        }
    }
    found
}

/// All variables in the equations of a LINEAR or NONLINEAR block, in the order of the text.
pub(super) fn variables_of_equations<'a>(block: &'a ast::Block, found: &mut Vec<&'a ast::Variable>) {
    for statement in &block.statements {
        match &statement.kind {
            StatementKind::Equation { left, right } => {
                variables(left, found);
                variables(right, found);
            }
            StatementKind::Block(body) | StatementKind::From { body, .. } => {
                variables_of_equations(body, found);
            }
            _ => {}
        }
    }
}

fn variables<'a>(expression: &'a ast::Expression, found: &mut Vec<&'a ast::Variable>) {
    match &expression.kind {
        ast::ExpressionKind::Variable(variable) => found.push(variable),
        ast::ExpressionKind::Call(call) => call.arguments.iter().for_each(|a| variables(a, found)),
        ast::ExpressionKind::Unary { operand, .. } => variables(operand, found),
        ast::ExpressionKind::Binary { left, right, .. } => {
            variables(left, found);
            variables(right, found);
        }
        ast::ExpressionKind::Number { .. } | ast::ExpressionKind::Text(_) => {}
    }
}

impl<'a> Context<'a> {
    /// One SOLVE statement. A solver that fails ends the run, whatever IFERROR has.
    pub fn solve(&mut self, solve: &'a ast::Solve) -> Lowered<()> {
        let outer = self.solved_at.replace(solve.name.span);
        let result = self.solve_here(solve);
        self.solved_at = outer;
        result
    }

    fn solve_here(&mut self, solve: &'a ast::Solve) -> Lowered<()> {
        let name = solve.name.text.as_str();
        let method = solve.method.as_ref();
        let method_name = method.map(|m| m.name.text.as_str());
        if let Some(routine) = self.routines.get(name).copied() {
            return match method_name {
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
        let steady = method.is_some_and(|m| m.steady_state);
        self.solved_by(solve, equations, steady, method_name)?;
        self.diffusion(equations)
    }

    fn solved_by(
        &mut self,
        solve: &'a ast::Solve,
        equations: &'a ast::EquationsBlock,
        steady: bool,
        method_name: Option<&str>,
    ) -> Lowered<()> {
        let name = solve.name.text.as_str();
        match (equations.kind, method_name) {
            (EquationsKind::Kinetic, Some("sparse")) if steady => self.steady_state(equations),
            (EquationsKind::Derivative, Some("derivimplicit")) if steady => {
                let forever = self.draft.number(FOREVER);
                let outer = self.step.replace(forever);
                let result = self.implicit(equations);
                self.step = outer;
                result
            }
            (_, Some(other)) if steady => {
                let message = format!("STEADYSTATE with `{other}` is not supported");
                self.refuse(solve.name.span, message, "", "set each STATE to its steady state by a formula")
            }
            (EquationsKind::Derivative, Some("cnexp")) => self.exponentials(equations),
            (EquationsKind::Derivative, None | Some("derivimplicit")) => self.implicit(equations),
            (EquationsKind::Derivative | EquationsKind::Kinetic, Some("euler")) => {
                self.slopes(equations)?;
                self.advance();
                Ok(())
            }
            (EquationsKind::Derivative | EquationsKind::Kinetic, Some("runge")) => self.runge(equations),
            (EquationsKind::Kinetic, Some("sparse")) => self.sparse(equations),
            (EquationsKind::Linear, _) => self.linear(equations),
            (EquationsKind::Nonlinear, _) => self.nonlinear(equations),
            (EquationsKind::Discrete, _) => self.discrete(equations),
            (EquationsKind::Kinetic | EquationsKind::Derivative, method) => {
                let (message, help) = match (equations.kind, method) {
                    (EquationsKind::Kinetic, None) => ("names no method".to_string(), "type `METHOD sparse`"),
                    (EquationsKind::Kinetic, Some(other)) => {
                        (format!("cannot be solved by `{other}`"), "type `METHOD sparse`")
                    }
                    (_, other) => (
                        format!("cannot be solved by `{}`", other.unwrap_or_default()),
                        "type `METHOD cnexp` when each equation is linear in its own state, else `derivimplicit`",
                    ),
                };
                self.refuse(solve.name.span, format!("`{name}` {message}"), "", help)
            }
        }
    }

    /// A DERIVATIVE block that code calls as if it were a PROCEDURE. As in NEURON the code for cnexp takes a step wherever it
    /// runs; that for other methods computes slopes, which nobody uses, and leaves its other variables behind.
    pub fn call_equations(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let name = equations.name.text.as_str();
        if self.method_of.get(name).copied().flatten() == Some("cnexp") {
            return self.exponentials(equations);
        }
        self.slopes(equations)?;
        self.draft.take_slopes();
        Ok(())
    }

    /// A block of derivatives with METHOD cnexp; one that cannot be solved so is solved by derivimplicit.
    fn exponentials(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let before = self.draft.clone();
        let outer = self.method.replace(Method::Exponential);
        let outer_curved = self.curved.take();
        let result = self.block(&equations.body);
        self.method = outer;
        match std::mem::replace(&mut self.curved, outer_curved) {
            Some((name, span)) => {
                let message = format!("this equation is not linear in `{name}`, so `cnexp` cannot solve it");
                let warning = Diagnostic::warning("nmodl/not-linear", message)
                    .at(span, "")
                    .note("cnexp solves x' = a + b x, where a and b do not depend on x.")
                    .help("the block is solved by `derivimplicit`; type that in the SOLVE statement");
                self.say(warning);
                self.draft = before;
                self.implicit(equations)
            }
            None => result,
        }
    }

    /// Runs `inside` with equations that only note their slopes.
    fn method_slopes<T>(&mut self, inside: impl FnOnce(&mut Self) -> Lowered<T>) -> Lowered<T> {
        let outer = self.method.replace(Method::Slopes);
        let result = inside(self);
        self.method = outer;
        result
    }

    /// The slopes of a block of derivatives or reactions at the present states.
    pub fn slopes(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        match equations.kind {
            EquationsKind::Kinetic => self.reaction_slopes(equations),
            _ => self.method_slopes(|cx| cx.block(&equations.body)),
        }
    }

    /// The classical method of Runge and Kutta, of fourth order, in NEURON's order of operations.
    fn runge(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let (step, start) = (self.time_step(), self.draft.emit(Op::Builtin(Builtin::Time)));
        let (two, three, six) = (self.draft.number(2.0), self.draft.number(3.0), self.draft.number(6.0));
        let half = self.draft.binary(Binary::Divide, step, two);
        let middle = self.draft.binary(Binary::Add, start, half);
        let end = self.draft.binary(Binary::Add, middle, half);
        let mut before: BTreeMap<Place, Value> = BTreeMap::new();
        let mut sum: BTreeMap<Place, Value> = BTreeMap::new();
        let outer = self.time;
        for stage in 0..4 {
            self.time = Some([start, middle, middle, end][stage]);
            self.slopes(equations)?;
            for (place, slope, span) in self.draft.take_slopes() {
                let slot = Slot::Place(place);
                let now = self.draft.get(slot, span);
                let old = *before.entry(place).or_insert(now);
                let part = self.draft.binary(Binary::Multiply, if stage == 0 { half } else { step }, slope);
                let next = match stage {
                    0 | 2 => self.draft.binary(Binary::Add, old, part),
                    1 => {
                        let part = self.draft.binary(Binary::Divide, part, two);
                        self.draft.binary(Binary::Add, old, part)
                    }
                    _ => {
                        let part = self.draft.binary(Binary::Divide, part, six);
                        let whole = sum.get(&place).copied().unwrap_or(old);
                        self.draft.binary(Binary::Add, whole, part)
                    }
                };
                let third = self.draft.binary(Binary::Divide, part, three);
                let whole = sum.get(&place).copied().unwrap_or(old);
                sum.insert(place, self.draft.binary(Binary::Add, whole, third));
                self.draft.set(slot, next, span);
            }
        }
        self.time = outer;
        // The block's other variables end as they are after the step.
        self.slopes(equations)?;
        self.draft.take_slopes();
        Ok(())
    }

    /// `~ left = right` in a LINEAR or NONLINEAR block.
    pub fn residual(
        &mut self,
        span: Span,
        left: &'a ast::Expression,
        right: &'a ast::Expression,
    ) -> Lowered<()> {
        let (left, right) = (self.expression(left)?, self.expression(right)?);
        let difference = self.draft.binary(Binary::Subtract, left, right);
        match &mut self.residuals {
            Some(residuals) => {
                residuals.push(difference);
                Ok(())
            }
            None => self.refuse(span, "an equation stands outside of LINEAR and NONLINEAR blocks", "", ""),
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
            Some(Method::Slopes) => {
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
        let now = self.draft.get(slot, target.span);
        // The state as written in this equation is told apart from values that were made of it before.
        let stand_in = self.draft.kernel.push(Op::Read(state));
        let before = self.draft.replace(slot, stand_in);
        let slope = self.expression(value);
        self.draft.restore(slot, before);
        let slope = slope?;
        let dt = self.time_step();
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
                self.curved.get_or_insert((target.name.text.clone(), value.span));
                now
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
            let dt = self.time_step();
            let step = self.draft.binary(Binary::Multiply, dt, slope);
            let next = self.draft.binary(Binary::Add, now, step);
            self.draft.set(slot, next, span);
        }
    }
}
