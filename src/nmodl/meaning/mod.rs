//! What the names of a mechanism mean: kind, variables with their storage, ions, routines, blocks.
//!
//! In goes a tree; out comes a [`Meaning`] that holds all that later steps need, so that they do
//! not look at the tree's declarations again. What always holds for a `Meaning` that is given out:
//! every name used in code is a symbol, a local or a built-in; every call has a target and the right
//! number of arguments; no routine calls itself, directly or by others; every `SOLVE` names a block
//! that is there, by a method that can solve it.
//!
//! The rules are NEURON's. What NEURON runs but is most likely a slip gives a warning in
//! [`Meaning::warnings`]; what NEURON refuses, or what has no meaning, is an error.

mod builtins;
mod check;
mod collect;
mod damaged;
mod equations;
mod scope;

use std::collections::HashMap;

pub use builtins::{Builtin, BuiltinFunction, FUNCTIONS, FunctionClass, builtin_function};
pub use damaged::beside_damage;
pub(super) use equations::is_method;

use super::ast::{
    Block, EquationsBlock, FunctionTable, Module, Name, NetReceive, PhaseBlock, Routine, Verbatim,
};
use crate::diagnostic::{Diagnostics, Span};

/// What a mechanism is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MechanismKind {
    /// `SUFFIX name`: spread over the membrane, currents in mA/cm2.
    Density,
    /// `POINT_PROCESS name`: at one place, currents in nA.
    PointProcess,
    /// `ARTIFICIAL_CELL name`: no membrane, events only.
    ArtificialCell,
    /// `SUFFIX nothing`: no mechanism, only routines.
    RoutinesOnly,
}

/// A place in [`Meaning::symbols`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SymbolId(pub usize);

/// A place in [`Meaning::ions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IonId(pub usize);

/// Where a variable lives and who may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Storage {
    /// A `PARAMETER` named in `RANGE`: one for each instance, set from outside.
    RangeParameter,
    /// An `ASSIGNED` variable named in `RANGE`: one for each instance, seen from outside.
    RangeAssigned,
    /// An `ASSIGNED` variable in neither `RANGE` nor `GLOBAL`: one for each instance, not seen.
    InstanceAssigned,
    /// A `PARAMETER` not named in `RANGE`: one for the mechanism, set from outside.
    GlobalParameter,
    /// An `ASSIGNED` variable named in `GLOBAL`: one for the mechanism.
    GlobalAssigned,
    /// A `STATE`: one for each instance, seen from outside.
    State {
        /// The variable that it starts from, before the `INITIAL` block runs. None when the state is
        /// a concentration of an ion, which starts from the ion's value.
        initial: Option<SymbolId>,
    },
    /// A variable of an ion that is no state: one for each instance, a copy of the ion's.
    Ion,
    /// A variable that the simulator provides.
    Builtin(Builtin),
    /// A number that never changes.
    Constant,
    /// `POINTER`: stands for a variable elsewhere, connected from outside.
    Pointer,
    /// `BBCOREPOINTER`: data of C code.
    BbCorePointer,
    /// `EXTERNAL`: a global of another mechanism.
    External,
    /// `RANDOM`: a stream of random numbers for each instance.
    Random,
    /// A `LOCAL` outside of all blocks: one for the mechanism, not seen from outside.
    FileLocal,
}

/// Which variable of an ion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IonRole {
    /// `ena`, the reversal potential (mV).
    Reversal,
    /// `nai`, the concentration inside (mM).
    Inside,
    /// `nao`, the concentration outside (mM).
    Outside,
    /// `ina`, the current (mA/cm2, or nA in a point process).
    Current,
}

/// That a symbol is a variable of an ion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IonVariable {
    /// The ion.
    pub ion: IonId,
    /// Which of its variables.
    pub role: IonRole,
    /// Named after `READ`.
    pub read: bool,
    /// Named after `WRITE`.
    pub write: bool,
}

/// A variable of the mechanism.
#[derive(Clone, Debug, PartialEq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// Where it lives.
    pub storage: Storage,
    /// Whether it is a variable of an ion. Beside [`Storage::Ion`] only states can be.
    pub ion: Option<IonVariable>,
    /// The default of a parameter, with the six significant digits that NEURON's translator keeps; the value of a
    /// constant; 0 for others.
    pub default: f64,
    /// The unit as written.
    pub unit: Option<String>,
    /// Limits as written: low, high.
    pub limits: Option<(f64, f64)>,
    /// Number of elements of an array.
    pub length: Option<usize>,
    /// The absolute tolerance of a state, when given.
    pub tolerance: Option<f64>,
    /// Nobody declared it: a start value such as `m0`, `usetable`, or a built-in variable.
    pub implicit: bool,
    /// Where it is declared.
    pub span: Span,
}

