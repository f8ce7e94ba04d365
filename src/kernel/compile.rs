//! Compiles kernels to programs.
//!
//! 1. What does not depend on the instance becomes uniform: computed once for each run.
//! 2. Several cheap steps become one ([`super::fuse`]); lookups at the same place of the same table are joined.
//! 3. What nothing needs is dropped (draws never are: they advance their stream; nor are requests).
//! 4. Results that are stored in a column are computed right into it if its old value is not read later.
//! 5. Values get registers, which are free again after their last use. A step may overwrite its own
//!    operand: every step reads a group of values before it writes one.

use std::collections::HashMap;

use super::cost::Cost;
use super::fuse::{self, Known};
use super::loops::{self, Loop, Spans};
use super::needs::Needs;
use super::primitives::Primitive;
use super::program::{Action, Asked, Code, Input, Lookup, LookupResult, PlaceUse, Program, Slot, Step};
use crate::ir::analysis;
use crate::ir::{Binary, Builtin, Effect, IonVariable, Kernel, Op, Place, Request, Sum, TableId, Value};

/// How a value comes about.
#[derive(Clone, Debug)]
enum Definition {
    /// There from the start, the same for all instances.
    Input(Input),
    /// Read in place.
    Place(Place),
    /// Read in place and copied at once, since the place is changed while the value is still needed.
    Saved(Place),
    /// Computed.
    Computed(Code, Vec<Value>),
    /// Another result of the lookup that `.0` stands for.
    SameLookup(Value),
}

/// Compiles a kernel.
pub(super) fn compile(kernel: &Kernel) -> Program {
    Compiler::new(&loops::separate(&join_sums(kernel))).compile()
}

/// Adds up all that a kernel adds to the same sum, so that each sum is touched once.
fn join_sums(kernel: &Kernel) -> Kernel {
    let mut joined = Kernel { ops: kernel.ops.clone(), effects: Vec::new() };
    for effect in &kernel.effects {
        let earlier = joined.effects.iter().position(|earlier| match (earlier, effect) {
            (Effect::Add(earlier, _), Effect::Add(sum, _)) => earlier == sum,
            _ => false,
        });
        match (earlier, effect) {
            (Some(earlier), Effect::Add(sum, value)) => {
                let Effect::Add(_, first) = joined.effects[earlier] else { continue };
                let total = joined.push(Op::Binary(Binary::Add, first, *value));
                joined.effects[earlier] = Effect::Add(*sum, total);
            }
            _ => joined.effects.push(*effect),
        }
    }
    joined
}

impl Known for Compiler<'_> {
    fn computed(&self, value: Value) -> Option<(Primitive, &[Value])> {
        match &self.definitions[value.0 as usize] {
            Definition::Computed(Code::Primitive(primitive), operands) if !self.uniform[value.0 as usize] => {
                Some((*primitive, operands))
            }
            _ => None,
        }
    }
}

struct Compiler<'a> {
    kernel: &'a Kernel,
    uniform: Vec<bool>,
    definitions: Vec<Definition>,
    /// Their results are still without slots.
    lookups: Vec<Lookup>,
    /// The values that each lookup makes, in the order of its results.
    lookup_values: Vec<Vec<Value>>,
    slots: Vec<Slot>,
    places: Vec<PlaceUse>,
    /// In the order in which they begin.
    loops: Vec<Loop>,
}

