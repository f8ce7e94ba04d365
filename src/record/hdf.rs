//! The little that all HDF5 files here share: SONATA's root attributes and Volley's own two.
//!
//! Files are written in HDF5's earliest format, which every reader knows and which has no mark "open for writing":
//! that mark would make the library refuse a file whose writer was killed. No object carries a date, so
//! that the same results give the same bytes.

use std::path::Path;

use hdf5::types::{FixedAscii, VarLenAscii, VarLenUnicode};

use super::{RecordError, Status};

/// SONATA's magic number.
pub(super) const MAGIC: u32 = 0x0A7A;
/// Version of the SONATA format.
pub(super) const VERSION: [u32; 2] = [0, 1];
/// How the run that wrote the file ended; a string of fixed length, so that it can be rewritten in place.
pub(super) const STATUS: &str = "volley_status";
/// In spike files: every spike up to this time (ms) is in the file.
pub(super) const UNTIL: &str = "volley_flushed_until_ms";

/// The type of the status attribute.
pub(super) type StatusText = FixedAscii<16>;

/// How SONATA says in which order spikes are.
#[derive(hdf5::H5Type, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[expect(non_camel_case_types, reason = "the names of the variants are those in the file")]
#[expect(dead_code, reason = "the type in the file lists all three")]
pub(super) enum Sorting {
    /// In no order.
    none = 0,
    /// By cell.
    by_id = 1,
    /// By time, then cell.
    by_time = 2,
}

/// A new file with the root attributes; an existing one is replaced.
pub(super) fn create(path: &Path) -> Result<hdf5::File, RecordError> {
    let make = || -> hdf5::Result<hdf5::File> {
        let file =
            hdf5::File::with_options().with_fapl(|p| p.libver_earliest().file_locking(false)).create(path)?;
        file.new_attr::<u32>().create("magic")?.write_scalar(&MAGIC)?;
        file.new_attr::<u32>().shape(2).create("version")?.write_raw(&VERSION)?;
        file.new_attr::<StatusText>().create(STATUS)?.write_scalar(&text(Status::Incomplete))?;
        Ok(file)
    };
    make().map_err(|e| RecordError::hdf5(path, "create", &e))
}

/// Opens a file whatever locks others hold on it.
pub(super) fn open(path: &Path, mode: hdf5::OpenMode) -> hdf5::Result<hdf5::File> {
    hdf5::File::with_options().with_fapl(|p| p.file_locking(false)).open_as(path, mode)
}

/// A status as it stands in files.
pub(super) fn text(status: Status) -> StatusText {
    StatusText::from_ascii(status.word()).unwrap_or_default()
}

/// Adds SONATA's attribute for the unit of a data set; a number without a unit has the unit `1`.
pub(super) fn set_units(at: &hdf5::Location, unit: &str) -> hdf5::Result<()> {
    // A zero byte ends a string in HDF5.
    let unit = if unit.is_empty() { "1" } else { unit };
    let unit: VarLenUnicode = unit.replace('\0', "").parse().unwrap_or_default();
    at.new_attr::<VarLenUnicode>().create("units")?.write_scalar(&unit)
}

/// A text that stands as an attribute, however its writer stored it.
pub(super) fn text_attribute(at: &hdf5::Location, name: &str) -> Option<String> {
    let attribute = at.attr(name).ok()?;
    let unicode = attribute.read_scalar::<VarLenUnicode>().map(|s| s.as_str().to_owned());
    let ascii = || attribute.read_scalar::<VarLenAscii>().map(|s| s.as_str().to_owned());
    let fixed = || attribute.read_scalar::<FixedAscii<16>>().map(|s| s.as_str().to_owned());
    let text = unicode.or_else(|_| ascii()).or_else(|_| fixed()).ok()?;
    Some(text.trim_end_matches('\0').to_owned())
}
