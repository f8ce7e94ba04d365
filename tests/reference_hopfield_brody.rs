//! The Hopfield-Brody network against NEURON 9.0.2 (tests/reference/hopfield-brody): three conditions, every spike.

mod common;

use std::collections::BTreeMap;

use common::{Results, distance, network, path, reference_table, run};
use volley::network::Overrides;

const DT: f64 = 0.05;

/// The steps at whose ends each cell fired, by (population, cell).
type Trains = BTreeMap<(String, u64), Vec<i64>>;

fn reference(name: &str) -> Trains {
    let text = std::fs::read_to_string(path("tests/reference/hopfield-brody").join(name)).unwrap();
    let mut trains = Trains::new();
    for line in text.lines().skip(1) {
        let [population, cell, time] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let time: f64 = time.parse().unwrap();
        let train = trains.entry((population.to_string(), cell.parse().unwrap())).or_default();
        train.push((time / DT).round() as i64);
    }
    trains
}

fn trains(results: &Results) -> Trains {
    let mut trains = Trains::new();
    for population in ["alpha", "beta", "gamma"] {
        for (cell, time) in results.spikes(population) {
            let step = (time / DT).round();
            assert!(
                (time - step * DT).abs() < 1e-9,
                "a detector fires at the end of a step, not at {time} ms"
            );
            trains.entry((population.to_string(), cell)).or_default().push(step as i64);
        }
    }
    trains
}

/// Criterion (issue 2, "Done when" 1): the reference's very counts; at least 99.9 % of the spikes in the reference's
/// very step, the others within one step; v of gamma and of alpha cell 43 within `bound` mV.
/// Measured: all spikes in the very step, v within 5.4e-8 mV, which is the last digit of the tables.
fn compare(network_file: &str, reference_name: &str, counts: [usize; 3], bound: [f64; 2]) {
    let results = run(&network(&format!("networks/hopfield-brody/{network_file}"), &Overrides::default()));
    let found = ["alpha", "beta", "gamma"].map(|p| results.spikes(p).len());
    assert_eq!(found, counts, "spikes of alpha, beta and gamma");

    let (ours, theirs) = (trains(&results), reference(&format!("{reference_name}_spikes.csv")));
    assert!(ours.keys().eq(theirs.keys()), "other cells fire");
    let (mut all, mut elsewhere) = (0, 0);
    for (cell, train) in &theirs {
        let own = &ours[cell];
        assert_eq!(own.len(), train.len(), "number of spikes of {cell:?}");
        for (a, b) in own.iter().zip(train) {
            all += 1;
            elsewhere += usize::from(a != b);
            assert!((a - b).abs() <= 1, "{cell:?} fires at {} ms, not {} ms", *a as f64 * DT, *b as f64 * DT);
        }
    }
    assert_eq!(all, counts.iter().sum::<usize>());
    println!("{network_file}: {elsewhere} of {all} spikes in another step");
    assert!(elsewhere * 1000 <= all, "{elsewhere} of {all} spikes in another step");

    let (_, columns) = reference_table(&format!("hopfield-brody/{reference_name}_v.csv"));
    for ((report, column), bound) in
        [("gamma_v", &columns[1]), ("alpha_v", &columns[2])].into_iter().zip(bound)
    {
        let error = distance(&results.series(report), column);
        println!("{network_file}: {report} within {error:e} mV");
        assert!(error <= bound, "{report} is off by {error} mV");
    }
}

#[test]
fn before_training() {
    compare("before.toml", "before", [5033, 5033, 0], [1e-6, 1e-6]);
}

#[test]
fn after_training() {
    compare("after.toml", "after", [4494, 4497, 7], [1e-6, 1e-6]);
}

#[test]
fn random_input() {
    compare("random.toml", "random1", [4444, 4473, 3], [1e-6, 1e-6]);
}
