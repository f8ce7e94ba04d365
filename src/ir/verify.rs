//! What always holds of a module, checked.
//!
//! - Every op uses only values made before it; every effect only values of its kernel.
//! - Every id names something: column, shared variable, ion, table and its column, RANDOM variable, argument.
//! - Loops are closed, innermost first; what one carries starts before it, and becomes something new once, at its end.
//! - A place is written at most once in a kernel; area, diameter and the point scale never are, voltage only in `receive`.
//! - Effects stand where they may: sums in `current`; arguments in `receive`, `receive_initial` and the kernels of tables.
//!   `prepare` and `watch` write hidden columns only, of the others only `initial` does. Requests stand in `receive`; `net_send` in `initial` and `receive_initial` too.
//! - A shared variable is stored from a value that is the same for all instances, and not by event code, but where it passes from
//!   instance to instance; and in a table's body where it passes from row to row.
//! - The kernels of a table use only uniform values, and the body its `x`.
//! - Draws, `play_at` and reads of an instance do not occur in the kernels of tables; the flag only in `receive`.
//!
//! All breaches are found, not only the first. Debug builds check after every pass.

use super::analysis::{self, Dependence};
use super::types::*;

/// One way in which a module is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The kernel it was found in.
    pub stage: Stage,
    /// What is wrong.
    pub message: String,
}

/// All breaches of a module; none when it is sound.
pub fn verify(module: &Module) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for table in &module.tables {
        breaches.extend(verify_kernel(module, Stage::TableRange, &table.range, 2));
        breaches.extend(verify_kernel(module, Stage::TableBody, &table.body, table.columns));
    }
    for (stage, kernel) in module.kernels() {
        breaches.extend(verify_kernel(module, stage, kernel, module.weights.len() as u32));
    }
    breaches
}

/// Panics with all breaches; for debug builds, after `pass`.
pub(crate) fn assert_sound(module: &Module, pass: &str) {
    let breaches = verify(module);
    assert!(breaches.is_empty(), "{} after {pass}: {breaches:#?}", module.name);
}

/// All breaches of one kernel, which may write `arguments` arguments.
fn verify_kernel(module: &Module, stage: Stage, kernel: &Kernel, arguments: u32) -> Vec<Breach> {
    let mut check = Check { module, stage, arguments, breaches: Vec::new() };
    let mut ordered = true;
    for (i, op) in kernel.ops.iter().enumerate() {
        for value in op.operands().filter(|v| v.0 as usize >= i) {
            check.say(format!("op {i} uses value {}, which is not made before it", value.0));
            ordered = false;
        }
        check.op(i, op);
    }
    for effect in &kernel.effects {
        for value in effect.operands().filter(|v| v.0 as usize >= kernel.ops.len()) {
            check.say(format!("an effect uses value {}, which nothing makes", value.0));
            ordered = false;
        }
        check.effect(effect);
    }
    check.once(kernel);
    check.loops(kernel);
    if ordered {
        check.uniform(kernel);
    }
    check.breaches
}

struct Check<'a> {
    module: &'a Module,
    stage: Stage,
    arguments: u32,
    breaches: Vec<Breach>,
}

