//! The block executor: runs the steps of a program for all instances, [`BLOCK`] at a time.
//!
//! All memory is reached through [`Source`]s, raw pointers that are made anew for each run from exclusive
//! borrows, after [`Program::run`] has checked that every place the program uses exists. This and [`super::aligned`]
//! are the only files of the vector machine with `unsafe` in them.
//!
//! What a step does is written once, for one lane, with the functions of [`super::arithmetic`]; the compiler
//! turns each loop over [`LANES`] values into vector instructions, once for every level.

use super::arithmetic::{binary, maximum, minimum, multiply_add, truth, unary};
use super::columns::{Instances, IonColumns, NodeColumns, NodeIndex};
use super::program::{Action, Code, Comparison, PlaceUse, Program, Slot, Step};
use super::scalar::{Evaluator, compare, draw, play_at};
use super::table::TableValues;
use super::{AlignedVector, BLOCK, LANES, Level};
use crate::ir::{Binary, IonVariable, Place, Sum, Unary};

/// [`LANES`] values in one go.
type Lanes = [f64; LANES];

/// Where the values of a slot are.
#[derive(Clone, Copy, Debug)]
struct Source {
    /// The value of the first instance of the run, or of the block if `per_block` is 0.
    pointer: *mut f64,
    /// All ones for vectors as long as the run, 0 for registers and values that are the same for all.
    per_block: usize,
    /// How far it is to the next group of lanes: [`LANES`], or 0 for values that are the same for all.
    per_group: usize,
}

/// Memory kept from run to run: registers, and the table of sources.
#[derive(Default)]
pub(super) struct Memory {
    buffer: Option<AlignedVector>,
    sources: Vec<Source>,
}

/// A program and the memory it works on.
pub(super) struct Machine<'a> {
    pub(super) program: &'a Program,
    pub(super) tables: &'a [TableValues],
    pub(super) instances: &'a mut Instances,
    pub(super) nodes: &'a mut NodeColumns,
    pub(super) ions: &'a mut [IonColumns],
}

/// An operand of one step in one block.
#[derive(Clone, Copy)]
struct View {
    pointer: *mut f64,
    per_group: usize,
}

impl View {
    /// Group `group` of its lanes.
    ///
    /// # Safety
    /// The group must lie in the memory of the source.
    #[inline(always)]
    unsafe fn load(self, group: usize) -> Lanes {
        // SAFETY: the caller's promise; any alignment is good enough.
        unsafe { self.pointer.add(group * self.per_group).cast::<Lanes>().read_unaligned() }
    }

    /// # Safety
    /// As for `load`, and the source must not be one that is the same for all.
    #[inline(always)]
    unsafe fn store(self, group: usize, lanes: Lanes) {
        // SAFETY: the caller's promise.
        unsafe { self.pointer.add(group * LANES).cast::<Lanes>().write_unaligned(lanes) }
    }

    /// The value of one instance of the block.
    ///
    /// # Safety
    /// As for `load`.
    #[inline(always)]
    unsafe fn lane(self, lane: usize) -> f64 {
        // SAFETY: the caller's promise.
        unsafe { self.pointer.add(lane / LANES * self.per_group + lane % LANES).read() }
    }
}

/// Computes one value from up to four for all lanes of `$groups` groups: `each!(target, groups; a => x, b => y; x + y)`.
macro_rules! each {
    ($target:expr, $groups:expr; $($view:expr => $lane:ident),+; $result:expr) => {
        for group in 0..$groups {
            // SAFETY: `Machine::block` only takes views whose sources hold all its groups.
            unsafe {
                $(let $lane = $view.load(group);)+
                let mut lanes = [0.0; LANES];
                for lane in 0..LANES {
                    $(let $lane = $lane[lane];)+
                    lanes[lane] = $result;
                }
                $target.store(group, lanes);
            }
        }
    };
}

