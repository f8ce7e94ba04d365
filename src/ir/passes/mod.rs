//! Passes: each takes a sound module and leaves a sound one that does the same with less work.
//!
//! "The same" is to rounding: a pass may change the last bits of a value where its file says so, never more, and
//! always alike for every instance, thread and number of instances. One pass, one file, opening with what it
//! turns into what. [`optimise`] is the order they run in.

pub mod common;
pub mod dead;
pub mod division;
pub mod fold;
pub mod fuse;
pub mod hoist;
pub mod invariant;
pub mod powers;
pub mod reciprocal;
pub mod uniform;
pub mod unread;

use super::types::*;
use super::verify;

/// Runs all passes, and keeps every variable that users can see up to date.
pub fn optimise(module: &mut Module) {
    optimise_for(module, |_| true);
}

/// Runs all passes; a computed variable that no kernel reads is only stored when `recorded` says so of its name.
pub fn optimise_for(module: &mut Module, recorded: impl Fn(&str) -> bool) {
    optimise_watched(module, recorded, &mut |_, _| ());
}

/// The same; `watch` sees the module after each pass, with the pass's name.
pub fn optimise_watched(
    module: &mut Module,
    recorded: impl Fn(&str) -> bool,
    watch: &mut dyn FnMut(&'static str, &Module),
) {
    clean(module, watch);
    unread::run(module, recorded);
    done(module, "unread", watch);
    each_step(module, "powers", powers::run, watch);
    each_step(module, "division", division::run, watch);
    clean(module, watch);
    hoist::run(module);
    done(module, "hoist", watch);
    each_step(module, "reciprocal", reciprocal::run, watch);
    each(module, "common", common::run, watch);
    // From here on without `fold`, which would move the signs out again.
    each_step(module, "uniform", uniform::run, watch);
    each(module, "common", common::run, watch);
    each_step(module, "fuse", fuse::run, watch);
    each(module, "common", common::run, watch);
    each(module, "invariant", invariant::run, watch);
    each(module, "dead", dead::run, watch);
}

/// The passes that others leave work for.
fn clean(module: &mut Module, watch: &mut dyn FnMut(&'static str, &Module)) {
    each(module, "fold", fold::run, watch);
    each(module, "common", common::run, watch);
    each(module, "fold", fold::run, watch);
    each(module, "dead", dead::run, watch);
}

/// Runs a pass on the kernels of every step. Passes that move last bits are not run on the others: they would save
/// nothing that counts, and event times and start values are best as written.
fn each_step(
    module: &mut Module,
    name: &'static str,
    pass: impl Fn(&mut Kernel),
    watch: &mut dyn FnMut(&'static str, &Module),
) {
    for (stage, kernel) in module.kernels_mut() {
        if matches!(stage, Stage::Current | Stage::State) {
            pass(kernel);
        }
    }
    done(module, name, watch);
}

/// Runs a pass on every kernel, those of tables too.
fn each(
    module: &mut Module,
    name: &'static str,
    pass: impl Fn(&mut Kernel),
    watch: &mut dyn FnMut(&'static str, &Module),
) {
    for table in &mut module.tables {
        pass(&mut table.range);
        pass(&mut table.body);
    }
    for (_, kernel) in module.kernels_mut() {
        pass(kernel);
    }
    done(module, name, watch);
}

/// A pass is done: in debug builds, panics when it broke the contract.
fn done(module: &Module, pass: &'static str, watch: &mut dyn FnMut(&'static str, &Module)) {
    if cfg!(debug_assertions) {
        verify::assert_sound(module, pass);
    }
    watch(pass, module);
}

/// Builds a kernel anew, op by op.
///
/// `step` gets the kernel built so far, the number of the old op, and that op on the new kernel's values; it
/// pushes what it likes and gives the value that stands for the old one from then on.
pub(crate) fn rewrite(kernel: &mut Kernel, mut step: impl FnMut(&mut Kernel, usize, Op) -> Value) {
    let old = std::mem::take(kernel);
    let mut renamed: Vec<Value> = Vec::with_capacity(old.ops.len());
    for (i, op) in old.ops.iter().enumerate() {
        let op = op.map(|v| renamed[v.0 as usize]);
        let value = step(kernel, i, op);
        renamed.push(value);
    }
    kernel.effects = old.effects.iter().map(|e| e.map(|v| renamed[v.0 as usize])).collect();
}

#[cfg(test)]
pub(crate) mod testing {
    //! A module to test passes on: columns `a` to `d`, shared `g` and `h`, an ion, a table, a random variable.

    use super::super::dump;
    use super::*;
    use crate::diagnostic::{Diagnostics, SourceId, Span};

    fn scalar(name: &str, first: u32, role: Role) -> Variable {
        let name = name.to_string();
        Variable {
            name,
            unit: String::new(),
            default: 0.0,
            limits: None,
            length: 1,
            first,
            role,
            visible: true,
        }
    }

    /// The module, without kernels.
    pub fn module() -> Module {
        let roles = [Role::State, Role::Assigned, Role::Parameter, Role::Parameter];
        let names = ["a", "b", "c", "d"];
        Module {
            name: "sample".into(),
            span: Span::new(SourceId(0), 0, 0),
            kind: Kind::PointProcess,
            variables: (0..4).map(|i| scalar(names[i], i as u32, roles[i])).collect(),
            columns: 4,
            globals: vec![scalar("g", 0, Role::Parameter), scalar("h", 1, Role::Parameter)],
            global_count: 2,
            ions: vec![IonUse { name: "na".into(), valence: None, reads: vec![], writes: vec![] }],
            weights: vec!["w".into()],
            randoms: vec!["r".into()],
            tables: vec![Table {
                name: "rates".into(),
                columns: 2,
                intervals: 10,
                once: false,
                range: Kernel::default(),
                body: Kernel::default(),
                given: None,
            }],
            first: None,
            plays: false,
            watches: Vec::new(),
            watch: None,
            pointers: Vec::new(),
            phases: Vec::new(),
            externals: Vec::new(),
            assigned: Vec::new(),
            unread: Vec::new(),
            own_tables: Vec::new(),
            serial: Vec::new(),
            sites: Vec::new(),
            faults: Vec::new(),
            diffusions: Vec::new(),
            prepare: None,
            initial: None,
            current: None,
            state: None,
            receive: None,
            receive_initial: None,
            warnings: Diagnostics::new(),
        }
    }

    /// A kernel under construction, with short names for what tests need.
    #[derive(Default)]
    pub struct Build(pub Kernel);

    #[allow(missing_docs)]
    impl Build {
        pub fn column(&mut self, i: u32) -> Value {
            self.0.push(Op::Read(Place::Column(ColumnId(i))))
        }
        pub fn global(&mut self, i: u32) -> Value {
            self.0.push(Op::Global(GlobalId(i)))
        }
        pub fn constant(&mut self, x: f64) -> Value {
            self.0.push(Op::Constant(x))
        }
        pub fn unary(&mut self, f: Unary, a: Value) -> Value {
            self.0.push(Op::Unary(f, a))
        }
        pub fn binary(&mut self, f: Binary, a: Value, b: Value) -> Value {
            self.0.push(Op::Binary(f, a, b))
        }
        pub fn select(&mut self, a: Value, b: Value, c: Value) -> Value {
            self.0.push(Op::Select(a, b, c))
        }
        pub fn write(&mut self, i: u32, value: Value) {
            self.0.effects.push(Effect::Write(Place::Column(ColumnId(i)), value));
        }
        /// The lines between the braces after `passes`, joined by `; `; dead ops are taken out.
        pub fn after(mut self, passes: &[fn(&mut Kernel)]) -> String {
            for pass in passes {
                pass(&mut self.0);
            }
            dead::run(&mut self.0);
            shown(&self.0)
        }
    }

    /// The lines of a kernel between the braces, joined by `; `.
    pub fn shown(kernel: &Kernel) -> String {
        let text = dump::kernel(&module(), Stage::State, kernel);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        lines[1..lines.len() - 1].join("; ")
    }
}
