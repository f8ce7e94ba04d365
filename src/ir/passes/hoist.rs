//! What an instance computes anew in every step, but always gets the same, is computed once.
//!
//! ```text
//! state { g = g * exp(-dt / tau) }
//!                              ->   prepare { prepared0 = exp(-dt / tau) }
//!                                   state { g = g * prepared0 }
//! ```
//!
//! Applies to what depends on nothing but numbers, `dt`, `celsius`, area, diameter, and variables that only
//! INITIAL writes, if at all; that differs between instances (else it is computed once a run anyway); and
//! that costs a division, a power or a function. Each such value gets a hidden column, which the kernel `prepare`
//! writes after `initial` and whenever one of its sources changes. `initial` itself is left alone.

use std::collections::{HashMap, HashSet};

use super::super::analysis::{self, Dependence};
use super::super::types::*;
use super::common::Known;

/// Moves the settled values of `current`, `state` and `receive` to `prepare`.
pub fn run(module: &mut Module) {
    let changing = Changing::of(module);
    let mut prepare = Prepare { kernel: module.prepare.take().unwrap_or_default(), ..Prepare::default() };
    let first = module.columns;
    for (stage, kernel) in module.kernels_mut() {
        if matches!(stage, Stage::Current | Stage::State | Stage::Receive) {
            hoist(kernel, &changing, &mut prepare, first);
        }
    }
    super::dead::run(&mut prepare.kernel);
    let count = prepare.columns.len() as u32;
    for i in 0..count {
        module.variables.push(Variable {
            name: format!("prepared{i}"),
            unit: String::new(),
            default: 0.0,
            limits: None,
            length: 1,
            first: first + i,
            role: Role::Hidden,
            visible: false,
        });
    }
    module.columns += count;
    module.prepare = (!prepare.kernel.effects.is_empty()).then_some(prepare.kernel);
}

/// Whether a stage comes before `prepare`.
fn is_initial(stage: Stage) -> bool {
    matches!(stage, Stage::BeforeInitial | Stage::Initial | Stage::AfterInitial)
}

/// What kernels other than `initial` write.
struct Changing {
    places: HashSet<Place>,
    globals: HashSet<GlobalId>,
}

impl Changing {
    fn of(module: &Module) -> Changing {
        let mut changing = Changing { places: HashSet::new(), globals: HashSet::new() };
        for (_, kernel) in module.kernels().filter(|(stage, _)| !is_initial(*stage)) {
            for op in &kernel.ops {
                if let Op::Request { what: Request::SetElement { first, length, .. }, .. } = op {
                    let columns = first.0..first.0 + length;
                    changing.places.extend(columns.map(|column| Place::Column(ColumnId(column))));
                }
            }
            for effect in &kernel.effects {
                match effect {
                    Effect::Write(place, _) => drop(changing.places.insert(*place)),
                    Effect::WriteGlobal(id, _) => drop(changing.globals.insert(*id)),
                    _ => {}
                }
            }
        }
        let pointers = module.pointers.iter().map(|pointer| Place::Column(pointer.column));
        changing.places.extend(pointers);
        changing.globals.extend(module.externals.iter().map(|external| external.global));
        changing
    }

    /// Whether an op gives the same in every step, when its operands do.
    fn settled(&self, op: &Op) -> bool {
        match op {
            Op::Constant(_) | Op::Builtin(Builtin::TimeStep | Builtin::Celsius) => true,
            Op::Global(id) => !self.globals.contains(id),
            Op::Read(place @ Place::Column(_)) => !self.places.contains(place),
            Op::Read(Place::Area | Place::Diameter | Place::PointScale) => true,
            Op::Unary(..) | Op::Binary(..) | Op::MultiplyAdd(..) | Op::Select(..) | Op::Given { .. } => true,
            Op::Read(Place::Voltage | Place::Ion(..))
            | Op::Builtin(Builtin::Time)
            | Op::Argument(_)
            | Op::Flag
            | Op::Lookup { .. }
            | Op::LookupSlope { .. }
            | Op::Random { .. }
            | Op::SetStream { .. }
            | Op::Request { .. }
            | Op::Fail { .. }
            | Op::Connections
            | Op::Weight { .. }
            | Op::Element { .. }
            | Op::PlaySize
            | Op::PlayAt(_)
            | Op::Carry(_)
            | Op::Loop(_)
            | Op::Next(..)
            | Op::Repeat(_) => false,
        }
    }
}

/// The kernel `prepare` as it grows.
#[derive(Default)]
struct Prepare {
    kernel: Kernel,
    known: Known,
    /// The value of `kernel` behind each hidden column.
    columns: Vec<Value>,
}

