//! What NEURON says of a file when it translates it: that it is not thread safe, or not for variable steps.
//!
//! In comes a tree; out come the notices of NEURON 9's translator in its own words, each with its place. They follow
//! NEURON's rules, which look at keywords and not at meaning: a GLOBAL that every call sets before it reads it counts
//! as unsafe all the same. What is true of the mechanism is another question (`mechanism::verdict`). NEURON reads a file
//! from top to bottom, so `THREADSAFE` silences only what comes after it.

use std::collections::{BTreeMap, HashSet};

use super::ast::{EquationsKind, ExpressionKind, Item, Module, NeuronStatementKind, Phase, StatementKind};
use super::meaning::is_method;
use super::walk::{self, Site};
use crate::diagnostic::Span;

/// A sentence of NEURON's.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What NEURON's translator prints after `Notice: `.
    pub text: String,
    /// What it is about.
    pub kind: NoticeKind,
    /// The first place that gives rise to it.
    pub span: Span,
}

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A GLOBAL of that name is assigned.
    Global(String),
    /// C code.
    Verbatim,
    /// POINTER, BBCOREPOINTER or EXTERNAL.
    Link,
    /// A function with state of its own, such as a random generator.
    Function,
    /// A way to solve, or to keep data, that NEURON cannot spread over threads; `THREADSAFE` does not change that.
    Solver,
    /// `METHOD euler`: only old releases of NEURON mind it.
    Euler,
    /// It cannot be used with variable time steps, or differs there. This says nothing on threads.
    VariableStep,
}

impl NoticeKind {
    /// Whether NEURON 9 does not take the file as thread safe because of it.
    pub fn unsafe_in_neuron(&self) -> bool {
        !matches!(self, NoticeKind::Euler | NoticeKind::VariableStep)
    }
}

/// Functions of NEURON that keep a state of their own, which all threads would share.
const STATEFUL: &[&str] = &[
    "force",
    "deflate",
    "expfit",
    "derivs",
    "spline",
    "exprand",
    "gauss",
    "normrand",
    "poisrand",
    "poisson",
    "setseed",
    "scop_random",
    "boundary",
    "romberg",
    "invert",
    "stepforce",
    "schedule",
    "set_seed",
    "nrn_random_play",
];

/// All that NEURON would say, each once, in the order of the text; assigned GLOBALs last.
pub fn notices(module: &Module) -> Vec<Notice> {
    let mut found = Found { list: Vec::new(), said: HashSet::new(), declared: false };
    for item in module.flat_items() {
        found.item(item);
    }
    found.solvers(module);
    found.thread_data(module);
    if !found.declared {
        let protected = protected(module);
        for (name, span) in assigned(module, &global_names(module)) {
            if protected.contains(name) {
                continue;
            }
            let text = format!("Assignment to the GLOBAL variable, \"{name}\", is not thread safe");
            found.say(NoticeKind::Global(name.to_owned()), text, span);
        }
    }
    found.list
}

struct Found {
    list: Vec<Notice>,
    said: HashSet<String>,
    /// `THREADSAFE` has been met.
    declared: bool,
}

impl Found {
    fn say(&mut self, kind: NoticeKind, text: impl Into<String>, span: Span) {
        let text = text.into();
        if self.said.insert(text.clone()) {
            self.list.push(Notice { text, kind, span });
        }
    }

    fn verbatim(&mut self, span: Span) {
        if !self.declared {
            self.say(NoticeKind::Verbatim, "VERBATIM blocks are not thread safe", span);
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Verbatim(verbatim) => self.verbatim(verbatim.span),
            Item::Neuron(block) => {
                for statement in &block.statements {
                    let keyword = match statement.kind {
                        NeuronStatementKind::ThreadSafe(_) => {
                            self.declared = true;
                            continue;
                        }
                        NeuronStatementKind::Pointer(_) => "POINTER",
                        NeuronStatementKind::BbCorePointer(_) => "BBCOREPOINTER",
                        NeuronStatementKind::External(_) => "EXTERNAL",
                        _ => continue,
                    };
                    if !self.declared {
                        let text = format!("Use of {keyword} is not thread safe.");
                        self.say(NoticeKind::Link, text, statement.span);
                    }
                }
            }
            other => {
                if let Some(site) = walk::site(other) {
                    self.code(site);
                }
            }
        }
    }

