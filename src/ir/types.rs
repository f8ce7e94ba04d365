//! The types of the intermediate representation.

use std::sync::Arc;

pub use super::given::{Given, GivenPart, Points};
use crate::diagnostic::{Diagnostics, Span};

/// The result of op number `.0` of the same kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(pub u32);

/// A per-instance column of a mechanism, an index into [`Module::columns`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(pub u32);

/// A variable that all instances of a mechanism share, an index into [`Module::globals`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GlobalId(pub u32);

/// One of the ions of a mechanism, an index into [`Module::ions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IonId(pub u32);

/// One of the tables of a mechanism, an index into [`Module::tables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub u32);

/// One of the RANDOM variables of a mechanism, an index into [`Module::randoms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RandomId(pub u32);

/// What an ion keeps for each compartment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IonVariable {
    /// Reversal potential, mV.
    Reversal,
    /// Concentration inside, mM.
    Inside,
    /// Concentration outside, mM.
    Outside,
    /// Current density, mA/cm2: the sum over all mechanisms that write it.
    Current,
}

impl IonVariable {
    /// Its name for an ion: `ena`, `nai`, `nao`, `ina`.
    pub fn of(self, ion: &str) -> String {
        match self {
            IonVariable::Reversal => format!("e{ion}"),
            IonVariable::Inside => format!("{ion}i"),
            IonVariable::Outside => format!("{ion}o"),
            IonVariable::Current => format!("i{ion}"),
        }
    }
}

/// A per-instance place that a kernel reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A column of the mechanism.
    Column(ColumnId),
    /// Membrane potential of the instance's compartment, mV.
    Voltage,
    /// Area of the instance's compartment, um2.
    Area,
    /// Diameter of the instance's compartment, um.
    Diameter,
    /// 100/area (1/um2, times 100): turns a point process's nA into mA/cm2. Point processes only.
    PointScale,
    /// An ion of the instance's compartment.
    Ion(IonId, IonVariable),
}

/// What is the same for all instances and comes from outside the mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Builtin {
    /// `t`, ms: t + dt/2 for currents, t + dt for states, the event's time in NET_RECEIVE.
    Time,
    /// `dt`, ms.
    TimeStep,
    /// `celsius`, degC.
    Celsius,
}

/// Functions of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Unary {
    Negate,
    /// 1.0 if the operand is zero, else 0.0.
    Not,
    Abs,
    Sqrt,
    Exp,
    Log,
    Log10,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Floor,
    Ceil,
    /// The nearest number of single precision, as C's conversion to `float`.
    Single,
}

/// Functions of two values. Comparisons and logic give 1.0 or 0.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// First to the power of the second.
    Power,
    /// As C's `fmin`: the other operand when one is NaN.
    Minimum,
    /// As C's `fmax`.
    Maximum,
    /// As C's `fmod`.
    Remainder,
    Atan2,
    Less,
    LessEqual,
    Equal,
    NotEqual,
    And,
    Or,
}

/// Distributions that a RANDOM variable is drawn from; each draw advances that instance's own stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Distribution {
    /// Uniform between 0 and 1, both excluded.
    Uniform,
    /// Exponential with mean 1.
    Exponential,
    /// Normal with mean 0 and standard deviation 1.
    Normal,
    /// A whole number from 0 to 2^32 - 1: the stream's next word.
    Word,
}

/// What code can set of a RANDOM variable's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StreamPart {
    /// Identifier number `.0` (0, 1 or 2), cut to a whole number below 2^32.
    Id(u8),
    /// How many words have been drawn since the start, 0 to 2^34 - 1.
    Sequence,
}

