//! What measures are by theory: known values, bounds, symmetries, and NaN where there is nothing to say.

use proptest::prelude::*;
use volley::analysis::{Measure, Population, Recording, catalogue};
use volley::diagnostic::SourceId;
use volley::random::Stream;

fn recording(trains: Vec<Vec<f64>>, until: f64) -> Recording {
    Recording {
        populations: vec![Population { name: "cells".into(), trains }],
        lists: vec![("none".into(), Vec::new()), ("twice".into(), vec![1, 0, 1])],
        until,
        ..Recording::default()
    }
}

fn of(text: &str, recording: &Recording) -> f64 {
    Measure::parse(text, SourceId(0), 0).unwrap_or_else(|wrong| panic!("{text}: {wrong}")).of(recording)
}

/// Trains of `cells` independent Poisson processes of `rate` Hz up to `until` ms.
fn poisson(cells: usize, rate: f64, until: f64, seed: u32) -> Vec<Vec<f64>> {
    let mut random = Stream::new(seed, 0, 0, 0);
    let mut train = || {
        let mut time = 0.0;
        let times = std::iter::repeat_with(|| {
            time += random.negexp(1000.0 / rate);
            time
        });
        times.take_while(|t| *t <= until).collect()
    };
    (0..cells).map(|_| train()).collect()
}

/// A clock of so many ms.
fn clock(first: f64, interval: f64, until: f64) -> Vec<f64> {
    (0..).map(|k| first + f64::from(k) * interval).take_while(|t| *t <= until).collect()
}

/// A measure's text with what it cannot do without.
fn complete(name: &str) -> String {
    if name == "vector_strength" { "vector_strength(period=10)".into() } else { name.into() }
}

#[test]
fn counts_and_rates_are_of_the_window() {
    let recording = recording(vec![vec![0.0, 10.0, 20.0], vec![20.0, 100.0], vec![]], 100.0);
    assert_eq!(of("count", &recording), 5.0);
    assert_eq!(of("rate", &recording), 5.0 / 3.0 / 0.1);
    assert_eq!(of("active", &recording), 2.0 / 3.0);
    // A window has its beginning; its end only where the recording ends.
    assert_eq!(of("count(from=10, to=20)", &recording), 1.0);
    assert_eq!(of("count(from=20)", &recording), 3.0);
    assert_eq!(of("count(to=100)", &recording), 5.0);
    assert_eq!(of("count(from=20, to=99)", &recording), 2.0);
    // As far as the recording goes, and not after it.
    assert_eq!(of("rate(to=1000)", &recording), of("rate", &recording));
    assert!(of("count(from=101)", &recording).is_nan());
    assert_eq!(of("latency(from=5)", &recording), 5.0);
    assert_eq!(of("cell_latency(from=5)", &recording), (5.0 + 15.0) / 2.0);
    assert_eq!(of("recognised(at_least=5)", &recording), 1.0);
    assert_eq!(of("recognised(at_least=6)", &recording), 0.0);
    assert_eq!(of("count(cells=twice)", &recording), 5.0);
    assert_eq!(of("count(cells=1-2)", &recording), 2.0);
}

#[test]
fn where_nothing_can_be_said_is_nan() {
    let silent = recording(vec![vec![], vec![]], 100.0);
    let zeros = ["count", "rate", "active", "recognised", "gamma_power", "order", "duration"];
    let empty = recording(vec![], 100.0);
    let alone = recording(vec![vec![10.0, 20.0, 40.0]], 100.0);
    let instant = recording(vec![vec![], vec![0.0]], 0.0);
    for described in catalogue() {
        let text = complete(described.name);
        let value = of(&text, &silent);
        assert!(
            if zeros.contains(&described.name) { value == 0.0 } else { value.is_nan() },
            "{text}: {value}"
        );
        of(&text, &empty);
        of(&text, &instant);
        if ["chi", "order", "duration", "spike_distance", "spike_sync", "correlation", "convergence"]
            .contains(&described.name)
        {
            assert!(of(&text, &alone).is_nan(), "{text} of one cell");
        }
        let unknown = text.replace(described.name, &format!("{}(other)", described.name));
        if described.name != "vector_strength" {
            assert!(of(&unknown, &alone).is_nan(), "{unknown}");
        }
    }
    // A file can claim anything.
    let long = recording(vec![vec![1e300], vec![5.0]], 1e300);
    for described in catalogue() {
        of(&complete(described.name), &long);
    }
}

