//! The corpus: a small file for each construct of NMODL, against traces of NEURON, at every level of vector instructions
//! that the machine has.
//!
//! The files are in `tests/nmodl/corpus`; `protocols.toml` beside them says what is compared of each and how closely. The
//! traces are in `tests/reference/nmodl/corpus`, made by `tools/reference/nmodl_corpus.py`, which tells the protocol. Each
//! file runs through the whole of Volley, in three cells that must agree bit for bit.

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{described, path};
use volley::engine::{Control, Memory, Simulation};
use volley::kernel::Level;
use volley::network::Model;
use volley::partition::Plan;

const CELLS: usize = 3;
/// Steps between the rows of a table, and rows.
const EVERY: usize = 10;
const ROWS: usize = 101;

/// Only rounding differs.
const ROUNDING: f64 = 1e-9;
/// NEURON takes a difference quotient for the slope of a current and for the Jacobian of an implicit method.
const QUOTIENT: f64 = 1e-5;

/// A line of `protocols.toml`.
struct Protocol {
    name: String,
    record: Vec<String>,
    voltage: bool,
    tolerance: f64,
    own: Vec<(String, f64)>,
    shared: Vec<(String, f64)>,
    weights: Option<Vec<Vec<f64>>>,
}

fn protocols() -> Vec<Protocol> {
    let text = std::fs::read_to_string(path("tests/nmodl/corpus/protocols.toml")).unwrap();
    let lines: toml::Table = text.parse().unwrap();
    let number = |value: &toml::Value| value.as_float().or(value.as_integer().map(|x| x as f64)).unwrap();
    let numbers = |entry: &toml::Table, key: &str| -> Vec<(String, f64)> {
        let table = entry.get(key).map(|table| table.as_table().unwrap());
        table.into_iter().flatten().map(|(name, value)| (name.clone(), number(value))).collect()
    };
    let of = |(name, entry): (&String, &toml::Value)| {
        let entry = entry.as_table().unwrap();
        for key in entry.keys() {
            assert!(
                ["record", "near", "set", "global", "weights", "voltage"].contains(&key.as_str()),
                "{name}: {key}"
            );
        }
        Protocol {
            name: name.clone(),
            record: entry["record"].as_array().unwrap().iter().map(|x| x.as_str().unwrap().into()).collect(),
            voltage: entry.get("voltage").is_none_or(|x| x.as_bool().unwrap()),
            tolerance: match entry["near"].as_str() {
                Some("rounding") => ROUNDING,
                Some("quotient") => QUOTIENT,
                _ => panic!("{name}: near is \"rounding\" or \"quotient\""),
            },
            own: numbers(entry, "set"),
            shared: numbers(entry, "global"),
            weights: entry.get("weights").map(|lists| {
                let lists = lists.as_array().unwrap().iter();
                lists.map(|list| list.as_array().unwrap().iter().map(number).collect()).collect()
            }),
        }
    };
    lines.iter().map(of).collect()
}

/// What NEURON computed: names of the columns, rows, and times of events.
struct Table {
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
    events: Vec<f64>,
}

fn table(name: &str) -> Table {
    let text =
        std::fs::read_to_string(path("tests/reference/nmodl/corpus").join(format!("{name}.csv"))).unwrap();
    let events = text.lines().find_map(|line| line.strip_prefix("# events: "));
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let names = lines.next().map_or(Vec::new(), |line| line.split(',').map(String::from).collect());
    let row = |line: &str| line.split(',').map(|x| x.parse().unwrap()).collect();
    Table {
        names,
        rows: lines.map(row).collect(),
        events: events.unwrap_or("").split_whitespace().map(|x| x.parse().unwrap()).collect(),
    }
}

fn source(name: &str) -> String {
    std::fs::read_to_string(path("tests/nmodl/corpus").join(format!("{name}.mod"))).unwrap()
}

