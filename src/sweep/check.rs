//! A sweep file held against its network.
//!
//! In: a [`SweepFile`] and the network it names. Out: a [`Sweep`], in which every parameter exists and gets values of its kind, every measure can be had of this
//! network, and the plan has a size that can be run. Mistakes of the file and of the network are told together.
//!
//! That one *value* does not work (a delay under the time step, a file that is not there) is no mistake of the sweep: that run fails and the others go on.

use std::path::{Path, PathBuf};

use super::file::{self, SweepFile};
use super::plan::{Plan, Run};
use super::values::value_text;
use crate::diagnostic::{Diagnostic, Diagnostics, Sources, Span, suggest};
use crate::network::{self, Cache, Document, Loaded, Node, Overrides, ParameterValue, quoted};

/// A sweep that is ready to run.
#[derive(Debug)]
pub struct Sweep {
    /// What the file says.
    pub file: SweepFile,
    /// Its runs.
    pub plan: Plan,
    /// Files and mechanisms that all runs share.
    pub cache: Cache,
    /// What is to be said of the network.
    pub warnings: Diagnostics,
    /// The network with what all runs share set.
    pub(super) base: Loaded,
}

impl Sweep {
    /// Reads a sweep file and its network.
    ///
    /// # Errors
    /// All that is wrong with either.
    pub fn open(path: &Path, sources: &mut Sources) -> Result<Sweep, Diagnostics> {
        let mut problems = Diagnostics::new();
        let Some(file) = file::read(path, sources, &mut problems) else { return Err(problems) };
        let plan = Plan { axes: file.axes.clone(), repeats: file.repeats, seed: file.seed.unwrap_or(1) };
        if let Err(error) = plan.check() {
            problems.push(error);
            return Err(problems.errors_first());
        }
        if file.network.as_os_str().is_empty() {
            return Err(problems.errors_first());
        }
        let cache = Cache::default();
        if !file.network.is_file() {
            let message = format!("there is no network `{}`", file.network.display());
            let error = Diagnostic::error("sweep/network", message).at(file.network_place, "named here");
            problems.push(error.note("the network is named relative to the folder of the sweep file"));
            return Err(problems.errors_first());
        }
        let known = parameters(&file.network, sources, &cache, &mut problems);
        if let Some(known) = &known {
            names(&file, known, &mut problems);
        }
        let loaded = known.and_then(|known| base(&file, &plan, &known, sources, &cache, &mut problems));
        if let Some(loaded) = &loaded {
            kinds(&file, loaded, &mut problems);
            measures(&file, loaded, &mut problems);
        }
        let (Some(mut base), false) = (loaded, problems.has_errors()) else {
            return Err(problems.errors_first());
        };
        let seed = file.seed.unwrap_or(base.model.simulation.seed);
        if seed + plan.repeats > file::MOST_SEED {
            let message = format!("{} seeds from {seed} on are more than can be counted", plan.repeats);
            return Err(Diagnostic::error("sweep/range", message).into());
        }
        let warnings = std::mem::take(&mut base.warnings);
        Ok(Sweep { plan: Plan { seed, ..plan }, file, cache, warnings, base })
    }

    /// What a run changes of the network.
    pub(super) fn overrides(&self, run: &Run) -> Overrides {
        let mut set = shared(&self.file);
        set.extend(self.plan.settings(run.number));
        Overrides { set, seed: Some(run.seed), ..settings(&self.file) }
    }

    /// The network with other values of some parameters.
    pub(super) fn load(&self, overrides: &Overrides) -> Result<Loaded, Diagnostics> {
        network::load_sharing(&self.file.network, overrides, &mut Sources::default(), &self.cache)
    }

    /// The parameters that all runs share, as `--set` takes them.
    pub(super) fn shared(&self) -> Vec<(String, String)> {
        shared(&self.file)
    }

    /// What all runs change of the network, but for parameters and seeds.
    pub(super) fn settings(&self) -> Overrides {
        settings(&self.file)
    }
}

fn shared(file: &SweepFile) -> Vec<(String, String)> {
    file.set.iter().map(|s| (s.name.clone(), value_text(&s.value))).collect()
}

fn settings(file: &SweepFile) -> Overrides {
    let folder = file.path.parent().map(Path::to_path_buf);
    Overrides {
        dt: file.dt,
        tstop: file.tstop,
        folder: folder.or(Some(PathBuf::new())),
        ..Overrides::default()
    }
}

