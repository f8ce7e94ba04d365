//! Facts about a kernel: what each value depends on, how often it is used, which ops matter.
//!
//! Every answer is a list with one entry for each op, in the order of the ops.

use std::collections::BTreeSet;

use super::types::*;

/// What can make a value differ, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dependence {
    /// Nothing: it is known when the mechanism is compiled.
    Constant,
    /// Shared variables, `t`, `dt`, `celsius`: the same for all instances in one run of a kernel.
    Uniform,
    /// The instance, the event, or the row of the table that is built.
    Instance,
}

/// What each value of a kernel depends on.
pub fn dependence(kernel: &Kernel) -> Vec<Dependence> {
    let mut found: Vec<Dependence> = Vec::with_capacity(kernel.ops.len());
    // What a loop carries depends on what comes later in it; all only ever rises, so this ends.
    let mut carried = vec![Dependence::Constant; kernel.ops.len()];
    loop {
        found.clear();
        for (i, op) in kernel.ops.iter().enumerate() {
            let own = own_dependence(op).max(carried[i]);
            found.push(op.operands().map(|v| found[v.0 as usize]).fold(own, Ord::max));
        }
        let mut changed = false;
        for (carry, next) in nexts(kernel) {
            // How often a carried value changes depends on when its loop ends.
            let end = end_of_loop(kernel, next).map_or(Dependence::Instance, |i| found[i]);
            let whole = found[next].max(end);
            changed |= whole > carried[carry];
            carried[carry] = carried[carry].max(whole);
        }
        if !changed {
            return found;
        }
    }
}

/// The number of each `Next` op, after that of its `Carry`.
fn nexts(kernel: &Kernel) -> impl Iterator<Item = (usize, usize)> {
    kernel.ops.iter().enumerate().filter_map(|(i, op)| match op {
        Op::Next(carry, _) => Some((carry.0 as usize, i)),
        _ => None,
    })
}

/// The `Repeat` that closes the loop in which op `inside` stands.
fn end_of_loop(kernel: &Kernel, inside: usize) -> Option<usize> {
    let mut open = 0;
    for (i, op) in kernel.ops.iter().enumerate().skip(inside) {
        match op {
            Op::Loop(_) => open += 1,
            Op::Repeat(_) if open == 0 => return Some(i),
            Op::Repeat(_) => open -= 1,
            _ => {}
        }
    }
    None
}

/// What an op depends on besides its operands; a carried variable counts as one that never changes.
fn own_dependence(op: &Op) -> Dependence {
    match op {
        Op::Constant(_)
        | Op::Unary(..)
        | Op::Binary(..)
        | Op::MultiplyAdd(..)
        | Op::Select(..)
        | Op::Given { .. }
        | Op::Carry(_)
        | Op::Loop(_)
        | Op::Next(..)
        | Op::Repeat(_) => Dependence::Constant,
        Op::Request { .. } | Op::Fail { .. } | Op::Connections | Op::Weight { .. } | Op::Element { .. } => {
            Dependence::Instance
        }
        Op::Global(_) | Op::Builtin(_) | Op::Lookup { .. } | Op::LookupSlope { .. } => Dependence::Uniform,
        Op::Read(_)
        | Op::Argument(_)
        | Op::Flag
        | Op::Random { .. }
        | Op::SetStream { .. }
        | Op::PlaySize
        | Op::PlayAt(_) => Dependence::Instance,
    }
}

/// What the values of a kernel depend on, found as the kernel grows.
#[derive(Default)]
pub(crate) struct Dependences(Vec<Dependence>);

impl Dependences {
    /// What `value` of `kernel` depends on; the kernel must only have grown since the last call.
    pub(crate) fn of(&mut self, kernel: &Kernel, value: Value) -> Dependence {
        self.extend(kernel);
        self.0[value.0 as usize]
    }

    /// Whether `value` differs between instances.
    pub(crate) fn varies(&mut self, kernel: &Kernel, value: Value) -> bool {
        self.of(kernel, value) == Dependence::Instance
    }

