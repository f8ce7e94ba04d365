//! `spikes.h5`: SONATA's spike file, written so that a kill at any instant leaves a whole one.
//!
//! HDF5 changes a file's inner index in many small writes, and a kill between two of them can leave a file that no
//! reader opens. So there are two files, written in turn: while one is being changed, the other, whole one is the one
//! called `spikes.h5.part`. A flush adds to the hidden file (`spikes.h5.part.next`) all that it lacks, closes it, and
//! swaps the names, each by one rename, which either has happened or has not. Each spike is so written twice, 32
//! bytes in all, and nothing depends on what HDF5 does inside. No file is held open between flushes: readers may
//! look at `spikes.h5.part` while the run goes on.
//!
//! At the end the spikes are copied into a file of exact size with contiguous data sets, so that the bytes do not
//! depend on when flushes happened.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hdf5::OpenMode;
use hdf5::dataset::AllocTime;

use super::hdf::{self, Sorting};
use super::{PopulationLayout, RecordError, Status};

/// Spikes in a chunk of the growing file.
const CHUNK: usize = 4096;
/// Spikes copied at a time into the final file.
const BLOCK: usize = 1 << 18;

/// Spikes of one population that a file still lacks.
#[derive(Clone, Debug, Default)]
struct Pending {
    times: Vec<f64>,
    ids: Vec<u64>,
}

/// The pair of growing files.
pub(super) struct SpikeStore {
    populations: Vec<PopulationLayout>,
    /// Always whole; holds everything flushed.
    part: PathBuf,
    /// The one to be changed next.
    next: PathBuf,
    /// In `part`, not yet in `next`; one for each population.
    before: Vec<Pending>,
    /// In neither.
    now: Vec<Pending>,
    counts: Vec<u64>,
}

impl SpikeStore {
    /// Two files without spikes.
    pub(super) fn create(
        folder: &Path,
        populations: Vec<PopulationLayout>,
    ) -> Result<SpikeStore, RecordError> {
        let part = folder.join("spikes.h5.part");
        let next = folder.join("spikes.h5.part.next");
        create_growing(&next, &populations)?;
        fs::rename(&next, &part).map_err(|e| RecordError::io(&next, "rename", &e))?;
        create_growing(&next, &populations)?;
        let empty = vec![Pending::default(); populations.len()];
        let counts = vec![0; populations.len()];
        Ok(SpikeStore { populations, part, next, before: empty.clone(), now: empty, counts })
    }

    /// Takes a spike; they come sorted by (time, global id).
    pub(super) fn add(&mut self, time: f64, id: u64) -> Result<(), RecordError> {
        let after = self.populations.partition_point(|p| p.first_id <= id);
        let owner =
            after.checked_sub(1).filter(|&i| id - self.populations[i].first_id < self.populations[i].count);
        let Some(i) = owner else {
            return Err(RecordError::Mismatch {
                what: format!("a spike of cell {id}, which is in no population"),
            });
        };
        self.now[i].times.push(time);
        self.now[i].ids.push(id - self.populations[i].first_id);
        self.counts[i] += 1;
        Ok(())
    }

    /// Spikes of each population so far.
    pub(super) fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Makes everything up to `until` (ms) survive a kill.
    pub(super) fn flush(&mut self, until: f64) -> Result<(), RecordError> {
        match hdf5::File::open_rw(&self.next) {
            Ok(file) => self.append(&file, &[&self.before, &self.now], until),
            // A reader that still has the file open locks it: leave it as it is to the reader and go on with a copy.
            Err(_) => {
                remove_if_there(&self.next)?;
                fs::copy(&self.part, &self.next).map_err(|e| RecordError::io(&self.next, "write", &e))?;
                let file = hdf::open(&self.next, OpenMode::ReadWrite)
                    .map_err(|e| RecordError::hdf5(&self.next, "open", &e))?;
                self.append(&file, &[&self.now], until)
            }
        }?;
        swap(&self.part, &self.next)?;
        std::mem::swap(&mut self.before, &mut self.now);
        for pending in &mut self.now {
            pending.times.clear();
            pending.ids.clear();
        }
        Ok(())
    }

    fn append(&self, file: &hdf5::File, parts: &[&Vec<Pending>], until: f64) -> Result<(), RecordError> {
        let write = || -> hdf5::Result<()> {
            for (i, population) in self.populations.iter().enumerate() {
                let added: usize = parts.iter().map(|p| p[i].times.len()).sum();
                if added == 0 {
                    continue;
                }
                let group = file.group("spikes")?.group(&population.name)?;
                let (times, ids) = (group.dataset("timestamps")?, group.dataset("node_ids")?);
                let mut at = times.size();
                times.resize(at + added)?;
                ids.resize(at + added)?;
                for pending in parts.iter().map(|p| &p[i]).filter(|p| !p.times.is_empty()) {
                    let end = at + pending.times.len();
                    times.write_slice(&pending.times, at..end)?;
                    ids.write_slice(&pending.ids, at..end)?;
                    at = end;
                }
            }
            file.attr(hdf::UNTIL)?.write_scalar(&until)?;
            file.flush()
        };
        write().map_err(|e| RecordError::hdf5(&self.next, "write", &e))
    }

