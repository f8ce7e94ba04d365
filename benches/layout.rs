//! What the layout is worth: steps of hh in a branching cable, with nodes and instances where Volley lays them, and in a shuffled order.
//!
//! In the real order a branch's nodes lie one after another and instances lie as their nodes do, so that kernels read columns in
//! place. Shuffled, nodes have random places (a parent still comes before its children, which elimination needs) and instances
//! another random order, so that they gather what they read. Both compute the same. `cargo bench --bench layout`;
//! docs/performance.md has figures.

use divan::Bencher;
use divan::counter::ItemsCount;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use volley::diagnostic::Sources;
use volley::kernel::{
    AlignedVector, Columns, Environment, Instances, IonColumns, Level, NodeColumns, NodeIndex, TableValues,
};
use volley::mechanism::{Mechanism, Options, catalogue};
use volley::morphology::NO_PARENT;
use volley::random::Stream;
use volley::solver::TreeMatrix;

fn main() {
    divan::main();
}

/// Compartments: what fits in the second-level cache, in the third, and in neither.
const SIZES: [usize; 3] = [1 << 10, 1 << 15, 1 << 19];

/// Nodes of an unbranched piece of cable.
const BRANCH: usize = 8;

const ENVIRONMENT: Environment = Environment { time: 1.0, time_step: 0.025, celsius: 6.3 };

#[divan::bench(args = SIZES)]
fn real(bencher: Bencher, count: usize) {
    let nodes: Vec<u32> = (0..count as u32).collect();
    step(bencher, count, &nodes, NodeIndex::Contiguous { first: 0 });
}

#[divan::bench(args = SIZES)]
fn shuffled(bencher: Bencher, count: usize) {
    let mut random = Stream::new(1, 0, 0, 0);
    let nodes = shuffled_nodes(count, &mut random);
    let mut instances = nodes.clone();
    instances.shuffle(&mut random);
    step(bencher, count, &nodes, NodeIndex::scattered(&instances));
}

/// The parent of a node in the real order: branches of [`BRANCH`] nodes, two at the end of each.
fn parent(node: usize) -> Option<usize> {
    if !node.is_multiple_of(BRANCH) {
        return Some(node - 1);
    }
    let branch = (node / BRANCH).checked_sub(1)? / 2;
    Some(branch * BRANCH + BRANCH - 1)
}

/// A place for each node: at random among all orders in which nodes may be eliminated.
fn shuffled_nodes(count: usize, random: &mut impl Rng) -> Vec<u32> {
    let mut children = vec![Vec::new(); count];
    (0..count).filter_map(|node| Some((parent(node)?, node))).for_each(|(p, node)| children[p].push(node));
    let (mut places, mut ready) = (vec![0; count], vec![0]);
    for place in 0..count as u32 {
        let node: usize = ready.swap_remove(random.random_range(0..ready.len()));
        places[node] = place;
        ready.append(&mut children[node]);
    }
    places
}

/// Times steps of `count` compartments: node `i` lies at `places[i]`, instance `i` is in the compartment that `index` gives.
fn step(bencher: Bencher, count: usize, places: &[u32], index: NodeIndex) {
    let mechanism = hh();
    let mut parents = vec![NO_PARENT; count];
    for node in 0..count {
        if let Some(parent) = parent(node) {
            parents[places[node] as usize] = places[parent];
        }
    }
    let coupling = vec![0.01; count];
    let matrix = TreeMatrix::from_columns(&parents, &coupling, &coupling).expect("parents come first");
    let mut world = World::new(&mechanism, count, index);
    world.run(&mechanism, |m| &m.initial);
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        let NodeColumns { right_hand_side, diagonal, .. } = &mut world.nodes;
        right_hand_side.fill(0.0);
        diagonal.fill(0.04);
        world.ions.iter_mut().for_each(|ion| ion.current.fill(0.0));
        world.run(&mechanism, |m| &m.current);
        let NodeColumns { voltage, right_hand_side, diagonal, .. } = &mut world.nodes;
        matrix.add_axial(voltage, diagonal, right_hand_side);
        matrix.solve(diagonal, right_hand_side);
        for (v, dv) in voltage.iter_mut().zip(right_hand_side.iter()) {
            *v += dv;
        }
        world.run(&mechanism, |m| &m.state);
    });
}

fn hh() -> Mechanism {
    let mut sources = Sources::default();
    catalogue::compile(&mut sources, "hh", &Options::default()).expect("hh is built in")
}

struct World {
    globals: Vec<f64>,
    tables: Vec<TableValues>,
    instances: Instances,
    nodes: NodeColumns,
    ions: Vec<IonColumns>,
}

impl World {
    fn new(mechanism: &Mechanism, count: usize, index: NodeIndex) -> World {
        let module = &mechanism.module;
        let mut globals = vec![0.0; module.global_count as usize];
        module.globals.iter().for_each(|g| globals[g.first as usize] = g.default);
        let mut columns = Columns::new(module.columns as usize, count);
        module.variables.iter().for_each(|v| columns.fill(v.first as usize, v.default));
        let mut nodes = NodeColumns::new(count);
        nodes.voltage.fill(-65.0);
        nodes.area.fill(100.0);
        nodes.diameter.fill(1.0);
        let ion = |_| {
            let mut ion = IonColumns::new(count);
            ion.reversal.fill(-20.0);
            ion
        };
        let mut tables = Vec::new();
        for table in &module.tables {
            let built = TableValues::build(table, Level::detect(), &ENVIRONMENT, &globals, &tables);
            tables.push(built);
        }
        World {
            globals,
            tables,
            instances: Instances {
                columns,
                ions: (0..module.ions.len()).map(|ion| (ion, index.clone())).collect(),
                nodes: index,
                point_scale: AlignedVector::new(0),
                randoms: Vec::new(),
                plays: Vec::new(),
            },
            nodes,
            ions: module.ions.iter().map(ion).collect(),
        }
    }

    fn run(&mut self, mechanism: &Mechanism, which: impl Fn(&Mechanism) -> &Option<volley::kernel::Program>) {
        let World { globals, tables, instances, nodes, ions } = self;
        if let Some(program) = which(mechanism) {
            program.run(Level::detect(), &ENVIRONMENT, globals, tables, instances, nodes, ions);
        }
    }
}
