//! LONGITUDINAL_DIFFUSION: against NEURON (tests/reference/diffusion, written by tools/reference/diffusion.py), against the
//! solution of the diffusion equation, and against the law that nothing is lost.

mod common;

use std::f64::consts::PI;

use common::{Results, bits, described, distance, order, path, reference_table, run, run_on};
use volley::diagnostic::Sources;
use volley::network::{Overrides, load};

/// The first lines of every description.
fn start(dt: f64, tstop: f64) -> String {
    let files = path("tests/nmodl/diffusion");
    format!(
        "[simulation]\ndt = {dt:?}\ntstop = {tstop:?}\n[mechanisms]\nfiles = [\"{}\"]\n[population.p]\ncell = \"c\"\n",
        files.display()
    )
}

/// Name, length, diameter (um), segments, parent, where on it, which end is there: as in tools/reference/diffusion.py.
type Section = (&'static str, f64, f64, usize, &'static str, f64, u32);

const STRAIGHT: &[Section] = &[("cable", 120.0, 2.0, 7, "", 0.0, 0)];

const BRANCHED: &[Section] = &[
    ("soma", 20.0, 18.0, 3, "", 0.0, 0),
    ("back", 60.0, 1.5, 4, "soma", 0.0, 0),
    ("side", 50.0, 1.0, 3, "soma", 0.5, 0),
    ("trunk", 80.0, 4.0, 5, "soma", 1.0, 0),
    ("left", 70.0, 2.0, 4, "trunk", 1.0, 0),
    ("right", 40.0, 1.5, 1, "trunk", 1.0, 1),
    ("twig", 30.0, 0.8, 2, "left", 1.0, 0),
    ("basal", 45.0, 1.2, 3, "soma", 0.0, 0),
    ("bare", 30.0, 1.0, 3, "left", 0.4, 0),
    ("onbare", 30.0, 1.0, 3, "bare", 1.0, 0),
    ("ontop", 30.0, 1.0, 3, "bare", 0.0, 0),
];

fn sections(list: &[Section]) -> String {
    let mut text = String::new();
    for (name, length, diam, nseg, parent, at, end) in list {
        text += &format!("[cell.c.section.{name}]\nL = {length:?}\ndiam = {diam:?}\nnseg = {nseg}\n");
        if !parent.is_empty() {
            text += &format!("parent = \"{parent}\"\nat = {at:?}\nend = {end}\n");
        }
    }
    text
}

/// What the script of the reference runs.
fn as_in_script(list: &[Section]) -> String {
    let names: Vec<String> = list.iter().filter(|s| s.0 != "bare").map(|s| format!("\"{}\"", s.0)).collect();
    let on = names.join(", ");
    let mut text = start(0.05, 20.0) + &sections(list);
    text += &format!(
        r#"
        [cell.c.mechanism.pas]
        [cell.c.mechanism.shells]
        on = [{on}]
        source = "0.1 * x ^ 2"
        [cell.c.mechanism.ionic]
        on = [{on}]
        [cell.c.mechanism.leakca]
        on = [{on}]
        amp = "1e-3 * (1 - x)"
        "#
    );
    for (name, variable) in
        [("c0", "shells.c[0]"), ("c1", "shells.c[1]"), ("bound", "shells.bound"), ("cai", "cai")]
    {
        let record = format!("population = \"p\"\nvariable = \"{variable}\"\nat = [{on}]\nevery = 5\n");
        text += &format!("[record.{name}]\n{record}");
    }
    text
}

fn as_in_neuron(list: &[Section], table: &str) {
    let results = run(&described(&as_in_script(list)));
    let (header, columns) = reference_table(table);
    for (name, expected) in header.iter().zip(&columns).skip(3) {
        // The table has all segments at one time, then at the next.
        let found: Vec<f64> = results.rows(name).into_iter().flatten().collect();
        let largest = expected.iter().copied().fold(0.0, f64::max);
        let error = distance(&found, expected) / largest;
        assert!(error < 1e-9, "{table}, {name}: {error}");
    }
}

#[test]
fn a_straight_cable_is_neurons() {
    as_in_neuron(STRAIGHT, "diffusion/straight.csv");
}

/// Across branch points, where sections hang on the middle, on x = 0 and by their far ends, and past one without the mechanism.
#[test]
fn a_branched_cell_is_neurons() {
    as_in_neuron(BRANCHED, "diffusion/branched.csv");
}

/// A cosine along a cable of 100 um with closed ends, D = 0.5 um2/ms.
fn cosine(nseg: usize, dt: f64) -> Results {
    let text = start(dt, 400.0)
        + &sections(&[("cable", 100.0, 1.5, nseg, "", 0.0, 0)])
        + &format!(
            r#"
            [cell.c.mechanism.plain]
            start = "1 + cos({PI:?} * x)"
            [record.c]
            population = "p"
            variable = "plain.c"
            at = "cable"
            every = {dt:?}
            "#
        );
    run(&described(&text))
}

