//! From the meaning of a mechanism to its kernels.
//!
//! In comes a [`Meaning`]; out comes a sound [`Module`], not yet optimised, or every reason why not. The kernels follow
//! NEURON's fixed step:
//!
//! - `initial`: each STATE gets its start value, then INITIAL runs;
//! - `current`: the statements of BREAKPOINT without its SOLVEs, then the currents and their slope;
//! - `state`: the SOLVE statements in order; after them all of BREAKPOINT when there is no current;
//! - `phases`: BEFORE and AFTER blocks, which run for all mechanisms between these;
//! - `receive` and `receive_initial`: NET_RECEIVE and the INITIAL inside it;
//! - `watch`: the conditions of WATCH.
//!
//! Calls are inlined and loops unrolled where their bounds are known, so a kernel is mostly straight-line code. Code that no kernel reaches has no effect
//! and is not looked at. What is not supported is refused with its place and reason.

mod call;
mod context;
mod current;
mod derivative;
mod diffusion;
mod discrete;
mod draft;
mod elimination;
mod events;
mod expression;
mod externals;
mod globals;
mod implicit;
mod kinetic;
mod linear;
mod making;
mod names;
mod pointers;
mod rounds;
mod rows;
mod solve;
mod statement;
mod table;
mod twice;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::context::{Context, Local};
use self::draft::Slot;
use self::globals::Done;
use self::names::{Named, Names};
use super::types::*;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::nmodl::ast::{self, Phase, StatementKind};
use crate::nmodl::meaning::{Meaning, MechanismKind};

pub use self::derivative::derivative;

/// The name of the stream that `scop_random`, `exprand`, `normrand` and `poisrand` draw from.
const UNNAMED_STREAM: &str = "scop_random";

/// What can be chosen when a mechanism is lowered.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Use the TABLEs of the mechanism; without them their routines are computed anew each time.
    pub tables: bool,
    /// The mechanism is thread safe by its keywords, so that NEURON makes its tables before INITIAL.
    pub thread_safe: bool,
    /// Shared variables, by their names in NEURON (`x_mechanism`), that other mechanisms read: what is set there stays.
    pub exported: Vec<String>,
    /// Values of FUNCTION_TABLEs; `None`: they are not known yet and stand for NaN, with which nothing can be run.
    pub given: Option<BTreeMap<String, Arc<Given>>>,
    /// Take the conductance of a BREAKPOINT as NEURON does, from the currents at v and at v + 1 uV, and not from the derivative.
    pub difference: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { tables: true, thread_safe: false, exported: Vec::new(), given: None, difference: false }
    }
}

impl Options {
    /// The FUNCTION_TABLE of that name.
    fn table(&self, name: &str) -> Table {
        let given = match &self.given {
            Some(given) => given.get(name).cloned(),
            None => Some(Arc::new(Given::constant(f64::NAN))),
        };
        let (range, body) = (Kernel::default(), Kernel::default());
        Table { name: name.to_string(), columns: 0, intervals: 1, once: false, range, body, given }
    }
}

