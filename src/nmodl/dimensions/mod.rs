//! Units: whether what is added, compared, set, passed and reacts is in the units that were declared.
//!
//! A tree goes in; out come [`Finding`]s, one for each cause, each with both units and the factor between them. Nothing
//! here changes what runs: NMODL computes with the numbers as they are. What always holds: a finding is about two units
//! that both follow from what the file declares, and the value with the wrong unit takes no wrong unit further.
//!
//! The rules are those of NEURON's `modlunit`, with these differences, which all let more pass:
//! - A variable, argument or function declared without a unit takes any unit (modlunit: it is a pure number).
//! - `fabs`, `fmin`, `fmax`, `fmod`, `sqrt` and the random numbers keep the unit of their arguments, and `x^2`, `x^(-1)`
//!   and `pow(x, 2)` raise it (modlunit: arguments are pure numbers, exponents of units are digits).
//! - A LOCAL set to a plain number takes any unit, as the number does; one set to different units in the branches of an
//!   `if` has no known unit.
//! - The variables that NEURON provides need no declaration.
//!
//! And one that lets less pass: an argument of `NET_RECEIVE` or of a function that was declared with a unit keeps it
//! when it is set.

mod calls;
mod expressions;
mod findings;
mod kinetic;
mod measure;
mod names;
mod provided;
mod statements;
mod words;

pub use findings::{Finding, Shown};

use std::collections::HashMap;

use self::findings::{Clashing, Findings};
use self::measure::Measure;
use self::names::{Names, Unreadable};
use self::words::Words;
use super::ast::{Argument, Expression, Item, Module, Name, NeuronBlock, Phase};
use super::nearest_unit;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Sources};
use crate::units::UnitError;

/// What the units of a file are like.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// What is wrong, in the order of the text.
    pub findings: Vec<Finding>,
    /// Names declared without a unit, which take any.
    pub without_unit: Vec<Name>,
    /// How many names were declared with a unit.
    pub with_unit: usize,
}

impl Checked {
    /// The findings as messages: warnings, or errors where units are to be strict.
    pub fn messages(&self, strict: bool) -> Diagnostics {
        let severity = if strict { Severity::Error } else { Severity::Warning };
        let mut messages = Diagnostics::new();
        for finding in &self.findings {
            messages.push(Diagnostic { severity, ..finding.message.clone() });
        }
        messages
    }
}

/// Checks the units of a file; `sources` holds its text and those of the files it includes.
pub fn check(module: &Module, sources: &Sources) -> Checked {
    let names = Names::collect(module);
    let words = Words::new(&names.texts, &names.table);
    let items = module.flat_items();
    let mut checker = Checker {
        sources,
        names,
        words,
        findings: Findings::default(),
        on: true,
        quiet: false,
        locals: Vec::new(),
        file_locals: HashMap::new(),
        compartments: HashMap::new(),
        flux: Measure::Any,
        receive_arguments: &[],
    };
    for item in &items {
        if let Item::Local(list) = item {
            for local in &list.names {
                checker.file_locals.insert(local.name.text.clone(), None);
            }
        }
        if let Item::NetReceive(block) = item {
            checker.receive_arguments = &block.arguments;
        }
    }
    // What NEURON gives a unit comes first, as code can stand above the declarations. Included files add to the
    // NEURON block; UNITSOFF counts where the first one stands.
    let blocks: Vec<&NeuronBlock> = items
        .iter()
        .filter_map(|item| match item {
            Item::Neuron(block) => Some(block),
            _ => None,
        })
        .collect();
    let above = items.iter().take_while(|item| !matches!(item, Item::Neuron(_)));
    let switch = above.filter_map(|item| match item {
        Item::UnitsSwitch(switch) => Some(switch.on),
        _ => None,
    });
    checker.on = switch.last().unwrap_or(true);
    checker.provided(&blocks);
    checker.on = true;
    for item in &items {
        checker.item(item);
    }
    checker.unit_texts();
    let variables = checker.names.variables.values().filter(|v| v.declared).count();
    let with_unit = variables + checker.names.routine_units;
    Checked {
        findings: checker.findings.finish(sources),
        without_unit: checker.names.without_unit,
        with_unit,
    }
}

/// A local name.
#[derive(Clone, Debug)]
struct Local<'a> {
    name: &'a str,
    /// The unit it was declared with, as arguments and functions can be; else it takes the unit of what it is set to.
    declared: Option<Measure>,
    /// What is known where the walk is; none before it is set.
    now: Option<Measure>,
}

