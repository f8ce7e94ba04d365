//! Walks all code once: every name must be known, every call must fit, everything set must be
//! something that can be set. Then what only the whole shows: recursion, currents never computed.

use std::collections::{HashMap, HashSet};

use super::builtins::{Builtin, FUNCTIONS, FunctionClass, builtin_function};
use super::scope::{Local, Scope};
use super::{Meaning, MechanismKind, Storage, SymbolId};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Span};
use crate::nmodl::ast::{
    Argument, BinaryOperator, Block, Call, Expression, ExpressionKind, Name, Phase, Reaction, Routine,
    Statement, StatementKind, Table, Term, Variable, WatchCondition,
};
use crate::nmodl::nearest;

/// The block that the code stands in.
#[derive(Clone, Copy, PartialEq)]
enum Site<'a> {
    Initial,
    Breakpoint,
    Other,
    Equations,
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
    /// Warned of already: variables of ions set though not named after WRITE.
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
        checker.site = Site::Equations;
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
                for name in &factor.names {
                    self.known(name);
                }
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
                self.expression(forward);
                self.expression(backward);
            }
            Reaction::Sink { left, rate: value } | Reaction::Flux { left, flux: value } => {
                self.terms(left);
                self.expression(value);
            }
        }
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

    /// A name after SOLVEFOR.
    fn state(&mut self, name: &Name) {
        let is_state = |id: SymbolId| matches!(self.meaning.symbol(id).storage, Storage::State { .. });
        if !self.meaning.find(&name.text).is_some_and(is_state) {
            let message = format!("`{}` is not a state", name.text);
            let states = self.meaning.symbols.iter().filter(|s| matches!(s.storage, Storage::State { .. }));
            let diagnostic =
                Diagnostic::error("nmodl/undeclared", message).at(name.span, "not declared in STATE");
            let diagnostic = with_near(diagnostic, &name.text, states.map(|s| s.name.as_str()));
            self.said.push(diagnostic);
        }
    }

    /// A name that stands for a variable as a whole.
    fn known(&mut self, name: &Name) {
        if self.scope.find(&name.text).is_none() && self.meaning.find(&name.text).is_none() {
            self.undeclared(name);
        }
    }

    fn undeclared(&mut self, name: &Name) {
        if !self.reported.insert(name.text.clone()) {
            return;
        }
        let text = &name.text;
        let mut diagnostic;
        if self.is_function(text) {
            diagnostic = Diagnostic::error("nmodl/function-as-variable", format!("`{text}` is a function"))
                .at(name.span, "used as a variable here")
                .help(format!("call it: `{text}(...)`"));
        } else if self.meaning.equations_named(text).is_some() {
            diagnostic =
                Diagnostic::error("nmodl/function-as-variable", format!("`{text}` is a block of equations"))
                    .at(name.span, "used as a variable here");
        } else {
            diagnostic = Diagnostic::error("nmodl/undeclared", format!("`{text}` is not declared"))
                .at(name.span, "no variable of that name");
            let known = self.scope.names().chain(self.meaning.symbols.iter().map(|s| s.name.as_str()));
            diagnostic = match nearest(text, known) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => {
                    diagnostic.help(format!("declare it: as a `LOCAL {text}` of this block, or in ASSIGNED"))
                }
            };
            if self.has_verbatim {
                diagnostic = diagnostic.note("names of C code in VERBATIM blocks are not known here");
            }
        }
        self.said.push(diagnostic);
    }

    fn is_function(&self, name: &str) -> bool {
        self.meaning.routine(name).is_some()
            || self.meaning.function_tables.iter().any(|f| f.name.text == name)
            || builtin_function(name).is_some()
    }

    /// A variable that is read.
    fn variable(&mut self, variable: &'a Variable) {
        let name = &variable.name;
        if let Some(index) = &variable.index {
            self.expression(index);
        }
        match self.scope.find(&name.text) {
            Some(local) => {
                self.index_fits(variable, local == Local::Array);
                return;
            }
            None if self.site == Site::Equations && matches!(name.text.as_str(), "f_flux" | "b_flux") => {
                return;
            }
            None => {}
        }
        let Some(id) = self.meaning.find(&name.text) else { return self.undeclared(name) };
        let symbol = self.meaning.symbol(id);
        match symbol.storage {
            Storage::Builtin(builtin) => self.builtin(builtin, name),
            Storage::Random => {
                if self.reported.insert(name.text.clone()) {
                    let message = format!("the random stream `{}` has no value", name.text);
                    self.said.push(
                        Diagnostic::error("nmodl/random", message)
                            .at(name.span, "")
                            .help(format!("draw from it, as in `random_uniform({})`", name.text)),
                    );
                }
                return;
            }
            _ => {}
        }
        self.index_fits(variable, symbol.length.is_some());
    }

    fn index_fits(&mut self, variable: &Variable, is_array: bool) {
        if variable.index.is_some() == is_array {
            return;
        }
        let text = &variable.name.text;
        let diagnostic = if is_array {
            Diagnostic::error("nmodl/index", format!("the array `{text}` needs an index"))
                .at(variable.span, "an array as a whole has no value")
                .help(format!("write `{text}[0]` for the first element"))
        } else {
            Diagnostic::error("nmodl/index", format!("`{text}` is not an array"))
                .at(variable.span, "cannot have an index")
                .help(format!("remove the index, or declare `{text}` with a length"))
        };
        self.said.push(diagnostic);
    }

    fn builtin(&mut self, builtin: Builtin, name: &Name) {
        let artificial = self.meaning.kind == MechanismKind::ArtificialCell;
        if artificial && builtin.is_of_membrane() && self.reported.insert(name.text.clone()) {
            let message = format!("an artificial cell has no membrane, so it has no `{}`", name.text);
            self.said.push(
                Diagnostic::error("nmodl/no-membrane", message)
                    .at(name.span, "")
                    .help("write `POINT_PROCESS` instead of `ARTIFICIAL_CELL`, or use another name"),
            );
        }
    }

    /// A variable that is set.
    fn target(&mut self, target: &'a Variable) {
        let name = &target.name;
        if self.scope.find(&name.text).is_some() {
            return self.variable(target);
        }
        let Some(id) = self.meaning.find(&name.text) else {
            if self.is_function(&name.text) {
                self.cannot_set(
                    name,
                    "is a function and cannot be set",
                    "a function is set only inside itself",
                );
            } else {
                self.undeclared(name);
            }
            return;
        };
        self.written.insert(id);
        let symbol = self.meaning.symbol(id);
        match symbol.storage {
            Storage::Constant => {
                self.cannot_set(
                    name,
                    "is a constant and cannot be set",
                    "declare it in PARAMETER or ASSIGNED instead",
                );
            }
            // Its copy is taken anew for each block, as in NEURON; published channels shift it.
            Storage::Builtin(Builtin::Voltage) => self.copy_of_voltage(id, name),
            Storage::Builtin(_) => {
                let help = "copy it to a LOCAL variable and change that";
                self.cannot_set(name, "belongs to the simulator and cannot be set", help);
            }
            Storage::Random => {
                self.cannot_set(
                    name,
                    "is a random stream and cannot be set",
                    "set its place with `random_setseq`",
                );
            }
            _ => {}
        }
        let read_only =
            symbol.ion.is_some_and(|i| !i.write) && !matches!(symbol.storage, Storage::State { .. });
        if read_only && self.warned.insert(id) {
            let message =
                format!("`{}` is only read from the ion, so setting it changes this copy only", name.text);
            self.said.push(
                Diagnostic::warning("nmodl/read-only-ion", message)
                    .at(name.span, "other mechanisms do not see this")
                    .help(format!(
                        "name `{}` after WRITE in USEION, or use a variable of your own",
                        name.text
                    )),
            );
        }
        self.variable(target);
    }

    fn copy_of_voltage(&mut self, id: SymbolId, name: &Name) {
        if self.warned.insert(id) {
            let message = "setting `v` changes the copy of this mechanism only, until the next step";
            let note = Diagnostic::new(Severity::Note, "nmodl/sets-v", message);
            self.said.push(note.at(name.span, "set here"));
        }
    }

    fn cannot_set(&mut self, name: &Name, why: &str, help: &str) {
        if self.reported.insert(name.text.clone()) {
            let message = format!("`{}` {why}", name.text);
            self.said
                .push(Diagnostic::error("nmodl/cannot-set", message).at(name.span, "set here").help(help));
        }
    }

    fn expression(&mut self, expression: &'a Expression) {
        match &expression.kind {
            ExpressionKind::Number { .. } | ExpressionKind::Text(_) => {}
            ExpressionKind::Variable(variable) => self.variable(variable),
            ExpressionKind::Call(call) => self.call(call),
            ExpressionKind::Unary { operand, .. } => self.expression(operand),
            ExpressionKind::Binary { left, right, .. } => {
                self.expression(left);
                self.expression(right);
            }
        }
    }

    fn call(&mut self, call: &'a Call) {
        let name = &call.name.text;
        let mut arguments = call.arguments.iter();
        let table = self.meaning.function_tables.iter().find(|f| f.name.text == *name);
        let own = self.meaning.routine(name).map(|r| r.arguments.len());
        if let Some(wanted) = own.or(table.map(|t| t.arguments.len())) {
            self.arity(call, wanted, wanted);
            if let Site::Routine(caller) = self.site {
                let list = self.calls.entry(caller.name.text.clone()).or_default();
                list.push((name.clone(), call.span));
            }
        } else if let Some(function) = builtin_function(name) {
            self.arity(call, function.least, function.most);
            self.class_fits(function.class, call);
            if function.class == FunctionClass::RandomVariable {
                self.stream(call);
                arguments.next();
            }
        } else {
            self.unknown_function(&call.name);
        }
        for argument in arguments {
            self.expression(argument);
        }
    }

    fn arity(&mut self, call: &Call, least: usize, most: usize) {
        let given = call.arguments.len();
        if (least..=most).contains(&given) {
            return;
        }
        let wanted =
            if least == most { count(least, "argument") } else { format!("{least} to {most} arguments") };
        let message = format!("`{}` takes {wanted}, not {given}", call.name.text);
        let mut diagnostic =
            Diagnostic::error("nmodl/arguments", message).at(call.span, format!("{given} given"));
        if let Some(routine) = self.meaning.routine(&call.name.text) {
            diagnostic = diagnostic.at(routine.name.span, "declared here");
        }
        self.said.push(diagnostic);
    }

    fn class_fits(&mut self, class: FunctionClass, call: &Call) {
        let name = &call.name.text;
        let kind = self.meaning.kind;
        let (message, help) = match class {
            FunctionClass::Event if self.meaning.net_receive.is_none() => (
                format!("`{name}` needs a `NET_RECEIVE` block"),
                "only a point process or an artificial cell with NET_RECEIVE sends events",
            ),
            FunctionClass::Play if kind != MechanismKind::ArtificialCell => (
                format!("`{name}` is for artificial cells only"),
                "a list of times is played to artificial cells",
            ),
            _ => return,
        };
        self.said.push(Diagnostic::error("nmodl/misplaced", message).at(call.span, "").help(help));
    }

    /// The first argument of `random_...` must be the name of a stream.
    fn stream(&mut self, call: &Call) {
        let named = call.arguments.first().and_then(|a| match &a.kind {
            ExpressionKind::Variable(v) => self.meaning.find(&v.name.text),
            _ => None,
        });
        if !named.is_some_and(|id| self.meaning.symbol(id).storage == Storage::Random) {
            let span = call.arguments.first().map_or(call.span, |a| a.span);
            let message = format!("the first argument of `{}` must be a random stream", call.name.text);
            self.said.push(
                Diagnostic::error("nmodl/random", message)
                    .at(span, "not named after RANDOM")
                    .help("write `RANDOM name` in the NEURON block and use that name"),
            );
        }
    }

    fn unknown_function(&mut self, name: &Name) {
        if !self.reported.insert(name.text.clone()) {
            return;
        }
        let text = &name.text;
        let variable = self.scope.find(text).is_some() || self.meaning.find(text).is_some();
        if variable {
            let message = format!("`{text}` is a variable, not a function");
            self.said.push(
                Diagnostic::error("nmodl/variable-as-function", message)
                    .at(name.span, "called here")
                    .help(format!("to multiply, write `{text} * (...)`")),
            );
            return;
        }
        let own = self.meaning.functions.iter().chain(&self.meaning.procedures).map(|r| r.name.text.as_str());
        let tables = self.meaning.function_tables.iter().map(|f| f.name.text.as_str());
        let known = own.chain(tables).chain(FUNCTIONS.iter().map(|f| f.name));
        let diagnostic =
            Diagnostic::error("nmodl/unknown-function", format!("there is no function `{text}`"))
                .at(name.span, "called here");
        let mut diagnostic = with_near(diagnostic, text, known);
        if self.has_verbatim {
            diagnostic = diagnostic.note("functions of C code in VERBATIM blocks are not known here");
        }
        self.said.push(diagnostic);
    }

    /// Reports each routine that calls itself, directly or by others, once per circle.
    fn recursion(&mut self) {
        let routines = self.meaning.functions.iter().chain(&self.meaning.procedures);
        let mut done: HashSet<&str> = HashSet::new();
        let mut circles: HashSet<Vec<String>> = HashSet::new();
        for start in routines {
            let mut path: Vec<(&str, usize)> = vec![(&start.name.text, 0)];
            while let Some((name, next)) = path.last_mut() {
                let called = self.calls.get(*name).and_then(|list| list.get(*next));
                *next += 1;
                let Some((callee, span)) = called else {
                    done.insert(*name);
                    path.pop();
                    continue;
                };
                if let Some(at) = path.iter().position(|(n, _)| n == callee) {
                    let circle: Vec<String> = path[at..].iter().map(|(n, _)| format!("`{n}`")).collect();
                    if !circles.insert(circle.clone()) {
                        continue;
                    }
                    let message = if circle.len() == 1 {
                        format!("{} calls itself", circle[0])
                    } else {
                        format!("{} call each other in a circle", circle.join(", "))
                    };
                    self.said.push(
                        Diagnostic::error("nmodl/recursion", message)
                            .at(*span, "this call closes the circle")
                            .note("routines are put in place of their calls, so none can contain itself")
                            .help("write a loop instead"),
                    );
                } else if !done.contains(callee.as_str()) {
                    path.push((callee, 0));
                }
            }
        }
    }

    fn currents(&mut self) {
        if self.has_verbatim {
            return;
        }
        for current in &self.meaning.currents {
            let symbol = self.meaning.symbol(current.symbol);
            if !self.written.contains(&current.symbol) {
                let message = format!("the current `{}` is never computed", symbol.name);
                self.said.push(
                    Diagnostic::warning("nmodl/current-never-set", message)
                        .at(symbol.span, "stays 0")
                        .help(format!("write `{} = ...` in BREAKPOINT, or remove it", symbol.name)),
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