impl Machine<'_> {
    /// Runs the program's steps and actions for all instances. `values` holds the slots that are the same for all.
    /// Lengths and indices must have been checked ([`Program::run`] does).
    pub(super) fn run(&mut self, level: Level, values: &[f64], memory: &mut Memory, globals: &mut [f64]) {
        self.bind(values, memory);
        let count = self.instances.columns.count();
        for start in (0..count).step_by(BLOCK) {
            let valid = BLOCK.min(count - start);
            self.gather(start, valid, &memory.sources);
            run_block(level, self, &memory.sources, start, valid);
        }
        let start = (count - 1) / BLOCK * BLOCK;
        for action in &self.program.actions {
            if let Action::WriteGlobal(global, value) = *action {
                globals[global as usize] = match value.index() < self.program.uniforms {
                    true => values[value.index()],
                    // SAFETY: the last instance is one of the last block, whose registers are still there.
                    false => unsafe { view(&memory.sources, value, start).lane(count - 1 - start) },
                };
            }
        }
    }

    /// Makes the sources of all slots.
    fn bind(&mut self, values: &[f64], memory: &mut Memory) {
        let program = self.program;
        let registers = program.uniforms * LANES;
        let gathered = registers + program.registers * BLOCK;
        let length = gathered + program.places.len() * BLOCK;
        if memory.buffer.as_ref().is_none_or(|buffer| buffer.len() < length) {
            memory.buffer = Some(AlignedVector::new(length));
        }
        let Some(buffer) = &mut memory.buffer else { return };
        for &slot in &program.broadcast {
            buffer[slot.index() * LANES..][..LANES].fill(values[slot.index()]);
        }
        let buffer = buffer.as_mut_pointer();
        memory.sources.clear();
        for uniform in 0..program.uniforms {
            // SAFETY: `uniform * LANES < registers <= length`, inside the buffer; so for the registers below.
            let pointer = unsafe { buffer.add(uniform * LANES) };
            memory.sources.push(Source { pointer, per_block: 0, per_group: 0 });
        }
        for register in 0..program.registers {
            // SAFETY: as above.
            let pointer = unsafe { buffer.add(registers + register * BLOCK) };
            memory.sources.push(Source { pointer, per_block: 0, per_group: LANES });
        }
        for (number, used) in program.places.iter().enumerate() {
            let source = match self.vector_of(used.place) {
                (pointer, Some(NodeIndex::Contiguous { first })) => Source {
                    // SAFETY: `first + count` is at most the vector's length (checked before the run).
                    pointer: unsafe { pointer.add(*first as usize) },
                    per_block: usize::MAX,
                    per_group: LANES,
                },
                (pointer, None) => Source { pointer, per_block: usize::MAX, per_group: LANES },
                (_, Some(NodeIndex::Scattered(_))) => Source {
                    // SAFETY: inside the buffer, as above.
                    pointer: unsafe { buffer.add(gathered + number * BLOCK) },
                    per_block: 0,
                    per_group: LANES,
                },
            };
            memory.sources.push(source);
        }
    }

    /// The vector that a place stands in and how instances find their value there (`None`: in order).
    fn vector_of(&mut self, place: Place) -> (*mut f64, Option<&NodeIndex>) {
        let nodes = &mut *self.nodes;
        let vector = match place {
            Place::Column(column) => {
                let stride = self.instances.columns.stride();
                let first = self.instances.columns.as_mut_pointer();
                // SAFETY: the column exists (checked before the run), and begins `stride` values after the last one.
                return (unsafe { first.add(column.0 as usize * stride) }, None);
            }
            Place::PointScale => return (self.instances.point_scale.as_mut_pointer(), None),
            Place::Ion(ion, variable) => {
                let (which, index) = &self.instances.ions[ion.0 as usize];
                return (self.ions[*which].get_mut(variable).as_mut_pointer(), Some(index));
            }
            Place::Voltage => &mut nodes.voltage,
            Place::Area => &mut nodes.area,
            Place::Diameter => &mut nodes.diameter,
        };
        (vector.as_mut_pointer(), Some(&self.instances.nodes))
    }

    /// Copies what the block reads from scattered places into the buffer.
    fn gather(&mut self, start: usize, valid: usize, sources: &[Source]) {
        let program = self.program;
        for (number, used) in program.places.iter().enumerate() {
            if !matches!(used, PlaceUse { read: true, .. }) {
                continue;
            }
            if let (vector, Some(NodeIndex::Scattered(index))) = self.vector_of(used.place) {
                let target = sources[program.place_slot(number)].pointer;
                let places = &index.padded()[start..start + valid.next_multiple_of(LANES)];
                for (lane, &place) in places.iter().enumerate() {
                    // SAFETY: all places lie inside the vector (checked before the run); the target is as
                    // long as a block.
                    unsafe { target.add(lane).write(vector.add(place as usize).read()) };
                }
            }
        }
    }

    /// Runs the steps and actions for the `valid` instances from `start` on. `FUSED` as in [`super::arithmetic`].
    #[inline(always)]
    fn block<const FUSED: bool>(&mut self, sources: &[Source], start: usize, valid: usize) {
        let groups = valid.div_ceil(LANES);
        let program = self.program;
        for step in &program.steps {
            let target = view(sources, step.target, start);
            let [a, b, c, d] = step.operands.map(|operand| view(sources, operand, start));
            match step.code {
                Code::Copy => each!(target, groups; a => x; x),
                Code::Unary(function) => one::<FUSED>(function, target, a, groups),
                Code::Binary(function) => two(function, target, a, b, groups),
                Code::MultiplyAdd => {
                    each!(target, groups; a => x, b => y, c => z; multiply_add::<FUSED>(x, y, z));
                }
                Code::MultiplySubtract => {
                    each!(target, groups; a => x, b => y, c => z; multiply_add::<FUSED>(x, y, -z));
                }
                Code::NegateMultiplyAdd => {
                    each!(target, groups; a => x, b => y, c => z; multiply_add::<FUSED>(-x, y, z));
                }
                Code::Select => {
                    each!(target, groups; a => x, b => y, c => z; if x != 0.0 { y } else { z });
                }
                Code::CompareSelect(comparison) => match comparison {
                    Comparison::Less => {
                        each!(target, groups; a => x, b => y, c => z, d => w; if x < y { z } else { w });
                    }
                    Comparison::LessEqual => {
                        each!(target, groups; a => x, b => y, c => z, d => w; if x <= y { z } else { w });
                    }
                    Comparison::Equal => {
                        each!(target, groups; a => x, b => y, c => z, d => w; if x == y { z } else { w });
                    }
                    Comparison::NotEqual => {
                        each!(target, groups; a => x, b => y, c => z, d => w; if x != y { z } else { w });
                    }
                },
                Code::Lookup(lookup) => self.look_up::<FUSED>(lookup, a, sources, start, groups),
                Code::Random { .. } | Code::RandomAlways { .. } | Code::PlaySize | Code::PlayAt => {
                    self.own(step, target, a, start, valid);
                }
            }
        }
        for action in &program.actions {
            match *action {
                Action::Store(place, value) => {
                    self.put(place, view(sources, value, start), start, valid, |_, new| new);
                }
                Action::Add(sum, value) => {
                    let value = view(sources, value, start);
                    self.add(sum, value, start, valid);
                }
                _ => {}
            }
        }
    }

    #[inline(always)]
    fn look_up<const FUSED: bool>(
        &self,
        lookup: u32,
        x: View,
        sources: &[Source],
        start: usize,
        groups: usize,
    ) {
        let lookup = &self.program.lookups[lookup as usize];
        let table = &self.tables[lookup.table as usize];
        for group in 0..groups {
            // SAFETY: as for all views. All of `x` is read before a target, which may be the same, is written.
            let points = unsafe { x.load(group) }.map(|x| table.locate(x));
            for result in &lookup.results {
                let column = result.column as usize;
                let lanes = points.map(|point| table.value::<FUSED>(point, column, result.slope));
                // SAFETY: as above.
                unsafe { view(sources, result.target, start).store(group, lanes) };
            }
        }
    }

    /// Steps that use what belongs to one instance: its streams and times. Padding lanes get 0.
    fn own(&mut self, step: &Step, target: View, operand: View, start: usize, valid: usize) {
        for group in 0..valid.div_ceil(LANES) {
            // SAFETY: as for all views. Draws without a condition have the target as an operand, and ignore it.
            let operands = unsafe { operand.load(group) };
            let mut lanes = [0.0; LANES];
            for lane in 0..LANES.min(valid - group * LANES) {
                let instance = start + group * LANES + lane;
                lanes[lane] = match step.code {
                    Code::Random { random, distribution } if operands[lane] != 0.0 => {
                        draw(&mut self.instances.randoms[random as usize][instance], distribution)
                    }
                    Code::RandomAlways { random, distribution } => {
                        draw(&mut self.instances.randoms[random as usize][instance], distribution)
                    }
                    Code::PlaySize => self.instances.plays[instance].len() as f64,
                    Code::PlayAt => play_at(&self.instances.plays[instance], operands[lane]),
                    _ => 0.0,
                };
            }
            // SAFETY: as for all views.
            unsafe { target.store(group, lanes) };
        }
    }

    #[inline(always)]
    fn add(&mut self, sum: Sum, value: View, start: usize, valid: usize) {
        let (vector, index) = match sum {
            Sum::RightHandSide => (self.nodes.right_hand_side.as_mut_pointer(), &self.instances.nodes),
            Sum::Diagonal => (self.nodes.diagonal.as_mut_pointer(), &self.instances.nodes),
            Sum::IonCurrent(ion) => {
                let (which, index) = &self.instances.ions[ion.0 as usize];
                (self.ions[*which].current.as_mut_pointer(), index)
            }
        };
        // SAFETY: the instances' places lie inside the vector (checked before the run).
        unsafe { change(vector, Some(index), value, start, valid, |old, new| old + new) };
    }

    #[inline(always)]
    fn put(
        &mut self,
        place: Place,
        value: View,
        start: usize,
        valid: usize,
        combine: impl Fn(f64, f64) -> f64,
    ) {
        let (vector, index) = self.vector_of(place);
        // SAFETY: as in `add`.
        unsafe { change(vector, index, value, start, valid, combine) };
    }
}