    /// Flushes the rest and makes the final file. The result is where it is: for a complete run beside `spikes.h5.part`
    /// (which still holds everything until the final file has its name), else under that name.
    pub(super) fn close(mut self, status: Status, until: f64) -> Result<PathBuf, RecordError> {
        self.flush(until)?;
        remove_if_there(&self.next)?;
        self.compact(status, until)?;
        sync(&self.next)?;
        if status == Status::Complete {
            return Ok(self.next);
        }
        fs::rename(&self.next, &self.part).map_err(|e| RecordError::io(&self.next, "rename", &e))?;
        Ok(self.part)
    }

    /// Copies the spikes of `part` into a new, contiguous file.
    fn compact(&self, status: Status, until: f64) -> Result<(), RecordError> {
        let file = hdf::create(&self.next)?;
        let write = || -> hdf5::Result<()> {
            let from = hdf::open(&self.part, OpenMode::Read)?.group("spikes")?;
            let spikes = file.create_group("spikes")?;
            for population in &self.populations {
                let from = from.group(&population.name)?;
                let group = create_population(&spikes, &population.name)?;
                let times = copy_column::<f64>(&from, &group, "timestamps")?;
                hdf::set_units(&times, "ms")?;
                copy_column::<u64>(&from, &group, "node_ids")?;
            }
            file.new_attr::<f64>().create(hdf::UNTIL)?.write_scalar(&until)?;
            file.attr(hdf::STATUS)?.write_scalar(&hdf::text(status))?;
            file.flush()
        };
        write().map_err(|e| RecordError::hdf5(&self.next, "write", &e))
    }
}

/// A file whose data sets can grow, with no spikes.
fn create_growing(path: &Path, populations: &[PopulationLayout]) -> Result<(), RecordError> {
    let file = hdf::create(path)?;
    let write = || -> hdf5::Result<()> {
        let spikes = file.create_group("spikes")?;
        for population in populations {
            let group = create_population(&spikes, &population.name)?;
            let growing = || group.new_dataset_builder().obj_track_times(false).chunk(CHUNK);
            let times = growing().empty::<f64>().shape(0..).create("timestamps")?;
            hdf::set_units(&times, "ms")?;
            growing().empty::<u64>().shape(0..).create("node_ids")?;
        }
        file.new_attr::<f64>().create(hdf::UNTIL)?.write_scalar(&0.0)?;
        file.flush()
    };
    write().map_err(|e| RecordError::hdf5(path, "write", &e))
}

pub(super) fn create_population(spikes: &hdf5::Group, name: &str) -> hdf5::Result<hdf5::Group> {
    let group = spikes.create_group(name)?;
    group.new_attr::<Sorting>().create("sorting")?.write_scalar(&Sorting::by_time)?;
    Ok(group)
}

/// Copies a list into a data set of its exact size.
pub(super) fn copy_column<T: hdf5::H5Type>(
    from: &hdf5::Group,
    to: &hdf5::Group,
    name: &str,
) -> hdf5::Result<hdf5::Dataset> {
    let old = from.dataset(name)?;
    let count = old.size();
    let builder = to.new_dataset_builder().obj_track_times(false).alloc_time(Some(AllocTime::Early));
    let new = builder.empty::<T>().shape(count).create(name)?;
    for at in (0..count).step_by(BLOCK) {
        let end = (at + BLOCK).min(count);
        new.write_slice(&old.read_slice_1d::<T, _>(at..end)?, at..end)?;
    }
    Ok(new)
}

/// Exchanges the names of two files; the first name exists at every instant.
fn swap(part: &Path, next: &Path) -> Result<(), RecordError> {
    let spare = part.with_extension("part.spare");
    remove_if_there(&spare)?;
    let exchange = || {
        // Where the file system has no hard links the name is gone for an instant; `Folder::claim` mends that.
        fs::hard_link(part, &spare).or_else(|_| fs::rename(part, &spare))?;
        fs::rename(next, part)?;
        fs::rename(&spare, next)
    };
    exchange().map_err(|e| RecordError::io(part, "rename", &e))
}

/// Removes a file; that there is none is fine.
pub(super) fn remove_if_there(path: &Path) -> Result<(), RecordError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(RecordError::io(path, "remove", &e)),
        _ => Ok(()),
    }
}

/// Waits until a closed file is on the disk.
pub(super) fn sync(path: &Path) -> Result<(), RecordError> {
    fs::File::open(path).and_then(|f| f.sync_all()).map_err(|e| RecordError::io(path, "write", &e))
}
