//! Whatever a kernel computes, it computes the same, bit for bit, for all instances at once and for one after the
//! other, in any number, in order or scattered, on every level this machine has.

use std::sync::Arc;

use proptest::prelude::*;
use volley::ir::{
    Binary, Builtin, ColumnId, Distribution, Effect, GlobalId, IonId, IonVariable, Kernel, Op, Place,
    RandomId, Sum, Table, TableId, Unary, Value,
};
use volley::kernel::{
    AlignedVector, Columns, Environment, Event, Instances, IonColumns, Level, NodeColumns, NodeIndex,
    Program, TableValues,
};
use volley::random::Stream;

const COLUMNS: u32 = 5;
const GLOBALS: usize = 3;
const NODES: usize = 1100;
const TABLE_COLUMNS: u32 = 3;

const UNARY: [Unary; 19] = [
    Unary::Negate,
    Unary::Not,
    Unary::Abs,
    Unary::Sqrt,
    Unary::Exp,
    Unary::Log,
    Unary::Log10,
    Unary::Sin,
    Unary::Cos,
    Unary::Tan,
    Unary::Asin,
    Unary::Acos,
    Unary::Atan,
    Unary::Sinh,
    Unary::Cosh,
    Unary::Tanh,
    Unary::Floor,
    Unary::Ceil,
    Unary::Single,
];

const BINARY: [Binary; 15] = [
    Binary::Add,
    Binary::Subtract,
    Binary::Multiply,
    Binary::Divide,
    Binary::Power,
    Binary::Minimum,
    Binary::Maximum,
    Binary::Remainder,
    Binary::Atan2,
    Binary::Less,
    Binary::LessEqual,
    Binary::Equal,
    Binary::NotEqual,
    Binary::And,
    Binary::Or,
];

const PLACES: [Place; 10] = [
    Place::Voltage,
    Place::Area,
    Place::Diameter,
    Place::PointScale,
    Place::Ion(IonId(0), IonVariable::Reversal),
    Place::Ion(IonId(0), IonVariable::Inside),
    Place::Ion(IonId(0), IonVariable::Outside),
    Place::Ion(IonId(0), IonVariable::Current),
    Place::Column(ColumnId(0)),
    Place::Column(ColumnId(1)),
];

const DISTRIBUTIONS: [Distribution; 3] =
    [Distribution::Uniform, Distribution::Exponential, Distribution::Normal];

/// What one op or effect is made from: numbers that always make sense.
type Recipe = (u8, u16, u16, u16);

fn op(recipe: Recipe, made: usize) -> Op {
    let (kind, a, b, c) = recipe;
    let value = |number: u16| Value((usize::from(number) % made) as u32);
    let pick = |number: u16, length: usize| usize::from(number) % length;
    if made == 0 {
        return Op::Constant(1.5);
    }
    match kind % 20 {
        0 => Op::Constant((f64::from(a) - 32768.0) / 1000.0),
        1 => Op::Global(GlobalId(pick(a, GLOBALS) as u32)),
        2 => Op::Builtin([Builtin::Time, Builtin::TimeStep, Builtin::Celsius][pick(a, 3)]),
        3 | 4 => Op::Read(Place::Column(ColumnId(u32::from(a) % COLUMNS))),
        5 => Op::Read(PLACES[pick(a, PLACES.len())]),
        6 | 7 => Op::Unary(UNARY[pick(a, UNARY.len())], value(b)),
        8..=10 => Op::Binary(BINARY[pick(a, BINARY.len())], value(b), value(c)),
        11 => Op::Binary(BINARY[pick(a, 4)], value(b), value(c)),
        12 | 13 => Op::MultiplyAdd(value(a), value(b), value(c)),
        14 | 15 => Op::Select(value(a), value(b), value(c)),
        16 => Op::Lookup { table: TableId(0), column: u32::from(a) % TABLE_COLUMNS, x: value(b) },
        17 => Op::LookupSlope { table: TableId(0), column: u32::from(a) % TABLE_COLUMNS, x: value(b) },
        18 => Op::Random {
            random: RandomId(0),
            distribution: DISTRIBUTIONS[pick(a, 3)],
            when: (b % 2 == 0).then_some(value(c)),
        },
        _ => [Op::PlaySize, Op::PlayAt(value(b))][pick(a, 2)],
    }
}