#[test]
fn a_clock_is_regular_and_poisson_is_not() {
    let clocks = recording(vec![clock(3.0, 20.0, 1000.0), clock(5.0, 25.0, 1000.0)], 1000.0);
    for text in ["cv", "cv2", "lv"] {
        assert!(of(text, &clocks).abs() < 1e-12, "{text}");
    }
    assert!((of("vector_strength(period=20, cells=0)", &clocks) - 1.0).abs() < 1e-12);
    assert!(of("vector_strength(period=40, cells=0)", &clocks) < 1e-12);
    assert_eq!(of("vector_strength(frequency=50)", &clocks), of("vector_strength(period=20)", &clocks));
    // 20 cells of about 2000 intervals: standard errors near 0.005.
    let random = recording(poisson(20, 20.0, 100_000.0, 1), 100_000.0);
    for text in ["cv", "cv2", "lv"] {
        assert!((of(text, &random) - 1.0).abs() < 0.03, "{text}: {}", of(text, &random));
    }
    assert!(of("vector_strength(period=20)", &random) < 0.02);
    assert!(of("correlation", &random).abs() < 0.01);
}

/// Golomb and Rinzel: 1 for full synchrony, of the order of 1/sqrt(N) without any.
#[test]
fn chi_is_one_for_identical_trains_and_falls_as_the_root_of_the_number() {
    let train = &poisson(1, 20.0, 5000.0, 2)[0];
    let same = recording(vec![train.clone(); 7], 5000.0);
    assert!((of("chi", &same) - 1.0).abs() < 1e-9);
    assert!((of("correlation", &same) - 1.0).abs() < 1e-9);
    for cells in [4, 25, 100] {
        let chi = of("chi", &recording(poisson(cells, 20.0, 20_000.0, 3), 20_000.0));
        let wanted = 1.0 / (cells as f64).sqrt();
        assert!((chi / wanted - 1.0).abs() < 0.1, "{cells} cells: {chi}, not {wanted}");
    }
}

/// Two clocks, the second by d later: ISI-distance 0; SPIKE-distance d/T away from the edges, as every spike is d from the nearest one.
#[test]
fn distances_of_clocks_are_known() {
    let (interval, late) = (20.0, 3.0);
    let two = recording(vec![clock(0.0, interval, 1000.0), clock(late, interval, 1003.0)], 1003.0);
    let inner = "from=100, to=900";
    assert!(of(&format!("isi_distance({inner})"), &two).abs() < 1e-12);
    assert!((of(&format!("spike_distance({inner})"), &two) - late / interval).abs() < 1e-12);
    assert_eq!(of("spike_sync", &two), 1.0);
    // Intervals of 20 and 30 ms: |20 - 30| / 30.
    let unlike = recording(vec![clock(0.0, 20.0, 600.0), clock(0.0, 30.0, 600.0)], 600.0);
    assert!((of("isi_distance", &unlike) - 1.0 / 3.0).abs() < 1e-12);
}

/// A rate 100 (1 + sin(2 pi 40 Hz t)) Hz has the variance 100^2/2, all of it in the gamma band and at 40 Hz. Of 2000 cells the counting noise is small.
#[test]
fn a_gamma_rhythm_is_found_with_its_power() {
    let mut random = Stream::new(4, 0, 0, 0);
    let mut kept = |t: &f64| random.uniform() < 0.5 * (1.0 + (std::f64::consts::TAU * 0.04 * t).sin());
    let candidates = poisson(2000, 200.0, 1000.0, 5);
    let trains = candidates.into_iter().map(|train| train.into_iter().filter(&mut kept).collect()).collect();
    let recording = recording(trains, 1000.0);
    assert!((of("gamma_power(segment=250)", &recording) / 5000.0 - 1.0).abs() < 0.05);
    assert_eq!(of("gamma_frequency(segment=250)", &recording), 40.0);
    assert!(of("gamma_fraction(segment=250)", &recording) > 0.95);
    assert!(of("gamma_power(low=50, high=80, segment=250)", &recording) < 50.0);
    assert!((of("vector_strength(frequency=40)", &recording) - 0.5).abs() < 0.01);
}

