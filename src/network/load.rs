//! The whole way from a file to a model.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::cache::Cache;
use super::connections;
use super::context::{ANY, Context, NOT_NEGATIVE, POSITIVE, TEMPERATURE};
use super::delays;
use super::description::{Description, Parameter};
use super::document::{Document, Node, Value};
use super::expression::{Constant, Names};
use super::externals;
use super::function_tables;
use super::library::Library;
use super::model::{Model, Simulation};
use super::schema::{quoted, validate};
use super::training::{self, Training};
use super::{cells, junctions, names, outside, populations, reports};
use crate::diagnostic::{Diagnostic, Diagnostics, Sources, Span, suggest};

/// NEURON's default time step, ms.
const DEFAULT_DT: f64 = 0.025;
/// NEURON's default temperature, degC.
const DEFAULT_CELSIUS: f64 = 6.3;
/// NEURON's default initial membrane potential, mV.
const DEFAULT_V_INIT: f64 = -65.0;
/// Seeds are whole numbers that a TOML number holds exactly.
const MOST_SEED: u64 = 1 << 53;

/// What a run changes of a description.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// Values of parameters, as typed: `--set name=value`.
    pub set: Vec<(String, String)>,
    /// Time step, ms.
    pub dt: Option<f64>,
    /// End of the run, ms.
    pub tstop: Option<f64>,
    /// Keys every random number.
    pub seed: Option<u64>,
    /// A path typed as a parameter that does not exist beside the description is looked for here; `None`: in the current folder.
    pub folder: Option<PathBuf>,
    /// Delays under the time step become this long, ms, instead of an error.
    pub reset_zero_delays: Option<f64>,
}

/// The value of a parameter in a run.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterValue {
    /// A number.
    Number(f64),
    /// A switch.
    Switch(bool),
    /// A text, such as the name of a file.
    Text(String),
}

/// A model and what there is to say of it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The model.
    pub model: Model,
    /// What is probably not meant, but does not stop a run.
    pub warnings: Diagnostics,
    /// Every parameter with its value in this run, in the order of the description.
    pub parameters: Vec<(String, ParameterValue)>,
    /// Every list of cells with its cells, in the order of the description and of the list.
    pub lists: Vec<(String, Vec<u32>)>,
    /// How `volley train` chooses cells, where the description says it.
    pub training: Option<Training>,
    /// The description's files: the one asked for, and what it extends.
    pub files: Vec<PathBuf>,
    /// Number of delays that [`Overrides::reset_zero_delays`] replaced.
    pub delays_reset: u64,
}

/// Reads the description at `path` with all it names, and checks it.
///
/// # Errors
/// Everything that is wrong with it, each message with its place in a text of `sources`.
pub fn load(path: &Path, overrides: &Overrides, sources: &mut Sources) -> Result<Loaded, Diagnostics> {
    load_sharing(path, overrides, sources, &Cache::default())
}

/// The same, with files and mechanisms that `cache` knows from other loads.
///
/// # Errors
/// As [`load`].
pub fn load_sharing(
    path: &Path,
    overrides: &Overrides,
    sources: &mut Sources,
    cache: &Cache,
) -> Result<Loaded, Diagnostics> {
    let (document, description) = read(path, overrides, sources, cache)?;
    let mut context = context(&document, &description, sources, cache);
    context.typed_in = overrides.folder.as_deref().unwrap_or(Path::new(""));
    let model = build(&mut context, overrides);
    let training = model.as_ref().and_then(|model| training::read(&mut context, model));
    let delays_reset = match model {
        Some(mut model) if !context.problems.has_errors() => {
            let reset = delays::check(&mut context, &mut model, path, overrides);
            Some((model, reset))
        }
        _ => None,
    };
    let parameters = values(&context);
    let lists = context.names.lists.iter().map(|list| (list.name.clone(), list.cells.clone())).collect();
    let problems = context.problems;
    let files = document.files.iter().map(|(_, path)| path.clone()).collect();
    match delays_reset {
        Some((model, delays_reset)) if !problems.has_errors() => {
            Ok(Loaded { model, warnings: problems, parameters, lists, training, files, delays_reset })
        }
        _ => Err(problems),
    }
}

