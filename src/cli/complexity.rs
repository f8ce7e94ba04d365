//! `volley complexity`: what mechanisms and a bare compartment cost.
//!
//! In: a network, .mod files, or nothing for the built-in mechanisms. Out: for each its cost by the built-in table, the number of its
//! states, and with `--measure` what the vector machine takes on this machine, which is kept for `--complexity measured`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Exit;
use super::args::{ComplexityArgs, Settings, SummaryFormat};
use super::format::{count, number, table};
use super::measured::{self, Measured};
use super::mechanisms;
use super::source;
use super::terminal::{self, Terminal};
use crate::diagnostic::{Diagnostic, Sources};
use crate::kernel::Level;
use crate::mechanism::{self, Mechanism, catalogue};
use crate::network::{Body, Model};
use crate::partition;

/// One line of the answer.
struct Row {
    name: String,
    /// Its .mod file, where files are looked at.
    file: Option<String>,
    /// In the network; `None` without one.
    instances: Option<u64>,
    states: u64,
    table: f64,
    measured: Option<f64>,
}

/// Tells the costs.
pub(super) fn complexity(args: &ComplexityArgs) -> Exit {
    // What is said of units belongs to a run.
    let terminal = Terminal::new(args.summary.is_some(), true);
    let Some(found) = mechanisms_of(args, &terminal) else { return Exit::BadInput };
    let mut measured = args.measure.then(Measured::anew);
    let bare = Row {
        name: "(bare compartment)".into(),
        file: None,
        instances: found.nodes,
        states: 1,
        table: partition::COMPARTMENT,
        measured: measured.as_mut().map(Measured::compartment),
    };
    let mut rows = vec![bare];
    for Listed { mechanism, instances, file } in &found.mechanisms {
        rows.push(Row {
            name: mechanism.module.name.clone(),
            file: file.clone(),
            instances: *instances,
            states: partition::states(mechanism),
            table: mechanism.cost(),
            measured: measured.as_mut().and_then(|m| m.mechanism(mechanism)),
        });
    }
    if let Some(measured) = &measured {
        measured::keep(measured, &terminal);
    }
    match args.summary {
        Some(SummaryFormat::Json) => {
            terminal::print(|out| writeln!(out, "{:#}", summary(&rows, args.measure)))
        }
        None => terminal::print(|out| out.write_all(text(&rows, args.measure).as_bytes())),
    }
}

/// A mechanism with the number of its instances, where a network tells it, and its file, where files are looked at.
struct Listed {
    mechanism: Mechanism,
    instances: Option<u64>,
    file: Option<String>,
}

/// What is asked for.
struct Found {
    mechanisms: Vec<Listed>,
    nodes: Option<u64>,
}

/// The mechanisms that are asked for; what is wrong is told, and then there are none.
fn mechanisms_of(args: &ComplexityArgs, terminal: &Terminal) -> Option<Found> {
    let is_network = |path: &PathBuf| path.extension().is_some_and(|e| e == "toml");
    if let Some((name, _)) = args.set.first()
        && !args.files.iter().any(is_network)
    {
        let message = format!("`--set {name}=...` sets a parameter of a network, and there is none here");
        let error = Diagnostic::error("complexity/set", message);
        terminal.tell(&error.help("name the network: `volley complexity NETWORK.toml --set NAME=VALUE`"));
        return None;
    }
    if args.files.is_empty() {
        let compile = |name| {
            let mut sources = Sources::default();
            catalogue::compile(&mut sources, name, &mechanism::Options::default())
                .map_err(|said| terminal.diagnostics(&said, &sources))
                .ok()
        };
        let all: Option<Vec<Mechanism>> = catalogue::names().map(compile).collect();
        let listed = |mechanism| Listed { mechanism, instances: None, file: None };
        return Some(Found { mechanisms: all?.into_iter().map(listed).collect(), nodes: None });
    }
    match args.files.as_slice() {
        [network] if is_network(network) => in_network(network, args, terminal),
        files if files.iter().any(is_network) => {
            let message = "a network is looked at alone";
            terminal.tell(
                &Diagnostic::error("complexity/files", message)
                    .help("name one network, or .mod files and folders"),
            );
            None
        }
        files => in_files(files, terminal),
    }
}

