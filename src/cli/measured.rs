//! Costs that were measured on this machine, kept from one call to the next.
//!
//! In: mechanisms. Out: ns per instance and step. A file in the user's cache folder (`XDG_CACHE_HOME` or `~/.cache`, then
//! `volley/complexity.json`) holds what was found before, by processor, vector level, version of Volley and of the kernels, and
//! the mechanism itself: whatever of these changes, it is measured anew. A file that cannot be read counts as empty.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use super::source;
use super::terminal::Terminal;
use crate::kernel::{Level, REVISION};
use crate::mechanism::Mechanism;
use crate::partition::measure;

/// By machine and then by mechanism: ns per instance and step.
type Known = BTreeMap<String, BTreeMap<String, f64>>;

/// What is known, and what has been found since.
pub(super) struct Measured {
    known: Known,
    machine: String,
    /// Measure even what is known.
    anew: bool,
    changed: bool,
}

impl Measured {
    /// What earlier calls found.
    pub(super) fn open() -> Measured {
        let text = file().and_then(|file| std::fs::read_to_string(file).ok());
        let known = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Measured { known, machine: machine(), anew: false, changed: false }
    }

    /// The same, with everything that is asked for measured anew.
    pub(super) fn anew() -> Measured {
        Measured { anew: true, ..Measured::open() }
    }

    /// ns per bare compartment and step.
    pub(super) fn compartment(&mut self) -> f64 {
        self.look("compartment".into(), || Some(measure::compartment())).unwrap_or(0.0)
    }

    /// ns per instance and step; `None` where only a network could tell.
    pub(super) fn mechanism(&mut self, mechanism: &Mechanism) -> Option<f64> {
        let mut hash = DefaultHasher::new();
        format!("{:?}", mechanism.module).hash(&mut hash);
        let key = format!("{} {:016x}", mechanism.module.name, hash.finish());
        self.look(key, || measure::mechanism(mechanism, Level::detect()))
    }

    fn look(&mut self, key: String, measure: impl FnOnce() -> Option<f64>) -> Option<f64> {
        let here = self.known.entry(self.machine.clone()).or_default();
        let known = here.get(&key).copied().filter(|ns| ns.is_finite() && *ns >= 0.0);
        if known.is_some() && !self.anew {
            return known;
        }
        let found = measure()?;
        here.insert(key, found);
        self.changed = true;
        Some(found)
    }
}

/// Writes down what has been found. That it cannot be kept is worth a note only.
pub(super) fn keep(measured: &Measured, terminal: &Terminal) {
    let Some(file) = file().filter(|_| measured.changed) else { return };
    let text = serde_json::to_string_pretty(&measured.known).unwrap_or_default() + "\n";
    let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
    if let Err(error) = folder.and_then(|()| source::replace(&file, &text)) {
        let text = format!("what was measured is not kept: cannot write `{}`: {error}", file.display());
        terminal.note("complexity/not-kept", &text);
    }
}

/// Where it is kept, if the environment tells.
fn file() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    let cache = cache.or_else(|| Some(set("HOME")?.join(".cache")))?;
    Some(cache.join("volley").join("complexity.json"))
}

/// What figures hold for: the processor, its level, and what runs on it.
fn machine() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("{}, {}, volley {version}, kernels {REVISION}", processor(), Level::detect().name())
}

/// The processor's name where Linux tells it, else its architecture.
pub(super) fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or(std::env::consts::ARCH, |(_, name)| name.trim()).to_owned()
}
