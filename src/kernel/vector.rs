//! The block executor: runs the steps of a program for all instances, a block at a time.
//!
//! All memory is reached through raw pointers that are made anew for each run from exclusive borrows, after
//! [`Program::run`] has checked that every place the program uses exists. Beside this file, `unsafe`
//! stands only in [`super::primitives`] and [`super::aligned`], and once in [`super::table`].

use super::columns::{Instances, IonColumns, NodeColumns, NodeIndex};
use super::halt::{Endless, Failed, Halt};
use super::primitives::{Call, Loop, Primitive, View, WIDTH};
use super::program::{Action, Code, Program, Step};
use super::scalar::{Evaluator, draw, play_at, set_stream};
use super::table::TableValues;
use super::{AlignedVector, LANES, Level};
use crate::ir::{FaultId, MOST_INNER_ROUNDS, MOST_ROUNDS, Place, Sum};

/// Memory kept from run to run.
#[derive(Default)]
pub(super) struct Memory {
    /// What is the same for all, [`WIDTH`] times each; registers; what is gathered.
    buffer: Option<AlignedVector>,
    /// Where each slot is in the present block.
    views: Vec<View>,
}

/// A program and the memory it works on.
pub(super) struct Machine<'a> {
    pub(super) program: &'a Program,
    pub(super) tables: &'a [TableValues],
    pub(super) instances: &'a mut Instances,
    pub(super) nodes: &'a mut NodeColumns,
    pub(super) ions: &'a mut [IonColumns],
}

/// Some successive instances.
#[derive(Clone, Copy)]
struct Block {
    start: usize,
    /// How many there are, at most what [`Program::block_for`] gives.
    count: usize,
}

impl Block {
    /// How many are computed: with padding.
    fn length(self) -> usize {
        self.count.next_multiple_of(LANES)
    }
}

