//! Reads reports back, from Volley's files (temporary ones too) and from those of other writers of SONATA.

use std::path::Path;

use super::RecordError;
use super::hdf;
use super::read::PACKING;

/// What is in a report: values over time, of places of cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportFile {
    /// Name of the population.
    pub population: String,
    /// Name of the variable; empty where the file does not say it.
    pub variable: String,
    /// Unit of the values, `1` of a pure number; empty where the file does not say it.
    pub unit: String,
    /// Time of the first sample, ms.
    pub start: f64,
    /// Time between two samples, ms.
    pub step: f64,
    /// Number of traces in the file, of which [`ReportFile::traces`] may be the first few.
    pub columns: usize,
    /// The traces that were asked for, in the file's order.
    pub traces: Vec<Trace>,
    /// How the run ended that wrote it, where the file says so.
    pub status: Option<String>,
}

/// The values at one place of one cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// Number of the cell in its population.
    pub cell: u64,
    /// The section, counted in the cell.
    pub section: u32,
    /// Where in the section, 0 to 1.
    pub position: f32,
    /// A value for each sample, in the unit of the report.
    pub values: Vec<f64>,
}

impl ReportFile {
    /// Time of a sample, ms.
    pub fn time(&self, sample: usize) -> f64 {
        self.start + sample as f64 * self.step
    }
}

/// Reads the first `most` traces of a report, in 64 bits where the file has them; of a run that did not end, the rows that are valid.
///
/// # Errors
/// The file cannot be opened, or is not a report of one population.
pub fn read_report(path: &Path, most: usize) -> Result<ReportFile, RecordError> {
    let wrong = |why: String| RecordError::NotAReport { path: path.to_owned(), why };
    let size = std::fs::metadata(path).map_err(|e| RecordError::io(path, "open", &e))?.len();
    let file = hdf::open(path, hdf5::OpenMode::Read).map_err(|e| match e {
        e if e.contains_minor(hdf5::MinorErrorCode::NotHdf5) => wrong("it is not an HDF5 file".into()),
        e => RecordError::hdf5(path, "open", &e),
    })?;
    let report = file.group("report").map_err(|_| wrong("it has no group `/report`".into()))?;
    let names = report.member_names().map_err(|e| RecordError::hdf5(path, "read", &e))?;
    let [population] = names.as_slice() else {
        return Err(wrong(format!("it has {} populations, not one", names.len())));
    };
    let group = report.group(population);
    let group = group.map_err(|_| wrong(format!("`/report/{population}` is not a population")))?;
    let mut read = read_group(&group, most, size)
        .map_err(|e| wrong(format!("`/report/{population}` cannot be read: {e}")))?
        .map_err(|why| wrong(format!("`/report/{population}` {why}")))?;
    read.population = population.clone();
    read.status = super::read::state_of_file(&file).0;
    Ok(read)
}

/// The report of one population; within, what is wrong with it.
fn read_group(group: &hdf5::Group, most: usize, size: u64) -> hdf5::Result<Result<ReportFile, String>> {
    let data = group.dataset("data")?;
    let values = group.dataset("data_double").unwrap_or(data.clone());
    let &[rows, columns] = values.shape().as_slice() else {
        return Ok(Err("has `data` that is not a table".into()));
    };
    let held = size.saturating_add(1).saturating_mul(PACKING);
    if values.size() as u64 > held {
        return Ok(Err(format!("has {rows} rows of {columns} values, more than the file can hold")));
    }
    let mapping = group.group("mapping")?;
    let &[start, stop, step] = mapping.dataset("time")?.read_raw::<f64>()?.as_slice() else {
        return Ok(Err("has `mapping/time` that is not start, stop and step".into()));
    };
    if !(start.is_finite() && stop.is_finite() && step.is_finite() && step > 0.0) {
        return Ok(Err(format!("has the times {start}, {stop}, {step} in `mapping/time`")));
    }
    let valid = (((stop - start) / step).round().max(0.0) as usize).min(rows);
    let cells = mapping.dataset("node_ids")?.read_raw::<u64>()?;
    let pointers = match mapping.dataset("index_pointers") {
        Ok(pointers) => pointers,
        Err(_) => mapping.dataset("index_pointer")?,
    };
    let pointers = pointers.read_raw::<u64>()?;
    let sections = mapping.dataset("element_ids")?.read_raw::<u32>()?;
    let positions = mapping.dataset("element_pos")?.read_raw::<f32>()?;
    let whole = pointers.len() == cells.len() + 1
        && pointers.is_sorted()
        && pointers.first() == Some(&0)
        && pointers.last().is_some_and(|&last| last == columns as u64)
        && sections.len() == columns
        && positions.len() == columns;
    if !whole {
        return Ok(Err("has a `mapping` that does not fit its `data`".into()));
    }
    let taken = columns.min(most);
    let table = values.read_slice_2d::<f64, _>((0..valid, 0..taken))?;
    let trace = |column: usize| Trace {
        cell: cells[pointers.partition_point(|&first| first <= column as u64) - 1],
        section: sections[column],
        position: positions[column],
        values: table.column(column).to_vec(),
    };
    Ok(Ok(ReportFile {
        population: String::new(),
        variable: hdf::text_attribute(&data, "variable").unwrap_or_default(),
        unit: hdf::text_attribute(&data, "units").unwrap_or_default(),
        start,
        step,
        columns,
        traces: (0..taken).map(trace).collect(),
        status: None,
    }))
}
