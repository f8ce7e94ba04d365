//! C statements to those of NMODL.
//!
//! NMODL has no `return`, `break` and `continue`. Where one of them ends a branch, what follows the `if` goes into the
//! other branch; where it is less simple, a local flag is set and what follows is done only while it is not.

use super::build;
use super::expression::Held;
use super::flow::{self, Flow};
use super::shared::{Shared, constant};
use super::tree::*;
use crate::diagnostic::{Diagnostic, Span};
use crate::nmodl::ast::{self, BinaryOperator, StatementKind};

/// Rounds of a loop that is known to turn so often before the run.
const MOST_ROUNDS: f64 = 10_000.0;

/// A message was given.
#[derive(Debug)]
pub(super) struct Failed;

pub(super) type Made<T> = Result<T, Failed>;

/// The kind of body that is translated.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Site {
    /// A FUNCTION of that name in NMODL; a value returned becomes that of its type.
    Function(String, Type),
    /// A PROCEDURE, INITIAL or NET_RECEIVE: a value returned is lost.
    Plain,
    /// A block that NEURON puts code behind, so that it cannot be left early.
    Whole(&'static str),
}

/// A local that says that a list was left.
struct Flag {
    name: String,
    used: bool,
}

/// The flags of a loop or `switch`.
#[derive(Clone, Copy)]
struct Exits {
    broken: usize,
    /// None in a `switch`, whose `continue` is that of the loop around it.
    continued: Option<usize>,
}

/// Translates one body.
pub(super) struct Translator<'s> {
    pub shared: &'s mut Shared,
    pub site: Site,
    /// Arguments and LOCALs of NMODL that C sees with `_l` before them.
    pub nmodl: Vec<String>,
    /// What C declares, innermost last.
    pub scopes: Vec<Vec<(String, Held)>>,
    pub errors: Vec<Diagnostic>,
    /// The function that `nrn_random_pick` stands for in this body.
    pub picks: Option<&'static str>,
    /// Statements made so far, one list for each open block.
    out: Vec<Vec<ast::Statement>>,
    flags: Vec<Flag>,
    returned: usize,
    exits: Vec<Exits>,
    /// Names to be declared at the start of the body.
    locals: Vec<ast::LocalName>,
}

