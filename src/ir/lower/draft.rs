//! A kernel while statements are turned into it: variables by name become values.
//!
//! A [`Draft`] knows the value that every variable has at the point reached. A variable that was not set yet is
//! read, once, as it is when the kernel starts. Where the paths of an `if` meet, a variable that differs is
//! a [`Op::Select`]. What a masked effect needs is the mask of the path it stands on.

use std::collections::{BTreeMap, BTreeSet};

use super::super::passes::fold;
use super::super::types::*;
use crate::diagnostic::Span;

/// A place for one number, as statements see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Slot {
    /// Of the instance.
    Place(Place),
    /// Shared by all instances.
    Global(GlobalId),
    /// An argument of the event.
    Argument(u32),
    /// A LOCAL, an argument or the result of a routine, a counter.
    Local(u32),
    /// The derivative of a state, while equations are solved.
    Slope(Place),
}

/// Values of the variables that were set so far.
pub(super) type Environment = BTreeMap<Slot, Value>;

/// A kernel under construction.
#[derive(Clone)]
pub(super) struct Draft {
    /// When it will run.
    pub stage: Stage,
    /// Ops so far, and the effects that are not stores of variables.
    pub kernel: Kernel,
    /// What was set.
    environment: Environment,
    /// What was read before it was set.
    reads: Environment,
    /// Where each variable was first read before it was set.
    pub read_at: BTreeMap<Slot, Span>,
    /// Where each variable was last set.
    pub set_at: BTreeMap<Slot, Span>,
    /// Whether the point reached is on the path taken; `None` is always.
    mask: Option<Value>,
    /// Number of the next local.
    next_local: u32,
}

impl Draft {
    /// Nothing yet.
    pub fn new(stage: Stage) -> Draft {
        Draft {
            stage,
            kernel: Kernel::default(),
            environment: BTreeMap::new(),
            reads: BTreeMap::new(),
            read_at: BTreeMap::new(),
            set_at: BTreeMap::new(),
            mask: None,
            next_local: 0,
        }
    }

    /// Has a variable start as what stands at another place.
    pub fn begin_with(&mut self, slot: Slot, place: Place) {
        let value = self.kernel.push(Op::Read(place));
        self.reads.insert(slot, value);
    }

    /// The place from which a variable is read before it is set: its own, unless it was told to begin otherwise.
    pub fn origin(&self, place: Place) -> Place {
        match self.reads.get(&Slot::Place(place)).map(|value| self.kernel.op(*value)) {
            Some(Op::Read(other)) => *other,
            _ => place,
        }
    }

    /// Appends an op, folded.
    pub fn emit(&mut self, op: Op) -> Value {
        fold::emit(&mut self.kernel, op)
    }

    /// A number.
    pub fn number(&mut self, x: f64) -> Value {
        self.emit(Op::Constant(x))
    }

    /// A function of one value.
    pub fn unary(&mut self, function: Unary, a: Value) -> Value {
        self.emit(Op::Unary(function, a))
    }

    /// A function of two values.
    pub fn binary(&mut self, function: Binary, a: Value, b: Value) -> Value {
        self.emit(Op::Binary(function, a, b))
    }

    /// `length` successive locals; the number of the first.
    pub fn locals(&mut self, length: u32) -> u32 {
        let first = self.next_local;
        self.next_local = first.saturating_add(length);
        first
    }

    /// The value of a variable at the point reached; a local that was never set is 0.
    pub fn get(&mut self, slot: Slot, span: Span) -> Value {
        if let Some(value) = self.environment.get(&slot) {
            return *value;
        }
        self.read_at.entry(slot).or_insert(span);
        self.start(slot)
    }

    /// The value of a variable when the kernel starts.
    pub fn start(&mut self, slot: Slot) -> Value {
        if let Some(value) = self.reads.get(&slot) {
            return *value;
        }
        let value = self.kernel.push(match slot {
            Slot::Place(place) => Op::Read(place),
            Slot::Global(id) => Op::Global(id),
            Slot::Argument(i) => Op::Argument(i),
            Slot::Local(_) | Slot::Slope(_) => Op::Constant(0.0),
        });
        self.reads.insert(slot, value);
        value
    }

    /// Sets a variable.
    pub fn set(&mut self, slot: Slot, value: Value, span: Span) {
        self.set_at.insert(slot, span);
        self.environment.insert(slot, value);
    }

    /// Whether a variable may have another value at the point reached than when the kernel starts.
    pub fn was_set(&self, slot: Slot) -> bool {
        self.environment.get(&slot).is_some_and(|value| self.reads.get(&slot) != Some(value))
    }

    /// Sets a variable for the time of one expression; gives what [`Draft::restore`] takes.
    pub fn replace(&mut self, slot: Slot, value: Value) -> Option<Value> {
        self.environment.insert(slot, value)
    }

