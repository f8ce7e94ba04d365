//! The answer is the same, bit for bit, on any number of threads, and in one piece or in several.

mod common;

use common::{bits, described, network, run, run_on, run_to};
use proptest::prelude::*;
use volley::network::Overrides;

const THREADS: [usize; 4] = [2, 3, 4, 7];

/// Criterion (issue 2, "Done when" 3): spikes and samples of any number of threads are those of one, to the last bit.
fn same_on_all(name: &str, overrides: &Overrides) {
    let model = network(name, overrides);
    let one = run(&model).memory;
    assert!(one.spikes.len() > 40 && one.samples.iter().any(|s| !s.is_empty()));
    for threads in THREADS {
        assert!(bits(&run_on(&model, threads).memory) == bits(&one), "{threads} threads differ from one");
    }
}

#[test]
fn hopfield_brody_is_the_same_on_any_number_of_threads() {
    same_on_all(
        "networks/hopfield-brody/after.toml",
        &Overrides { tstop: Some(500.0), ..Overrides::default() },
    );
}

#[test]
fn the_ring_is_the_same_on_any_number_of_threads() {
    same_on_all("networks/ring/network.toml", &Overrides { tstop: Some(100.0), ..Overrides::default() });
}

/// A made-up network: noisy sources, two kinds of event-driven cells and cells with hh, joined at random.
#[derive(Clone, Debug)]
struct MadeUp {
    seed: u32,
    dt: f64,
    sources: u32,
    points: u32,
    cells: u32,
    rule: &'static str,
    shortest: f64,
    spread: f64,
    noise: f64,
}

fn made_up() -> impl Strategy<Value = MadeUp> {
    let rules = prop::sample::select(vec![
        "rule = \"probability\"\nprobability = 0.4",
        "rule = \"indegree\"\nindegree = 1",
        "rule = \"all_to_all\"",
        "rule = \"map\"\ntarget = 0",
    ]);
    let dt = prop::sample::select(vec![0.025, 0.05, 0.1, 0.03]);
    // Delays of whole steps, so that events fall together, and of any length.
    let spread = prop_oneof![Just(0.0), 0.0..4.0];
    (any::<u32>(), dt, 1..6u32, 1..8u32, 1..9u32, rules, 1..20u32, spread, 0.0..1.0).prop_map(
        |(seed, dt, sources, points, cells, rule, steps, spread, noise)| {
            let shortest = f64::from(steps) * dt;
            MadeUp { seed, dt, sources, points, cells, rule, shortest, spread, noise }
        },
    )
}

impl MadeUp {
    fn text(&self) -> String {
        let MadeUp { seed, dt, sources, points, cells, rule, shortest, spread, noise } = self;
        let mut text = format!(
            r#"
            [parameters]
            shortest = {shortest:?}
            spread = {spread:?}

            [simulation]
            dt = {dt:?}
            tstop = 30
            seed = {seed}

            [cell.small.section.soma]
            L = 15
            diam = 15
            [cell.small.section.dend]
            L = 80
            diam = 1
            nseg = 3
            parent = "soma"
            [cell.small.mechanism.hh]
            on = "soma"
            [cell.small.mechanism.pas]
            on = "dend"
            [cell.small.point.fast]
            mechanism = "ExpSyn"
            at = "dend(0.5)"
            tau = 2
            [cell.small.point.slow]
            mechanism = "Exp2Syn"
            tau1 = 1
            tau2 = 5
            e = -70
            [cell.small.detector]
            threshold = 0

            [population.source]
            mechanism = "NetStim"
            count = {sources}
            values.interval = "2 + 0.5 * index"
            values.start = "uniform(0, 3)"
            values.number = 1e6
            values.noise = {noise:?}
            [population.one]
            mechanism = "IntFire1"
            count = {points}
            values.refrac = 1.5
            [population.four]
            mechanism = "IntFire4"
            count = {points}
            [population.cell]
            cell = "small"
            count = {cells}

            [record.v]
            population = "cell"
            at = ["soma(0.5)", "dend(1)"]
            every = {dt:?}
            [record.g]
            population = "cell"
            variable = "fast.g"
            every = {:?}
            "#,
            4.0 * dt
        );
        let weights = [
            ("source", "one", "uniform(0.2, 0.9)"),
            ("source", "four", "uniform(0.2, 0.9)"),
            ("source", "cell.fast", "uniform(0.002, 0.01)"),
            ("one", "cell.fast", "0.004"),
            ("one", "four", "normal(0, 0.4)"),
            ("four", "one", "0.3"),
            ("cell", "cell.slow", "uniform(0, 0.01)"),
            ("cell", "one", "0.6"),
            ("cell", "four", "-0.5"),
        ];
        for (i, (from, to, weight)) in weights.into_iter().enumerate() {
            text += &format!(
                "[connection.c{i}]\nfrom = \"{from}\"\nto = \"{to}\"\n{rule}\nweight = \"{weight}\"\n\
                 delay = \"shortest + spread * uniform(0, 1)\"\n"
            );
        }
        text
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Property: spikes and samples of a made-up network do not depend on the threads, nor on where the run is
    /// cut into pieces.
    #[test]
    fn made_up_networks_are_the_same_on_any_number_of_threads_and_in_pieces(
        network in made_up(),
        threads in 2..=7usize,
        cuts in prop::collection::vec(0.0..30.0f64, 0..4),
    ) {
        let model = described(&network.text());
        let one = run(&model).memory;
        prop_assert!(!one.spikes.is_empty());
        prop_assert!(bits(&run_on(&model, threads).memory) == bits(&one), "{} threads differ from one", threads);

        let mut ends = cuts;
        ends.sort_by(f64::total_cmp);
        ends.push(30.0);
        for threads in [1, threads] {
            let pieces = run_to(&model, threads, &ends).memory;
            prop_assert!(bits(&pieces) == bits(&one), "pieces that end at {:?} on {} threads differ", ends, threads);
        }
    }
}
