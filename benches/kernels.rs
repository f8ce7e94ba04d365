//! What kernels cost for one instance: each primitive by itself, and all the channels of the Hopfield-Brody cell
//! beside the same arithmetic as one native loop.
//!
//! `cargo bench --bench kernels`; 1e9 / (items per second) is ns for one instance.

use divan::Bencher;
use divan::counter::ItemsCount;
use volley::ir::{
    Binary, ColumnId, Effect, IonId, IonVariable, Kernel, Op, Place, Sum, Table, TableId, Unary, Value,
};
use volley::kernel::arithmetic;
use volley::kernel::{
    AlignedVector, Columns, Environment, Instances, IonColumns, LANES, Level, NodeColumns, NodeIndex,
    Program, TableValues,
};

const COUNT: usize = 1024;

fn main() {
    divan::main();
}

/// Something that formulas can be written with: one writes a kernel, the other computes.
trait Algebra {
    type V: Copy;
    fn number(&mut self, value: f64) -> Self::V;
    fn two(&mut self, function: Binary, a: Self::V, b: Self::V) -> Self::V;
    fn exp(&mut self, a: Self::V) -> Self::V;
    fn abs(&mut self, a: Self::V) -> Self::V;
    /// a b + c
    fn fma(&mut self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `yes` where a < b, else `no`.
    fn less(&mut self, a: Self::V, b: Self::V, yes: Self::V, no: Self::V) -> Self::V;

    #[inline(always)]
    fn add(&mut self, a: Self::V, b: Self::V) -> Self::V {
        self.two(Binary::Add, a, b)
    }
    #[inline(always)]
    fn sub(&mut self, a: Self::V, b: Self::V) -> Self::V {
        self.two(Binary::Subtract, a, b)
    }
    #[inline(always)]
    fn mul(&mut self, a: Self::V, b: Self::V) -> Self::V {
        self.two(Binary::Multiply, a, b)
    }
    #[inline(always)]
    fn div(&mut self, a: Self::V, b: Self::V) -> Self::V {
        self.two(Binary::Divide, a, b)
    }
}

impl Algebra for Kernel {
    type V = Value;
    fn number(&mut self, value: f64) -> Value {
        self.push(Op::Constant(value))
    }
    fn two(&mut self, function: Binary, a: Value, b: Value) -> Value {
        self.push(Op::Binary(function, a, b))
    }
    fn exp(&mut self, a: Value) -> Value {
        self.push(Op::Unary(Unary::Exp, a))
    }
    fn abs(&mut self, a: Value) -> Value {
        self.push(Op::Unary(Unary::Abs, a))
    }
    fn fma(&mut self, a: Value, b: Value, c: Value) -> Value {
        self.push(Op::MultiplyAdd(a, b, c))
    }
    fn less(&mut self, a: Value, b: Value, yes: Value, no: Value) -> Value {
        let condition = self.push(Op::Binary(Binary::Less, a, b));
        self.push(Op::Select(condition, yes, no))
    }
}

/// Computes, with fused multiply-adds.
struct Native;

type Lanes = [f64; LANES];

macro_rules! lanes {
    ($($name:ident),+; $result:expr) => {{
        let mut lanes = [0.0; LANES];
        for lane in 0..LANES {
            $(let $name = $name[lane];)+
            lanes[lane] = $result;
        }
        lanes
    }};
}

impl Algebra for Native {
    type V = Lanes;
    #[inline(always)]
    fn number(&mut self, value: f64) -> Lanes {
        [value; LANES]
    }
    #[inline(always)]
    fn two(&mut self, function: Binary, a: Lanes, b: Lanes) -> Lanes {
        match function {
            Binary::Add => lanes!(a, b; a + b),
            Binary::Subtract => lanes!(a, b; a - b),
            Binary::Multiply => lanes!(a, b; a * b),
            Binary::Divide => lanes!(a, b; a / b),
            _ => unreachable!("the cell only uses these"),
        }
    }
    #[inline(always)]
    fn exp(&mut self, a: Lanes) -> Lanes {
        lanes!(a; arithmetic::exp::<true>(a))
    }
    #[inline(always)]
    fn abs(&mut self, a: Lanes) -> Lanes {
        lanes!(a; a.abs())
    }
    #[inline(always)]
    fn fma(&mut self, a: Lanes, b: Lanes, c: Lanes) -> Lanes {
        lanes!(a, b, c; a.mul_add(b, c))
    }
    #[inline(always)]
    fn less(&mut self, a: Lanes, b: Lanes, yes: Lanes, no: Lanes) -> Lanes {
        lanes!(a, b, yes, no; if a < b { yes } else { no })
    }
}

/// What the cell reads (and changes: `v`, `m`, `h`, `n`, `l`).
#[derive(Clone, Copy)]
struct Cell<V> {
    v: V,
    m: V,
    h: V,
    n: V,
    l: V,
    gna: V,
    gka: V,
    ena: V,
    ek: V,
}

/// What it adds to its compartment and ions.
struct Currents<V> {
    total: V,
    slope: V,
    ina: V,
    ik: V,
}

const DT: f64 = 0.05;
const CELSIUS: f64 = 24.0;

/// Hopfield and Brody (2001), in the form of networks/hopfield-brody: currents, voltage update, states.
#[inline(always)]
fn cell<A: Algebra>(a: &mut A, c: Cell<A::V>) -> (Cell<A::V>, Currents<A::V>) {
    let one = a.number(1.0);
    // nans, kap, pas: currents and their slopes.
    let m2 = a.mul(c.m, c.m);
    let m3 = a.mul(m2, c.m);
    let gate = a.mul(m3, c.h);
    let gna = a.mul(gate, c.gna);
    let drive_na = a.sub(c.v, c.ena);
    let ina = a.mul(gna, drive_na);
    let nl = a.mul(c.n, c.l);
    let gk = a.mul(nl, c.gka);
    let drive_k = a.sub(c.v, c.ek);
    let ik = a.mul(gk, drive_k);
    let gl = a.number(1.0 / 28000.0);
    let el = a.number(-65.0);
    let drive_l = a.sub(c.v, el);
    let sum = a.add(ina, ik);
    let total = a.fma(gl, drive_l, sum);
    let sum = a.add(gna, gk);
    let slope = a.add(sum, gl);
    // dv = -i / (c/dt + g)
    let capacity = a.number(1e-3 / DT);
    let diagonal = a.add(capacity, slope);
    let dv = a.div(total, diagonal);
    let v = a.sub(c.v, dv);
    // nans: states.
    let qt = 2f64.powf((CELSIUS - 24.0) / 10.0);
    let (m_on, m_off) = traps(a, v, -30.0, 0.4, 0.124, 7.2);
    let sum = a.add(m_on, m_off);
    let per = a.div(one, sum);
    let minf = a.mul(m_on, per);
    let scale = a.number(1.0 / qt);
    let tau = a.mul(per, scale);
    let m = relax(a, c.m, minf, tau, 0.02);
    let (h_on, h_off) = traps(a, v, -45.0, 0.03, 0.01, 1.5);
    let sum = a.add(h_on, h_off);
    let tau = a.div(scale, sum);
    let hinf = boltzmann(a, v, -50.0, 1.0 / 4.0);
    let h = relax(a, c.h, hinf, tau, 0.5);
    // kap: states.
    let k = 1e-3 * 9.648e4 / (8.315 * (273.16 + CELSIUS));
    let qt = 5f64.powf((CELSIUS - 24.0) / 10.0);
    let below = boltzmann(a, v, -40.0, 1.0 / 5.0);
    let (minus, zeta0) = (a.number(-1.0), a.number(-1.5));
    let zeta = a.fma(minus, below, zeta0);
    let half = a.number(11.0);
    let from_half = a.sub(v, half);
    let factor = a.number(k);
    let x = a.mul(factor, zeta);
    let x = a.mul(x, from_half);
    let e = a.exp(x);
    let sum = a.add(one, e);
    let ninf = a.div(one, sum);
    let barrier = a.number(0.55);
    let x = a.mul(x, barrier);
    let e = a.exp(x);
    let rate = a.number(1.0 / (qt * 0.05));
    let tau = a.mul(e, rate);
    let tau = a.mul(tau, ninf);
    let n = relax(a, c.n, ninf, tau, 0.1);
    let linf = boltzmann(a, v, -56.0, 3.0 * k);
    let line = a.number(0.26);
    let zero = a.number(-50.0);
    let from_zero = a.sub(v, zero);
    let tau = a.mul(line, from_zero);
    let l = relax(a, c.l, linf, tau, 2.0);
    (Cell { v, m, h, n, l, ..c }, Currents { total, slope, ina, ik })
}

/// a x / (1 - exp(-x / q)) forward and backward.
#[inline(always)]
fn traps<A: Algebra>(a: &mut A, v: A::V, half: f64, on: f64, off: f64, q: f64) -> (A::V, A::V) {
    let half = a.number(half);
    let forward = a.sub(v, half);
    let backward = a.sub(half, v);
    (trap(a, forward, on, q), trap(a, backward, off, q))
}

#[inline(always)]
fn trap<A: Algebra>(a: &mut A, x: A::V, rate: f64, q: f64) -> A::V {
    let one = a.number(1.0);
    let small = a.number(1e6);
    let near = a.mul(x, small);
    let near = a.abs(near);
    let minus = a.number(-1.0 / q);
    let e = a.mul(x, minus);
    let e = a.exp(e);
    let below = a.sub(one, e);
    let speed = a.number(rate);
    let above = a.mul(speed, x);
    let far = a.div(above, below);
    let limit = a.number(rate * q);
    a.less(one, near, far, limit)
}

/// 1 / (1 + exp((v - half) slope))
#[inline(always)]
fn boltzmann<A: Algebra>(a: &mut A, v: A::V, half: f64, slope: f64) -> A::V {
    let one = a.number(1.0);
    let half = a.number(half);
    let slope = a.number(slope);
    let x = a.sub(v, half);
    let x = a.mul(x, slope);
    let e = a.exp(x);
    let sum = a.add(one, e);
    a.div(one, sum)
}

/// The exact solution of y' = (inf - y) / tau over one step, tau not below its floor.
#[inline(always)]
fn relax<A: Algebra>(a: &mut A, y: A::V, inf: A::V, tau: A::V, floor: f64) -> A::V {
    let floor = a.number(floor);
    let tau = a.less(tau, floor, floor, tau);
    let minus = a.number(-DT);
    let x = a.div(minus, tau);
    let e = a.exp(x);
    let from = a.sub(y, inf);
    a.fma(from, e, inf)
}

const READS: [Place; 9] = [
    Place::Column(ColumnId(0)),
    Place::Column(ColumnId(1)),
    Place::Column(ColumnId(2)),
    Place::Column(ColumnId(3)),
    Place::Column(ColumnId(4)),
    Place::Column(ColumnId(5)),
    Place::Column(ColumnId(6)),
    Place::Ion(IonId(0), IonVariable::Reversal),
    Place::Ion(IonId(1), IonVariable::Reversal),
];

/// The cell as a kernel. Its voltage is a column, since kernels do not change voltages.
fn cell_kernel() -> Kernel {
    let mut kernel = Kernel::default();
    let [v, m, h, n, l, gna, gka, ena, ek] = READS.map(|place| kernel.push(Op::Read(place)));
    let before = Cell { v, m, h, n, l, gna, gka, ena, ek };
    let (after, currents) = cell(&mut kernel, before);
    kernel.effects = [after.v, after.m, after.h, after.n, after.l]
        .into_iter()
        .zip(READS)
        .map(|(value, place)| Effect::Write(place, value))
        .collect();
    kernel.effects.extend([
        Effect::Add(Sum::RightHandSide, currents.total),
        Effect::Add(Sum::Diagonal, currents.slope),
        Effect::Add(Sum::IonCurrent(IonId(0)), currents.ina),
        Effect::Add(Sum::IonCurrent(IonId(1)), currents.ik),
    ]);
    kernel
}

struct World {
    instances: Instances,
    nodes: NodeColumns,
    ions: Vec<IonColumns>,
}

fn world(columns: usize, index: NodeIndex) -> World {
    let mut columns = Columns::new(columns, COUNT);
    let start = [-65.0, 0.05, 0.6, 0.02, 0.9, 0.015, 0.05];
    for column in 0..columns.columns() {
        for instance in 0..COUNT {
            let spread = 1.0 + 0.1 * (instance % 97) as f64 / 97.0;
            columns.set(column, instance, start[column % start.len()] * spread);
        }
    }
    columns.pad();
    let mut ions = vec![IonColumns::new(COUNT); 2];
    ions[0].reversal.fill(55.0);
    ions[1].reversal.fill(-90.0);
    let mut nodes = NodeColumns::new(COUNT);
    for (instance, voltage) in nodes.voltage.iter_mut().enumerate() {
        *voltage = -65.0 + 0.1 * (instance * 37 % 100) as f64;
    }
    let ion_index = (0..2).map(|ion| (ion, index.clone())).collect();
    World {
        instances: Instances {
            columns,
            nodes: index,
            point_scale: AlignedVector::new(0),
            ions: ion_index,
            randoms: vec![],
            plays: vec![],
        },
        nodes,
        ions,
    }
}

const ENVIRONMENT: Environment = Environment { time: 0.0, time_step: DT, celsius: CELSIUS };

fn bench_kernel(bencher: Bencher, kernel: &Kernel, mut world: World) {
    let program = Program::compile(kernel);
    let level = Level::detect();
    bencher.counter(ItemsCount::new(COUNT)).bench_local(|| {
        let World { instances, nodes, ions } = &mut world;
        program.run(level, &ENVIRONMENT, &mut [], &[], instances, nodes, ions);
    });
}

#[divan::bench]
fn hopfield_brody_machine(bencher: Bencher) {
    bench_kernel(bencher, &cell_kernel(), world(7, NodeIndex::Contiguous { first: 0 }));
}

#[divan::bench]
fn hopfield_brody_machine_scattered(bencher: Bencher) {
    let places: Vec<u32> = (0..COUNT as u32).map(|instance| (instance * 513 + 7) % COUNT as u32).collect();
    bench_kernel(bencher, &cell_kernel(), world(7, NodeIndex::scattered(&places)));
}

/// One fused loop over the same memory.
#[inline(always)]
fn native(world: &mut World) {
    let World { instances, nodes, ions } = world;
    let (sodium, potassium) = ions.split_at_mut(1);
    for group in 0..COUNT / LANES {
        let at = group * LANES;
        let load = |values: &[f64]| -> Lanes { values[at..at + LANES].try_into().unwrap_or([0.0; LANES]) };
        let columns = &mut instances.columns;
        let [v, m, h, n, l, gna, gka] = [0, 1, 2, 3, 4, 5, 6].map(|column| load(columns.column(column)));
        let before = Cell {
            v,
            m,
            h,
            n,
            l,
            gna,
            gka,
            ena: load(&sodium[0].reversal),
            ek: load(&potassium[0].reversal),
        };
        let (after, currents) = cell(&mut Native, before);
        for (column, lanes) in [after.v, after.m, after.h, after.n, after.l].into_iter().enumerate() {
            columns.column_mut(column)[at..at + LANES].copy_from_slice(&lanes);
        }
        for (sum, lanes) in [
            (&mut nodes.right_hand_side, currents.total),
            (&mut nodes.diagonal, currents.slope),
            (&mut sodium[0].current, currents.ina),
            (&mut potassium[0].current, currents.ik),
        ] {
            for (sum, value) in sum[at..at + LANES].iter_mut().zip(lanes) {
                *sum += value;
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[divan::bench]
fn hopfield_brody_native_avx2(bencher: Bencher) {
    #[target_feature(enable = "avx2,fma")]
    fn avx2(world: &mut World) {
        native(world);
    }
    if Level::detect() < Level::Avx2 {
        return;
    }
    let mut world = world(7, NodeIndex::Contiguous { first: 0 });
    bencher.counter(ItemsCount::new(COUNT)).bench_local(|| {
        // SAFETY: the machine has the level.
        unsafe { avx2(&mut world) };
    });
}

/// Twenty times the same op, from two columns into registers; items are ops.
fn primitive(bencher: Bencher, op: impl Fn(Value, Value) -> Op) {
    let mut kernel = Kernel::default();
    let a = kernel.push(Op::Read(Place::Column(ColumnId(0))));
    let b = kernel.push(Op::Read(Place::Column(ColumnId(1))));
    for _ in 0..20 {
        let value = kernel.push(op(a, b));
        kernel.effects.push(Effect::WriteGlobal(volley::ir::GlobalId(0), value));
    }
    let program = Program::compile(&kernel);
    let mut world = world(2, NodeIndex::Contiguous { first: 0 });
    let level = Level::detect();
    bencher.counter(ItemsCount::new(20 * COUNT)).bench_local(|| {
        let World { instances, nodes, ions } = &mut world;
        program.run(level, &ENVIRONMENT, &mut [0.0], &[], instances, nodes, ions);
    });
}

/// Tables of 200 intervals; items are columns read.
#[divan::bench(args = [1, 2, 6, 22])]
fn table_columns(bencher: Bencher, columns: u32) {
    let mut range = Kernel::default();
    let low = range.push(Op::Constant(-100.0));
    let high = range.push(Op::Constant(100.0));
    range.effects = vec![Effect::WriteArgument(0, low), Effect::WriteArgument(1, high)];
    let mut body = Kernel::default();
    let x = body.push(Op::Argument(0));
    body.effects = (0..columns).map(|column| Effect::WriteArgument(column, x)).collect();
    let table = Table { name: String::new(), columns, intervals: 200, once: false, range, body, given: None };
    let level = Level::detect();
    let tables = [TableValues::build(&table, level, &ENVIRONMENT, &[], &[])];
    let mut kernel = Kernel::default();
    let x = kernel.push(Op::Read(Place::Voltage));
    for column in 0..columns {
        let value = kernel.push(Op::Lookup { table: TableId(0), column, x });
        kernel.effects.push(Effect::Write(Place::Column(ColumnId(column)), value));
    }
    let program = Program::compile(&kernel);
    let mut world = world(columns as usize, NodeIndex::Contiguous { first: 0 });
    bencher.counter(ItemsCount::new(COUNT * columns as usize)).bench_local(|| {
        let World { instances, nodes, ions } = &mut world;
        program.run(level, &ENVIRONMENT, &mut [], &tables, instances, nodes, ions);
    });
}

#[divan::bench]
fn op_add(bencher: Bencher) {
    primitive(bencher, |a, b| Op::Binary(Binary::Add, a, b));
}

#[divan::bench]
fn op_divide(bencher: Bencher) {
    primitive(bencher, |a, b| Op::Binary(Binary::Divide, a, b));
}

#[divan::bench]
fn op_multiply_add(bencher: Bencher) {
    primitive(bencher, |a, b| Op::MultiplyAdd(a, b, a));
}

#[divan::bench]
fn op_select(bencher: Bencher) {
    primitive(bencher, |a, b| Op::Select(a, b, a));
}

#[divan::bench]
fn op_exp(bencher: Bencher) {
    primitive(bencher, |_, b| Op::Unary(Unary::Exp, b));
}

#[divan::bench]
fn op_log(bencher: Bencher) {
    primitive(bencher, |_, b| Op::Unary(Unary::Log, b));
}

#[divan::bench]
fn op_power(bencher: Bencher) {
    primitive(bencher, |a, b| Op::Binary(Binary::Power, a, b));
}
