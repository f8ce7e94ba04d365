//! The syntax tree of NMODL, for the whole language of NEURON 9.
//!
//! A tree says what was written and where, and nothing about what it means: a [`Variable`] may
//! be a state, an ion's concentration or a mistake. Blocks stay in the order of the file, also
//! when the same kind of block comes twice. What always holds: every node has the [`Span`] of the
//! text it was read from; a `DEFINE`d name in the place of an integer is already replaced by its
//! value; parentheses are gone, as the shape of the tree says what they said; comments are
//! dropped. Printing a tree and parsing the print gives the same tree but for the spans.

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

/// `UNITS { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitsBlock {
    /// Its lines.
    pub definitions: Vec<UnitDefinition>,
    /// Where.
    pub span: Span,
}

/// A line of `UNITS`.
#[derive(Clone, Debug, PartialEq)]
pub enum UnitDefinition {
    /// `(mA) = (milliamp)`: a new name for a unit.
    Alias {
        /// The new name.
        new: Unit,
        /// The unit it stands for.
        old: Unit,
        /// Where.
        span: Span,
    },
    /// `FARADAY = (faraday) (coulomb)` or `F = 96485 (coul)`: a named number.
    Factor {
        /// The name that stands for the number.
        name: Name,
        /// What the number is.
        value: FactorValue,
        /// Where.
        span: Span,
    },
}

/// The right side of a named number in `UNITS`.
#[derive(Clone, Debug, PartialEq)]
pub enum FactorValue {
    /// `96485 (coul)`.
    Number {
        /// The number.
        number: Number,
        /// Its unit.
        unit: Option<Unit>,
    },
    /// `(faraday) (coulomb)`: how many of the second unit make one of the first.
    Ratio {
        /// The unit measured.
        from: Unit,
        /// The unit it is measured in.
        to: Unit,
    },
}

/// `NEURON { ... }`: how the mechanism shows itself.
#[derive(Clone, Debug, PartialEq)]
pub struct NeuronBlock {
    /// Its statements.
    pub statements: Vec<NeuronStatement>,
    /// Where.
    pub span: Span,
}

/// A statement of the `NEURON` block.
#[derive(Clone, Debug, PartialEq)]
pub struct NeuronStatement {
    /// Which one.
    pub kind: NeuronStatementKind,
    /// Where.
    pub span: Span,
}

/// The statements of the `NEURON` block.
#[derive(Clone, Debug, PartialEq)]
pub enum NeuronStatementKind {
    /// `SUFFIX name`: a density mechanism (`SUFFIX nothing`: no mechanism, only functions).
    Suffix(Name),
    /// `POINT_PROCESS name`.
    PointProcess(Name),
    /// `ARTIFICIAL_CELL name`.
    ArtificialCell(Name),
    /// `USEION ca READ cai, cao WRITE ica VALENCE 2`.
    UseIon(UseIon),
    /// `NONSPECIFIC_CURRENT i, il`.
    NonspecificCurrent(Vec<Name>),
    /// `ELECTRODE_CURRENT i`.
    ElectrodeCurrent(Vec<Name>),
    /// `RANGE a, b`.
    Range(Vec<Name>),
    /// `GLOBAL a, b`.
    Global(Vec<Name>),
    /// `POINTER p, q`.
    Pointer(Vec<Name>),
    /// `BBCOREPOINTER p`.
    BbCorePointer(Vec<Name>),
    /// `EXTERNAL a, b`: globals of another mechanism.
    External(Vec<Name>),
    /// `THREADSAFE`, with the names that older versions allowed after it.
    ThreadSafe(Vec<Name>),
    /// `RANDOM r, s` or `RANDOM NEGEXP(1) r`.
    Random {
        /// The distribution, when one is given.
        distribution: Option<Call>,
        /// The names of the streams.
        names: Vec<Name>,
    },
    /// `REPRESENTS NCIT:C17145`, or with a text: what the mechanism stands for in an ontology.
    Represents(Name),
}

/// `USEION ca READ cai, cao WRITE ica VALENCE 2`.
#[derive(Clone, Debug, PartialEq)]
pub struct UseIon {
    /// The ion.
    pub ion: Name,
    /// Variables of the ion that the mechanism reads.
    pub read: Vec<Name>,
    /// Variables of the ion that the mechanism writes.
    pub write: Vec<Name>,
    /// Its charge, when given.
    pub valence: Option<Number>,
    /// What it stands for in an ontology, when given.
    pub represents: Option<Name>,
}

/// `<low, high>` after a declaration: what a user interface lets a person enter.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Least value.
    pub low: Number,
    /// Greatest value.
    pub high: Number,
    /// Where.
    pub span: Span,
}

/// `PARAMETER { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterBlock {
    /// What it declares.
    pub parameters: Vec<Parameter>,
    /// Where.
    pub span: Span,
}

/// `gbar = 0.12 (S/cm2) <0, 1e9>`.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The name declared.
    pub name: Name,
    /// The length of an array.
    pub length: Option<Integer>,
    /// The default; without one it is 0.
    pub value: Option<Number>,
    /// The unit.
    pub unit: Option<Unit>,
    /// The limits.
    pub limits: Option<Limits>,
    /// Where.
    pub span: Span,
}

/// `CONSTANT { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct ConstantBlock {
    /// What it declares.
    pub constants: Vec<Constant>,
    /// Where.
    pub span: Span,
}

/// `z = 2 (1)` in `CONSTANT`.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// The name declared.
    pub name: Name,
    /// Its value.
    pub value: Number,
    /// The unit.
    pub unit: Option<Unit>,
    /// Where.
    pub span: Span,
}

/// `ASSIGNED { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct AssignedBlock {
    /// What it declares.
    pub variables: Vec<Declaration>,
    /// Where.
    pub span: Span,
}

/// `STATE { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct StateBlock {
    /// What it declares.
    pub states: Vec<Declaration>,
    /// Where.
    pub span: Span,
}

/// `x[3] FROM 0 TO 1 START 0.5 (mM) <1e-6>` in `ASSIGNED` or `STATE`.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// The name declared.
    pub name: Name,
    /// The length of an array.
    pub length: Option<Integer>,
    /// `FROM low TO high`.
    pub range: Option<Limits>,
    /// `START value`.
    pub start: Option<Number>,
    /// The unit.
    pub unit: Option<Unit>,
    /// `<tolerance>`: the absolute tolerance of a state in variable-step integration.
    pub tolerance: Option<Number>,
    /// Where.
    pub span: Span,
}

/// `INDEPENDENT { t FROM 0 TO 1 WITH 1 (ms) }`: obsolete, read and of no effect.
#[derive(Clone, Debug, PartialEq)]
pub struct IndependentBlock {
    /// What it declares.
    pub variables: Vec<Independent>,
    /// Where.
    pub span: Span,
}

/// `t FROM 0 TO 1 WITH 1 (ms)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Independent {
    /// `SWEEP` stood before it.
    pub sweep: bool,
    /// The name.
    pub name: Name,
    /// First value.
    pub from: Number,
    /// Last value.
    pub to: Number,
    /// Number of steps.
    pub with: Integer,
    /// `START value`.
    pub start: Option<Number>,
    /// The unit.
    pub unit: Option<Unit>,
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
