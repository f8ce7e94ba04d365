//! Shared by the tests of the intermediate representation: NMODL to modules, and a plain evaluator.

// Each test file uses a part of this.
#![allow(dead_code)]

use std::collections::BTreeMap;

use volley::diagnostic::{Diagnostics, Sources};
use volley::ir::passes::fold::{binary_of, unary_of};
use volley::ir::passes::{common, dead, fold};
use volley::ir::{
    Builtin, Distribution, Effect, Kernel, Module, Op, Options, Place, Request, Stage, Sum, Value, dump,
    lower, optimise,
};
use volley::nmodl;

/// Lowers a text; the messages as they look on a terminal when it is refused.
pub fn lowered_with(text: &str, options: &Options) -> Result<Module, String> {
    let mut sources = Sources::default();
    let id = sources.add("test.mod", text);
    let result = || -> Result<Module, Diagnostics> {
        let tree = nmodl::parse(&sources, id)?;
        let meaning = nmodl::meaning::analyse(&tree)?;
        lower(&meaning, options)
    };
    result().map_err(|said| said.render(&sources, false))
}

/// The same, with tables.
pub fn lowered(text: &str) -> Result<Module, String> {
    lowered_with(text, &Options::default())
}

/// A module that must lower, without what is computed twice or for nothing.
pub fn tidy(text: &str) -> Module {
    let mut module = lowered(text).unwrap_or_else(|messages| panic!("{messages}"));
    for (_, kernel) in module.kernels_mut() {
        for pass in [common::run, fold::run, common::run, dead::run] {
            pass(kernel);
        }
    }
    module
}

/// A module that must lower, optimised.
pub fn optimised(text: &str) -> Module {
    let mut module = lowered(text).unwrap_or_else(|messages| panic!("{messages}"));
    optimise(&mut module);
    module
}

/// The lines of one kernel between its braces.
pub fn lines(module: &Module, wanted: Stage) -> Vec<String> {
    let (stage, kernel) = module.kernels().find(|(stage, _)| *stage == wanted).expect("the kernel is there");
    let text = dump::kernel(module, stage, kernel);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines[1..lines.len() - 1].iter().map(|line| line.to_string()).collect()
}

/// What one instance and its compartment hold.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub columns: Vec<f64>,
    pub globals: Vec<f64>,
    pub places: BTreeMap<String, f64>,
    pub arguments: Vec<f64>,
    pub flag: f64,
    pub time: f64,
    pub dt: f64,
    pub celsius: f64,
    pub list: Vec<f64>,
    /// What draws give, in order.
    pub draws: Vec<f64>,
}

impl World {
    /// Defaults of a module, and an ordinary compartment.
    pub fn of(module: &Module) -> World {
        let mut world = World {
            columns: vec![0.0; module.columns as usize],
            globals: vec![0.0; module.global_count as usize],
            arguments: vec![0.0; module.weights.len()],
            dt: 0.025,
            celsius: 6.3,
            ..World::default()
        };
        for (list, values) in [(&module.variables, &mut world.columns), (&module.globals, &mut world.globals)]
        {
            for variable in list {
                for i in variable.first..variable.first + variable.length {
                    values[i as usize] = variable.default;
                }
            }
        }
        world.set(Place::Voltage, -65.0);
        world.set(Place::Area, 100.0);
        world.set(Place::Diameter, 10.0);
        world.set(Place::PointScale, 1.0);
        world
    }

    /// Sets what is not a column.
    pub fn set(&mut self, place: Place, value: f64) {
        self.places.insert(format!("{place:?}"), value);
    }

    fn read(&self, place: Place) -> f64 {
        match place {
            Place::Column(id) => self.columns[id.0 as usize],
            other => self.places.get(&format!("{other:?}")).copied().unwrap_or(1.0),
        }
    }

    /// Runs a kernel: stores its variables, gives its other effects by name, with their masks applied.
    pub fn run(&mut self, module: &Module, kernel: &Kernel) -> Vec<(String, Vec<f64>)> {
        let mut said = Vec::new();
        let values = self.values(module, kernel, &mut said);
        let get = |v: Value| values[v.0 as usize];
        for effect in &kernel.effects {
            match *effect {
                Effect::Write(Place::Column(id), v) => self.columns[id.0 as usize] = get(v),
                Effect::Write(place, v) => self.set(place, get(v)),
                Effect::WriteGlobal(id, v) => self.globals[id.0 as usize] = get(v),
                Effect::WriteArgument(i, v) => said.push((format!("argument {i}"), vec![get(v)])),
                Effect::Add(Sum::RightHandSide, v) => said.push(("rhs".into(), vec![get(v)])),
                Effect::Add(Sum::Diagonal, v) => said.push(("diagonal".into(), vec![get(v)])),
                Effect::Add(Sum::IonCurrent(id), v) => said.push((format!("ion {}", id.0), vec![get(v)])),
            }
        }
        said
    }

