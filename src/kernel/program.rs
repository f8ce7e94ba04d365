//! Programs: what a kernel is compiled to, and the way in to running it.

use std::cell::RefCell;

use super::columns::{Environment, Event, Instances, IonColumns, NodeColumns};
use super::cost::ALONE;
use super::halt::{Failed, Halt};
use super::loops::Loop;
use super::needs::Needs;
use super::primitives::{Primitive, WIDTH};
use super::scalar::Evaluator;
use super::table::{GROUP, TableValues};
use super::vector::{self, Machine};
use super::{Cost, LONGEST_BLOCK, Level, REGISTER_BYTES};
use crate::ir::{self, Distribution, FaultId, GivenPart, IonVariable, Place, Site, StreamPart, Sum};

/// Where a step finds a value or leaves it. The slots are numbered through: first what is the same for all
/// instances, then the registers, then the places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Slot(pub u32);

impl Slot {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a step computes from its operands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Code {
    /// Lane by lane.
    Primitive(Primitive),
    /// The columns of lookup number `.0`, at the first operand. Its targets stand in [`Lookup`].
    Lookup(u32),
    /// A draw, made where the first operand is not zero.
    Random {
        random: u32,
        distribution: Distribution,
    },
    /// A draw, made always.
    RandomAlways {
        random: u32,
        distribution: Distribution,
    },
    /// Sets a part of a stream to the second operand where the first is not zero.
    SetStream {
        random: u32,
        part: StreamPart,
    },
    /// What the FUNCTION_TABLE number `table` gives at the first two operands.
    Given {
        table: u32,
        part: GivenPart,
    },
    PlaySize,
    PlayAt,
    /// What the first two operands tell is asked for, where the third is not zero.
    Request {
        asked: Asked,
        /// Without a mask always.
        masked: bool,
    },
    Connections,
    /// Weight `.0` of the connection that the first operand names.
    Weight(u32),
    /// An element of an array, by the first operand.
    Element {
        first: u32,
        length: u32,
    },
    /// Ends the run where the first operand is not zero; the others are what the message needs.
    Fail(FaultId),
    /// Loop number `.0` begins.
    Loop(u32),
    /// Loop number `.0` ends, or goes on where the first operand is not zero.
    Repeat(u32),
}

/// What is asked for, as in [`ir::Request`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Asked {
    Send(Site),
    Fire,
    Move(Site),
    Watch(u32),
    SetWeight(u32),
    SetElement { first: u32, length: u32 },
}

/// One step of a program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub code: Code,
    pub target: Slot,
    /// Those that the code does not use repeat the first.
    pub operands: [Slot; 4],
}

/// All columns that a program reads from one table at one place, so that index and weight are found once.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lookup {
    pub table: u32,
    pub results: Vec<LookupResult>,
    /// The values among them, in groups of successive columns.
    pub groups: Vec<LookupGroup>,
    /// The results that are in no group: slopes, and columns that are wanted twice.
    pub others: Vec<LookupResult>,
}

/// Results that are read together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LookupGroup {
    pub first_column: u32,
    pub targets: [Option<Slot>; GROUP],
}

impl Lookup {
    /// Sorts the results into groups.
    pub(super) fn group(&mut self) {
        self.groups.clear();
        self.others.clear();
        let group_size = GROUP as u32;
        let last = self.results.iter().map(|result| result.column).max().unwrap_or(0);
        for first_column in (0..=last).step_by(GROUP) {
            let members = || {
                self.results.iter().filter(|result| result.column / group_size * group_size == first_column)
            };
            let mut targets = [None; GROUP];
            let mut rest = Vec::new();
            for result in members() {
                let target = &mut targets[(result.column % group_size) as usize];
                if result.slope || target.is_some() {
                    rest.push(*result);
                } else {
                    *target = Some(result.target);
                }
            }
            if targets.iter().any(Option::is_some) {
                self.groups.push(LookupGroup { first_column, targets });
            }
            self.others.append(&mut rest);
        }
    }
}

/// One column of a [`Lookup`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LookupResult {
    pub column: u32,
    pub slope: bool,
    pub target: Slot,
}

/// A value that is there when a program starts, the same for all instances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Input {
    Constant(f64),
    Global(u32),
    Time,
    TimeStep,
    Celsius,
    Argument(u32),
    Flag,
}

impl Input {
    #[inline(always)]
    fn value(self, environment: &Environment, globals: &[f64], arguments: &[f64], flag: f64) -> f64 {
        match self {
            Input::Constant(value) => value,
            Input::Global(global) => globals[global as usize],
            Input::Time => environment.time,
            Input::TimeStep => environment.time_step,
            Input::Celsius => environment.celsius,
            Input::Argument(argument) => arguments[argument as usize],
            Input::Flag => flag,
        }
    }
}

