//! A sweep's folder: taken for this process alone, begun or gone on with, finished.
//!
//! In: a folder and what it is to hold. Out: the rows that are there already, and a journal for more. What always holds: nothing of an earlier
//! result is overwritten unless it is of the same plan, and then it is the same; two processes never write into one folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::Error;
use super::journal::{self, Journal, Row};
use super::record::{self, Record};
use super::results;
use crate::record::Folder;
use crate::record::kept::holds;

/// A sweep's folder that is being written to.
#[derive(Debug)]
pub struct Place {
    folder: Folder,
    record: Record,
    journal: Journal,
    rows: Vec<Row>,
    finished: bool,
}

impl Place {
    /// Takes a folder, and makes it if there is none. With `resume` it may hold a part of the same sweep.
    ///
    /// # Errors
    /// Somebody else writes into it, it holds something else, or a part of a sweep that has changed.
    pub fn open(path: &Path, record: Record, resume: bool) -> Result<Place, Error> {
        let folder = Folder::claim(path)?;
        match Record::read(path)? {
            Some(earlier) if resume => {
                let differences = record.differences(&earlier);
                if !differences.is_empty() {
                    return Err(Error::Changed { folder: path.to_owned(), differences });
                }
            }
            Some(earlier) => {
                let done = journal::read(path, &earlier)?.0.len() as u64;
                return Err(Error::Exists { folder: path.to_owned(), done, of: earlier.count() });
            }
            None => {
                empty(path)?;
                let text = serde_json::to_string_pretty(&record).unwrap_or_default() + "\n";
                results::write_whole(&path.join(record::FILE), text.as_bytes())?;
            }
        }
        let (journal, mut rows) = Journal::open(path, &record)?;
        let whole = results::names(&record).all(|name| path.join(name).exists());
        let finished = whole && rows.len() as u64 == record.count();
        if record.keep_spikes && !finished {
            let kept = path.join(results::KEPT);
            fs::create_dir_all(&kept).map_err(|e| Error::io(&kept, "make the folder", &e))?;
            // The spikes of a run are there before its line is, unless somebody took them away or they are damaged.
            let kept = |run| holds(&results::spikes_of(path, run), &results::run_name(run));
            rows.retain(|row| row.reason.is_some() || kept(row.run));
        }
        Ok(Place { folder, record, journal, rows, finished })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What it holds.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Who had the folder before, if that process is gone without giving it back.
    pub fn notices(&self) -> Vec<String> {
        self.folder.notices()
    }

    /// Runs that are done, by their number.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether all results are there already.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Numbers of the runs that are still to be done.
    pub fn missing(&self) -> Vec<u64> {
        let is_missing = |n: &u64| self.rows.binary_search_by_key(n, |row| row.run).is_err();
        self.record.numbers().filter(is_missing).collect()
    }

    /// Notes a run that is done. It survives a kill when this returns.
    pub(super) fn add(&mut self, row: Row) -> Result<(), Error> {
        self.journal.add(&row)?;
        let at = self.rows.partition_point(|other| other.run < row.run);
        self.rows.insert(at, row);
        Ok(())
    }

    /// Puts all rows on the disk.
    pub(super) fn sync(&mut self) -> Result<(), Error> {
        self.journal.sync()
    }

    /// Writes the tables; all runs must be done. Gives the files.
    pub(super) fn finish(&mut self) -> Result<Vec<PathBuf>, Error> {
        let folder = self.folder.path().to_owned();
        self.finish_with(|run| results::spikes_of(&folder, run))
    }

    /// The same with the spikes of each run from a file elsewhere.
    pub(super) fn finish_with(&mut self, spikes: impl Fn(u64) -> PathBuf) -> Result<Vec<PathBuf>, Error> {
        self.sync()?;
        let path = self.folder.path();
        let files = if self.finished {
            results::paths(path, &self.record)
        } else {
            results::write(path, &self.record, &self.rows, spikes)?
        };
        self.finished = true;
        // All of it is in spikes.h5 now; also what a process that was killed here left.
        let kept = path.join(results::KEPT);
        match fs::remove_dir_all(&kept) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io(&kept, "remove", &e)),
            _ => Ok(files),
        }
    }
}

/// Refuses a folder with files that a sweep would overwrite, or that are results of something else.
fn empty(path: &Path) -> Result<(), Error> {
    let others = ["summary.json", "summary.json.part", "spikes.h5.part", journal::FILE, results::KEPT];
    let found = results::NAMES.iter().chain(&others).find(|name| path.join(name).exists());
    match found {
        Some(name) => Err(Error::Occupied { folder: path.to_owned(), name: (*name).into() }),
        None => Ok(()),
    }
}

/// Whether a folder holds a sweep, or a part of one.
pub fn is_of_a_sweep(path: &Path) -> bool {
    [record::FILE, journal::FILE].iter().any(|name| path.join(name).exists())
}
