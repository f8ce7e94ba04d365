//! What the file declares: the units of its variables, routines and built-in names.
//!
//! The declarations of all blocks go in, whatever their order; out come tables by name. A unit that cannot be read is
//! said once, wherever it stands first; what has it is then as if it had no unit.

use std::collections::{HashMap, HashSet};

use super::measure::Measure;
use super::words::customary;
use crate::diagnostic::Span;
use crate::nmodl::ast::{Argument, FactorValue, Item, Module, Name, Unit, UnitDefinition};
use crate::nmodl::meaning::Builtin;
use crate::units::{Quantity, UnitError, UnitTable};

/// A variable of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    /// Its unit; `Any` when it has none.
    pub measure: Measure,
    /// Where its unit stands, or its name when it has no unit.
    pub span: Span,
    /// Whether a unit was written that can be read.
    pub declared: bool,
    /// A `STATE`: `x0` has its unit too.
    pub is_state: bool,
}

/// A routine or a table of the file.
#[derive(Clone, Debug)]
pub(super) struct Routine {
    /// The unit of its value.
    pub result: Measure,
    /// The names and units of its arguments.
    pub arguments: Vec<(String, Measure, Span)>,
}

/// A unit that cannot be read, and where.
#[derive(Clone, Debug)]
pub(super) struct Unreadable {
    pub text: String,
    pub error: UnitError,
    pub span: Span,
}

/// A unit of the UNITS block that is given two meanings.
#[derive(Clone, Debug)]
pub(super) struct Redefined {
    pub name: String,
    /// What it was to become.
    pub text: String,
    pub kept: Quantity,
    pub refused: Quantity,
    pub span: Span,
}

/// All names of a file with their units.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub table: UnitTable,
    pub variables: HashMap<String, Variable>,
    pub routines: HashMap<String, Routine>,
    /// The unit of the independent variable: ms unless an INDEPENDENT block says otherwise.
    pub time: Quantity,
    /// Unit texts in the order of the file: how people want to see units named.
    pub texts: Vec<String>,
    /// How many arguments and values of functions have a unit.
    pub routine_units: usize,
    /// Names declared without a unit, in the order of the file.
    pub without_unit: Vec<Name>,
    pub unreadable: Vec<Unreadable>,
    pub redefined: Vec<Redefined>,
    /// Variables whose unit NEURON chooses.
    pub provided: HashSet<String>,
    /// Names in UNITS for units that cannot be read.
    broken: Vec<String>,
}

impl Names {
    /// Reads all declarations of a file.
    pub fn collect(module: &Module) -> Names {
        let table = UnitTable::new();
        let time = table.parse("ms").unwrap_or(Quantity::ONE);
        let mut names = Names {
            table,
            variables: HashMap::new(),
            routines: HashMap::new(),
            time,
            texts: Vec::new(),
            routine_units: 0,
            without_unit: Vec::new(),
            unreadable: Vec::new(),
            redefined: Vec::new(),
            provided: HashSet::new(),
            broken: Vec::new(),
        };
        let items = module.flat_items();
        for item in &items {
            names.aliases(item);
        }
        for item in &items {
            names.declarations(item);
        }
        names
    }

    /// The unit of a variable that nobody declared: of a start value `x0`, or of one that the simulator provides.
    pub fn implied(&self, name: &str) -> Option<Measure> {
        let state = name.strip_suffix('0').and_then(|base| self.variables.get(base)).filter(|v| v.is_state);
        if let Some(state) = state {
            return Some(state.measure);
        }
        let (.., unit) = Builtin::ALL.iter().find(|(builtin, ..)| *builtin == name)?;
        self.standard(unit)
    }

    /// A unit in the simulator's own names.
    pub fn standard(&self, text: &str) -> Option<Measure> {
        let standard = match text {
            "mV" => "millivolt",
            "mM" => "milli/liter",
            "mA/cm2" => "milliamp/cm2",
            "nA" => "nanoamp",
            "um" => "micron",
            "um2" => "micron2",
            "mC/cm3" => "millicoulomb/cm3",
            other => other,
        };
        self.table.parse(standard).ok().map(Measure::Of)
    }

    /// The unit written at a place, once it can be read.
    pub fn unit(&mut self, unit: Option<&Unit>) -> Option<Quantity> {
        let unit = unit?;
        loop {
            let error = match self.table.parse(&unit.text) {
                Ok(quantity) => {
                    if !self.texts.contains(&unit.text) {
                        self.texts.push(unit.text.clone());
                    }
                    return Some(quantity);
                }
                Err(error) => error,
            };
            let name = match &error {
                UnitError::Unknown(name) => name.clone(),
                _ => String::new(),
            };
            if self.broken.contains(&name) {
                return None;
            }
            if !self.unreadable.iter().any(|u| u.error == error) {
                self.unreadable.push(Unreadable { text: unit.text.clone(), error, span: unit.span });
            }
            // What everybody means by `mM` is taken as meant, and then the rest of the text is read.
            let usual = customary(&name)?;
            if self.table.define(&name, usual).is_err() {
                return None;
            }
        }
    }