/// Names of the network's parameters. `None` when its description cannot be read.
fn parameters(
    network: &Path,
    sources: &mut Sources,
    cache: &Cache,
    problems: &mut Diagnostics,
) -> Option<Vec<String>> {
    let document = Document::read(network, sources, cache, problems)?;
    let entries = document.root.get("parameters").map(Node::entries).unwrap_or(&[]);
    Some(entries.iter().map(|(name, _)| name.clone()).collect())
}

/// Complains of parameters that the network lacks.
fn names(file: &SweepFile, known: &[String], problems: &mut Diagnostics) {
    let set = file.set.iter().map(|s| (&s.name, s.key));
    let varied = file.axes.iter().flat_map(|axis| axis.parameters.iter().map(|p| (&p.name, p.key)));
    // Those that cannot be varied for their names have been complained of.
    let varied = varied.filter(|(name, _)| !file::COLUMNS.contains(&name.as_str()));
    for (name, key) in set.chain(varied) {
        if known.contains(name) {
            continue;
        }
        let message = format!("the network has no parameter `{name}`");
        let error = Diagnostic::error("sweep/parameter", message).at(key, "");
        let known = known.iter().map(String::as_str);
        problems.push(match (name.as_str(), suggest(name, known.clone())) {
            ("dt" | "tstop", _) => error.help(format!(
                "write `{name}` under `[simulation]`; to vary it, let the network take it from a parameter of another name, as in `{name} = \"my_{name}\"` under its `[simulation]`"
            )),
            ("seed", _) => error.help("for runs with other seeds write `repeats = N` at the top, and `seed = N` for the first one"),
            (_, Some(near)) => error.help(format!("did you mean `{near}`?")),
            _ if known.len() == 0 => {
                error.note(format!("`{}` has no `[parameters]`", file.network.display()))
            }
            _ => error.note(format!("its parameters are {}", quoted(known))),
        });
    }
}

/// The network with what all runs share; if it cannot be built so, with the values of the first run.
fn base(
    file: &SweepFile,
    plan: &Plan,
    known: &[String],
    sources: &mut Sources,
    cache: &Cache,
    problems: &mut Diagnostics,
) -> Option<Loaded> {
    let mut load = |mut set: Vec<(String, String)>| {
        set.retain(|(name, _)| known.contains(name));
        let overrides = Overrides { set, ..settings(file) };
        network::load_sharing(&file.network, &overrides, sources, cache)
    };
    let said = match load(shared(file)) {
        Ok(loaded) => return Some(loaded),
        Err(said) => said,
    };
    let first = shared(file).into_iter().chain(plan.settings(0)).collect();
    match load(first) {
        Ok(loaded) => Some(loaded),
        Err(_) => {
            problems.extend(said);
            None
        }
    }
}

/// Complains of values that are not of their parameter's kind.
fn kinds(file: &SweepFile, loaded: &Loaded, problems: &mut Diagnostics) {
    let mut check = |name: &str, value: &ParameterValue, place: Span| -> bool {
        let Some((_, own)) = loaded.parameters.iter().find(|(n, _)| n == name) else { return true };
        let kind = |value: &ParameterValue| match value {
            ParameterValue::Number(_) => "a number",
            ParameterValue::Switch(_) => "true or false",
            ParameterValue::Text(_) => "a text",
        };
        if kind(own) == kind(value) {
            return true;
        }
        let message = format!("the parameter `{name}` is {}, not {}", kind(own), kind(value));
        let error = Diagnostic::error("sweep/kind", message).at(place, "");
        problems.push(error.note(format!("in the network it is `{}`", value_text(own))));
        false
    };
    for setting in &file.set {
        check(&setting.name, &setting.value, setting.place);
    }
    for parameter in file.axes.iter().flat_map(|axis| &axis.parameters) {
        // One complaint of a list is enough.
        let _ = parameter.values.examples().iter().all(|v| check(&parameter.name, v, parameter.place));
    }
}

/// Complains of measures that this network cannot have.
fn measures(file: &SweepFile, loaded: &Loaded, problems: &mut Diagnostics) {
    let populations: Vec<(String, u64)> =
        loaded.model.populations.iter().map(|p| (p.name.clone(), p.count.into())).collect();
    // Another value of a parameter that is a text or a switch may bring other cells: the run itself then says so.
    for (_, measure) in &file.measures {
        if let Err(error) = measure.check(&populations, &loaded.lists) {
            problems.push(error);
        }
    }
}
