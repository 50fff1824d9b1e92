//! Stories of files: what was found in their places, and the job that reads them.

use mediary_events::{
    Asked as _, Concern as _, codec,
    file::{Ask, Command, File, Rejection, ask::Verify},
    job::Outcome,
    root::{self, Root},
};
use mediary_schema::{
    AttemptId, FileId, JobId, ProjectId, RootId, Subject,
    account::Permission,
    file::VerifyFiles,
    job::{Failure, ResourceUse, Work, WorkKind},
};
use serde::Serialize;

use super::job;
use crate::gate::{Entry, Fanout, KindOfWork, LongWork, Refusal, Story, Transaction, decode};

/// Files, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: File::NAME,
    events: File::EVENTS,
    retired: File::RETIRED,
    redact: codec::redacted::<File>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[KindOfWork::of::<VerifyFiles>()],
};

impl LongWork for VerifyFiles {
    const KIND: WorkKind = WorkKind::new("verify");
    const ABOUT: &'static str = "The reading of kept files, to be compared with what was recorded.";
    /// Two that read one disk at the same time are slower than one after the other.
    const AT_ONCE: u32 = 1;

    fn key(&self) -> String {
        self.key()
    }

    fn title(&self) -> String {
        match self.file_ids.len() {
            0 if self.root_id.is_some() => "all files of a root".to_owned(),
            0 => "all files".to_owned(),
            1 => "one file".to_owned(),
            count => format!("{count} files"),
        }
    }

    /// Not the files: they may be more than an event may name.
    fn subjects(&self) -> Vec<Subject> {
        self.root_id.map(Subject::from).into_iter().collect()
    }

    fn retry(self, story: &mut Transaction<'_>, job_id: JobId) -> Result<JobId, Refusal> {
        story.require(Permission::OPERATE)?;
        let retry = story.retry_policy();
        job::open(story, job_id, &self.work(), retry)
    }

    /// What was found until then is recorded already, and nobody waits for the rest.
    fn given_up(_: &mut Transaction<'_>, _: JobId, _: &Work, _: Option<Failure>) -> Result<(), Refusal> {
        Ok(())
    }
}

/// What a command on files answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The job that reads them, or the one under way that was joined.
    pub job_id: JobId,
}

/// What was found in the place of a file, as what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file_id: FileId,
    /// The version of the file's stream that it was compared with.
    pub version: u64,
    /// That its bytes are there, are others, or are gone.
    pub command: Command,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        let Self::Verify(Verify { file_ids, root_id, accept_folder, ticket }) = self;
        story.require(Permission::OPERATE)?;
        job::take_ticket(story, ticket)?;
        let file_ids = file_ids.as_ref().map(|ids| ids.as_slice().to_vec()).unwrap_or_default();
        if (*accept_folder || root_id.is_some()) && !file_ids.is_empty() {
            return Err(Rejection::AcceptsAll.into());
        }
        // Of several folders that are away, one is meant.
        let root_id = root_id.or_else(|| accept_folder.then_some(RootId::LIBRARY));
        if let Some(root_id) = root_id
            && story.state::<Root>(ProjectId::HOME.uuid())?.root(root_id).is_none()
        {
            return Err(root::Rejection::NotFound { root_id }.into());
        }
        for id in &file_ids {
            if story.state::<File>(id.uuid())?.state.is_none() {
                return Err(Rejection::NotFound.into());
            }
        }
        verify(story, &VerifyFiles { file_ids, root_id, accept_folder: *accept_folder })
            .map(|job_id| Told { job_id })
    }
}

/// Has files read, or joins the job that does. Answers the job.
pub fn verify(story: &mut Transaction<'_>, files: &VerifyFiles) -> Result<JobId, Refusal> {
    let job_id = story.identities().job(story.caller().command_id, "verify");
    let retry = story.retry_policy();
    job::open(story, job_id, &files.work(), retry)
}

/// Records what a look found. Where another was faster to record something of the file, it was compared with what is no more: it is
/// left out, as is what is another file's place by now.
pub fn record(story: &mut Transaction<'_>, findings: &[Finding]) -> Result<(), Refusal> {
    for Finding { file_id, version, command } in findings {
        if story.version::<File>(file_id.uuid())? != *version {
            continue;
        }
        match story.part(|story| story.entail::<File>(file_id.uuid(), command.clone())) {
            Ok(()) | Err(Refusal::Rejected(_)) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(())
}

/// Records what an attempt found that reads files; refused if it lost the job.
pub fn record_read(
    story: &mut Transaction<'_>,
    job_id: JobId,
    attempt_id: AttemptId,
    findings: &[Finding],
) -> Result<(), Refusal> {
    job::fence(story, job_id, attempt_id)?;
    record(story, findings)
}

/// Ends the reading of files: what was found last, and the end of the job, are one append.
pub fn finish(
    story: &mut Transaction<'_>,
    job_id: JobId,
    attempt_id: AttemptId,
    resources: ResourceUse,
    findings: &[Finding],
) -> Result<(), Refusal> {
    job::end(story, job_id, attempt_id, Outcome::Succeeded { kept_bytes: 0 }, resources)?;
    record(story, findings)
}