fn effect(recipe: Recipe, made: usize) -> Effect {
    let (kind, a, b, _) = recipe;
    let value = Value((usize::from(b) % made) as u32);
    match kind % 8 {
        0..=3 => Effect::Write(Place::Column(ColumnId(u32::from(a) % COLUMNS)), value),
        4 => Effect::Write(PLACES[usize::from(a) % PLACES.len()], value),
        5 => Effect::Add([Sum::RightHandSide, Sum::Diagonal][usize::from(a) % 2], value),
        6 => Effect::Add(Sum::IonCurrent(IonId(0)), value),
        _ => Effect::WriteGlobal(GlobalId(u32::from(a) % GLOBALS as u32), value),
    }
}

fn kernels() -> impl Strategy<Value = Kernel> {
    let recipe = (any::<u8>(), any::<u16>(), any::<u16>(), any::<u16>());
    let ops = prop::collection::vec(recipe, 1..60);
    let effects = prop::collection::vec(recipe, 1..10);
    (ops, effects).prop_map(|(ops, effects)| {
        let mut kernel = Kernel::default();
        for recipe in ops {
            kernel.push(op(recipe, kernel.ops.len()));
        }
        kernel.effects = effects.into_iter().map(|recipe| effect(recipe, kernel.ops.len())).collect();
        kernel
    })
}

/// How instances lie among the compartments.
#[derive(Clone, Copy, Debug)]
enum Layout {
    InOrder,
    Scattered,
    /// Several in one compartment.
    Shared,
}

#[derive(Clone)]
struct World {
    globals: Vec<f64>,
    instances: Instances,
    nodes: NodeColumns,
    ions: Vec<IonColumns>,
}

/// A value that looks like any other, from a number: of any sign, from small to large.
fn noise(seed: u64) -> f64 {
    let mut word = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    word ^= word >> 29;
    word = word.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word ^= word >> 32;
    let part = (word >> 11) as f64 / (1u64 << 53) as f64;
    match word % 16 {
        0 => 0.0,
        1 => -0.0,
        2 => (part - 0.5) * 2000.0,
        3 => part.round(),
        _ => (part - 0.5) * 20.0,
    }
}

impl World {
    fn new(count: usize, layout: Layout, seed: u64) -> World {
        let seed = seed.wrapping_mul(1_000_003);
        let fill = |vector: &mut [f64], salt: u64| {
            for (place, value) in vector.iter_mut().enumerate() {
                *value = noise(seed.wrapping_add(salt * 100_000 + place as u64));
            }
        };
        let mut columns = Columns::new(COLUMNS as usize, count);
        for column in 0..COLUMNS as usize {
            fill(columns.column_mut(column), column as u64);
        }
        columns.pad();
        let places: Vec<u32> = match layout {
            Layout::InOrder => (0..count as u32).map(|instance| instance + 3).collect(),
            Layout::Scattered => (0..count as u32).map(|instance| instance * 131 % 1097).collect(),
            Layout::Shared => (0..count as u32).map(|instance| instance * 131 % 7).collect(),
        };
        let index = NodeIndex::new(&places);
        let mut nodes = NodeColumns::new(NODES);
        for (salt, vector) in [
            &mut nodes.voltage,
            &mut nodes.right_hand_side,
            &mut nodes.diagonal,
            &mut nodes.area,
            &mut nodes.diameter,
        ]
        .into_iter()
        .enumerate()
        {
            fill(vector, 20 + salt as u64);
        }
        let mut ion = IonColumns::new(NODES);
        for (salt, vector) in
            [&mut ion.reversal, &mut ion.inside, &mut ion.outside, &mut ion.current].into_iter().enumerate()
        {
            fill(vector, 30 + salt as u64);
        }
        let mut point_scale = AlignedVector::new(count);
        fill(&mut point_scale, 40);
        let streams = (0..count).map(|instance| Stream::new(1, 2, instance as u32, 3)).collect();
        let plays = (0..count).map(|instance| Arc::from(vec![0.5; instance % 4])).collect();
        World {
            globals: (0..GLOBALS).map(|global| noise(seed + 77 + global as u64)).collect(),
            instances: Instances {
                columns,
                nodes: index.clone(),
                point_scale,
                ions: vec![(0, index)],
                randoms: vec![streams],
                plays,
            },
            nodes,
            ions: vec![ion],
        }
    }

