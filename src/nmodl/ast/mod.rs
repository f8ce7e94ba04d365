//! The syntax tree of NMODL, for the whole language of NEURON 9.
//!
//! A tree says what was written and where, and nothing about what it means: a [`Variable`] may
//! be a state, an ion's concentration or a mistake. Blocks stay in the order of the file, also
//! when the same kind of block comes twice. What always holds: every node has the [`Span`] of the
//! text it was read from; a `DEFINE`d name in the place of an integer is already replaced by its
//! value; parentheses are gone, as the shape of the tree says what they said; comments are
//! dropped. Printing a tree and parsing the print gives the same tree but for the spans.

mod declarations;
mod expressions;
mod statements;

pub use declarations::*;
pub use expressions::*;
pub use statements::*;

use crate::diagnostic::Span;

/// A name where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name, case as written (NMODL's names are case-sensitive).
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A unit where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// What stands between the parentheses, without outer blanks: `mV`, `/mM-ms`, `` (empty).
    pub text: String,
    /// Where, parentheses included.
    pub span: Span,
}

/// A literal number, with its sign where a declaration allows one.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Its value.
    pub value: f64,
    /// Where.
    pub span: Span,
}

/// A whole number where the language wants one: a literal or a `DEFINE`d name, already resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Integer {
    /// Its value.
    pub value: i64,
    /// Where.
    pub span: Span,
}

/// A text between quotes.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// What stands between the quotes, as written.
    pub text: String,
    /// Where, quotes included.
    pub span: Span,
}

/// One file, with the files it includes.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// Blocks and file-level statements in the order of the file.
    pub items: Vec<Item>,
    /// The whole file.
    pub span: Span,
}

impl Module {
    /// All items in the order of the text; an `INCLUDE` gives the items of its file instead of itself.
    pub fn flat_items(&self) -> Vec<&Item> {
        fn walk<'a>(items: &'a [Item], out: &mut Vec<&'a Item>) {
            for item in items {
                match item {
                    Item::Include(include) => walk(&include.items, out),
                    other => out.push(other),
                }
            }
        }
        let mut out = Vec::new();
        walk(&self.items, &mut out);
        out
    }
}

/// What may stand at the outermost level of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `TITLE any text to the end of the line`.
    Title(Title),
    /// `VERBATIM ... ENDVERBATIM`.
    Verbatim(Verbatim),
    /// `INCLUDE "file.inc"`.
    Include(Include),
    /// `DEFINE name integer`.
    Define(Define),
    /// `UNITS { ... }`.
    Units(UnitsBlock),
    /// `UNITSON` or `UNITSOFF`.
    UnitsSwitch(UnitsSwitch),
    /// `NEURON { ... }`.
    Neuron(NeuronBlock),
    /// `PARAMETER { ... }`.
    Parameter(ParameterBlock),
    /// `CONSTANT { ... }`.
    Constant(ConstantBlock),
    /// `ASSIGNED { ... }`.
    Assigned(AssignedBlock),
    /// `STATE { ... }`.
    State(StateBlock),
    /// `INDEPENDENT { t FROM 0 TO 1 WITH 1 (ms) }`.
    Independent(IndependentBlock),
    /// `LOCAL a, b[3]` outside all blocks.
    Local(LocalList),
    /// `INITIAL`, `BREAKPOINT`, `CONSTRUCTOR`, `DESTRUCTOR`, `BEFORE x`, `AFTER x`.
    Phase(PhaseBlock),
    /// `DERIVATIVE`, `KINETIC`, `LINEAR`, `NONLINEAR` or `DISCRETE`: what a `SOLVE` names.
    Equations(EquationsBlock),
    /// `FUNCTION` or `PROCEDURE`.
    Routine(Routine),
    /// `FUNCTION_TABLE name(arguments)`.
    FunctionTable(FunctionTable),
    /// `NET_RECEIVE (arguments) { ... }`.
    NetReceive(NetReceive),
}

impl Item {
    /// Where the item stands.
    pub fn span(&self) -> Span {
        match self {
            Item::Title(x) => x.span,
            Item::Verbatim(x) => x.span,
            Item::Include(x) => x.span,
            Item::Define(x) => x.span,
            Item::Units(x) => x.span,
            Item::UnitsSwitch(x) => x.span,
            Item::Neuron(x) => x.span,
            Item::Parameter(x) => x.span,
            Item::Constant(x) => x.span,
            Item::Assigned(x) => x.span,
            Item::State(x) => x.span,
            Item::Independent(x) => x.span,
            Item::Local(x) => x.span,
            Item::Phase(x) => x.span,
            Item::Equations(x) => x.span,
            Item::Routine(x) => x.span,
            Item::FunctionTable(x) => x.span,
            Item::NetReceive(x) => x.span,
        }
    }
}

