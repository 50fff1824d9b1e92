//! Views that are built aside from a record, to be compared by a hash and read by others (PL-16).
//!
//! Guarantees: what is built is what a server showed when the log ended there, without what was erased since; one record gives
//! one hash at each position, whoever builds it, as long as its views are of the same versions.

mod shown;
mod state;
mod tables;

use std::path::{Path, PathBuf};

use mediary_log::{Log, ReadError};
use tokio::{runtime::Handle, sync::watch};

pub use self::{
    shown::{Shown, shown},
    state::{State, ViewState},
};
use crate::{
    handle::ViewHandle,
    past::{Kept, Pasts, Plan, Stage},
    readers,
    registry::{ViewKind, Views},
    store,
};

/// Why a replay can't be gone on with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// A view can't be built.
    #[error("the view {view} can't be built: {reason}")]
    View {
        /// The view.
        view: &'static str,
        /// A stable code: the log's, if it is the log that can't be read.
        code: &'static str,
        /// At which event, and why.
        reason: String,
    },
    /// The file of a view can't be read, or another one not be written.
    #[error("{} can't be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The log can't be read.
    #[error("the log can't be read")]
    Log(#[from] ReadError),
}

impl ReplayError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::View { code, .. } => code,
            Self::File { .. } => "FILE",
            Self::Log(ReadError::Damaged(damage)) => damage.code(),
            Self::Log(_) => "LOG_UNREADABLE",
        }
    }
}

/// The views of a record, as of one position after the other.
#[derive(Debug)]
pub struct Replay {
    log: Log,
    runtime: Handle,
    directory: PathBuf,
    kinds: Vec<ViewKind>,
    /// What is built, each view in its file, and as of where.
    built: Vec<Kept>,
    position: u64,
}

impl Replay {
    /// A replay into a folder that is its own. Must be called on a runtime.
    pub fn new(log: &Log, directory: &Path, kinds: impl IntoIterator<Item = ViewKind>) -> Self {
        let mut kinds: Vec<ViewKind> = kinds.into_iter().collect();
        kinds.sort_by_key(|kind| kind.name);
        let (log, runtime, directory) = (log.clone(), Handle::current(), directory.to_owned());
        Self { log, runtime, directory, kinds, built: Vec::new(), position: 0 }
    }

    /// Builds every view as of a position, from where it is built already, if that is before. Blocks; not for a thread of
    /// the runtime.
    pub fn build(&mut self, position: u64) -> Result<State, ReplayError> {
        let before = std::mem::take(&mut self.built);
        let directory = self.directory.join(position.to_string());
        for (number, kind) in self.kinds.iter().enumerate() {
            let from = before.get(number).filter(|_| self.position < position).map(|kept| kept.path.clone());
            self.built.push(self.build_one(kind, &directory, position, from)?);
        }
        for kept in &before {
            if !self.built.iter().any(|built| built.path == kept.path) {
                store::remove(&kept.path);
            }
        }
        self.position = position;
        self.state()
    }

    fn build_one(
        &self,
        kind: &ViewKind,
        directory: &Path,
        position: u64,
        from: Option<PathBuf>,
    ) -> Result<Kept, ReplayError> {
        let (stage, stopped) = (watch::Sender::new(Stage::At(0)), watch::Sender::new(false));
        let plan = Plan {
            log: &self.log,
            runtime: &self.runtime,
            directory,
            position,
            from,
            // It has the folder for itself, and whoever asked for it waits.
            room: &|_| Ok(()),
            stage: &stage,
            stopped: &stopped.subscribe(),
        };
        let refused = |code, reason| ReplayError::View { view: kind.name, code, reason };
        match (kind.way)(&plan) {
            Stage::Built(kept) => Ok(kept),
            Stage::Failed(fault) => Err(refused(fault.code, fault.reason)),
            Stage::At(_) | Stage::TooLarge | Stage::Crowded | Stage::Gone => {
                Err(refused("INTERNAL", "its build ended before it was there".to_owned()))
            }
        }
    }

    /// What is built, as numbers.
    fn state(&self) -> Result<State, ReplayError> {
        let views = self.kinds.iter().zip(&self.built).map(|(kind, kept)| {
            let failed = |source| ReplayError::File { path: kept.path.clone(), source };
            let rows = readers::connect(&kept.path).map_err(failed)?;
            ViewState::of(kind.name, kind.version, &rows).map_err(failed)
        });
        Ok(State::of(self.position, views.collect::<Result<_, ReplayError>>()?))
    }

    /// What each view takes on the disk as it is built, by its name.
    pub fn sizes(&self) -> Vec<(&'static str, u64)> {
        self.kinds.iter().zip(&self.built).map(|(kind, kept)| (kind.name, kept.bytes)).collect()
    }

    /// The views as they are built, to be asked: they stand, and earlier positions are built when they are asked for. Must
    /// be called on a runtime; nothing may be built any more.
    pub fn views(&self) -> Views {
        let pasts = Pasts::start(&self.log, &self.directory);
        let directory = self.directory.join(self.position.to_string());
        let built = self.kinds.iter().zip(&self.built);
        Views::of_all(
            built
                .map(|(kind, kept)| {
                    ViewHandle::standing(kind, &self.log, &directory, (self.position, kept), &pasts)
                })
                .collect(),
        )
    }

    /// Writes the views as they are built, and the events up to there, as tables of one SQLite file that is not there
    /// yet. Blocks.
    pub fn write_tables(&self, path: &Path, state: &State) -> Result<(), ReplayError> {
        let views = self.kinds.iter().zip(&self.built).map(|(kind, kept)| (kind.name, kept.path.as_path()));
        tables::write(path, &self.log, state, views)
    }
}