impl Machine<'_> {
    /// Runs the program's steps and actions for all instances, of which there is at least one. `values` holds the
    /// slots that are the same for all. Lengths and indices must have been checked ([`Program::run`] does). Stops at
    /// a loop that does not end, and gives it.
    pub(super) fn run(
        &mut self,
        level: Level,
        values: &[f64],
        memory: &mut Memory,
        globals: &mut [f64],
    ) -> Option<Halt> {
        let level = level.supported();
        let loops = Primitive::loops(level);
        let count = self.instances.columns.count();
        let longest = self.program.block_for(count);
        let gathered = self.bind(values, longest, memory);
        let mut block = Block { start: 0, count: longest.min(count) };
        let mut failed = Vec::new();
        loop {
            self.place(block, &mut memory.views, gathered, longest);
            let endless = self.steps(level, loops, block, &memory.views, &mut failed);
            match endless {
                Some(endless) if failed.is_empty() => return Some(Halt::Endless(endless)),
                Some(_) => break,
                None if failed.is_empty() => self.actions(loops, block, &memory.views),
                None => {}
            }
            let next = block.start + longest;
            if next >= count {
                break;
            }
            block = Block { start: next, count: longest.min(count - next) };
        }
        if !failed.is_empty() {
            return Some(Halt::Failed(failed));
        }
        for action in &self.program.actions {
            if let Action::WriteGlobal(global, value) = *action {
                globals[global as usize] = match value.index() < self.program.uniforms {
                    true => values[value.index()],
                    // SAFETY: the last instance is one of the last block, whose values are still there.
                    false => unsafe { memory.views[value.index()].lane(block.count - 1) },
                };
            }
        }
        None
    }

    /// Makes the views of all slots, for blocks of up to `longest` instances; those of places still have to be set for each block. Gives the
    /// memory for what is gathered.
    fn bind(&mut self, values: &[f64], longest: usize, memory: &mut Memory) -> *mut f64 {
        let program = self.program;
        for used in program.places.iter().filter(|used| used.written) {
            if let Place::Column(column) = used.place {
                self.instances.columns.will_change(column.0 as usize);
            }
        }
        let registers = program.uniforms * WIDTH;
        let gathered = registers + program.registers * longest;
        let length = gathered + program.places.len() * longest;
        let buffer = memory.buffer.get_or_insert_with(|| AlignedVector::new(length));
        if buffer.len() < length {
            *buffer = AlignedVector::new(length);
        }
        for &slot in &program.broadcast {
            buffer[slot.index() * WIDTH..][..WIDTH].fill(values[slot.index()]);
        }
        let buffer = buffer.as_mut_pointer();
        // All offsets into the buffer are less than `length`.
        let in_buffer = |offset: usize| buffer.wrapping_add(offset);
        let views = &mut memory.views;
        views.clear();
        views.extend((0..program.uniforms).map(|slot| View { pointer: in_buffer(slot * WIDTH), mask: 0 }));
        let vectors = (0..program.registers).map(|slot| registers + slot * longest);
        let places = (0..program.places.len()).map(|place| gathered + place * longest);
        views.extend(vectors.chain(places).map(|at| View { pointer: in_buffer(at), mask: usize::MAX }));
        in_buffer(gathered)
    }

    /// Sets the views of places for a block: in place where its instances' values stand one after another, else they are copied
    /// into the memory for what is gathered.
    fn place(&mut self, block: Block, views: &mut [View], gathered: *mut f64, longest: usize) {
        let program = self.program;
        for (number, used) in program.places.iter().enumerate() {
            let one_for_all = !used.written && self.is_alike(used.place);
            let (vector, index) = self.vector_of(used.place);
            let first = match index {
                None => Some(block.start),
                Some(index) => index.run(block.start, block.count),
            };
            let view = &mut views[program.place_slot(number)];
            if one_for_all {
                // The column is at least `WIDTH` values long.
                *view = View { pointer: vector, mask: 0 };
                continue;
            }
            view.mask = usize::MAX;
            if let Some(first) = first {
                // `first + count` is at most the vector's length (checked before the run), and padding follows it.
                view.pointer = vector.wrapping_add(first);
                continue;
            }
            // The offset is inside the buffer.
            view.pointer = gathered.wrapping_add(number * longest);
            if let (true, Some(NodeIndex::Scattered(index))) = (used.read, index) {
                let places = &index.padded()[block.start..][..block.length()];
                for (lane, &place) in places.iter().enumerate() {
                    // SAFETY: all places lie inside the vector (checked before the run); the target is as
                    // long as a block.
                    unsafe { view.pointer.add(lane).write(vector.add(place as usize).read()) };
                }
            }
        }
    }

    /// Whether a place is a column that holds the same value for all instances, and is long enough for steps to read that.
    fn is_alike(&self, place: Place) -> bool {
        let columns = &self.instances.columns;
        matches!(place, Place::Column(column) if columns.is_alike(column.0 as usize) && columns.stride() >= WIDTH)
    }

    /// The vector that a place stands in and how instances find their value there (`None`: in order).
    fn vector_of(&mut self, place: Place) -> (*mut f64, Option<&NodeIndex>) {
        let nodes = &mut *self.nodes;
        let vector = match place {
            Place::Column(column) => {
                let stride = self.instances.columns.stride();
                let first = self.instances.columns.as_mut_pointer();
                // The column exists (checked before the run).
                return (first.wrapping_add(column.0 as usize * stride), None);
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

    /// Runs the steps for a block. Instances that fail are added to `failed`, and go on with what they have; a loop that does not end
    /// is given at once.
    fn steps(
        &mut self,
        level: Level,
        loops: &[Loop],
        block: Block,
        views: &[View],
        failed: &mut Vec<Failed>,
    ) -> Option<Endless> {
        let (program, before) = (self.program, failed.len());
        let mut rounds = vec![0; program.loops.len()];
        // Of each instance by itself, so that what is too much does not depend on who else is in the block.
        let has_inner = program.loops.iter().any(|turn| turn.is_inner);
        let mut inner_rounds = vec![0; if has_inner { block.count } else { 0 }];
        let mut next = 0;
        while let Some(step) = program.steps.get(next) {
            next += 1;
            let call = Call {
                target: views[step.target.index()],
                operands: step.operands.map(|operand| views[operand.index()]),
                length: block.length(),
            };
            match step.code {
                // SAFETY: every view holds a block, or `WIDTH` values; a target is never one of the latter, and
                // apart from all operands or the same as one.
                Code::Primitive(primitive) => unsafe { loops[primitive as usize](&call) },
                Code::Lookup(lookup) => self.look_up(level, lookup, &call, views),
                Code::Loop(number) => rounds[number as usize] = 0,
                Code::Repeat(number) => {
                    let turn = &program.loops[number as usize];
                    rounds[number as usize] += 1;
                    // SAFETY: the view holds the block.
                    let asks = |lane: usize| unsafe { call.operands[0].lane(lane) } != 0.0;
                    let has_failed = |lane: usize| holds(&failed[before..], block.start + lane);
                    let wants = |lane: &usize| asks(*lane) && !has_failed(*lane);
                    let Some(first) = (0..block.count).find(wants) else { continue };
                    next = turn.start + 1;
                    let endless = |lane: usize, rounds: u32| {
                        Some(Endless { site: turn.site, instance: block.start + lane, rounds })
                    };
                    if rounds[number as usize] >= MOST_ROUNDS {
                        return endless(first, MOST_ROUNDS);
                    }
                    if turn.is_inner {
                        for lane in (first..block.count).filter(wants) {
                            inner_rounds[lane] += 1;
                            if inner_rounds[lane] >= MOST_INNER_ROUNDS {
                                return endless(lane, MOST_INNER_ROUNDS);
                            }
                        }
                    }
                }
                Code::Fail(fault) => fail(fault, &call, block, before, failed),
                _ => self.own(step, &call, block),
            }
        }
        None
    }

    fn look_up(&self, level: Level, lookup: u32, call: &Call, views: &[View]) {
        let lookup = &self.program.lookups[lookup as usize];
        let table = &self.tables[lookup.table as usize];
        #[cfg(target_arch = "x86_64")]
        if level.fuses() && table.is_countable() {
            // SAFETY: as below; all levels that fuse have the instructions, and the machine has the level.
            return unsafe { table.look_up_rows(lookup, call, views) };
        }
        // SAFETY: as in `steps`, and the table has the columns (checked before the run).
        unsafe { table.look_up::<false>(lookup, call, views) }
    }

    /// Steps that go lane by lane: those that use what belongs to one instance, its streams and times, and FUNCTION_TABLEs.
    /// Padding lanes get 0.
    fn own(&mut self, step: &Step, call: &Call, block: Block) {
        for at in (0..call.length).step_by(LANES) {
            // SAFETY: as in `steps`. Draws without a condition have the target as an operand, and ignore it.
            let operands = unsafe { call.operands[0].load::<LANES>(at) };
            // SAFETY: as above; operands that the code does not use repeat the first.
            let second = unsafe { call.operands[1].load::<LANES>(at) };
            let mut values = [0.0; LANES];
            for lane in 0..LANES.min(block.count - at) {
                let instance = block.start + at + lane;
                values[lane] = match step.code {
                    Code::Random { random, distribution } if operands[lane] != 0.0 => {
                        draw(&mut self.instances.randoms[random as usize][instance], distribution)
                    }
                    Code::RandomAlways { random, distribution } => {
                        draw(&mut self.instances.randoms[random as usize][instance], distribution)
                    }
                    Code::SetStream { random, part } => {
                        if operands[lane] != 0.0 {
                            let stream = &mut self.instances.randoms[random as usize][instance];
                            set_stream(stream, part, second[lane]);
                        }
                        0.0
                    }
                    Code::Given { table, part } => {
                        self.tables[table as usize].given(part, operands[lane], second[lane])
                    }
                    Code::PlaySize => self.instances.plays[instance].len() as f64,
                    Code::PlayAt => play_at(&self.instances.plays[instance], operands[lane]),
                    _ => 0.0,
                };
            }
            // SAFETY: as above.
            unsafe { call.target.store(at, values) };
        }
    }

    fn actions(&mut self, loops: &[Loop], block: Block, views: &[View]) {
        let program = self.program;
        for action in &program.actions {
            match *action {
                Action::Store(place, value) => {
                    let (vector, index) = self.vector_of(place);
                    let copy = loops[Primitive::Copy as usize];
                    // SAFETY: the instances' places lie inside the vector (checked before the run), every view holds the block,
                    // and the loop's first operand is the value.
                    unsafe { change(copy, vector, index, views[value.index()], block, |_, new| new) };
                }
                Action::Add(sum, value) => {
                    let (vector, index) = self.sum_of(sum);
                    let (value, add) = (views[value.index()], loops[Primitive::Add as usize]);
                    // SAFETY: as above.
                    unsafe { change(add, vector, Some(index), value, block, |old, new| new + old) };
                }
                _ => {}
            }
        }
    }

    fn sum_of(&mut self, sum: Sum) -> (*mut f64, &NodeIndex) {
        match sum {
            Sum::RightHandSide => (self.nodes.right_hand_side.as_mut_pointer(), &self.instances.nodes),
            Sum::Diagonal => (self.nodes.diagonal.as_mut_pointer(), &self.instances.nodes),
            Sum::IonCurrent(ion) => {
                let (which, index) = &self.instances.ions[ion.0 as usize];
                (self.ions[*which].current.as_mut_pointer(), index)
            }
        }
    }
}

/// Whether `instance` is among those that failed.
fn holds(failed: &[Failed], instance: usize) -> bool {
    failed.iter().any(|failed| failed.instance == instance)
}

/// Adds the instances of a block where the first operand is not zero, but for those that failed before: those from number
/// `before` on are the block's. Padding never fails.
fn fail(fault: FaultId, call: &Call, block: Block, before: usize, failed: &mut Vec<Failed>) {
    for at in (0..call.length).step_by(LANES) {
        // SAFETY: every view holds the block.
        let when = unsafe { call.operands[0].load::<LANES>(at) };
        if when.iter().all(|when| *when == 0.0) {
            continue;
        }
        for lane in (at..block.count.min(at + LANES)).filter(|lane| when[lane - at] != 0.0) {
            let instance = block.start + lane;
            if !holds(&failed[before..], instance) {
                // SAFETY: as above.
                let values = unsafe { [call.operands[1].lane(lane), call.operands[2].lane(lane)] };
                failed.push(Failed { fault, instance, values });
            }
        }
    }
}

/// Combines the values of the block's instances into their places, in order: `combine` for one value, `together` for many, of
/// which the first operand is the new and the second the old value.
///
/// # Safety
/// The places of these instances must lie inside `vector`, and `value` must hold them.
#[inline(always)]
unsafe fn change(
    together: Loop,
    vector: *mut f64,
    index: Option<&NodeIndex>,
    value: View,
    block: Block,
    combine: impl Fn(f64, f64) -> f64,
) {
    let run = match index {
        None => Some(block.start),
        Some(index) => index.run(block.start, block.count),
    };
    // SAFETY: the caller's promise, for every access below.
    unsafe {
        match (run, index) {
            (Some(first), _) => {
                let target = View { pointer: vector.add(first), mask: usize::MAX };
                // What follows the last of them is not theirs.
                let whole = block.count / LANES * LANES;
                together(&Call { target, operands: [value, target, value, value], length: whole });
                for lane in whole..block.count {
                    let place = target.pointer.add(lane);
                    place.write(combine(place.read(), value.lane(lane)));
                }
            }
            (None, Some(NodeIndex::Scattered(index))) => {
                for (lane, &place) in index.padded()[block.start..][..block.count].iter().enumerate() {
                    let place = vector.add(place as usize);
                    place.write(combine(place.read(), value.lane(lane)));
                }
            }
            (None, _) => {}
        }
    }
}

/// Replaces values by their natural logarithms, as the kernels compute them at this level.
pub fn logarithms(level: Level, values: &mut AlignedVector) {
    let length = values.len().next_multiple_of(LANES);
    let view = View { pointer: values.as_mut_pointer(), mask: usize::MAX };
    // SAFETY: the vector ends with padding, and the machine has the level.
    unsafe {
        Primitive::loops(level.supported())[Primitive::Log as usize](&Call {
            target: view,
            operands: [view; 4],
            length,
        })
    };
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
