//! Walks all code once: every name must be known, every call must fit, everything set must be
//! something that can be set. Then what only the whole shows: recursion, currents never computed.

mod calls;
mod variables;

use std::collections::{HashMap, HashSet};

use super::scope::Scope;
use super::{IonRole, Meaning, MechanismKind, Storage, SymbolId};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::nmodl::ast::{
    Argument, BinaryOperator, Block, EquationsKind, Expression, ExpressionKind, Name, Phase, Reaction,
    Routine, Statement, StatementKind, Table, Term, Unit, WatchCondition,
};
use crate::nmodl::nearest;
use crate::units::UnitTable;

/// The block that the code stands in.
#[derive(Clone, Copy, PartialEq)]
enum Site<'a> {
    Initial,
    Breakpoint,
    Other,
    Equations(EquationsKind),
    NetReceive,
    Routine(&'a Routine),
}

struct Checker<'a, 's> {
    meaning: &'a Meaning,
    said: &'s mut Diagnostics,
    scope: Scope,
    site: Site<'a>,
    /// Names already reported, so that each is reported once.
    reported: HashSet<String>,
    written: HashSet<SymbolId>,
    /// Said of already: variables of ions set though not named after WRITE, and `v`.
    warned: HashSet<SymbolId>,
    /// Which routine calls which, and where first.
    calls: HashMap<String, Vec<(String, Span)>>,
    has_verbatim: bool,
}

/// Checks all code of a mechanism.
pub(super) fn check(meaning: &Meaning, said: &mut Diagnostics) {
    let mut checker = Checker {
        meaning,
        said,
        scope: Scope::default(),
        site: Site::Other,
        reported: HashSet::new(),
        written: HashSet::new(),
        warned: HashSet::new(),
        calls: HashMap::new(),
        has_verbatim: !meaning.verbatim.is_empty(),
    };
    for (site, block) in [(Site::Initial, &meaning.initial), (Site::Breakpoint, &meaning.breakpoint)] {
        if let Some(block) = block {
            checker.site = site;
            checker.block(block);
        }
    }
    for other in &meaning.other_phases {
        let initial = matches!(other.phase, Phase::BeforeInitial | Phase::AfterInitial);
        checker.site = if initial { Site::Initial } else { Site::Other };
        checker.block(&other.body);
    }
    for equations in &meaning.equations {
        checker.site = Site::Equations(equations.kind);
        for name in &equations.solve_for {
            checker.state(name);
        }
        checker.block(&equations.body);
    }
    for routine in meaning.functions.iter().chain(&meaning.procedures) {
        checker.routine(routine);
    }
    checker.net_receive();
    checker.recursion();
    checker.currents();
}

