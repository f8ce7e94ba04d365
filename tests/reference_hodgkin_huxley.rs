//! Cells with hh against NEURON 9.0.2 (tests/reference/hodgkin-huxley, written by tools/reference/hodgkin_huxley.py):
//! a soma, an axon, and a branched cell with a synapse, each built from its description in setups.json, with hh's rates
//! from tables and computed.

mod common;

use common::{described, distance, items, number, reference_json, reference_table, run, settings, text};
use serde_json::Value as Json;

/// Interval of the tables' rows, ms.
const SAMPLE: f64 = 0.1;

/// The description of a set-up.
fn description(setup: &Json) -> String {
    let mut toml = format!(
        "[simulation]\ncelsius = {:?}\nv_init = {:?}\ndt = {:?}\ntstop = {:?}\n[population.c]\ncell = \"c\"\n",
        number(setup, "celsius"),
        number(setup, "v_init"),
        number(setup, "dt"),
        number(setup, "tstop"),
    );
    let sections = setup["sections"].as_object().unwrap();
    for (name, section) in sections {
        toml += &format!("[cell.c.section.{name}]\n");
        for key in ["L", "diam", "Ra", "cm"] {
            toml += &format!("{key} = {:?}\n", number(section, key));
        }
        toml += &format!("nseg = {}\n", section["nseg"]);
        if let Some(parent) = section["parent"].as_object() {
            toml +=
                &format!("parent = {}\nat = {}\nend = {}\n", parent["section"], parent["at"], parent["end"]);
        }
        for (mechanism, values) in section["mechanisms"].as_object().unwrap() {
            let values = settings(values);
            toml += &format!(
                "[cell.c.mechanism.{mechanism}_{name}]\nmechanism = \"{mechanism}\"\non = \"{name}\"\n{values}"
            );
        }
    }
    for (i, clamp) in items(setup, "iclamps").iter().enumerate() {
        toml += &format!(
            "[cell.c.point.clamp{i}]\nmechanism = \"IClamp\"\nat = \"{}({})\"\n",
            text(clamp, "section"),
            clamp["at"]
        );
        for key in ["del", "dur", "amp"] {
            toml += &format!("{key} = {:?}\n", number(clamp, key));
        }
    }
    for (i, synapse) in items(setup, "synapses").iter().enumerate() {
        toml += &format!(
            "[cell.c.point.synapse{i}]\nmechanism = \"ExpSyn\"\nat = \"{}({})\"\ntau = {:?}\ne = {:?}\n",
            text(synapse, "section"),
            synapse["at"],
            number(synapse, "tau"),
            number(synapse, "e"),
        );
        toml += &format!(
            "[population.source{i}]\nmechanism = \"NetStim\"\n[population.source{i}.values]\n{}",
            settings(&synapse["netstim"])
        );
        toml += &format!(
            "[connection.source{i}]\nfrom = \"source{i}\"\nto = \"c.synapse{i}\"\nrule = \"one_to_one\"\n\
             weight = {:?}\ndelay = {:?}\n",
            number(synapse, "weight"),
            number(synapse, "delay"),
        );
    }
    for (i, column) in items(setup, "columns").iter().enumerate() {
        let section = text(column, "section");
        let variable = match text(column, "variable") {
            "ExpSyn.g" => "synapse0.g".to_string(),
            gate if gate.ends_with("_hh") => format!("hh_{section}.{}", gate.trim_end_matches("_hh")),
            other => other.to_string(),
        };
        toml += &format!(
            "[record.column{i}]\npopulation = \"c\"\nvariable = \"{variable}\"\nevery = {SAMPLE:?}\n"
        );
        // A synapse has its own place.
        if !variable.starts_with("synapse") {
            toml += &format!("at = \"{section}({})\"\n", column["at"]);
        }
    }
    toml
}

/// The rows in which a potential has risen through 0 mV.
fn crossings(v: &[f64]) -> Vec<usize> {
    (1..v.len()).filter(|i| v[i - 1] <= 0.0 && v[*i] > 0.0).collect()
}

/// Criterion: every column to `bound` (mV, uS, or a gate's fraction), and rises through 0 mV in the same rows.
fn compare(name: &str, exact: bool, bound: f64) {
    let setup = &reference_json("hodgkin-huxley/setups.json")[name];
    let mut toml = description(setup);
    toml += &format!("[global.hh]\nusetable = {}\n", u8::from(!exact));
    let results = run(&described(&toml));
    let kind = if exact { "exact" } else { "table" };
    let (header, table) = reference_table(&format!("hodgkin-huxley/{name}_{kind}.csv"));
    let mut spikes = 0;
    for column in 1..header.len() {
        let ours = results.series(&format!("column{}", column - 1));
        let error = distance(&ours, &table[column]);
        println!("{name}_{kind}: {} within {error:.1e}", header[column]);
        assert!(error <= bound, "{name}_{kind}: {} is off by {error:e}", header[column]);
        assert_eq!(crossings(&ours), crossings(&table[column]), "{name}_{kind}: {}", header[column]);
        spikes += crossings(&ours).len();
    }
    assert!(spikes > 0, "nothing fires");
}

#[test]
fn soma() {
    compare("soma", false, 1e-8);
    compare("soma", true, 1e-8);
}

#[test]
fn axon() {
    compare("axon", false, 1e-8);
    compare("axon", true, 1e-8);
}

#[test]
fn branched() {
    compare("branched", false, 1e-8);
    compare("branched", true, 1e-8);
}