    /// Ops only use earlier values, so one pass from first to last settles it; what a loop carries counts as differing, since
    /// the rest of the loop is not there yet.
    fn extend(&mut self, kernel: &Kernel) {
        for op in &kernel.ops[self.0.len()..] {
            let own = match op {
                Op::Carry(_) => Dependence::Instance,
                op => own_dependence(op),
            };
            self.0.push(op.operands().map(|v| self.0[v.0 as usize]).fold(own, Ord::max));
        }
    }
}

/// How many operands of ops and effects each value is.
pub fn uses(kernel: &Kernel) -> Vec<u32> {
    let mut count = vec![0; kernel.ops.len()];
    let operands = kernel.ops.iter().flat_map(Op::operands);
    for value in operands.chain(kernel.effects.iter().flat_map(Effect::operands)) {
        count[value.0 as usize] += 1;
    }
    count
}

/// Whether an op does something besides making its value: a draw advances its stream or sets it, a request is carried out, the run
/// may end.
pub fn acts(op: &Op) -> bool {
    matches!(op, Op::Random { .. } | Op::SetStream { .. } | Op::Request { .. } | Op::Fail { .. })
}

/// Which ops are needed: by an effect, by an op that is needed, or because they do something.
pub fn live(kernel: &Kernel) -> Vec<bool> {
    let mut live: Vec<bool> = kernel.ops.iter().map(acts).collect();
    for value in kernel.effects.iter().flat_map(Effect::operands) {
        live[value.0 as usize] = true;
    }
    loop {
        for (i, op) in kernel.ops.iter().enumerate().rev() {
            if live[i] {
                for value in op.operands() {
                    live[value.0 as usize] = true;
                }
            }
        }
        if !keep_loops(kernel, &mut live) {
            return live;
        }
    }
}

/// Which ops are needed to make `value`.
pub fn needed_for(kernel: &Kernel, value: Value) -> Vec<bool> {
    let mut needed = vec![false; kernel.ops.len()];
    if let Some(first) = needed.get_mut(value.0 as usize) {
        *first = true;
    }
    loop {
        for (i, op) in kernel.ops.iter().enumerate().rev() {
            if needed[i] {
                for operand in op.operands() {
                    needed[operand.0 as usize] = true;
                }
            }
        }
        if !keep_loops(kernel, &mut needed) {
            return needed;
        }
    }
}

/// Marks what the loops with something live in them need: their ends, and what they carry. Says whether anything
/// was added.
fn keep_loops(kernel: &Kernel, live: &mut [bool]) -> bool {
    let mut added = false;
    for (carry, next) in nexts(kernel) {
        added |= live[carry] && !live[next];
        live[next] |= live[carry];
    }
    // Which loops are open, each with whether something in it counts. One without anything that passes on or acts goes.
    let mut open: Vec<(usize, bool)> = Vec::new();
    for (i, op) in kernel.ops.iter().enumerate() {
        match op {
            Op::Loop(_) => open.push((i, false)),
            Op::Repeat(_) => {
                let Some((start, counts)) = open.pop() else { continue };
                if counts {
                    added |= !live[start] || !live[i];
                    live[start] = true;
                    live[i] = true;
                }
                if let Some((_, outer)) = open.last_mut() {
                    *outer |= counts;
                }
            }
            Op::Next(..) if live[i] => {
                if let Some((_, counts)) = open.last_mut() {
                    *counts = true;
                }
            }
            op if acts(op) && live[i] => {
                if let Some((_, counts)) = open.last_mut() {
                    *counts = true;
                }
            }
            _ => {}
        }
    }
    added
}

/// Whether each value depends on `source`, or is it.
pub fn depends_on(kernel: &Kernel, source: Value) -> Vec<bool> {
    depends_on_any(kernel, &[source])
}