struct Checker<'a> {
    sources: &'a Sources,
    names: Names,
    words: Words,
    findings: Findings,
    /// Between UNITSON and UNITSOFF.
    on: bool,
    /// Nothing is said in a first walk that only gathers.
    quiet: bool,
    locals: Vec<Local<'a>>,
    /// LOCALs outside of all blocks.
    file_locals: HashMap<String, Option<Measure>>,
    /// The units of the volumes of states, in the KINETIC block that the walk is in.
    compartments: HashMap<&'a str, Measure>,
    /// The unit of `f_flux` and `b_flux` after a reaction.
    flux: Measure,
    receive_arguments: &'a [Argument],
}

impl<'a> Checker<'a> {
    fn item(&mut self, item: &'a Item) {
        self.locals.clear();
        match item {
            Item::UnitsSwitch(switch) => self.on = switch.on,
            // What runs once with the sections has no model in it.
            Item::Phase(block) if matches!(block.phase, Phase::Constructor | Phase::Destructor) => {}
            Item::Phase(block) => self.block(&block.body),
            Item::Equations(block) => self.equations(block),
            Item::Routine(routine) => {
                if routine.is_function {
                    let unit = self.names.routines.get(&routine.name.text).map_or(Measure::Any, |r| r.result);
                    self.locals.push(Local { name: &routine.name.text, declared: Some(unit), now: None });
                }
                self.arguments(&routine.arguments);
                self.block(&routine.body);
            }
            Item::NetReceive(block) => {
                self.arguments(&block.arguments);
                self.locals.push(Local { name: "flag", declared: Some(Measure::ONE), now: None });
                self.block(&block.body);
            }
            _ => {}
        }
    }

    fn arguments(&mut self, arguments: &'a [Argument]) {
        for argument in arguments {
            let declared = self.names.unit(argument.unit.as_ref()).map_or(Measure::Any, Measure::Of);
            self.locals.push(Local { name: &argument.name.text, declared: Some(declared), now: None });
        }
    }

    /// The unit of a name where the walk is.
    fn named(&self, name: &str) -> Measure {
        if let Some(local) = self.locals.iter().rev().find(|l| l.name == name) {
            return local.declared.or(local.now).unwrap_or(Measure::Any);
        }
        if let Some(variable) = self.names.variables.get(name) {
            return variable.measure;
        }
        if let Some(local) = self.file_locals.get(name) {
            return local.unwrap_or(Measure::Any);
        }
        if matches!(name, "f_flux" | "b_flux") {
            return self.flux;
        }
        self.names.implied(name).unwrap_or(Measure::Any)
    }

    /// Says of a clash, unless units are off here.
    fn clash(&mut self, clashing: Clashing, values: &[&'a Expression]) {
        if self.on && !self.quiet {
            let factors = self.factors(values);
            self.findings.clash(&self.words, clashing, &factors);
        }
    }

    /// Units that cannot be read, or that have two meanings.
    fn unit_texts(&mut self) {
        for bad in std::mem::take(&mut self.names.unreadable) {
            self.findings.say(self.unreadable(&bad), None);
        }
        for twice in std::mem::take(&mut self.names.redefined) {
            let shown = |quantity| Shown { text: self.words.of(quantity), quantity: *quantity };
            let (kept, refused) = (shown(&twice.kept), shown(&twice.refused));
            let message =
                format!("the unit `{}` has another meaning already than `{}`", twice.name, twice.text);
            let said = Diagnostic::warning("units/redefined", message)
                .at(twice.span, "this line has no effect")
                .help("give the unit another name");
            self.findings.say(said, Some((kept, refused)));
        }
    }

    fn unreadable(&self, bad: &Unreadable) -> Diagnostic {
        let UnitError::Unknown(name) = &bad.error else {
            let message = format!("the unit `({})` cannot be read: {}", bad.text, bad.error);
            return Diagnostic::warning("units/unknown", message)
                .at(bad.span, "what has this unit takes any unit");
        };
        let message = format!("the unit `{name}` is not declared");
        let said = Diagnostic::warning("units/unknown", message);
        if let Some(usual) = words::customary(name) {
            return said
                .at(bad.span, format!("taken as `{usual}`"))
                .help(format!("write `({name}) = ({usual})` in the UNITS block"));
        }
        let said = said.at(bad.span, "what has this unit takes any unit");
        match nearest_unit(name, &self.names.table) {
            Some(near) if !name.is_ascii() => {
                said.help(format!("write `{near}`: in NEURON too, units have ASCII letters only"))
            }
            Some(near) => said.help(format!("did you mean `{near}`?")),
            None => said.help(format!("say what it is in the UNITS block, as in `({name}) = (millivolt)`")),
        }
    }
}