/// Names of the variables of the ions that a file uses.
fn ion_variables(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let ions = words.windows(2).filter(|pair| pair[0] == "USEION").map(|pair| pair[1]);
    ions.flat_map(|x| [format!("i{x}"), format!("e{x}"), format!("{x}i"), format!("{x}o")]).collect()
}

/// The protocol as a network: three cells with the mechanism under clamp, current and events.
fn network(protocol: &Protocol, columns: &[String]) -> Arc<Model> {
    let name = &protocol.name;
    let text = source(name);
    let artificial = text.contains("ARTIFICIAL_CELL");
    let point = text.contains("POINT_PROCESS");
    let file = path("tests/nmodl/corpus").join(format!("{name}.mod"));
    let mut toml = format!(
        "[simulation]\ndt = 0.025\ntstop = 25\ncelsius = 22\nv_init = -65\n[mechanisms]\nfiles = [{:?}]\n",
        file.display().to_string()
    );
    if !protocol.shared.is_empty() {
        toml += &format!("[global.{name}]\n");
        protocol.shared.iter().for_each(|(key, value)| toml += &format!("{key} = {value:?}\n"));
    }
    let target = if artificial {
        toml += &format!("[population.cells]\nmechanism = {name:?}\ncount = {CELLS}\n");
        protocol.own.iter().for_each(|(key, value)| toml += &format!("values.{key} = {value:?}\n"));
        "cells"
    } else {
        let place = if point { "point" } else { "mechanism" };
        toml += "[cell.c]\nRa = 100\ncm = 1\n[cell.c.section.soma]\nL = 20\ndiam = 20\n\
                 [cell.c.mechanism.pas]\ng = 1e-4\ne = -65\n";
        toml += &format!("[cell.c.{place}.tested]\nmechanism = {name:?}\n");
        protocol.own.iter().for_each(|(key, value)| toml += &format!("values.{key} = {value:?}\n"));
        toml += &format!(
            "[population.cells]\ncell = \"c\"\ncount = {CELLS}\n\
             [stimulus.clamp]\npopulation = \"cells\"\nmechanism = \"SEClamp\"\n\
             rs = 0.1\ndur1 = 4.006\namp1 = -80\ndur2 = 5\namp2 = -20\ndur3 = 4\namp3 = 15\n\
             [stimulus.pulse]\npopulation = \"cells\"\nmechanism = \"IClamp\"\ndel = 14.006\ndur = 7\namp = 0.05\n"
        );
        "cells.tested"
    };
    if text.contains("NET_RECEIVE") {
        let weights = protocol.weights.clone().unwrap_or(vec![vec![0.002], vec![0.7]]);
        let times = [&[2.01, 6.003, 6.018, 10.02, 17.706][..], &[8.006, 15.31]];
        for (i, (times, weight)) in times.iter().zip(&weights).enumerate() {
            // The delay of 1 ms passes before they arrive.
            let starts: Vec<f64> = times.iter().map(|time| time - 1.0).collect();
            toml += &format!(
                "[population.source{i}]\nmechanism = \"VecStim\"\ntimes = {starts:?}\n\
                 [connection.events{i}]\nfrom = \"source{i}\"\nto = {target:?}\nrule = \"all_to_all\"\n\
                 weight = {:?}\ndelay = 1\n",
                weight[0]
            );
        }
    }
    let ions = ion_variables(&text);
    for (i, column) in columns.iter().enumerate() {
        let whole = column == "v" || ions.contains(column);
        let variable = if whole { column.clone() } else { format!("tested.{column}") };
        toml += &format!("[record.r{i}]\npopulation = \"cells\"\nvariable = {variable:?}\n");
    }
    described(&toml)
}