/// `TITLE any text to the end of the line`.
#[derive(Clone, Debug, PartialEq)]
pub struct Title {
    /// The text after `TITLE`, without outer blanks.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// Raw C between `VERBATIM` and `ENDVERBATIM`.
#[derive(Clone, Debug, PartialEq)]
pub struct Verbatim {
    /// Every character between the two keywords.
    pub text: String,
    /// Where, keywords included.
    pub span: Span,
}

/// `INCLUDE "file.inc"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Include {
    /// The file as written.
    pub path: Text,
    /// What that file holds; their spans name that file's source.
    pub items: Vec<Item>,
    /// Where.
    pub span: Span,
}

/// `DEFINE name integer`.
#[derive(Clone, Debug, PartialEq)]
pub struct Define {
    /// The name that later stands for the number.
    pub name: Name,
    /// The number.
    pub value: Integer,
    /// Where.
    pub span: Span,
}

/// `UNITSON` or `UNITSOFF`, which only turn the checking of units on or off.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitsSwitch {
    /// `UNITSON`.
    pub on: bool,
    /// Where.
    pub span: Span,
}

/// `LOCAL a, b[3]`.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalList {
    /// What it declares.
    pub names: Vec<LocalName>,
    /// Where.
    pub span: Span,
}

/// One name of a `LOCAL`.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalName {
    /// The name declared.
    pub name: Name,
    /// The length of an array.
    pub length: Option<Integer>,
}

/// A block that runs at a fixed moment of a simulation.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseBlock {
    /// When it runs.
    pub phase: Phase,
    /// What it does.
    pub body: Block,
    /// Where.
    pub span: Span,
}

/// When a block runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// `INITIAL`.
    Initial,
    /// `BREAKPOINT`.
    Breakpoint,
    /// `CONSTRUCTOR`.
    Constructor,
    /// `DESTRUCTOR`.
    Destructor,
    /// `BEFORE INITIAL`.
    BeforeInitial,
    /// `AFTER INITIAL`.
    AfterInitial,
    /// `BEFORE BREAKPOINT`.
    BeforeBreakpoint,
    /// `AFTER SOLVE`.
    AfterSolve,
    /// `BEFORE STEP`.
    BeforeStep,
}

/// A block of equations that a `SOLVE` names.
#[derive(Clone, Debug, PartialEq)]
pub struct EquationsBlock {
    /// What kind of equations.
    pub kind: EquationsKind,
    /// The name that `SOLVE` uses.
    pub name: Name,
    /// `SOLVEFOR a, b`: the unknowns, when listed.
    pub solve_for: Vec<Name>,
    /// The equations and what is computed before them.
    pub body: Block,
    /// Where.
    pub span: Span,
}

/// Kinds of equations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EquationsKind {
    /// `DERIVATIVE`: `x' = ...`.
    Derivative,
    /// `KINETIC`: `~ a <-> b (f, r)`.
    Kinetic,
    /// `LINEAR`: `~ a + b = 1`.
    Linear,
    /// `NONLINEAR`: `~ x*x = 2`.
    Nonlinear,
    /// `DISCRETE`: difference equations.
    Discrete,
}

/// An argument of a routine or of `NET_RECEIVE`.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// The name inside the body.
    pub name: Name,
    /// The unit.
    pub unit: Option<Unit>,
}

/// `FUNCTION f(x (mV)) (/ms) { ... }` or `PROCEDURE p(x) { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Routine {
    /// A `FUNCTION`: it gives the value last assigned to its own name (0 before).
    pub is_function: bool,
    /// The name.
    pub name: Name,
    /// The arguments.
    pub arguments: Vec<Argument>,
    /// The unit of the value.
    pub unit: Option<Unit>,
    /// What it does.
    pub body: Block,
    /// Where.
    pub span: Span,
}

/// `FUNCTION_TABLE tau(v (mV)) (ms)`: a function whose table is filled from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionTable {
    /// The name.
    pub name: Name,
    /// The arguments.
    pub arguments: Vec<Argument>,
    /// The unit of the value.
    pub unit: Option<Unit>,
    /// Where.
    pub span: Span,
}

/// `NET_RECEIVE (w (uS)) { INITIAL { ... } ... }`; its `INITIAL` is a statement of the body.
#[derive(Clone, Debug, PartialEq)]
pub struct NetReceive {
    /// The arguments: the weight vector of the connection.
    pub arguments: Vec<Argument>,
    /// What happens when an event arrives.
    pub body: Block,
    /// Where.
    pub span: Span,
}