    fn code(&mut self, site: Site<'_>) {
        walk::statements(site, &mut |statement, _| {
            match &statement.kind {
                StatementKind::Verbatim(verbatim) => self.verbatim(verbatim.span),
                StatementKind::Call(call) => {
                    self.call(&call.name.text, call.span, matches!(site, Site::NetReceive(_)));
                }
                StatementKind::Conserve { .. } => {
                    let text = "NEURON's CVode method ignores conservation";
                    self.say(NoticeKind::VariableStep, text, statement.span);
                }
                _ => {}
            }
            for expression in walk::expressions(statement) {
                walk::parts(expression, &mut |part| {
                    if let ExpressionKind::Call(call) = &part.kind {
                        self.call(&call.name.text, call.span, false);
                    }
                });
            }
        });
    }

    fn call(&mut self, name: &str, span: Span, in_event: bool) {
        if !self.declared && STATEFUL.contains(&name) {
            self.say(NoticeKind::Function, format!("{name} is not thread safe"), span);
        }
        if name == "state_discontinuity" && !in_event {
            let text = "Use of state_discontinuity is not thread safe except in a NET_RECEIVE block";
            self.say(NoticeKind::Solver, text, span);
        }
    }

    /// Artificial cells get no data of their own for each thread, which LOCALs of the file would need.
    fn thread_data(&mut self, module: &Module) {
        let items = module.flat_items();
        let is_artificial = items.iter().any(|item| match item {
            Item::Neuron(block) => {
                block.statements.iter().any(|s| matches!(s.kind, NeuronStatementKind::ArtificialCell(_)))
            }
            _ => false,
        });
        let local = items.iter().find_map(|item| match item {
            Item::Local(list) => Some(list.span),
            _ => None,
        });
        let is_unsafe = self.list.iter().any(|notice| notice.kind.unsafe_in_neuron());
        if let Some(span) = local.filter(|_| is_artificial && !is_unsafe) {
            let text = "ARTIFICIAL_CELL models that would require thread specific data are not thread safe.";
            self.say(NoticeKind::Solver, text, span);
        }
    }

    /// What NEURON says of SOLVE statements, once it has seen the whole file.
    fn solvers(&mut self, module: &Module) {
        let sites = walk::sites(module);
        let kind_of = |name: &str| {
            sites.iter().find_map(|site| match site {
                Site::Equations(block) if block.name.text == name => Some(block.kind),
                _ => None,
            })
        };
        for site in &sites {
            let in_step = matches!(site, Site::Phase(p) if p.phase == Phase::Breakpoint);
            walk::statements(*site, &mut |statement, _| {
                let StatementKind::Solve(solve) = &statement.kind else { return };
                let method = solve.method.as_ref();
                let steady = method.is_some_and(|m| m.steady_state);
                let method = method.map(|m| m.name.text.as_str());
                let span = statement.span;
                let kind = kind_of(&solve.name.text);
                match kind {
                    Some(EquationsKind::Derivative) if in_step && !steady => match method {
                        Some("cnexp" | "derivimplicit" | "after_cvode") | None => {}
                        Some("euler") => {
                            self.say(NoticeKind::Euler, "euler is not thread safe. Complain to Hines", span);
                        }
                        Some(other) if is_method(other) => {
                            let text = format!("{other} is not thread safe. Complain to Hines");
                            self.say(NoticeKind::Solver, text, span);
                        }
                        Some(_) => {}
                    },
                    Some(EquationsKind::Kinetic)
                        if in_step
                            && matches!(method, Some("euler" | "runge" | "derivimplicit" | "cnexp")) =>
                    {
                        let text = "KINETIC is thread safe only with METHOD sparse. Complain to Hines";
                        self.say(NoticeKind::Solver, text, span);
                    }
                    Some(EquationsKind::Nonlinear) => {
                        self.say(NoticeKind::Solver, "NONLINEAR is not thread safe.", span);
                    }
                    Some(EquationsKind::Linear) => {
                        self.say(NoticeKind::Solver, "LINEAR is not thread safe.", span);
                    }
                    Some(EquationsKind::Discrete) => {
                        self.say(NoticeKind::Solver, "DISCRETE is not thread safe.", span);
                    }
                    _ => {}
                }
                if solve.if_error.is_some() {
                    self.say(NoticeKind::Solver, "SOLVE with ERROR is not thread safe.", span);
                }
                let has_slopes = match kind {
                    Some(EquationsKind::Derivative) => true,
                    Some(EquationsKind::Kinetic) => method == Some("sparse"),
                    Some(_) => false,
                    None => matches!(method, Some("after_cvode" | "cvode_t" | "cvode_t_v")),
                };
                if in_step && !has_slopes {
                    let text = "This mechanism cannot be used with CVODE";
                    self.say(NoticeKind::VariableStep, text, span);
                }
            });
        }
    }
}

