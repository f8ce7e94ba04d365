//! Declarations into symbols: which block and which list of the `NEURON` block a name stands in
//! says where its variable lives.

mod ions;
mod symbols;

use std::collections::HashMap;

use super::{Builtin, Meaning, MechanismKind};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Span};
use crate::nmodl::ast::{
    Block, Declaration, FactorValue, Item, LocalName, Module, Name, NeuronStatementKind, Parameter, Phase,
    PhaseBlock, Unit, UnitDefinition, UseIon,
};
use crate::nmodl::{nearest_unit, walk};
use crate::units::{UnitError, UnitTable};

/// The block a name was declared in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Declared {
    Parameter,
    Assigned,
    State,
    Constant,
    UnitFactor,
    FileLocal,
    Function,
    Procedure,
    FunctionTable,
    Equations,
}

impl Declared {
    fn text(self) -> &'static str {
        match self {
            Declared::Parameter => "a PARAMETER",
            Declared::Assigned => "an ASSIGNED variable",
            Declared::State => "a STATE",
            Declared::Constant => "a CONSTANT",
            Declared::UnitFactor => "a number of the UNITS block",
            Declared::FileLocal => "a LOCAL of the file",
            Declared::Function => "a FUNCTION",
            Declared::Procedure => "a PROCEDURE",
            Declared::FunctionTable => "a FUNCTION_TABLE",
            Declared::Equations => "a block of equations",
        }
    }

    fn is_variable(self) -> bool {
        use Declared::{Assigned, Constant, FileLocal, Parameter, State, UnitFactor};
        matches!(self, Parameter | Assigned | State | Constant | UnitFactor | FileLocal)
    }
}

/// What a declaration says besides the name.
#[derive(Clone, Debug, Default, PartialEq)]
struct Details {
    default: f64,
    unit: Option<String>,
    limits: Option<(f64, f64)>,
    length: Option<usize>,
    tolerance: Option<f64>,
    start: Option<f64>,
}

/// The lists of the `NEURON` block.
#[derive(Default)]
struct Lists<'a> {
    names: Vec<(MechanismKind, &'a Name)>,
    range: Vec<&'a Name>,
    global: Vec<&'a Name>,
    pointer: Vec<&'a Name>,
    bb_core_pointer: Vec<&'a Name>,
    external: Vec<&'a Name>,
    random: Vec<&'a Name>,
    nonspecific: Vec<&'a Name>,
    electrode: Vec<&'a Name>,
    ions: Vec<&'a UseIon>,
    thread_safe: bool,
    span: Option<Span>,
}

struct Collector<'a> {
    lists: Lists<'a>,
    declared: Vec<(&'a Name, Declared, Details)>,
    /// Where each name was declared first.
    first: HashMap<&'a str, usize>,
    units: UnitTable,
    meaning: Meaning,
    said: Diagnostics,
}

/// The meaning of all declarations; code is taken over unread.
pub(super) fn collect(module: &Module) -> (Meaning, Diagnostics) {
    let items = module.flat_items();
    let mut collector = Collector {
        lists: Lists::default(),
        declared: Vec::new(),
        first: HashMap::new(),
        units: UnitTable::new(),
        meaning: empty(module),
        said: Diagnostics::new(),
    };
    for item in &items {
        collector.lists_of(item);
    }
    collector.unit_aliases(&items);
    for item in &items {
        collector.declarations_of(item);
        collector.code_of(item);
    }
    collector.identity(module);
    collector.symbols();
    collector.ions_and_currents();
    (collector.meaning, collector.said)
}

fn empty(module: &Module) -> Meaning {
    let name = Name { text: String::new(), span: module.span };
    Meaning {
        kind: MechanismKind::Density,
        name,
        declared_thread_safe: false,
        symbols: Vec::new(),
        ions: Vec::new(),
        currents: Vec::new(),
        functions: Vec::new(),
        procedures: Vec::new(),
        function_tables: Vec::new(),
        equations: Vec::new(),
        initial: None,
        breakpoint: None,
        other_phases: Vec::new(),
        net_receive: None,
        verbatim: Vec::new(),
        warnings: Diagnostics::new(),
        by_name: HashMap::new(),
    }
}

fn text_of(unit: &Option<Unit>) -> Option<String> {
    unit.as_ref().map(|u| u.text.clone())
}

fn names<'a>(list: &[&'a Name]) -> Vec<&'a str> {
    list.iter().map(|n| n.text.as_str()).collect()
}

