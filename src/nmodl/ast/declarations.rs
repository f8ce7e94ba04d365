//! Blocks that declare: units, the `NEURON` block, parameters, constants, variables, states.

use super::{Call, Integer, Name, Number, Unit};
use crate::diagnostic::Span;

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
