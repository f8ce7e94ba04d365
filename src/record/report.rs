//! A SONATA compartment report, written so that a kill at any instant leaves a whole file.
//!
//! The size of a report is known before the run. So the HDF5 file is made with room for all rows (on the disk a
//! hole that takes no space), closed, and never touched by the HDF5 library again while the run goes on: rows are written
//! straight to their place. How far they go is said by SONATA's own `mapping/time`, whose end (8 bytes, also written in
//! place) moves on at each flush. Nothing in the file's inner structure ever changes, so there is nothing that
//! a kill could tear, and readers may look at the file during the run.
//!
//! A run that ends early leaves a file cut to the rows that it has.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use hdf5::dataset::{AllocTime, FillTime};

use super::hdf;
use super::spikes::sync;
use super::{RecordError, ReportLayout, Status};

/// One report's file.
pub(super) struct ReportStore {
    layout: ReportLayout,
    /// ms between rows.
    interval: f64,
    part: PathBuf,
    file: fs::File,
    places: Places,
    /// Values in a row.
    width: u64,
    /// Rows that there is room for.
    room: u64,
    /// Rows written.
    rows: u64,
    buffer: Vec<u8>,
}

/// Where in the file the values are, in bytes.
#[derive(Clone, Copy, Debug)]
struct Places {
    data: u64,
    double: Option<u64>,
    /// The second number of `mapping/time`.
    stop: u64,
}

impl ReportStore {
    /// A file with room for the rows of a run of `steps` steps of `dt` ms.
    pub(super) fn create(
        folder: &Path,
        layout: ReportLayout,
        dt: f64,
        steps: u64,
    ) -> Result<ReportStore, RecordError> {
        let part = folder.join(format!("{}.h5.part", layout.name));
        let next = next_of(&part);
        let room = layout.rows(steps);
        let too_large = || RecordError::TooLarge { report: layout.name.clone() };
        let width = layout.width().ok_or_else(too_large)?;
        let bytes = width.checked_mul(room).and_then(|n| n.checked_mul(8));
        bytes.filter(|&b| b <= i64::MAX as u64 / 4).ok_or_else(too_large)?;

        let interval = dt * f64::from(layout.every);
        let places = create_file(&next, &layout, room, interval)?;
        fs::rename(&next, &part).map_err(|e| RecordError::io(&next, "rename", &e))?;
        let file = open(&part)?;
        Ok(ReportStore { layout, interval, part, file, places, width, room, rows: 0, buffer: Vec::new() })
    }

    /// Adds whole rows.
    pub(super) fn append(&mut self, values: &[f64]) -> Result<(), RecordError> {
        if self.width == 0 || values.is_empty() {
            return Ok(());
        }
        let added = values.len() as u64 / self.width;
        if added * self.width != values.len() as u64 || self.rows + added > self.room {
            let what = format!(
                "the report `{}` has room for {} rows of {} values, and got {} values after {} rows",
                self.layout.name,
                self.room,
                self.width,
                values.len(),
                self.rows
            );
            return Err(RecordError::Mismatch { what });
        }
        let at = self.rows * self.width;
        self.buffer.clear();
        self.buffer.extend(values.iter().flat_map(|&v| (v as f32).to_ne_bytes()));
        let mut result = write_at(&mut self.file, self.places.data + at * 4, &self.buffer);
        if let Some(double) = self.places.double {
            self.buffer.clear();
            self.buffer.extend(values.iter().flat_map(|v| v.to_ne_bytes()));
            result = result.and_then(|()| write_at(&mut self.file, double + at * 8, &self.buffer));
        }
        result.map_err(|e| RecordError::io(&self.part, "write", &e))?;
        self.rows += added;
        Ok(())
    }

    /// Says in the file how far it goes.
    pub(super) fn flush(&mut self) -> Result<(), RecordError> {
        let stop = stop_of(self.rows, self.interval);
        write_at(&mut self.file, self.places.stop, &stop.to_ne_bytes())
            .map_err(|e| RecordError::io(&self.part, "write", &e))
    }

    /// Closes the file with a status; where it is. A file with rows missing is cut to those it has.
    pub(super) fn close(mut self, status: Status) -> Result<PathBuf, RecordError> {
        self.flush()?;
        let path = if self.rows < self.room && self.width > 0 { self.cut()? } else { self.part.clone() };
        // The text has a fixed length: only its bytes change.
        hdf5::File::open_rw(&path)
            .and_then(|file| file.attr(hdf::STATUS)?.write_scalar(&hdf::text(status)))
            .map_err(|e| RecordError::hdf5(&path, "write", &e))?;
        sync(&path)?;
        if path != self.part {
            fs::rename(&path, &self.part).map_err(|e| RecordError::io(&path, "rename", &e))?;
        }
        Ok(self.part)
    }