/// Lowers a mechanism.
///
/// # Errors
/// All constructs that are not supported, each with its place, the reason, and mostly what to type instead.
pub fn lower(meaning: &Meaning, options: &Options) -> Result<Module, Diagnostics> {
    let names = Names::new(meaning);
    let mut cx = Context::new(&names, meaning, options);
    refuse_blocks(&mut cx, meaning);
    let mut kernels = kernels(&mut cx, meaning);
    let (serial, unread) = globals::settle(&mut cx, &mut kernels);
    let pointers = pointers::settle(&mut cx, &kernels);
    let assigned = externals::settle(&mut cx, &kernels);
    let said = cx.take_diagnostics();
    let (tables, plays) = (std::mem::take(&mut cx.tables), cx.plays);
    let diffusions = std::mem::take(&mut cx.diffusions);
    let own_tables = std::mem::take(&mut cx.own_tables);
    let sites = std::mem::take(&mut cx.sites);
    let faults = std::mem::take(&mut cx.faults);
    let unnamed_stream = cx.unnamed_stream;
    let watches = events::watches(&cx);
    let (kept, asks_first) = (std::mem::take(&mut cx.kept), cx.asks_first);
    drop(cx);
    let mut names = names;
    events::add_columns(&mut names, &watches);
    let first = making::settle(&mut names, &mut kernels, &kept, asks_first, options.thread_safe);
    let arguments = meaning.net_receive.iter().flat_map(|receive| &receive.arguments);
    let mut module = Module {
        name: meaning.name.text.clone(),
        span: meaning.name.span,
        kind: names.kind,
        variables: names.variables,
        columns: names.columns,
        globals: names.globals,
        global_count: names.global_count,
        ions: names.ions,
        weights: arguments.map(|argument| argument.name.text.clone()).collect(),
        randoms: names
            .randoms
            .into_iter()
            .chain(unnamed_stream.then(|| UNNAMED_STREAM.to_string()))
            .collect(),
        tables,
        first,
        plays,
        pointers,
        externals: names.externals,
        assigned,
        unread,
        own_tables,
        serial,
        sites,
        faults,
        diffusions,
        watches,
        prepare: None,
        initial: None,
        current: None,
        state: None,
        receive: None,
        receive_initial: None,
        phases: Vec::new(),
        watch: None,
        warnings: Diagnostics::new(),
    };
    for done in kernels {
        if Stage::PHASES.contains(&done.stage) {
            module.phases.push((done.stage, done.kernel));
            continue;
        }
        let place = match done.stage {
            Stage::Initial => &mut module.initial,
            Stage::Current => &mut module.current,
            Stage::State => &mut module.state,
            Stage::Receive => &mut module.receive,
            Stage::Watch => &mut module.watch,
            _ => &mut module.receive_initial,
        };
        *place = Some(done.kernel);
    }
    if said.has_errors() {
        return Err(said);
    }
    module.warnings = said;
    if cfg!(debug_assertions) {
        super::verify::assert_sound(&module, "lowering");
    }
    Ok(module)
}

/// Refuses whole blocks and declarations.
fn refuse_blocks(cx: &mut Context<'_>, meaning: &Meaning) {
    if meaning.kind == MechanismKind::RoutinesOnly {
        let message = "`SUFFIX nothing` defines no mechanism";
        let _ = cx.refuse::<()>(
            meaning.name.span,
            message,
            "Its routines are called from hoc, which is not there.",
            "",
        );
    }
    for (span, message, reason) in &cx.names.refused {
        let _ = cx.refuse::<()>(*span, message.clone(), reason, "");
    }
    for verbatim in &meaning.verbatim {
        let reason = "It holds C code, and no compiler is used.";
        let _ = cx.refuse::<()>(verbatim.span, "VERBATIM is not supported yet", reason, "");
    }
    if meaning.kind == MechanismKind::ArtificialCell
        && let Some(block) = &meaning.breakpoint
    {
        let reason = "It has no membrane and takes no steps: it only answers events.";
        let _ = cx.refuse::<()>(block.span, "an artificial cell has no BREAKPOINT", reason, "");
    }
}

