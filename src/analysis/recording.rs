//! The spikes of a run, cell by cell.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, suggest};
use crate::engine::Spike;
use crate::record::{PopulationLayout, read_spikes};

/// The spikes of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// Name of the network; empty where nothing says it.
    pub network: String,
    /// In the order of the description, or of their names where only a spike file is known.
    pub populations: Vec<Population>,
    /// Lists of cells of the description, by name.
    pub lists: Vec<(String, Vec<u32>)>,
    /// Spikes were recorded from 0 to this time, ms.
    pub until: f64,
    /// What a reader should know: the run did not end, or the number of cells had to be guessed.
    pub notes: Vec<String>,
}

/// The spikes of one population.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Population {
    /// As in the description.
    pub name: String,
    /// For each cell, also those that never fired, the times of its spikes in ms, ascending.
    pub trains: Vec<Vec<f64>>,
}

/// What of summary.json matters here. Older files lack some of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Known {
    network: String,
    until_ms: Option<f64>,
    populations: serde_json::Map<String, serde_json::Value>,
    lists: serde_json::Map<String, serde_json::Value>,
}

impl Recording {
    /// Reads a folder of results, finished or not, or a SONATA spike file.
    ///
    /// # Errors
    /// There are no spikes there, or what is there is not what it should be.
    pub fn open(path: &Path) -> Result<Recording, Diagnostic> {
        let mut notes = Vec::new();
        let file = spike_file(path)?;
        let spikes = read_spikes(&file).map_err(|e| e.diagnostic())?;
        if let Some(status) = spikes.status.as_deref().filter(|s| *s != "complete") {
            let until = spikes.until.map_or(String::new(), |t| format!(": spikes up to {t} ms are there"));
            notes.push(format!("the run is {status}{until}"));
        }
        let known = known(&file)?;
        let last = spikes.trains.iter().flat_map(|t| &t.times).copied().fold(0.0, f64::max);
        let until = match (known.until_ms, spikes.until) {
            (Some(until), _) | (None, Some(until)) => until,
            (None, None) => {
                notes
                    .push(format!("nothing says when the run ended: its last spike, at {last} ms, is taken"));
                last
            }
        };
        let mut populations = Vec::new();
        for (name, cells) in &known.populations {
            let trains = vec![Vec::new(); cells.as_u64().unwrap_or(0).min(u64::from(u32::MAX)) as usize];
            populations.push(Population { name: name.clone(), trains });
        }
        for train in &spikes.trains {
            let at = match populations.iter().position(|p| p.name == train.population) {
                Some(at) => at,
                None => {
                    let cells = train.ids.iter().max().map_or(0, |id| id + 1);
                    if cells > u64::from(u32::MAX) {
                        let message = format!("`{}` has a cell number {}", file.display(), cells - 1);
                        return Err(Diagnostic::error("analysis/cells", message));
                    }
                    notes.push(format!(
                        "nothing says how many cells `{}` has: {cells}, up to the last that fired, are taken",
                        train.population
                    ));
                    let trains = vec![Vec::new(); cells as usize];
                    populations.push(Population { name: train.population.clone(), trains });
                    populations.len() - 1
                }
            };
            let trains = &mut populations[at].trains;
            for (&time, &id) in train.times.iter().zip(&train.ids) {
                let count = trains.len();
                let Some(cell) = trains.get_mut(id as usize) else {
                    let message = format!(
                        "`{}` has a spike of cell {id} of `{}`, which has {count} cells by summary.json",
                        file.display(),
                        train.population
                    );
                    return Err(Diagnostic::error("analysis/cells", message)
                        .help("the files seem to be of two runs: run the network again"));
                };
                cell.push(time);
            }
            trains.iter_mut().for_each(|cell| cell.sort_by(f64::total_cmp));
        }
        let cells = |value: &serde_json::Value| -> Vec<u32> {
            let numbers = value.as_array().into_iter().flatten();
            numbers.filter_map(|n| n.as_u64().and_then(|n| u32::try_from(n).ok())).collect()
        };
        let lists = known.lists.iter().map(|(name, value)| (name.clone(), cells(value))).collect();
        Ok(Recording { network: known.network, populations, lists, until, notes })
    }

    /// The spikes that a run kept in memory: ascending in time, with global ids.
    pub fn of(
        network: &str,
        layout: &[PopulationLayout],
        lists: &[(String, Vec<u32>)],
        spikes: &[Spike],
        until: f64,
    ) -> Recording {
        let mut populations: Vec<Population> = layout
            .iter()
            .map(|p| Population { name: p.name.clone(), trains: vec![Vec::new(); p.count as usize] })
            .collect();
        for spike in spikes {
            // Global ids go through the populations without gaps.
            let at = layout.partition_point(|p| p.first_id <= spike.id) - 1;
            populations[at].trains[(spike.id - layout[at].first_id) as usize].push(spike.time);
        }
        Recording { network: network.into(), populations, lists: lists.to_vec(), until, notes: Vec::new() }
    }

    /// The population of that name.
    ///
    /// # Errors
    /// There is none; the message says which there are.
    pub fn population(&self, name: &str) -> Result<&Population, Diagnostic> {
        if let Some(found) = self.populations.iter().find(|p| p.name == name) {
            return Ok(found);
        }
        let names: Vec<&str> = self.populations.iter().map(|p| p.name.as_str()).collect();
        let error = Diagnostic::error("analysis/population", format!("there is no population `{name}`"));
        Err(match suggest(name, names.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.note(format!("there are {}", names.join(", "))),
        })
    }
}

/// The spike file that a path means.
fn spike_file(path: &Path) -> Result<PathBuf, Diagnostic> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let (whole, part) = (path.join("spikes.h5"), path.join("spikes.h5.part"));
    if whole.exists() || !part.exists() {
        if !whole.exists() {
            let message = format!("`{}` holds no spikes: there is no `spikes.h5` in it", path.display());
            return Err(Diagnostic::error("analysis/folder", message)
                .help("give the folder that `volley run` wrote, as in `volley run NETWORK --out DIR`"));
        }
        return Ok(whole);
    }
    Ok(part)
}

/// What the summary beside a spike file says; nothing where there is none.
fn known(spikes: &Path) -> Result<Known, Diagnostic> {
    let name =
        if spikes.extension().is_some_and(|e| e == "part") { "summary.json.part" } else { "summary.json" };
    let path = spikes.with_file_name(name);
    match std::fs::read_to_string(&path) {
        Err(_) => Ok(Known::default()),
        Ok(text) => serde_json::from_str(&text).map_err(|error| {
            let message = format!("`{}` is not a summary of Volley: {error}", path.display());
            Diagnostic::error("analysis/summary", message)
        }),
    }
}
