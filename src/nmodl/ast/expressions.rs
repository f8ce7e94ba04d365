//! Expressions.

use super::{Integer, Name, Unit};
use crate::diagnostic::Span;

/// A variable, or an element of an array, or a derivative.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// The name.
    pub name: Name,
    /// Number of primes: 1 in `x'`.
    pub primes: u32,
    /// `x@2`, the value two steps ago, in `DISCRETE` only.
    pub lag: Option<Integer>,
    /// The element of an array.
    pub index: Option<Box<Expression>>,
    /// Where.
    pub span: Span,
}

/// `f(a, b)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function or procedure.
    pub name: Name,
    /// The arguments.
    pub arguments: Vec<Expression>,
    /// Where.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// Which one.
    pub kind: ExpressionKind,
    /// Where, parentheses around it included.
    pub span: Span,
}

/// The expressions of NMODL.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind {
    /// `3.5` or `3.5 (mV)`; never negative.
    Number {
        /// The value.
        value: f64,
        /// The unit written after it.
        unit: Option<Unit>,
    },
    /// `"text"`, as an argument only.
    Text(String),
    /// `x`, `x[i]`, `x'`.
    Variable(Variable),
    /// `f(a)`.
    Call(Call),
    /// `-a`, `!a`.
    Unary {
        /// The operator.
        operator: UnaryOperator,
        /// What it works on.
        operand: Box<Expression>,
    },
    /// `a + b`.
    Binary {
        /// The operator.
        operator: BinaryOperator,
        /// Left side.
        left: Box<Expression>,
        /// Right side.
        right: Box<Expression>,
    },
}

/// Operators before an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `-`.
    Negate,
    /// `!`.
    Not,
}

/// Operators between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `||`; 1 or 0.
    Or,
    /// `&&`; 1 or 0.
    And,
    /// `<`; 1 or 0.
    Less,
    /// `<=`; 1 or 0.
    LessEqual,
    /// `>`; 1 or 0.
    Greater,
    /// `>=`; 1 or 0.
    GreaterEqual,
    /// `==`; 1 or 0.
    Equal,
    /// `!=`; 1 or 0.
    NotEqual,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `^`: a power.
    Power,
}
