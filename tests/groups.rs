//! A thread's cells in groups: the same results, bit for bit, whatever the size of groups and on any number of threads.

mod common;

use std::sync::Arc;

use common::{bits, described, described_with, network, run};
use volley::engine::{BuildError, Control, Grouping, Memory, Outcome, RunError, Simulation};
use volley::kernel::Level;
use volley::network::{Model, Overrides};
use volley::partition::Plan;

/// From one compartment a group to all in one.
const SIZES: [Grouping; 4] = [
    Grouping { bytes: 1, compartments: 1 },
    Grouping { bytes: 10_000, compartments: 1 },
    Grouping { bytes: 10_000, compartments: 100 },
    Grouping { bytes: usize::MAX, compartments: usize::MAX },
];

fn simulation(model: &Arc<Model>, threads: usize, grouping: Grouping) -> Result<Simulation, BuildError> {
    Simulation::grouped(model.clone(), Plan::new(model, threads), Level::detect(), grouping)
}

fn run_grouped(model: &Arc<Model>, threads: usize, grouping: Grouping, ends: &[f64]) -> Memory {
    let mut simulation = simulation(model, threads, grouping).unwrap();
    let mut memory = Memory::default();
    for end in ends {
        let outcome = simulation.run(*end, &mut memory, &mut |_| Control::Continue).unwrap();
        assert_eq!(outcome, Outcome::Complete);
    }
    memory
}

fn same_in_all_groups(model: &Arc<Model>) {
    let (one, end) = (run(model).memory, model.simulation.tstop);
    assert!(one.spikes.len() > 40 && one.samples.iter().any(|s| !s.is_empty()));
    for grouping in SIZES {
        for threads in [1, 2, 3, 4, 7] {
            let other = run_grouped(model, threads, grouping, &[end]);
            assert!(bits(&other) == bits(&one), "{grouping:?} on {threads} threads");
        }
    }
}

#[test]
fn the_ring_is_the_same_in_groups_of_any_size() {
    let text = std::fs::read_to_string(common::path("networks/ring/network.toml")).unwrap();
    let text = text.replace("tstop = 200", "tstop = 60").replace("rings = 4", "rings = 9");
    same_in_all_groups(&described(&text));
}

#[test]
fn hopfield_brody_is_the_same_in_groups_of_any_size() {
    let overrides = Overrides { tstop: Some(250.0), ..Overrides::default() };
    same_in_all_groups(&network("networks/hopfield-brody/after.toml", &overrides));
}

/// Two cell types, artificial cells, a connection that knows what else ends at its target, delays of all lengths, and reports of all cells.
const MIXED: &str = r#"
[simulation]
tstop = 40
seed = 3
[mechanisms]
files = ["counts.mod"]
[cell.small.section.soma]
L = 15
diam = 15
[cell.small.mechanism.hh]
[cell.small.point.counts]
mechanism = "Counts"
at = "soma(0.5)"
[cell.small.point.slow]
mechanism = "Exp2Syn"
at = "soma(0.5)"
tau1 = 1
tau2 = 5
[cell.small.detector]
threshold = 0
[cell.large.section.soma]
L = 15
diam = 15
[cell.large.section.dend]
count = 3
L = 100
diam = 1
nseg = 4
parent = "soma"
[cell.large.mechanism.hh]
on = "soma"
[cell.large.mechanism.pas]
on = "dend*"
[cell.large.point.fast]
mechanism = "ExpSyn"
at = "dend[1](0.6)"
tau = 2
[cell.large.detector]
threshold = 0
[population.source]
mechanism = "NetStim"
count = 11
values.interval = "3 + 0.5 * index"
values.start = "uniform(0, 3)"
values.number = 1e6
values.noise = 0.5
[population.small]
cell = "small"
count = 29
[population.one]
mechanism = "IntFire1"
count = 23
[population.large]
cell = "large"
count = 21
[connection.a]
from = "source"
to = "small.counts"
rule = "probability"
probability = 0.4
weight = "uniform(0.002, 0.01)"
delay = "0.5 + uniform(0, 4)"
[connection.b]
from = "source"
to = "large.fast"
rule = "probability"
probability = 0.5
weight = "uniform(0.005, 0.02)"
delay = "0.5 + uniform(0, 4)"
[connection.c]
from = "small"
to = "one"
rule = "probability"
probability = 0.3
weight = 0.4
delay = "1 + uniform(0, 1)"
[connection.d]
from = "one"
to = "small.slow"
rule = "indegree"
indegree = 2
weight = 0.004
delay = 2
[connection.e]
from = "large"
to = "small.slow"
rule = "indegree"
indegree = 1
weight = 0.01
delay = 1.25
[record.v]
population = "large"
at = ["soma(0.5)", "dend[2](1)"]
every = 0.1
[record.g]
population = "small"
variable = "slow.g"
every = 0.5
[record.m]
population = "small"
variable = "hh.m"
at = "soma(0.5)"
every = 0.5
"#;

const COUNTS: &str = "NEURON {\n POINT_PROCESS Counts\n RANGE g\n NONSPECIFIC_CURRENT i\n}\nPARAMETER {\n g = 0\n}\nASSIGNED {\n i\n v\n}\n\
    BREAKPOINT {\n i = g*v\n}\nNET_RECEIVE (w, n) {\n g = 0.5*g + w\n FOR_NETCONS (all, m) {\n m = m + 1\n g = g + 1e-5*all*m\n }\n}\n";

