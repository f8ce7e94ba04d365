//! Why a sweep cannot begin, go on, or be joined.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::record::RecordError;

/// What is wrong with a folder of results or its files.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// A file or the lock of a folder.
    Record(RecordError),
    /// A file of the sweep is not as Volley wrote it.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The folder holds results of a sweep.
    Exists {
        /// The folder.
        folder: PathBuf,
        /// Runs that are done.
        done: u64,
        /// Runs in all.
        of: u64,
    },
    /// The folder holds something else that would be overwritten.
    Occupied {
        /// The folder.
        folder: PathBuf,
        /// A file or folder in it.
        name: String,
    },
    /// The sweep is not the one that the folder holds.
    Changed {
        /// The folder.
        folder: PathBuf,
        /// What has changed.
        differences: Vec<String>,
    },
    /// There are no shards where some were expected.
    NoShards {
        /// Where.
        folder: PathBuf,
    },
    /// Shards that are not of one sweep.
    Apart {
        /// One of them.
        first: PathBuf,
        /// The other.
        second: PathBuf,
        /// What differs.
        differences: Vec<String>,
    },
    /// A shard is there twice.
    Twice {
        /// The shard.
        shard: String,
        /// One folder.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// Shards that are not there, or not done.
    Missing {
        /// Each in words.
        shards: Vec<String>,
    },
    /// Shards of several folders are joined, and nobody says where to.
    NoOut,
}

impl Error {
    /// The operating system refused to do something with `path`.
    pub(super) fn io(path: &Path, doing: &'static str, error: &std::io::Error) -> Error {
        Error::Record(RecordError::io(path, doing, error))
    }

    /// Whether other options or files would help, rather than a repair of Volley or the machine.
    pub fn is_input(&self) -> bool {
        !matches!(self, Error::Record(e) if !matches!(e, RecordError::NotAFolder { .. } | RecordError::InUse { .. }))
    }

    /// As a message for people.
    pub fn diagnostic(&self) -> Diagnostic {
        let message = self.to_string();
        match self {
            Error::Record(error) => error.diagnostic(),
            Error::Damaged { .. } => Diagnostic::error("sweep/damaged", message)
                .help("choose another folder with `--out DIR`, or remove this one"),
            Error::Exists { done, of, .. } if done == of => Diagnostic::error("sweep/exists", message)
                .help("choose another folder with `--out DIR`, or move this one away"),
            Error::Exists { .. } => Diagnostic::error("sweep/exists", message)
                .help("go on where it ended with `--resume`")
                .help("or choose another folder with `--out DIR`"),
            Error::Occupied { .. } => Diagnostic::error("sweep/exists", message)
                .help("choose another folder for the sweep with `--out DIR`"),
            Error::Changed { differences, .. } => {
                let error = Diagnostic::error("sweep/changed", message);
                let error = differences.iter().fold(error, |error, d| error.note(d.clone()));
                error.help("take the change back, or begin anew in another folder with `--out DIR`")
            }
            Error::NoShards { .. } => Diagnostic::error("sweep/merge", message).help(
                "give the folder into which `volley sweep --shard i/n` wrote, or all the shards' own folders",
            ),
            Error::Apart { differences, .. } => {
                let error = Diagnostic::error("sweep/merge", message);
                differences.iter().fold(error, |error, d| error.note(d.clone()))
            }
            Error::Twice { .. } => Diagnostic::error("sweep/merge", message).help("give only one of the two"),
            Error::Missing { .. } => Diagnostic::error("sweep/merge", message)
                .help("run what is missing with `volley sweep SWEEP.toml --shard i/n --resume`"),
            Error::NoOut => Diagnostic::error("sweep/merge", message).help("say it with `--out DIR`"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Record(error) => write!(f, "{error}"),
            Error::Damaged { path, why } => {
                write!(f, "`{}` is damaged, or not of this version of Volley: {why}", path.display())
            }
            Error::Exists { folder, done, of } if done == of => {
                write!(f, "`{}` holds the results of a sweep, all {of} runs", folder.display())
            }
            Error::Exists { folder, done, of } => {
                write!(f, "`{}` holds the results of a sweep, {done} of {of} runs", folder.display())
            }
            Error::Occupied { folder, name } => {
                write!(f, "`{}` holds other results: there is `{name}` in it", folder.display())
            }
            Error::Changed { folder, .. } => {
                write!(f, "the sweep has changed since `{}` was begun", folder.display())
            }
            Error::NoShards { folder } => {
                write!(f, "there are no shards of a sweep in `{}`", folder.display())
            }
            Error::Apart { first, second, .. } => {
                write!(f, "`{}` and `{}` are not of the same sweep", first.display(), second.display())
            }
            Error::Twice { shard, first, second } => {
                write!(f, "shard {shard} is there twice: `{}` and `{}`", first.display(), second.display())
            }
            Error::Missing { shards } => write!(f, "the sweep is not whole: {}", shards.join(", ")),
            Error::NoOut => write!(f, "it is not said where the joined results are to go"),
        }
    }
}

impl std::error::Error for Error {}

impl From<RecordError> for Error {
    fn from(error: RecordError) -> Error {
        Error::Record(error)
    }
}
