//! Spikes of many runs: one small file for each while they run, one file with a group for each at the end.
//!
//! In: the spikes of a whole run from memory. Out: a file like `spikes.h5`, and from many of these one file in which each run's group reads like the root
//! of a SONATA file. Whoever calls sees to it that files get their names only when they are whole.

use std::path::Path;

use hdf5::OpenMode;
use hdf5::types::VarLenUnicode;

use super::hdf;
use super::spikes::{copy_column, create_population};
use super::{PopulationLayout, RecordError, Status};
use crate::engine::Spike;

/// Writes the spikes of a run that reached `until` (ms): ascending in time, with global ids.
pub(crate) fn write_spikes(
    path: &Path,
    populations: &[PopulationLayout],
    spikes: &[Spike],
    until: f64,
) -> Result<(), RecordError> {
    let file = hdf::create(path)?;
    let write = || -> hdf5::Result<()> {
        let group = file.create_group("spikes")?;
        for population in populations {
            let ids = population.first_id..population.first_id + population.count;
            let mine = || spikes.iter().filter(|spike| ids.contains(&spike.id));
            let times: Vec<f64> = mine().map(|spike| spike.time).collect();
            let cells: Vec<u64> = mine().map(|spike| spike.id - population.first_id).collect();
            let group = create_population(&group, &population.name)?;
            let builder = || group.new_dataset_builder().obj_track_times(false);
            let set = builder().empty::<f64>().shape(times.len()).create("timestamps")?;
            set.write_raw(&times)?;
            hdf::set_units(&set, "ms")?;
            builder().empty::<u64>().shape(cells.len()).create("node_ids")?.write_raw(&cells)?;
        }
        file.new_attr::<f64>().create(hdf::UNTIL)?.write_scalar(&until)?;
        file.attr(hdf::STATUS)?.write_scalar(&hdf::text(Status::Complete))?;
        file.flush()
    };
    write().map_err(|e| RecordError::hdf5(path, "write", &e))
}

/// A value on a run's group.
pub(crate) enum Attribute {
    /// A number.
    Number(f64),
    /// A whole number.
    Whole(u64),
    /// A text.
    Text(String),
}

/// The file with all runs.
pub(crate) struct RunsFile<'a> {
    file: hdf5::File,
    path: &'a Path,
}

impl RunsFile<'_> {
    /// A file without runs.
    pub fn create(path: &Path) -> Result<RunsFile<'_>, RecordError> {
        Ok(RunsFile { file: hdf::create(path)?, path })
    }

    /// Copies the spikes of the run `name` from a file ([`holds`]) into the group `name`.
    pub fn add(
        &self,
        name: &str,
        attributes: &[(String, Attribute)],
        from: &Path,
    ) -> Result<(), RecordError> {
        let source = group_of(from, name).map_err(|e| RecordError::hdf5(from, "read", &e))?;
        let copy = || -> hdf5::Result<()> {
            let group = self.file.create_group(name)?;
            group.new_attr::<u32>().create("magic")?.write_scalar(&hdf::MAGIC)?;
            group.new_attr::<u32>().shape(2).create("version")?.write_raw(&hdf::VERSION)?;
            let until = source.attr(hdf::UNTIL)?.read_scalar::<f64>()?;
            group.new_attr::<f64>().create(hdf::UNTIL)?.write_scalar(&until)?;
            for (key, value) in attributes {
                match value {
                    Attribute::Number(x) => group.new_attr::<f64>().create(key.as_str())?.write_scalar(x)?,
                    Attribute::Whole(n) => group.new_attr::<u64>().create(key.as_str())?.write_scalar(n)?,
                    Attribute::Text(text) => {
                        // A zero byte ends a string in HDF5.
                        let text: VarLenUnicode = text.replace('\0', "").parse().unwrap_or_default();
                        group.new_attr::<VarLenUnicode>().create(key.as_str())?.write_scalar(&text)?;
                    }
                }
            }
            let (from, spikes) = (source.group("spikes")?, group.create_group("spikes")?);
            for population in from.member_names()? {
                let (from, to) = (from.group(&population)?, create_population(&spikes, &population)?);
                let times = copy_column::<f64>(&from, &to, "timestamps")?;
                hdf::set_units(&times, "ms")?;
                copy_column::<u64>(&from, &to, "node_ids")?;
            }
            Ok(())
        };
        copy().map_err(|e| RecordError::hdf5(self.path, "write", &e))
    }

    /// Closes the file.
    pub fn close(self) -> Result<(), RecordError> {
        let close = || -> hdf5::Result<()> {
            self.file.attr(hdf::STATUS)?.write_scalar(&hdf::text(Status::Complete))?;
            self.file.flush()
        };
        close().map_err(|e| RecordError::hdf5(self.path, "write", &e))
    }
}

/// The group of the run `name`: all of the file that is called after the run, the group of that name in one of many runs.
fn group_of(file: &Path, name: &str) -> hdf5::Result<hdf5::Group> {
    let own = file.file_stem().is_some_and(|stem| stem == name);
    let file = hdf::open(file, OpenMode::Read)?;
    if own { file.as_group() } else { file.group(name) }
}

/// Whether the spikes of the run `name` can be read from a file.
pub fn holds(file: &Path, name: &str) -> bool {
    group_of(file, name).and_then(|group| group.group("spikes")).is_ok()
}

/// A column of a table.
pub(crate) enum Column {
    /// Numbers.
    Numbers(Vec<f64>),
    /// Whole numbers.
    Whole(Vec<u64>),
    /// Texts.
    Texts(Vec<String>),
}

/// Writes a table as a group with a data set for each column: its name, its unit where it has one, its values.
pub(crate) fn write_table(
    path: &Path,
    group: &str,
    columns: &[(String, Option<String>, Column)],
) -> Result<(), RecordError> {
    let file = hdf::create(path)?;
    let write = || -> hdf5::Result<()> {
        let group = file.create_group(group)?;
        for (name, unit, column) in columns {
            let builder = group.new_dataset_builder().obj_track_times(false);
            let name = name.replace('/', "|");
            let set = match column {
                Column::Numbers(values) => {
                    let set = builder.empty::<f64>().shape(values.len()).create(name.as_str())?;
                    set.write_raw(values)?;
                    set
                }
                Column::Whole(values) => {
                    let set = builder.empty::<u64>().shape(values.len()).create(name.as_str())?;
                    set.write_raw(values)?;
                    set
                }
                Column::Texts(values) => {
                    let texts: Vec<VarLenUnicode> =
                        values.iter().map(|t| t.replace('\0', "").parse().unwrap_or_default()).collect();
                    let set = builder.empty::<VarLenUnicode>().shape(texts.len()).create(name.as_str())?;
                    set.write_raw(&texts)?;
                    set
                }
            };
            if let Some(unit) = unit {
                hdf::set_units(&set, unit)?;
            }
        }
        file.attr(hdf::STATUS)?.write_scalar(&hdf::text(Status::Complete))?;
        file.flush()
    };
    write().map_err(|e| RecordError::hdf5(path, "write", &e))
}
