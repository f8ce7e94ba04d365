//! Networks of this project, loaded.

use std::path::Path;

use volley::diagnostic::Sources;
use volley::network::{Body, Cache, Loaded, Model, Overrides, Values, load, load_sharing};

fn network(name: &str, overrides: &Overrides) -> Loaded {
    let mut sources = Sources::default();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("networks").join(name);
    match load(&path, overrides, &mut sources) {
        Ok(loaded) => loaded,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    }
}

fn set(name: &str, value: &str) -> Overrides {
    Overrides { set: vec![(name.to_string(), value.to_string())], ..Overrides::default() }
}

fn starts(model: &Model) -> Vec<f64> {
    let (_, population) = model.population("channel").unwrap();
    let Body::Artificial(body) = &population.body else { panic!() };
    let column = model.mechanisms[body.mechanism].module.variable("start").unwrap().first;
    let setting = body.settings.iter().find(|s| s.column == column).unwrap();
    (0..population.count as usize).map(|cell| setting.values.get(cell, 0)).collect()
}

fn file(name: &str) -> Vec<f64> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("networks/hopfield-brody").join(name);
    std::fs::read_to_string(path).unwrap().split_whitespace().map(|w| w.parse().unwrap()).collect()
}

#[test]
fn hopfield_brody_has_the_cells_and_connections_of_the_model() {
    let loaded = network("hopfield-brody/network.toml", &Overrides::default());
    let model = &loaded.model;
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    assert_eq!(model.name, "hopfield-brody");
    let counts: Vec<(&str, u64, u32)> =
        model.populations.iter().map(|p| (p.name.as_str(), p.first_id, p.count)).collect();
    assert_eq!(counts, [("alpha", 0, 200), ("beta", 200, 200), ("gamma", 400, 1), ("channel", 401, 40)]);
    let connections: Vec<(&str, usize, f64, f64)> = model
        .projections
        .iter()
        .map(|p| (p.name.as_str(), p.connections.len(), p.connections.weight[0], p.connections.delay[0]))
        .collect();
    assert_eq!(
        connections,
        [
            ("channel_to_alpha", 200, 0.00013, 0.5),
            ("channel_to_beta", 200, 0.00013, 0.5),
            ("alpha_to_alpha", 870, 0.00001, 0.5),
            ("beta_to_beta", 870, 0.000015, 0.5),
            ("beta_to_alpha", 900, 0.000015, 0.5),
            ("alpha_to_beta", 900, 0.00001, 0.5),
            ("alpha_to_gamma", 30, 0.00005, 0.5),
            ("beta_to_gamma", 30, 0.00001, 0.5),
        ]
    );
    for projection in &model.projections[..2] {
        let pairs = projection.connections.source.iter().zip(&projection.connections.target);
        assert!(pairs.into_iter().all(|(source, target)| *source == target / 5));
    }
    let (_, alpha) = model.population("alpha").unwrap();
    let Body::Cells(body) = &alpha.body else { panic!() };
    let input = body.points.iter().find(|p| p.name == "input").unwrap();
    let tau = model.mechanisms[input.mechanism].module.variable("tau").unwrap().first;
    let values = &input.settings.iter().find(|s| s.column == tau).unwrap().values;
    assert!((0..200).all(|cell| values.get(cell, 0) == 200.0 + 100.0 * (cell % 5) as f64));
    assert_eq!(body.rests.len(), 1);
    let reversal: Vec<(&str, &Values)> =
        body.ions.iter().map(|set| (model.ions[set.ion].name.as_str(), &set.reversal)).collect();
    assert_eq!(reversal, [("na", &Values::Uniform(55.0)), ("k", &Values::Uniform(-90.0))]);
    assert_eq!(body.detector.unwrap().threshold, -20.0);
    assert_eq!(
        model.reports.iter().map(|r| (r.every, r.double)).collect::<Vec<_>>(),
        [(10, true), (10, true)]
    );
}

#[test]
fn channels_fire_at_the_times_of_the_pattern_exactly() {
    let expected = |name: &str| file(name).into_iter().map(|s| s * 1000.0).collect::<Vec<_>>();
    let plain = network("hopfield-brody/after.toml", &Overrides::default());
    assert_eq!(starts(&plain.model), expected("exemplar.txt"));
    let random = network("hopfield-brody/random.toml", &Overrides::default());
    assert_eq!(starts(&random.model), expected("random1_starts.txt"));
    let set = network("hopfield-brody/after.toml", &set("pattern", "random1_starts.txt"));
    assert_eq!(starts(&set.model), expected("random1_starts.txt"));
}

