//! States and their equations: what `SOLVE` names must be there and be solvable by its method, and
//! a state must have one equation that is solved in one place.

use std::collections::{HashMap, HashSet};

use super::builtins::{METHODS, Method};
use super::{Meaning, Storage};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Span};
use crate::nmodl::ast::{
    Block, EquationsBlock, EquationsKind, Expression, ExpressionKind, Reaction, Solve, Statement,
    StatementKind, Term,
};
use crate::nmodl::nearest;

/// Checks states, equations and `SOLVE`s.
pub(super) fn check(meaning: &Meaning, said: &mut Diagnostics) {
    for block in &meaning.equations {
        equations(meaning, block, said);
    }
    let mut solved: HashMap<&str, Span> = HashMap::new();
    if let Some(block) = &meaning.breakpoint {
        solves(meaning, block, true, &mut solved, said);
    }
    if let Some(block) = &meaning.initial {
        solves(meaning, block, false, &mut HashMap::new(), said);
    }
    for phase in &meaning.other_phases {
        solves(meaning, &phase.body, false, &mut HashMap::new(), said);
    }
    for routine in meaning.functions.iter().chain(&meaning.procedures) {
        solves(meaning, &routine.body, false, &mut HashMap::new(), said);
    }
    if let Some(block) = &meaning.net_receive {
        solves(meaning, &block.body, false, &mut HashMap::new(), said);
    }
    solved_once(meaning, &solved, said);
    steps_of_two_kinds(meaning, &solved, said);
    every_block_runs(meaning, said);
    every_state_moves(meaning, said);
}

/// cnexp makes of a block the code of one step. NEURON does that once, so it cannot solve it in INITIAL too.
fn steps_of_two_kinds(meaning: &Meaning, solved: &HashMap<&str, Span>, said: &mut Diagnostics) {
    let others = meaning.initial.iter().chain(meaning.other_phases.iter().map(|phase| &phase.body));
    let mut told: HashSet<&str> = HashSet::new();
    for block in others {
        each_statement(block, &mut |statement| {
            let StatementKind::Solve(solve) = &statement.kind else { return };
            let name = solve.name.text.as_str();
            let cnexp = solve.method.as_ref().filter(|m| m.name.text == "cnexp" && !m.steady_state);
            let (Some(method), Some(first)) = (cnexp, solved.get(name)) else { return };
            if meaning.equations_named(name).is_none() || !told.insert(name) {
                return;
            }
            let message = format!("`{name}` is solved by `cnexp` outside of BREAKPOINT too");
            said.push(
                Diagnostic::error("nmodl/method", message)
                    .at(method.name.span, "would advance the states by one step")
                    .at(*first, "solved in each step here")
                    .note("NEURON refuses the file.")
                    .help("set each state by a formula, as in `m = minf`"),
            );
        });
    }
}

/// The word that opens such a block.
fn kind_word(kind: EquationsKind) -> &'static str {
    match kind {
        EquationsKind::Derivative => "DERIVATIVE",
        EquationsKind::Kinetic => "KINETIC",
        EquationsKind::Linear => "LINEAR",
        EquationsKind::Nonlinear => "NONLINEAR",
        EquationsKind::Discrete => "DISCRETE",
    }
}

/// Warns of blocks of equations that no SOLVE names and nobody calls.
fn every_block_runs(meaning: &Meaning, said: &mut Diagnostics) {
    let (mut solved, mut called): (HashSet<&str>, HashSet<&str>) = Default::default();
    let mut verbatim = !meaning.verbatim.is_empty();
    for block in meaning.blocks() {
        each_statement(block, &mut |statement| match &statement.kind {
            StatementKind::Solve(solve) => _ = solved.insert(&solve.name.text),
            StatementKind::Call(call) => _ = called.insert(&call.name.text),
            StatementKind::Verbatim(_) => verbatim = true,
            _ => {}
        });
    }
    // C code may call anything, and a SOLVE of what is not there may mean any block.
    let unknown = |name: &&str| meaning.equations_named(name).is_none() && meaning.routine(name).is_none();
    if verbatim || solved.iter().any(unknown) {
        return;
    }
    let runs = |name: &str| solved.contains(name) || called.contains(name);
    for block in meaning.equations.iter().filter(|block| !runs(&block.name.text)) {
        let kind = kind_word(block.kind);
        let method = match block.kind {
            EquationsKind::Derivative => " METHOD cnexp",
            EquationsKind::Kinetic => " METHOD sparse",
            EquationsKind::Linear | EquationsKind::Nonlinear | EquationsKind::Discrete => "",
        };
        let name = &block.name.text;
        said.push(
            Diagnostic::warning("nmodl/never-solved", format!("the {kind} block `{name}` is never solved"))
                .at(block.name.span, "no SOLVE names it: its equations do nothing")
                .help(format!("write `SOLVE {name}{method}` in BREAKPOINT")),
        );
    }
}

