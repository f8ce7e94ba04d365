//! `journal.jsonl`: the runs that are done, one line each, in the order in which they ended.
//!
//! In: rows as they come. Out: after any end of the process, also a kill in the middle of a line, all rows whose lines were written whole. Every line is a JSON object
//! whose last entry is a checksum of what stands before it, so that a torn or damaged line is known and dropped: its run is done again. A line is handed to the
//! system at once, which is enough for the process to be killed; for a power cut the file is put on the disk every second.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json};

use super::Error;
use super::record::Record;
use super::values::{value_json, value_of};
use crate::network::ParameterValue;
use crate::random::fnv128;

/// Name of the file.
pub(super) const FILE: &str = "journal.jsonl";

/// What a power cut can lose.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// One run with its outcome: a row of the table of results.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Number of the run.
    pub run: u64,
    /// Its seed.
    pub seed: u64,
    /// Values of the varied parameters.
    pub values: Vec<ParameterValue>,
    /// Why it failed; `None` if it is complete.
    pub reason: Option<String>,
    /// The measures; NaN where one is undefined, and of a failed run.
    pub measures: Vec<f64>,
    /// How long it took, s.
    pub wall_time: f64,
}

impl Row {
    /// The word in the table.
    pub fn status(&self) -> &'static str {
        if self.reason.is_some() { "failed" } else { "complete" }
    }

    fn line(&self, names: &[String], measures: &[String]) -> String {
        let mut line = Map::new();
        line.insert("run".into(), self.run.into());
        line.insert("seed".into(), self.seed.into());
        let values = names.iter().cloned().zip(self.values.iter().map(value_json));
        line.insert("parameters".into(), Json::Object(values.collect()));
        line.insert("status".into(), self.status().into());
        line.insert("reason".into(), self.reason.as_deref().unwrap_or_default().into());
        let numbers = measures.iter().cloned().zip(self.measures.iter().map(|x| number(*x)));
        line.insert("measures".into(), Json::Object(numbers.collect()));
        line.insert("wall_time_s".into(), number(self.wall_time));
        let text = Json::Object(line).to_string();
        let body = text.strip_suffix('}').unwrap_or(&text);
        format!("{body},\"check\":\"{}\"}}\n", checksum(body))
    }

    /// Reads a line without its end; `None` if it is damaged or of another plan.
    fn parse(line: &[u8], names: &[String], measures: &[String]) -> Option<Row> {
        let line = std::str::from_utf8(line).ok()?;
        let (body, check) = line.rsplit_once(",\"check\":\"")?;
        if check.strip_suffix("\"}")? != checksum(body) {
            return None;
        }
        let json: Json = serde_json::from_str(line).ok()?;
        let values = names.iter().map(|name| value_of(&json["parameters"][name.as_str()]));
        let numbers = measures.iter().map(|name| of_number(&json["measures"][name.as_str()]));
        let reason = json["reason"].as_str()?.to_owned();
        Some(Row {
            run: json["run"].as_u64()?,
            seed: json["seed"].as_u64()?,
            values: values.collect::<Option<_>>()?,
            reason: (json["status"].as_str()? == "failed").then_some(reason),
            measures: numbers.collect::<Option<_>>()?,
            wall_time: of_number(&json["wall_time_s"])?,
        })
    }
}

/// JSON has no NaN and no infinity.
fn number(x: f64) -> Json {
    match x {
        x if x.is_nan() => Json::Null,
        x if x.is_infinite() => (if x > 0.0 { "inf" } else { "-inf" }).into(),
        x => x.into(),
    }
}

fn of_number(json: &Json) -> Option<f64> {
    match json {
        Json::Null => Some(f64::NAN),
        Json::String(text) => text.parse().ok(),
        other => other.as_f64(),
    }
}

fn checksum(body: &str) -> String {
    format!("{:016x}", fnv128(body.as_bytes()) as u64)
}

/// The journal of a folder, open for more rows.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    synced: Instant,
    names: Vec<String>,
    measures: Vec<String>,
}

