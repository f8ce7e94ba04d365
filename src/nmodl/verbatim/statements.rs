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
pub(super) struct Exits {
    pub broken: usize,
    /// None in a `switch`, whose `continue` is that of the loop around it.
    pub continued: Option<usize>,
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
    pub exits: Vec<Exits>,
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
        self.fail(diagnostic)
    }

    /// Refuses what stands at `span`, because of what stands at `other`.
    pub fn refuse_beside<T>(
        &mut self,
        span: Span,
        message: impl Into<String>,
        other: Span,
        text: &str,
    ) -> Made<T> {
        let diagnostic = Diagnostic::error("nmodl/verbatim", message).at(span, "").at(other, text);
        self.fail(diagnostic.note("VERBATIM is translated where it computes with numbers."))
    }

    fn fail<T>(&mut self, diagnostic: Diagnostic) -> Made<T> {
        let place = |d: &Diagnostic| d.labels.first().map(|l| l.span);
        let known = |e: &Diagnostic| e.message == diagnostic.message && place(e) == place(&diagnostic);
        if !self.errors.iter().any(known) {
            self.errors.push(diagnostic);
        }
        Err(Failed)
    }

    pub fn flag(&mut self, wanted: &str, span: Span) -> usize {
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

    pub fn lower(&mut self, flag: usize, span: Span) {
        let name = self.flags[flag].name.clone();
        self.emit(build::set(&name, build::number(0.0, span), span));
    }

    /// That none of the ways out was taken.
    pub fn still_here(&mut self, flow: Flow, span: Span) -> Option<ast::Expression> {
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
    pub fn list(&mut self, list: &[Stmt]) -> Flow {
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
            StmtKind::From { head, body } => return Ok(self.nmodl_loop(span, head, body)),
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
                    for name in names {
                        self.not_of_c(&name.name)?;
                    }
                    self.nmodl.extend(names.iter().map(|n| n.name.text.clone()));
                }
                self.emit(statement.as_ref().clone());
            }
            StmtKind::Inner { shell, body } => self.inner(shell, body),
        }
        Ok(Flow::NEXT)
    }

    /// A LOCAL and a variable of C of one name would be one variable in what is made.
    fn not_of_c(&mut self, local: &ast::Name) -> Made<()> {
        let same = |held: &Held| matches!(held, Held::Scalar { name, .. } | Held::Array { name, .. } if *name == local.text);
        if self.scopes.iter().flatten().any(|(_, held)| same(held)) {
            let message = format!("`{}` is declared in C already", local.text);
            return self.refuse(local.span, message, "", "give one of the two another name");
        }
        Ok(())
    }

    /// A block of its own: leaving it leaves nothing else.
    fn inner(&mut self, shell: &ast::Statement, body: &[Stmt]) {
        let returned = self.flag("c_returned", shell.span);
        let own = self.locals.pop();
        let outer = std::mem::replace(&mut self.returned, returned);
        // The block runs on its own, so that it declares its own names.
        let outside = std::mem::take(&mut self.locals);
        let (mut statements, _) = self.apart(|t| {
            if let StatementKind::ForNetcons { arguments, .. } = &shell.kind {
                t.nmodl.extend(arguments.iter().map(|a| a.name.text.clone()));
            }
            t.lower(returned, shell.span);
            t.list(body)
        });
        self.returned = outer;
        let mut locals = std::mem::replace(&mut self.locals, outside);
        locals.extend(own);
        if !locals.is_empty() {
            statements.insert(0, build::local(locals, shell.span));
        }
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

/// Takes the assignments of flags that nobody reads out again.
fn without(statements: &mut Vec<ast::Statement>, unused: &[&str]) {
    for statement in statements.iter_mut() {
        if let StatementKind::Local(names) = &mut statement.kind {
            names.retain(|n| !unused.contains(&n.name.text.as_str()));
        }
    }
    statements.retain(|s| match &s.kind {
        StatementKind::Assign { target, .. } => !unused.contains(&target.name.text.as_str()),
        StatementKind::Local(names) => !names.is_empty(),
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