/// What is written in one block of equations.
fn equations(meaning: &Meaning, block: &EquationsBlock, said: &mut Diagnostics) {
    derivatives(meaning, block, &block.body, said);
    each_statement(&block.body, &mut |statement| {
        if let StatementKind::Reaction(reaction) = &statement.kind {
            whole_numbers(reaction, statement.span, said);
        }
    });
}

/// What stands on the left and on the right of a reaction's arrow.
fn sides(reaction: &Reaction) -> (&[Term], &[Term]) {
    match reaction {
        Reaction::Reversible { left, right, .. } => (left, right),
        Reaction::Sink { left, .. } | Reaction::Flux { left, .. } => (left, &[]),
    }
}

fn whole_numbers(reaction: &Reaction, span: Span, said: &mut Diagnostics) {
    let (left, right) = sides(reaction);
    if matches!(reaction, Reaction::Flux { .. }) && left.len() != 1 {
        let message = "a flux with `<<` goes into one state only";
        said.push(
            Diagnostic::error("nmodl/reaction", message).at(span, "").help("write a line for each state"),
        );
    }
    for term in left.iter().chain(right) {
        if term.count.as_ref().is_some_and(|c| c.value.fract() != 0.0 || c.value < 1.0) {
            said.push(
                Diagnostic::error("nmodl/reaction", "a reaction takes whole numbers of each state")
                    .at(term.variable.span, "expected a factor of 1, 2, ..."),
            );
        }
    }
}

/// Derivatives belong to states, stand in `DERIVATIVE` only, and once on each way through.
fn derivatives(meaning: &Meaning, block: &EquationsBlock, body: &Block, said: &mut Diagnostics) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for statement in &body.statements {
        for inner in inner_blocks(statement) {
            derivatives(meaning, block, inner, said);
        }
        let StatementKind::Assign { target, .. } = &statement.kind else { continue };
        if target.primes == 0 {
            continue;
        }
        let name = &target.name.text;
        if target.primes > 1 {
            said.push(
                Diagnostic::error("nmodl/derivative", "only first derivatives can be given")
                    .at(target.span, "")
                    .help(format!("declare a second state for `{name}'`")),
            );
        }
        if block.kind != EquationsKind::Derivative {
            said.push(
                Diagnostic::error("nmodl/derivative", format!("`{name}'` cannot stand here"))
                    .at(target.span, "belongs in a `DERIVATIVE` block"),
            );
        }
        not_a_state(meaning, name, target.span, said);
        if target.index.is_none()
            && let Some(first) = seen.insert(name, target.span)
        {
            said.push(
                Diagnostic::error("nmodl/two-equations", format!("`{name}` has two equations"))
                    .at(target.span, "the second one")
                    .at(first, "the first one")
                    .help("remove one, or write their sum as one equation"),
            );
        }
    }
}

fn is_state(meaning: &Meaning, name: &str) -> bool {
    meaning.find(name).is_some_and(|id| matches!(meaning.symbol(id).storage, Storage::State { .. }))
}

/// Reports a derivative of something that is no state; a name not known at all is reported elsewhere.
fn not_a_state(meaning: &Meaning, name: &str, span: Span, said: &mut Diagnostics) {
    if is_state(meaning, name) || meaning.find(name).is_none() {
        return;
    }
    let states = meaning.symbols.iter().filter(|s| matches!(s.storage, Storage::State { .. }));
    let mut diagnostic = Diagnostic::error("nmodl/not-a-state", format!("`{name}` is not a state"))
        .at(span, "only a state has a derivative");
    diagnostic = match nearest(name, states.map(|s| s.name.as_str())) {
        Some(near) => diagnostic.help(format!("did you mean `{near}'`?")),
        None => diagnostic.help(format!("declare `{name}` in STATE")),
    };
    said.push(diagnostic);
}

/// Blocks inside a statement.
fn inner_blocks(statement: &Statement) -> Vec<&Block> {
    match &statement.kind {
        StatementKind::If { branches, otherwise } => {
            branches.iter().map(|b| &b.body).chain(otherwise).collect()
        }
        StatementKind::From { body, .. }
        | StatementKind::While { body, .. }
        | StatementKind::Block(body)
        | StatementKind::Initial(body)
        | StatementKind::ForNetcons { body, .. } => vec![body],
        StatementKind::Solve(Solve { if_error: Some(body), .. }) => vec![body],
        _ => Vec::new(),
    }
}

fn each_statement<'a>(block: &'a Block, visit: &mut impl FnMut(&'a Statement)) {
    for statement in &block.statements {
        visit(statement);
        for inner in inner_blocks(statement) {
            each_statement(inner, visit);
        }
    }
}