/// One step of a kernel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// A literal.
    Constant(f64),
    /// A shared variable, as it is when the kernel starts.
    Global(GlobalId),
    /// `t`, `dt`, `celsius`.
    Builtin(Builtin),
    /// A per-instance variable, as it is when the kernel starts.
    Read(Place),
    /// An argument of an event (`NET_RECEIVE (w, ...)`: 0.. are the weights), or 0: the `x` of a table's body.
    Argument(u32),
    /// The event's `flag`.
    Flag,
    /// A function of one value.
    Unary(Unary, Value),
    /// A function of two values.
    Binary(Binary, Value, Value),
    /// `a b + c`, rounded once or twice as the machine has it (made by a pass).
    MultiplyAdd(Value, Value, Value),
    /// The second where the first is not zero, else the third.
    Select(Value, Value, Value),
    /// Column `column` of a table at `x`: linear between the points, the end values outside.
    Lookup {
        /// The table.
        table: TableId,
        /// Which of its columns.
        column: u32,
        /// Where.
        x: Value,
    },
    /// The slope of the same, zero outside the table.
    LookupSlope {
        /// The table.
        table: TableId,
        /// Which of its columns.
        column: u32,
        /// Where.
        x: Value,
    },
    /// What a FUNCTION_TABLE gives.
    Given {
        /// The table.
        table: TableId,
        /// Its value or a slope.
        part: GivenPart,
        /// The first argument.
        x: Value,
        /// The second argument; 0 where there is one only.
        y: Value,
    },
    /// A draw from a RANDOM variable, made only where `when` is not zero (else 0.0, and the stream stays).
    Random {
        /// The variable.
        random: RandomId,
        /// What is drawn.
        distribution: Distribution,
        /// Mask; `None` is always.
        when: Option<Value>,
    },
    /// Sets a part of a RANDOM variable's stream to `value`, only where `when` is not zero. Its own value is 0.
    SetStream {
        /// The variable.
        random: RandomId,
        /// Which part.
        part: StreamPart,
        /// To what.
        value: Value,
        /// Mask.
        when: Value,
    },
    /// Asks for something where `when` is not zero (`None`: always), at this point of the kernel. No value of its own.
    Request {
        /// Mask.
        when: Option<Value>,
        /// What is asked for.
        what: Request,
    },
    /// How many connections end at the instance.
    Connections,
    /// A weight of one of these connections, as it is now.
    Weight {
        /// Which connection, from 0; below 0 the one whose event this is.
        connection: Value,
        /// Which of its weights.
        number: u32,
    },
    /// An element of a long array, as it is now; NaN outside.
    Element {
        /// First column of the array.
        first: ColumnId,
        /// Number of its elements.
        length: u32,
        /// Which element: a whole number.
        index: Value,
    },
    /// The number of times in the instance's own list (`play_size()`).
    PlaySize,
    /// The time number `.0` (from 0) in the instance's own list, ms; NaN outside (`play_at(i)`).
    PlayAt(Value),
    /// A variable that starts as `.0`. A loop that begins after it may change it, by its one [`Op::Next`].
    Carry(Value),
    /// The ops from here to the matching [`Op::Repeat`] are carried out in rounds, once at least. No value of its own.
    Loop(Site),
    /// At the end of a round the first, a [`Op::Carry`], becomes the second. After the loop this is its last value.
    Next(Value, Value),
    /// The end of a round: another one follows while the value, made in this round, is not zero for any
    /// instance. Code that must not run for some of them keeps their carried values itself, by selects. An instance
    /// that wants more than [`MOST_ROUNDS`] ends the run.
    Repeat(Value),
    /// Ends the run where `when` is not zero: what [`Module::faults`] number `fault` tells has come about. No value of its own.
    Fail {
        /// What.
        fault: FaultId,
        /// Mask, made of 1.0 and 0.0.
        when: Value,
        /// What the message needs to know, as [`FaultKind`] says.
        values: [Value; 2],
    },
}

/// Rounds of one loop for one instance: more is taken for one that never ends.
pub const MOST_ROUNDS: u32 = 1_000_000;

/// Rounds that loops inside other loops make for one instance in one run of their kernel, all together.
pub const MOST_INNER_ROUNDS: u32 = 10_000_000;

/// Where something that may never end is written, a loop or an event: an index into [`Module::sites`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Site(pub u32);

impl Site {
    /// Nowhere in the text.
    pub const NONE: Site = Site(u32::MAX);
}

/// Something that may go wrong while a kernel runs: an index into [`Module::faults`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FaultId(pub u32);

