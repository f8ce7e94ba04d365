//! What a mechanism and a bare compartment cost on this machine, measured.
//!
//! In: a compiled mechanism. Out: ns per instance and time step, as the vector machine itself takes for some thousand instances in
//! a row of compartments, the median of many short measurements. Plans are made from such figures only where a person asks for
//! it, as they differ from run to run; the built-in table ([`super::Costs::table`]) never does.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ir::{Kind, Stage};
use crate::kernel::{
    AlignedVector, Columns, Environment, Instances, IonColumns, Level, NodeColumns, NodeIndex, Program,
    TableValues,
};
use crate::mechanism::Mechanism;
use crate::morphology::NO_PARENT;
use crate::random::{Part, Stream};
use crate::solver::TreeMatrix;

/// Instances that are run together.
const INSTANCES: usize = 2048;

/// Measurements of which the median is taken.
const MEASUREMENTS: usize = 15;

/// How long one of them takes at least.
const SPAN: Duration = Duration::from_millis(2);

/// As in a run with NEURON's defaults, at a common temperature.
const ENVIRONMENT: Environment = Environment { time: 1.0, time_step: 0.025, celsius: 24.0 };

/// ns per instance and time step, or `None` where that cannot be known without a network: an artificial cell does nothing between
/// events, and FUNCTION_TABLEs may have no values yet.
pub fn mechanism(mechanism: &Mechanism, level: Level) -> Option<f64> {
    let module = &mechanism.module;
    if module.kind == Kind::ArtificialCell || module.function_tables().any(|table| table.given.is_none()) {
        return None;
    }
    let mut world = World::new(mechanism, level);
    // A mechanism that is still settling is timed as it will mostly be: after some steps.
    (0..10).for_each(|_| world.step(mechanism, level));
    Some(median(|| world.step(mechanism, level)) / INSTANCES as f64)
}

/// ns per compartment and time step for what a compartment costs without any mechanism: clearing, the axial currents, elimination
/// and the voltage, in a branching tree.
pub fn compartment() -> f64 {
    let parent: Vec<u32> = (0..INSTANCES as u32)
        .map(|node| match node {
            0 => NO_PARENT,
            // A trunk with side branches of three nodes.
            n if n % 4 == 0 => n - 4,
            n => n - 1,
        })
        .collect();
    let coupling = vec![1e-3; INSTANCES];
    let Ok(matrix) = TreeMatrix::from_columns(&parent, &coupling, &coupling) else { return 0.0 };
    let mut nodes = nodes();
    let step = || {
        let NodeColumns { voltage, right_hand_side, diagonal, .. } = &mut nodes;
        right_hand_side.fill(0.0);
        diagonal.fill(0.04);
        matrix.add_axial(voltage, diagonal, right_hand_side);
        matrix.solve(diagonal, right_hand_side);
        for (v, dv) in voltage.iter_mut().zip(right_hand_side.iter()) {
            *v += dv;
        }
    };
    median(step) / INSTANCES as f64
}

/// Compartments along which the membrane potential rises.
fn nodes() -> NodeColumns {
    let mut nodes = NodeColumns::new(INSTANCES);
    for (node, v) in nodes.voltage.iter_mut().enumerate() {
        *v = -80.0 + 60.0 * node as f64 / INSTANCES as f64;
    }
    nodes.area.fill(100.0);
    nodes.diameter.fill(1.0);
    nodes
}

/// The median time of a call, ns.
fn median(mut call: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..MEASUREMENTS)
        .map(|_| {
            let begun = Instant::now();
            let mut calls = 0;
            while begun.elapsed() < SPAN {
                call();
                calls += 1;
            }
            begun.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[MEASUREMENTS / 2]
}

/// Some instances of one mechanism and all that they touch.
struct World {
    globals: Vec<f64>,
    tables: Vec<TableValues>,
    instances: Instances,
    nodes: NodeColumns,
    ions: Vec<IonColumns>,
}

impl World {
    fn new(mechanism: &Mechanism, level: Level) -> World {
        let module = &mechanism.module;
        let mut globals = vec![0.0; module.global_count as usize];
        for variable in &module.globals {
            let first = variable.first as usize;
            globals[first..first + variable.length as usize].fill(variable.default);
        }
        let mut columns = Columns::new(module.columns as usize, INSTANCES);
        for variable in &module.variables {
            let range = variable.first..variable.first + variable.length;
            range.for_each(|column| columns.fill(column as usize, variable.default));
        }
        let row = NodeIndex::Contiguous { first: 0 };
        let stream = |name: &str, instance: usize| {
            Stream::keyed(1, &[Part::Name(name), Part::Number(instance as u64)])
        };
        let randoms = module.randoms.iter().map(|name| (0..INSTANCES).map(|i| stream(name, i)).collect());
        let instances = Instances {
            columns,
            nodes: row.clone(),
            point_scale: AlignedVector::from_slice(&[1.0; INSTANCES]),
            ions: (0..module.ions.len()).map(|ion| (ion, row.clone())).collect(),
            randoms: randoms.collect(),
            plays: if module.plays { vec![Arc::from([]); INSTANCES] } else { Vec::new() },
        };
        let ions = module.ions.iter().map(|_| ion()).collect();
        let mut world = World { globals, tables: Vec::new(), instances, nodes: nodes(), ions };
        for table in &module.tables {
            let built = TableValues::build(table, level, &ENVIRONMENT, &world.globals, &world.tables);
            world.tables.push(built);
        }
        world.run(mechanism.prepare.as_ref(), level);
        world.run(mechanism.initial.as_ref(), level);
        world.run(mechanism.prepare.as_ref(), level);
        world
    }

    /// What a run does with a mechanism in a step.
    fn step(&mut self, mechanism: &Mechanism, level: Level) {
        self.nodes.right_hand_side.fill(0.0);
        self.nodes.diagonal.fill(0.0);
        self.run(mechanism.phase(Stage::BeforeBreakpoint), level);
        self.run(mechanism.current.as_ref(), level);
        self.run(mechanism.state.as_ref(), level);
        self.run(mechanism.phase(Stage::AfterSolve), level);
        self.run(mechanism.phase(Stage::BeforeStep), level);
        self.run(mechanism.watch.as_ref(), level);
    }

    fn run(&mut self, program: Option<&Program>, level: Level) {
        // What answers to events costs nothing while there are none.
        let Some(program) = program.filter(|p| !p.uses_event()) else { return };
        let World { globals, tables, instances, nodes, ions } = self;
        program.run(level, &ENVIRONMENT, globals, tables, instances, nodes, ions);
    }
}

/// An ion with calcium's concentrations, which suit the formulas of most mechanisms.
fn ion() -> IonColumns {
    let mut ion = IonColumns::new(INSTANCES);
    ion.reversal.fill(50.0);
    ion.inside.fill(1e-4);
    ion.outside.fill(2.0);
    ion
}