impl Prepare {
    /// The place of number `index` among the hidden columns that hold `value`.
    fn place(&mut self, value: Value, first: u32) -> Place {
        let index = self.columns.iter().position(|v| *v == value).unwrap_or_else(|| {
            let place = Place::Column(ColumnId(first + self.columns.len() as u32));
            self.kernel.effects.push(Effect::Write(place, value));
            self.columns.push(value);
            self.columns.len() - 1
        });
        Place::Column(ColumnId(first + index as u32))
    }
}

/// Whether an op is dearer than a load.
fn is_dear(op: &Op) -> bool {
    use Binary::{Atan2, Divide, Power, Remainder};
    match op {
        Op::Unary(function, _) => !matches!(function, Unary::Negate | Unary::Not | Unary::Abs),
        Op::Binary(function, ..) => matches!(function, Divide | Power | Remainder | Atan2),
        _ => false,
    }
}

fn hoist(kernel: &mut Kernel, changing: &Changing, prepare: &mut Prepare, first: u32) {
    let dependence = analysis::dependence(kernel);
    let count = kernel.ops.len();
    let (mut settled, mut dear) = (vec![false; count], vec![false; count]);
    for (i, op) in kernel.ops.iter().enumerate() {
        settled[i] = changing.settled(op) && op.operands().all(|v| settled[v.0 as usize]);
        dear[i] = is_dear(op) || op.operands().any(|v| dear[v.0 as usize]);
    }
    let worth = |v: &Value| {
        let i = v.0 as usize;
        settled[i] && dear[i] && dependence[i] == Dependence::Instance
    };
    // Only what something unsettled uses needs a column; the rest is a step on the way to it.
    let users = kernel.ops.iter().enumerate().filter(|(i, _)| !settled[*i]).flat_map(|(_, op)| op.operands());
    let wanted: HashSet<Value> =
        users.chain(kernel.effects.iter().flat_map(Effect::operands)).filter(worth).collect();
    let mut copied: HashMap<Value, Value> = HashMap::new();
    for i in 0..count {
        let value = Value(i as u32);
        if !settled[i] || wanted.is_empty() {
            continue;
        }
        let op = kernel.ops[i].map(|v| copied[&v]);
        copied.insert(value, prepare.known.push(&mut prepare.kernel, op));
        if wanted.contains(&value) {
            kernel.ops[i] = Op::Read(prepare.place(copied[&value], first));
        }
    }
    super::dead::run(kernel);
}

#[cfg(test)]
mod tests {
    use super::super::super::dump;
    use super::super::testing::{self, Build};
    use super::*;

    /// Column `a` decays with the time constant in `column`.
    fn decay(column: u32) -> Kernel {
        let mut k = Build::default();
        let (a, tau) = (k.column(0), k.column(column));
        let dt = k.0.push(Op::Builtin(Builtin::TimeStep));
        let ratio = k.binary(Binary::Divide, dt, tau);
        let ratio = k.unary(Unary::Negate, ratio);
        let factor = k.unary(Unary::Exp, ratio);
        let product = k.binary(Binary::Multiply, a, factor);
        k.write(0, product);
        k.0
    }

    #[test]
    fn a_decay_by_a_parameter_is_prepared_once_for_all_kernels() {
        let mut module = testing::module();
        module.state = Some(decay(2));
        module.receive = Some(decay(2));
        run(&mut module);
        let expected = "prepare {\n    prepared0 = exp(-(dt / c))\n}\nstate {\n    a = a * prepared0\n}\n\
                        receive {\n    a = a * prepared0\n}\n";
        assert_eq!(dump::module(&module).split_once("}\nbody {\n}\n").map(|x| x.1), Some(expected));
        assert_eq!(module.columns, 5);
    }

    #[test]
    fn what_a_kernel_changes_stays() {
        let mut module = testing::module();
        let mut k = decay(1);
        k.effects.push(Effect::Write(Place::Column(ColumnId(1)), Value(0)));
        module.state = Some(k.clone());
        run(&mut module);
        assert_eq!(module.state, Some(k));
        assert_eq!(module.prepare, None);
    }

    #[test]
    fn what_is_the_same_for_all_stays() {
        let mut module = testing::module();
        let mut k = Build::default();
        let g = k.global(0);
        let e = k.unary(Unary::Exp, g);
        k.write(1, e);
        module.current = Some(k.0.clone());
        run(&mut module);
        assert_eq!(module.current, Some(k.0));
    }
}