/// All that is not as in NEURON.
fn faults(protocol: &Protocol) -> Vec<String> {
    let name = &protocol.name;
    let Table { names, rows, events } = table(name);
    let artificial = source(name).contains("ARTIFICIAL_CELL");
    let expected: Vec<&str> = (protocol.voltage && !artificial)
        .then_some("v")
        .into_iter()
        .chain(protocol.record.iter().map(String::as_str))
        .collect();
    let wanted_rows = if expected.is_empty() { 0 } else { ROWS };
    if names != expected || rows.len() != wanted_rows {
        return vec![format!("{name}: the table has other columns or rows than protocols.toml asks for")];
    }
    let model = network(protocol, &names);
    let mut faults = Vec::new();
    for level in Level::available() {
        let mut simulation = Simulation::on_level(model.clone(), Plan::new(&model, 1), level).unwrap();
        let mut memory = Memory::default();
        simulation.run(model.simulation.tstop, &mut memory, &mut |_| Control::Continue).unwrap();
        let level = level.name();
        for (column, title) in names.iter().enumerate() {
            let samples: Vec<&[f64]> = memory.samples[column].chunks_exact(CELLS).collect();
            let scale = rows.iter().map(|row| row[column].abs()).fold(0.0, f64::max);
            let mut worst = (0.0, 0);
            for (k, row) in rows.iter().enumerate() {
                let cells = samples[k * EVERY];
                if cells.iter().any(|x| x.to_bits() != cells[0].to_bits()) {
                    faults.push(format!("{name}, {level}: `{title}` differs between equal cells: {cells:?}"));
                }
                let apart = (cells[0] - row[column]).abs();
                if apart > worst.0 || apart.is_nan() {
                    worst = (apart, k);
                }
            }
            let (apart, k) = worst;
            // A NaN is not less than anything.
            if apart.is_nan() || apart > protocol.tolerance * scale {
                let (found, wanted) = (samples[k * EVERY][0], rows[k][column]);
                faults.push(format!(
                    "{name}, {level}: `{title}` is {found} instead of {wanted} at {} ms ({:.1e})",
                    k as f64 * 0.25,
                    apart / scale
                ));
            }
        }
        if artificial {
            let population = model.population("cells").unwrap().1;
            let ids = population.first_id..population.first_id + CELLS as u64;
            for id in ids {
                let times: Vec<f64> = memory.spikes.iter().filter(|s| s.id == id).map(|s| s.time).collect();
                let same = times.len() == events.len()
                    && times.iter().zip(&events).all(|(a, b)| (a - b).abs() <= 1e-9 * b.abs());
                if !same {
                    faults.push(format!("{name}, {level}: events at {times:?} instead of {events:?}"));
                }
            }
        }
    }
    faults
}

#[test]
fn every_file_runs_as_in_neuron() {
    let protocols = protocols();
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut found = Vec::new();
        while let Some(protocol) = protocols.get(next.fetch_add(1, Ordering::Relaxed)) {
            // A file that is refused must not hide what is wrong with the others.
            match std::panic::catch_unwind(|| faults(protocol)) {
                Ok(faults) => found.extend(faults),
                Err(said) => {
                    let words = said.downcast_ref::<String>().cloned().unwrap_or_default();
                    found.push(format!("{}: {words}", protocol.name));
                }
            }
        }
        found
    };
    let found: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(found.is_empty(), "{} faults\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_file_has_a_line_and_a_table() {
    let stems = |folder: &str, extension: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(path(folder)).unwrap().map(|entry| entry.unwrap().path());
        let wanted = entries.filter(|file| file.extension().is_some_and(|e| e == extension));
        wanted.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let lines: BTreeSet<String> = protocols().into_iter().map(|p| p.name).collect();
    assert_eq!(stems("tests/nmodl/corpus", "mod"), lines);
    assert_eq!(stems("tests/reference/nmodl/corpus", "csv"), lines);
    for name in &lines {
        let size = std::fs::metadata(path("tests/reference/nmodl/corpus").join(format!("{name}.csv")));
        assert!(size.unwrap().len() < 20_000, "{name}");
    }
}
