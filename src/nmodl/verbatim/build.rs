//! Short ways to make nodes of the NMODL tree.

use crate::diagnostic::Span;
use crate::nmodl::ast::{
    BinaryOperator, Block, Branch, Call, Expression, ExpressionKind, LocalName, Name, Statement,
    StatementKind, UnaryOperator, Variable,
};

pub(super) fn name(text: &str, span: Span) -> Name {
    Name { text: text.to_string(), span }
}

/// A number; a negative one is a negation, as the parser has it.
pub(super) fn number(value: f64, span: Span) -> Expression {
    let literal = Expression { kind: ExpressionKind::Number { value: value.abs(), unit: None }, span };
    if value < 0.0 { negate(literal, span) } else { literal }
}

pub(super) fn negate(operand: Expression, span: Span) -> Expression {
    let kind = ExpressionKind::Unary { operator: UnaryOperator::Negate, operand: Box::new(operand) };
    Expression { kind, span }
}

pub(super) fn not(operand: Expression, span: Span) -> Expression {
    let kind = ExpressionKind::Unary { operator: UnaryOperator::Not, operand: Box::new(operand) };
    Expression { kind, span }
}

/// The value of a literal, or of its negation.
pub(super) fn literal(expression: &Expression) -> Option<f64> {
    match &expression.kind {
        ExpressionKind::Number { value, .. } => Some(*value),
        ExpressionKind::Unary { operator: UnaryOperator::Negate, operand } => literal(operand).map(|v| -v),
        _ => None,
    }
}

pub(super) fn variable(text: &str, span: Span) -> Variable {
    Variable { name: name(text, span), primes: 0, lag: None, index: None, span }
}

pub(super) fn read(variable: Variable) -> Expression {
    let span = variable.span;
    Expression { kind: ExpressionKind::Variable(variable), span }
}

pub(super) fn value_of(text: &str, span: Span) -> Expression {
    read(variable(text, span))
}

pub(super) fn binary(
    operator: BinaryOperator,
    left: Expression,
    right: Expression,
    span: Span,
) -> Expression {
    let kind = ExpressionKind::Binary { operator, left: Box::new(left), right: Box::new(right) };
    Expression { kind, span }
}

pub(super) fn call(text: &str, arguments: Vec<Expression>, span: Span) -> Expression {
    Expression { kind: ExpressionKind::Call(Call { name: name(text, span), arguments, span }), span }
}

pub(super) fn statement(kind: StatementKind, span: Span) -> Statement {
    Statement { kind, span }
}

pub(super) fn assign(target: Variable, value: Expression, span: Span) -> Statement {
    statement(StatementKind::Assign { target, value }, span)
}

pub(super) fn set(text: &str, value: Expression, span: Span) -> Statement {
    assign(variable(text, span), value, span)
}

pub(super) fn block(statements: Vec<Statement>, span: Span) -> Block {
    Block { statements, span }
}

pub(super) fn local(names: Vec<LocalName>, span: Span) -> Statement {
    statement(StatementKind::Local(names), span)
}

/// `if`, with what is empty left out; none when nothing is left.
pub(super) fn choice(
    condition: Expression,
    then: Vec<Statement>,
    otherwise: Vec<Statement>,
    span: Span,
) -> Option<Statement> {
    let (condition, then, mut otherwise) = match (then.is_empty(), otherwise.is_empty()) {
        (true, true) => return None,
        (true, false) => (not(condition, span), otherwise, Vec::new()),
        _ => (condition, then, otherwise),
    };
    let mut branches = vec![Branch { condition, body: block(then, span) }];
    // `else { if ... }` alone is `else if`.
    if let [Statement { kind: StatementKind::If { .. }, .. }] = otherwise.as_slice()
        && let Some(Statement { kind: StatementKind::If { branches: more, otherwise: last }, .. }) =
            otherwise.pop()
    {
        branches.extend(more);
        return Some(statement(StatementKind::If { branches, otherwise: last }, span));
    }
    let otherwise = (!otherwise.is_empty()).then(|| block(otherwise, span));
    Some(statement(StatementKind::If { branches, otherwise }, span))
}