/// Something that may go wrong while a kernel runs, and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The index, or the name of the block in its SOLVE statement.
    pub span: Span,
    /// What.
    pub kind: FaultKind,
}

/// What may go wrong while a kernel runs. The numbers are the `values` of [`Op::Fail`].
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// An array has no such element. First number: the index.
    Index {
        /// Name of the array.
        array: String,
        /// Number of its elements.
        length: u32,
    },
    /// Linear equations have no solution, or more than one. First number: which of the unknowns they do not determine.
    Singular {
        /// Name of the block.
        block: String,
        /// Names of the unknowns.
        unknowns: Vec<String>,
    },
    /// Newton's method did not come to rest, or lost itself. First number: rounds made; second: what the first unknown is by then.
    Newton {
        /// Name of the block.
        block: String,
        /// Name of the first unknown.
        unknown: Option<String>,
        /// Whether it is a step in time (derivimplicit), so that a smaller one helps.
        steps: bool,
    },
}

/// What a kernel adds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sum {
    /// Right-hand side of the compartment, mA/cm2: minus the membrane current, plus an electrode's.
    RightHandSide,
    /// Diagonal of the compartment, S/cm2 (mA/cm2 per mV): the slope of the current.
    Diagonal,
    /// An ion's current in the compartment, mA/cm2.
    IonCurrent(IonId),
}

/// A change that a kernel makes. `when` masks it: `None` is always.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// Stores (masks are already folded into the value).
    Write(Place, Value),
    /// Stores a shared variable. The value is the same for all instances, but for those of [`Module::serial`]:
    /// there the last instance's stays.
    WriteGlobal(GlobalId, Value),
    /// Stores an event's argument: its connection's weight number `.0`; or a table body's result column `.0`.
    WriteArgument(u32, Value),
    /// Adds.
    Add(Sum, Value),
}

/// What event code asks for. Requests are carried out one after the other, in the order of the ops, and as often as a loop
/// comes to them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Request {
    /// `net_send(delay, flag)`: an event to this instance at t + delay.
    Send {
        /// ms from now.
        delay: Value,
        /// What NET_RECEIVE will see as `flag`.
        flag: Value,
        /// Where it is written.
        site: Site,
    },
    /// `net_event(time)`: this instance fires.
    Fire {
        /// ms.
        time: Value,
    },
    /// `net_move(time)`: the instance's outstanding self-event is moved to `time`.
    Move {
        /// ms.
        time: Value,
        /// Where it is written.
        site: Site,
    },
    /// `WATCH`: from now on an event is wanted when [`Module::watches`] number `.0` becomes true.
    Watch {
        /// Which one.
        number: u32,
        /// How far beyond its threshold it is now.
        excess: Value,
    },
    /// Stores a weight of a connection to this instance.
    SetWeight {
        /// Which connection, as in [`Op::Weight`].
        connection: Value,
        /// Which of its weights.
        number: u32,
        /// The new weight.
        value: Value,
    },
    /// Stores an element of a long array; outside of it nothing.
    SetElement {
        /// First column of the array.
        first: ColumnId,
        /// Number of its elements.
        length: u32,
        /// Which element: a whole number.
        index: Value,
        /// Its new value.
        value: Value,
    },
}

/// One piece of straight-line code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kernel {
    /// Value `i` is the result of op `i`.
    pub ops: Vec<Op>,
    /// Carried out in order, after all ops.
    pub effects: Vec<Effect>,
}

impl Kernel {
    /// Appends an op and names its result.
    pub fn push(&mut self, op: Op) -> Value {
        self.ops.push(op);
        Value((self.ops.len() - 1) as u32)
    }

    /// The op that makes `value`.
    pub fn op(&self, value: Value) -> &Op {
        &self.ops[value.0 as usize]
    }
}

/// What a column is to the people who use the mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Set by the user, kept by the mechanism.
    Parameter,
    /// Advanced by the mechanism.
    State,
    /// Computed by the mechanism.
    Assigned,
    /// Made by a pass; users never see it.
    Hidden,
}

