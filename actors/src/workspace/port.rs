use std::{fmt, fs::File, io};

use futures::future::BoxFuture;
use mediary_log::gate::Refusal;
use mediary_schema::{
    FailureClass, FileId,
    job::{Failure, Progress},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The way from an attempt to the platform.
pub trait Port: fmt::Debug + Send + Sync {
    /// The bytes of a file, to be read.
    fn input(&self, file_id: FileId) -> BoxFuture<'_, Result<File, Unable>>;

    /// Whether what it is to come to would find its place. Room is of the disk on which the attempt works, and promised there.
    fn reserve(&self) -> BoxFuture<'_, Result<(), Unable>>;

    /// Hands a file of the attempt's folder over, by its way below that.
    fn output<'a>(&'a self, way: &'a str) -> BoxFuture<'a, Result<(), Unable>>;

    /// Asks what the concern knows.
    fn ask(&self, question: Value) -> BoxFuture<'_, Result<Value, Unable>>;

    /// Says that what is left of the attempt needs neither its slot nor its hosts: another may have them while it comes to
    /// its end.
    fn return_slot(&self) -> BoxFuture<'_, ()>;

    /// Tells how far it is.
    fn progress(&self, progress: &Progress);
}

/// Why something of an attempt can't be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unable {
    /// It fails for this.
    Failed(Failure),
    /// The attempt has no job any more, or the server stops.
    Lost,
}

impl Unable {
    /// What nobody foresaw.
    pub fn unknown(what: impl fmt::Display) -> Self {
        Self::Failed(Failure::new(FailureClass::Unknown, what.to_string()))
    }

    /// A step with a file or folder of ours that the system refuses. The text has no path.
    pub fn storage(what: &str, error: &io::Error) -> Self {
        let full = error.kind() == io::ErrorKind::StorageFull;
        let class = if full { FailureClass::DiskFull } else { FailureClass::Storage };
        Self::Failed(Failure::new(class, format!("{what}: {error}")))
    }
}

impl From<Failure> for Unable {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Refusal> for Unable {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Rejected(_) | Refusal::Stopping => Self::Lost,
            refusal => Self::unknown(refusal),
        }
    }
}