/// A place that steps address directly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PlaceUse {
    pub place: Place,
    pub read: bool,
    /// Steps leave results here; only the mechanism's own columns.
    pub written: bool,
}

/// What is done after the steps, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Action {
    /// Only places outside the mechanism.
    Store(Place, Slot),
    Add(Sum, Slot),
    WriteGlobal(u32, Slot),
    WriteArgument(u32, Slot),
}

/// A compiled kernel. Immutable, so that all threads share one.
#[derive(Clone, Debug)]
pub struct Program {
    /// What fills the first slots.
    pub(super) inputs: Vec<Input>,
    /// Steps whose results are the same for all instances.
    pub(super) uniform_steps: Vec<Step>,
    /// Number of slots that both fill.
    pub(super) uniforms: usize,
    /// Those of them that steps use.
    pub(super) broadcast: Vec<Slot>,
    /// Number of registers.
    pub(super) registers: usize,
    /// The last slots.
    pub(super) places: Vec<PlaceUse>,
    pub(super) steps: Vec<Step>,
    pub(super) lookups: Vec<Lookup>,
    pub(super) loops: Vec<Loop>,
    pub(super) actions: Vec<Action>,
    /// About how many instances each step works on, a multiple of [`WIDTH`].
    pub(super) block: usize,
    /// Reads a place outside the mechanism that it also changes: where several instances share that place,
    /// they must come one after the other.
    pub(super) in_turn: bool,
    /// An instance reads a shared variable that the one before it has set ([`Program::in_sequence`]).
    pub(super) in_sequence: bool,
    /// What is the same for all instances follows from the inputs alone.
    pub(super) keeps: bool,
    /// Runs for one instance, for an event.
    pub(super) uses_event: bool,
    pub(super) needs: Needs,
    pub(super) cost: Cost,
}

/// What a program computed last that is the same for all instances: it holds until an input changes.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    values: Vec<f64>,
}