/// The cosine stays one and decays: with exp(-D (pi/L)^2 t) in the limit; on the grid with (1 + dt D (2 - 2 cos(pi h/L))/h^2) a
/// step, exactly.
#[test]
fn a_cosine_decays_as_it_should() {
    let continuous = |x: f64, t: f64| 1.0 + (PI * x).cos() * (-0.5 * (PI / 100.0f64).powi(2) * t).exp();
    let error = |nseg: usize, dt: f64| {
        let rows = cosine(nseg, dt).rows("c");
        let h = 100.0 / nseg as f64;
        let slope = 0.5 * (2.0 - 2.0 * (PI * h / 100.0).cos()) / (h * h);
        let mut worst = 0.0f64;
        for (step, row) in rows.iter().enumerate() {
            for (i, c) in row.iter().enumerate() {
                let x = (i as f64 + 0.5) / nseg as f64;
                let exact = 1.0 + (PI * x).cos() * (1.0 + dt * slope).powi(-(step as i32));
                assert!((c - exact).abs() < 1e-11, "{c} {exact}");
                worst = worst.max((c - continuous(x, step as f64 * dt)).abs());
            }
        }
        worst
    };
    // A step so short that the error of space stands alone, and segments so short that the error of time does.
    let space = [5, 10, 20].map(|nseg| error(nseg, 0.02));
    let time = [20.0, 10.0, 5.0].map(|dt| error(400, dt));
    for (errors, expected) in [(space, 2.0), (time, 1.0)] {
        for pair in errors.windows(2) {
            let order = order(pair[0], pair[1]);
            assert!((order - expected).abs() < 0.15, "{errors:?}: order {order}");
        }
    }
}

fn branched_plain() -> String {
    start(0.1, 200.0)
        + &sections(BRANCHED)
        + r#"
        [cell.c.mechanism.plain]
        start = "1 + 2 * x + 0.01 * distance"
        D = "0.5 + 0.3 * x"
        [cell.c.mechanism.pas]
        [record.c]
        population = "p"
        variable = "plain.c"
        at = "all"
        every = 20
        "#
}

/// The amount, c times cross-section times length, stays while the concentrations come together.
#[test]
fn nothing_is_lost() {
    let rows = run(&described(&branched_plain())).rows("c");
    let weights: Vec<f64> = BRANCHED
        .iter()
        .flat_map(|(_, length, diam, nseg, ..)| vec![diam * diam * length / *nseg as f64; *nseg])
        .collect();
    let amount = |row: &[f64]| row.iter().zip(&weights).map(|(c, w)| c * w).sum::<f64>();
    let spread = |row: &[f64]| {
        row.iter().copied().fold(f64::NEG_INFINITY, f64::max)
            - row.iter().copied().fold(f64::INFINITY, f64::min)
    };
    let first = amount(&rows[0]);
    assert!(rows.iter().all(|row| (amount(row) / first - 1.0).abs() < 1e-12));
    assert!(rows.windows(2).all(|pair| spread(&pair[1]) < spread(&pair[0])));
}

#[test]
fn it_is_the_same_on_any_number_of_threads() {
    let model = described(&(branched_plain().replace("cell = \"c\"\n", "cell = \"c\"\ncount = 5\n")));
    let one = run(&model).memory;
    for threads in [2, 3, 4, 7] {
        assert!(bits(&run_on(&model, threads).memory) == bits(&one), "{threads} threads differ from one");
    }
}

#[test]
fn a_state_without_a_volume_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(path("tests/nmodl/diffusion/plain.mod")).unwrap();
    let said = |text: String| {
        std::fs::write(folder.path().join("plain.mod"), text).unwrap();
        let description = "[simulation]\ntstop = 1\n[mechanisms]\nfiles = [\"plain.mod\"]\n[cell.c.section.soma]\nL = 1\n\
                           diam = 1\n[cell.c.mechanism.plain]\n[population.p]\ncell = \"c\"\n";
        std::fs::write(folder.path().join("n.toml"), description).unwrap();
        let mut sources = Sources::default();
        match load(&folder.path().join("n.toml"), &Overrides::default(), &mut sources) {
            Ok(_) => String::new(),
            Err(problems) => problems.render(&sources, false),
        }
    };
    assert!(said(text.clone()).is_empty());
    let without = said(text.replace("    COMPARTMENT diam * diam { c }\n", ""));
    assert!(without.contains("`c` diffuses, but has no volume"), "{without}");
    let other = said(text.replace("D * diam * diam { c }", "D * diam * diam { start }"));
    assert!(other.contains("`start`"), "{other}");
}