    /// Undoes [`Draft::replace`].
    pub fn restore(&mut self, slot: Slot, before: Option<Value>) {
        match before {
            Some(value) => self.environment.insert(slot, value),
            None => self.environment.remove(&slot),
        };
    }

    /// Variables that were set, with their values at the point reached; no locals.
    pub fn results(&self) -> Vec<(Slot, Value)> {
        let lasting = |slot: &Slot| !matches!(slot, Slot::Local(_) | Slot::Slope(_));
        self.environment
            .iter()
            .filter(|(slot, _)| lasting(slot))
            .map(|(slot, value)| (*slot, *value))
            .collect()
    }

    /// Takes out the slopes that were set, with their places.
    pub fn take_slopes(&mut self) -> Vec<(Place, Value, Span)> {
        let mut slopes = Vec::new();
        self.environment.retain(|slot, value| match slot {
            Slot::Slope(place) => {
                slopes.extend(self.set_at.get(slot).map(|span| (*place, *value, *span)));
                false
            }
            _ => true,
        });
        slopes
    }

    /// Forgets what was set; gives what [`Draft::put_environment`] takes.
    pub fn take_environment(&mut self) -> Environment {
        std::mem::take(&mut self.environment)
    }

    /// What was set so far, for [`Draft::put_environment`].
    pub fn copy_environment(&self) -> Environment {
        self.environment.clone()
    }

    /// Undoes [`Draft::take_environment`].
    pub fn put_environment(&mut self, environment: Environment) {
        self.environment = environment;
    }

    /// Begins a loop that carries `slots`; gives what [`Draft::close_loop`] takes.
    pub fn open_loop(&mut self, slots: &BTreeSet<Slot>, site: Site, span: Span) -> OpenLoop {
        let mut carries = Vec::new();
        for slot in slots {
            let initial = self.get(*slot, span);
            let carry = self.kernel.push(Op::Carry(initial));
            self.environment.insert(*slot, carry);
            carries.push((*slot, carry));
        }
        self.kernel.push(Op::Loop(site));
        OpenLoop { carries, environment: self.environment.clone(), locals: self.next_local }
    }

    /// The variables that were set since a loop began and outlive a round.
    pub fn changed_in(&self, open: &OpenLoop) -> BTreeSet<Slot> {
        let outlives = |slot: &Slot| !matches!(slot, Slot::Local(id) if *id >= open.locals);
        let set = self.environment.iter().filter(|(slot, value)| open.environment.get(slot) != Some(value));
        set.map(|(slot, _)| *slot).filter(outlives).collect()
    }

    /// Ends a loop, which turns again where `again` is not zero.
    pub fn close_loop(&mut self, open: OpenLoop, again: Value) {
        for (slot, carry) in open.carries {
            let value = self.environment.get(&slot).copied().unwrap_or(carry);
            let next = self.kernel.push(Op::Next(carry, value));
            self.environment.insert(slot, next);
        }
        self.kernel.push(Op::Repeat(again));
    }

    /// The mask of the point reached.
    pub fn mask(&self) -> Option<Value> {
        self.mask
    }

    /// Enters a path that is only taken where `condition` is not zero; gives what [`Draft::leave`] takes.
    pub fn enter(&mut self, condition: Value) -> Path {
        let before = Path { environment: self.environment.clone(), mask: self.mask, locals: self.next_local };
        self.mask = Some(match self.mask {
            Some(outer) => self.binary(Binary::And, outer, condition),
            None => condition,
        });
        before
    }

    /// Leaves a path, back to the point where it was entered; gives what the path set.
    pub fn leave(&mut self, before: Path) -> Path {
        self.mask = before.mask;
        let environment = std::mem::replace(&mut self.environment, before.environment);
        Path { environment, mask: before.mask, locals: before.locals }
    }

    /// Joins two paths that were entered at the point reached: the first was taken where `condition` is not zero.
    pub fn join(&mut self, condition: Value, taken: Path, other: Path) {
        let mut slots: Vec<Slot> =
            taken.environment.keys().chain(other.environment.keys()).copied().collect();
        slots.sort();
        slots.dedup();
        for slot in slots {
            if matches!(slot, Slot::Local(id) if id >= taken.locals) {
                continue;
            }
            let mut end = |path: &Path| match path.environment.get(&slot) {
                Some(value) => *value,
                None => self.start(slot),
            };
            let (a, b) = (end(&taken), end(&other));
            let value = self.emit(Op::Select(condition, a, b));
            self.environment.insert(slot, value);
        }
    }
}

/// A loop that was begun.
pub(super) struct OpenLoop {
    /// What it carries.
    carries: Vec<(Slot, Value)>,
    /// What was set when it began.
    environment: Environment,
    /// Locals from this number on are a round's own.
    locals: u32,
}

/// What the variables are at the end of a path.
pub(super) struct Path {
    environment: Environment,
    mask: Option<Value>,
    /// Locals from this number on are the path's own.
    locals: u32,
}
