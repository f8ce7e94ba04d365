//! The sweep file: TOML as a person wrote it, read into a [`SweepFile`] with the place of everything.
//!
//! In: the path of a sweep file. Out: its name, network, settings, measures and axes, and every mistake that shows without looking at the network; `check` holds it
//! against the network then. All mistakes are told at once, each at its line. docs/sweeps.md is the manual of the format.

use std::path::{Component, Path, PathBuf};

use super::axes::{self, Axis};
use crate::analysis::Measure;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span, suggest};
use crate::network::{Node, ParameterValue, Value, is_name, quoted, tree};

/// Largest seed: numbers of TOML and HDF5 hold it exactly.
pub(super) const MOST_SEED: u64 = 1 << 53;

/// Columns of the table of results that every sweep has.
pub const COLUMNS: [&str; 5] = ["run", "seed", "status", "reason", "wall_time_s"];

/// A sweep file, in which each part is right by itself.
#[derive(Clone, Debug)]
pub struct SweepFile {
    /// The file.
    pub path: PathBuf,
    /// Name of the folder of results.
    pub name: String,
    /// The network's description.
    pub network: PathBuf,
    /// Where the network is named.
    pub network_place: Span,
    /// Runs of every combination.
    pub repeats: u64,
    /// The first seed; `None`: the network's own.
    pub seed: Option<u64>,
    /// Whether spikes are kept.
    pub keep_spikes: bool,
    /// Time step of all runs, ms.
    pub dt: Option<f64>,
    /// End of all runs, ms.
    pub tstop: Option<f64>,
    /// Parameters that all runs share.
    pub set: Vec<Setting>,
    /// Measures with their columns' names.
    pub measures: Vec<(String, Measure)>,
    /// Units of varied parameters, for tables and plots.
    pub units: Vec<(String, String)>,
    /// In the order of the file.
    pub axes: Vec<Axis>,
}

/// A parameter and its value in all runs.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The parameter.
    pub name: String,
    /// Its value.
    pub value: ParameterValue,
    /// Where its name stands.
    pub key: Span,
    /// Where its value stands.
    pub place: Span,
}

/// The keys of a sweep file.
const KEYS: [&str; 10] =
    ["name", "network", "repeats", "seed", "keep", "simulation", "set", "measures", "units", "vary"];

/// Reads a sweep file. `None` when too little of it makes sense to go on.
pub(super) fn read(path: &Path, sources: &mut Sources, problems: &mut Diagnostics) -> Option<SweepFile> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let why = crate::network::reason(&error);
            let message = format!("cannot read the sweep file `{}`: {why}", path.display());
            problems.push(Diagnostic::error("sweep/read", message));
            return None;
        }
    };
    let source = sources.add(path.display().to_string(), text.as_str());
    let mut syntax = Diagnostics::new();
    let root = tree(source, &text, &mut syntax);
    for problem in syntax.iter() {
        let code = if problem.code == "network/syntax" { "sweep/syntax" } else { "sweep/type" };
        problems.push(Diagnostic { code, ..problem.clone() });
    }
    let root = root?;
    let mut reader = Reader { sources, problems, source };
    Some(reader.file(path, &root))
}

/// What reads the parts of a file, and collects what is wrong with them.
pub(super) struct Reader<'a> {
    pub sources: &'a Sources,
    pub problems: &'a mut Diagnostics,
    source: SourceId,
}