impl Check<'_> {
    fn say(&mut self, message: impl Into<String>) {
        self.breaches.push(Breach { stage: self.stage, message: message.into() });
    }

    fn in_table(&self) -> bool {
        matches!(self.stage, Stage::TableRange | Stage::TableBody)
    }

    fn serial(&self, id: GlobalId) -> bool {
        self.module.serial.iter().any(|carried| carried.id == id)
    }

    fn op(&mut self, i: usize, op: &Op) {
        match *op {
            Op::Global(id) if id.0 >= self.module.global_count => {
                self.say(format!("op {i} reads global {}, which is not there", id.0));
            }
            Op::Read(_) | Op::Random { .. } | Op::SetStream { .. } | Op::PlaySize | Op::PlayAt(_)
                if self.in_table() =>
            {
                self.say(format!("op {i} reads an instance while a table is made"));
            }
            Op::Read(place) => self.place(place),
            Op::Request { what, .. } => self.request(i, &what),
            Op::Fail { fault, .. } if fault.0 as usize >= self.module.faults.len() => {
                self.say(format!("op {i} tells of fault {}, which is not there", fault.0));
            }
            Op::Connections if self.stage != Stage::Receive => {
                self.say(format!("op {i} looks at connections where no event is"));
            }
            Op::Element { first, length, .. }
                if self.stage != Stage::Receive || first.0 + length > self.module.columns =>
            {
                self.say(format!("op {i} reads an element of {first:?}, which is not there"));
            }
            Op::Weight { number, .. } if self.stage != Stage::Receive || number >= self.arguments => {
                self.say(format!("op {i} reads weight {number}, which is not there"));
            }
            Op::Argument(k) => {
                let limit = match self.stage {
                    Stage::Receive | Stage::ReceiveInitial => self.arguments,
                    Stage::TableBody => 1,
                    _ => 0,
                };
                if k >= limit {
                    self.say(format!("op {i} reads argument {k}, which is not there"));
                }
            }
            Op::Flag if self.stage != Stage::Receive => {
                self.say(format!("op {i} reads a flag where no event is"))
            }
            Op::Lookup { table, column, .. } | Op::LookupSlope { table, column, .. }
                if self.module.tables.get(table.0 as usize).is_none_or(|t| column >= t.columns) =>
            {
                self.say(format!("op {i} looks up column {column} of table {}, which is not there", table.0));
            }
            Op::Given { table, .. }
                if self.module.tables.get(table.0 as usize).is_none_or(|t| t.given.is_none()) =>
            {
                self.say(format!("op {i} reads the values of table {}, which has none", table.0));
            }
            Op::Random { random, .. } | Op::SetStream { random, .. }
                if random.0 as usize >= self.module.randoms.len() =>
            {
                self.say(format!("op {i} uses random variable {}, which is not there", random.0));
            }
            _ => {}
        }
    }

    fn effect(&mut self, effect: &Effect) {
        use Stage::*;
        let stage = self.stage;
        let allowed = match effect {
            Effect::Write(place, _) => {
                self.place(*place);
                let own = matches!(place, Place::Column(_) | Place::Ion(..));
                let jump = *place == Place::Voltage && stage == Receive;
                if !own && !jump {
                    self.say(format!("{place:?} is written"));
                }
                let hidden = self.hidden(*place);
                let sound = match stage {
                    Prepare | Watch => hidden,
                    Initial => true,
                    _ => !hidden,
                };
                if !sound {
                    self.say(format!("{place:?}, hidden: {hidden}, is written"));
                }
                !self.in_table()
            }
            Effect::WriteGlobal(id, _) => {
                if id.0 >= self.module.global_count {
                    self.say(format!("global {} is written, which is not there", id.0));
                }
                let event = self.serial(*id) && matches!(stage, Receive | ReceiveInitial);
                event
                    || matches!(stage, Initial | Current | State | TableBody)
                    || Stage::PHASES.contains(&stage)
            }
            Effect::WriteArgument(k, _) => {
                if *k >= self.arguments {
                    self.say(format!("argument {k} is written, which is not there"));
                }
                matches!(stage, Receive | ReceiveInitial | TableRange | TableBody)
            }
            Effect::Add(sum, _) => {
                if let Sum::IonCurrent(ion) = sum
                    && ion.0 as usize >= self.module.ions.len()
                {
                    self.say(format!("ion {} is added to, which is not there", ion.0));
                }
                stage == Current
            }
        };
        if !allowed {
            self.say(format!("{effect:?} has no place here"));
        }
    }

    fn request(&mut self, i: usize, request: &Request) {
        let receives = self.stage == Stage::Receive;
        let allowed = match *request {
            Request::Send { .. } => receives || matches!(self.stage, Stage::Initial | Stage::ReceiveInitial),
            Request::Fire { .. } | Request::Move { .. } => receives,
            Request::Watch { number, .. } => receives && (number as usize) < self.module.watches.len(),
            Request::SetWeight { number, .. } => receives && number < self.arguments,
            Request::SetElement { first, length, .. } => receives && first.0 + length <= self.module.columns,
        };
        if !allowed {
            self.say(format!("op {i}, {request:?}, has no place here"));
        }
    }

    fn place(&mut self, place: Place) {
        let sound = match place {
            Place::Column(id) => id.0 < self.module.columns,
            Place::Voltage | Place::Area | Place::Diameter => true,
            Place::PointScale => self.module.kind == Kind::PointProcess,
            Place::Ion(ion, _) => (ion.0 as usize) < self.module.ions.len(),
        };
        if !sound {
            self.say(format!("{place:?} is not there"));
        }
    }

    fn hidden(&self, place: Place) -> bool {
        let Place::Column(id) = place else { return false };
        let variable = self.module.variables.iter().find(|v| id.0 >= v.first && id.0 - v.first < v.length);
        variable.is_some_and(|v| v.role == Role::Hidden)
    }

    /// No place is written twice.
    fn once(&mut self, kernel: &Kernel) {
        let target = |effect: &Effect| match *effect {
            Effect::Write(place, _) => Some(format!("{place:?}")),
            Effect::WriteGlobal(id, _) => Some(format!("{id:?}")),
            Effect::WriteArgument(k, _) => Some(format!("argument {k}")),
            _ => None,
        };
        let mut seen: Vec<String> = kernel.effects.iter().filter_map(target).collect();
        seen.sort();
        for pair in seen.windows(2).filter(|pair| pair[0] == pair[1]) {
            self.say(format!("{} is written twice", pair[0]));
        }
    }

    /// Loops nest, and carried values are changed once, right before the end of a loop that begins after them.
    fn loops(&mut self, kernel: &Kernel) {
        let mut open = Vec::new();
        let mut changed = Vec::new();
        for (i, op) in kernel.ops.iter().enumerate() {
            match *op {
                Op::Loop(_) => open.push(i),
                Op::Repeat(_) if open.pop().is_none() => {
                    self.say(format!("op {i} ends a loop that nothing began"))
                }
                Op::Next(carry, _) => {
                    let is_carry = matches!(kernel.ops.get(carry.0 as usize), Some(Op::Carry(_)));
                    let before = open.last().is_some_and(|start| (carry.0 as usize) < *start);
                    let last = matches!(kernel.ops.get(i + 1), Some(Op::Next(..) | Op::Repeat(_)));
                    if !is_carry || !before || !last || changed.contains(&carry) {
                        self.say(format!("op {i} has no place here"));
                    }
                    changed.push(carry);
                }
                _ => {}
            }
        }
        if !open.is_empty() {
            self.say("a loop is not closed");
        }
    }

    /// What must be the same for all instances is.
    fn uniform(&mut self, kernel: &Kernel) {
        let dependence = analysis::dependence(kernel);
        for effect in &kernel.effects {
            let uniform = |id: &GlobalId| self.stage != Stage::TableBody && !self.serial(*id);
            let wanted = matches!(effect, Effect::WriteGlobal(id, _) if uniform(id))
                || self.stage == Stage::TableRange;
            for value in effect.operands() {
                if wanted && dependence[value.0 as usize] == Dependence::Instance {
                    self.say(format!("value {} varies, but must be the same for all instances", value.0));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::passes::testing::module as sample;
    use super::*;

    fn breaches(kernel: Kernel) -> Vec<String> {
        let mut module = sample();
        module.current = Some(kernel);
        verify(&module).into_iter().map(|b| b.message).collect()
    }

    #[test]
    fn a_sound_kernel_has_none() {
        let mut k = Kernel::default();
        let v = k.push(Op::Read(Place::Voltage));
        k.effects.push(Effect::Add(Sum::RightHandSide, v));
        assert!(breaches(k).is_empty());
    }

    #[test]
    fn all_are_collected() {
        let mut k = Kernel::default();
        k.push(Op::Unary(Unary::Exp, Value(0)));
        k.push(Op::Read(Place::Column(ColumnId(99))));
        k.push(Op::Flag);
        k.push(Op::Lookup { table: TableId(0), column: 7, x: Value(1) });
        k.effects.push(Effect::Write(Place::Voltage, Value(9)));
        k.push(Op::Request { when: None, what: Request::Fire { time: Value(1) } });
        k.effects.push(Effect::Write(Place::Column(ColumnId(0)), Value(1)));
        k.effects.push(Effect::Write(Place::Column(ColumnId(0)), Value(1)));
        let found = breaches(k);
        let wanted = [
            "op 0 uses value 0, which is not made before it",
            "Column(ColumnId(99)) is not there",
            "op 2 reads a flag where no event is",
            "op 3 looks up column 7 of table 0, which is not there",
            "op 4, Fire { time: Value(1) }, has no place here",
            "an effect uses value 9, which nothing makes",
            "Voltage is written",
            "Column(ColumnId(0)) is written twice",
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn shared_variables_take_uniform_values_only() {
        let mut k = Kernel::default();
        let v = k.push(Op::Read(Place::Voltage));
        k.effects.push(Effect::WriteGlobal(GlobalId(0), v));
        assert_eq!(breaches(k), ["value 0 varies, but must be the same for all instances"]);
    }
}
