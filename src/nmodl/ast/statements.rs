//! Statements.

use super::{Argument, Call, Expression, Integer, LocalName, Name, Number, Variable, Verbatim};
use crate::diagnostic::Span;

/// `{ ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The statements.
    pub statements: Vec<Statement>,
    /// Where, braces included.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Which one.
    pub kind: StatementKind,
    /// Where.
    pub span: Span,
}

/// The statements of NMODL.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `LOCAL a, b[3]`.
    Local(Vec<LocalName>),
    /// `x = e`, `x[i] = e`, `x' = e`.
    Assign {
        /// What is set.
        target: Variable,
        /// To what.
        value: Expression,
    },
    /// `rates(v)`.
    Call(Call),
    /// `if (a) { } else if (b) { } else { }`.
    If {
        /// Conditions and bodies in order; at least one.
        branches: Vec<Branch>,
        /// The last `else`.
        otherwise: Option<Block>,
    },
    /// `FROM i = a TO b BY c { }`; both ends are included.
    From {
        /// The counter, local to the loop.
        counter: Name,
        /// First value.
        from: Expression,
        /// Last value.
        to: Expression,
        /// Step; 1 when absent.
        by: Option<Expression>,
        /// The body.
        body: Block,
    },
    /// `WHILE (c) { }`.
    While {
        /// The condition.
        condition: Expression,
        /// The body.
        body: Block,
    },
    /// `{ ... }` on its own.
    Block(Block),
    /// `SOLVE states METHOD cnexp`.
    Solve(Solve),
    /// `TABLE minf, mtau DEPEND celsius FROM -100 TO 100 WITH 200`.
    Table(Table),
    /// `CONDUCTANCE g USEION k`.
    Conductance {
        /// The variable that is the conductance.
        name: Name,
        /// The ion whose current it belongs to; nonspecific when absent.
        ion: Option<Name>,
    },
    /// `~ a + 2 b <-> c (f, r)`.
    Reaction(Reaction),
    /// `~ a + b = c` in `LINEAR` and `NONLINEAR`.
    Equation {
        /// Left side.
        left: Expression,
        /// Right side.
        right: Expression,
    },
    /// `COMPARTMENT i, vol[i] { ca }`.
    Compartment(StateFactor),
    /// `LONGITUDINAL_DIFFUSION i, D*area[i] { ca }`.
    LongitudinalDiffusion(StateFactor),
    /// `CONSERVE a + b = 1`.
    Conserve {
        /// The sum.
        terms: Vec<Term>,
        /// What it must equal.
        total: Expression,
    },
    /// `WATCH (v > -20) 2, (v < -30) 3`.
    Watch(Vec<WatchCondition>),
    /// `FOR_NETCONS (w, a) { }`.
    ForNetcons {
        /// Names for each connection's weight vector.
        arguments: Vec<Argument>,
        /// The body.
        body: Block,
    },
    /// `INITIAL { }` inside `NET_RECEIVE`.
    Initial(Block),
    /// `PROTECT x = e`: one thread at a time.
    Protect(Box<Statement>),
    /// `MUTEXLOCK`.
    MutexLock,
    /// `MUTEXUNLOCK`.
    MutexUnlock,
    /// `UNITSON` (true) or `UNITSOFF`.
    UnitsSwitch(bool),
    /// `RESET`.
    Reset,
    /// `VERBATIM ... ENDVERBATIM`.
    Verbatim(Verbatim),
}

/// One arm of an `if`.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// Taken when this is not 0.
    pub condition: Expression,
    /// The body.
    pub body: Block,
}

/// `SOLVE states METHOD cnexp IFERROR { }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Solve {
    /// The block of equations, or a `PROCEDURE`.
    pub name: Name,
    /// How; absent for a `PROCEDURE`.
    pub method: Option<SolveMethod>,
    /// What to do on failure.
    pub if_error: Option<Block>,
}

/// How a `SOLVE` works.
#[derive(Clone, Debug, PartialEq)]
pub struct SolveMethod {
    /// `STEADYSTATE m` instead of `METHOD m`.
    pub steady_state: bool,
    /// The method.
    pub name: Name,
}

/// `TABLE minf, mtau DEPEND celsius FROM -100 TO 100 WITH 200`.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Variables tabulated; empty in a `FUNCTION`, whose own value is tabulated.
    pub names: Vec<Name>,
    /// When one of these changes, the table is built anew.
    pub depend: Vec<Name>,
    /// First abscissa.
    pub from: Expression,
    /// Last abscissa.
    pub to: Expression,
    /// Number of intervals.
    pub with: Integer,
}

/// `2 ca[i]` in a reaction or in `CONSERVE`.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// The factor before the name; 1 when absent.
    pub count: Option<Number>,
    /// The state.
    pub variable: Variable,
}

/// A line of `KINETIC` that starts with `~`.
#[derive(Clone, Debug, PartialEq)]
pub enum Reaction {
    /// `~ a + 2 b <-> c (forward, backward)`.
    Reversible {
        /// What goes in.
        left: Vec<Term>,
        /// What comes out.
        right: Vec<Term>,
        /// Forward rate.
        forward: Expression,
        /// Backward rate.
        backward: Expression,
    },
    /// `~ a -> (rate)`: what is on the left vanishes.
    Sink {
        /// What vanishes.
        left: Vec<Term>,
        /// How fast.
        rate: Expression,
    },
    /// `~ a << (flux)`: the flux is added.
    Flux {
        /// What it is added to.
        left: Vec<Term>,
        /// How much per time.
        flux: Expression,
    },
}

/// `COMPARTMENT` or `LONGITUDINAL_DIFFUSION`: an expression given to states.
#[derive(Clone, Debug, PartialEq)]
pub struct StateFactor {
    /// The counter over the elements of array states, when there is one.
    pub index: Option<Name>,
    /// Volume, or diffusion constant times area.
    pub value: Expression,
    /// The states.
    pub names: Vec<Name>,
}

/// `(v > -20) 2`: when the condition becomes true an event with that flag is delivered.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchCondition {
    /// A comparison with `<` or `>`.
    pub condition: Expression,
    /// The flag.
    pub flag: Expression,
    /// Where.
    pub span: Span,
}
