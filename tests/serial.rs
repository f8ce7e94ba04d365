//! Serial mechanisms: what passes from one instance to the next, as NEURON has it on one thread, and on any number.
//!
//! The mechanisms are in `tests/nmodl/serial`, what NEURON made of them in `tests/reference/nmodl/serial*.csv`, written by
//! `tools/reference/nmodl_serial.py`. All values of four cells of two kinds are compared: which instance got what from
//! which one shows the order in which all of them ran.

mod common;

use std::sync::Arc;

use common::{bits, described_with, reference_table, run, run_on};
use volley::network::Model;
use volley::partition::{Pinned, Plan};

const MECHANISMS: [&str; 6] = ["chain", "echo", "rows", "meet", "tally", "cside"];

/// (ms, population, cell, point process, weight); `tools/reference/nmodl_serial.py` has the same.
const EVENTS: [(f64, &str, u32, &str, f64); 9] = [
    (1.01, "branched", 1, "third", 0.002),
    (2.006, "ball", 0, "first", 0.01),
    (2.31, "branched", 0, "second", 0.004),
    (2.33, "branched", 0, "first", 0.004),
    (5.106, "ball", 1, "first", 0.02),
    (7.71, "branched", 1, "second", 0.003),
    (7.73, "branched", 0, "third", 0.003),
    (12.006, "ball", 0, "first", 0.005),
    (15.01, "branched", 1, "first", 0.006),
];

const CELLS: &str = r#"
[simulation]
dt = 0.025
tstop = 20
celsius = 6.3
v_init = -65

[mechanisms]
files = ["chain.mod", "echo.mod", "rows.mod", "meet.mod", "tally.mod", "cside.mod"]

[cell.ball]
Ra = 100
cm = 1
[cell.ball.section.soma]
L = 20
diam = 20
[cell.ball.mechanism.chain]
[cell.ball.mechanism.echo]
[cell.ball.mechanism.rows]
[cell.ball.mechanism.cside]
[cell.ball.point.first]
mechanism = "meet"
at = "soma(0.5)"

[cell.branched]
Ra = 100
cm = 1
[cell.branched.section.soma]
L = 20
diam = 20
[cell.branched.section.a]
L = 100
diam = 2
nseg = 3
parent = "soma"
[cell.branched.section.b]
L = 60
diam = 1
parent = "soma"
[cell.branched.section.twig]
L = 50
diam = 1
parent = "a"
[cell.branched.mechanism.chain]
[cell.branched.mechanism.echo]
[cell.branched.mechanism.rows]
[cell.branched.mechanism.cside]
[cell.branched.point.first]
mechanism = "meet"
at = "soma(0.5)"
[cell.branched.point.second]
mechanism = "meet"
at = "soma(0.5)"
[cell.branched.point.third]
mechanism = "meet"
at = "a(0.5)"

[population.ball]
cell = "ball"
count = 2
[population.branched]
cell = "branched"
count = 2
[population.tally]
mechanism = "tally"
count = 3

[stimulus.one]
population = "ball"
mechanism = "IClamp"
del = 3
dur = 5
amp = 0.2
[stimulus.two]
population = "branched"
mechanism = "IClamp"
del = 6
dur = 5
amp = 0.4
"#;

/// The network of the table, with what is recorded there and `more`.
fn network(columns: &[String], more: &str) -> Arc<Model> {
    let mut text = CELLS.to_string();
    for (number, (time, population, cell, point, weight)) in EVENTS.iter().enumerate() {
        text += &format!(
            "[population.event{number}]\nmechanism = \"VecStim\"\ntimes = [{}]\n\
             [connection.event{number}]\nfrom = \"event{number}\"\nto = \"{population}.{point}\"\n\
             rule = \"map\"\ntarget = {cell}\nweight = {weight}\ndelay = 1\n",
            time - 1.0
        );
    }
    for (name, population, section, variable) in recorded(columns) {
        let points = ["first", "second", "third"];
        let (variable, at) = match points.contains(&section) {
            true => (format!("{section}.{variable}"), String::new()),
            false => (variable.to_string(), format!("at = \"{section}\"\n")),
        };
        text += &format!(
            "[record.{name}]\npopulation = \"{population}\"\nvariable = \"{variable}\"\n{at}every = 0.5\ndouble = true\n"
        );
    }
    text += more;
    let files = MECHANISMS.map(|name| {
        let file = common::path(&format!("tests/nmodl/serial/{name}.mod"));
        (format!("{name}.mod"), std::fs::read_to_string(file).unwrap())
    });
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    described_with(&text, &files)
}

