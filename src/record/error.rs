//! What can go wrong with result files, with the path and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;

/// What went wrong with a result file or its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The path that should be a folder is something else.
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// Another run is writing there.
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The file that says so.
        lock: PathBuf,
        /// Who holds it, in words.
        holder: String,
    },
    /// A name that cannot be one in a file.
    BadName {
        /// `population` or `report`.
        what: &'static str,
        /// The name.
        name: String,
        /// Why not.
        why: &'static str,
    },
    /// A report with more values than a file can count.
    TooLarge {
        /// Name of the report.
        report: String,
    },
    /// The engine handed over something that does not fit the layout: an error of Volley's own.
    Mismatch {
        /// What, in words.
        what: String,
    },
    /// The operating system refused.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// A verb: `cannot <doing> <path>`.
        doing: &'static str,
        /// The system's kind of error.
        kind: io::ErrorKind,
        /// The system's words.
        why: String,
    },
    /// The HDF5 library refused.
    Hdf5 {
        /// The file.
        path: PathBuf,
        /// A verb: `cannot <doing> <path>`.
        doing: &'static str,
        /// The library's words.
        why: String,
    },
    /// A file that should hold spikes does not.
    NotSpikes {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file that should hold a report does not.
    NotAReport {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The writing thread ended without a word: an error of Volley's own.
    WriterGone,
}

impl RecordError {
    /// The operating system refused to do something with `path`.
    pub(crate) fn io(path: &Path, doing: &'static str, error: &io::Error) -> RecordError {
        RecordError::Io { path: path.to_owned(), doing, kind: error.kind(), why: error.to_string() }
    }

    /// The HDF5 library refused to do something with `path`.
    pub(crate) fn hdf5(path: &Path, doing: &'static str, error: &hdf5::Error) -> RecordError {
        RecordError::Hdf5 { path: path.to_owned(), doing, why: words_of(error) }
    }

    /// What to do about it, if anything can be said.
    pub fn help(&self) -> Option<String> {
        match self {
            RecordError::NotAFolder { .. } => Some("choose another folder with `--out DIR`".into()),
            RecordError::InUse { lock, .. } => Some(format!(
                "wait for it, or choose another folder with `--out DIR`; if no run is going on there, delete `{}`",
                lock.display()
            )),
            RecordError::BadName { what, .. } => Some(format!("give the {what} another name")),
            RecordError::TooLarge { .. } => {
                Some("record fewer cells or places, or sample at a larger interval".into())
            }
            RecordError::Io { kind: io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded, .. } => {
                Some("free some space, or choose a folder on another disk with `--out DIR`".into())
            }
            RecordError::Io { kind: io::ErrorKind::PermissionDenied, .. }
            | RecordError::Io { kind: io::ErrorKind::ReadOnlyFilesystem, .. } => {
                Some("choose a folder that you may write to with `--out DIR`".into())
            }
            RecordError::Io { kind: io::ErrorKind::FileTooLarge, .. } => Some(
                "record fewer cells or places, sample at a larger interval, or raise the limit on file sizes"
                    .into(),
            ),
            RecordError::Hdf5 { why, .. } if why.contains("No space left") => {
                Some("free some space, or choose a folder on another disk with `--out DIR`".into())
            }
            RecordError::Mismatch { .. } | RecordError::WriterGone => {
                Some("this is an error in Volley: please report it with the network that shows it".into())
            }
            RecordError::Io { .. }
            | RecordError::Hdf5 { .. }
            | RecordError::NotSpikes { .. }
            | RecordError::NotAReport { .. } => None,
        }
    }

    /// As a message for people.
    pub fn diagnostic(&self) -> Diagnostic {
        let code = match self {
            RecordError::NotAFolder { .. } => "output/not-a-folder",
            RecordError::InUse { .. } => "output/in-use",
            RecordError::BadName { .. } => "output/name",
            RecordError::TooLarge { .. } => "output/too-large",
            RecordError::Io { .. } | RecordError::Hdf5 { .. } => "output/file",
            RecordError::NotSpikes { .. } => "output/not-spikes",
            RecordError::NotAReport { .. } => "output/not-a-report",
            RecordError::Mismatch { .. } | RecordError::WriterGone => "output/internal",
        };
        let diagnostic = Diagnostic::error(code, self.to_string());
        match self.help() {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordError::NotAFolder { path } => {
                write!(f, "results go into a folder, and `{}` is a file", path.display())
            }
            RecordError::InUse { folder, holder, .. } => {
                write!(f, "another run is writing into `{}`: {holder}", folder.display())
            }
            RecordError::BadName { what, name, why } => {
                write!(f, "the {what} `{}` cannot be written to a file: {why}", name.escape_debug())
            }
            RecordError::TooLarge { report } => {
                write!(f, "the report `{report}` would hold more values than a file can")
            }
            RecordError::Mismatch { what } => f.write_str(what),
            RecordError::Io { path, doing, why, .. } | RecordError::Hdf5 { path, doing, why } => {
                write!(f, "cannot {doing} `{}`: {why}", path.display())
            }
            RecordError::NotSpikes { path, why } => {
                write!(f, "`{}` is not a SONATA spike file: {why}", path.display())
            }
            RecordError::NotAReport { path, why } => {
                write!(f, "`{}` is not a SONATA report: {why}", path.display())
            }
            RecordError::WriterGone => f.write_str("the thread that writes results ended unexpectedly"),
        }
    }
}

impl std::error::Error for RecordError {}

/// The operating system's words if they are in the library's stack of errors, else the library's own.
fn words_of(error: &hdf5::Error) -> String {
    if let Some(stack) = error.stack() {
        for frame in stack.iter() {
            let quoted =
                frame.desc().split_once("error message = '").and_then(|(_, rest)| rest.split_once('\''));
            if let Some((words, _)) = quoted {
                return words.to_owned();
            }
        }
        if let Some(deepest) = stack.last() {
            return deepest.desc().to_owned();
        }
    }
    error.to_string()
}
