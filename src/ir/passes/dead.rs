//! Dead code: what no effect needs is left out.
//!
//! ```text
//! _3 = exp(c)                  ->
//! a = a                        ->
//! b = a + 1                    ->   b = a + 1
//! ```
//!
//! A random draw stays, as it advances its stream; so does a request. A store of what the place already holds goes.

use super::super::analysis;
use super::super::types::*;

/// Leaves out what is not needed.
pub fn run(kernel: &mut Kernel) {
    let ops = &kernel.ops;
    kernel.effects.retain(|effect| match effect {
        Effect::Write(place, value) => ops[value.0 as usize] != Op::Read(*place),
        Effect::WriteGlobal(id, value) => ops[value.0 as usize] != Op::Global(*id),
        _ => true,
    });
    let live = analysis::live(kernel);
    if live.iter().all(|needed| *needed) {
        return;
    }
    let old = std::mem::take(kernel);
    let mut renamed = vec![Value(0); old.ops.len()];
    for (i, op) in old.ops.iter().enumerate().filter(|(i, _)| live[*i]) {
        renamed[i] = kernel.push(op.map(|v| renamed[v.0 as usize]));
    }
    kernel.effects = old.effects.iter().map(|e| e.map(|v| renamed[v.0 as usize])).collect();
}

#[cfg(test)]
mod tests {
    use super::super::testing::Build;
    use super::*;

    #[test]
    fn unneeded_values_and_idle_stores_go() {
        let mut k = Build::default();
        let (a, c, one) = (k.column(0), k.column(2), k.constant(1.0));
        k.unary(Unary::Exp, c);
        let sum = k.binary(Binary::Add, a, one);
        k.write(0, a);
        k.write(1, sum);
        run(&mut k.0);
        assert_eq!(k.0.ops.len(), 3);
        assert_eq!(super::super::testing::shown(&k.0), "b = a + 1");
    }

    #[test]
    fn draws_stay() {
        let mut k = Build::default();
        k.0.push(Op::Random { random: RandomId(0), distribution: Distribution::Uniform, when: None });
        run(&mut k.0);
        assert_eq!(k.0.ops.len(), 1);
    }
}