#[test]
fn the_pattern_is_warped_about_its_first_time() {
    let plain = starts(&network("hopfield-brody/network.toml", &Overrides::default()).model);
    let warped = starts(&network("hopfield-brody/network.toml", &set("time_warp", "2")).model);
    let first = plain.iter().copied().fold(f64::INFINITY, f64::min);
    for (plain, warped) in plain.iter().zip(&warped) {
        assert!((warped - (first + 2.0 * (plain - first))).abs() < 1e-9);
    }
}

#[test]
fn noise_depends_on_the_seed_alone_and_never_goes_below_zero() {
    let noisy = |seed, noise: &str| {
        let overrides = Overrides { seed: Some(seed), ..set("noise", noise) };
        starts(&network("hopfield-brody/network.toml", &overrides).model)
    };
    assert_eq!(noisy(1, "5"), noisy(1, "5"));
    assert_ne!(noisy(1, "5"), noisy(2, "5"));
    assert!(noisy(1, "1000").iter().all(|t| *t >= 0.0));
    let plain = file("exemplar.txt");
    let deviations = noisy(3, "5").iter().zip(&plain).map(|(t, s)| t - 1000.0 * s).collect::<Vec<_>>();
    let variance = deviations.iter().map(|d| d * d).sum::<f64>() / deviations.len() as f64;
    assert!((1.0..64.0).contains(&variance), "{variance}");
}

#[test]
fn as_published_loads_when_the_delays_are_reset_for_the_run() {
    let overrides = Overrides { reset_zero_delays: Some(0.5), ..Overrides::default() };
    let reset = network("hopfield-brody/as-published.toml", &overrides);
    assert_eq!(reset.delays_reset, 4000);
    let after = network("hopfield-brody/after.toml", &Overrides::default());
    for (a, b) in reset.model.projections.iter().zip(&after.model.projections) {
        assert_eq!(a.connections, b.connections);
    }
}

/// Loads that share files and mechanisms give what a load by itself gives: the model, and the texts that spans point into.
#[test]
fn a_shared_load_is_like_one_alone() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("leak.inc", "UNITS { (mV) = (millivolt) (S) = (siemens) (mA) = (milliamp) }\n");
    write(
        "leak.mod",
        "NEURON { SUFFIX leak NONSPECIFIC_CURRENT i RANGE g }\nINCLUDE \"leak.inc\"\n\
         PARAMETER { g = 0.001 (S/cm2) unused = 2 }\nASSIGNED { v (mV) i (mA/cm2) }\n\
         BREAKPOINT { i = g * (v + 65) }\n",
    );
    write(
        "net.toml",
        "[parameters]\nlength = 20\nfiles = \"a.txt\"\n[simulation]\ntstop = 1\n\
         [mechanisms]\nfiles = [\"leak.mod\"]\n[table.t]\nfile = \"{files}\"\n\
         [cell.c.section.soma]\nL = \"length\"\ndiam = \"t(0)\"\n[cell.c.mechanism.leak]\n[cell.c.mechanism.hh]\n\
         [population.p]\ncell = \"c\"\n",
    );
    write("a.txt", "10\n");
    write("b.txt", "11\n");
    let path = folder.path().join("net.toml");
    let cache = Cache::default();
    let told = |loaded: Loaded, sources: &Sources| {
        let texts: Vec<String> = sources.iter().map(|s| format!("{} {}", s.name, s.text)).collect();
        format!("{:?}\n{}\n{}", loaded.model, loaded.warnings.render(sources, false), texts.join("\n"))
    };
    let mut seen = std::collections::HashSet::new();
    // Also with more texts before the mechanism: `--set` has texts of its own.
    for set in [
        vec![],
        vec![("length", "30")],
        vec![("files", "b.txt"), ("length", "30")],
        vec![("length", "40")],
        vec![],
    ] {
        let set = set.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let overrides = Overrides { set, ..Overrides::default() };
        let (mut alone, mut shared) = (Sources::default(), Sources::default());
        let expected = load(&path, &overrides, &mut alone).unwrap();
        let found = load_sharing(&path, &overrides, &mut shared, &cache).unwrap();
        let expected = told(expected, &alone);
        assert_eq!(told(found, &shared), expected);
        seen.insert(expected);
    }
    assert_eq!(seen.len(), 4);
    let names: Vec<String> = cache
        .files()
        .iter()
        .map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, ["a.txt", "b.txt", "leak.mod", "net.toml"]);
}
