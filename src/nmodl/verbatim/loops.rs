//! C loops: those whose rounds are known become FROM, the others WHILE.

use super::build;
use super::expression::Held;
use super::flow::{self, Flow};
use super::shared::constant;
use super::statements::{Exits, Failed, Made, Translator};
use super::tree::*;
use crate::diagnostic::Span;
use crate::nmodl::ast::{BinaryOperator, StatementKind};

/// Rounds of a loop that is known to turn so often before the run.
const MOST_ROUNDS: f64 = 10_000.0;

impl Translator<'_> {
    pub fn while_loop(
        &mut self,
        span: Span,
        condition: Option<&Expr>,
        body: &[Stmt],
        step: Option<&Expr>,
    ) -> Made<Flow> {
        let broken = self.flag("c_left", span);
        let continued = self.flag("c_next", span);
        let flow = flow::of_list(body);
        let (prelude, holds) = self.emitted(|t| match condition {
            Some(condition) => t.truth(condition),
            None => Ok(build::number(1.0, span)),
        });
        let holds = holds?;
        if condition.is_none() && !flow.leaves() {
            return self.refuse(span, "this loop never ends", "It has no condition and no way out.", "");
        }
        self.lower(broken, span);
        self.exits.push(Exits { broken, continued: Some(continued) });
        let left = Flow { continues: false, ..flow };
        let here = self.still_here(left, span);
        // A condition that sets something is computed before the first round and after each.
        let again = if prelude.is_empty() { None } else { Some(self.temporary("c_again", span)) };
        if let Some(again) = &again {
            prelude.iter().cloned().for_each(|s| self.emit(s));
            self.emit(build::set(again, holds.clone(), span));
        }
        let (mut inside, _) = self.apart(|t| {
            t.lower(continued, span);
            t.list(body)
        });
        let (after, result) = self.emitted(|t| {
            if let Some(step) = step {
                t.effect(step)?;
            }
            if let Some(again) = &again {
                prelude.iter().cloned().for_each(|s| t.emit(s));
                t.emit(build::set(again, holds.clone(), span));
            }
            Ok(())
        });
        self.exits.pop();
        result?;
        match &here {
            Some(here) => inside.extend(build::choice(here.clone(), after, Vec::new(), span)),
            None => inside.extend(after),
        }
        let holds = again.map_or(holds, |again| build::value_of(&again, span));
        let condition = match here {
            Some(here) if build::literal(&holds).is_some_and(|x| x != 0.0) => here,
            Some(here) => build::binary(BinaryOperator::And, here, holds, span),
            None => holds,
        };
        let body = build::block(inside, span);
        self.emit(build::statement(StatementKind::While { condition, body }, span));
        Ok(flow.of_loop())
    }

    pub fn do_loop(&mut self, span: Span, body: &[Stmt], condition: &Expr) -> Made<Flow> {
        let broken = self.flag("c_left", span);
        let continued = self.flag("c_next", span);
        let again = self.temporary("c_again", span);
        let flow = flow::of_list(body);
        self.lower(broken, span);
        self.emit(build::set(&again, build::number(1.0, span), span));
        self.exits.push(Exits { broken, continued: Some(continued) });
        let here = self.still_here(Flow { continues: false, ..flow }, span);
        let (mut inside, _) = self.apart(|t| {
            t.lower(continued, span);
            t.list(body)
        });
        let (after, holds) = self.emitted(|t| {
            let holds = t.truth(condition)?;
            t.emit(build::set(&again, holds, span));
            Ok(())
        });
        self.exits.pop();
        holds?;
        match &here {
            Some(here) => inside.extend(build::choice(here.clone(), after, Vec::new(), span)),
            None => inside.extend(after),
        }
        let holds = build::value_of(&again, span);
        let condition = match here {
            Some(here) => build::binary(BinaryOperator::And, here, holds, span),
            None => holds,
        };
        let body = build::block(inside, span);
        self.emit(build::statement(StatementKind::While { condition, body }, span));
        Ok(flow.of_loop())
    }

    pub fn for_loop(
        &mut self,
        span: Span,
        first: &[Stmt],
        condition: Option<&Expr>,
        step: Option<&Expr>,
        body: &[Stmt],
    ) -> Made<Flow> {
        let mut result = Err(Failed);
        let (statements, ()) = self.apart(|t| {
            t.list(first);
            result = match t.counted(first, condition, step, body) {
                Some(count) => t.counted_loop(span, &count, body),
                None => t.while_loop(span, condition, body, step),
            };
        });
        let declares = statements.iter().any(|s| matches!(s.kind, StatementKind::Local(_)));
        if declares {
            let block = build::block(statements, span);
            self.emit(build::statement(StatementKind::Block(block), span));
        } else {
            statements.into_iter().for_each(|s| self.emit(s));
        }
        result
    }

    /// A loop whose rounds are known: over a variable that only its step sets, between two numbers.
    fn counted(
        &mut self,
        first: &[Stmt],
        condition: Option<&Expr>,
        step: Option<&Expr>,
        body: &[Stmt],
    ) -> Option<Count> {
        let [first] = first else { return None };
        let (name, from) = match &first.kind {
            StmtKind::Expr(Expr { kind: ExprKind::Assign(None, target, value), .. }) => match &target.kind {
                ExprKind::Name(name) => (name, value.as_ref()),
                _ => return None,
            },
            StmtKind::Declare(list) => match list.as_slice() {
                [Declared { name, value: Some(Value::One(value)), is_static: false, .. }] => (name, value),
                _ => return None,
            },
            _ => return None,
        };
        let Some(Held::Scalar { name: counter, .. }) = self.held(name).cloned() else { return None };
        let ExprKind::Binary(operator, left, limit) = &condition?.kind else { return None };
        let is_counter = |e: &Expr| matches!(&e.kind, ExprKind::Name(n) if n == name);
        let by = match &step?.kind {
            ExprKind::Step { operand, up: true, .. } if is_counter(operand) => 1.0,
            ExprKind::Assign(Some(Operator::Add), target, value) if is_counter(target) => constant(value)?,
            _ => return None,
        };
        if !is_counter(left) || sets(body, name) {
            return None;
        }
        let (from, limit) = (constant(from)?, constant(limit)?);
        let whole = |x: f64| x.fract() == 0.0 && x.abs() < 1e9;
        let to = match operator {
            Operator::LessEqual => limit.floor(),
            Operator::Less => limit.ceil() - 1.0,
            _ => return None,
        };
        let fits = whole(from) && whole(to) && whole(by) && by >= 1.0 && (to - from) / by < MOST_ROUNDS;
        fits.then_some(Count { counter, from, to, by })
    }

    fn counted_loop(&mut self, span: Span, count: &Count, body: &[Stmt]) -> Made<Flow> {
        if count.to < count.from {
            return Ok(Flow::NEXT);
        }
        let broken = self.flag("c_left", span);
        let continued = self.flag("c_next", span);
        let flow = flow::of_list(body);
        self.lower(broken, span);
        self.exits.push(Exits { broken, continued: Some(continued) });
        let here = self.still_here(Flow { continues: false, ..flow }, span);
        let counter = self.shared.fresh(&format!("c_{}", count.counter));
        let (mut inside, _) = self.apart(|t| {
            t.emit(build::set(&count.counter, build::value_of(&counter, span), span));
            t.lower(continued, span);
            t.list(body)
        });
        self.exits.pop();
        let last = count.from + ((count.to - count.from) / count.by).floor() * count.by + count.by;
        let mut after = vec![build::set(&count.counter, build::number(last, span), span)];
        if let Some(here) = here {
            inside = build::choice(here.clone(), inside, Vec::new(), span).into_iter().collect();
            after = build::choice(here, after, Vec::new(), span).into_iter().collect();
        }
        let kind = StatementKind::From {
            counter: build::name(&counter, span),
            from: build::number(count.from, span),
            to: build::number(count.to, span),
            by: (count.by != 1.0).then(|| build::number(count.by, span)),
            body: build::block(inside, span),
        };
        self.emit(build::statement(kind, span));
        after.into_iter().for_each(|s| self.emit(s));
        Ok(flow.of_loop())
    }

    /// A FROM of NMODL with C in it.
    pub fn nmodl_loop(&mut self, span: Span, head: &FromHead, body: &[Stmt]) -> Flow {
        let broken = self.flag("c_left", span);
        let continued = self.flag("c_next", span);
        let flow = flow::of_list(body);
        self.lower(broken, span);
        self.exits.push(Exits { broken, continued: Some(continued) });
        let here = self.still_here(Flow { continues: false, ..flow }, span);
        let (mut inside, _) = self.apart(|t| {
            t.nmodl.push(head.counter.text.clone());
            t.lower(continued, span);
            t.list(body)
        });
        self.exits.pop();
        if let Some(here) = here {
            inside = build::choice(here, inside, Vec::new(), span).into_iter().collect();
        }
        let FromHead { counter, from, to, by } = head.clone();
        let body = build::block(inside, span);
        self.emit(build::statement(StatementKind::From { counter, from, to, by, body }, span));
        flow.of_loop()
    }
}

