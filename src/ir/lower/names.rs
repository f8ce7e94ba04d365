//! Where each variable of a mechanism lives: columns, shared values, ions.
//!
//! Built once from a [`Meaning`], before any code is looked at. Variables get their columns in the order
//! they were declared; the elements of an array lie one after the other.

use std::collections::HashMap;

use super::super::types::*;
use super::diffusion::{self, Diffused};
use crate::diagnostic::Span;
use crate::nmodl::meaning;
use crate::nmodl::meaning::{CurrentKind, IonRole, Meaning, MechanismKind, Storage, Symbol, SymbolId};

/// What a name is. The length of a scalar is `None`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    /// Columns from this one on.
    Column(u32, Option<u32>),
    /// Shared values from this one on.
    Global(u32, Option<u32>),
    /// A place of the compartment.
    Place(Place),
    /// `t`, `dt`, `celsius`.
    Builtin(Builtin),
    /// A number that never changes.
    Number(f64),
    /// Locals of a routine from this one on.
    Local(u32, Option<u32>),
    /// An argument of the event.
    Argument(u32),
    /// The event's `flag`.
    Flag,
    /// A weight of the connection whose number is in a local: the local, and which weight.
    Weight(u32, u32),
    /// Something that is not supported, and why.
    Unsupported(&'static str),
}

/// A current that BREAKPOINT computes.
pub(super) struct Current {
    /// Its column.
    pub column: ColumnId,
    /// Flows inwards from an electrode, not outwards through the membrane.
    pub electrode: bool,
    /// The ion that carries it.
    pub ion: Option<IonId>,
}

/// A state and what it starts from.
pub(super) struct State {
    /// First of its places.
    pub first: u32,
    /// Number of elements.
    pub length: u32,
    /// Its start value, the same for all elements.
    pub start: Named,
}

/// Values of a state in earlier steps, for DISCRETE blocks.
pub(super) struct History {
    /// The state's name.
    pub name: String,
    /// Its column.
    pub state: ColumnId,
    /// First of the columns of its values 2, 3, ... steps ago.
    pub first: u32,
    /// Number of these columns.
    pub length: u32,
}

/// The variables of a mechanism.
pub(super) struct Names {
    /// What kind of thing the mechanism is.
    pub kind: Kind,
    /// Per-instance variables.
    pub variables: Vec<Variable>,
    /// Number of columns.
    pub columns: u32,
    /// Shared variables.
    pub globals: Vec<Variable>,
    /// Number of shared values.
    pub global_count: u32,
    /// Ions.
    pub ions: Vec<IonUse>,
    /// Names of RANDOM variables.
    pub randoms: Vec<String>,
    /// POINTERs, with where they are declared.
    pub pointers: Vec<Pointer>,
    /// States that diffuse, with their hidden columns.
    pub diffused: Vec<Diffused>,
    /// EXTERNALs.
    pub externals: Vec<External>,
    /// Currents.
    pub currents: Vec<Current>,
    /// Currents that are both read and written: until a block sets one it is the sum over all mechanisms, then this one's own.
    pub sums: Vec<(ColumnId, Place)>,
    /// What DISCRETE blocks look back at.
    pub histories: Vec<History>,
    /// States that are columns.
    pub states: Vec<State>,
    /// Names that are refused wherever they are used or not, with the reason.
    pub refused: Vec<(Span, String, &'static str)>,
    by_name: HashMap<String, Named>,
    symbols: HashMap<SymbolId, Named>,
}

impl Names {
    /// Finds a place for every variable.
    pub fn new(meaning: &Meaning) -> Names {
        let mut names = Names {
            kind: match meaning.kind {
                MechanismKind::PointProcess => Kind::PointProcess,
                MechanismKind::ArtificialCell => Kind::ArtificialCell,
                MechanismKind::Density | MechanismKind::RoutinesOnly => Kind::Density,
            },
            variables: Vec::new(),
            columns: 0,
            globals: Vec::new(),
            global_count: 0,
            ions: Vec::new(),
            randoms: Vec::new(),
            pointers: Vec::new(),
            diffused: Vec::new(),
            externals: Vec::new(),
            currents: Vec::new(),
            sums: Vec::new(),
            histories: Vec::new(),
            states: Vec::new(),
            refused: Vec::new(),
            by_name: HashMap::new(),
            symbols: HashMap::new(),
        };
        for ion in &meaning.ions {
            names.ion(ion);
        }
        for (i, symbol) in meaning.symbols.iter().enumerate() {
            let current = meaning.currents.iter().any(|c| c.symbol.0 == i);
            let named = names.place(symbol, current);
            names.by_name.insert(symbol.name.clone(), named);
            names.symbols.insert(SymbolId(i), named);
        }
        for symbol in &meaning.symbols {
            names.state(symbol);
        }
        for (name, furthest) in super::discrete::furthest(meaning) {
            names.history(name, furthest);
        }
        for current in &meaning.currents {
            let ion = match current.kind {
                CurrentKind::Ionic(ion) => Some(IonId(ion.0 as u32)),
                CurrentKind::Nonspecific | CurrentKind::Electrode => None,
            };
            let electrode = current.kind == CurrentKind::Electrode;
            if let Some(&Named::Column(first, _)) = names.symbols.get(&current.symbol) {
                names.currents.push(Current { column: ColumnId(first), electrode, ion });
            }
        }
        diffusion::columns(&mut names, meaning);
        names
    }

