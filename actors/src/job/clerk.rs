use std::{fs::File, path::Path};

use mediary_schema::{FileId, JobId, job::ResourceUse};

use super::Attempt;
use crate::{
    file,
    workspace::{Craft, Unable},
};

/// The platform's side of a kind of work: what its attempts may know, and what follows from their end.
///
/// It stands between the port and the gate: it reads the log and the roots, which no effect does, and records under the
/// attempt's lease what the effect came to.
pub trait Clerk: Clone + Send + Sync + 'static {
    /// The kind of work.
    type Task: Craft;
    /// What it keeps in mind of one attempt.
    type Memory: Default + Send + 'static;

    /// Looks whether the attempt may begin, and whether an earlier one had left it done.
    fn begin(
        &self,
        _attempt: &Attempt,
        _task: &Self::Task,
    ) -> impl Future<Output = Result<Begun, Unable>> + Send {
        async { Ok(Begun::ToDo) }
    }

    /// Looks whether what the attempt is to come to would find its place.
    fn reserve(
        &self,
        _attempt: &Attempt,
        _task: &Self::Task,
    ) -> impl Future<Output = Result<(), Unable>> + Send {
        async { Ok(()) }
    }

    /// Answers a question of the attempt.
    fn answer(
        &self,
        attempt: &Attempt,
        task: &Self::Task,
        memory: &mut Self::Memory,
        question: <Self::Task as Craft>::Question,
    ) -> impl Future<Output = Result<<Self::Task as Craft>::Answer, Unable>> + Send;

    /// Records what the attempt came to and what its programs used, and with it the end of the job.
    fn finish(
        &self,
        attempt: &Attempt,
        task: &Self::Task,
        memory: &mut Self::Memory,
        product: <Self::Task as Craft>::Product,
        used: ResourceUse,
    ) -> impl Future<Output = Result<(), Unable>> + Send;

    /// Opens a file that the attempt asks for.
    fn open(
        &self,
        attempt: &Attempt,
        _task: &Self::Task,
        file_id: FileId,
    ) -> impl Future<Output = Result<File, Unable>> + Send {
        file::open(&attempt.gate, attempt.lease.envelope.project, file_id)
    }

    /// Takes back what a job left in the world that came to nothing, by what its folder says. Called before
    /// the folder is removed; may block.
    fn take_back(&self, _job_id: JobId, _folder: &Path) {}

    /// Removes what a job that is over left of its unfinished work elsewhere than in its folder, by what that says. Called
    /// before the folder is removed; may block.
    fn clear(&self, _job_id: JobId, _folder: &Path) {}
}

/// What an attempt finds when it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// There is work to do.
    ToDo,
    /// It was done, and is recorded now.
    Recorded,
}