impl<'s> Translator<'s> {
    pub fn new(
        shared: &'s mut Shared,
        site: Site,
        names: Vec<String>,
        picks: Option<&'static str>,
    ) -> Translator<'s> {
        let flag = Flag { name: shared.fresh("c_returned"), used: false };
        Translator {
            shared,
            site,
            nmodl: names,
            scopes: vec![Vec::new()],
            errors: Vec::new(),
            picks,
            out: vec![Vec::new()],
            flags: vec![flag],
            returned: 0,
            exits: Vec::new(),
            locals: Vec::new(),
        }
    }

    /// The statements that a list of C becomes.
    pub fn body(mut self, list: &[Stmt], span: Span) -> (Vec<ast::Statement>, Vec<Diagnostic>) {
        // `return` as the last word says nothing where there is no value.
        let list = match (list, &self.site) {
            ([most @ .., Stmt { kind: StmtKind::Return(value), .. }], Site::Whole(_))
                if value.as_ref().is_none_or(|v| constant(v).is_some()) =>
            {
                most
            }
            _ => list,
        };
        self.list(list);
        let mut statements = self.out.pop().unwrap_or_default();
        let unused: Vec<&str> = self.flags.iter().filter(|f| !f.used).map(|f| f.name.as_str()).collect();
        without(&mut statements, &unused);
        let mut head = Vec::new();
        let mut locals = self.locals;
        if self.flags[0].used {
            let name = build::name(&self.flags[0].name, span);
            head.push(build::set(&name.text, build::number(0.0, span), span));
            locals.push(ast::LocalName { name, length: None });
        }
        locals.retain(|l| !unused.contains(&l.name.text.as_str()));
        if !locals.is_empty() {
            head.insert(0, build::local(locals, span));
        }
        head.append(&mut statements);
        (head, self.errors)
    }

    pub fn emit(&mut self, statement: ast::Statement) {
        if let Some(list) = self.out.last_mut() {
            list.push(statement);
        }
    }

    /// What `inside` emits, in a scope of its own.
    pub fn apart<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> (Vec<ast::Statement>, T) {
        let mark = self.nmodl.len();
        self.scopes.push(Vec::new());
        let result = self.emitted(inside);
        self.scopes.pop();
        self.nmodl.truncate(mark);
        result
    }

    /// What `inside` emits.
    pub fn emitted<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> (Vec<ast::Statement>, T) {
        self.out.push(Vec::new());
        let result = inside(self);
        (self.out.pop().unwrap_or_default(), result)
    }

    /// A new local of the body.
    pub fn temporary(&mut self, wanted: &str, span: Span) -> String {
        let name = self.shared.fresh(wanted);
        self.locals.push(ast::LocalName { name: build::name(&name, span), length: None });
        name
    }

    /// Refuses what stands at `span`.
    pub fn refuse<T>(&mut self, span: Span, message: impl Into<String>, note: &str, help: &str) -> Made<T> {
        let mut diagnostic = Diagnostic::error("nmodl/verbatim", message).at(span, "");
        if !note.is_empty() {
            diagnostic = diagnostic.note(note);
        }
        if !help.is_empty() {
            diagnostic = diagnostic.help(help);
        }
        let place = |d: &Diagnostic| d.labels.first().map(|l| l.span);
        let known = |e: &Diagnostic| e.message == diagnostic.message && place(e) == place(&diagnostic);
        if !self.errors.iter().any(known) {
            self.errors.push(diagnostic);
        }
        Err(Failed)
    }

    fn flag(&mut self, wanted: &str, span: Span) -> usize {
        let name = self.temporary(wanted, span);
        self.flags.push(Flag { name, used: false });
        self.flags.len() - 1
    }

    /// Leaves the body, as `return` does.
    pub fn leave(&mut self, span: Span) {
        self.raise(self.returned, span);
    }

    fn raise(&mut self, flag: usize, span: Span) {
        let name = self.flags[flag].name.clone();
        self.emit(build::set(&name, build::number(1.0, span), span));
    }

    fn lower(&mut self, flag: usize, span: Span) {
        let name = self.flags[flag].name.clone();
        self.emit(build::set(&name, build::number(0.0, span), span));
    }

    /// That none of the ways out was taken.
    fn still_here(&mut self, flow: Flow, span: Span) -> Option<ast::Expression> {
        let mut flags = Vec::new();
        if flow.returns {
            flags.push(self.returned);
        }
        if flow.breaks {
            flags.extend(self.exits.last().map(|e| e.broken));
        }
        if flow.continues {
            flags.extend(self.exits.iter().rev().find_map(|e| e.continued));
        }
        let mut all: Option<ast::Expression> = None;
        for flag in flags {
            self.flags[flag].used = true;
            let one = build::not(build::value_of(&self.flags[flag].name, span), span);
            all = Some(match all {
                Some(others) => build::binary(BinaryOperator::And, others, one, span),
                None => one,
            });
        }
        all
    }

    /// Statements in order; the names they declare are left in the present scope.
    fn list(&mut self, list: &[Stmt]) -> Flow {
        let mut flow = Flow::NEXT;
        for (i, one) in list.iter().enumerate() {
            let rest = &list[i + 1..];
            if let StmtKind::If { condition, then, otherwise } = &one.kind {
                return flow.then(self.choice(one.span, condition, then, otherwise, rest));
            }
            let own = self.statement(one).unwrap_or(Flow::NEXT);
            flow = flow.then(own);
            if !own.falls {
                return flow;
            }
            if own.leaves() && !rest.is_empty() {
                return flow.then(self.guarded(own, rest));
            }
        }
        flow
    }

    /// What follows a statement that may have left.
    fn guarded(&mut self, left: Flow, rest: &[Stmt]) -> Flow {
        let Some(first) = rest.first() else { return Flow::NEXT };
        let Some(condition) = self.still_here(left, first.span) else { return self.list(rest) };
        let (body, flow) = self.apart(|t| t.list(rest));
        if let Some(guard) = build::choice(condition, body, Vec::new(), first.span) {
            self.emit(guard);
        }
        flow
    }

    /// An `if` with all that follows it.
    fn choice(
        &mut self,
        span: Span,
        condition: &Expr,
        then: &[Stmt],
        otherwise: &[Stmt],
        rest: &[Stmt],
    ) -> Flow {
        let Ok(condition) = self.truth(condition) else {
            // Looked at for what else is wrong.
            let (_, flow) = self.apart(|t| t.list(then).or(t.list(otherwise)));
            return flow.then(self.list(rest));
        };
        if let Some(known) = build::literal(&condition) {
            let taken = if known != 0.0 { then } else { otherwise };
            let flow = self.apart_list(taken);
            return if !flow.falls {
                flow
            } else if flow.leaves() {
                flow.then(self.guarded(flow, rest))
            } else {
                self.list(rest)
            };
        }
        let (one, two) = (flow::of_list(then), flow::of_list(otherwise));
        let follows = |own: Flow, other: Flow| !own.leaves() && own.falls && !other.falls;
        let with_rest = |t: &mut Self, body: &[Stmt], all: bool| {
            t.apart(|t| {
                let flow = t.apart_list(body);
                if all && flow.falls { flow.then(t.list(rest)) } else { flow }
            })
        };
        let (then_made, then_flow) = with_rest(self, then, follows(one, two));
        let (else_made, else_flow) = with_rest(self, otherwise, follows(two, one));
        let asks = super::expression::has_call(&condition);
        if let Some(made) = build::choice(condition.clone(), then_made, else_made, span) {
            self.emit(made);
        } else if asks {
            // What is asked may do something by itself.
            let unused = self.temporary("c_unused", span);
            self.emit(build::set(&unused, condition, span));
        }
        let flow = then_flow.or(else_flow);
        if follows(one, two) || follows(two, one) || !flow.falls {
            return flow;
        }
        if flow.leaves() { flow.then(self.guarded(flow, rest)) } else { self.list(rest) }
    }

    /// A list in a scope of its own, emitted here. NMODL's braces hold its names when it declares any.
    fn apart_list(&mut self, list: &[Stmt]) -> Flow {
        let (statements, flow) = self.apart(|t| t.list(list));
        let declares = statements.iter().any(|s| matches!(s.kind, StatementKind::Local(_)));
        match list.first() {
            Some(first) if declares && self.out.last().is_some_and(|o| !o.is_empty()) => {
                let block = build::block(statements, first.span);
                self.emit(build::statement(StatementKind::Block(block), first.span));
            }
            _ => {
                if let Some(out) = self.out.last_mut() {
                    out.extend(statements);
                }
            }
        }
        flow
    }

    fn statement(&mut self, one: &Stmt) -> Made<Flow> {
        let span = one.span;
        match &one.kind {
            StmtKind::Declare(list) => {
                self.declare(list)?;
            }
            StmtKind::Expr(expression) => {
                self.effect(expression)?;
                return Ok(flow::of(one));
            }
            StmtKind::If { condition, then, otherwise } => {
                return Ok(self.choice(span, condition, then, otherwise, &[]));
            }
            StmtKind::Block(list) => return Ok(self.apart_list(list)),
            StmtKind::While { condition, body } => return self.while_loop(span, Some(condition), body, None),
            StmtKind::DoWhile { body, condition } => return self.do_loop(span, body, condition),
            StmtKind::For { first, condition, step, body } => {
                return self.for_loop(span, first, condition.as_ref(), step.as_ref(), body);
            }
            StmtKind::From { head, body } => return Ok(self.from_loop(span, head, body)),
            StmtKind::Switch { value, groups } => return self.switch(span, value, groups),
            StmtKind::Return(value) => {
                self.give_back(span, value.as_ref())?;
                self.leave(span);
                return Ok(flow::of(one));
            }
            StmtKind::Break => match self.exits.last().map(|e| e.broken) {
                Some(flag) => {
                    self.raise(flag, span);
                    return Ok(flow::of(one));
                }
                None => return self.refuse(span, "this `break` stands in no loop and no `switch`", "", ""),
            },
            StmtKind::Continue => match self.exits.iter().rev().find_map(|e| e.continued) {
                Some(flag) => {
                    self.raise(flag, span);
                    return Ok(flow::of(one));
                }
                None => return self.refuse(span, "this `continue` stands in no loop", "", ""),
            },
            StmtKind::Nmodl(statement) => {
                if let StatementKind::Local(names) = &statement.kind {
                    self.nmodl.extend(names.iter().map(|n| n.name.text.clone()));
                }
                self.emit(statement.as_ref().clone());
            }
            StmtKind::Inner { shell, body } => self.inner(shell, body),
        }
        Ok(Flow::NEXT)
    }

    /// A block of its own: leaving it leaves nothing else.
    fn inner(&mut self, shell: &ast::Statement, body: &[Stmt]) {
        let returned = self.flag("c_returned", shell.span);
        let outer = std::mem::replace(&mut self.returned, returned);
        let (statements, _) = self.apart(|t| {
            if let StatementKind::ForNetcons { arguments, .. } = &shell.kind {
                t.nmodl.extend(arguments.iter().map(|a| a.name.text.clone()));
            }
            t.lower(returned, shell.span);
            t.list(body)
        });
        self.returned = outer;
        let mut made = shell.clone();
        match &mut made.kind {
            StatementKind::Initial(block) | StatementKind::ForNetcons { body: block, .. } => {
                block.statements = statements;
            }
            StatementKind::Solve(solve) => {
                if let Some(block) = &mut solve.if_error {
                    block.statements = statements;
                }
            }
            _ => {}
        }
        self.emit(made);
    }

    /// The value of a `return`.
    fn give_back(&mut self, span: Span, value: Option<&Expr>) -> Made<()> {
        match (self.site.clone(), value) {
            (Site::Whole(block), _) => self.refuse(
                span,
                format!("this `return` would leave {block} before its end"),
                "NEURON puts code of its own behind the block, which would not run.",
                "put what follows into the other branch of an `if`",
            ),
            (Site::Function(name, of), Some(value)) => {
                let value = self.number_as(value, of)?;
                self.emit(build::set(&name, value, span));
                Ok(())
            }
            (Site::Plain, Some(value)) if constant(value).is_none() => self.effect(value),
            _ => Ok(()),
        }
    }

    fn while_loop(
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

    fn do_loop(&mut self, span: Span, body: &[Stmt], condition: &Expr) -> Made<Flow> {
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

    fn for_loop(
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
    fn from_loop(&mut self, span: Span, head: &FromHead, body: &[Stmt]) -> Flow {
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

    fn switch(&mut self, span: Span, value: &Expr, groups: &[Group]) -> Made<Flow> {
        let chosen = self.number_as(value, Type::Int)?;
        let chosen = self.kept(chosen, "c_case", span);
        let broken = self.flag("c_left", span);
        self.lower(broken, span);
        self.exits.push(Exits { broken, continued: None });
        let mut flow = Flow { falls: !groups.iter().any(|g| g.default), ..Flow::default() };
        let mut branches = Vec::new();
        let mut otherwise = None;
        for (i, group) in groups.iter().enumerate() {
            // A group without `break` goes on in the next.
            let mut body = group.body.clone();
            for next in &groups[i + 1..] {
                if !flow::of_list(&body).falls {
                    break;
                }
                body.extend(next.body.iter().cloned());
            }
            let (statements, own) = self.apart(|t| t.list(&body));
            flow = flow.or(own);
            let body = build::block(statements, span);
            if group.default {
                otherwise = Some(body);
                continue;
            }
            let mut condition: Option<ast::Expression> = None;
            for case in &group.cases {
                let case = self.number_as(case, Type::Int)?;
                let one = build::binary(BinaryOperator::Equal, chosen.clone(), case, span);
                condition = Some(match condition {
                    Some(others) => build::binary(BinaryOperator::Or, others, one, span),
                    None => one,
                });
            }
            branches.extend(condition.map(|condition| ast::Branch { condition, body }));
        }
        self.exits.pop();
        if branches.is_empty() {
            otherwise.into_iter().flat_map(|b| b.statements).for_each(|s| self.emit(s));
        } else {
            self.emit(build::statement(StatementKind::If { branches, otherwise }, span));
        }
        Ok(Flow { falls: flow.falls || flow.breaks, breaks: false, ..flow })
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

/// Takes the assignments of flags that nobody reads out again.
fn without(statements: &mut Vec<ast::Statement>, unused: &[&str]) {
    statements.retain(|s| match &s.kind {
        StatementKind::Assign { target, .. } => !unused.contains(&target.name.text.as_str()),
        _ => true,
    });
    for statement in statements.iter_mut() {
        match &mut statement.kind {
            StatementKind::If { branches, otherwise } => {
                branches.iter_mut().for_each(|b| without(&mut b.body.statements, unused));
                otherwise.iter_mut().for_each(|b| without(&mut b.statements, unused));
            }
            StatementKind::From { body, .. }
            | StatementKind::While { body, .. }
            | StatementKind::Block(body)
            | StatementKind::Initial(body)
            | StatementKind::ForNetcons { body, .. } => without(&mut body.statements, unused),
            _ => {}
        }
    }
    // A branch that only raised such flags is empty now.
    statements.retain(|s| match &s.kind {
        StatementKind::If { branches, otherwise } => {
            let empty = |b: &ast::Block| b.statements.is_empty();
            let asks = branches.iter().any(|b| super::expression::has_call(&b.condition));
            asks || !branches.iter().all(|b| empty(&b.body)) || otherwise.as_ref().is_some_and(|b| !empty(b))
        }
        _ => true,
    });
}