    fn values(&self, module: &Module, kernel: &Kernel, said: &mut Vec<(String, Vec<f64>)>) -> Vec<f64> {
        let mut values: Vec<f64> = vec![0.0; kernel.ops.len()];
        let mut draws = self.draws.iter();
        let mut at = 0;
        while let Some(op) = kernel.ops.get(at) {
            let get = |v: Value| values[v.0 as usize];
            let value = match *op {
                Op::Carry(initial) => get(initial),
                Op::Loop(_) => 0.0,
                // All change at once, at the end of the round.
                Op::Next(_, next) => get(next),
                Op::Repeat(again) => {
                    let again = get(again) != 0.0;
                    let mut before = at;
                    while let Op::Next(carry, _) = kernel.ops[before - 1] {
                        before -= 1;
                        values[carry.0 as usize] = values[before];
                    }
                    let mut open = 1;
                    while again && open > 0 {
                        at -= 1;
                        match kernel.ops[at] {
                            Op::Loop(_) => open -= 1,
                            Op::Repeat(_) => open += 1,
                            _ => {}
                        }
                    }
                    at += 1;
                    continue;
                }
                Op::Constant(x) => x,
                Op::Global(id) => self.globals[id.0 as usize],
                Op::Builtin(Builtin::Time) => self.time,
                Op::Builtin(Builtin::TimeStep) => self.dt,
                Op::Builtin(Builtin::Celsius) => self.celsius,
                Op::Read(place) => self.read(place),
                Op::Argument(i) => self.arguments[i as usize],
                Op::Flag => self.flag,
                Op::Unary(function, a) => unary_of(function, get(a)),
                Op::Binary(function, a, b) => binary_of(function, get(a), get(b)),
                Op::MultiplyAdd(a, b, c) => get(a) * get(b) + get(c),
                Op::Select(mask, a, b) => match get(mask) != 0.0 {
                    true => get(a),
                    false => get(b),
                },
                Op::Lookup { table, column, x } => self.look_up(module, table.0, column, get(x)).0,
                Op::LookupSlope { table, column, x } => self.look_up(module, table.0, column, get(x)).1,
                Op::Given { table, part, x, y } => {
                    let given = module.tables[table.0 as usize].given.as_ref();
                    given.map_or(f64::NAN, |given| given.at(part, get(x), get(y)))
                }
                Op::Random { when, distribution, .. } => match when.is_none_or(|mask| get(mask) != 0.0) {
                    true => {
                        let sign = if distribution == Distribution::Normal { -1.0 } else { 1.0 };
                        sign * draws.next().copied().unwrap_or(0.5)
                    }
                    false => 0.0,
                },
                // Draws are given, so nothing sets them.
                Op::SetStream { .. } => 0.0,
                Op::Request { when, what } => {
                    if when.is_none_or(|mask| get(mask) != 0.0) {
                        said.push(match what {
                            Request::Send { delay, flag, .. } => {
                                ("net_send".into(), vec![get(delay), get(flag)])
                            }
                            Request::Fire { time } => ("net_event".into(), vec![get(time)]),
                            Request::Move { time, .. } => ("net_move".into(), vec![get(time)]),
                            Request::Watch { number, excess } => {
                                (format!("watch {number}"), vec![get(excess)])
                            }
                            Request::SetWeight { connection, number, value } => {
                                (format!("weight {number}"), vec![get(connection), get(value)])
                            }
                            Request::SetElement { index, value, .. } => {
                                ("element".into(), vec![get(index), get(value)])
                            }
                        });
                    }
                    0.0
                }
                Op::Fail { fault, when, .. } => {
                    if get(when) != 0.0 {
                        said.push(("fails".into(), vec![f64::from(fault.0)]));
                    }
                    0.0
                }
                Op::Connections | Op::Weight { .. } | Op::Element { .. } => 0.0,
                Op::PlaySize => self.list.len() as f64,
                Op::PlayAt(i) => self.list.get(get(i) as usize).copied().unwrap_or(f64::NAN),
            };
            values[at] = value;
            at += 1;
        }
        values
    }

    /// Value and slope of a table, its rows made on the spot.
    fn look_up(&self, module: &Module, table: u32, column: u32, x: f64) -> (f64, f64) {
        let table = &module.tables[table as usize];
        let results = |kernel: &Kernel, x: f64| {
            let world = World { arguments: vec![x], ..self.clone() };
            let values = world.values(module, kernel, &mut Vec::new());
            let mut results: Vec<f64> = vec![0.0; kernel.effects.len()];
            for effect in &kernel.effects {
                if let Effect::WriteArgument(i, v) = *effect {
                    results[i as usize] = values[v.0 as usize];
                }
            }
            results
        };
        let ends = results(&table.range, 0.0);
        let step = (ends[1] - ends[0]) / f64::from(table.intervals);
        let row = |i: f64| results(&table.body, ends[0] + i * step)[column as usize];
        let at = (x - ends[0]) / step;
        if at.is_nan() || at <= 0.0 || at >= f64::from(table.intervals) {
            let end = row(if at > 0.0 { f64::from(table.intervals) } else { 0.0 });
            return (if at.is_nan() { at } else { end }, 0.0);
        }
        let (low, high) = (row(at.floor()), row(at.floor() + 1.0));
        (low + (at - at.floor()) * (high - low), (high - low) / step)
    }
}

/// The kernel of a stage.
pub fn kernel(module: &Module, wanted: Stage) -> &Kernel {
    module.kernels().find(|(stage, _)| *stage == wanted).expect("the kernel is there").1
}