/// A named per-instance or shared variable (or array) of a mechanism.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// As in the file.
    pub name: String,
    /// As in the file, without parentheses; empty when none is given.
    pub unit: String,
    /// In its unit; an array has the same for every element.
    pub default: f64,
    /// `<lo, hi>` of the file.
    pub limits: Option<(f64, f64)>,
    /// 1 for a scalar.
    pub length: u32,
    /// First of its `length` successive [`ColumnId`]s or [`GlobalId`]s.
    pub first: u32,
    /// What it is to users.
    pub role: Role,
    /// In RANGE (or GLOBAL), so that descriptions can set it and recorders read it.
    pub visible: bool,
}

/// How a mechanism uses an ion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IonUse {
    /// Such as `na`.
    pub name: String,
    /// VALENCE, when the file gives it.
    pub valence: Option<i32>,
    /// Variables that are read.
    pub reads: Vec<IonVariable>,
    /// Variables that are written.
    pub writes: Vec<IonVariable>,
}

/// A condition of a WATCH statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watch {
    /// What NET_RECEIVE sees as `flag` when it has become true.
    pub flag: f64,
    /// Hidden column where [`Module::watch`] leaves how far beyond its threshold it is: true above 0.
    pub column: ColumnId,
}

/// A POINTER: a variable elsewhere, which the network description names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// As in the file.
    pub name: String,
    /// Holds what it points at, renewed before every run of a kernel.
    pub column: ColumnId,
    /// Whether some code reads it.
    pub read: bool,
    /// Whether some code writes it: then what it points at takes the column's value after every run of a kernel.
    pub written: bool,
}

impl Pointer {
    /// Whether any code uses it. Else it needs no target.
    pub fn used(&self) -> bool {
        self.read || self.written
    }
}

/// An EXTERNAL: a GLOBAL variable of another mechanism, by its name in NEURON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// The variable's name, `_` and the other mechanism's: `Area_canmda`.
    pub name: String,
    /// Holds its value here, renewed before every run of a kernel.
    pub global: GlobalId,
    /// Where it is declared.
    pub span: Span,
}

/// A shared variable by which an instance sees what another one left: its value passes from one call to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Which.
    pub id: GlobalId,
    /// Where it is read before it is set, when that is known.
    pub read: Option<Span>,
    /// Where it is set.
    pub set: Option<Span>,
}

/// A TABLE that is made from what each instance has its own, so that no table can serve all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnTable {
    /// The routine that has it.
    pub routine: String,
    /// Where that is named.
    pub span: Span,
    /// What it is made from, by name.
    pub from: Vec<String>,
}

/// An element of a state that also moves along the cable (LONGITUDINAL_DIFFUSION).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diffusion {
    /// Where the state is: a column, or a concentration of an ion.
    pub state: Place,
    /// Holds, after the state kernel, the volume per length that COMPARTMENT gives, um2.
    pub volume: ColumnId,
    /// Holds, after the state kernel, the diffusion constant times the cross-section, um4/ms.
    pub constant: ColumnId,
}

/// A TABLE: `columns` results of `body` at `intervals + 1` equidistant points of `low..=high`.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The FUNCTION or PROCEDURE it stands in.
    pub name: String,
    /// Number of columns.
    pub columns: u32,
    /// Number of intervals (`WITH`).
    pub intervals: u32,
    /// It is made before INITIAL and never again; else anew after INITIAL.
    pub once: bool,
    /// Makes the ends, as arguments 0 (low) and 1 (high); uniform values only.
    pub range: Kernel,
    /// Makes row `x` (argument 0) as arguments 0.., of uniform values and `x` only.
    pub body: Kernel,
    /// A FUNCTION_TABLE: its values, which take the place of all else but the name. It has no columns.
    pub given: Option<Arc<Given>>,
}

/// What kind of thing a mechanism is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Spread over membrane (SUFFIX): currents in mA/cm2.
    Density,
    /// At a location (POINT_PROCESS): currents in nA.
    PointProcess,
    /// No membrane, events only (ARTIFICIAL_CELL).
    ArtificialCell,
}