impl<'a> Collector<'a> {
    fn lists_of(&mut self, item: &'a Item) {
        let Item::Neuron(block) = item else { return };
        let lists = &mut self.lists;
        lists.span.get_or_insert(block.span);
        for statement in &block.statements {
            use NeuronStatementKind as Kind;
            match &statement.kind {
                Kind::Suffix(name) if name.text == "nothing" => {
                    lists.names.push((MechanismKind::RoutinesOnly, name));
                }
                Kind::Suffix(name) => lists.names.push((MechanismKind::Density, name)),
                Kind::PointProcess(name) => lists.names.push((MechanismKind::PointProcess, name)),
                Kind::ArtificialCell(name) => lists.names.push((MechanismKind::ArtificialCell, name)),
                Kind::UseIon(ion) => lists.ions.push(ion),
                Kind::NonspecificCurrent(list) => lists.nonspecific.extend(list),
                Kind::ElectrodeCurrent(list) => lists.electrode.extend(list),
                Kind::Range(list) => lists.range.extend(list),
                Kind::Global(list) => lists.global.extend(list),
                Kind::Pointer(list) => lists.pointer.extend(list),
                Kind::BbCorePointer(list) => lists.bb_core_pointer.extend(list),
                Kind::External(list) => lists.external.extend(list),
                Kind::Random { names, .. } => lists.random.extend(names),
                Kind::ThreadSafe(_) => lists.thread_safe = true,
                Kind::Represents(_) => {}
            }
        }
    }

    /// All aliases before all numbers, so that their order does not matter.
    fn unit_aliases(&mut self, items: &[&'a Item]) {
        for item in items {
            let Item::Units(block) = item else { continue };
            for definition in &block.definitions {
                let UnitDefinition::Alias { new, old, .. } = definition else { continue };
                if let Err(error) = self.units.define(&new.text, &old.text) {
                    let diagnostic = self.unit_message(&error, old);
                    // As in NEURON a unit that does not exist is an error; what is odd otherwise has no effect.
                    let severity = match error {
                        UnitError::Unknown(_) => Severity::Error,
                        _ => Severity::Warning,
                    };
                    self.said.push(Diagnostic { severity, ..diagnostic });
                }
            }
        }
    }

    fn unit_message(&self, error: &UnitError, unit: &Unit) -> Diagnostic {
        let message = format!("the unit `({})` cannot be read: {error}", unit.text);
        let diagnostic = Diagnostic::error("nmodl/unit", message).at(unit.span, "");
        match error {
            UnitError::Unknown(name) => match nearest_unit(name, &self.units) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic
                    .help(format!("say what it is in the UNITS block, as in `({name}) = (millivolt)`")),
            },
            _ => diagnostic,
        }
    }

    fn declarations_of(&mut self, item: &'a Item) {
        match item {
            Item::Parameter(block) => block.parameters.iter().for_each(|p| self.parameter(p)),
            Item::Constant(block) => {
                for constant in &block.constants {
                    let details = Details {
                        default: constant.value.value,
                        unit: text_of(&constant.unit),
                        ..Details::default()
                    };
                    self.declare(&constant.name, Declared::Constant, details);
                }
            }
            Item::Assigned(block) => {
                block.variables.iter().for_each(|d| self.declaration(d, Declared::Assigned));
            }
            Item::State(block) => block.states.iter().for_each(|d| self.declaration(d, Declared::State)),
            Item::Local(list) => list.names.iter().for_each(|n| self.file_local(n)),
            Item::Units(block) => {
                for definition in &block.definitions {
                    if let UnitDefinition::Factor { name, value, .. } = definition {
                        self.unit_factor(name, value);
                    }
                }
            }
            Item::Routine(routine) => {
                let kind = if routine.is_function { Declared::Function } else { Declared::Procedure };
                self.declare(&routine.name, kind, Details::default());
            }
            Item::FunctionTable(table) => {
                self.declare(&table.name, Declared::FunctionTable, Details::default());
            }
            Item::Equations(block) => self.declare(&block.name, Declared::Equations, Details::default()),
            _ => {}
        }
    }

    fn parameter(&mut self, parameter: &'a Parameter) {
        let details = Details {
            default: parameter.value.as_ref().map_or(0.0, |v| six_digits(v.value)),
            unit: text_of(&parameter.unit),
            limits: parameter.limits.as_ref().map(|l| (l.low.value, l.high.value)),
            length: parameter.length.as_ref().map(|l| l.value as usize),
            ..Details::default()
        };
        self.declare(&parameter.name, Declared::Parameter, details);
    }

