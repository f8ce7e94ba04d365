//! A list of NMODL statements with C among them, as one list of C.

use std::collections::HashSet;

use super::Pieces;
use super::lexer::Token;
use super::parser::{Parser, Unread};
use super::tree::{Expr, ExprKind, FromHead, Stmt, StmtKind};
use super::walk;
use crate::diagnostic::{Diagnostic, Span};
use crate::nmodl::ast::{Block, Branch, Expression, Statement, StatementKind};

/// Reads the statements of a block.
pub(super) fn list(
    statements: &[Statement],
    pieces: &Pieces,
    types: &HashSet<String>,
    end: Span,
) -> Result<Vec<Stmt>, Unread> {
    let mut tokens = Vec::new();
    let mut nmodl: Vec<Option<Stmt>> = Vec::new();
    let mut off = false;
    for statement in statements {
        if let StatementKind::Verbatim(verbatim) = &statement.kind {
            if let Some(piece) = pieces.get(&(verbatim.span.source, verbatim.span.start)) {
                tokens.extend(piece.tokens.iter().cloned());
                off = piece.off_after;
            }
        } else if !off {
            tokens.push(Token::nmodl(nmodl.len(), statement.span));
            nmodl.push(Some(converted(statement, pieces, types)?));
        }
    }
    let mut take = |number: usize| nmodl.get_mut(number).and_then(Option::take);
    Parser::new(&tokens, types, &mut take, end).list()
}

/// Reads the body of a function of C.
pub(super) fn tokens(tokens: &[Token], types: &HashSet<String>, end: Span) -> Result<Vec<Stmt>, Unread> {
    Parser::new(tokens, types, &mut |_| None, end).list()
}

/// What could not be read, as a message.
pub(super) fn message(unread: &Unread) -> Diagnostic {
    Diagnostic::error("nmodl/verbatim", unread.message.clone())
        .at(unread.span, "")
        .note("VERBATIM is translated where it computes with numbers.")
}

/// A statement of NMODL; the blocks in it are read too when there is C in them.
fn converted(statement: &Statement, pieces: &Pieces, types: &HashSet<String>) -> Result<Stmt, Unread> {
    let span = statement.span;
    let whole = || Stmt { kind: StmtKind::Nmodl(Box::new(statement.clone())), span };
    if !walk::has_c(statement) {
        return Ok(whole());
    }
    let inner = |block: &Block| list(&block.statements, pieces, types, block.span);
    let leaf = |e: &Expression| Expr { kind: ExprKind::Nmodl(Box::new(e.clone())), span: e.span };
    let kind = match &statement.kind {
        StatementKind::If { branches, otherwise } => {
            let last = match otherwise {
                Some(block) => inner(block)?,
                None => Vec::new(),
            };
            return chain(branches, last, &inner, &leaf, span);
        }
        StatementKind::While { condition, body } => {
            StmtKind::While { condition: leaf(condition), body: inner(body)? }
        }
        StatementKind::From { counter, from, to, by, body } => {
            let head =
                FromHead { counter: counter.clone(), from: from.clone(), to: to.clone(), by: by.clone() };
            StmtKind::From { head: Box::new(head), body: inner(body)? }
        }
        StatementKind::Block(body) => StmtKind::Block(inner(body)?),
        StatementKind::Initial(body) | StatementKind::ForNetcons { body, .. } => {
            StmtKind::Inner { shell: Box::new(statement.clone()), body: inner(body)? }
        }
        StatementKind::Solve(solve) => match &solve.if_error {
            Some(body) => StmtKind::Inner { shell: Box::new(statement.clone()), body: inner(body)? },
            None => return Ok(whole()),
        },
        _ => return Ok(whole()),
    };
    Ok(Stmt { kind, span })
}

/// `if`, `else if`, `else` as one inside the other.
fn chain(
    branches: &[Branch],
    last: Vec<Stmt>,
    inner: &dyn Fn(&Block) -> Result<Vec<Stmt>, Unread>,
    leaf: &dyn Fn(&Expression) -> Expr,
    span: Span,
) -> Result<Stmt, Unread> {
    let mut otherwise = last;
    for branch in branches.iter().rev() {
        let kind = StmtKind::If { condition: leaf(&branch.condition), then: inner(&branch.body)?, otherwise };
        otherwise = vec![Stmt { kind, span }];
    }
    Ok(otherwise.pop().unwrap_or(Stmt { kind: StmtKind::Block(Vec::new()), span }))
}