impl Reader<'_> {
    /// Adds a message at a place.
    pub fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.problems.push(Diagnostic::error(code, message).at(span, ""));
    }

    /// The same with what to type instead.
    pub fn error_help(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.problems.push(Diagnostic::error(code, message).at(span, "").help(help));
    }

    /// Complains of all keys but the known ones.
    pub fn keys(&mut self, node: &Node, what: &str, known: &[&str]) {
        for (key, entry) in node.entries() {
            if known.contains(&key.as_str()) {
                continue;
            }
            let help = match suggest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its keys are {}", quoted(known.iter().copied())),
            };
            self.error_help("sweep/unknown-key", entry.key, format!("{what} has no key `{key}`"), help);
        }
    }

    fn file(&mut self, path: &Path, root: &Node) -> SweepFile {
        self.keys(root, "a sweep file", &KEYS);
        let stem = path.file_stem().map_or("sweep".into(), |s| s.to_string_lossy().into_owned());
        let name = root.get("name").and_then(|node| self.name(node)).unwrap_or(stem);
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let top = Span::new(self.source, 0, 0);
        let network = match root.get("network") {
            None => {
                let error = Diagnostic::error("sweep/missing", "the sweep file names no network").at(top, "");
                self.problems.push(error.help("write `network = \"FILE.toml\"`, relative to the sweep file"));
                None
            }
            Some(node) => self.text(node, "network").map(|name| folder.join(name)),
        };
        let repeats = root.get("repeats").and_then(|node| self.whole(node, "repeats", 1, MOST_SEED));
        let seed = root.get("seed").and_then(|node| self.whole(node, "seed", 0, MOST_SEED));
        let keep_spikes = root.get("keep").is_some_and(|node| self.keep(node));
        let (dt, tstop) = root.get("simulation").map_or((None, None), |node| self.simulation(node));
        let set = root.get("set").map(|node| self.set(node)).unwrap_or_default();
        let measures = root.get("measures").map(|node| self.measures(node)).unwrap_or_default();
        let axes = axes::read(self, root.get("vary"), seed.unwrap_or(1));
        let units = root.get("units").map(|node| self.units(node, &axes)).unwrap_or_default();
        let file = SweepFile {
            path: path.to_path_buf(),
            name,
            network: network.map(plain).unwrap_or_default(),
            network_place: root.get("network").map_or(top, |node| node.span),
            repeats: repeats.unwrap_or(1),
            seed,
            keep_spikes,
            dt,
            tstop,
            set,
            measures,
            units,
            axes,
        };
        self.columns(&file);
        file
    }

    fn name(&mut self, node: &Node) -> Option<String> {
        let name = self.text(node, "name")?;
        if name.is_empty() || name.contains(['/', '\\', '\0']) || name.starts_with('.') {
            let message = format!("`{name}` cannot be the name of a folder of results");
            self.error("sweep/name", node.span, message);
            return None;
        }
        Some(name)
    }

    /// A text.
    pub fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.value {
            Value::Text(text) => Some(text.clone()),
            other => {
                self.error("sweep/type", node.span, format!("`{what}` must be a text, not {}", other.kind()));
                None
            }
        }
    }

    /// A whole number.
    pub fn whole(&mut self, node: &Node, what: &str, least: u64, most: u64) -> Option<u64> {
        let found = match &node.value {
            Value::Integer(n) => u64::try_from(*n).ok(),
            Value::Float(x) if x.fract() == 0.0 && *x >= 0.0 && *x <= MOST_SEED as f64 => Some(*x as u64),
            _ => None,
        };
        if let Some(n) = found.filter(|n| (least..=most).contains(n)) {
            return Some(n);
        }
        let message = format!("`{what}` must be a whole number from {least} to {most}");
        self.error("sweep/range", node.span, message);
        None
    }

    /// A number.
    pub fn number(&mut self, node: &Node, what: &str) -> Option<f64> {
        match &node.value {
            Value::Integer(n) => Some(*n as f64),
            Value::Float(x) => Some(*x),
            other => {
                self.error(
                    "sweep/type",
                    node.span,
                    format!("`{what}` must be a number, not {}", other.kind()),
                );
                None
            }
        }
    }

    /// A value for a parameter.
    pub fn value(&mut self, node: &Node, name: &str) -> Option<ParameterValue> {
        match &node.value {
            Value::Integer(n) => Some(ParameterValue::Number(*n as f64)),
            Value::Float(x) => Some(ParameterValue::Number(*x)),
            Value::Bool(on) => Some(ParameterValue::Switch(*on)),
            Value::Text(text) => Some(ParameterValue::Text(text.clone())),
            other => {
                let message =
                    format!("a value of `{name}` is a number, a text, true or false, not {}", other.kind());
                self.error("sweep/type", node.span, message);
                None
            }
        }
    }

    /// Whether this is a table; a complaint otherwise.
    pub fn is_table(&mut self, node: &Node, what: &str) -> bool {
        let is = matches!(node.value, Value::Table(_));
        if !is {
            self.error(
                "sweep/type",
                node.span,
                format!("`{what}` must be a table, not {}", node.value.kind()),
            );
        }
        is
    }

    fn keep(&mut self, node: &Node) -> bool {
        let Value::List(items) = &node.value else {
            let message = format!("`keep` must be a list, not {}", node.value.kind());
            self.error_help("sweep/type", node.span, message, "write `keep = [\"spikes\"]` or leave it out");
            return false;
        };
        let mut spikes = false;
        for item in items {
            match &item.value {
                Value::Text(text) if text == "spikes" => spikes = true,
                _ => self.error_help(
                    "sweep/keep",
                    item.span,
                    "only spikes can be kept of each run",
                    "write `keep = [\"spikes\"]` or leave it out",
                ),
            }
        }
        spikes
    }

    fn simulation(&mut self, node: &Node) -> (Option<f64>, Option<f64>) {
        if !self.is_table(node, "simulation") {
            return (None, None);
        }
        self.keys(node, "`[simulation]` of a sweep", &["dt", "tstop"]);
        let mut positive = |key: &str| {
            let node = node.get(key)?;
            let x = self.number(node, key)?;
            if x <= 0.0 {
                self.error("sweep/range", node.span, format!("`{key}` must be more than 0 ms"));
                return None;
            }
            Some(x)
        };
        (positive("dt"), positive("tstop"))
    }

    fn set(&mut self, node: &Node) -> Vec<Setting> {
        if !self.is_table(node, "set") {
            return Vec::new();
        }
        let entries = node.entries().iter();
        let setting = |(name, node): &(String, Node)| {
            let value = self.value(node, name)?;
            Some(Setting { name: name.clone(), value, key: node.key, place: node.span })
        };
        entries.filter_map(setting).collect()
    }

    fn units(&mut self, node: &Node, axes: &[Axis]) -> Vec<(String, String)> {
        if !self.is_table(node, "units") {
            return Vec::new();
        }
        let varied = || axes.iter().flat_map(|axis| axis.parameters.iter().map(|p| p.name.as_str()));
        let mut units = Vec::new();
        for (name, node) in node.entries() {
            if !varied().any(|known| known == name) {
                let error =
                    Diagnostic::error("sweep/unit", format!("no axis varies `{name}`")).at(node.key, "");
                self.problems.push(match suggest(name, varied()) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help("a unit is that of a parameter in `[vary]`"),
                });
            } else if let Some(unit) = self.text(node, name) {
                units.push((name.clone(), unit));
            }
        }
        units
    }

    fn measures(&mut self, node: &Node) -> Vec<(String, Measure)> {
        let named: Vec<(Option<&String>, &Node)> = match &node.value {
            Value::Table(entries) => entries.iter().map(|(name, node)| (Some(name), node)).collect(),
            Value::List(items) => items.iter().map(|item| (None, item)).collect(),
            other => {
                let message = format!("`measures` must be a table or a list, not {}", other.kind());
                let help = "write `[measures]` and lines like `gamma = \"count(gamma)\"`";
                self.error_help("sweep/type", node.span, message, help);
                return Vec::new();
            }
        };
        let mut all: Vec<(String, Measure)> = Vec::new();
        for (name, node) in named {
            if let Some(name) = name.filter(|name| !is_name(name)) {
                let help = "a name is made of letters, digits and _, and does not start with a digit";
                self.error_help(
                    "sweep/name",
                    node.key,
                    format!("`{name}` cannot be the name of a measure"),
                    help,
                );
            }
            let Some(text) = self.text(node, name.map_or("measures", |n| n)) else { continue };
            // The text stands after its quotes; with escapes its places are near enough.
            let written = self.sources.text(node.span);
            let offset = node.span.start as usize + written.find(&text).unwrap_or(0);
            match Measure::parse(&text, node.span.source, offset) {
                Err(said) => self.problems.extend(said),
                Ok(measure) => {
                    let name = name.cloned().unwrap_or_else(|| measure.text());
                    if all.iter().any(|(other, _)| *other == name) {
                        self.error("sweep/twice", node.span, format!("the measure `{name}` is named twice"));
                        continue;
                    }
                    all.push((name, measure));
                }
            }
        }
        all
    }

    /// Complains of columns of the same name, and of a parameter that is given twice.
    fn columns(&mut self, file: &SweepFile) {
        let mut seen: Vec<(&str, Span, String)> = Vec::new();
        for axis in &file.axes {
            // A column of labels is called as its axis.
            let label = axis.labels.iter().map(|l| (axis.name.as_str(), l.key));
            for (name, key) in label.chain(axis.parameters.iter().map(|p| (p.name.as_str(), p.key))) {
                if let Some((_, first, other)) = seen.iter().find(|(n, ..)| *n == name) {
                    let message = format!("the parameter `{name}` is varied by two axes");
                    let error = Diagnostic::error("sweep/twice", message).at(key, "here");
                    let error = error.at(*first, format!("and here, by the axis `{other}`"));
                    self.problems.push(error.help("leave one of them out"));
                    continue;
                }
                if COLUMNS.contains(&name) {
                    let message = format!(
                        "the parameter `{name}` cannot be varied: the table of results has a column of that name"
                    );
                    self.error_help("sweep/column", key, message, column_help(name));
                }
                seen.push((name, key, axis.name.clone()));
            }
        }
        for setting in &file.set {
            if let Some((name, place, _)) = seen.iter().find(|(n, ..)| *n == setting.name) {
                let message = format!("the parameter `{name}` is both set and varied");
                let error = Diagnostic::error("sweep/twice", message).at(setting.key, "set here");
                self.problems.push(error.at(*place, "varied here").help("leave one of them out"));
            }
        }
        for (name, _) in &file.measures {
            if COLUMNS.contains(&name.as_str()) {
                let message = format!(
                    "a measure cannot be called `{name}`: the table of results has a column of that name"
                );
                self.problems.push(Diagnostic::error("sweep/column", message));
            } else if let Some((_, place, _)) = seen.iter().find(|(n, ..)| n == name) {
                let message = format!("a measure and a parameter are both called `{name}`");
                let error = Diagnostic::error("sweep/column", message).at(*place, "the parameter");
                self.problems.push(error.help("give the measure another name"));
            }
        }
    }
}

/// A path without steps into a folder and out of it again, as in `experiments/../after.toml`, where that is the same file: for messages and tables.
fn plain(path: PathBuf) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        let into = matches!(plain.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::ParentDir if into => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    if real(&plain) == real(&path) { plain } else { path }
}

fn column_help(name: &str) -> &'static str {
    match name {
        "seed" => "for runs with other seeds write `repeats = N`, and `seed = N` for the first one",
        _ => "give the network's parameter another name",
    }
}
