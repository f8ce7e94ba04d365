//! `plan.json`: what a folder of results is of.
//!
//! In: a sweep. Out: a [`Record`] with all that its results depend on: the axes, the settings, the measures, the contents of the network's files, Volley's version,
//! and which part of the plan the folder holds. A sweep goes on in a folder only if both records say the same; else [`Record::differences`] says what
//! has changed. It also has all that is needed to write the tables, so shards are joined without the sweep file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::check::Sweep;
use super::values::value_json;
use super::{Error, Shard};
use crate::random::fnv128;

/// Name of the file.
pub(super) const FILE: &str = "plan.json";

/// What a folder of results is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Name of the sweep.
    pub name: String,
    /// The network's description, as the sweep file names it.
    pub network: String,
    /// Volley's version.
    pub version: String,
    /// The part of the plan; none for all of it.
    pub shard: Option<Shard>,
    /// Number of runs of the whole plan.
    pub runs: u64,
    /// Runs of every combination.
    pub repeats: u64,
    /// Seed of the first run of a combination.
    pub seed: u64,
    /// Axes: name, number of points, and the parameters as sweep.json has them.
    pub axes: Vec<Json>,
    /// Parameters that all runs share.
    pub set: Map<String, Json>,
    /// Time step and end, ms, where the sweep file says them.
    pub simulation: Map<String, Json>,
    /// Measures: name, text, unit.
    pub measures: Vec<MeasureRecord>,
    /// Whether spikes are kept.
    pub keep_spikes: bool,
    /// Checksums of the network's files, by their paths from the network's folder.
    pub files: Map<String, Json>,
}

/// A measure in plan.json and sweep.json.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureRecord {
    /// Name of its column.
    pub name: String,
    /// The measure in short.
    pub text: String,
    /// Its unit.
    pub unit: String,
}

impl Record {
    /// That of a sweep, or of a shard of it. The cache knows the network's files.
    pub fn of(sweep: &Sweep, shard: Option<Shard>) -> Record {
        let axes = sweep.plan.axes.iter().map(|axis| {
            let parameter = |p: &super::axes::Parameter| {
                let mut json = p.values.json(&p.name);
                if let Some((_, unit)) = sweep.file.units.iter().find(|(name, _)| *name == p.name) {
                    json["unit"] = unit.as_str().into();
                }
                json
            };
            let parameters = axis.parameters.iter().map(parameter).collect::<Vec<_>>();
            let labels = axis.labels.as_ref().map(|l| &l.texts);
            json!({
                "name": axis.name, "points": axis.points, "zip": axis.zip, "labels": labels, "parameters": parameters
            })
        });
        let mut simulation = Map::new();
        for (name, value) in [("dt", sweep.file.dt), ("tstop", sweep.file.tstop)] {
            if let Some(value) = value {
                simulation.insert(name.into(), value.into());
            }
        }
        let measure = |(name, measure): &(String, crate::analysis::Measure)| MeasureRecord {
            name: name.clone(),
            text: measure.text(),
            unit: measure.unit().into(),
        };
        Record {
            name: sweep.file.name.clone(),
            network: sweep.base.model.name.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
            shard,
            runs: sweep.plan.runs(),
            repeats: sweep.plan.repeats,
            seed: sweep.plan.seed,
            axes: axes.collect(),
            set: sweep.file.set.iter().map(|s| (s.name.clone(), value_json(&s.value))).collect(),
            simulation,
            measures: sweep.file.measures.iter().map(measure).collect(),
            keep_spikes: sweep.file.keep_spikes,
            files: files(sweep),
        }
    }

    /// Names of the columns that say what a run is: the varied parameters, and labels ([`super::Plan::columns`]).
    pub fn columns(&self) -> Vec<String> {
        let names = self.axes.iter().flat_map(|axis| {
            let label = Some(&axis["name"]).filter(|_| axis["labels"].is_array());
            label.into_iter().chain(axis["parameters"].as_array().into_iter().flatten().map(|p| &p["name"]))
        });
        names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    }

    /// The unit of a varied parameter, where the sweep file says one.
    pub(super) fn unit(&self, name: &str) -> Option<&str> {
        let mut parameters =
            self.axes.iter().flat_map(|axis| axis["parameters"].as_array().into_iter().flatten());
        parameters.find(|p| p["name"] == name)?["unit"].as_str()
    }

    /// What sweep.json says of each varied parameter; `zip` for those that go together. An axis with labels is one entry.
    pub(super) fn parameter_entries(&self) -> impl Iterator<Item = Json> {
        self.axes.iter().flat_map(|axis| {
            let zip = axis["zip"].as_bool() == Some(true);
            let mut list = axis["parameters"].as_array().cloned().unwrap_or_default();
            if axis["labels"].is_array() {
                let values = |p: &Json| Some((p["name"].as_str()?.to_owned(), p["values"].clone()));
                let zip: Map<String, Json> = list.iter().filter_map(values).collect();
                list = vec![
                    json!({ "name": axis["name"], "kind": "zip", "labels": axis["labels"], "zip": zip }),
                ];
            }
            list.into_iter().map(move |mut parameter| {
                if zip {
                    parameter["kind"] = "zip".into();
                }
                parameter["axis"] = axis["name"].clone();
                parameter
            })
        })
    }