/// All `SOLVE`s of a block. `solved` gets the blocks solved on the way from top to bottom; in two
/// arms of an `if` the same block may be solved.
fn solves<'a>(
    meaning: &'a Meaning,
    block: &'a Block,
    advances: bool,
    solved: &mut HashMap<&'a str, Span>,
    said: &mut Diagnostics,
) {
    for statement in &block.statements {
        if let StatementKind::Solve(solve) = &statement.kind {
            one_solve(meaning, solve, statement.span, said);
            if let Some(first) = solved.insert(&solve.name.text, statement.span)
                && advances
            {
                said.push(
                    Diagnostic::error("nmodl/two-solves", format!("`{}` is solved twice", solve.name.text))
                        .at(statement.span, "the second time")
                        .at(first, "the first time")
                        .note("each step would advance its states by two steps"),
                );
            }
        }
        let inner = inner_blocks(statement);
        let before = solved.clone();
        for body in inner {
            let mut arm = before.clone();
            solves(meaning, body, advances, &mut arm, said);
            solved.extend(arm);
        }
    }
}

fn one_solve(meaning: &Meaning, solve: &Solve, span: Span, said: &mut Diagnostics) {
    let name = &solve.name.text;
    let equations = meaning.equations_named(name);
    let procedure = meaning.procedures.iter().any(|p| p.name.text == *name);
    if equations.is_none() && !procedure {
        let known = meaning.equations.iter().map(|e| e.name.text.as_str());
        let known = known.chain(meaning.procedures.iter().map(|p| p.name.text.as_str()));
        let mut diagnostic = Diagnostic::error(
            "nmodl/no-such-block",
            format!("there is no block `{name}` to solve"),
        )
        .at(solve.name.span, "no DERIVATIVE, KINETIC, LINEAR, NONLINEAR, DISCRETE or PROCEDURE of that name");
        if let Some(near) = nearest(name, known) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        said.push(diagnostic);
        return;
    }
    let fits = |m: &Method| match equations.map(|e| e.kind) {
        Some(EquationsKind::Derivative) => m.derivative,
        Some(EquationsKind::Kinetic) => m.kinetic,
        Some(EquationsKind::Linear) => m.linear,
        Some(EquationsKind::Nonlinear) => m.nonlinear,
        Some(EquationsKind::Discrete) => false,
        None => m.procedure,
    };
    let Some(method) = &solve.method else {
        if equations.is_some_and(|e| e.kind == EquationsKind::Kinetic) {
            said.push(
                Diagnostic::error("nmodl/method", format!("the KINETIC block `{name}` needs a method"))
                    .at(span, "")
                    .help(format!("write `SOLVE {name} METHOD sparse`")),
            );
        }
        return;
    };
    let usable: Vec<&str> = METHODS.iter().filter(|m| fits(m)).map(|m| m.name).collect();
    if usable.contains(&method.name.text.as_str()) {
        return;
    }
    let known = METHODS.iter().any(|m| m.name == method.name.text);
    let message = if known {
        format!("the method `{}` cannot solve `{name}`", method.name.text)
    } else {
        format!("there is no method `{}`", method.name.text)
    };
    let kind = equations.map(|e| kind_word(e.kind));
    let what =
        if known { format!("`{name}` is a {} block", kind.unwrap_or("PROCEDURE")) } else { String::new() };
    let mut diagnostic = Diagnostic::error("nmodl/method", message).at(method.name.span, what);
    if kind.is_none() {
        diagnostic = diagnostic.help("a PROCEDURE needs no METHOD: remove it and the name after it");
    } else if let Some(near) = nearest(&method.name.text, usable.iter().copied()) {
        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
    } else if kind == Some("DERIVATIVE") {
        diagnostic = diagnostic.help(
            "write `cnexp` where each equation is linear in its own state, else `derivimplicit`; there are also `euler` and `runge`",
        );
    } else if !usable.is_empty() {
        let list: Vec<String> = usable.iter().map(|m| format!("`{m}`")).collect();
        diagnostic = diagnostic.help(format!("use one of {}", list.join(", ")));
    } else {
        diagnostic = diagnostic.help("remove METHOD and the name after it");
    }
    said.push(diagnostic);
}

/// States that get an equation in a block.
fn states_of<'a>(meaning: &Meaning, block: &'a EquationsBlock) -> HashSet<&'a str> {
    let mut states = HashSet::new();
    let listed = &block.solve_for;
    each_statement(&block.body, &mut |statement| match &statement.kind {
        StatementKind::Assign { target, .. }
            if target.primes > 0 || block.kind == EquationsKind::Discrete =>
        {
            states.insert(target.name.text.as_str());
        }
        StatementKind::Reaction(reaction) => {
            let (left, right) = sides(reaction);
            states.extend(left.iter().chain(right).map(|t| t.variable.name.text.as_str()));
        }
        StatementKind::Equation { left, right } => {
            names_in(left, &mut states);
            names_in(right, &mut states);
        }
        _ => {}
    });
    states.retain(|name| {
        is_state(meaning, name) && (listed.is_empty() || listed.iter().any(|n| n.text == *name))
    });
    states
}