/// All kernels that the mechanism has.
fn kernels<'a>(cx: &mut Context<'a>, meaning: &'a Meaning) -> Vec<Done> {
    let mut kernels = Vec::new();
    let mut add = |cx: &mut Context<'a>, stage: Stage, body: &dyn Fn(&mut Context<'a>)| {
        let draft = cx.kernel(stage, body);
        kernels.push(globals::close(cx, draft));
    };
    if meaning.initial.is_some() || !cx.names.states.is_empty() {
        add(cx, Stage::Initial, &|cx| {
            start_states(cx, meaning);
            if let Some(block) = &meaning.initial {
                let _ = cx.block(block);
            }
        });
    }
    if let Some(block) = &meaning.breakpoint {
        let has_current = !cx.names.currents.is_empty();
        let unsolved = || block.statements.iter().filter(|s| !matches!(s.kind, StatementKind::Solve(_)));
        if has_current {
            add(cx, Stage::Current, &|cx| {
                current::lower(cx, block.span, |cx| cx.in_block(|cx| cx.statements(unsolved())));
            });
        }
        if !solve::solves(block).is_empty() || !has_current {
            add(cx, Stage::State, &|cx| {
                for solve in solve::solves(block) {
                    let _ = cx.solve(solve);
                }
                if !has_current {
                    let _ = cx.in_block(|cx| cx.statements(unsolved()));
                }
            });
        }
    }
    for stage in Stage::PHASES {
        let of = phases_of(stage);
        if meaning.other_phases.iter().any(|block| of.contains(&block.phase)) {
            add(cx, stage, &|cx| of.iter().for_each(|which| phase(cx, meaning, *which)));
        }
    }
    if let Some(receive) = &meaning.net_receive {
        if cx.names.kind == Kind::Density {
            let reason = "Events reach point processes and artificial cells only.";
            let _ = cx.refuse::<()>(receive.span, "a density mechanism has no NET_RECEIVE", reason, "");
        }
        let is_initial = |s: &&ast::Statement| matches!(s.kind, StatementKind::Initial(_));
        add(cx, Stage::Receive, &|cx| {
            events::declare_arguments(cx, receive);
            if cx.lookup("flag").is_none() {
                cx.declare("flag", Local::Flag);
            }
            let _ =
                cx.in_block(|cx| cx.statements(receive.body.statements.iter().filter(|s| !is_initial(s))));
        });
        if !cx.watches.is_empty() {
            add(cx, Stage::Watch, &|cx| events::conditions(cx));
        }
        if receive.body.statements.iter().any(|s| is_initial(&s)) {
            add(cx, Stage::ReceiveInitial, &|cx| {
                events::declare_arguments(cx, receive);
                for statement in &receive.body.statements {
                    if let StatementKind::Initial(block) = &statement.kind {
                        let _ = cx.block(block);
                    }
                }
            });
        }
    }
    kernels
}

/// The blocks that a phase's kernel is made of.
fn phases_of(stage: Stage) -> &'static [Phase] {
    match stage {
        Stage::BeforeInitial => &[Phase::Constructor, Phase::BeforeInitial],
        Stage::AfterInitial => &[Phase::AfterInitial],
        Stage::BeforeBreakpoint => &[Phase::BeforeBreakpoint],
        Stage::AfterSolve => &[Phase::AfterSolve],
        Stage::BeforeStep => &[Phase::BeforeStep],
        _ => &[],
    }
}

/// The blocks of one phase. CONSTRUCTOR runs when an instance is made, which nothing can tell from the moment before INITIAL; what DESTRUCTOR
/// does nobody sees.
fn phase<'a>(cx: &mut Context<'a>, meaning: &'a Meaning, phase: Phase) {
    for block in meaning.other_phases.iter().filter(|block| block.phase == phase) {
        let _ = cx.block(&block.body);
    }
}

/// Every state starts from its start value, as NEURON has it.
fn start_states(cx: &mut Context<'_>, meaning: &Meaning) {
    let names = cx.names;
    for state in &names.states {
        let value = match state.start {
            Named::Number(x) => cx.draft.number(x),
            Named::Global(id, _) => cx.draft.get(Slot::Global(GlobalId(id)), meaning.name.span),
            Named::Column(id, _) => cx.draft.get(Slot::Place(Place::Column(ColumnId(id))), meaning.name.span),
            _ => {
                let message =
                    Diagnostic::error("nmodl/unsupported", "a STATE has a start value that is no parameter");
                cx.say(message.at(meaning.name.span, ""));
                continue;
            }
        };
        for i in 0..state.length {
            cx.draft.set(Slot::Place(Place::Column(ColumnId(state.first + i))), value, meaning.name.span);
        }
    }
}