    fn declaration(&mut self, declaration: &'a Declaration, kind: Declared) {
        let details = Details {
            default: 0.0,
            unit: text_of(&declaration.unit),
            limits: declaration.range.as_ref().map(|l| (l.low.value, l.high.value)),
            length: declaration.length.as_ref().map(|l| l.value as usize),
            tolerance: declaration.tolerance.as_ref().map(|t| t.value),
            start: declaration.start.as_ref().map(|s| six_digits(s.value)),
        };
        self.declare(&declaration.name, kind, details);
    }

    fn file_local(&mut self, local: &'a LocalName) {
        let length = local.length.as_ref().map(|l| l.value as usize);
        self.declare(&local.name, Declared::FileLocal, Details { length, ..Details::default() });
    }

    fn unit_factor(&mut self, name: &'a Name, value: &'a FactorValue) {
        let (default, unit) = match value {
            FactorValue::Number { number, unit } => (number.value, text_of(unit)),
            FactorValue::Ratio { from, to } => {
                let factor = match self.units.ratio(&from.text, &to.text) {
                    Ok((factor, true)) => factor,
                    Ok((factor, false)) => {
                        let message =
                            format!("`({})` and `({})` do not measure the same thing", from.text, to.text);
                        self.said.push(
                            Diagnostic::warning("nmodl/unit", message)
                                .at(from.span.to(to.span), format!("taken as {factor}")),
                        );
                        factor
                    }
                    Err(error) => {
                        let wrong = if self.units.parse(&from.text).is_err() { from } else { to };
                        let diagnostic = self.unit_message(&error, wrong);
                        self.said.push(diagnostic);
                        1.0
                    }
                };
                (factor, Some(to.text.clone()))
            }
        };
        self.declare(name, Declared::UnitFactor, Details { default, unit, ..Details::default() });
    }

    /// Notes a declaration, or reports that the name is taken.
    fn declare(&mut self, name: &'a Name, kind: Declared, details: Details) {
        if let Some(&at) = self.first.get(name.text.as_str()) {
            let (before, before_kind, before_details) = &self.declared[at];
            let provided = Builtin::named(&name.text).is_some() || self.is_ion_variable(&name.text);
            if provided && before_kind.is_variable() && kind.is_variable() {
                return;
            }
            // As in NEURON code below a LOCAL of the file means that; what others see is the variable above.
            let hides = kind == Declared::FileLocal
                && matches!(before_kind, Declared::Assigned | Declared::Parameter)
                && !self.mentions(&name.text);
            if hides {
                let message = format!("this LOCAL hides the variable `{}`", name.text);
                let text = before_kind.text();
                self.said.push(
                    Diagnostic::warning("nmodl/hidden", message)
                        .at(name.span, "what the code below sets and reads")
                        .at(before.span, format!("{text}, which keeps its default"))
                        .help("remove one of the two"),
                );
                self.first.insert(name.text.as_str(), self.declared.len());
                self.declared.push((name, kind, details));
                return;
            }
            let same = *before_kind == kind && kind.is_variable() && *before_details == details;
            let message = if *before_kind == kind {
                format!("`{}` is declared twice", name.text)
            } else {
                format!("`{}` is declared as {} and as {}", name.text, before_kind.text(), kind.text())
            };
            let diagnostic = if same {
                Diagnostic::warning("nmodl/duplicate", message)
            } else {
                Diagnostic::error("nmodl/duplicate", message)
            };
            self.said.push(
                diagnostic
                    .at(name.span, "declared again here")
                    .at(before.span, "declared first here")
                    .help("remove one of the two, or give it another name"),
            );
            return;
        }
        self.first.insert(name.text.as_str(), self.declared.len());
        self.declared.push((name, kind, details));
    }

    /// Whether code that was taken over so far uses a name that is not its own.
    fn mentions(&self, name: &str) -> bool {
        let m = &self.meaning;
        let phases = m.other_phases.iter().map(|p| (&p.body, Vec::new()));
        let blocks = m.initial.iter().chain(&m.breakpoint).map(|b| (b, Vec::new()));
        let equations = m.equations.iter().map(|e| (&e.body, Vec::new()));
        let receive = m.net_receive.iter().map(|n| (&n.body, walk::Site::NetReceive(n).names()));
        let routines =
            m.functions.iter().chain(&m.procedures).map(|r| (&r.body, walk::Site::Routine(r).names()));
        let all = blocks.chain(phases).chain(equations).chain(receive).chain(routines);
        all.into_iter().any(|(body, names)| walk::mentions(body, names, name))
    }

