//! Optimised kernels, run one op after the other in a compartment, against traces of NEURON.
//!
//! What this holds to NEURON is the meaning of the kernels; the engine has tests of its own.

mod ir_common;

use ir_common::{World, kernel, lowered_with, optimised};
use volley::ir::{IonId, IonVariable, Module, Options, Place, Stage, optimise};

fn text_of(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Rows of a table of numbers, without comments and header.
fn rows(path: &str) -> Vec<Vec<f64>> {
    let text = text_of(path);
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| line.split(',').map(|x| x.parse().expect("a number")).collect()).collect()
}

/// A mechanism in the compartment, with what its instance holds.
struct Instance {
    module: Module,
    world: World,
}

impl Instance {
    fn new(module: Module, parameters: &[(&str, f64)], reversal: f64) -> Instance {
        let mut world = World::of(&module);
        for (name, value) in parameters {
            let column = module.variable(name).expect("the parameter is there").first;
            world.columns[column as usize] = *value;
        }
        for (i, ion) in module.ions.iter().enumerate() {
            let own = match ion.name.as_str() {
                "na" if reversal == 0.0 => 50.0,
                "k" if reversal == 0.0 => -77.0,
                _ => reversal,
            };
            world.set(Place::Ion(IonId(i as u32), IonVariable::Reversal), own);
        }
        Instance { module, world }
    }

    fn run(&mut self, stage: Stage) -> Vec<(String, Vec<f64>)> {
        if !self.module.kernels().any(|(s, _)| s == stage) {
            return Vec::new();
        }
        let code = kernel(&self.module, stage).clone();
        self.world.run(&self.module, &code)
    }

    fn column(&self, name: &str) -> f64 {
        self.world.columns[self.module.variable(name).expect("the variable is there").first as usize]
    }
}

/// One compartment: backward Euler, in the order of NEURON's fixed step.
struct Compartment {
    v: f64,
    t: f64,
    dt: f64,
    instances: Vec<Instance>,
}

impl Compartment {
    fn new(v: f64, dt: f64, celsius: f64, size: f64, mut instances: Vec<Instance>) -> Compartment {
        let area = std::f64::consts::PI * size * size;
        for instance in &mut instances {
            instance.world.set(Place::Voltage, v);
            instance.world.set(Place::PointScale, 100.0 / area);
            instance.world.celsius = celsius;
            instance.world.dt = dt;
            instance.run(Stage::Initial);
            instance.run(Stage::Prepare);
        }
        Compartment { v, t: 0.0, dt, instances }
    }

    fn step(&mut self) {
        // 1 uF/cm2 in mA/cm2 per mV and ms.
        let (mut right, mut diagonal) = (0.0, 1e-3 / self.dt);
        for instance in &mut self.instances {
            instance.world.time = self.t + self.dt / 2.0;
            instance.world.set(Place::Voltage, self.v);
            for (name, values) in instance.run(Stage::Current) {
                match name.as_str() {
                    "rhs" => right += values[0],
                    "diagonal" => diagonal += values[0],
                    _ => {}
                }
            }
        }
        self.v += right / diagonal;
        self.t += self.dt;
        for instance in &mut self.instances {
            instance.world.time = self.t;
            instance.world.set(Place::Voltage, self.v);
            instance.run(Stage::State);
        }
    }
}

fn soma(tables: bool, path: &str) {
    let text = text_of("src/mechanism/catalogue/hh.mod");
    let mut hh = lowered_with(&text, &Options { tables, ..Options::default() })
        .unwrap_or_else(|said| panic!("{said}"));
    optimise(&mut hh);
    let clamp = optimised(&text_of("src/mechanism/catalogue/iclamp.mod"));
    let clamp = Instance::new(clamp, &[("del", 1.0), ("dur", 40.0), ("amp", 0.15)], 0.0);
    let mut cell = Compartment::new(-65.0, 0.025, 6.3, 20.0, vec![Instance::new(hh, &[], 0.0), clamp]);
    for (i, row) in rows(path).into_iter().enumerate() {
        if i > 0 {
            (0..4).for_each(|_| cell.step());
        }
        let [_, v, m, h, n] = row[..] else { panic!("{row:?}") };
        let hh = &cell.instances[0];
        let found = [cell.v, hh.column("m"), hh.column("h"), hh.column("n")];
        for (x, y) in found.into_iter().zip([v, m, h, n]) {
            assert!((x - y).abs() < 1e-6, "at {} ms: {found:?} instead of {row:?}", cell.t);
        }
    }
}

#[test]
fn hodgkin_huxley_soma_computed() {
    soma(false, "tests/reference/hodgkin-huxley/soma_exact.csv");
}

#[test]
fn hodgkin_huxley_soma_tabled() {
    soma(true, "tests/reference/hodgkin-huxley/soma_table.csv");
}

/// Alpha cell 43 before training: nothing but its input, at time number 8, through a synapse of 500 ms.
#[test]
fn hopfield_brody_cell() {
    let mechanism = |path: &str, parameters: &[(&str, f64)], reversal: f64| {
        Instance::new(optimised(&text_of(path)), parameters, reversal)
    };
    let leak = [("g", 1.0 / 20000.0), ("e", -51.21560199657885)];
    let instances = vec![
        mechanism("src/mechanism/catalogue/pas.mod", &leak, 0.0),
        mechanism("networks/hopfield-brody/nans.mod", &[], 55.0),
        mechanism("networks/hopfield-brody/kap.mod", &[], -90.0),
        mechanism("src/mechanism/catalogue/expsyn.mod", &[("tau", 500.0)], 0.0),
    ];
    let times = text_of("networks/hopfield-brody/exemplar.txt");
    let start: f64 = times.lines().nth(8).and_then(|line| line.trim().parse().ok()).expect("a time");
    let event = start * 1000.0 + 0.5;
    let mut cell = Compartment::new(-65.0, 0.05, 34.0, 10.0, instances);
    let mut spikes = Vec::new();
    let mut worst: f64 = 0.0;
    let mut delivered = false;
    for (i, row) in rows("tests/reference/hopfield-brody/before_v.csv").into_iter().enumerate() {
        for _ in 0..if i > 0 { 10 } else { 0 } {
            if !delivered && event <= cell.t + cell.dt / 2.0 {
                delivered = true;
                cell.instances[3].world.arguments = vec![0.00013];
                cell.instances[3].run(Stage::Receive);
            }
            let before = cell.v;
            cell.step();
            if before < -20.0 && cell.v >= -20.0 {
                spikes.push(cell.t);
            }
        }
        worst = worst.max((cell.v - row[2]).abs());
    }
    // 6e-8 mV when this was written, over 32 spikes.
    assert!(worst < 1e-6, "v is off by {worst} mV");
    let reference: Vec<f64> = text_of("tests/reference/hopfield-brody/before_spikes.csv")
        .lines()
        .filter_map(|line| line.strip_prefix("alpha,43,")?.parse().ok())
        .collect();
    assert_eq!(spikes.len(), reference.len());
    assert!(reference.len() > 5);
    for (x, y) in spikes.iter().zip(&reference) {
        assert!((x - y).abs() < 1e-6, "a spike at {x} instead of {y} ms");
    }
}
