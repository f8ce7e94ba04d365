//! Shared by the tests of the vector machine: a small world to run kernels in.

#![allow(dead_code)]

use volley::ir::{Effect, Kernel, Op, Table, Value};
use volley::kernel::{
    AlignedVector, Columns, Environment, Event, EventEffect, Instances, IonColumns, Level, NodeColumns,
    NodeIndex, Program, TableValues,
};

pub const ENVIRONMENT: Environment = Environment { time: 10.0, time_step: 0.025, celsius: 37.0 };

/// One mechanism on some compartments, with one ion.
#[derive(Clone)]
pub struct World {
    pub globals: Vec<f64>,
    pub tables: Vec<TableValues>,
    pub instances: Instances,
    pub nodes: NodeColumns,
    pub ions: Vec<IonColumns>,
}

impl World {
    /// Instances at `places`, with `columns` columns of zeros.
    pub fn new(columns: usize, places: &[u32]) -> World {
        let nodes = places.iter().max().map_or(0, |&last| last as usize + 1);
        let index = NodeIndex::new(places);
        World {
            globals: vec![0.0; 4],
            tables: Vec::new(),
            instances: Instances {
                columns: Columns::new(columns, places.len()),
                nodes: index.clone(),
                point_scale: AlignedVector::new(places.len()),
                ions: vec![(0, index)],
                randoms: Vec::new(),
                plays: Vec::new(),
            },
            nodes: NodeColumns::new(nodes),
            ions: vec![IonColumns::new(nodes)],
        }
    }

    /// The same with one column, which holds `values`, and a second.
    pub fn with_values(values: &[f64]) -> World {
        let places: Vec<u32> = (0..values.len() as u32).collect();
        let mut world = World::new(2, &places);
        world.instances.columns.column_mut(0).copy_from_slice(values);
        world.instances.columns.pad();
        world
    }

    pub fn run(&mut self, level: Level, kernel: &Kernel) {
        let World { globals, tables, instances, nodes, ions } = self;
        Program::compile(kernel).run(level, &ENVIRONMENT, globals, tables, instances, nodes, ions);
    }

    pub fn run_one(
        &mut self,
        level: Level,
        kernel: &Kernel,
        instance: usize,
        arguments: &mut [f64],
        flag: f64,
    ) -> Vec<EventEffect> {
        let mut effects = Vec::new();
        let mut event = Event::new(arguments, flag, &mut effects);
        let World { globals, tables, instances, nodes, ions } = self;
        let program = Program::compile(kernel);
        program.run_one(level, &ENVIRONMENT, globals, tables, instance, instances, nodes, ions, &mut event);
        effects
    }

    pub fn column(&self, column: usize) -> &[f64] {
        self.instances.columns.column(column)
    }
}

/// A table from `low` to `high` whose column `i` is made by `columns(i)` from x.
pub fn table(
    (low, high, intervals): (f64, f64, u32),
    columns: u32,
    column: impl Fn(&mut Kernel, u32, Value) -> Value,
) -> Table {
    let mut range = Kernel::default();
    let low = range.push(Op::Constant(low));
    let high = range.push(Op::Constant(high));
    range.effects = vec![Effect::WriteArgument(0, low), Effect::WriteArgument(1, high)];
    let mut body = Kernel::default();
    let x = body.push(Op::Argument(0));
    let results: Vec<Value> = (0..columns).map(|number| column(&mut body, number, x)).collect();
    body.effects = (0..).zip(results).map(|(number, value)| Effect::WriteArgument(number, value)).collect();
    Table { name: "rates".into(), columns, intervals, once: false, range, body, given: None }
}