fn in_network(path: &Path, args: &ComplexityArgs, terminal: &Terminal) -> Option<Found> {
    let settings = Settings { set: args.set.clone(), ..Settings::default() };
    let (loaded, _) = source::load(path, &settings, terminal)?;
    let model = &loaded.model;
    let instances = instances(model);
    let mechanisms = model.mechanisms.iter().zip(instances);
    Some(Found {
        mechanisms: mechanisms
            .map(|(m, n)| Listed { mechanism: m.as_ref().clone(), instances: Some(n), file: None })
            .collect(),
        nodes: Some(partition::size(model).compartments),
    })
}

/// How many instances of each mechanism a network has.
fn instances(model: &Model) -> Vec<u64> {
    let mut counts = vec![0; model.mechanisms.len()];
    for population in &model.populations {
        let cells = u64::from(population.count);
        match &population.body {
            Body::Artificial(body) => counts[body.mechanism] += cells,
            Body::Cells(body) => {
                for density in &body.densities {
                    counts[density.mechanism] += cells * density.nodes.len() as u64;
                }
                for point in &body.points {
                    counts[point.mechanism] += point.cells.as_ref().map_or(cells, |list| list.len() as u64);
                }
            }
        }
    }
    counts
}

fn in_files(named: &[PathBuf], terminal: &Terminal) -> Option<Found> {
    let mut all = Vec::new();
    let mut refused = false;
    for file in mechanisms::named_files(named, terminal)? {
        let mut sources = Sources::default();
        let read = mechanisms::read(&file, &mut sources).map_err(|problem| terminal.tell(&problem));
        let compiled = read.and_then(|id| {
            mechanism::compile(&mut sources, id, &mechanism::Options::default())
                .map_err(|said| terminal.diagnostics(&said, &sources))
        });
        match compiled {
            Ok(mechanism) => {
                all.push(Listed { mechanism, instances: None, file: Some(file.display().to_string()) });
            }
            Err(()) => refused = true,
        }
    }
    (!refused).then_some(Found { mechanisms: all, nodes: None })
}

fn text(rows: &[Row], measured: bool) -> String {
    let with_instances = rows.iter().any(|row| row.instances.is_some());
    let mut header = vec!["mechanism"];
    if with_instances {
        header.push("instances");
    }
    header.extend(["states", "table, ns"]);
    if measured {
        header.push("measured, ns");
    }
    let line = |row: &Row| {
        // The name alone says nothing where two files have it.
        let shared = rows.iter().filter(|other| other.name == row.name).count() > 1;
        let mut cells = vec![match &row.file {
            Some(file) if shared => format!("{} ({file})", row.name),
            _ => row.name.clone(),
        }];
        if with_instances {
            cells.push(row.instances.map_or("-".into(), count));
        }
        cells.extend([count(row.states), number(row.table, 3)]);
        if measured {
            cells.push(row.measured.map_or("-".into(), |ns| number(ns, 3)));
        }
        cells
    };
    let mut lines: Vec<Vec<String>> = rows.iter().map(line).collect();
    if with_instances {
        lines.push(total(rows, measured));
    }
    let mut text = table(&header, &lines);
    if measured {
        text += &format!("measured on {}, {}\n", measured::processor(), Level::detect().name());
    }
    text
}

/// The sums over all instances of a network, ns a step.
fn total(rows: &[Row], measured: bool) -> Vec<String> {
    let sum =
        |of: &dyn Fn(&Row) -> f64| rows.iter().map(|r| r.instances.unwrap_or(0) as f64 * of(r)).sum::<f64>();
    let states: u64 = rows.iter().map(|r| r.instances.unwrap_or(0) * r.states).sum();
    let mut cells = vec!["total".into(), String::new(), count(states), number(sum(&|r| r.table), 3)];
    if measured {
        cells.push(number(sum(&|r| r.measured.unwrap_or(0.0)), 3));
    }
    cells
}

fn summary(rows: &[Row], measured: bool) -> Value {
    let row = |row: &Row| {
        let mut value = json!({ "mechanism": row.name, "states": row.states, "table_ns": row.table });
        if let Some(instances) = row.instances {
            value["instances"] = instances.into();
        }
        if let Some(file) = &row.file {
            value["file"] = file.as_str().into();
        }
        if measured {
            value["measured_ns"] = row.measured.into();
        }
        value
    };
    let mut out = json!({ "complexity": rows.iter().map(row).collect::<Vec<_>>() });
    if measured {
        out["processor"] = measured::processor().into();
        out["level"] = Level::detect().name().into();
    }
    out
}