    /// What a name of the mechanism is.
    pub fn get(&self, name: &str) -> Option<Named> {
        self.by_name.get(name).copied()
    }

    /// The RANDOM variable of that name.
    pub fn random(&self, name: &str) -> Option<RandomId> {
        self.randoms.iter().position(|known| known == name).map(|i| RandomId(i as u32))
    }

    /// Whether a kernel may leave a value at this place.
    pub fn is_written(&self, place: Place) -> bool {
        match place {
            Place::Column(_) => true,
            Place::Ion(ion, variable) => {
                self.ions.get(ion.0 as usize).is_some_and(|ion| ion.writes.contains(&variable))
            }
            Place::Voltage | Place::Area | Place::Diameter | Place::PointScale => false,
        }
    }

    /// What code calls a place that is no column.
    pub fn name_of(&self, place: Place) -> Option<String> {
        let is_it = |named: &&Named| matches!(named, Named::Place(at) if *at == place);
        self.by_name.iter().filter(|(_, named)| is_it(named)).map(|(name, _)| name.clone()).min()
    }

    /// The shared variable of that number.
    pub fn global_name(&self, id: GlobalId) -> &str {
        let of = |v: &&Variable| id.0 >= v.first && id.0 - v.first < v.length;
        self.globals.iter().find(of).map_or("?", |v| v.name.as_str())
    }

    fn ion(&mut self, ion: &meaning::Ion) {
        let valence = ion.valence.map(|z| z as i32);
        if let Some(z) = ion.valence
            && f64::from(z as i32) != z
        {
            let message = format!("the valence of `{}` is not a whole number", ion.name.text);
            self.refused.push((ion.name.span, message, ""));
        }
        self.ions.push(IonUse {
            name: ion.name.text.clone(),
            valence,
            reads: Vec::new(),
            writes: Vec::new(),
        });
    }

    fn place(&mut self, symbol: &Symbol, is_current: bool) -> Named {
        if symbol.length.is_some_and(|n| n == 0 || n > LONGEST as usize) {
            let message = format!("the array `{}` has more than {LONGEST} elements, or none", symbol.name);
            let reason =
                "Every element is a variable of its own here, so that more would take too long to compile.";
            self.refused.push((symbol.span, message, reason));
        }
        if let Some(variable) = symbol.ion {
            return self.ion_variable(symbol, variable);
        }
        match symbol.storage {
            Storage::RangeParameter => self.column(symbol, Role::Parameter, true),
            Storage::RangeAssigned => self.column(symbol, Role::Assigned, true),
            Storage::InstanceAssigned => self.column(symbol, Role::Assigned, is_current),
            Storage::State { .. } => self.column(symbol, Role::State, true),
            // The start value of a state, which nobody declared and nobody can set.
            Storage::GlobalParameter if symbol.implicit && symbol.name != "usetable" => {
                Named::Number(symbol.default)
            }
            Storage::GlobalParameter => self.global(symbol, Role::Parameter, true),
            Storage::GlobalAssigned => self.global(symbol, Role::Assigned, true),
            Storage::FileLocal => self.global(symbol, Role::Assigned, false),
            Storage::Constant => Named::Number(symbol.default),
            Storage::Builtin(builtin) => match builtin {
                meaning::Builtin::Voltage => Named::Place(Place::Voltage),
                meaning::Builtin::Area => Named::Place(Place::Area),
                meaning::Builtin::Diameter => Named::Place(Place::Diameter),
                meaning::Builtin::Time => Named::Builtin(Builtin::Time),
                meaning::Builtin::Step => Named::Builtin(Builtin::TimeStep),
                meaning::Builtin::Celsius => Named::Builtin(Builtin::Celsius),
            },
            Storage::Random => {
                self.randoms.push(symbol.name.clone());
                Named::Unsupported(
                    "A RANDOM variable is only used as the first argument of a random function.",
                )
            }
            Storage::Pointer => {
                let named = self.column(symbol, Role::Assigned, false);
                if let Named::Column(first, None) = named {
                    let name = symbol.name.clone();
                    let pointer = Pointer { name, column: ColumnId(first), read: false, written: false };
                    self.pointers.push(pointer);
                }
                named
            }
            Storage::External => {
                let named = self.global(symbol, Role::Assigned, false);
                if let Named::Global(first, None) = named {
                    let (name, global) = (symbol.name.clone(), GlobalId(first));
                    self.externals.push(External { name, global, span: symbol.span });
                    return named;
                }
                let message = format!("the EXTERNAL `{}` is an array", symbol.name);
                self.refused.push((symbol.span, message, ""));
                named
            }
            Storage::BbCorePointer => {
                let reason = "It holds data of C code: write random streams with RANDOM, and lists of values as arrays.";
                let message =
                    format!("the BBCOREPOINTER `{}` is used by more than random streams", symbol.name);
                self.refused.push((symbol.span, message, reason));
                Named::Unsupported(reason)
            }
            Storage::Ion => Named::Unsupported("It belongs to an ion that is not used."),
        }
    }