/// An ion that the mechanism uses.
#[derive(Clone, Debug, PartialEq)]
pub struct Ion {
    /// Its name.
    pub name: Name,
    /// Its charge, when given.
    pub valence: Option<f64>,
    /// Variables it reads and writes, in the order of the text.
    pub variables: Vec<SymbolId>,
}

/// What a current is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CurrentKind {
    /// `NONSPECIFIC_CURRENT`: outward positive.
    Nonspecific,
    /// `ELECTRODE_CURRENT`: inward positive, outside of the membrane.
    Electrode,
    /// Written to an ion.
    Ionic(IonId),
}

/// A current that the mechanism computes.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// The variable.
    pub symbol: SymbolId,
    /// What it is.
    pub kind: CurrentKind,
}

/// All that is known of a mechanism.
#[derive(Clone, Debug)]
pub struct Meaning {
    /// What it is.
    pub kind: MechanismKind,
    /// Its name.
    pub name: Name,
    /// `THREADSAFE` was said.
    pub declared_thread_safe: bool,
    /// All variables; built-in ones come first.
    pub symbols: Vec<Symbol>,
    /// The ions, in the order of the text.
    pub ions: Vec<Ion>,
    /// The currents, in the order of the text.
    pub currents: Vec<Current>,
    /// `FUNCTION`s.
    pub functions: Vec<Routine>,
    /// `PROCEDURE`s.
    pub procedures: Vec<Routine>,
    /// `FUNCTION_TABLE`s.
    pub function_tables: Vec<FunctionTable>,
    /// Blocks of equations.
    pub equations: Vec<EquationsBlock>,
    /// The statements of all `INITIAL` blocks.
    pub initial: Option<Block>,
    /// The statements of all `BREAKPOINT` blocks.
    pub breakpoint: Option<Block>,
    /// `CONSTRUCTOR`, `DESTRUCTOR`, `BEFORE` and `AFTER` blocks, in the order of the text.
    pub other_phases: Vec<PhaseBlock>,
    /// `NET_RECEIVE`.
    pub net_receive: Option<NetReceive>,
    /// `VERBATIM` outside of all blocks.
    pub verbatim: Vec<Verbatim>,
    /// What is probably not meant.
    pub warnings: Diagnostics,
    by_name: HashMap<String, SymbolId>,
}

impl Meaning {
    /// All code of the mechanism.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        let routines = self.functions.iter().chain(&self.procedures).map(|routine| &routine.body);
        let equations = self.equations.iter().map(|block| &block.body);
        let phases = self.other_phases.iter().map(|block| &block.body);
        let receive = self.net_receive.iter().map(|receive| &receive.body);
        self.initial
            .iter()
            .chain(&self.breakpoint)
            .chain(routines)
            .chain(equations)
            .chain(phases)
            .chain(receive)
    }

    /// The variable of that name.
    pub fn find(&self, name: &str) -> Option<SymbolId> {
        self.by_name.get(name).copied()
    }

    /// A variable.
    pub fn symbol(&self, id: SymbolId) -> &Symbol {
        &self.symbols[id.0]
    }

    /// The `FUNCTION` or `PROCEDURE` of that name.
    pub fn routine(&self, name: &str) -> Option<&Routine> {
        self.functions.iter().chain(&self.procedures).find(|r| r.name.text == name)
    }

    /// The block of equations of that name.
    pub fn equations_named(&self, name: &str) -> Option<&EquationsBlock> {
        self.equations.iter().find(|e| e.name.text == name)
    }
}

/// Finds out what a mechanism's names mean and checks its code.
///
/// # Errors
/// All mistakes, with the warnings among them.
pub fn analyse(module: &Module) -> Result<Meaning, Diagnostics> {
    let (mut meaning, mut said) = collect::collect(module);
    check::check(&meaning, &mut said);
    equations::check(&meaning, &mut said);
    if said.has_errors() {
        return Err(said);
    }
    meaning.warnings = said;
    Ok(meaning)
}