/// A loop whose rounds are known before the run.
struct Count {
    counter: String,
    from: f64,
    to: f64,
    by: f64,
}

/// Whether a list may set a variable of C.
fn sets(list: &[Stmt], name: &str) -> bool {
    fn in_expression(e: &Expr, name: &str) -> bool {
        let is = |e: &Expr| matches!(&e.kind, ExprKind::Name(n) if n == name);
        match &e.kind {
            ExprKind::Number { .. }
            | ExprKind::Text
            | ExprKind::Name(_)
            | ExprKind::Nmodl(_)
            | ExprKind::Flip => false,
            ExprKind::Call { arguments, .. } => arguments.iter().any(|a| in_expression(a, name)),
            ExprKind::Address(a) => is(a) || in_expression(a, name),
            ExprKind::Step { operand, .. } => is(operand) || in_expression(operand, name),
            ExprKind::Assign(_, a, b) => is(a) || in_expression(a, name) || in_expression(b, name),
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) | ExprKind::Comma(a, b) => {
                in_expression(a, name) || in_expression(b, name)
            }
            ExprKind::Ternary(a, b, c) => [a, b, c].iter().any(|x| in_expression(x, name)),
            ExprKind::Member(a, _) | ExprKind::Deref(a) | ExprKind::Negate(a) | ExprKind::Not(a) => {
                in_expression(a, name)
            }
            ExprKind::Cast(_, a) => in_expression(a, name),
        }
    }
    list.iter().any(|one| match &one.kind {
        StmtKind::Declare(list) => list.iter().any(|d| {
            d.name == name
                || match &d.value {
                    Some(Value::One(e)) => in_expression(e, name),
                    Some(Value::List(l)) => l.iter().any(|e| in_expression(e, name)),
                    None => false,
                }
        }),
        StmtKind::Expr(e) => in_expression(e, name),
        StmtKind::If { condition, then, otherwise } => {
            in_expression(condition, name) || sets(then, name) || sets(otherwise, name)
        }
        StmtKind::While { condition, body } | StmtKind::DoWhile { body, condition } => {
            in_expression(condition, name) || sets(body, name)
        }
        StmtKind::For { first, condition, step, body } => {
            sets(first, name)
                || condition.iter().chain(step).any(|e| in_expression(e, name))
                || sets(body, name)
        }
        StmtKind::From { body, .. } | StmtKind::Block(body) | StmtKind::Inner { body, .. } => {
            sets(body, name)
        }
        StmtKind::Switch { value, groups } => {
            in_expression(value, name) || groups.iter().any(|g| sets(&g.body, name))
        }
        StmtKind::Return(value) => value.as_ref().is_some_and(|e| in_expression(e, name)),
        StmtKind::Break | StmtKind::Continue => false,
        // NMODL sees C's locals by their names.
        StmtKind::Nmodl(_) => true,
    })
}