    fn is_ion_variable(&self, name: &str) -> bool {
        self.lists.ions.iter().any(|ion| ion.read.iter().chain(&ion.write).any(|n| n.text == name))
    }

    fn code_of(&mut self, item: &'a Item) {
        let meaning = &mut self.meaning;
        match item {
            Item::Routine(routine) if routine.is_function => meaning.functions.push(routine.clone()),
            Item::Routine(routine) => meaning.procedures.push(routine.clone()),
            Item::FunctionTable(table) => meaning.function_tables.push(table.clone()),
            Item::Equations(block) => meaning.equations.push(block.clone()),
            Item::Verbatim(verbatim) => meaning.verbatim.push(verbatim.clone()),
            Item::Phase(PhaseBlock { phase: Phase::Initial, body, span }) => {
                said_twice(&mut self.said, "INITIAL", meaning.initial.as_ref(), *span);
                append(&mut meaning.initial, body);
            }
            Item::Phase(PhaseBlock { phase: Phase::Breakpoint, body, span }) => {
                said_twice(&mut self.said, "BREAKPOINT", meaning.breakpoint.as_ref(), *span);
                append(&mut meaning.breakpoint, body);
            }
            Item::Phase(other) => meaning.other_phases.push(other.clone()),
            Item::NetReceive(block) => {
                if let Some(first) = &meaning.net_receive {
                    self.said.push(
                        Diagnostic::error("nmodl/duplicate", "there are two `NET_RECEIVE` blocks")
                            .at(block.span, "the second one")
                            .at(first.span, "the first one"),
                    );
                } else {
                    meaning.net_receive = Some(block.clone());
                }
            }
            _ => {}
        }
    }

    fn identity(&mut self, module: &Module) {
        self.meaning.declared_thread_safe = self.lists.thread_safe;
        let Some((kind, name)) = self.lists.names.first() else {
            if module.items.is_empty() {
                let message = "there is nothing in this file, or nothing but comments";
                self.said.push(
                    Diagnostic::error("nmodl/empty", message)
                        .at(Span::new(module.span.source, 0, 0), "expected a `NEURON` block")
                        .help("write `NEURON { SUFFIX name }` for a density mechanism"),
                );
                return;
            }
            let span = self.lists.span.unwrap_or(Span::new(module.span.source, 0, 0));
            self.said.push(
                Diagnostic::error("nmodl/no-name", "the mechanism has no name")
                    .at(span, "expected `SUFFIX`, `POINT_PROCESS` or `ARTIFICIAL_CELL` in a `NEURON` block")
                    .help("write `NEURON { SUFFIX name }` for a density mechanism"),
            );
            return;
        };
        // As in NEURON, a mechanism that is also called a density mechanism by the same name is what else it is called.
        let same = self.lists.names.iter().filter(|(_, other)| other.text == name.text);
        let kind = same.map(|(kind, _)| *kind).find(|kind| *kind != MechanismKind::Density).unwrap_or(*kind);
        self.meaning.kind = kind;
        self.meaning.name = (*name).clone();
        for (_, other) in self.lists.names[1..].iter().filter(|(_, other)| other.text != name.text) {
            self.said.push(
                Diagnostic::error("nmodl/two-names", "the mechanism has two names")
                    .at(other.span, "the second one")
                    .at(name.span, "the first one")
                    .help("write one mechanism per file"),
            );
        }
    }
}

/// Warns of a second block of its kind: NEURON takes it, and it is seldom meant.
fn said_twice(said: &mut Diagnostics, word: &str, first: Option<&Block>, second: Span) {
    let Some(first) = first else { return };
    let head = |span: Span| Span { end: span.end.min(span.start + word.len() as u32), ..span };
    said.push(
        Diagnostic::warning("nmodl/two-blocks", format!("there are two `{word}` blocks"))
            .at(head(second), "runs after the first one")
            .at(Span { end: first.span.start + 1, ..first.span }, "the first one")
            .help("write one block with all statements"),
    );
}

/// Blocks of the same kind run one after the other.
fn append(target: &mut Option<Block>, body: &Block) {
    match target {
        Some(block) => block.statements.extend(body.statements.iter().cloned()),
        None => *target = Some(body.clone()),
    }
}

/// A default of PARAMETER, or a start value of STATE, which NEURON's translator writes with six significant digits.
fn six_digits(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}
