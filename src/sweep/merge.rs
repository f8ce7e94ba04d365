//! Shards joined into the table of the whole sweep.
//!
//! In: a folder with shards in it, or the shards' own folders. Out: the same files as from a sweep in one piece; what is missing is said, and then nothing is written.

use std::path::{Path, PathBuf};

use super::Error;
use super::folder::Place;
use super::journal::{self, Row};
use super::record::Record;
use super::results;

/// A joined sweep.
#[derive(Debug)]
pub struct Merged {
    /// Where it is.
    pub folder: PathBuf,
    /// Its files.
    pub files: Vec<PathBuf>,
    /// Number of shards.
    pub shards: u64,
    /// All runs.
    pub rows: Vec<Row>,
}

/// A shard that was found.
struct Part {
    folder: PathBuf,
    record: Record,
    rows: Vec<Row>,
}

/// Joins the shards in `folders` into `out`; without it into the one folder that holds them all.
///
/// # Errors
/// There are no shards, they are of different sweeps, some are missing or not done, or `out` holds something else.
pub fn merge(folders: &[PathBuf], out: Option<&Path>) -> Result<Merged, Error> {
    let mut parts = Vec::new();
    for folder in folders {
        parts.extend(find(folder)?);
    }
    parts.sort_by_key(|part| part.record.shard);
    let of = whole(&parts)?;
    let out = match (out, folders) {
        (Some(out), _) => out.to_owned(),
        (None, [folder]) if Record::read(folder)?.is_none_or(|r| r.shard.is_none()) => folder.clone(),
        _ => return Err(Error::NoOut),
    };
    let Some(first) = parts.first() else { return Err(Error::NoShards { folder: out }) };
    let record = Record { shard: None, ..first.record.clone() };
    // The joined folder is that of a whole sweep, journal included; joining again finds nothing left to do.
    let mut place = Place::open(&out, record, true)?;
    let of_run = |run: u64| &parts[(run % of) as usize];
    for run in place.missing() {
        let part = of_run(run);
        let at = part.rows.binary_search_by_key(&run, |row| row.run);
        if let Ok(at) = at {
            place.add(part.rows[at].clone())?;
        }
    }
    let files = place.finish_with(|run| results::spikes_of(&of_run(run).folder, run))?;
    Ok(Merged { folder: out, files, shards: of, rows: place.rows().to_vec() })
}

/// The shard that a folder is, or those in it.
fn find(folder: &Path) -> Result<Vec<Part>, Error> {
    if let Some(part) = part(folder)? {
        return Ok(vec![part]);
    }
    let entries = std::fs::read_dir(folder).map_err(|e| Error::io(folder, "read the folder", &e))?;
    let mut inside: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
    inside.sort();
    let mut parts = Vec::new();
    for folder in inside {
        parts.extend(part(&folder)?);
    }
    if parts.is_empty() { Err(Error::NoShards { folder: folder.to_owned() }) } else { Ok(parts) }
}

/// A folder as a shard, if it is one.
fn part(folder: &Path) -> Result<Option<Part>, Error> {
    let Some(record) = Record::read(folder)?.filter(|record| record.shard.is_some()) else { return Ok(None) };
    let (rows, _) = journal::read(folder, &record)?;
    Ok(Some(Part { folder: folder.to_owned(), record, rows }))
}

/// Checks that these are all the shards of one sweep, each done, in their order; gives their number.
fn whole(parts: &[Part]) -> Result<u64, Error> {
    let Some(first) = parts.first() else { return Ok(0) };
    let of = first.record.shard.map_or(0, |shard| shard.of);
    for part in parts {
        let same = Record { shard: first.record.shard, ..part.record.clone() };
        let mut differences = same.differences(&first.record);
        if let Some(shard) = part.record.shard.filter(|shard| shard.of != of) {
            differences.push(format!("one sweep is split into {of} shards, the other into {}", shard.of));
        }
        if !differences.is_empty() {
            let (first, second) = (first.folder.clone(), part.folder.clone());
            return Err(Error::Apart { first, second, differences });
        }
    }
    for pair in parts.windows(2) {
        if let Some(shard) = pair[0].record.shard.filter(|shard| Some(*shard) == pair[1].record.shard) {
            let (first, second) = (pair[0].folder.clone(), pair[1].folder.clone());
            return Err(Error::Twice { shard: shard.to_string(), first, second });
        }
    }
    let mut missing = Vec::new();
    for index in 1..=of {
        let found = parts.iter().find(|part| part.record.shard.is_some_and(|shard| shard.index == index));
        match found {
            None => missing.push(format!("shard {index}/{of} is not there")),
            Some(part) if (part.rows.len() as u64) < part.record.count() => missing.push(format!(
                "shard {index}/{of} has done {} of its {} runs",
                part.rows.len(),
                part.record.count()
            )),
            Some(_) => {}
        }
    }
    if missing.is_empty() { Ok(of) } else { Err(Error::Missing { shards: shortened(missing) }) }
}

/// The first few of many.
fn shortened(mut all: Vec<String>) -> Vec<String> {
    const SHOWN: usize = 8;
    if all.len() > SHOWN {
        let more = all.len() - SHOWN;
        all.truncate(SHOWN);
        all.push(format!("and {more} more"));
    }
    all
}