/// A whole mechanism, lowered.
#[derive(Clone, Debug)]
pub struct Module {
    /// SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// What kind of thing it is.
    pub kind: Kind,
    /// Per-instance variables.
    pub variables: Vec<Variable>,
    /// Number of columns: the sum of the variables' lengths.
    pub columns: u32,
    /// Shared variables.
    pub globals: Vec<Variable>,
    /// Number of shared values.
    pub global_count: u32,
    /// Ions.
    pub ions: Vec<IonUse>,
    /// Names of NET_RECEIVE's arguments; their number is the number of weights of a connection to it.
    pub weights: Vec<String>,
    /// Names of RANDOM variables.
    pub randoms: Vec<String>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Hidden column that is 1 in the first instance, in the order of the network's description, and 0 in all others.
    pub first: Option<ColumnId>,
    /// Whether it reads `play_size()` or `play_at()`.
    pub plays: bool,
    /// POINTERs.
    pub pointers: Vec<Pointer>,
    /// EXTERNALs.
    pub externals: Vec<External>,
    /// Shared variables that some code sets, whatever becomes of them.
    pub assigned: Vec<GlobalId>,
    /// Shared variables that are made from what they were, and that nothing else is made from: their stores are left out.
    pub unread: Vec<GlobalId>,
    /// TABLEs whose rows differ between instances.
    pub own_tables: Vec<OwnTable>,
    /// What passes from one instance to the next. When there is any, instances run one after another, in NEURON's
    /// order, on one thread.
    pub serial: Vec<Carried>,
    /// Where loops and the calls of `net_send` and `net_move` are written, by [`Site`].
    pub sites: Vec<Span>,
    /// What may go wrong while it runs, by [`FaultId`].
    pub faults: Vec<Fault>,
    /// States that diffuse along the cable, after the state kernels of all mechanisms.
    pub diffusions: Vec<Diffusion>,
    /// Conditions of WATCH statements, in the order of the file.
    pub watches: Vec<Watch>,
    /// Writes hidden columns that depend only on parameters, `dt`, `celsius` and globals; runs after `initial` and
    /// whenever one of those changes. Made by a pass.
    pub prepare: Option<Kernel>,
    /// INITIAL.
    pub initial: Option<Kernel>,
    /// BREAKPOINT's currents and their slope.
    pub current: Option<Kernel>,
    /// The SOLVE statements of BREAKPOINT: states from t to t + dt.
    pub state: Option<Kernel>,
    /// NET_RECEIVE.
    pub receive: Option<Kernel>,
    /// INITIAL inside NET_RECEIVE: once for each connection, sets its weights.
    pub receive_initial: Option<Kernel>,
    /// BEFORE and AFTER blocks, and CONSTRUCTOR: each runs for all mechanisms before anything else goes on.
    pub phases: Vec<(Stage, Kernel)>,
    /// Evaluates all conditions of [`Module::watches`].
    pub watch: Option<Kernel>,
    /// What was said while it was lowered.
    pub warnings: Diagnostics,
}

impl Module {
    /// Whether a kernel must be run for one instance after the other: it reads what it left for itself.
    pub fn in_sequence(&self, kernel: &Kernel) -> bool {
        let stored = kernel.effects.iter().filter_map(|effect| match effect {
            Effect::WriteGlobal(id, _) => Some(*id),
            _ => None,
        });
        let mut passed = stored.filter(|id| self.serial.iter().any(|carried| carried.id == *id));
        passed.any(|id| kernel.ops.contains(&Op::Global(id)))
    }