/// What a slot is in the block that starts at instance `start`.
#[inline(always)]
fn view(sources: &[Source], slot: Slot, start: usize) -> View {
    let source = sources[slot.index()];
    // In bounds for vectors as long as the run, since the block starts inside it; else nothing is added.
    View { pointer: source.pointer.wrapping_add(start & source.per_block), per_group: source.per_group }
}

/// Combines the values of the `valid` instances from `start` on into their places, in order.
///
/// # Safety
/// The places of these instances must lie inside `vector`, and `value` must hold them.
#[inline(always)]
unsafe fn change(
    vector: *mut f64,
    index: Option<&NodeIndex>,
    value: View,
    start: usize,
    valid: usize,
    combine: impl Fn(f64, f64) -> f64,
) {
    // SAFETY: the caller's promise, for every access below.
    unsafe {
        if let Some(NodeIndex::Scattered(index)) = index {
            for (lane, &place) in index.padded()[start..start + valid].iter().enumerate() {
                let place = vector.add(place as usize);
                place.write(combine(place.read(), value.lane(lane)));
            }
            return;
        }
        let first = match index {
            Some(NodeIndex::Contiguous { first }) => *first as usize + start,
            _ => start,
        };
        let target = View { pointer: vector.add(first), per_group: LANES };
        let whole = valid / LANES;
        for group in 0..whole {
            let old = target.load(group);
            let new = value.load(group);
            let mut lanes = [0.0; LANES];
            for lane in 0..LANES {
                lanes[lane] = combine(old[lane], new[lane]);
            }
            target.store(group, lanes);
        }
        for lane in whole * LANES..valid {
            let place = target.pointer.add(lane);
            place.write(combine(place.read(), value.lane(lane)));
        }
    }
}