/// Names of variables that all instances share and that code somewhere assigns: parameters that are in no RANGE, and
/// LOCALs of the file, among them.
pub fn assigned_shared(module: &Module) -> Vec<String> {
    let mut shared = global_names(module);
    let mut own: HashSet<&str> = ["v", "t", "dt", "celsius", "area", "diam"].into();
    for item in module.flat_items() {
        match item {
            Item::Local(list) => shared.extend(list.names.iter().map(|n| n.name.text.as_str())),
            Item::Parameter(block) => {
                shared.extend(block.parameters.iter().map(|p| p.name.text.as_str()));
            }
            Item::Neuron(block) => {
                for statement in &block.statements {
                    if let NeuronStatementKind::Range(names) = &statement.kind {
                        own.extend(names.iter().map(|n| n.text.as_str()));
                    }
                }
            }
            _ => {}
        }
    }
    shared.retain(|name| !own.contains(name));
    assigned(module, &shared).into_iter().map(|(name, _)| name.to_owned()).collect()
}

/// Those of the names that code assigns, each with the first place, in the order of the text.
fn assigned<'a>(module: &'a Module, shared: &HashSet<&'a str>) -> Vec<(&'a str, Span)> {
    let mut places: BTreeMap<&str, Span> = BTreeMap::new();
    for site in walk::sites(module) {
        walk::statements(site, &mut |statement, locals| {
            let StatementKind::Assign { target, .. } = &statement.kind else { return };
            let name = target.name.text.as_str();
            if shared.contains(name) && !locals.contains(&name) {
                places.entry(name).or_insert(target.name.span);
            }
        });
    }
    let mut list: Vec<(&str, Span)> = places.into_iter().collect();
    list.sort_by_key(|(_, span)| (span.source, span.start));
    list
}

/// Variables with an assignment under PROTECT, which NEURON takes as a sign that all threads are meant to share them.
fn protected(module: &Module) -> HashSet<&str> {
    let mut names = HashSet::new();
    for site in walk::sites(module) {
        walk::statements(site, &mut |statement, _| {
            if let StatementKind::Protect(inner) = &statement.kind
                && let StatementKind::Assign { target, .. } = &inner.kind
            {
                names.insert(target.name.text.as_str());
            }
        });
    }
    names
}

/// Names after GLOBAL. NEURON says nothing of other parameters that code assigns.
fn global_names(module: &Module) -> HashSet<&str> {
    let mut names = HashSet::new();
    for item in module.flat_items() {
        let Item::Neuron(block) = item else { continue };
        for statement in &block.statements {
            if let NeuronStatementKind::Global(list) = &statement.kind {
                names.extend(list.iter().map(|n| n.text.as_str()));
            }
        }
    }
    names
}