fn names_in<'a>(expression: &'a Expression, out: &mut HashSet<&'a str>) {
    match &expression.kind {
        ExpressionKind::Variable(variable) => {
            out.insert(&variable.name.text);
        }
        ExpressionKind::Call(call) => call.arguments.iter().for_each(|a| names_in(a, out)),
        ExpressionKind::Unary { operand, .. } => names_in(operand, out),
        ExpressionKind::Binary { left, right, .. } => {
            names_in(left, out);
            names_in(right, out);
        }
        ExpressionKind::Number { .. } | ExpressionKind::Text(_) => {}
    }
}

/// A state that is advanced by two blocks in one step, unless they are arms of an `if`; a block that
/// is never solved.
fn solved_once(meaning: &Meaning, solved: &HashMap<&str, Span>, said: &mut Diagnostics) {
    let mut owner: HashMap<&str, &EquationsBlock> = HashMap::new();
    let moves =
        |kind| matches!(kind, EquationsKind::Derivative | EquationsKind::Kinetic | EquationsKind::Discrete);
    for block in &meaning.equations {
        if !moves(block.kind) || !solved.contains_key(block.name.text.as_str()) {
            continue;
        }
        let mut states: Vec<&str> = states_of(meaning, block).into_iter().collect();
        states.sort_unstable();
        for state in states {
            let Some(first) = owner.insert(state, block) else { continue };
            let message = format!(
                "the state `{state}` is solved by `{}` and by `{}`",
                first.name.text, block.name.text
            );
            let diagnostic = Diagnostic::warning("nmodl/two-solvers", message)
                .at(block.name.span, "the second block")
                .at(first.name.span, "the first block")
                .note("unless only one of them runs in a step, the state is advanced twice");
            let unconditional =
                always_solved(meaning, &first.name.text) && always_solved(meaning, &block.name.text);
            said.push(if unconditional {
                Diagnostic { severity: Severity::Error, ..diagnostic }
            } else {
                diagnostic
            });
        }
    }
}

/// Whether `BREAKPOINT` solves the block on every way through.
fn always_solved(meaning: &Meaning, name: &str) -> bool {
    meaning.breakpoint.as_ref().is_some_and(|block| {
        block
            .statements
            .iter()
            .any(|s| matches!(&s.kind, StatementKind::Solve(solve) if solve.name.text == name))
    })
}

/// Warns of states that nothing ever changes.
fn every_state_moves(meaning: &Meaning, said: &mut Diagnostics) {
    let phases = [meaning.initial.as_ref(), meaning.breakpoint.as_ref()].into_iter().flatten();
    let blocks = phases
        .chain(meaning.other_phases.iter().map(|p| &p.body))
        .chain(meaning.functions.iter().chain(&meaning.procedures).map(|r| &r.body))
        .chain(meaning.equations.iter().map(|e| &e.body))
        .chain(meaning.net_receive.iter().map(|n| &n.body));
    let mut moved: HashSet<&str> = HashSet::new();
    let mut verbatim = !meaning.verbatim.is_empty();
    for block in blocks {
        each_statement(block, &mut |statement| match &statement.kind {
            StatementKind::Assign { target, .. } => {
                moved.insert(&target.name.text);
            }
            StatementKind::Call(call) if call.name.text == "state_discontinuity" => {
                call.arguments.first().iter().for_each(|a| names_in(a, &mut moved));
            }
            StatementKind::Verbatim(_) => verbatim = true,
            _ => {}
        });
    }
    // C code may change anything.
    if verbatim {
        return;
    }
    for block in &meaning.equations {
        moved.extend(states_of(meaning, block));
    }
    for symbol in meaning.symbols.iter().filter(|s| matches!(s.storage, Storage::State { .. })) {
        let name = symbol.name.as_str();
        if !moved.contains(name) {
            said.push(
                Diagnostic::warning("nmodl/no-equation", format!("the state `{name}` has no equation"))
                    .at(symbol.span, "nothing ever changes it")
                    .help(format!("write `{name}' = ...` in a DERIVATIVE block, or declare it in ASSIGNED")),
            );
        }
    }
}

/// Whether there is a METHOD of that name.
pub(in crate::nmodl) fn is_method(name: &str) -> bool {
    METHODS.iter().any(|method| method.name == name)
}