    fn aliases(&mut self, item: &Item) {
        let Item::Units(block) = item else { return };
        for definition in &block.definitions {
            let UnitDefinition::Alias { new, old, span } = definition else { continue };
            // `meaning` says what cannot be read here; what has the new name as its unit is then not said again.
            let Ok(quantity) = self.table.parse(&old.text) else {
                self.broken.push(new.text.clone());
                continue;
            };
            let known = self.table.exact(&new.text);
            let clashes = |kept: &Quantity| Measure::Of(*kept).clash(Measure::Of(quantity)).is_some();
            if let Some(kept) = known.filter(clashes) {
                let name = new.text.clone();
                let text = old.text.clone();
                self.redefined.push(Redefined { name, text, kept, refused: quantity, span: *span });
            }
            // The text was just read, so that it cannot fail.
            let _ = self.table.define(&new.text, &old.text);
        }
    }

    fn declarations(&mut self, item: &Item) {
        match item {
            Item::Parameter(block) => {
                for one in &block.parameters {
                    self.variable(&one.name, one.unit.as_ref(), false);
                }
            }
            Item::Constant(block) => {
                for one in &block.constants {
                    self.variable(&one.name, one.unit.as_ref(), false);
                }
            }
            Item::Assigned(block) => {
                for one in &block.variables {
                    self.variable(&one.name, one.unit.as_ref(), false);
                }
            }
            Item::State(block) => {
                for one in &block.states {
                    self.variable(&one.name, one.unit.as_ref(), true);
                }
            }
            Item::Independent(block) => {
                for one in &block.variables {
                    if let Some(quantity) = self.unit(one.unit.as_ref()) {
                        self.time = quantity;
                    }
                    self.variable(&one.name, one.unit.as_ref(), false);
                }
            }
            Item::Units(block) => {
                for definition in &block.definitions {
                    let UnitDefinition::Factor { name, value, .. } = definition else { continue };
                    match value {
                        FactorValue::Number { unit, .. } => self.variable(name, unit.as_ref(), false),
                        FactorValue::Ratio { to, .. } => {
                            let readable = self.table.parse(&to.text).is_ok();
                            self.variable(name, Some(to).filter(|_| readable), false);
                        }
                    }
                }
            }
            Item::Routine(routine) => {
                self.routine(&routine.name, routine.is_function, routine.unit.as_ref(), &routine.arguments);
            }
            Item::FunctionTable(table) => {
                self.routine(&table.name, true, table.unit.as_ref(), &table.arguments);
            }
            _ => {}
        }
    }

    /// A name can be declared twice, as `v` often is: a declaration with a unit counts.
    fn variable(&mut self, name: &Name, unit: Option<&Unit>, is_state: bool) {
        let quantity = self.unit(unit);
        let measure = quantity.map_or(Measure::Any, Measure::Of);
        let span = unit.map_or(name.span, |u| u.span);
        let new = Variable { measure, span, declared: quantity.is_some(), is_state };
        let known = self.variables.get(&name.text).is_some_and(|old| old.declared);
        if quantity.is_none() && !known && !self.without_unit.iter().any(|n| n.text == name.text) {
            self.without_unit.push(name.clone());
        }
        if quantity.is_some() {
            self.without_unit.retain(|n| n.text != name.text);
        }
        match self.variables.get_mut(&name.text) {
            Some(old) => {
                old.is_state |= is_state;
                if !old.declared {
                    *old = Variable { is_state: old.is_state, ..new };
                }
            }
            None => {
                self.variables.insert(name.text.clone(), new);
            }
        }
    }

    fn routine(&mut self, name: &Name, is_function: bool, unit: Option<&Unit>, arguments: &[Argument]) {
        let result = self.unit(unit);
        self.routine_units += usize::from(result.is_some());
        if is_function && result.is_none() {
            self.without_unit.push(name.clone());
        }
        let arguments = arguments.iter().map(|argument| {
            let unit = self.unit(argument.unit.as_ref());
            match unit {
                Some(_) => self.routine_units += 1,
                None => self.without_unit.push(argument.name.clone()),
            }
            let measure = unit.map_or(Measure::Any, Measure::Of);
            let span = argument.unit.as_ref().map_or(argument.name.span, |u| u.span);
            (argument.name.text.clone(), measure, span)
        });
        let arguments = arguments.collect();
        let result = result.map_or(Measure::Any, Measure::Of);
        self.routines.insert(name.text.clone(), Routine { result, arguments });
    }
}