    /// Its FUNCTION_TABLEs, with or without values.
    pub fn function_tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter().filter(|table| table.columns == 0)
    }

    /// The per-instance variable of that name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|v| v.name == name)
    }

    /// The shared variable of that name.
    pub fn global(&self, name: &str) -> Option<&Variable> {
        self.globals.iter().find(|v| v.name == name)
    }

    /// Its kernels with the stage each one runs at, in the order they run first; not those of tables.
    pub fn kernels(&self) -> impl Iterator<Item = (Stage, &Kernel)> {
        [
            (Stage::Initial, &self.initial),
            (Stage::ReceiveInitial, &self.receive_initial),
            (Stage::Prepare, &self.prepare),
            (Stage::Current, &self.current),
            (Stage::State, &self.state),
            (Stage::Receive, &self.receive),
            (Stage::Watch, &self.watch),
        ]
        .into_iter()
        .filter_map(|(stage, kernel)| kernel.as_ref().map(|kernel| (stage, kernel)))
        .chain(self.phases.iter().map(|(stage, kernel)| (*stage, kernel)))
    }

    /// The same, to be changed.
    pub fn kernels_mut(&mut self) -> impl Iterator<Item = (Stage, &mut Kernel)> {
        [
            (Stage::Initial, &mut self.initial),
            (Stage::ReceiveInitial, &mut self.receive_initial),
            (Stage::Prepare, &mut self.prepare),
            (Stage::Current, &mut self.current),
            (Stage::State, &mut self.state),
            (Stage::Receive, &mut self.receive),
            (Stage::Watch, &mut self.watch),
        ]
        .into_iter()
        .filter_map(|(stage, kernel)| kernel.as_mut().map(|kernel| (stage, kernel)))
        .chain(self.phases.iter_mut().map(|(stage, kernel)| (*stage, kernel)))
    }

    /// The name of a column: `m`, or `ca[2]`.
    pub fn column_name(&self, column: ColumnId) -> String {
        element_name(&self.variables, column.0).unwrap_or_else(|| format!("column{}", column.0))
    }

    /// The name of a shared value: `q10`, or `rate[2]`.
    pub fn global_name(&self, global: GlobalId) -> String {
        element_name(&self.globals, global.0).unwrap_or_else(|| format!("global{}", global.0))
    }
}

/// The name of element `id` of a list of scalars and arrays.
pub(super) fn element_name(variables: &[Variable], id: u32) -> Option<String> {
    let variable = variables.iter().find(|v| id >= v.first && id - v.first < v.length)?;
    Some(match variable.length {
        1 => variable.name.clone(),
        _ => format!("{}[{}]", variable.name, id - variable.first),
    })
}

/// When a kernel runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// [`Module::initial`].
    Initial,
    /// [`Module::receive_initial`].
    ReceiveInitial,
    /// [`Module::prepare`].
    Prepare,
    /// [`Module::current`].
    Current,
    /// [`Module::state`].
    State,
    /// [`Module::receive`].
    Receive,
    /// CONSTRUCTOR and BEFORE INITIAL: before any `initial`.
    BeforeInitial,
    /// AFTER INITIAL: when all `initial` and `receive_initial` have run.
    AfterInitial,
    /// BEFORE BREAKPOINT: before the currents of a step.
    BeforeBreakpoint,
    /// AFTER SOLVE: when all `state` have run.
    AfterSolve,
    /// BEFORE STEP: at the end of a step and at t = 0, before anything is recorded.
    BeforeStep,
    /// [`Module::watch`].
    Watch,
    /// [`Table::range`].
    TableRange,
    /// [`Table::body`].
    TableBody,
}

impl Stage {
    /// The stages of [`Module::phases`], in the order in which they first run.
    pub const PHASES: [Stage; 5] = [
        Stage::BeforeInitial,
        Stage::AfterInitial,
        Stage::BeforeBreakpoint,
        Stage::AfterSolve,
        Stage::BeforeStep,
    ];

    /// The name it has in dumps and messages.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Initial => "initial",
            Stage::ReceiveInitial => "receive_initial",
            Stage::Prepare => "prepare",
            Stage::Current => "current",
            Stage::State => "state",
            Stage::Receive => "receive",
            Stage::BeforeInitial => "before_initial",
            Stage::AfterInitial => "after_initial",
            Stage::BeforeBreakpoint => "before_breakpoint",
            Stage::AfterSolve => "after_solve",
            Stage::BeforeStep => "before_step",
            Stage::Watch => "watch",
            Stage::TableRange => "range",
            Stage::TableBody => "body",
        }
    }
}
