//! What requests learn of the queue, from the one board of the server, of what its work writes, and of what it kept.

use std::{collections::HashMap, sync::Arc};

use futures::future::{BoxFuture, FutureExt as _};
use mediary_actors::{
    file::{self, ChapterReader},
    job::Desk,
    plan, process,
};
use mediary_api::Opened;
use mediary_log::gate::Gate;
use mediary_schema::{
    AttemptId, CheckId, Clock, FileId, JobId, ProjectId, RunId,
    check::KeptLog,
    file::{Chapter, FilePart, OpenedFile},
    job::{Failure, Output},
    lane::Load,
    setting::{QuotaOf, QuotaUse},
    site::Pace,
    ticket::Wait,
};

/// The queue as its board has it.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    pub(super) desk: Arc<Desk>,
    pub(super) clock: Clock,
    pub(super) gate: Gate,
}

impl mediary_api::Queue for Queue {
    fn waits(&self, job_ids: Vec<JobId>) -> BoxFuture<'static, HashMap<JobId, Wait>> {
        let Self { desk, clock, .. } = self.clone();
        let asked = async move { desk.waits(job_ids, clock.now()).await };
        asked.map(|answer| told(answer).into_iter().collect()).boxed()
    }

    fn lanes(&self) -> BoxFuture<'static, Vec<Load>> {
        let Self { desk, clock, .. } = self.clone();
        async move { told(desk.lanes(clock.now()).await) }.boxed()
    }

    fn quota_uses(&self, of: Vec<QuotaOf>) -> BoxFuture<'static, HashMap<QuotaOf, QuotaUse>> {
        let Self { desk, clock, .. } = self.clone();
        let asked = async move { desk.quota_uses(of, clock.now()).await };
        asked.map(|answer| told(answer).into_iter().collect()).boxed()
    }

    fn paces(&self, sites: Vec<String>) -> BoxFuture<'static, HashMap<String, Pace>> {
        let Self { desk, clock, .. } = self.clone();
        let asked = async move { desk.paces(sites, clock.now()).await };
        asked.map(|answer| told(answer).into_iter().collect()).boxed()
    }

    fn bytes_in_trash(&self) -> BoxFuture<'static, Option<u64>> {
        let gate = self.gate.clone();
        async move { told(plan::bytes_in_trash(&gate).await.map(Some)) }.boxed()
    }
}

/// The output of attempts, in the data folder.
#[derive(Debug, Clone)]
pub(super) struct Outputs(pub(super) process::Outputs);

impl mediary_api::Outputs for Outputs {
    fn read(
        &self,
        attempt_id: AttemptId,
        after: u64,
        bytes_max: usize,
    ) -> BoxFuture<'static, Option<Output>> {
        self.read_of(attempt_id, after, bytes_max)
    }

    fn read_look(
        &self,
        look: (CheckId, RunId),
        after: u64,
        bytes_max: usize,
    ) -> BoxFuture<'static, Option<Output>> {
        self.read_of(look, after, bytes_max)
    }

    fn looks(&self, check_id: CheckId) -> BoxFuture<'static, Vec<KeptLog>> {
        self.told_of(move |outputs| outputs.looks(check_id))
    }

    fn check_of(&self, run_id: RunId) -> BoxFuture<'static, Option<CheckId>> {
        self.told_of(move |outputs| outputs.check_of(run_id))
    }
}

impl Outputs {
    fn read_of(
        &self,
        owner: impl Into<process::Owner>,
        after: u64,
        bytes_max: usize,
    ) -> BoxFuture<'static, Option<Output>> {
        let owner = owner.into();
        self.told_of(move |outputs| outputs.read(owner, after, bytes_max))
    }

    /// What the files say; the same as of none, and a line of our log, where they can't be read.
    fn told_of<T: Default + Send + 'static>(
        &self,
        read: impl FnOnce(&process::Outputs) -> std::io::Result<T> + Send + 'static,
    ) -> BoxFuture<'static, T> {
        let Self(outputs) = self.clone();
        let read = tokio::task::spawn_blocking(move || read(&outputs));
        async move { told(read.await.map_err(std::io::Error::other).flatten()) }.boxed()
    }
}

/// The files below the roots of this machine.
#[derive(Debug, Clone)]
pub(super) struct KeptFiles {
    pub(super) gate: Gate,
    pub(super) chapters: ChapterReader,
}

impl mediary_api::KeptFiles for KeptFiles {
    fn open(&self, project: ProjectId, file_id: FileId, part: FilePart) -> BoxFuture<'static, Opened> {
        let gate = self.gate.clone();
        async move { file::open_part(&gate, project, file_id, part).await }.boxed()
    }

    fn chapters(
        &self,
        file: std::fs::File,
        known: OpenedFile,
    ) -> BoxFuture<'static, Result<Vec<Chapter>, Failure>> {
        let reader = self.chapters.clone();
        async move { reader.read(file, &known).await }.boxed()
    }
}

/// Nothing, if it can't be read: whoever gives jobs out or does them says so where it matters.
fn told<T: Default, E: std::fmt::Display>(answer: Result<T, E>) -> T {
    answer.unwrap_or_else(|error| {
        tracing::warn!(%error, "the queue, or what its work writes, can't be looked at");
        T::default()
    })
}