/// Reads and checks the texts: the tree, and the structs made from it.
pub(crate) fn read(
    path: &Path,
    overrides: &Overrides,
    sources: &mut Sources,
    cache: &Cache,
) -> Result<(Document, Description), Diagnostics> {
    let mut problems = Diagnostics::new();
    let Some(mut document) = Document::read(path, sources, cache, &mut problems) else {
        return Err(problems);
    };
    apply(&mut document, overrides, sources, &mut problems);
    validate(&document.place(), &mut problems);
    if problems.has_errors() {
        return Err(problems);
    }
    let json: Json = document.root.to_json();
    match serde_json::from_value(json) {
        Ok(description) => Ok((document, description)),
        Err(error) => {
            let message = format!("this description cannot be read: {error}");
            Err(Diagnostic::error("network/type", message).at(document.place().span(), "").into())
        }
    }
}

/// A context in which nothing has been resolved.
pub(crate) fn context<'a>(
    document: &'a Document,
    description: &'a Description,
    sources: &'a mut Sources,
    cache: &'a Cache,
) -> Context<'a> {
    Context {
        document,
        description,
        names: Names::default(),
        sources,
        cache,
        typed_in: Path::new(""),
        problems: Diagnostics::new(),
        failed: HashSet::new(),
        seed: 1,
        bytes: 0.0,
    }
}

/// Builds all but the check of delays. `None` when nothing sensible can be built.
pub(crate) fn build(context: &mut Context, overrides: &Overrides) -> Option<Model> {
    names::read(context);
    let simulation = simulation(context, overrides);
    if let Some(simulation) = &simulation {
        context.seed = simulation.seed;
    }
    names::lists(context);
    let simulation = simulation?;
    let mut library = Library::open(context);
    let cells = cells::build(context, &mut library);
    let mut ions = Vec::new();
    let mut populations = populations::build(context, &mut library, &cells, &mut ions);
    let mut couplings = junctions::build(context, &mut library, &cells, &ions, &mut populations);
    couplings.extend(outside::build(context, &library, &cells, &ions, &populations));
    let externals = externals::build(context, &mut library, &populations);
    library.set_globals(context);
    library.tell_unused(context);
    function_tables::check_names(context, &library);
    let mut model = Model {
        name: network_name(context),
        simulation,
        mechanisms: library.used.clone(),
        ions,
        populations,
        couplings,
        projections: Vec::new(),
        reports: Vec::new(),
        externals,
    };
    connections::build(context, &mut model);
    reports::build(context, &library, &cells, &mut model);
    Some(model)
}

/// The name given in the file asked for, else the file's own.
fn network_name(context: &mut Context) -> String {
    let here = context.document.place().at("name");
    let own = context.document.files.first().map(|(source, path)| (*source, path.clone()));
    let Some((source, path)) = own else { return String::new() };
    match &context.description.name {
        Some(name) if here.span().source == source => {
            if name.is_empty() || name.contains(['/', '\\']) || name.starts_with('.') {
                let message = format!("`{name}` cannot be the name of a folder of results");
                context.error("network/name", here.span(), message);
            }
            name.clone()
        }
        _ => path.file_stem().map_or("network".to_string(), |stem| stem.to_string_lossy().into_owned()),
    }
}

fn simulation(context: &mut Context, overrides: &Overrides) -> Option<Simulation> {
    let given = &context.description.simulation;
    let place = context.document.place().at("simulation");
    let dt = context.number(given.dt.as_ref(), &place.at("dt"), DEFAULT_DT, POSITIVE);
    let celsius = context.number(given.celsius.as_ref(), &place.at("celsius"), DEFAULT_CELSIUS, TEMPERATURE);
    let v_init = context.number(given.v_init.as_ref(), &place.at("v_init"), DEFAULT_V_INIT, ANY);
    let seed = match overrides.seed {
        Some(seed) => Some(seed),
        None => context.whole(given.seed.as_ref(), &place.at("seed"), 1, 0, MOST_SEED),
    };
    let tstop = match &given.tstop {
        Some(tstop) => context.number(Some(tstop), &place.at("tstop"), 0.0, NOT_NEGATIVE),
        None => {
            let error = Diagnostic::error("network/missing", "the description does not say how long to run");
            let error = error.at(place.key(), "");
            context
                .problems
                .push(error.help("write `tstop` (ms) under `[simulation]`, or run with `--tstop MS`"));
            None
        }
    };
    let (dt, tstop) = (dt?, tstop?);
    if tstop / dt > (1u64 << 53) as f64 {
        let message = format!("{tstop:?} ms in steps of {dt} ms are more steps than can be counted");
        context.error("network/range", place.at("tstop").span(), message);
        return None;
    }
    Some(Simulation { dt, tstop, celsius: celsius?, v_init: v_init?, seed: seed? })
}