/// Four clocks of one rate that come into step for a while: the order parameter finds it, and when.
#[test]
fn the_synchronous_moment_is_found() {
    let until = 1000.0;
    let shifted = |shift: f64| {
        let phase = |t: f64| if (400.0..600.0).contains(&t) { 0.0 } else { shift };
        (0..50).map(|k| 20.0 * f64::from(k)).map(|t| t + phase(t)).collect::<Vec<f64>>()
    };
    let trains: Vec<Vec<f64>> = [0.0, 5.0, 10.0, 15.0].map(shifted).into();
    let together = recording(trains, until);
    assert!((of("order", &together) - 1.0).abs() < 1e-12);
    assert!((of("moment", &together) - 400.0).abs() <= 10.0, "{}", of("moment", &together));
    assert!((of("duration", &together) - 190.0).abs() <= 20.0, "{}", of("duration", &together));
    assert!((400.0..600.0).contains(&of("order_time", &together)));
    assert!(of("convergence", &together) < 1e-9);
    // Apart, of equal rates: rates converge, cells are not in step.
    assert!(of("order(from=50, to=350)", &together) < 1e-12);
    assert_eq!(of("duration(from=50, to=350)", &together), 0.0);
    assert!(of("moment(from=50, to=350)", &together).is_nan());
    assert!(of("convergence(from=50, to=350)", &together) < 1e-12);
    // A cell that is silent is not in step, and its rate is another.
    let mut trains = together.populations[0].trains.clone();
    trains.push(Vec::new());
    let lame = recording(trains, until);
    assert!((of("order", &lame) - 0.8).abs() < 1e-12);
    // Rates r, r, r, r, 0: mean 4r/5, standard deviation 2r/5.
    assert!((of("convergence", &lame) - 0.5).abs() < 1e-12);
}

/// Trains with times on a grid, so that some coincide.
fn trains() -> impl Strategy<Value = Vec<Vec<f64>>> {
    let train = proptest::collection::btree_set(0u32..=400, 0..30);
    let train = train.prop_map(|times| times.into_iter().map(|t| f64::from(t) * 0.25).collect());
    proptest::collection::vec(train, 2..6)
}

proptest! {
    #[test]
    fn bounds_hold(trains in trains()) {
        let recording = recording(trains, 100.0);
        for name in ["active", "isi_distance", "spike_distance", "spike_sync", "chi", "order", "gamma_fraction", "vector_strength"] {
            let value = of(&complete(name), &recording);
            prop_assert!(value.is_nan() || (-1e-12..=1.0 + 1e-9).contains(&value), "{}: {}", name, value);
        }
        let correlation = of("correlation", &recording);
        prop_assert!(correlation.is_nan() || (-1.0 - 1e-9..=1.0 + 1e-9).contains(&correlation));
    }

    #[test]
    fn the_order_of_cells_does_not_matter(trains in trains(), turn in 1usize..5) {
        let mut turned = trains.clone();
        let by = turn % turned.len();
        turned.rotate_left(by);
        let (one, two) = (recording(trains, 100.0), recording(turned, 100.0));
        for described in catalogue() {
            let text = complete(described.name);
            let (a, b) = (of(&text, &one), of(&text, &two));
            let near = (a - b).abs() <= 1e-9 * a.abs().max(1.0) || (a.is_nan() && b.is_nan());
            prop_assert!(near, "{}: {} and {}", text, a, b);
        }
    }

    #[test]
    fn identical_trains_have_no_distance(train in proptest::collection::btree_set(0u32..=400, 1..30), cells in 2usize..5) {
        let train: Vec<f64> = train.into_iter().map(|t| f64::from(t) * 0.25).collect();
        let same = recording(vec![train; cells], 100.0);
        prop_assert!(of("isi_distance", &same).abs() < 1e-12);
        prop_assert!(of("spike_distance", &same).abs() < 1e-12);
        prop_assert_eq!(of("spike_sync", &same), 1.0);
    }

    /// Later by a whole number of bins, and the window with it: nothing changes, but times do by that much.
    #[test]
    fn a_shift_in_time_changes_nothing(trains in trains(), shift in 1u32..20) {
        let shift = f64::from(shift) * 5.0;
        let later = trains.iter().map(|train| train.iter().map(|t| t + shift).collect()).collect();
        // Both are recorded from long before the first spike on, and to the same time after the last one.
        let (one, two) = (recording(trains, 300.0), recording(later, 300.0 + shift));
        for described in catalogue().iter().filter(|d| d.unit != "ms" || d.name == "duration" || d.name == "isi") {
            let text = match described.name {
                "vector_strength" => "vector_strength(period=5, WINDOW)".to_string(),
                // The first interval reaches from the recording's beginning: it does change.
                "isi_distance" | "spike_distance" => continue,
                name => format!("{name}(WINDOW)"),
            };
            let at = |shift: f64| text.replace("WINDOW", &format!("from={shift}, to={}", 150.0 + shift));
            let (a, b) = (of(&at(0.0), &one), of(&at(shift), &two));
            let near = (a - b).abs() <= 1e-9 * a.abs().max(1.0) || (a.is_nan() && b.is_nan());
            prop_assert!(near, "{}: {} and {}", text, a, b);
        }
    }
}
