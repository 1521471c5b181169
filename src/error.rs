//! What went wrong, on what, and what to do about it?

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// `std::result::Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can stop a run. A bad article does not: it becomes [`Skipped`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No article was found where the reader pointed.
    #[error("no article under {}: expected .txt or .md files", path.display())]
    NoArticles {
        /// Where.
        path: PathBuf,
    },
    /// A file of ours (points, settings, gold, corrections, a run) does not parse.
    #[error("{} is not a valid {what}: {why}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What it should have been, such as "points file".
        what: &'static str,
        /// Line and reason.
        why: String,
    },
    /// A model folder is missing, damaged or of another kind than it says.
    #[error("model {model}: {} {why}", path.display())]
    Model {
        /// The model as the reader named it.
        model: String,
        /// The file at fault.
        path: PathBuf,
        /// What is wrong with it and how to mend it.
        why: String,
    },
    /// A device was asked for that is not built in or not present.
    #[error("device {device}: {why}")]
    Device {
        /// As the reader named it.
        device: String,
        /// What to do.
        why: String,
    },
    /// The numeric library refused; a bug of ours or a damaged model.
    #[error("computing {what} failed")]
    Compute {
        /// What was being computed.
        what: &'static str,
        /// Candle's own words.
        #[source]
        source: Box<candle_core::Error>,
    },
    /// The tokenizer refused a text.
    #[error("tokenizing failed: {0}")]
    Tokenize(String),
    /// The store could not be used.
    #[error("store {}: {why}", path.display())]
    Store {
        /// The database file.
        path: PathBuf,
        /// What happened and what to do.
        why: String,
    },
    /// A setting has a value it cannot have, or does not exist.
    #[error("setting {key}: {why}")]
    Setting {
        /// The setting's name.
        key: String,
        /// What is wrong and what would be right.
        why: String,
    },
    /// The reader named a claim, point or article that is not there.
    #[error("nothing is called {id}; {hint}")]
    Unknown {
        /// As the reader wrote it.
        id: String,
        /// The nearest names.
        hint: String,
    },
}

impl Error {
    /// [`Error::Read`] on `path`, for `map_err`.
    pub fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Error + '_ {
        |source| Error::Read { path: path.to_owned(), source }
    }

    /// [`Error::Write`] on `path`, for `map_err`.
    pub fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Error + '_ {
        |source| Error::Write { path: path.to_owned(), source }
    }

    /// [`Error::Compute`] of `what`, for `map_err`.
    pub fn compute(what: &'static str) -> impl FnOnce(candle_core::Error) -> Error {
        move |source| Error::Compute { what, source: Box::new(source) }
    }
}

/// An article that was left out, and why. It stands in the report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skipped {
    /// The file as the reader named it.
    pub path: String,
    /// The stage that gave up: `ingest`, `language`, `segment`, `attribute`.
    pub stage: String,
    /// What was wrong with it, and what to do.
    pub error: String,
}