impl<'a> Checker<'a, '_> {
    fn routine(&mut self, routine: &'a Routine) {
        self.site = Site::Routine(routine);
        self.distinct_arguments(&routine.arguments);
        let mark = self.scope.enter();
        if routine.is_function {
            self.scope.give(&routine.name.text);
        }
        self.scope.arguments(&routine.arguments);
        self.block(&routine.body);
        self.scope.leave(mark);
    }

    fn distinct_arguments(&mut self, arguments: &[Argument]) {
        for (i, argument) in arguments.iter().enumerate() {
            if let Some(first) = arguments[..i].iter().find(|a| a.name.text == argument.name.text) {
                let message = format!("two arguments are called `{}`", argument.name.text);
                self.said.push(
                    Diagnostic::error("nmodl/duplicate", message)
                        .at(argument.name.span, "the second one")
                        .at(first.name.span, "the first one"),
                );
            }
        }
    }

    fn net_receive(&mut self) {
        let Some(block) = &self.meaning.net_receive else { return };
        if self.meaning.kind == MechanismKind::Density {
            self.said.push(
                Diagnostic::error("nmodl/net-receive", "a density mechanism cannot receive events")
                    .at(block.span, "`NET_RECEIVE` needs a mechanism that stands at one place")
                    .help("write `POINT_PROCESS` instead of `SUFFIX` in the NEURON block"),
            );
        }
        if block.arguments.is_empty() {
            self.said.push(
                Diagnostic::error("nmodl/net-receive", "`NET_RECEIVE` has no argument")
                    .at(block.span, "the weight of the connection is missing")
                    .help("write `NET_RECEIVE (weight)`"),
            );
        }
        self.distinct_arguments(&block.arguments);
        self.site = Site::NetReceive;
        let mark = self.scope.enter();
        self.scope.arguments(&block.arguments);
        self.scope.give("flag");
        self.block(&block.body);
        self.scope.leave(mark);
        let initials = block.body.statements.iter().filter(|s| matches!(s.kind, StatementKind::Initial(_)));
        if let Some(second) = initials.skip(1).map(|s| s.span).next() {
            self.said.push(
                Diagnostic::error("nmodl/duplicate", "there are two `INITIAL` blocks in `NET_RECEIVE`")
                    .at(second, "the second one"),
            );
        }
    }

    fn block(&mut self, block: &'a Block) {
        let mark = self.scope.enter();
        for statement in &block.statements {
            self.statement(statement);
        }
        self.scope.leave(mark);
    }

    fn statement(&mut self, statement: &'a Statement) {
        match &statement.kind {
            StatementKind::Local(list) => self.scope.locals(list),
            StatementKind::Assign { target, value } => {
                self.expression(value);
                self.target(target);
            }
            StatementKind::Call(call) => self.call(call),
            StatementKind::If { branches, otherwise } => {
                for branch in branches {
                    self.expression(&branch.condition);
                    self.block(&branch.body);
                }
                if let Some(body) = otherwise {
                    self.block(body);
                }
            }
            StatementKind::From { counter, from, to, by, body } => {
                for bound in [Some(from), Some(to), by.as_ref()].into_iter().flatten() {
                    self.expression(bound);
                }
                let mark = self.scope.enter();
                self.scope.give(&counter.text);
                self.block(body);
                self.scope.leave(mark);
            }
            StatementKind::While { condition, body } => {
                self.expression(condition);
                self.block(body);
            }
            StatementKind::Block(body) | StatementKind::Initial(body) => self.block(body),
            StatementKind::Solve(solve) => {
                if let Some(body) = &solve.if_error {
                    self.block(body);
                }
            }
            StatementKind::Table(table) => self.table(table, statement.span),
            StatementKind::Conductance { name, ion } => self.conductance(name, ion.as_ref()),
            StatementKind::Reaction(reaction) => self.reaction(reaction),
            StatementKind::Equation { left, right } => {
                self.expression(left);
                self.expression(right);
            }
            StatementKind::Compartment(factor) | StatementKind::LongitudinalDiffusion(factor) => {
                let mark = self.scope.enter();
                if let Some(index) = &factor.index {
                    self.scope.give(&index.text);
                }
                self.expression(&factor.value);
                self.scope.leave(mark);
                factor.names.iter().for_each(|name| self.has_volume(name));
            }
            StatementKind::Conserve { terms, total } => {
                self.terms(terms);
                self.expression(total);
            }
            StatementKind::Watch(list) => list.iter().for_each(|w| self.watch(w)),
            StatementKind::ForNetcons { arguments, body } => {
                self.for_netcons(arguments, body, statement.span)
            }
            StatementKind::Protect(inner) => self.statement(inner),
            StatementKind::Verbatim(_) => self.has_verbatim = true,
            StatementKind::MutexLock
            | StatementKind::MutexUnlock
            | StatementKind::UnitsSwitch(_)
            | StatementKind::Reset => {}
        }
    }

    fn table(&mut self, table: &'a Table, span: Span) {
        let Site::Routine(routine) = self.site else { return };
        let wrong = if routine.is_function && !table.names.is_empty() {
            Some(("a FUNCTION tabulates its own value", "remove the names after TABLE"))
        } else if !routine.is_function && table.names.is_empty() {
            Some(("the TABLE names no variables", "write the variables that the procedure sets after TABLE"))
        } else if routine.arguments.len() != 1 {
            Some(("a routine with a TABLE must have one argument", "leave the other arguments to DEPEND"))
        } else if table.with.value < 1 {
            Some(("a TABLE needs at least one interval", "write a number of 1 or more after WITH"))
        } else {
            None
        };
        if let Some((message, help)) = wrong {
            self.said.push(Diagnostic::error("nmodl/table", message).at(span, "").help(help));
        }
        for name in table.names.iter().chain(&table.depend) {
            self.known(name);
        }
        self.expression(&table.from);
        self.expression(&table.to);
    }

    fn conductance(&mut self, name: &Name, ion: Option<&Name>) {
        if self.site != Site::Breakpoint {
            self.said.push(
                Diagnostic::error("nmodl/misplaced", "`CONDUCTANCE` cannot stand here")
                    .at(name.span, "belongs in `BREAKPOINT`"),
            );
        }
        self.known(name);
        let Some(ion) = ion else { return };
        if !self.meaning.ions.iter().any(|i| i.name.text == ion.text) {
            let names = self.meaning.ions.iter().map(|i| i.name.text.as_str());
            let diagnostic = Diagnostic::error(
                "nmodl/undeclared",
                format!("the mechanism does not use the ion `{}`", ion.text),
            )
            .at(ion.span, "not named in USEION");
            self.said.push(with_near(diagnostic, &ion.text, names));
        }
    }

    fn reaction(&mut self, reaction: &'a Reaction) {
        match reaction {
            Reaction::Reversible { left, right, forward, backward } => {
                self.terms(left);
                self.terms(right);
                self.rate(forward);
                self.rate(backward);
            }
            Reaction::Sink { left, rate: value } | Reaction::Flux { left, flux: value } => {
                self.terms(left);
                self.expression(value);
            }
        }
    }

    /// A rate of a reaction. NEURON's translator writes the product with the states behind a bare sum, so that only its last
    /// term is multiplied.
    fn rate(&mut self, rate: &'a Expression) {
        self.expression(rate);
        let ExpressionKind::Binary { operator, left, .. } = &rate.kind else { return };
        let binds =
            matches!(operator, BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Power);
        // With parentheses around it the whole begins before its first part.
        if binds || rate.span.start < left.span.start {
            return;
        }
        self.said.push(
            Diagnostic::warning("nmodl/rate", "NEURON reads this rate otherwise")
                .at(rate.span, "there only what comes last is multiplied with the states, here the whole")
                .help("put parentheses around the rate"),
        );
    }

    fn terms(&mut self, terms: &'a [Term]) {
        for term in terms {
            self.variable(&term.variable);
            if let Some(id) = self.meaning.find(&term.variable.name.text) {
                self.written.insert(id);
            }
        }
    }

    fn watch(&mut self, watch: &'a WatchCondition) {
        let fits = matches!(
            watch.condition.kind,
            ExpressionKind::Binary { operator: BinaryOperator::Less | BinaryOperator::Greater, .. }
        );
        if !fits {
            self.said.push(
                Diagnostic::error("nmodl/watch", "a WATCH needs one comparison")
                    .at(watch.condition.span, "expected `a > b` or `a < b`"),
            );
        }
        self.expression(&watch.condition);
        self.expression(&watch.flag);
    }

    fn for_netcons(&mut self, arguments: &'a [Argument], body: &'a Block, span: Span) {
        let expected = self.meaning.net_receive.as_ref().map_or(0, |n| n.arguments.len());
        if arguments.len() != expected {
            let message = format!("`FOR_NETCONS` has {}", count(arguments.len(), "argument"));
            self.said.push(
                Diagnostic::error("nmodl/arguments", message)
                    .at(span, format!("NET_RECEIVE has {expected}"))
                    .help("name as many arguments as NET_RECEIVE has"),
            );
        }
        let mark = self.scope.enter();
        self.scope.arguments(arguments);
        self.block(body);
        self.scope.leave(mark);
    }

    fn expression(&mut self, expression: &'a Expression) {
        match &expression.kind {
            ExpressionKind::Number { unit: Some(unit), .. } => self.literal_unit(unit),
            ExpressionKind::Number { unit: None, .. } | ExpressionKind::Text(_) => {}
            ExpressionKind::Variable(variable) => self.variable(variable),
            ExpressionKind::Call(call) => self.call(call),
            ExpressionKind::Unary { operand, .. } => self.expression(operand),
            ExpressionKind::Binary { left, right, .. } => {
                self.expression(left);
                self.expression(right);
            }
        }
    }

    /// What stands in parentheses after a number is its unit, also where a product was meant: `2 (v + 3)`.
    fn literal_unit(&mut self, unit: &Unit) {
        let words = unit.text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let is_variable = |word: &&str| {
            let known = self.scope.find(word).is_some() || self.meaning.find(word).is_some();
            known && UnitTable::new().parse(word).is_err()
        };
        let variable = words.filter(|word| !word.is_empty()).find(is_variable);
        if variable.is_none() && !unit.text.contains('+') {
            return;
        }
        let text = &unit.text;
        let said = Diagnostic::warning("nmodl/number-unit", format!("`({text})` after a number is its unit"))
            .at(unit.span, "not multiplied")
            .help(format!("write `*` before `({text})` if a product is meant"));
        self.said.push(said);
    }

    /// A concentration that is written must be set somewhere, or be a state.
    fn concentrations(&mut self) {
        for (id, symbol) in self.meaning.symbols.iter().enumerate() {
            let Some(ion) = symbol.ion.filter(|ion| ion.write) else { continue };
            let concentration = matches!(ion.role, IonRole::Inside | IonRole::Outside);
            if !concentration || symbol.storage != Storage::Ion || self.written.contains(&SymbolId(id)) {
                continue;
            }
            let name = &symbol.name;
            self.said.push(
                Diagnostic::error("nmodl/never-set", format!("`{name}` is named after WRITE and never set"))
                    .at(symbol.span, "neither a STATE nor on the left of a `=`")
                    .help(format!("set `{name}` in the code, or take it out of WRITE")),
            );
        }
    }

    fn currents(&mut self) {
        if self.has_verbatim {
            return;
        }
        self.concentrations();
        for current in &self.meaning.currents {
            let symbol = self.meaning.symbol(current.symbol);
            if !self.written.contains(&current.symbol) {
                let name = &symbol.name;
                let stays = match symbol.storage {
                    Storage::RangeParameter | Storage::GlobalParameter => "keeps its value of PARAMETER",
                    _ => "stays 0: nothing flows",
                };
                let message = format!("the current `{name}` is never computed");
                self.said.push(
                    Diagnostic::warning("nmodl/current-never-set", message).at(symbol.span, stays).help(
                        format!(
                            "write `{name} = ...` in BREAKPOINT, or take `{name}` out of the NEURON block"
                        ),
                    ),
                );
            }
        }
    }
}

/// `1 argument`, `2 arguments`.
fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

fn with_near<'n>(diagnostic: Diagnostic, name: &str, known: impl IntoIterator<Item = &'n str>) -> Diagnostic {
    match nearest(name, known) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}
