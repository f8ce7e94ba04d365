//! Reads spikes back, from Volley's files (temporary ones too) and from those of other writers of SONATA.

use std::path::Path;

use hdf5::types::{FloatSize, IntSize, TypeDescriptor};

use super::RecordError;
use super::hdf;

/// The spikes of one population, in the file's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpikeTrain {
    /// Name of the population.
    pub population: String,
    /// ms.
    pub times: Vec<f64>,
    /// Index of each spike's cell in the population.
    pub ids: Vec<u64>,
}

/// What is in a spike file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpikeFile {
    /// Sorted by the name of the population.
    pub trains: Vec<SpikeTrain>,
    /// What Volley says of the run that wrote the file; `None` in files of others.
    pub status: Option<String>,
    /// Every spike up to this time (ms) is in the file, as far as Volley says so.
    pub until: Option<f64>,
}

/// Reads a spike file.
///
/// # Errors
/// There is no such file, or it is not a SONATA spike file; the message says what is wrong with it.
pub fn read_spikes(path: &Path) -> Result<SpikeFile, RecordError> {
    // The library's own words for a missing file or a folder are long and say less.
    let meta = std::fs::metadata(path).map_err(|e| RecordError::io(path, "open", &e))?;
    let wrong = |why: String| RecordError::NotSpikes { path: path.to_owned(), why };
    if meta.is_dir() {
        return Err(wrong("it is a folder; give the `spikes.h5` in it".into()));
    }
    std::fs::File::open(path).map_err(|e| RecordError::io(path, "open", &e))?;
    let file = hdf5::File::open(path).map_err(|e| {
        if e.contains_minor(hdf5::MinorErrorCode::NotHdf5) {
            wrong("it is not an HDF5 file".into())
        } else if e.contains_minor(hdf5::MinorErrorCode::Truncated) {
            wrong("its end is missing, as after a copy that was broken off".into())
        } else {
            RecordError::hdf5(path, "open", &e)
        }
    })?;
    let spikes = file.group("spikes").map_err(|_| wrong("it has no group `/spikes`".into()))?;
    let names = spikes.member_names().map_err(|e| RecordError::hdf5(path, "read", &e))?;
    let mut trains = Vec::new();
    for name in names {
        let group =
            spikes.group(&name).map_err(|_| wrong(format!("`/spikes/{name}` is not a population")))?;
        let train =
            read_train(&group, &name, meta.len()).map_err(|why| wrong(format!("`/spikes/{name}` {why}")))?;
        trains.push(train);
    }
    trains.sort_by(|a, b| a.population.cmp(&b.population));
    let (status, until) = state_of_file(&file);
    Ok(SpikeFile { trains, status, until })
}

/// What Volley says in a file of its run: status and the time (ms) up to which there are results.
pub(super) fn state_of(path: &Path) -> (Option<String>, Option<f64>) {
    hdf::open(path, hdf5::OpenMode::Read).map(|file| state_of_file(&file)).unwrap_or_default()
}

pub(super) fn state_of_file(file: &hdf5::File) -> (Option<String>, Option<f64>) {
    let status = file.attr(hdf::STATUS).and_then(|a| a.read_scalar::<hdf::StatusText>());
    let until = file.attr(hdf::UNTIL).and_then(|a| a.read_scalar::<f64>());
    (status.ok().map(|s| s.as_str().to_owned()), until.ok())
}

/// Values that a byte of a file can stand for, at the very best of HDF5's compression: damaged files claim more.
pub(super) const PACKING: u64 = 1100;

fn read_train(group: &hdf5::Group, name: &str, file_size: u64) -> Result<SpikeTrain, String> {
    let column = |column: &str| {
        let dataset = group.dataset(column).map_err(|_| format!("has no data set `{column}`"))?;
        let described = dataset.dtype().and_then(|t| t.to_descriptor());
        let described = described.map_err(|_| format!("has a `{column}` of an unknown type"))?;
        let most = file_size.saturating_add(1).saturating_mul(PACKING);
        if dataset.size() as u64 > most {
            return Err(format!(
                "has a `{column}` of {} values, more than the file can hold",
                dataset.size()
            ));
        }
        if dataset.ndim() == 1 {
            Ok((dataset, described))
        } else {
            Err(format!("has a `{column}` that is not a list"))
        }
    };
    let cannot = |column: &str, e: &hdf5::Error| format!("has a `{column}` that cannot be read: {e}");

    let (dataset, described) = column("timestamps")?;
    check_unit(&dataset)?;
    let times = match described {
        TypeDescriptor::Float(FloatSize::U4 | FloatSize::U8)
        | TypeDescriptor::Integer(_)
        | TypeDescriptor::Unsigned(_) => dataset.read_raw::<f64>().map_err(|e| cannot("timestamps", &e))?,
        _ => return Err("has `timestamps` that are not numbers".into()),
    };
    let (dataset, described) = column("node_ids")?;
    let ids = match described {
        TypeDescriptor::Unsigned(_) => dataset.read_raw::<u64>().map_err(|e| cannot("node_ids", &e))?,
        TypeDescriptor::Integer(IntSize::U1 | IntSize::U2 | IntSize::U4 | IntSize::U8) => {
            let signed = dataset.read_raw::<i64>().map_err(|e| cannot("node_ids", &e))?;
            let ids: Result<Vec<u64>, _> = signed.into_iter().map(u64::try_from).collect();
            ids.map_err(|_| "has negative `node_ids`")?
        }
        _ => return Err("has `node_ids` that are not whole numbers".into()),
    };
    if times.len() != ids.len() {
        return Err(format!("has {} `timestamps` and {} `node_ids`", times.len(), ids.len()));
    }
    if let Some(bad) = times.iter().find(|t| !t.is_finite()) {
        return Err(format!("has the time {bad} among its `timestamps`"));
    }
    Ok(SpikeTrain { population: name.to_owned(), times, ids })
}

/// SONATA's times are in ms; a file may say so or say nothing.
fn check_unit(times: &hdf5::Dataset) -> Result<(), String> {
    match hdf::text_attribute(times, "units") {
        Some(unit) if unit != "ms" => Err(format!("has `timestamps` in `{unit}`, not in `ms`")),
        _ => Ok(()),
    }
}