    fn ion_variable(&mut self, symbol: &Symbol, variable: meaning::IonVariable) -> Named {
        let role = match variable.role {
            IonRole::Reversal => IonVariable::Reversal,
            IonRole::Inside => IonVariable::Inside,
            IonRole::Outside => IonVariable::Outside,
            IonRole::Current => IonVariable::Current,
        };
        let id = IonId(variable.ion.0 as u32);
        if let Some(ion) = self.ions.get_mut(variable.ion.0) {
            if variable.read {
                ion.reads.push(role);
            }
            if variable.write {
                ion.writes.push(role);
            }
        }
        let is_state = matches!(symbol.storage, Storage::State { .. });
        if is_state && !variable.write {
            let message = format!("the STATE `{}` belongs to an ion, but is not written to it", symbol.name);
            self.refused.push((symbol.span, message, "Name it after WRITE in USEION."));
        }
        match (role, variable.write) {
            (IonVariable::Current, true) => {
                let named = self.column(symbol, Role::Assigned, true);
                if let (Named::Column(first, _), true) = (named, variable.read) {
                    self.sums.push((ColumnId(first), Place::Ion(id, role)));
                }
                named
            }
            _ => Named::Place(Place::Ion(id, role)),
        }
    }

    fn column(&mut self, symbol: &Symbol, role: Role, visible: bool) -> Named {
        let variable = described(symbol, self.columns, role, visible);
        let named = Named::Column(variable.first, symbol.length.map(|_| variable.length));
        self.columns = self.columns.saturating_add(variable.length);
        self.variables.push(variable);
        named
    }

    fn global(&mut self, symbol: &Symbol, role: Role, visible: bool) -> Named {
        let variable = described(symbol, self.global_count, role, visible);
        let named = Named::Global(variable.first, symbol.length.map(|_| variable.length));
        self.global_count = self.global_count.saturating_add(variable.length);
        self.globals.push(variable);
        named
    }

    fn history(&mut self, name: String, furthest: u32) {
        let (Some(Named::Column(state, None)), length) = (self.get(&name), furthest.saturating_sub(1)) else {
            return;
        };
        let first = self.columns;
        self.columns = self.columns.saturating_add(length);
        if length > 0 {
            self.variables.push(Variable {
                name: format!("{name}@"),
                unit: String::new(),
                default: 0.0,
                limits: None,
                length,
                first,
                role: Role::Assigned,
                visible: false,
            });
        }
        self.histories.push(History { name, state: ColumnId(state), first, length });
    }

    fn state(&mut self, symbol: &Symbol) {
        let Storage::State { initial } = symbol.storage else { return };
        let Some(Named::Column(first, length)) = self.get(&symbol.name) else { return };
        let start = initial.and_then(|id| self.symbols.get(&id).copied()).unwrap_or(Named::Number(0.0));
        self.states.push(State { first, length: length.unwrap_or(1), start });
    }
}

/// Elements of one array.
const LONGEST: u32 = 10_000;

fn described(symbol: &Symbol, first: u32, role: Role, visible: bool) -> Variable {
    Variable {
        name: symbol.name.clone(),
        unit: symbol.unit.clone().unwrap_or_default(),
        default: symbol.default,
        limits: symbol.limits,
        length: symbol.length.map_or(1, |n| u32::try_from(n).unwrap_or(LONGEST).min(LONGEST)),
        first,
        role,
        visible,
    }
}