impl<'a> Compiler<'a> {
    fn new(kernel: &'a Kernel) -> Compiler<'a> {
        Compiler {
            kernel,
            uniform: Vec::new(),
            definitions: Vec::new(),
            lookups: Vec::new(),
            lookup_values: Vec::new(),
            slots: vec![Slot(u32::MAX); kernel.ops.len()],
            places: Vec::new(),
            loops: Vec::new(),
        }
    }

    fn compile(mut self) -> Program {
        self.find_uniform();
        self.define();
        self.save_changed_places();
        let needed = self.needed();

        let mut inputs = Vec::new();
        let mut uniform_order = Vec::new();
        let mut order = Vec::new();
        for index in 0..self.kernel.ops.len() {
            let value = Value(index as u32);
            match &self.definitions[index] {
                _ if !needed[index] => {}
                Definition::Input(input) => {
                    self.slots[index] = Slot(inputs.len() as u32);
                    inputs.push(*input);
                }
                Definition::Computed(..) if self.uniform[index] => uniform_order.push(value),
                Definition::Computed(..) | Definition::Saved(_) => order.push(value),
                Definition::Place(_) | Definition::SameLookup(_) => {}
            }
        }
        let mut uniforms = inputs.len() as u32;
        for &value in &uniform_order {
            for made in self.made_by(value) {
                self.slots[made.0 as usize] = Slot(uniforms);
                uniforms += 1;
            }
        }
        // Places come after the registers, whose number is not known yet: they are numbered from 0 and
        // moved below.
        let place_of = self.number_places(&needed);
        let spans = Spans::of(order.iter().map(|value| &self.kernel.ops[value.0 as usize]));
        let in_column = self.compute_in_columns(&order, &spans, &place_of);
        let registers = self.allocate(&order, &spans, &in_column, uniforms);
        let base = uniforms + registers;
        for (index, definition) in self.definitions.iter().enumerate() {
            if let (true, Definition::Place(place)) = (needed[index], definition) {
                self.slots[index] = Slot(base + place_of[place]);
            }
        }
        for (&value, &place) in &in_column {
            self.slots[value.0 as usize] = Slot(base + place);
        }
        let uniform_steps = uniform_order.iter().map(|&value| self.step(value, base, &place_of)).collect();
        let mut steps: Vec<Step> = order.iter().map(|&value| self.step(value, base, &place_of)).collect();
        self.loops = spans.loops(|position| self.kernel.op(order[position]));
        let actions = self.actions(&in_column, base, &place_of, &mut steps);
        self.program(inputs, uniform_steps, uniforms, registers, steps, actions)
    }

    fn program(
        self,
        inputs: Vec<Input>,
        uniform_steps: Vec<Step>,
        uniforms: u32,
        registers: u32,
        steps: Vec<Step>,
        actions: Vec<Action>,
    ) -> Program {
        let mut broadcast: Vec<Slot> =
            steps.iter().flat_map(|step| step.operands).filter(|slot| slot.0 < uniforms).collect();
        for action in &actions {
            match *action {
                Action::Store(_, value) | Action::Add(_, value) if value.0 < uniforms => {
                    broadcast.push(value);
                }
                _ => {}
            }
        }
        broadcast.sort();
        broadcast.dedup();
        let in_turn = self.in_turn();
        let cost = Cost::estimate(&steps, &self.lookups, &self.loops, &actions, registers as usize);
        let event_step =
            |step: &Step| matches!(step.code, Code::Request { .. } | Code::Connections | Code::Weight(_));
        let uses_event = steps.iter().any(event_step)
            || inputs.iter().any(|input| matches!(input, Input::Argument(_) | Input::Flag))
            || actions.iter().any(|action| matches!(action, Action::WriteArgument(..)));
        let from_table = |step: &Step| matches!(step.code, Code::Lookup(_) | Code::Given { .. });
        Program {
            keeps: !uniform_steps.iter().any(from_table),
            uses_event,
            needs: Needs::of(&self.places, &steps, &self.lookups, &actions),
            inputs,
            uniform_steps,
            uniforms: uniforms as usize,
            broadcast,
            registers: registers as usize,
            places: self.places,
            steps,
            lookups: self.lookups,
            loops: self.loops,
            actions,
            block: Program::block_length(registers as usize),
            in_turn,
            in_sequence: false,
            cost,
        }
    }

    fn find_uniform(&mut self) {
        for op in &self.kernel.ops {
            let of = |value: &Value| self.uniform[value.0 as usize];
            let uniform = match op {
                Op::Constant(_) | Op::Global(_) | Op::Builtin(_) | Op::Argument(_) | Op::Flag => true,
                Op::Read(_) | Op::Random { .. } | Op::SetStream { .. } => false,
                Op::PlaySize | Op::PlayAt(_) => false,
                Op::Fail { .. } => false,
                Op::Request { .. } | Op::Connections | Op::Weight { .. } | Op::Element { .. } => false,
                Op::Carry(_) | Op::Loop(_) | Op::Next(..) | Op::Repeat(_) => false,
                Op::Unary(_, a) => of(a),
                Op::Binary(_, a, b) => of(a) && of(b),
                Op::MultiplyAdd(a, b, c) | Op::Select(a, b, c) => of(a) && of(b) && of(c),
                Op::Lookup { x, .. } | Op::LookupSlope { x, .. } => of(x),
                Op::Given { x, y, .. } => of(x) && of(y),
            };
            self.uniform.push(uniform);
        }
    }

    fn define(&mut self) {
        let mut lookups: HashMap<(TableId, Value), usize> = HashMap::new();
        let (mut begun, mut open) = (0, Vec::new());
        for (index, op) in self.kernel.ops.iter().enumerate() {
            let definition = match *op {
                Op::Constant(value) => Definition::Input(Input::Constant(value)),
                Op::Global(global) => Definition::Input(Input::Global(global.0)),
                Op::Builtin(Builtin::Time) => Definition::Input(Input::Time),
                Op::Builtin(Builtin::TimeStep) => Definition::Input(Input::TimeStep),
                Op::Builtin(Builtin::Celsius) => Definition::Input(Input::Celsius),
                Op::Argument(argument) => Definition::Input(Input::Argument(argument)),
                Op::Flag => Definition::Input(Input::Flag),
                Op::Read(place) => Definition::Place(place),
                Op::Unary(function, a) => self.fuse(function.into(), vec![a]),
                Op::Binary(function, a, b) => self.fuse(function.into(), vec![a, b]),
                Op::MultiplyAdd(a, b, c) => self.fuse(Primitive::MultiplyAdd, vec![a, b, c]),
                Op::Select(condition, yes, no) => self.fuse(Primitive::Select, vec![condition, yes, no]),
                Op::Lookup { table, column, x } | Op::LookupSlope { table, column, x } => {
                    let slope = matches!(op, Op::LookupSlope { .. });
                    let result = LookupResult { column, slope, target: Slot(u32::MAX) };
                    let value = Value(index as u32);
                    let next = self.lookups.len();
                    let number = *lookups.entry((table, x)).or_insert(next);
                    if number == next {
                        let (groups, others) = (Vec::new(), Vec::new());
                        self.lookups.push(Lookup { table: table.0, results: vec![result], groups, others });
                        self.lookup_values.push(vec![value]);
                        Definition::Computed(Code::Lookup(number as u32), vec![x])
                    } else {
                        self.lookups[number].results.push(result);
                        self.lookup_values[number].push(value);
                        Definition::SameLookup(self.lookup_values[number][0])
                    }
                }
                Op::Given { table, part, x, y } => {
                    Definition::Computed(Code::Given { table: table.0, part }, vec![x, y])
                }
                Op::Random { random, distribution, when: None } => {
                    Definition::Computed(Code::RandomAlways { random: random.0, distribution }, vec![])
                }
                Op::Random { random, distribution, when: Some(when) } => {
                    Definition::Computed(Code::Random { random: random.0, distribution }, vec![when])
                }
                Op::SetStream { random, part, value, when } => {
                    Definition::Computed(Code::SetStream { random: random.0, part }, vec![when, value])
                }
                Op::Request { when, what } => request(when, &what),
                Op::Fail { fault, when, values: [a, b] } => {
                    Definition::Computed(Code::Fail(fault), vec![when, a, b])
                }
                Op::Connections => Definition::Computed(Code::Connections, vec![]),
                Op::Element { first, length, index } => {
                    Definition::Computed(Code::Element { first: first.0, length }, vec![index])
                }
                Op::Weight { connection, number } => {
                    Definition::Computed(Code::Weight(number), vec![connection])
                }
                Op::PlaySize => Definition::Computed(Code::PlaySize, vec![]),
                Op::PlayAt(number) => Definition::Computed(Code::PlayAt, vec![number]),
                Op::Carry(value) | Op::Next(_, value) => {
                    Definition::Computed(Code::Primitive(Primitive::Copy), vec![value])
                }
                Op::Loop(_) => {
                    open.push(begun);
                    begun += 1;
                    Definition::Computed(Code::Loop(begun - 1), vec![])
                }
                Op::Repeat(again) => {
                    Definition::Computed(Code::Repeat(open.pop().unwrap_or_default()), vec![again])
                }
            };
            self.definitions.push(definition);
        }
    }

    fn fuse(&self, primitive: Primitive, operands: Vec<Value>) -> Definition {
        let (primitive, operands) = fuse::fuse(self, primitive, operands);
        Definition::Computed(Code::Primitive(primitive), operands)
    }

    /// Places that the kernel changes.
    fn changed_places(&self) -> impl Iterator<Item = Place> {
        self.kernel.effects.iter().filter_map(|effect| match *effect {
            Effect::Write(place, _) => Some(place),
            Effect::Add(Sum::IonCurrent(ion), _) => Some(Place::Ion(ion, IonVariable::Current)),
            _ => None,
        })
    }

    /// An effect may use a value that was read from a place that an earlier effect changes.
    fn save_changed_places(&mut self) {
        let changed: Vec<Place> = self.changed_places().collect();
        for effect in &self.kernel.effects {
            for value in effect.operands() {
                match self.definitions[value.0 as usize] {
                    Definition::Place(place) if changed.contains(&place) => {
                        self.definitions[value.0 as usize] = Definition::Saved(place);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Whether instances that share a place outside would see each other's changes, or the order of changes matters.
    fn in_turn(&self) -> bool {
        let mut used: Vec<Place> =
            self.places.iter().filter(|used| used.read).map(|used| used.place).collect();
        for place in self.changed_places().filter(|place| !matches!(place, Place::Column(_))) {
            if used.contains(&place) {
                return true;
            }
            used.push(place);
        }
        false
    }

    fn needed(&self) -> Vec<bool> {
        let mut needed = vec![false; self.kernel.ops.len()];
        for (index, live) in analysis::live(self.kernel).into_iter().enumerate() {
            let loops = matches!(self.kernel.ops[index], Op::Loop(_) | Op::Next(..) | Op::Repeat(_));
            needed[index] = live && loops;
        }
        for effect in &self.kernel.effects {
            for value in effect.operands() {
                needed[value.0 as usize] = true;
            }
        }
        for index in (0..needed.len()).rev() {
            needed[index] |= analysis::acts(&self.kernel.ops[index]);
            if let (true, Op::Next(carry, _)) = (needed[index], &self.kernel.ops[index]) {
                needed[carry.0 as usize] = true;
            }
            if needed[index] {
                match &self.definitions[index] {
                    Definition::Computed(_, operands) => {
                        for operand in operands {
                            needed[operand.0 as usize] = true;
                        }
                    }
                    Definition::SameLookup(first) => needed[first.0 as usize] = true,
                    Definition::Input(_) | Definition::Place(_) | Definition::Saved(_) => {}
                }
            }
        }
        needed
    }

    /// The values that the step of `value` makes: several for a lookup.
    fn made_by(&self, value: Value) -> Vec<Value> {
        match self.definitions[value.0 as usize] {
            Definition::Computed(Code::Lookup(lookup), _) => self.lookup_values[lookup as usize].clone(),
            _ => vec![value],
        }
    }

    /// Lists the places that steps use. The columns that steps write are added by [`Compiler::compute_in_columns`].
    fn number_places(&mut self, needed: &[bool]) -> HashMap<Place, u32> {
        let mut numbers = HashMap::new();
        for (index, definition) in self.definitions.iter().enumerate() {
            if let (true, Definition::Place(place) | Definition::Saved(place)) = (needed[index], definition) {
                numbers.entry(*place).or_insert_with(|| {
                    self.places.push(PlaceUse { place: *place, read: true, written: false });
                    (self.places.len() - 1) as u32
                });
            }
        }
        for effect in &self.kernel.effects {
            if let Effect::Write(place @ Place::Column(_), _) = *effect {
                let number = *numbers.entry(place).or_insert_with(|| {
                    self.places.push(PlaceUse { place, read: false, written: false });
                    (self.places.len() - 1) as u32
                });
                self.places[number as usize].written = true;
            }
        }
        numbers
    }

    /// The values whose steps write right into a column, and that column's number among the places.
    fn compute_in_columns(
        &self,
        order: &[Value],
        spans: &Spans,
        place_of: &HashMap<Place, u32>,
    ) -> HashMap<Value, u32> {
        let mut last_read: HashMap<Place, usize> = HashMap::new();
        let mut made_at: HashMap<Value, usize> = HashMap::new();
        for (position, &value) in order.iter().enumerate() {
            for made in self.made_by(value) {
                made_at.insert(made, position);
            }
            match &self.definitions[value.0 as usize] {
                Definition::Saved(place) => {
                    last_read.insert(*place, position);
                }
                Definition::Computed(_, operands) => {
                    for operand in operands {
                        if let Definition::Place(place) = self.definitions[operand.0 as usize] {
                            last_read.insert(place, position);
                        }
                    }
                }
                _ => {}
            }
        }
        let mut chosen = HashMap::new();
        for (place, value) in self.final_writes() {
            if let Some(&position) = made_at.get(&value) {
                let saved = matches!(self.definitions[value.0 as usize], Definition::Saved(_));
                let free = last_read.get(&place).is_none_or(|&read| read <= position);
                let looped = matches!(self.kernel.op(value), Op::Carry(_) | Op::Next(..));
                if free && !saved && !looped && !spans.is_inside(position) && !chosen.contains_key(&value) {
                    chosen.insert(value, place_of[&place]);
                }
            }
        }
        chosen
    }

    /// The last write to each of the mechanism's columns, in order.
    fn final_writes(&self) -> Vec<(Place, Value)> {
        let mut writes: Vec<(Place, Value)> = Vec::new();
        for effect in &self.kernel.effects {
            if let Effect::Write(place @ Place::Column(_), value) = *effect {
                writes.retain(|(earlier, _)| *earlier != place);
                writes.push((place, value));
            }
        }
        writes
    }

    /// Gives registers to the results of the steps in `order`, and returns their number.
    fn allocate(
        &mut self,
        order: &[Value],
        spans: &Spans,
        in_column: &HashMap<Value, u32>,
        first: u32,
    ) -> u32 {
        let mut last_use = vec![0_usize; self.kernel.ops.len()];
        let mut made_at = vec![0_usize; self.kernel.ops.len()];
        for (position, &value) in order.iter().enumerate() {
            for made in self.made_by(value) {
                last_use[made.0 as usize] = position;
                made_at[made.0 as usize] = position;
            }
            if let Definition::Computed(_, operands) = &self.definitions[value.0 as usize] {
                for operand in operands {
                    let last = &mut last_use[operand.0 as usize];
                    *last = spans.needed_until(made_at[operand.0 as usize], position).max(*last);
                }
            }
            if let Op::Next(carry, _) = self.kernel.op(value) {
                let last = &mut last_use[carry.0 as usize];
                *last = spans.needed_until(made_at[carry.0 as usize], position).max(*last);
            }
        }
        for effect in &self.kernel.effects {
            for value in effect.operands() {
                last_use[value.0 as usize] = order.len();
            }
        }
        // The last value of a carried variable is in its own register.
        for &value in order {
            if let Op::Next(carry, _) = self.kernel.op(value) {
                last_use[carry.0 as usize] = last_use[carry.0 as usize].max(last_use[value.0 as usize]);
            }
        }
        let mut free: Vec<u32> = Vec::new();
        let mut registers = 0;
        let mut dying: Vec<Vec<u32>> = vec![Vec::new(); order.len() + 1];
        for (position, &value) in order.iter().enumerate() {
            free.append(&mut dying[position]);
            if let Op::Next(carry, _) = self.kernel.op(value) {
                self.slots[value.0 as usize] = self.slots[carry.0 as usize];
                continue;
            }
            if let Op::Loop(_) | Op::Repeat(_) | Op::Request { .. } | Op::Fail { .. } = self.kernel.op(value)
            {
                continue;
            }
            let mut unused = Vec::new();
            for made in self.made_by(value) {
                if in_column.contains_key(&made) {
                    continue;
                }
                let register = free.pop().unwrap_or_else(|| {
                    registers += 1;
                    registers - 1
                });
                self.slots[made.0 as usize] = Slot(first + register);
                match last_use[made.0 as usize] {
                    last if last == position => unused.push(register),
                    last => dying[last].push(register),
                }
            }
            free.append(&mut unused);
        }
        registers
    }

    fn slot(&self, value: Value) -> Slot {
        self.slots[value.0 as usize]
    }

    /// The step that makes `value`.
    fn step(&mut self, value: Value, base: u32, place_of: &HashMap<Place, u32>) -> Step {
        let target = match self.kernel.op(value) {
            // They make no value; any slot will do.
            Op::Loop(_) | Op::Repeat(_) | Op::Request { .. } | Op::Fail { .. } => Slot(0),
            _ => self.slot(value),
        };
        let (code, operands) = match &self.definitions[value.0 as usize] {
            Definition::Computed(code, operands) => {
                (*code, operands.iter().map(|&operand| self.slot(operand)).collect())
            }
            Definition::Saved(place) => {
                (Code::Primitive(Primitive::Copy), vec![Slot(base + place_of[place])])
            }
            _ => (Code::Primitive(Primitive::Copy), vec![]),
        };
        if let Code::Lookup(number) = code {
            for (result, value) in
                self.lookups[number as usize].results.iter_mut().zip(&self.lookup_values[number as usize])
            {
                result.target = self.slots[value.0 as usize];
            }
            self.lookups[number as usize].group();
        }
        make_step(code, target, &operands)
    }

    /// What is left to do after the steps; copies into columns are appended to them.
    fn actions(
        &self,
        in_column: &HashMap<Value, u32>,
        base: u32,
        place_of: &HashMap<Place, u32>,
        steps: &mut Vec<Step>,
    ) -> Vec<Action> {
        for (place, value) in self.final_writes() {
            let number = place_of[&place];
            let same = matches!(self.definitions[value.0 as usize], Definition::Place(from) if from == place);
            if in_column.get(&value) != Some(&number) && !same {
                steps.push(make_step(
                    Code::Primitive(Primitive::Copy),
                    Slot(base + number),
                    &[self.slot(value)],
                ));
            }
        }
        let slot = |value: Value| self.slot(value);
        let mut actions = Vec::new();
        for effect in &self.kernel.effects {
            actions.push(match *effect {
                Effect::Write(Place::Column(_), _) => continue,
                Effect::Write(place, value) => Action::Store(place, slot(value)),
                Effect::WriteGlobal(global, value) => Action::WriteGlobal(global.0, slot(value)),
                Effect::WriteArgument(argument, value) => Action::WriteArgument(argument, slot(value)),
                Effect::Add(sum, value) => Action::Add(sum, slot(value)),
            });
        }
        actions
    }
}

/// A step; operands that the code does not use repeat the first, or the target.
fn make_step(code: Code, target: Slot, operands: &[Slot]) -> Step {
    let operand = |number: usize| operands.get(number).or(operands.first()).copied().unwrap_or(target);
    Step { code, target, operands: [operand(0), operand(1), operand(2), operand(3)] }
}

/// A request: its operands first, then the mask.
fn request(when: Option<Value>, what: &Request) -> Definition {
    let asked = match *what {
        Request::Send { site, .. } => Asked::Send(site),
        Request::Fire { .. } => Asked::Fire,
        Request::Move { site, .. } => Asked::Move(site),
        Request::Watch { number, .. } => Asked::Watch(number),
        Request::SetWeight { number, .. } => Asked::SetWeight(number),
        Request::SetElement { first, length, .. } => Asked::SetElement { first: first.0, length },
    };
    let mut operands: Vec<Value> = what.operands().collect();
    if let (Some(first), 1) = (operands.first().copied(), operands.len()) {
        operands.push(first);
    }
    operands.extend(when);
    Definition::Computed(Code::Request { asked, masked: when.is_some() }, operands)
}