impl Journal {
    /// Opens the journal of a folder, or begins one. Also gives its rows; a torn or damaged line is taken out.
    pub(super) fn open(folder: &Path, record: &Record) -> Result<(Journal, Vec<Row>), Error> {
        let path = folder.join(FILE);
        let (rows, damaged) = read(folder, record)?;
        let names = record.columns();
        let measures: Vec<String> = record.measures.iter().map(|m| m.name.clone()).collect();
        if damaged {
            // What is whole is written anew beside it, so that a kill here loses nothing either.
            let text: String = rows.iter().map(|row| row.line(&names, &measures)).collect();
            super::results::write_whole(&path, text.as_bytes())?;
        }
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let file = file.map_err(|e| Error::io(&path, "write", &e))?;
        Ok((Journal { path, file, synced: Instant::now(), names, measures }, rows))
    }

    /// Adds a row. It survives a kill when this returns.
    pub(super) fn add(&mut self, row: &Row) -> Result<(), Error> {
        let line = row.line(&self.names, &self.measures);
        let mut written = self.file.write_all(line.as_bytes());
        if written.is_ok() && self.synced.elapsed() >= SYNC_EVERY {
            written = self.file.sync_data();
            self.synced = Instant::now();
        }
        written.map_err(|e| Error::io(&self.path, "write", &e))
    }

    /// Puts all rows on the disk.
    pub(super) fn sync(&mut self) -> Result<(), Error> {
        self.file.sync_data().map_err(|e| Error::io(&self.path, "write", &e))
    }
}

/// The rows of a folder's journal by their number, each run once, and whether there was anything else in it.
pub(super) fn read(folder: &Path, record: &Record) -> Result<(Vec<Row>, bool), Error> {
    let path = folder.join(FILE);
    let bytes = match std::fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(Error::io(&path, "read", &error)),
        Ok(bytes) => bytes,
    };
    let names = record.columns();
    let measures: Vec<String> = record.measures.iter().map(|m| m.name.clone()).collect();
    let mut damaged = false;
    let mut rows = Vec::new();
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let row = line.strip_suffix(b"\n").and_then(|line| Row::parse(line, &names, &measures));
        match row.filter(|row| row.run < record.runs) {
            Some(row) => rows.push(row),
            None => damaged = true,
        }
    }
    rows.sort_by_key(|row| row.run);
    rows.dedup_by_key(|row| row.run);
    Ok((rows, damaged))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(run: u64) -> Row {
        Row {
            run,
            seed: 1 << 53,
            values: vec![ParameterValue::Number(0.1 + 0.2), ParameterValue::Text("a \"b\", c\n".into())],
            reason: (run == 1).then(|| "no, it \u{b5}s".into()),
            measures: vec![f64::NAN, 1.0 / 3.0, f64::INFINITY],
            wall_time: 0.25,
        }
    }

    fn names() -> (Vec<String>, Vec<String>) {
        (vec!["x".into(), "y".into()], vec!["a".into(), "b".into(), "check".into()])
    }

    /// NaN is no number, so rows are compared as texts.
    fn text(row: &Row) -> String {
        format!("{row:?}")
    }

    #[test]
    fn lines_read_back() {
        let (names, measures) = names();
        for run in [0, 1, 9_999_999] {
            let line = row(run).line(&names, &measures);
            let back = Row::parse(line.trim_end().as_bytes(), &names, &measures).unwrap();
            assert_eq!(text(&back), text(&row(run)));
        }
    }

    #[test]
    fn a_line_with_any_byte_changed_or_cut_off_is_dropped() {
        let (names, measures) = names();
        let line = row(1).line(&names, &measures).trim_end().as_bytes().to_vec();
        for at in 0..line.len() {
            assert!(Row::parse(&line[..at], &names, &measures).is_none(), "cut at {at}");
            let mut changed = line.clone();
            changed[at] ^= 1;
            assert!(Row::parse(&changed, &names, &measures).is_none(), "changed at {at}");
        }
    }
}
