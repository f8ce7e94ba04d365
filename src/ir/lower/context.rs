//! What all files of lowering work on: the mechanism, its names, the kernel being made, and what was refused.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::super::types::*;
use super::Options;
use super::draft::{Draft, Slot};
use super::names::{Named, Names};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::nmodl::meaning::{Meaning, Storage, Symbol};
use crate::nmodl::{ast, walk};

/// Something was refused; why is already among the messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused;

/// A result, or a message that was already given.
pub(super) type Lowered<T> = Result<T, Refused>;

/// Routines inside routines.
const DEEPEST_CALL: usize = 32;
/// Expressions and statements inside each other, routines included.
const DEEPEST: u32 = 1_000;
/// Ops of one kernel before it is optimised.
pub(super) const MOST_OPS: usize = 300_000;
/// Expressions and statements looked at, those of inlined calls and unrolled loops each time.
const MOST_WORK: u32 = 1_000_000;

/// Lowering at work.
pub(super) struct Context<'a> {
    /// What the names of the mechanism mean.
    pub names: &'a Names,
    /// FUNCTIONs and PROCEDUREs by name.
    pub routines: HashMap<&'a str, &'a ast::Routine>,
    /// Blocks of equations by name.
    pub equations: HashMap<&'a str, &'a ast::EquationsBlock>,
    /// By which METHOD BREAKPOINT solves each block.
    pub method_of: HashMap<&'a str, Option<&'a str>>,
    /// How the equations at hand are solved.
    pub method: Option<super::solve::Method>,
    /// The first of them that is not linear, though it would have to be: its state and its place.
    pub curved: Option<(String, Span)>,
    /// What is wanted.
    pub options: &'a Options,
    /// What was refused.
    diagnostics: Diagnostics,
    /// Messages given already, by code and place: a routine is lowered once for each call.
    said: HashSet<(&'static str, Option<Span>)>,
    /// Tables made so far.
    pub tables: Vec<Table>,
    /// FUNCTION_TABLEs by name, with where they are declared.
    pub given: HashMap<&'a str, (TableId, Span)>,
    /// What the mechanism is called.
    pub mechanism: &'a str,
    /// Tables by the routine they stand in.
    pub table_of: HashMap<&'a str, Option<super::table::Made>>,
    /// Routines with a table that INITIAL calls.
    pub tabled_initially: HashSet<&'a str>,
    /// Routines whose table is made by a call in INITIAL, and from what it finds there.
    pub kept_initially: HashSet<&'a str>,
    /// The variables that hidden columns keep as they were when a table was made.
    pub kept: Vec<ColumnId>,
    /// Whether some code asks for the first instance.
    pub asks_first: bool,
    /// Names that some statement sets.
    pub set_by_code: HashSet<&'a str>,
    /// POINTERs of which code asks whether they are set.
    pub asked_pointers: HashSet<&'a str>,
    /// Tables whose rows differ between instances.
    pub own_tables: Vec<OwnTable>,
    /// What each kernel of a table reads of the mechanism.
    pub table_reads: Vec<BTreeMap<Slot, Span>>,
    /// Whether `play_size` or `play_at` was used.
    pub plays: bool,
    /// Where loops and events are written that may never end.
    pub sites: Vec<Span>,
    /// What may go wrong while the mechanism runs.
    pub faults: Vec<Fault>,
    /// The name of the block in the SOLVE statement at hand.
    pub solved_at: Option<Span>,
    /// What diffuses along the cable.
    pub diffusions: Vec<Diffusion>,
    /// The kernel being made.
    pub draft: Draft,
    /// Routines that are being inlined, the outermost first; each with its own names.
    frames: Vec<Frame>,
    /// Whether something was drawn from the stream without a name.
    pub unnamed_stream: bool,
    /// Loops around the present statement whose rounds are not known before the run.
    pub loops: u32,
    /// Names of the STATEs.
    states: HashSet<&'a str>,
    /// The reactions of the KINETIC block at hand.
    pub scheme: Option<super::kinetic::Scheme>,
    /// [`Context::loops`] where that block begins.
    pub scheme_loops: u32,
    /// SOLVEFOR of that block.
    pub solve_for: &'a [ast::Name],
    /// The equations of the LINEAR or NONLINEAR block at hand, left side less right side.
    pub residuals: Option<Vec<Value>>,
    /// The WATCH conditions met so far.
    pub watches: Vec<&'a ast::WatchCondition>,
    /// Stands for `dt` while a steady state is looked for.
    pub step: Option<Value>,
    /// States as they were so many steps ago, in a DISCRETE block.
    pub past: BTreeMap<(&'a str, i64), Slot>,
    /// Stands for `t` between the ends of a step.
    pub time: Option<Value>,
    /// Variables that state_discontinuity sets in a BREAKPOINT.
    pub discontinued: BTreeSet<Slot>,
    /// Whether a BREAKPOINT runs for the second time in a step: NEURON leaves state_discontinuity out then.
    pub again: bool,
    /// Equations that are being solved at once: the block, and how many they are.
    pub solving: Option<(Span, usize)>,
    /// Expressions and statements inside each other.
    depth: u32,
    /// Expressions and statements looked at so far.
    work: u32,
    /// Whether it was said that the mechanism is too large or nested too deeply: once is enough, it holds from there on.
    overgrown: bool,
}

/// Names that hold inside one routine or block of the file.
#[derive(Default)]
struct Frame {
    /// For each open block, what it declares.
    blocks: Vec<BTreeMap<String, Local>>,
}

/// What a name inside a routine is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Local {
    /// A LOCAL, argument, counter or result; `None` for the length of a scalar.
    Slot(u32, Option<u32>),
    /// An argument of the event.
    Argument(u32),
    /// The event's `flag`.
    Flag,
    /// A weight of the connection whose number is in a local: the local, and which weight.
    Weight(u32, u32),
}

