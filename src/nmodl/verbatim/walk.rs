//! Every call and every variable in a block of NMODL.

use crate::nmodl::ast::*;

/// What a walk meets.
pub(super) enum Met<'a> {
    /// A call, or the name after `SOLVE`.
    Call(&'a Name),
    /// A variable that is read, or named in a list.
    Read(&'a Name),
    /// A variable that is set.
    Set(&'a Name),
    /// C.
    Verbatim(&'a Verbatim),
}

/// Walks a block in the order of the text.
pub(super) fn block<'a>(body: &'a Block, met: &mut dyn FnMut(Met<'a>)) {
    for inner in &body.statements {
        statement(inner, met);
    }
}

/// Walks a statement.
pub(super) fn statement<'a>(one: &'a Statement, met: &mut dyn FnMut(Met<'a>)) {
    match &one.kind {
        StatementKind::Assign { target, value } => {
            if let Some(index) = &target.index {
                expression(index, met);
            }
            expression(value, met);
            met(Met::Set(&target.name));
        }
        StatementKind::Call(x) => call(x, met),
        StatementKind::If { branches, otherwise } => {
            for branch in branches {
                expression(&branch.condition, met);
                block(&branch.body, met);
            }
            if let Some(body) = otherwise {
                block(body, met);
            }
        }
        StatementKind::From { from, to, by, body, .. } => {
            for bound in [Some(from), Some(to), by.as_ref()].into_iter().flatten() {
                expression(bound, met);
            }
            block(body, met);
        }
        StatementKind::While { condition, body } => {
            expression(condition, met);
            block(body, met);
        }
        StatementKind::Block(body)
        | StatementKind::Initial(body)
        | StatementKind::ForNetcons { body, .. } => {
            block(body, met);
        }
        StatementKind::Solve(solve) => {
            met(Met::Call(&solve.name));
            if let Some(body) = &solve.if_error {
                block(body, met);
            }
        }
        StatementKind::Table(table) => {
            table.names.iter().chain(&table.depend).for_each(|name| met(Met::Read(name)));
            expression(&table.from, met);
            expression(&table.to, met);
        }
        StatementKind::Conductance { name, .. } => met(Met::Read(name)),
        StatementKind::Reaction(reaction) => match reaction {
            Reaction::Reversible { left, right, forward, backward } => {
                terms(left, met);
                terms(right, met);
                expression(forward, met);
                expression(backward, met);
            }
            Reaction::Sink { left, rate: value } | Reaction::Flux { left, flux: value } => {
                terms(left, met);
                expression(value, met);
            }
        },
        StatementKind::Equation { left, right } => {
            expression(left, met);
            expression(right, met);
        }
        StatementKind::Compartment(factor) | StatementKind::LongitudinalDiffusion(factor) => {
            expression(&factor.value, met);
            factor.names.iter().for_each(|name| met(Met::Read(name)));
        }
        StatementKind::Conserve { terms: sum, total } => {
            terms(sum, met);
            expression(total, met);
        }
        StatementKind::Watch(list) => {
            for watch in list {
                expression(&watch.condition, met);
                expression(&watch.flag, met);
            }
        }
        StatementKind::Protect(inner) => statement(inner, met),
        StatementKind::Verbatim(verbatim) => met(Met::Verbatim(verbatim)),
        StatementKind::Local(_)
        | StatementKind::MutexLock
        | StatementKind::MutexUnlock
        | StatementKind::UnitsSwitch(_)
        | StatementKind::Reset => {}
    }
}

fn terms<'a>(list: &'a [Term], met: &mut dyn FnMut(Met<'a>)) {
    list.iter().for_each(|term| met(Met::Read(&term.variable.name)));
}

fn call<'a>(one: &'a Call, met: &mut dyn FnMut(Met<'a>)) {
    met(Met::Call(&one.name));
    one.arguments.iter().for_each(|argument| expression(argument, met));
}

fn expression<'a>(one: &'a Expression, met: &mut dyn FnMut(Met<'a>)) {
    match &one.kind {
        ExpressionKind::Number { .. } | ExpressionKind::Text(_) => {}
        ExpressionKind::Variable(variable) => {
            if let Some(index) = &variable.index {
                expression(index, met);
            }
            met(Met::Read(&variable.name));
        }
        ExpressionKind::Call(inner) => call(inner, met),
        ExpressionKind::Unary { operand, .. } => expression(operand, met),
        ExpressionKind::Binary { left, right, .. } => {
            expression(left, met);
            expression(right, met);
        }
    }
}

/// Whether there is C in a statement.
pub(super) fn has_c(one: &Statement) -> bool {
    let mut found = false;
    statement(one, &mut |met| found |= matches!(met, Met::Verbatim(_)));
    found
}