#[inline(always)]
fn one<const FUSED: bool>(function: Unary, target: View, a: View, groups: usize) {
    macro_rules! functions {
        ($($function:ident),+) => {
            match function {
                $(Unary::$function => each!(target, groups; a => x; unary::<FUSED>(Unary::$function, x)),)+
            }
        };
    }
    functions!(
        Negate, Not, Abs, Sqrt, Exp, Log, Log10, Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Floor,
        Ceil
    );
}

#[inline(always)]
fn two(function: Binary, target: View, a: View, b: View, groups: usize) {
    macro_rules! functions {
        ($($function:ident),+) => {
            match function {
                $(Binary::$function => {
                    each!(target, groups; a => x, b => y; binary(Binary::$function, x, y));
                })+
            }
        };
    }
    functions!(
        Add, Subtract, Multiply, Divide, Power, Minimum, Maximum, Remainder, Atan2, Less, LessEqual, Equal,
        NotEqual, And, Or
    );
}

/// [`Machine::block`] at a level.
fn run_block(level: Level, machine: &mut Machine, sources: &[Source], start: usize, valid: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,fma")]
        fn avx2(machine: &mut Machine, sources: &[Source], start: usize, valid: usize) {
            machine.block::<true>(sources, start, valid);
        }
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
        fn avx512(machine: &mut Machine, sources: &[Source], start: usize, valid: usize) {
            machine.block::<true>(sources, start, valid);
        }
        // SAFETY: `supported` gives only levels whose instructions the machine has.
        match level.supported() {
            Level::Avx512 => return unsafe { avx512(machine, sources, start, valid) },
            Level::Avx2 => return unsafe { avx2(machine, sources, start, valid) },
            Level::Baseline => {}
        }
    }
    machine.block::<false>(sources, start, valid);
}

/// [`Evaluator::evaluate`] at a level.
pub(super) fn evaluate(level: Level, evaluator: &mut Evaluator, steps: &[Step]) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,fma")]
        fn fused(evaluator: &mut Evaluator, steps: &[Step]) {
            evaluator.evaluate::<true>(steps);
        }
        if level.supported().fuses() {
            // SAFETY: all levels that fuse have these instructions, and the machine has the level.
            return unsafe { fused(evaluator, steps) };
        }
    }
    evaluator.evaluate::<false>(steps);
}