    /// Copies the rows that there are into a file of their size; where that is.
    fn cut(&mut self) -> Result<PathBuf, RecordError> {
        let next = next_of(&self.part);
        let places = create_file(&next, &self.layout, self.rows, self.interval)?;
        let mut copy = open(&next)?;
        let values = self.rows * self.width;
        let mut blocks = vec![(self.places.data, places.data, values * 4)];
        if let (Some(from), Some(to)) = (self.places.double, places.double) {
            blocks.push((from, to, values * 8));
        }
        let write = || -> io::Result<()> {
            for (from, to, bytes) in blocks {
                self.file.seek(SeekFrom::Start(from))?;
                copy.seek(SeekFrom::Start(to))?;
                io::copy(&mut (&self.file).take(bytes), &mut copy)?;
            }
            write_at(&mut copy, places.stop, &stop_of(self.rows, self.interval).to_ne_bytes())
        };
        write().map_err(|e| RecordError::io(&next, "write", &e))?;
        Ok(next)
    }
}

/// Makes a file with room for `rows` rows and no rows in it.
fn create_file(path: &Path, layout: &ReportLayout, rows: u64, interval: f64) -> Result<Places, RecordError> {
    let file = hdf::create(path)?;
    let write = || -> hdf5::Result<Places> {
        let population = file.create_group("report")?.create_group(&layout.population)?;
        let mapping = population.create_group("mapping")?;
        let small =
            || mapping.new_dataset_builder().obj_track_times(false).alloc_time(Some(AllocTime::Early));
        let (cells, places) = (layout.node_ids.len(), layout.sections.len());

        let pointers: Vec<u64> = (0..=cells as u64).map(|i| i * places as u64).collect();
        let ids: Vec<u32> = layout.sections.iter().copied().cycle().take(cells * places).collect();
        let positions: Vec<f32> = layout.positions.iter().copied().cycle().take(cells * places).collect();
        small().empty::<u64>().shape(cells).create("node_ids")?.write_raw(&layout.node_ids)?;
        small().empty::<u64>().shape(cells + 1).create("index_pointers")?.write_raw(&pointers)?;
        // The name that bmtk looks for.
        mapping.link_hard("index_pointers", "index_pointer")?;
        small().empty::<u32>().shape(ids.len()).create("element_ids")?.write_raw(&ids)?;
        small().empty::<f32>().shape(positions.len()).create("element_pos")?.write_raw(&positions)?;
        let time = small().empty::<f64>().shape(3).create("time")?;
        time.write_raw(&[0.0, 0.0, interval])?;
        hdf::set_units(&time, "ms")?;

        let shape = (rows as usize, cells * places);
        let large = || small_free(&population);
        let data = large().empty::<f32>().shape(shape).create("data")?;
        hdf::set_units(&data, &layout.unit)?;
        let variable: hdf5::types::VarLenUnicode =
            layout.variable.replace('\0', "").parse().unwrap_or_default();
        data.new_attr::<hdf5::types::VarLenUnicode>().create("variable")?.write_scalar(&variable)?;
        let double = if layout.double {
            let double = large().empty::<f64>().shape(shape).create("data_double")?;
            hdf::set_units(&double, &layout.unit)?;
            Some(double.offset().unwrap_or(0))
        } else {
            None
        };
        file.flush()?;
        // A data set without values has no place, and nothing will be written to it.
        let data = data.offset().unwrap_or(0);
        let stop = time.offset().ok_or("`mapping/time` has no place in the file")? + 8;
        Ok(Places { data, double, stop })
    };
    write().map_err(|e| RecordError::hdf5(path, "write", &e))
}

/// A data set that gets its place at once and is not filled.
fn small_free(group: &hdf5::Group) -> hdf5::DatasetBuilder {
    group
        .new_dataset_builder()
        .obj_track_times(false)
        .alloc_time(Some(AllocTime::Early))
        .fill_time(FillTime::Never)
        .no_chunk()
}

/// The end of `rows` samples `interval` ms apart. A reader that counts rows as `int(stop / interval)` gets them all.
fn stop_of(rows: u64, interval: f64) -> f64 {
    let stop = rows as f64 * interval;
    if stop / interval < rows as f64 { stop.next_up() } else { stop }
}

fn open(path: &Path) -> Result<fs::File, RecordError> {
    let file = fs::OpenOptions::new().read(true).write(true).open(path);
    file.map_err(|e| RecordError::io(path, "open", &e))
}

fn write_at(file: &mut fs::File, at: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}

fn next_of(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(".next");
    PathBuf::from(name)
}
