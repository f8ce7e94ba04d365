//! NET_RECEIVE against NEURON (tests/reference/nmodl/events.csv, NEURON 9.0.2, written by tools/reference/nmodl_events.py):
//! WATCH, FOR_NETCONS, events from loops, events at the same time, `at_time`, `state_discontinuity`, a jump of `v`.

mod common;

use std::sync::Arc;

use common::{described, distance, path, reference_table, run_on};
use volley::network::Model;

/// As in the script.
const SOURCES: [(&str, f64, f64); 4] = [("a", 5.0, 10.0), ("b", 5.0, 10.0), ("c", 8.0, 10.0), ("d", 3.5, 7.0)];
const CONNECTIONS: [(&str, &str, f64, f64); 10] = [
    ("b", "plastic", 0.0010, 1.013),
    ("d", "plastic", 0.0020, 1.517),
    ("a", "plastic", 0.0030, 2.013),
    ("b", "plastic", 0.0015, 3.013),
    ("d", "watcher", 5.0, 1.017),
    ("c", "quadratic", 10.0, 1.017),
    ("a", "order", 2.0, 2.0),
    ("b", "order", 1.5, 4.0),
    ("c", "order", 3.0, 1.0),
    ("d", "order", 4.0, 1.0),
];

/// The script's network, with so many cells, all the same.
fn model(cells: usize, header: &[String]) -> Arc<Model> {
    let files = path("tests/nmodl/events");
    let points = ["watcher", "quadratic", "plastic", "order", "edge"];
    let mut text = format!(
        "[simulation]\ndt = 0.05\ntstop = 50\ncelsius = 6.3\nv_init = -65\n[mechanisms]\nfiles = {:?}\n\
         [global.hh]\nusetable = 0\n[cell.c.section.soma]\nL = 20\ndiam = 20\n[cell.c.mechanism.hh]\n",
        points.map(|p| format!("{}/{p}.mod", files.display()))
    );
    for point in points {
        let (first, rest) = point.split_at(1);
        text += &format!("[cell.c.point.{point}]\nmechanism = \"{}{rest}\"\n", first.to_uppercase());
    }
    text += &format!("[population.p]\ncell = \"c\"\ncount = {cells}\n");
    for (name, start, interval) in SOURCES {
        text += &format!(
            "[population.{name}]\nmechanism = \"NetStim\"\nvalues.start = {start:?}\nvalues.interval = {interval:?}\n\
             values.number = 5\n"
        );
    }
    text += "[stimulus.kick]\npopulation = \"p\"\nmechanism = \"IClamp\"\ndel = 2.01\ndur = 45\namp = 0.3\n";
    for (i, (from, to, weight, delay)) in CONNECTIONS.iter().enumerate() {
        text += &format!(
            "[connection.c{i}]\nfrom = \"{from}\"\nto = \"p.{to}\"\nrule = \"all_to_all\"\nweight = {weight}\ndelay = {delay}\n"
        );
    }
    text += "[record]\n";
    for (i, name) in header.iter().enumerate() {
        text += &format!("r{i} = {{ population = \"p\", variable = \"{name}\" }}\n");
    }
    described(&text)
}

#[test]
fn event_code_does_what_it_does_in_neuron() {
    let (header, columns) = reference_table("nmodl/events.csv");
    let results = run_on(&model(1, &header), 1);
    let mut wrong = Vec::new();
    for (i, (name, expected)) in header.iter().zip(&columns).enumerate() {
        let scale = expected.iter().fold(0.0f64, |most, x| most.max(x.abs())).max(1.0);
        let error = distance(&results.series(&format!("r{i}")), expected) / scale;
        // NEURON's difference quotient of hh's currents against the derivative; its time adds up rounding.
        if error >= 1e-6 {
            wrong.push(format!("{name}: {error:e}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
