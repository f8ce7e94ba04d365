//! Solvers of NMODL against traces of NEURON, at every level of vector instructions that the machine has.
//!
//! The mechanisms are in `tests/nmodl/solvers`, the traces in `tests/reference/nmodl`, made by
//! `tools/reference/nmodl_solvers.py`. Voltage and calcium current of each step are taken from the trace, all else is computed. Of the
//! instances in a run the first and the last have the parameters of the trace; those between differ, so that
//! loops turn differently often for each.

use std::path::Path;
use std::sync::Arc;

use volley::diagnostic::Sources;
use volley::kernel::{
    Columns, Environment, Event, Instances, IonColumns, Level, NodeColumns, NodeIndex, Program,
};
use volley::mechanism::{self, Mechanism, Options};

const DT: f64 = 0.025;
const COUNT: usize = 45;

fn path(of: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(of)
}

/// A trace: names of its columns, and its rows.
fn trace(stem: &str) -> (Vec<String>, Vec<Vec<f64>>) {
    let file = path(&format!("reference/nmodl/{stem}.csv"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let names = lines.next().expect("a header").split(',').map(String::from).collect();
    (names, lines.map(|line| line.split(',').map(|x| x.parse().expect("a number")).collect()).collect())
}

fn compiled(stem: &str) -> Mechanism {
    let file = path(&format!("nmodl/solvers/{stem}.mod"));
    let text = std::fs::read_to_string(&file).expect("the mechanism is there");
    let mut sources = Sources::default();
    let id = sources.add(format!("{stem}.mod"), text);
    mechanism::compile(&mut sources, id, &Options::default())
        .unwrap_or_else(|said| panic!("{}", said.render(&sources, false)))
}

/// `COUNT` instances in compartments of their own.
struct World {
    mechanism: Mechanism,
    level: Level,
    environment: Environment,
    globals: Vec<f64>,
    instances: Instances,
    nodes: NodeColumns,
    ions: Vec<IonColumns>,
}

impl World {
    fn new(mechanism: Mechanism, level: Level) -> World {
        let module = &mechanism.module;
        let mut globals = vec![0.0; module.global_count as usize];
        for variable in &module.globals {
            globals[variable.first as usize..][..variable.length as usize].fill(variable.default);
        }
        let mut columns = Columns::new(module.columns as usize, COUNT);
        for variable in &module.variables {
            for i in variable.first..variable.first + variable.length {
                columns.column_mut(i as usize).fill(variable.default);
            }
        }
        if let Some(k) = module.variable("k") {
            for (i, x) in columns.column_mut(k.first as usize).iter_mut().enumerate().take(COUNT - 1).skip(1)
            {
                // With more of it some equations have no solution.
                *x *= 0.3 + i as f64 / 60.0;
            }
        }
        columns.pad();
        let places: Vec<u32> = (0..COUNT as u32).collect();
        let index = NodeIndex::new(&places);
        let mut ion = IonColumns::new(COUNT);
        ion.inside.fill(5e-5);
        ion.outside.fill(2.0);
        ion.reversal.fill(132.4579341637009);
        let ions = vec![ion; module.ions.len()];
        World {
            level,
            environment: Environment { time: 0.0, time_step: DT, celsius: 6.3 },
            globals,
            instances: Instances {
                columns,
                nodes: index.clone(),
                point_scale: volley::kernel::AlignedVector::new(0),
                ions: (0..ions.len()).map(|i| (i, index.clone())).collect(),
                randoms: Vec::new(),
                plays: vec![Arc::from(Vec::new()); COUNT],
            },
            nodes: NodeColumns::new(COUNT),
            ions,
            mechanism,
        }
    }

    /// Time, voltage and current as in a row of the trace.
    fn set(&mut self, row: &[f64]) {
        self.environment.time = row[0];
        self.nodes.voltage.fill(row[1]);
        for (ion, used) in self.ions.iter_mut().zip(&self.mechanism.module.ions) {
            if used.name == "ca" {
                ion.current.fill(row[2]);
            }
        }
    }

    /// Runs a program for all, or for each on its own.
    fn run(&mut self, program: impl Fn(&Mechanism) -> &Option<Program>, apart: bool) {
        let World { mechanism, level, environment, globals, instances, nodes, ions } = self;
        let Some(program) = program(mechanism) else { return };
        if !apart {
            let halt = program.run(*level, environment, globals, &[], instances, nodes, ions);
            assert_eq!(halt, None);
            return;
        }
        for instance in 0..COUNT {
            let mut effects = Vec::new();
            let mut event = Event::new(&mut [], 0.0, &mut effects);
            let halt = program.run_one(
                *level,
                environment,
                globals,
                &[],
                instance,
                instances,
                nodes,
                ions,
                &mut event,
            );
            assert_eq!(halt, None);
        }
    }

    /// A variable of the trace, for one instance.
    fn value(&self, name: &str, instance: usize) -> f64 {
        if name == "cai" {
            return self.ions[0].inside[instance];
        }
        let (name, element) = match name.split_once('[') {
            Some((name, rest)) => (name, rest.trim_end_matches(']').parse().expect("a number")),
            None => (name, 0),
        };
        let variable = self.mechanism.module.variable(name).expect("the variable is there");
        self.instances.columns.column(variable.first as usize + element)[instance]
    }
}

/// Follows a trace; `tolerance` is relative to the larger of the value and the largest of its column times 1e-6.
fn follow(stem: &str, tolerance: f64) {
    let (names, rows) = trace(stem);
    let sizes: Vec<f64> =
        (0..names.len()).map(|i| rows.iter().map(|r| r[i].abs()).fold(0.0, f64::max)).collect();
    let mut ends: Vec<Vec<u64>> = Vec::new();
    for (level, apart) in Level::available().flat_map(|level| [(level, false), (level, true)]) {
        let mut world = World::new(compiled(stem), level);
        for (step, row) in rows.iter().enumerate() {
            world.set(row);
            if step == 0 {
                world.run(|m| &m.initial, apart);
                world.run(|m| &m.prepare, apart);
            } else {
                world.run(|m| &m.state, apart);
            }
            for (i, name) in names.iter().enumerate().skip(3) {
                if name == "cai" && !world.mechanism.module.ions.iter().any(|ion| !ion.writes.is_empty()) {
                    continue;
                }
                for instance in [0, COUNT - 1] {
                    let (found, wanted) = (world.value(name, instance), row[i]);
                    let scale = wanted.abs().max(1e-6 * sizes[i]);
                    assert!(
                        (found - wanted).abs() <= tolerance * scale,
                        "{stem}, {}: `{name}` is {found} instead of {wanted} at {} ms ({:e})",
                        level.name(),
                        row[0],
                        (found - wanted).abs() / scale,
                    );
                }
            }
        }
        // All instances, those between too, do the same together and one by one.
        let columns = &world.instances.columns;
        let all = (0..columns.columns()).flat_map(|column| &columns.column(column)[..COUNT]);
        ends.push(all.map(|x| if x.is_nan() { u64::MAX } else { x.to_bits() }).collect());
        if apart {
            assert!(ends[ends.len() - 2] == ends[ends.len() - 1], "{stem}, {}", level.name());
        }
    }
}

#[test]
fn derivimplicit_not_linear() {
    follow("implicit", 1e-5);
}

#[test]
fn derivimplicit_linear() {
    follow("coupled", 1e-9);
}

#[test]
fn runge() {
    follow("runge", 1e-9);
}

#[test]
fn euler() {
    follow("euler", 1e-9);
}

#[test]
fn kinetic_scheme_with_conservation() {
    follow("channel", 1e-9);
}

#[test]
fn kinetic_scheme_that_multiplies() {
    follow("shells", 1e-9);
}

#[test]
fn kinetic_steady_state() {
    follow("steady", 1e-9);
}

#[test]
fn concentration_as_state() {
    follow("accumulate", 1e-9);
}

#[test]
fn linear_equations() {
    follow("linear", 1e-9);
}

#[test]
fn nonlinear_equations() {
    follow("nonlinear", 1e-5);
}

#[test]
fn loops_and_computed_elements() {
    follow("loops", 1e-9);
}
