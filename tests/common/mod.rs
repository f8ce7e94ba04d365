//! What the tests of whole networks share: a description comes in, spikes and samples come out, through the library
//! alone (`network::load`, `Plan`, `Simulation`, `Memory`).

// Each test file is a program of its own and uses a part of this.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;
use volley::diagnostic::{Diagnostics, Sources};
use volley::engine::{Control, Memory, Outcome, Simulation, Spike};
use volley::network::{Loaded, Model, Overrides, load};
use volley::partition::Plan;

/// A file of this project.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The network described in a file of this project.
pub fn network(name: &str, overrides: &Overrides) -> Arc<Model> {
    let mut sources = Sources::default();
    done(load(&path(name), overrides, &mut sources), &sources)
}

/// The network that a text describes.
pub fn described(text: &str) -> Arc<Model> {
    described_with(text, &[])
}

/// The network that a text describes, with files (name, content) beside it.
pub fn described_with(text: &str, files: &[(&str, &str)]) -> Arc<Model> {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let path = folder.path().join("network.toml");
    std::fs::write(&path, text).unwrap();
    let mut sources = Sources::default();
    done(load(&path, &Overrides::default(), &mut sources), &sources)
}

fn done(loaded: Result<Loaded, Diagnostics>, sources: &Sources) -> Arc<Model> {
    match loaded {
        Ok(loaded) => Arc::new(loaded.model),
        Err(problems) => panic!("{}", problems.render(sources, false)),
    }
}

/// A network that is ready to run.
pub fn built(model: &Arc<Model>, threads: usize) -> Simulation {
    Simulation::new(model.clone(), Plan::new(model, threads)).unwrap()
}

/// Runs a network to its end on so many threads.
pub fn run_on(model: &Arc<Model>, threads: usize) -> Results {
    run_to(model, threads, &[model.simulation.tstop])
}

/// Runs a network to its end, its cells dealt out by `plan`.
pub fn run_with(model: &Arc<Model>, plan: Plan) -> Results {
    let mut simulation = Simulation::new(model.clone(), plan).unwrap();
    let mut memory = Memory::default();
    let outcome = simulation.run(model.simulation.tstop, &mut memory, &mut |_| Control::Continue).unwrap();
    assert_eq!(outcome, Outcome::Complete);
    Results { model: model.clone(), memory }
}

/// Runs a network to its end on one thread.
pub fn run(model: &Arc<Model>) -> Results {
    run_on(model, 1)
}

/// Runs a network in pieces that end at the given times (ms).
pub fn run_to(model: &Arc<Model>, threads: usize, ends: &[f64]) -> Results {
    let mut simulation = built(model, threads);
    let mut memory = Memory::default();
    for end in ends {
        let outcome = simulation.run(*end, &mut memory, &mut |_| Control::Continue).unwrap();
        assert_eq!(outcome, Outcome::Complete);
    }
    Results { model: model.clone(), memory }
}

/// What a run gave.
pub struct Results {
    pub model: Arc<Model>,
    pub memory: Memory,
}

impl Results {
    /// The spikes of a population: (cell, ms) in the order of time.
    pub fn spikes(&self, population: &str) -> Vec<(u64, f64)> {
        let (_, population) = self.model.population(population).unwrap();
        let ids = population.first_id..population.first_id + u64::from(population.count);
        let own = self.memory.spikes.iter().filter(|s| ids.contains(&s.id));
        own.map(|s| (s.id - population.first_id, s.time)).collect()
    }

    /// The times (ms) at which a cell of a population fired.
    pub fn times(&self, population: &str, cell: u64) -> Vec<f64> {
        self.spikes(population).into_iter().filter(|s| s.0 == cell).map(|s| s.1).collect()
    }

    /// The rows of a report, from t = 0 on: a value for each recorded place of each cell.
    pub fn rows(&self, report: &str) -> Vec<Vec<f64>> {
        let index = self.model.reports.iter().position(|r| r.name == report).unwrap();
        let report = &self.model.reports[index];
        let width = report.cells.len() * report.elements.len();
        self.memory.samples[index].chunks_exact(width).map(<[f64]>::to_vec).collect()
    }

    /// The values of a report of one cell and place, from t = 0 on.
    pub fn series(&self, report: &str) -> Vec<f64> {
        self.rows(report).into_iter().map(|row| if let [one] = row[..] { one } else { panic!() }).collect()
    }
}

/// Spikes and samples as bits: equal only if every number is the same one.
pub fn bits(memory: &Memory) -> (Vec<(u64, u64)>, Vec<Vec<u64>>) {
    let spikes = memory.spikes.iter().map(|s: &Spike| (s.time.to_bits(), s.id)).collect();
    let samples = memory.samples.iter().map(|s| s.iter().map(|x| x.to_bits()).collect()).collect();
    (spikes, samples)
}

/// The order p of an error that falls as h^p, from errors at h and h/2.
pub fn order(coarse: f64, fine: f64) -> f64 {
    (coarse / fine).log2()
}

/// The largest distance between two lists of the same length.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, |largest, d| if d > largest || d.is_nan() { d } else { largest })
}

/// A table of numbers in tests/reference: names of the columns, and the columns.
pub fn reference_table(name: &str) -> (Vec<String>, Vec<Vec<f64>>) {
    let text = std::fs::read_to_string(path("tests/reference").join(name)).unwrap();
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let header: Vec<String> = lines.next().unwrap().split(',').map(String::from).collect();
    let mut columns = vec![Vec::new(); header.len()];
    for line in lines {
        let words: Vec<&str> = line.split(',').collect();
        assert_eq!(words.len(), header.len(), "{line}");
        for (column, word) in columns.iter_mut().zip(words) {
            column.push(word.parse().unwrap());
        }
    }
    (header, columns)
}

/// A JSON file in tests/reference.
pub fn reference_json(name: &str) -> Json {
    serde_json::from_str(&std::fs::read_to_string(path("tests/reference").join(name)).unwrap()).unwrap()
}

/// A number of a JSON object.
pub fn number(json: &Json, key: &str) -> f64 {
    json[key].as_f64().unwrap_or_else(|| panic!("no number `{key}` in {json}"))
}

/// A text of a JSON object.
pub fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json[key].as_str().unwrap_or_else(|| panic!("no text `{key}` in {json}"))
}

/// The items of a list of a JSON object.
pub fn items<'a>(json: &'a Json, key: &str) -> &'a [Json] {
    json[key].as_array().unwrap_or_else(|| panic!("no list `{key}` in {json}"))
}

/// Parameters of a mechanism, a JSON object of numbers and lists, as lines of TOML.
pub fn settings(parameters: &Json) -> String {
    let mut lines = String::new();
    for (name, value) in parameters.as_object().unwrap() {
        match value.as_array() {
            Some(list) => {
                for (i, item) in list.iter().enumerate() {
                    lines += &format!("\"{name}[{i}]\" = {:?}\n", item.as_f64().unwrap());
                }
            }
            None => lines += &format!("{name} = {:?}\n", value.as_f64().unwrap()),
        }
    }
    lines
}
