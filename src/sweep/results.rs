//! The tables of results: `runs.csv`, `runs.h5`, `sweep.json`, and `spikes.h5` when spikes are kept.
//!
//! In: the record of a sweep and a row for each run. Out: the files, each under a temporary name until all of them are whole. `sweep.json` gets its name
//! last: where it is, the sweep is finished and all else is there. Equal rows give equal bytes.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::Error;
use super::journal::Row;
use super::record::Record;
use super::values::{shortest, value_text};
use crate::network::ParameterValue;
use crate::record::kept::{Attribute, Column, RunsFile, write_table};

/// The last file of a finished sweep.
pub(super) const SUMMARY: &str = "sweep.json";
/// Folder with a spike file of each run while a sweep runs.
pub(super) const KEPT: &str = "kept";
/// All names that a sweep gives files in its folder, but for the journal and the record; the summary last.
pub(super) const NAMES: [&str; 4] = ["runs.csv", "runs.h5", "spikes.h5", SUMMARY];

/// The files of a finished sweep, in the order in which they get their names.
pub(super) fn names(record: &Record) -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().filter(|name| record.keep_spikes || *name != "spikes.h5")
}

/// Their paths.
pub(super) fn paths(folder: &Path, record: &Record) -> Vec<PathBuf> {
    names(record).map(|name| folder.join(name)).collect()
}

/// Name of a run in files.
pub(super) fn run_name(number: u64) -> String {
    format!("run_{number:06}")
}

/// The spike file of a run while a sweep runs.
pub(super) fn kept_file(folder: &Path, number: u64) -> PathBuf {
    folder.join(KEPT).join(format!("{}.h5", run_name(number)))
}

/// Where the spikes of a run are in a folder of a sweep or shard: a file of its own, or the one with all runs.
pub(super) fn spikes_of(folder: &Path, number: u64) -> PathBuf {
    let own = kept_file(folder, number);
    if own.exists() { own } else { folder.join("spikes.h5") }
}

/// Writes a file that is never seen half written.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let part = temporary(path);
    let write = || fs::write(&part, bytes).and_then(|()| sync(&part));
    write().map_err(|e| Error::io(&part, "write", &e))?;
    fs::rename(&part, path).map_err(|e| Error::io(&part, "rename", &e))
}

/// The name of a file until it is whole.
pub(super) fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    name.into()
}

pub(super) fn sync(path: &Path) -> std::io::Result<()> {
    fs::File::open(path)?.sync_all()
}

/// Writes all tables into a folder; of each run that has spikes, `spikes` knows the file. Gives the paths of the files.
pub(super) fn write(
    folder: &Path,
    record: &Record,
    rows: &[Row],
    spikes: impl Fn(u64) -> PathBuf,
) -> Result<Vec<PathBuf>, Error> {
    let path = |name: &str| folder.join(name);
    write_bytes(&temporary(&path("runs.csv")), csv(record, rows).as_bytes())?;
    write_table(&temporary(&path("runs.h5")), "runs", &columns(record, rows))?;
    if record.keep_spikes {
        let part = temporary(&path("spikes.h5"));
        let file = RunsFile::create(&part)?;
        for row in rows.iter().filter(|row| row.reason.is_none()) {
            file.add(&run_name(row.run), &attributes(record, row), &spikes(row.run))?;
        }
        file.close()?;
    }
    let summary = serde_json::to_string_pretty(&summary(record, rows)).unwrap_or_default() + "\n";
    write_bytes(&temporary(&path(SUMMARY)), summary.as_bytes())?;
    for to in names(record).map(path) {
        let from = temporary(&to);
        sync(&from).map_err(|e| Error::io(&from, "write", &e))?;
        fs::rename(&from, &to).map_err(|e| Error::io(&from, "rename", &e))?;
    }
    // The names are on the disk when the folder is. Not every file system can be asked for that.
    let _ = sync(folder);
    Ok(paths(folder, record))
}

fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    fs::write(path, bytes).map_err(|e| Error::io(path, "write", &e))
}