    /// Numbers of the runs that this folder is to hold.
    pub fn numbers(&self) -> impl Iterator<Item = u64> {
        let (first, step) = self.shard.map_or((0, 1), |s| (s.index - 1, s.of));
        (first..self.runs).step_by(step as usize)
    }

    /// How many they are.
    pub fn count(&self) -> u64 {
        let (first, step) = self.shard.map_or((0, 1), |s| (s.index - 1, s.of));
        self.runs.saturating_sub(first).div_ceil(step)
    }

    /// The record of a folder. `None` if it has none.
    ///
    /// # Errors
    /// It cannot be read or is damaged.
    pub(super) fn read(folder: &Path) -> Result<Option<Record>, Error> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(&path, "read", &error)),
            Ok(text) => text,
        };
        let damaged = |error: serde_json::Error| Error::Damaged { path, why: error.to_string() };
        let record: Record = serde_json::from_str(&text).map_err(damaged)?;
        Ok(Some(record))
    }

    /// What has changed from an earlier record to this one, in words; nothing if both say the same.
    pub(super) fn differences(&self, earlier: &Record) -> Vec<String> {
        let mut all = Vec::new();
        if self.version != earlier.version {
            all.push(format!("Volley was {} and is {}", earlier.version, self.version));
        }
        if self.shard != earlier.shard {
            let word = |shard: Option<Shard>| shard.map_or("the whole plan".into(), |s| format!("shard {s}"));
            all.push(format!("the folder holds {}, not {}", word(earlier.shard), word(self.shard)));
        }
        let name = |axis: &Json| axis["name"].as_str().unwrap_or_default().to_owned();
        for axis in &earlier.axes {
            match self.axes.iter().find(|other| name(other) == name(axis)) {
                None => all.push(format!("the axis `{}` is gone", name(axis))),
                Some(other) if other != axis => all.push(format!("the axis `{}` has changed", name(axis))),
                Some(_) => {}
            }
        }
        for axis in &self.axes {
            if earlier.axes.iter().all(|other| name(other) != name(axis)) {
                all.push(format!("the axis `{}` is new", name(axis)));
            }
        }
        if all.is_empty() && self.axes != earlier.axes {
            all.push("the axes stand in another order".into());
        }
        let mut number = |what: &str, before: u64, now: u64| {
            if before != now {
                all.push(format!("`{what}` was {before} and is {now}"));
            }
        };
        number("repeats", earlier.repeats, self.repeats);
        number("seed", earlier.seed, self.seed);
        maps("`[set]`", &earlier.set, &self.set, &mut all);
        maps("`[simulation]`", &earlier.simulation, &self.simulation, &mut all);
        if self.measures != earlier.measures {
            all.push("the measures have changed".into());
        }
        if self.keep_spikes != earlier.keep_spikes {
            all.push("`keep` has changed".into());
        }
        if self.network != earlier.network {
            all.push(format!("the network was `{}` and is `{}`", earlier.network, self.network));
        }
        maps("the network", &earlier.files, &self.files, &mut all);
        all
    }
}

/// What has changed in a table.
fn maps(what: &str, before: &Map<String, Json>, now: &Map<String, Json>, all: &mut Vec<String>) {
    let is_files = what == "the network";
    let thing = |key: &str| if is_files { format!("the file `{key}`") } else { format!("`{key}` of {what}") };
    for (key, value) in before {
        match now.get(key) {
            None => all.push(format!("{} is gone", thing(key))),
            Some(other) if other == value => {}
            Some(_) if is_files => all.push(format!("{} has changed", thing(key))),
            Some(other) => all.push(format!("{} was {value} and is {other}", thing(key))),
        }
    }
    for key in now.keys().filter(|key| !before.contains_key(*key)) {
        all.push(format!("{} is new", thing(key)));
    }
}

/// Checksums of all files that the network and its variants were made of.
fn files(sweep: &Sweep) -> Map<String, Json> {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let network = real(&sweep.file.network);
    let folder = network.parent().map(Path::to_path_buf).unwrap_or_default();
    let mut files: Vec<(String, Json)> = Vec::new();
    for (path, text) in sweep.cache.files() {
        let name = relative(&real(&path), &folder).display().to_string();
        files.push((name, format!("{:032x}", fnv128(text.as_bytes())).into()));
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files.into_iter().collect()
}

/// A path as seen from a folder, going up where it must; both are without links and dots.
fn relative(path: &Path, folder: &Path) -> PathBuf {
    let common = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(common).map(|_| std::path::Component::ParentDir);
    up.chain(path.components().skip(common)).collect()
}