/// The block that a SOLVE names, and its method.
fn method_of(solve: &ast::Solve) -> (&str, Option<&str>) {
    (solve.name.text.as_str(), solve.method.as_ref().map(|m| m.name.text.as_str()))
}

fn is_state(symbol: &Symbol) -> bool {
    matches!(symbol.storage, Storage::State { .. })
}

impl<'a> Context<'a> {
    /// Nothing lowered yet.
    pub fn new(names: &'a Names, meaning: &'a Meaning, options: &'a Options) -> Context<'a> {
        let routines = meaning.functions.iter().chain(&meaning.procedures);
        let tables: Vec<Table> =
            meaning.function_tables.iter().map(|t| options.table(&t.name.text)).collect();
        let given = meaning.function_tables.iter().zip(0..);
        let given = given.map(|(t, i)| (t.name.text.as_str(), (TableId(i), t.name.span)));
        Context {
            names,
            routines: routines.map(|routine| (routine.name.text.as_str(), routine)).collect(),
            equations: meaning.equations.iter().map(|block| (block.name.text.as_str(), block)).collect(),
            method_of: meaning.breakpoint.iter().flat_map(super::solve::solves).map(method_of).collect(),
            method: None,
            curved: None,
            options,
            diagnostics: Diagnostics::new(),
            said: HashSet::new(),
            asked_pointers: HashSet::new(),
            table_reads: tables.iter().map(|_| BTreeMap::new()).collect(),
            tables,
            own_tables: Vec::new(),
            given: given.collect(),
            mechanism: &meaning.name.text,
            table_of: HashMap::new(),
            tabled_initially: HashSet::new(),
            kept_initially: HashSet::new(),
            kept: Vec::new(),
            asks_first: false,
            set_by_code: walk::set_names(meaning.blocks()),
            plays: false,
            sites: Vec::new(),
            faults: Vec::new(),
            solved_at: None,
            solving: None,
            diffusions: Vec::new(),
            draft: Draft::new(Stage::Initial),
            frames: Vec::new(),
            unnamed_stream: false,
            loops: 0,
            states: meaning.symbols.iter().filter(|s| is_state(s)).map(|s| s.name.as_str()).collect(),
            scheme: None,
            scheme_loops: 0,
            solve_for: &[],
            residuals: None,
            watches: Vec::new(),
            step: None,
            past: BTreeMap::new(),
            time: None,
            discontinued: BTreeSet::new(),
            again: false,
            depth: 0,
            work: 0,
            overgrown: false,
        }
    }

    /// Gives a message, once for each place.
    pub fn say(&mut self, diagnostic: Diagnostic) -> Refused {
        let place = diagnostic.labels.first().map(|label| label.span);
        if self.said.insert((diagnostic.code, place)) {
            self.diagnostics.push(diagnostic);
        }
        Refused
    }

    /// Refuses what stands at `span`.
    pub fn refuse<T>(
        &mut self,
        span: Span,
        message: impl Into<String>,
        reason: &str,
        help: &str,
    ) -> Lowered<T> {
        let mut diagnostic = Diagnostic::error("nmodl/unsupported", message).at(span, "");
        if !reason.is_empty() {
            diagnostic = diagnostic.note(reason);
        }
        if !help.is_empty() {
            diagnostic = diagnostic.help(help);
        }
        Err(self.say(diagnostic))
    }

    /// All that was said; nothing is left of it here.
    pub fn take_diagnostics(&mut self) -> Diagnostics {
        std::mem::take(&mut self.diagnostics)
    }

    /// Whether the name is a STATE's.
    pub fn is_state(&self, name: &str) -> bool {
        self.states.contains(name)
    }

    /// The places of a STATE, of all elements of an array.
    pub fn state_places(&self, name: &str) -> Vec<Place> {
        match self.names.get(name) {
            Some(Named::Column(first, length)) => {
                (0..length.unwrap_or(1)).map(|i| Place::Column(ColumnId(first + i))).collect()
            }
            Some(Named::Place(place)) => vec![place],
            _ => Vec::new(),
        }
    }

    /// Whether a place is an element of an array.
    pub fn is_array(&self, slot: Slot) -> bool {
        let Slot::Place(Place::Column(id)) = slot else { return false };
        self.names.variables.iter().any(|v| v.length > 1 && id.0 >= v.first && id.0 - v.first < v.length)
    }

    /// Whether the present statement is BREAKPOINT's own.
    pub fn in_breakpoint(&self) -> bool {
        matches!(self.draft.stage, Stage::Current | Stage::State) && self.frames.len() == 1
    }

    /// `dt`.
    pub fn time_step(&mut self) -> Value {
        self.step.unwrap_or_else(|| self.draft.emit(Op::Builtin(Builtin::TimeStep)))
    }

    /// Asks for something on the path at hand.
    pub fn request(&mut self, what: Request) {
        let when = self.draft.mask();
        self.draft.emit(Op::Request { when, what });
    }

    /// The site of a loop or call that stands at `span`.
    pub fn site(&mut self, span: Span) -> Site {
        let known = self.sites.iter().position(|site| *site == span);
        let number = known.unwrap_or_else(|| {
            self.sites.push(span);
            self.sites.len() - 1
        });
        Site(number as u32)
    }

    /// Ends the run where `when` is not zero, on the path at hand. `values` are what `kind` needs.
    pub fn fail(&mut self, span: Span, kind: FaultKind, when: Value, values: [Value; 2]) {
        let when = match self.draft.mask() {
            Some(mask) => self.draft.binary(Binary::And, mask, when),
            None => when,
        };
        let fault = Fault { span, kind };
        let number = self.faults.iter().position(|known| *known == fault).unwrap_or_else(|| {
            self.faults.push(fault);
            self.faults.len() - 1
        });
        self.draft.emit(Op::Fail { fault: FaultId(number as u32), when, values });
    }

    /// The name of a state, as the file has it.
    pub fn slot_name(&self, slot: Slot) -> String {
        let name = match slot {
            Slot::Place(Place::Column(id)) => element_name(&self.names.variables, id.0),
            Slot::Place(Place::Ion(ion, variable)) => {
                self.names.ions.get(ion.0 as usize).map(|ion| variable.of(&ion.name))
            }
            _ => None,
        };
        name.unwrap_or_default()
    }

    /// The same for a block that is solved; told at the SOLVE statement.
    pub fn fail_to_solve(&mut self, block: &ast::Name, kind: FaultKind, when: Value, values: [Value; 2]) {
        self.fail(self.solved_at.unwrap_or(block.span), kind, when, values);
    }

    /// Makes one kernel: `body` lowers into a new draft, with no local names.
    pub fn kernel(&mut self, stage: Stage, body: impl FnOnce(&mut Self)) -> Draft {
        let outer = std::mem::replace(&mut self.draft, Draft::new(stage));
        for (column, sum) in &self.names.sums {
            self.draft.begin_with(Slot::Place(Place::Column(*column)), *sum);
        }
        if !matches!(stage, Stage::TableBody | Stage::TableRange) {
            self.work = 0;
        }
        let frames = std::mem::take(&mut self.frames);
        self.frames.push(Frame { blocks: vec![BTreeMap::new()] });
        body(self);
        self.frames = frames;
        std::mem::replace(&mut self.draft, outer)
    }

    /// Runs `inside` with the names of a new routine and none of the present one's.
    pub fn in_routine<T>(
        &mut self,
        span: Span,
        name: &str,
        inside: impl FnOnce(&mut Self) -> Lowered<T>,
    ) -> Lowered<T> {
        if self.frames.len() > DEEPEST_CALL {
            let message = format!("`{name}` is called inside more than {DEEPEST_CALL} other calls");
            return self.refuse(
                span,
                message,
                "Calls are inlined, and so many inside each other would grow too large.",
                "write some of the routines out where they are called",
            );
        }
        self.frames.push(Frame { blocks: vec![BTreeMap::new()] });
        let result = inside(self);
        self.frames.pop();
        result
    }

    /// Runs `inside` as a block of its own, for what it declares.
    pub fn in_block<T>(&mut self, inside: impl FnOnce(&mut Self) -> Lowered<T>) -> Lowered<T> {
        if let Some(frame) = self.frames.last_mut() {
            frame.blocks.push(BTreeMap::new());
        }
        let result = inside(self);
        if let Some(frame) = self.frames.last_mut() {
            frame.blocks.pop();
        }
        result
    }

    /// Declares a name in the innermost block.
    pub fn declare(&mut self, name: &str, local: Local) {
        if let Some(block) = self.frames.last_mut().and_then(|frame| frame.blocks.last_mut()) {
            block.insert(name.to_string(), local);
        }
    }

    /// Declares a new scalar in the innermost block.
    pub fn declare_scalar(&mut self, name: &str) -> Slot {
        let slot = self.draft.locals(1);
        self.declare(name, Local::Slot(slot, None));
        Slot::Local(slot)
    }

    /// What a name is inside the present routine.
    fn local(&self, name: &str) -> Option<Local> {
        self.frames.last()?.blocks.iter().rev().find_map(|block| block.get(name).copied())
    }

    /// What a name is: of the routine first, then of the mechanism.
    pub fn lookup(&self, name: &str) -> Option<Named> {
        match self.local(name) {
            Some(Local::Slot(first, length)) => Some(Named::Local(first, length)),
            Some(Local::Argument(i)) => Some(Named::Argument(i)),
            Some(Local::Flag) => Some(Named::Flag),
            Some(Local::Weight(connection, number)) => Some(Named::Weight(connection, number)),
            None => self.names.get(name),
        }
    }

    /// Refuses what has grown beyond all bounds; `nested` counts as one more level.
    pub fn nested<T>(&mut self, span: Span, inside: impl FnOnce(&mut Self) -> Lowered<T>) -> Lowered<T> {
        self.work += 1;
        let large = self.draft.kernel.ops.len() > MOST_OPS || self.work > MOST_WORK;
        if large || self.depth >= DEEPEST {
            if std::mem::replace(&mut self.overgrown, true) {
                return Err(Refused);
            }
            if large && let Some((span, size)) = self.solving.filter(|_| self.work <= MOST_WORK) {
                return self.too_many_equations(span, size);
            }
            if large {
                let message = format!("a block of the mechanism needs more than {MOST_OPS} operations");
                return self.refuse(
                    span,
                    message,
                    "Calls are inlined and loops unrolled; here that grows too large.",
                    "call the routine fewer times, or shorten the loop",
                );
            }
            return self.refuse(span, "this is nested too deeply", "", "split it into several statements");
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }
}
