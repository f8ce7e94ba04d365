//! The net of point cells (networks/point-cells): its connections, NEURON's spikes, and the same spikes on any number of threads.

mod common;

use std::collections::BTreeSet;

use common::{bits, network, path, run, run_on};
use volley::network::Overrides;

const DT: f64 = 0.025;
const NETWORK: &str = "networks/point-cells/network.toml";

fn until(tstop: f64) -> Overrides {
    Overrides { tstop: Some(tstop), ..Overrides::default() }
}

#[test]
fn each_cell_excites_the_hundred_cells_of_the_next_group() {
    let overrides = Overrides { set: vec![("cells".into(), "3000".into())], ..Overrides::default() };
    let model = network(NETWORK, &overrides);
    let next = &model.projections.iter().find(|p| p.name == "next").unwrap().connections;
    let ends: BTreeSet<(u32, u32)> = next.source.iter().copied().zip(next.target.iter().copied()).collect();
    assert_eq!((next.len(), ends.len()), (300_000, 300_000), "no pair comes twice");
    // 30 groups in 3 rings of ten: group 9 is followed by group 0, 29 by 20.
    for (source, target) in ends {
        let (from, to) = (source % 30, target % 30);
        assert_eq!(to, if from % 10 == 9 { from - 9 } else { from + 1 }, "{source} to {target}");
    }
    assert!(next.delay.iter().all(|delay| (5.0..=9.0).contains(delay)));
    assert!(next.delay.contains(&5.0) && next.delay.contains(&9.0));
}

/// Criterion: every spike of NEURON's (tests/reference/point-cells, 60 ms) in its very step, and no other.
#[test]
fn all_spikes_fall_in_the_steps_of_neurons() {
    let text = std::fs::read_to_string(path("tests/reference/point-cells/spikes.csv")).unwrap();
    let step = |time: f64| (time / DT).round() as i64;
    let mut theirs: Vec<(u64, i64)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')).skip(1) {
        let (cell, time) = line.split_once(',').unwrap();
        theirs.push((cell.parse().unwrap(), step(time.parse().unwrap())));
    }
    let results = run(&network(NETWORK, &until(60.0)));
    let mut ours: Vec<(u64, i64)> =
        results.spikes("cell").into_iter().map(|(cell, time)| (cell, step(time))).collect();
    ours.sort_unstable();
    theirs.sort_unstable();
    assert!(theirs.len() > 900);
    assert_eq!(ours, theirs);
}

#[test]
fn the_spikes_are_the_same_on_any_number_of_threads() {
    let model = network(NETWORK, &until(100.0));
    let one = run(&model).memory;
    assert_eq!(one.spikes.len(), 1601, "16 volleys of 100 cells, and the kick");
    for threads in [2, 3, 4, 7] {
        assert!(bits(&run_on(&model, threads).memory) == bits(&one), "{threads} threads differ from one");
    }
}