    /// All numbers, with their names; every NaN is the same.
    fn numbers(&self) -> Vec<(String, u64)> {
        let bits = |value: &f64| if value.is_nan() { u64::MAX } else { value.to_bits() };
        let mut numbers = Vec::new();
        let mut add = |name: &str, values: &[f64]| {
            numbers.extend(values.iter().enumerate().map(|(i, value)| (format!("{name}[{i}]"), bits(value))));
        };
        for column in 0..COLUMNS as usize {
            add(&format!("column {column}"), self.instances.columns.column(column));
        }
        add("global", &self.globals);
        add("point scale", &self.instances.point_scale);
        add("voltage", &self.nodes.voltage);
        add("right-hand side", &self.nodes.right_hand_side);
        add("diagonal", &self.nodes.diagonal);
        add("area", &self.nodes.area);
        add("diameter", &self.nodes.diameter);
        add("reversal", &self.ions[0].reversal);
        add("inside", &self.ions[0].inside);
        add("outside", &self.ions[0].outside);
        add("current", &self.ions[0].current);
        for (instance, stream) in self.instances.randoms[0].iter().enumerate() {
            numbers.push((format!("stream[{instance}]"), stream.sequence()));
        }
        numbers
    }
}

fn table(level: Level, environment: &Environment) -> TableValues {
    let mut range = Kernel::default();
    let low = range.push(Op::Constant(-5.0));
    let high = range.push(Op::Constant(7.0));
    range.effects = vec![Effect::WriteArgument(0, low), Effect::WriteArgument(1, high)];
    let mut body = Kernel::default();
    let x = body.push(Op::Argument(0));
    let exp = body.push(Op::Unary(Unary::Exp, x));
    let sine = body.push(Op::Unary(Unary::Sin, x));
    body.effects =
        vec![Effect::WriteArgument(0, exp), Effect::WriteArgument(1, sine), Effect::WriteArgument(2, x)];
    let table = Table {
        name: "rates".into(),
        columns: TABLE_COLUMNS,
        intervals: 24,
        once: false,
        range,
        body,
        given: None,
    };
    TableValues::build(&table, level, environment, &[], &[])
}

/// Runs at every level, all at once and one by one, and compares; a global that instances disagree about has
/// the last one's value either way.
fn compare(kernel: &Kernel, world: &World) -> Result<(), TestCaseError> {
    let environment = Environment { time: 12.5, time_step: 0.025, celsius: 34.0 };
    let program = Program::compile(kernel);
    for level in Level::available() {
        let tables = [table(level, &environment)];
        let mut together = world.clone();
        let World { globals, instances, nodes, ions } = &mut together;
        program.run(level, &environment, globals, &tables, instances, nodes, ions);

        let mut apart = world.clone();
        for instance in 0..world.instances.columns.count() {
            // A kernel reads its globals as they are when it starts, for all instances.
            let mut globals = world.globals.clone();
            let mut effects = Vec::new();
            let mut event = Event::new(&mut [], 0.0, &mut effects);
            let World { instances, nodes, ions, .. } = &mut apart;
            program.run_one(
                level,
                &environment,
                &mut globals,
                &tables,
                instance,
                instances,
                nodes,
                ions,
                &mut event,
            );
            apart.globals = globals;
        }
        for (one, other) in together.numbers().into_iter().zip(apart.numbers()) {
            prop_assert_eq!(one, other, "level {}", level.name());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn together_is_as_one_by_one(
        kernel in kernels(),
        count in 1_usize..=1000,
        layout in prop::sample::select(&[Layout::InOrder, Layout::Scattered, Layout::Shared]),
        seed in any::<u32>(),
    ) {
        compare(&kernel, &World::new(count, layout, u64::from(seed)))?;
    }
}