fn values(context: &Context) -> Vec<(String, ParameterValue)> {
    let description = context.description;
    let of = |name: &str, constant: &Constant| match (description.parameters.get(name), constant) {
        (Some(Parameter::Switch(truth)), _) => ParameterValue::Switch(*truth),
        (_, Constant::Number(number)) => ParameterValue::Number(*number),
        (Some(Parameter::Text(text)), _) => ParameterValue::Text(text.clone()),
        (Some(Parameter::Number(number)), _) => ParameterValue::Number(*number),
        (None, _) => ParameterValue::Text(String::new()),
    };
    context.names.parameters.iter().map(|(name, constant)| (name.clone(), of(name, constant))).collect()
}

/// Writes what the command line says into the tree, with places in a text of its own.
fn apply(document: &mut Document, overrides: &Overrides, sources: &mut Sources, problems: &mut Diagnostics) {
    for (name, value) in &overrides.set {
        let option = format!("--set {name}=");
        let (node, key) = typed(sources, &option, value);
        let known = document.root.get("parameters").map(Node::entries).unwrap_or(&[]);
        let Some((_, old)) = known.iter().find(|(n, _)| n == name) else {
            let names = known.iter().map(|(n, _)| n.as_str());
            let error = Diagnostic::error("network/parameter", format!("there is no parameter `{name}`"));
            let mut error = error.at(key, "");
            if let Some(near) = suggest(name, names.clone()) {
                error = error.help(format!("did you mean `{near}`?"));
            }
            problems.push(match known.is_empty() {
                true => error.note("the description has no `[parameters]`"),
                false => error.note(format!("its parameters are {}", quoted(names))),
            });
            continue;
        };
        match retyped(&old.value, value) {
            Ok(new) => document.root.set("parameters", name, Node { value: new, ..node }),
            Err(message) => problems.push(
                Diagnostic::error("network/parameter", format!("`{name}` {message}"))
                    .at(node.span, "")
                    .at(old.span, "its value in the description"),
            ),
        }
    }
    for (key, number) in [("dt", overrides.dt), ("tstop", overrides.tstop)] {
        if let Some(number) = number {
            let (node, _) = typed(sources, &format!("--{key} "), &format!("{number:?}"));
            if number.is_finite() {
                document.root.set("simulation", key, Node { value: Value::Float(number), ..node });
            } else {
                let message = format!("`--{key}` must be a finite number");
                problems.push(Diagnostic::error("network/number", message).at(node.span, ""));
            }
        }
    }
}

/// A node for a value typed on the command line, and the place of the option before it.
fn typed(sources: &mut Sources, option: &str, value: &str) -> (Node, Span) {
    let source = sources.add("command line", format!("{option}{value}"));
    let span = Span::new(source, option.len(), option.len() + value.len());
    let key = Span::new(source, 0, option.trim_end_matches(['=', ' ']).len());
    (Node { value: Value::Text(value.to_string()), span, key }, key)
}

/// A typed value as the kind that the description has.
fn retyped(old: &Value, text: &str) -> Result<Value, String> {
    match old {
        Value::Bool(_) => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(format!("is true or false, not `{text}`")),
        },
        Value::Integer(_) | Value::Float(_) => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            Ok(_) => Err(format!("must be a finite number, not `{text}`")),
            Err(_) if text.trim().is_empty() => Err("needs a value".to_string()),
            // An expression, checked where it is used.
            Err(_) => Ok(Value::Text(text.to_string())),
        },
        _ => Ok(Value::Text(text.to_string())),
    }
}