/// Whether each value depends on one of `sources`, or is one.
pub fn depends_on_any(kernel: &Kernel, sources: &[Value]) -> Vec<bool> {
    let mut is_source = vec![false; kernel.ops.len()];
    sources.iter().for_each(|source| is_source[source.0 as usize] = true);
    let mut found: Vec<bool> = Vec::with_capacity(kernel.ops.len());
    let mut carried = vec![false; kernel.ops.len()];
    loop {
        found.clear();
        for (i, op) in kernel.ops.iter().enumerate() {
            let own = is_source[i] || carried[i];
            found.push(own || op.operands().any(|v| found[v.0 as usize]));
        }
        let mut changed = false;
        for (carry, next) in nexts(kernel) {
            let whole = found[next] || end_of_loop(kernel, next).is_some_and(|end| found[end]);
            changed |= whole && !carried[carry];
            carried[carry] |= whole;
        }
        if !changed {
            return found;
        }
    }
}

/// The ops that `value` is made of, from number `first` on, in order; what loops carry is not followed.
pub fn made_of(kernel: &Kernel, value: Value, first: usize) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        if value.0 as usize >= first && seen.insert(value) {
            open.extend(kernel.op(value).operands());
        }
    }
    seen.into_iter().collect()
}

/// Ops between a `Loop` and its `Repeat`, these two included.
pub fn in_loops(kernel: &Kernel) -> Vec<bool> {
    let mut open = 0_u32;
    let mut inside = Vec::with_capacity(kernel.ops.len());
    for op in &kernel.ops {
        if matches!(op, Op::Loop(_)) {
            open += 1;
        }
        inside.push(open > 0);
        if let Op::Repeat(_) = op {
            open = open.saturating_sub(1);
        }
    }
    inside
}

/// Last op that uses each value; the number of ops when an effect uses it, `None` when nothing does.
///
/// A register that holds a value may be given away after its last use.
pub fn last_use(kernel: &Kernel) -> Vec<Option<usize>> {
    let mut last = vec![None; kernel.ops.len()];
    for (i, op) in kernel.ops.iter().enumerate() {
        for value in op.operands() {
            last[value.0 as usize] = Some(i);
        }
    }
    for value in kernel.effects.iter().flat_map(Effect::operands) {
        last[value.0 as usize] = Some(kernel.ops.len());
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `column0 = dt * 2 + column0`, and an op that nothing uses.
    fn kernel() -> Kernel {
        let mut k = Kernel::default();
        let place = Place::Column(ColumnId(0));
        let two = k.push(Op::Constant(2.0));
        let dt = k.push(Op::Builtin(Builtin::TimeStep));
        let product = k.push(Op::Binary(Binary::Multiply, dt, two));
        let x = k.push(Op::Read(place));
        let sum = k.push(Op::Binary(Binary::Add, product, x));
        k.push(Op::Unary(Unary::Exp, sum));
        k.effects.push(Effect::Write(place, sum));
        k
    }

    #[test]
    fn dependence_is_the_most_of_the_operands() {
        use Dependence::*;
        assert_eq!(dependence(&kernel()), [Constant, Uniform, Uniform, Instance, Instance, Instance]);
    }

    #[test]
    fn uses_count_operands_of_ops_and_effects() {
        assert_eq!(uses(&kernel()), [1, 1, 1, 1, 2, 0]);
    }

    #[test]
    fn only_what_effects_and_draws_need_is_live() {
        let mut k = kernel();
        assert_eq!(live(&k), [true, true, true, true, true, false]);
        k.push(Op::Random { random: RandomId(0), distribution: Distribution::Normal, when: Some(Value(5)) });
        assert_eq!(live(&k), [true; 7]);
    }

    #[test]
    fn dependence_on_one_value_passes_on() {
        assert_eq!(depends_on(&kernel(), Value(1)), [false, true, true, false, true, true]);
    }

    #[test]
    fn effects_use_values_after_all_ops() {
        assert_eq!(last_use(&kernel()), [Some(2), Some(2), Some(4), Some(4), Some(6), None]);
    }
}