#[test]
fn a_mixed_network_is_the_same_in_groups_of_any_size_and_in_pieces() {
    let model = described_with(MIXED, &[("counts.mod", COUNTS)]);
    same_in_all_groups(&model);
    let whole = run(&model).memory;
    for threads in [1, 3] {
        let pieces = run_grouped(&model, threads, SIZES[1], &[3.3, 17.0, 17.025, 40.0]);
        assert!(bits(&pieces) == bits(&whole), "pieces on {threads} threads");
    }
}

/// Cells fail at different times of one epoch, number 11 first. Criterion: the first in time is told, whichever group or thread it is in.
#[test]
fn of_several_groups_that_fail_the_first_in_time_is_told() {
    let text = r#"
        [simulation]
        tstop = 20
        [mechanisms]
        files = ["fails.mod"]
        [cell.c.section.soma]
        L = 15
        diam = 15
        [cell.c.mechanism.pas]
        [cell.c.point.fails]
        mechanism = "Fails"
        at = "soma(0.5)"
        [population.cells]
        cell = "c"
        count = 40
        [population.source]
        mechanism = "VecStim"
        count = 40
        times = [1]
        [connection.c]
        from = "source"
        to = "cells.fails"
        rule = "one_to_one"
        weight = 1
        delay = "5 + fmod(7 * target + 3, 40) / 10"
    "#;
    let code = "NEURON {\n POINT_PROCESS Fails\n NONSPECIFIC_CURRENT i\n}\nASSIGNED {\n i\n v\n}\nBREAKPOINT {\n i = 0\n}\n\
        NET_RECEIVE (w) {\n net_send(-1, 1)\n}\n";
    let model = described_with(text, &[("fails.mod", code)]);
    let error = |threads, grouping| -> RunError {
        let mut simulation = simulation(&model, threads, grouping).unwrap();
        simulation.run(20.0, &mut Memory::default(), &mut |_| Control::Continue).unwrap_err()
    };
    let first = error(1, SIZES[3]);
    let RunError::BadEventTime { time, .. } = &first else { panic!("{first:?}") };
    assert!((6.0..6.05).contains(time), "{time}");
    for grouping in SIZES {
        for threads in [1, 2, 3, 4, 7] {
            assert_eq!(error(threads, grouping), first, "{grouping:?} on {threads} threads");
        }
    }
}

/// Loops that do not end, at one time in the dendrites of some cells and in the somata of others. Criterion: that of the first cell is told,
/// whose compartment lies behind the others'.
#[test]
fn of_loops_without_end_that_of_the_first_cell_is_told() {
    let text = r#"
        [simulation]
        tstop = 5
        [mechanisms]
        files = ["turns.mod"]
        [cell.c.section.soma]
        L = 15
        diam = 15
        [cell.c.section.dend]
        L = 50
        diam = 1
        parent = "soma"
        [cell.c.mechanism.turns]
        [population.cells]
        cell = "c"
        count = 20
        values.turns.kind = "1 + fmod(index, 2)"
    "#;
    let code = "NEURON {\n SUFFIX turns\n RANGE kind, x\n}\nPARAMETER {\n kind = 0\n}\nASSIGNED {\n x\n diam\n}\nINITIAL {\n x = 0\n}\n\
        BREAKPOINT {\n SOLVE turn METHOD after_cvode\n}\nPROCEDURE turn() {\n if (t > 0.99 && ((kind < 1.5 && diam < 5) || (kind > 1.5 && diam > 5))) {\n \
        while (x < 1) {\n x = 0.5*x\n }\n }\n}\n";
    let model = described_with(text, &[("turns.mod", code)]);
    for grouping in SIZES {
        for threads in [1, 2, 3, 7] {
            let mut simulation = simulation(&model, threads, grouping).unwrap();
            let error = simulation.run(5.0, &mut Memory::default(), &mut |_| Control::Continue).unwrap_err();
            let RunError::EndlessLoop { culprit, time, .. } = &error else { panic!("{error:?}") };
            let told = (culprit.cell, culprit.place.as_deref());
            assert_eq!(told, (0, Some("dend(0.5)")), "{grouping:?} on {threads} threads");
            assert!((0.99..1.03).contains(time), "{time}");
        }
    }
}

/// What crosses between cells within an epoch keeps them together. Criterion: groups of any size give what one gives.
#[test]
fn cells_that_read_each_other_stay_together() {
    let model = described(
        r#"
        [simulation]
        tstop = 20
        [cell.ball.section.soma]
        L = 10
        diam = 10
        [cell.ball.mechanism.hh]
        [cell.ball.detector]
        threshold = 0
        [cell.ball.point.synapse]
        mechanism = "ExpSyn"
        at = "soma(0.5)"
        [population.ball]
        cell = "ball"
        count = 24
        [population.kick]
        mechanism = "NetStim"
        count = 1
        values.number = 3
        values.interval = 5
        values.start = 2
        [connection.kick]
        from = "kick"
        to = "ball.synapse"
        rule = "indegree"
        indegree = 1
        weight = "0.002 * (1 + target)"
        delay = 1
        [junction.gap]
        from = "ball"
        to = "ball"
        rule = "probability"
        probability = 0.2
        g = 3e-4
        [record.v]
        population = "ball"
        every = 0.1
        "#,
    );
    let one = run(&model).memory;
    assert!(!one.spikes.is_empty());
    for threads in [1, 2, 3] {
        let other = run_grouped(&model, threads, SIZES[0], &[20.0]);
        assert!(bits(&other) == bits(&one), "{threads} threads");
    }
}
