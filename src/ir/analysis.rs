//! Facts about a kernel: what each value depends on, how often it is used, which ops matter.
//!
//! Every answer is a list with one entry for each op, in the order of the ops.

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
    let mut found = Dependences::default();
    found.extend(kernel);
    found.0
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

    /// Ops only use earlier values, so one pass from first to last settles it.
    fn extend(&mut self, kernel: &Kernel) {
        for op in &kernel.ops[self.0.len()..] {
            let own = match op {
                Op::Constant(_) | Op::Unary(..) | Op::Binary(..) | Op::MultiplyAdd(..) | Op::Select(..) => {
                    Dependence::Constant
                }
                Op::Global(_) | Op::Builtin(_) | Op::Lookup { .. } | Op::LookupSlope { .. } => {
                    Dependence::Uniform
                }
                Op::Read(_)
                | Op::Argument(_)
                | Op::Flag
                | Op::Random { .. }
                | Op::PlaySize
                | Op::PlayAt(_) => Dependence::Instance,
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

/// Which ops are needed: by an effect, by an op that is needed, or because a draw advances its stream.
pub fn live(kernel: &Kernel) -> Vec<bool> {
    let mut live: Vec<bool> = kernel.ops.iter().map(|op| matches!(op, Op::Random { .. })).collect();
    for value in kernel.effects.iter().flat_map(Effect::operands) {
        live[value.0 as usize] = true;
    }
    for (i, op) in kernel.ops.iter().enumerate().rev() {
        if live[i] {
            for value in op.operands() {
                live[value.0 as usize] = true;
            }
        }
    }
    live
}

/// Whether each value depends on `source`, or is it.
pub fn depends_on(kernel: &Kernel, source: Value) -> Vec<bool> {
    let mut found: Vec<bool> = Vec::with_capacity(kernel.ops.len());
    for (i, op) in kernel.ops.iter().enumerate() {
        found.push(i == source.0 as usize || op.operands().any(|v| found[v.0 as usize]));
    }
    found
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