/// The reports behind a table's columns: name, population, section or point process, variable.
fn recorded(columns: &[String]) -> Vec<(String, &str, &str, &str)> {
    let mut list: Vec<(String, &str, &str, &str)> = Vec::new();
    for column in &columns[1..] {
        let parts: Vec<&str> = column.split(':').collect();
        let name = parts[..3].join("_").replace('.', "_");
        if list.last().is_none_or(|last| last.0 != name) {
            list.push((name, parts[0], parts[1], parts[2]));
        }
    }
    list
}

#[test]
fn instances_see_what_the_one_before_left_as_in_neuron() {
    let (names, columns) = reference_table("nmodl/serial.csv");
    let results = run(&network(&names, ""));
    let mut next = 1;
    for (report, ..) in recorded(&names) {
        let rows = results.rows(&report);
        assert_eq!(rows.len(), columns[0].len());
        for number in 0..rows[0].len() {
            let expected = &columns[next];
            assert_eq!(names[next].rsplit(':').next(), Some(number.to_string().as_str()));
            let largest = expected.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
            for (row, expected) in rows.iter().zip(expected) {
                let off = (row[number] - expected).abs() / largest.max(1e-300);
                assert!(off < 1e-8, "{}: {} is not {expected}", names[next], row[number]);
            }
            next += 1;
        }
    }
    assert_eq!(next, names.len());
    let (_, spikes) = reference_table("nmodl/serial_spikes.csv");
    let expected: Vec<(u64, f64)> =
        spikes[0].iter().zip(&spikes[1]).map(|(t, cell)| (*cell as u64, *t)).collect();
    let fired = results.spikes("tally");
    assert_eq!(fired.len(), expected.len());
    for (fired, expected) in fired.iter().zip(&expected) {
        assert!(fired.0 == expected.0 && (fired.1 - expected.1).abs() < 1e-9, "{fired:?} {expected:?}");
    }
}

/// Cells without a serial mechanism, which the threads share.
const OTHERS: &str = r#"
[cell.free.section.soma]
L = 15
diam = 15
[cell.free.mechanism.hh]
[cell.free.point.kick]
mechanism = "ExpSyn"
[cell.free.detector]
threshold = 0
[population.free]
cell = "free"
count = 12
[connection.kicks]
from = "tally"
to = "free.kick"
rule = "probability"
probability = 0.5
weight = 0.02
delay = 0.7
[connection.back]
from = "free"
to = "branched.second"
rule = "probability"
probability = 0.3
weight = 0.001
delay = 0.9
"#;

#[test]
fn results_are_the_same_on_any_number_of_threads() {
    let (names, _) = reference_table("nmodl/serial.csv");
    let model = network(&names, OTHERS);
    let one = run(&model).memory;
    assert!(one.spikes.len() > 60);
    for threads in [2, 3, 4, 7] {
        assert!(bits(&run_on(&model, threads).memory) == bits(&one), "{threads} threads differ from one");
    }
}

#[test]
fn cells_with_a_serial_mechanism_are_on_thread_0() {
    let (names, _) = reference_table("nmodl/serial.csv");
    let model = network(&names, OTHERS);
    for threads in [1, 2, 4] {
        let plan = Plan::new(&model, threads);
        for (population, thread_of) in model.populations.iter().zip(&plan.thread_of) {
            match population.name.as_str() {
                "ball" | "branched" | "tally" => assert!(thread_of.iter().all(|thread| *thread == 0)),
                "free" => assert_eq!(thread_of.iter().any(|thread| *thread != 0), threads > 1),
                _ => {}
            }
        }
        let mut pinned: Vec<(&str, u64)> = plan
            .pinned
            .iter()
            .map(|Pinned { mechanism, cells }| (model.mechanisms[*mechanism].module.name.as_str(), *cells))
            .collect();
        pinned.sort();
        assert_eq!(pinned, [("chain", 4), ("cside", 4), ("echo", 4), ("meet", 4), ("tally", 3)]);
    }
}

#[test]
fn a_value_from_the_description_is_where_all_of_them_begin() {
    let (names, _) = reference_table("nmodl/serial.csv");
    let model = network(&names, "[global.meet]\npool = 40\n[global.chain]\ncalls = 7\n");
    let results = run(&model);
    assert_eq!(results.rows("ball_first_place")[0], [41.0, 42.0]);
    // Counts of INITIAL, then twice for each instance at t = 0.
    assert_eq!(results.rows("ball_soma_chain_place")[0], [7.0, 8.0]);
    assert_eq!(results.rows("ball_soma_chain_seen")[0], [23.0, 25.0]);
}