/// Memory that a run needs, kept by each thread from run to run.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) values: Vec<f64>,
    pub(super) machine: vector::Memory,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Program {
    /// Compiles a kernel.
    pub fn compile(kernel: &ir::Kernel) -> Program {
        super::compile::compile(kernel)
    }

    /// Makes each instance see the shared variables as the one before it left them: all run one after the other.
    /// Without this, all of them see what was there when the run began, and what the last one sets stays.
    pub fn in_sequence(mut self) -> Program {
        self.in_sequence = true;
        self.cost.nanoseconds *= ALONE;
        self
    }

    /// Runs the kernel for all instances. Gives what ended it, if something did: what the kernel has changed by then is of no use.
    ///
    /// `tables` are those of the mechanism, in order; `ions` all of the thread's. A level that the machine does
    /// not have counts as the best it has.
    ///
    /// # Panics
    /// When the kernel uses an event ([`Program::has_event_effects`], arguments, `flag`), or when a column,
    /// global, table, ion, stream or place that it uses is not there: mistakes of the caller, never of a user.
    #[allow(clippy::too_many_arguments)]
    pub fn run(
        &self,
        level: Level,
        environment: &Environment,
        globals: &mut [f64],
        tables: &[TableValues],
        instances: &mut Instances,
        nodes: &mut NodeColumns,
        ions: &mut [IonColumns],
    ) -> Option<Halt> {
        self.run_again(None, level, environment, globals, tables, instances, nodes, ions)
    }

    /// The same, with what was kept of the last run of this program with these tables.
    ///
    /// # Panics
    /// As [`Program::run`].
    #[allow(clippy::too_many_arguments)]
    pub fn run_again(
        &self,
        kept: Option<&mut Kept>,
        level: Level,
        environment: &Environment,
        globals: &mut [f64],
        tables: &[TableValues],
        instances: &mut Instances,
        nodes: &mut NodeColumns,
        ions: &mut [IonColumns],
    ) -> Option<Halt> {
        let count = instances.columns.count();
        if count == 0 {
            return None;
        }
        assert!(!self.uses_event, "a kernel that uses an event runs for one instance");
        self.needs.check(globals, tables, instances, nodes, ions, count);
        if self.in_sequence || self.in_turn && self.shares_places(instances) {
            let mut effects = Vec::new();
            let mut failed: Vec<Failed> = Vec::new();
            let start = globals.to_vec();
            for instance in 0..count {
                if !self.in_sequence {
                    globals.copy_from_slice(&start);
                }
                let mut event = Event::new(&mut [], 0.0, &mut effects);
                let memory = (&mut *instances, &mut *nodes, &mut *ions);
                let halt =
                    self.evaluate_one(level, environment, globals, tables, instance, memory, &mut event);
                match halt {
                    None => {}
                    // What comes after it would see what it left.
                    Some(halt) if self.in_sequence => return Some(halt),
                    Some(Halt::Failed(more)) => failed.extend(more),
                    Some(Halt::Endless(_)) if !failed.is_empty() => break,
                    Some(halt) => return Some(halt),
                }
            }
            return (!failed.is_empty()).then_some(Halt::Failed(failed));
        }
        SCRATCH.with_borrow_mut(|scratch| {
            let holds =
                kept.as_ref().is_some_and(|kept| self.still_holds(&kept.values, environment, globals));
            let values = kept.map_or(&mut scratch.values, |kept| &mut kept.values);
            if !holds {
                self.evaluate_uniform(level, environment, globals, tables, values, None);
            }
            let mut machine = Machine { program: self, tables, instances, nodes, ions };
            machine.run(level, values, &mut scratch.machine, globals)
        })
    }

    /// Runs the kernel for one instance, for `event`. A kernel that uses no event is given an empty one. Gives what
    /// ended it, if something did.
    ///
    /// # Panics
    /// As [`Program::run`]; also when there is no such instance, or fewer arguments or weights than the kernel uses.
    #[allow(clippy::too_many_arguments)]
    pub fn run_one(
        &self,
        level: Level,
        environment: &Environment,
        globals: &mut [f64],
        tables: &[TableValues],
        instance: usize,
        instances: &mut Instances,
        nodes: &mut NodeColumns,
        ions: &mut [IonColumns],
        event: &mut Event,
    ) -> Option<Halt> {
        let memory = (instances, nodes, ions);
        self.evaluate_one(level, environment, globals, tables, instance, memory, event)
    }

    /// Whether it sends, fires or moves events.
    pub fn has_event_effects(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.code, Code::Request { .. }))
    }

    /// Whether it looks at all connections of an instance: then an event gets them, and has no arguments of its own.
    pub fn uses_connections(&self) -> bool {
        let set = |asked: &Asked| matches!(asked, Asked::SetWeight(_));
        self.steps.iter().any(|step| match &step.code {
            Code::Connections | Code::Weight(_) => true,
            Code::Request { asked, .. } => set(asked),
            _ => false,
        })
    }

    /// Whether it draws random numbers, or sets streams of them.
    pub fn draws_random(&self) -> bool {
        self.steps.iter().any(|step| {
            matches!(step.code, Code::Random { .. } | Code::RandomAlways { .. } | Code::SetStream { .. })
        })
    }

    /// What it costs.
    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// Whether it answers to an event, so runs for one instance and never for all ([`Program::run`]).
    pub fn uses_event(&self) -> bool {
        self.uses_event
    }

    /// The block length of a program with so many registers.
    pub(super) fn block_length(registers: usize) -> usize {
        let fitting = REGISTER_BYTES / size_of::<f64>() / registers.max(1);
        fitting.clamp(2 * WIDTH, LONGEST_BLOCK) / WIDTH * WIDTH
    }

    /// The length of the blocks that `count` instances are computed in, a multiple of [`WIDTH`]: equal ones, about as long as `block`, since each
    /// block takes all steps once more.
    pub(super) fn block_for(&self, count: usize) -> usize {
        let blocks = ((count + self.block / 2) / self.block).max(1);
        count.div_ceil(blocks).next_multiple_of(WIDTH)
    }

    /// The slot of place number `place`.
    pub(super) fn place_slot(&self, place: usize) -> usize {
        self.uniforms + self.registers + place
    }

    /// All slots.
    pub(super) fn slots(&self) -> usize {
        self.uniforms + self.registers + self.places.len()
    }

    /// Whether `values` are those of this program for inputs that have not changed: of no event, and not from tables, which may have.
    fn still_holds(&self, values: &[f64], environment: &Environment, globals: &[f64]) -> bool {
        let mut inputs = self.inputs.iter().zip(values);
        values.len() == self.slots()
            && self.keeps
            && inputs.all(|(input, value)| {
                input.value(environment, globals, &[], 0.0).to_bits() == value.to_bits()
            })
    }

    /// Fills the slots that are the same for all instances.
    pub(super) fn evaluate_uniform(
        &self,
        level: Level,
        environment: &Environment,
        globals: &[f64],
        tables: &[TableValues],
        values: &mut Vec<f64>,
        event: Option<(&[f64], f64)>,
    ) {
        values.clear();
        values.resize(self.slots(), 0.0);
        let (arguments, flag) = event.unwrap_or((&[], 0.0));
        for (slot, input) in self.inputs.iter().enumerate() {
            values[slot] = input.value(environment, globals, arguments, flag);
        }
        let mut evaluator = Evaluator {
            values,
            lookups: &self.lookups,
            loops: &[],
            tables,
            own: None,
            event: None,
            halt: None,
        };
        evaluator.run(level, &self.uniform_steps);
    }

    #[allow(clippy::too_many_arguments)]
    fn evaluate_one(
        &self,
        level: Level,
        environment: &Environment,
        globals: &mut [f64],
        tables: &[TableValues],
        instance: usize,
        (instances, nodes, ions): (&mut Instances, &mut NodeColumns, &mut [IonColumns]),
        event: &mut Event,
    ) -> Option<Halt> {
        SCRATCH.with_borrow_mut(|scratch| {
            let values = &mut scratch.values;
            self.evaluate_uniform(
                level,
                environment,
                globals,
                tables,
                values,
                Some((&*event.arguments, event.flag)),
            );
            for (place, used) in self.places.iter().enumerate() {
                if used.read {
                    values[self.place_slot(place)] = read(used.place, instance, instances, nodes, ions);
                }
            }
            let Instances { randoms, plays, columns, .. } = &mut *instances;
            let own = Some((randoms.as_mut_slice(), plays.as_slice(), columns, instance));
            let asked = Some(&mut *event);
            let mut evaluator = Evaluator {
                values,
                lookups: &self.lookups,
                loops: &self.loops,
                tables,
                own,
                event: asked,
                halt: None,
            };
            evaluator.run(level, &self.steps);
            if evaluator.halt.is_some() {
                return evaluator.halt;
            }
            for (place, used) in self.places.iter().enumerate() {
                if let (true, Place::Column(column)) = (used.written, used.place) {
                    instances.columns.set(column.0 as usize, instance, values[self.place_slot(place)]);
                }
            }
            for action in &self.actions {
                match *action {
                    Action::Store(place, value) => {
                        *target(place, instance, instances, nodes, ions) = values[value.index()];
                    }
                    Action::Add(Sum::RightHandSide, value) => {
                        nodes.right_hand_side[instances.nodes.get(instance)] += values[value.index()];
                    }
                    Action::Add(Sum::Diagonal, value) => {
                        nodes.diagonal[instances.nodes.get(instance)] += values[value.index()];
                    }
                    Action::Add(Sum::IonCurrent(ion), value) => {
                        let place = Place::Ion(ion, IonVariable::Current);
                        *target(place, instance, instances, nodes, ions) += values[value.index()];
                    }
                    Action::WriteGlobal(global, value) => globals[global as usize] = values[value.index()],
                    Action::WriteArgument(argument, value) => {
                        event.arguments[argument as usize] = values[value.index()];
                    }
                }
            }
            None
        })
    }

    /// Whether two instances have the same compartment.
    fn shares_places(&self, instances: &Instances) -> bool {
        instances.nodes.is_shared() || instances.ions.iter().any(|(_, index)| index.is_shared())
    }
}

/// The place of an instance outside the mechanism's own columns, or in them.
fn target<'a>(
    place: Place,
    instance: usize,
    instances: &'a mut Instances,
    nodes: &'a mut NodeColumns,
    ions: &'a mut [IonColumns],
) -> &'a mut f64 {
    match place {
        Place::Column(column) => &mut instances.columns.column_mut(column.0 as usize)[instance],
        Place::Voltage => &mut nodes.voltage[instances.nodes.get(instance)],
        Place::Area => &mut nodes.area[instances.nodes.get(instance)],
        Place::Diameter => &mut nodes.diameter[instances.nodes.get(instance)],
        Place::PointScale => &mut instances.point_scale[instance],
        Place::Ion(ion, variable) => {
            let (which, index) = &instances.ions[ion.0 as usize];
            &mut ions[*which].get_mut(variable)[index.get(instance)]
        }
    }
}

fn read(
    place: Place,
    instance: usize,
    instances: &mut Instances,
    nodes: &mut NodeColumns,
    ions: &mut [IonColumns],
) -> f64 {
    match place {
        Place::Column(column) => instances.columns.get(column.0 as usize, instance),
        _ => *target(place, instance, instances, nodes, ions),
    }
}