/// The table as CSV (RFC 4180, lines end in a line feed).
pub(super) fn csv(record: &Record, rows: &[Row]) -> String {
    let mut header = vec!["run".to_owned(), "seed".into()];
    header.extend(record.columns());
    header.extend(["status".into(), "reason".into()]);
    header.extend(record.measures.iter().map(|m| m.name.clone()));
    header.push("wall_time_s".into());
    let mut out = line(&header);
    for row in rows {
        let mut fields = vec![row.run.to_string(), row.seed.to_string()];
        fields.extend(row.values.iter().map(value_text));
        fields.extend([row.status().into(), row.reason.clone().unwrap_or_default()]);
        fields.extend(row.measures.iter().map(|x| shortest(*x)));
        fields.push(shortest(row.wall_time));
        out += &line(&fields);
    }
    out
}

fn line(fields: &[String]) -> String {
    let quoted = |text: &String| {
        if text.contains(['"', ',', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.clone()
        }
    };
    fields.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n"
}

/// The table for HDF5: name, unit, values of each column.
fn columns(record: &Record, rows: &[Row]) -> Vec<(String, Option<String>, Column)> {
    let texts = |of: &dyn Fn(&Row) -> String| Column::Texts(rows.iter().map(of).collect());
    let mut all = vec![
        ("run".to_owned(), None, Column::Whole(rows.iter().map(|r| r.run).collect())),
        ("seed".into(), None, Column::Whole(rows.iter().map(|r| r.seed).collect())),
    ];
    for (i, name) in record.columns().into_iter().enumerate() {
        let numbers: Option<Vec<f64>> = rows
            .iter()
            .map(|row| match row.values.get(i) {
                Some(ParameterValue::Number(x)) => Some(*x),
                _ => None,
            })
            .collect();
        let column = match numbers {
            Some(numbers) => Column::Numbers(numbers),
            None => texts(&|row| row.values.get(i).map(value_text).unwrap_or_default()),
        };
        let unit = record.unit(&name).map(str::to_owned);
        all.push((name, unit, column));
    }
    all.push(("status".into(), None, texts(&|row| row.status().into())));
    all.push(("reason".into(), None, texts(&|row| row.reason.clone().unwrap_or_default())));
    for (i, measure) in record.measures.iter().enumerate() {
        let numbers = rows.iter().map(|row| row.measures.get(i).copied().unwrap_or(f64::NAN)).collect();
        all.push((measure.name.clone(), Some(measure.unit.clone()), Column::Numbers(numbers)));
    }
    let times = rows.iter().map(|row| row.wall_time).collect();
    all.push(("wall_time_s".into(), Some("s".into()), Column::Numbers(times)));
    all
}

/// The parameters of a run, for its group of spikes.
fn attributes(record: &Record, row: &Row) -> Vec<(String, Attribute)> {
    let attribute = |value: &ParameterValue| match value {
        ParameterValue::Number(x) => Attribute::Number(*x),
        other => Attribute::Text(value_text(other)),
    };
    let mut all =
        vec![("run".to_owned(), Attribute::Whole(row.run)), ("seed".into(), Attribute::Whole(row.seed))];
    all.extend(record.columns().into_iter().zip(row.values.iter().map(attribute)));
    all
}

/// What readers of the table want to know of the sweep.
fn summary(record: &Record, rows: &[Row]) -> Json {
    let failed = rows.iter().filter(|row| row.reason.is_some()).count();
    let seeds: Vec<u64> = (record.seed..record.seed + record.repeats).collect();
    json!({
        "name": record.name,
        "network": record.network,
        "version": record.version,
        "shard": record.shard,
        "parameters": record.parameter_entries().collect::<Vec<_>>(),
        "set": record.set,
        "simulation": record.simulation,
        "repeats": record.repeats,
        "seeds": seeds,
        "measures": record.measures,
        "runs": rows.len(),
        "complete": rows.len() - failed,
        "failed": failed,
    })
}
