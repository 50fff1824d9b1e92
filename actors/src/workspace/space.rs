use std::{
    fs::File,
    io,
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::Arc,
};

use mediary_schema::{FileId, JobId, job::Progress};
use tokio::sync::watch;

use super::{Craft, Port, Unable};
use crate::{
    process::Assignment,
    room::{Missing, Promise, Room},
    staging,
};

/// What an attempt at work of some kind has: a folder, whom its programs run for, and the way to the platform. Clones are
/// the same.
#[derive(Debug, Clone)]
pub struct Space {
    job_id: JobId,
    folder: PathBuf,
    assignment: Assignment,
    port: Arc<dyn Port>,
}

impl Space {
    /// A space in a folder of this machine.
    pub fn new(job_id: JobId, folder: PathBuf, assignment: Assignment, port: Arc<dyn Port>) -> Self {
        Self { job_id, folder, assignment, port }
    }

    /// The job.
    pub const fn job_id(&self) -> JobId {
        self.job_id
    }

    /// The folder of the job's unfinished work: what an attempt leaves in it is there for the next one, if that works on
    /// this machine.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What its child processes are run for: it stops them, and knows what they used.
    pub const fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    /// The way to the platform.
    pub fn port(&self) -> &dyn Port {
        &*self.port
    }
}

/// What an attempt at work of this kind has of the platform.
pub struct Workspace<T> {
    space: Space,
    craft: PhantomData<fn() -> T>,
}

impl<T> Workspace<T> {
    pub(super) const fn new(space: Space) -> Self {
        Self { space, craft: PhantomData }
    }

    /// The job.
    pub const fn job_id(&self) -> JobId {
        self.space.job_id()
    }

    /// The folder of the job's unfinished work.
    pub fn folder(&self) -> &Path {
        self.space.folder()
    }

    /// What its child processes are run for.
    pub const fn assignment(&self) -> &Assignment {
        self.space.assignment()
    }

    /// Tells how far it is.
    pub fn progress(&self, progress: &Progress) {
        self.space.port.progress(progress);
    }

    /// Does some work, and tells meanwhile how far it is whenever it says so.
    pub async fn while_telling<O>(
        &self,
        mut told: watch::Receiver<Progress>,
        work: impl Future<Output = O>,
    ) -> O {
        let mut work = std::pin::pin!(work);
        let mut is_open = true;
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                changed = told.changed(), if is_open => match changed {
                    Ok(()) => {
                        let progress = told.borrow_and_update().clone();
                        self.progress(&progress);
                    }
                    Err(_) => is_open = false,
                },
            }
        }
    }

    /// The bytes of a file, to be read.
    pub async fn input(&self, file_id: FileId) -> Result<File, Unable> {
        self.space.port.input(file_id).await
    }

    /// Promises room for so many bytes in total on the folder's disk, those that are in the folder already among them; and
    /// asks whether they would find their place once they are whole. Room that is missing is answered by itself.
    pub async fn reserve(&self, room: &Room, bytes: u64) -> Result<Result<Promise, Missing>, Unable> {
        let (room, folder, job_id) = (room.clone(), self.folder().to_owned(), self.job_id());
        let promised = tokio::task::spawn_blocking(move || {
            let staged = staging::size_bytes(&folder).unwrap_or(0);
            room.promise(job_id, bytes.saturating_sub(staged))
        });
        let promised = promised
            .await
            .map_err(io::Error::other)
            .flatten()
            .map_err(|error| Unable::storage("failed to ask for the free space of the disk", &error))?;
        if promised.is_ok() {
            self.space.port.reserve().await?;
        }
        Ok(promised)
    }

    /// Says that what is left to do needs neither the attempt's slot nor its hosts.
    pub async fn return_slot(&self) {
        self.space.port.return_slot().await;
    }

    /// Hands a file of the folder over, by its way below that.
    pub async fn output(&self, way: &str) -> Result<(), Unable> {
        self.space.port.output(way).await
    }
}

impl<T: Craft> Workspace<T> {
    /// Asks what the concern knows.
    pub async fn ask(&self, question: T::Question) -> Result<T::Answer, Unable> {
        let question = serde_json::to_value(question).map_err(Unable::unknown)?;
        serde_json::from_value(self.space.port.ask(question).await?).map_err(Unable::unknown)
    }
}

impl<T> Clone for Workspace<T> {
    fn clone(&self) -> Self {
        Self::new(self.space.clone())
    }
}

impl<T> std::fmt::Debug for Workspace<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.space.fmt(formatter)
    }
}
