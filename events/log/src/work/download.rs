//! Stories of downloads: a wish with its job, and its end with the file.

use mediary_events::download::{Command, Download, Phase};
use mediary_events::{
    file::{self, File},
    job::Outcome,
};
use mediary_schema::{
    AttemptId, FileId, JobId,
    account::Permission,
    download::DownloadItem,
    file::Verified,
    job::{Failure, ResourceUse, RetryPolicy, Work},
};

use crate::{
    gate::{Refusal, Transaction},
    work,
};

/// Asks for an item to be kept, or joins the job under way. Answers the job.
pub fn request(
    story: &mut Transaction<'_>,
    item: DownloadItem,
    job_id: JobId,
    again: bool,
    retry: RetryPolicy,
) -> Result<JobId, Refusal> {
    story.require(Permission::Download)?;
    let uuid = item.item_id.uuid();
    if let Phase::Wanted { job_id } = story.state::<Download>(uuid)?.phase {
        return Ok(job_id);
    }
    let job_id = work::open(story, job_id, &Work::Download(Box::new(item.clone())), retry)?;
    story.execute::<Download>(uuid, Command::Request { job_id, item: Box::new(item), again })?;
    Ok(job_id)
}

/// A file in its place, whole and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The path below the library, with `/` between folders.
    pub path: String,
    /// What it is known by.
    pub verified: Verified,
}

/// Ends a download whose file is in its place: the end of the job, the download and the file are one append.
pub fn finish(
    story: &mut Transaction<'_>,
    item: &DownloadItem,
    job_id: JobId,
    attempt_id: AttemptId,
    resources: ResourceUse,
    kept: Kept,
) -> Result<FileId, Refusal> {
    let file_id = FileId::from_job(job_id);
    work::end(story, job_id, attempt_id, Outcome::Succeeded, resources)?;
    let Kept { path, verified } = kept;
    let record = file::Command::Record { path, verified, item_id: Some(item.item_id) };
    story.entail::<File>(file_id.uuid(), record)?;
    story.entail::<Download>(item.item_id.uuid(), Command::Complete { job_id, file_id })?;
    Ok(file_id)
}

/// Records that a download was given up, or ended by a person.
pub(crate) fn given_up(
    story: &mut Transaction<'_>,
    job_id: JobId,
    item: &DownloadItem,
    failure: Option<Failure>,
) -> Result<(), Refusal> {
    let command = match failure {
        Some(failure) => Command::Fail { job_id, failure },
        None => Command::Cancel { job_id },
    };
    story.entail::<Download>(item.item_id.uuid(), command)
}
