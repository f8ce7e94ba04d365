//! The tree of the C that VERBATIM blocks hold: the part of the language that computes with numbers.
//!
//! NMODL statements that stand between the C of one list are leaves of the same tree, so that a brace that opens in
//! one VERBATIM block and closes in another holds what stands between them.

use crate::diagnostic::Span;
use crate::nmodl::ast;

/// What C knows of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Double,
    /// A `float`: computed as a double and rounded to single precision, which gives what C gives.
    Float,
    /// Signed whole numbers and characters.
    Int,
    /// Whole numbers that wrap around below 0.
    Unsigned,
    /// Nothing.
    Void,
    /// A pointer, a structure, or a type of another file.
    Opaque,
}

impl Type {
    /// Whether it holds whole numbers.
    pub fn is_whole(self) -> bool {
        matches!(self, Type::Int | Type::Unsigned)
    }

    /// Whether it holds a number at all.
    pub fn is_number(self) -> bool {
        matches!(self, Type::Double | Type::Float | Type::Int | Type::Unsigned)
    }
}

/// An expression.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

/// Operators between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    And,
    Or,
    /// Shifts and the like, which work on the bits of whole numbers.
    Bits,
}

/// The expressions.
#[derive(Clone, Debug)]
pub(super) enum ExprKind {
    Number {
        value: f64,
        whole: bool,
    },
    Text,
    Name(String),
    /// An expression of NMODL, the condition of an NMODL `if`.
    Nmodl(Box<ast::Expression>),
    Call {
        name: String,
        arguments: Vec<Expr>,
    },
    Index(Box<Expr>, Box<Expr>),
    /// `a.b` and `a->b`.
    Member(Box<Expr>, String),
    Address(Box<Expr>),
    Deref(Box<Expr>),
    Negate(Box<Expr>),
    Not(Box<Expr>),
    /// `~a`.
    Flip,
    /// `++a`, `a--`.
    Step {
        operand: Box<Expr>,
        up: bool,
        after: bool,
    },
    Binary(Operator, Box<Expr>, Box<Expr>),
    Assign(Option<Operator>, Box<Expr>, Box<Expr>),
    Ternary(Box<Expr>, Box<Expr>, Box<Expr>),
    Cast(Type, Box<Expr>),
    Comma(Box<Expr>, Box<Expr>),
}

/// A variable that is declared.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub name: String,
    pub span: Span,
    pub of: Type,
    /// The length of an array; `Some(None)` when it follows from the values.
    pub length: Option<Option<Expr>>,
    pub value: Option<Value>,
    /// One for all calls, kept between them.
    pub is_static: bool,
}

/// What a variable starts from.
#[derive(Clone, Debug)]
pub(super) enum Value {
    One(Expr),
    List(Vec<Expr>),
}

/// A statement.
#[derive(Clone, Debug)]
pub(super) struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

/// The statements.
#[derive(Clone, Debug)]
pub(super) enum StmtKind {
    Declare(Vec<Declared>),
    Expr(Expr),
    If {
        condition: Expr,
        then: Vec<Stmt>,
        otherwise: Vec<Stmt>,
    },
    While {
        condition: Expr,
        body: Vec<Stmt>,
    },
    DoWhile {
        body: Vec<Stmt>,
        condition: Expr,
    },
    For {
        first: Vec<Stmt>,
        condition: Option<Expr>,
        step: Option<Expr>,
        body: Vec<Stmt>,
    },
    /// NMODL's `FROM`.
    From {
        head: Box<FromHead>,
        body: Vec<Stmt>,
    },
    /// Each group: its labels (none for `default`), and what follows up to the next label.
    Switch {
        value: Expr,
        groups: Vec<Group>,
    },
    Return(Option<Expr>),
    Break,
    Continue,
    Block(Vec<Stmt>),
    /// A whole statement of NMODL without C in it.
    Nmodl(Box<ast::Statement>),
    /// A statement of NMODL whose block, of its own, has C in it: `INITIAL` and `FOR_NETCONS` in `NET_RECEIVE`.
    Inner {
        shell: Box<ast::Statement>,
        body: Vec<Stmt>,
    },
}

/// What stands before the body of an NMODL `FROM`.
#[derive(Clone, Debug)]
pub(super) struct FromHead {
    pub counter: ast::Name,
    pub from: ast::Expression,
    pub to: ast::Expression,
    pub by: Option<ast::Expression>,
}

/// The statements after one or more labels of a `switch`.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// The values of its `case` labels.
    pub cases: Vec<Expr>,
    /// `default` is among its labels.
    pub default: bool,
    pub body: Vec<Stmt>,
}

/// A function that is defined in C.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub name: String,
    pub span: Span,
    pub of: Type,
    pub arguments: Vec<(String, Type, Span)>,
    pub body: Vec<super::lexer::Token>,
}
