//! Stories of previews: an address is looked at with a job, and what is there is recorded with the end of that.

use mediary_events::{
    Asked as _, Concern as _, codec,
    job::Outcome,
    preview::{Ask, Command, Preview, ask::Start},
};
use mediary_schema::{
    Address, AttemptId, JobId, Subject,
    account::Permission,
    job::{Failure, ResourceUse, RetryPolicy, Work, WorkKind},
    lane::Lane,
    preview::{Found, PreviewAddress, PreviewId},
    redact,
};
use serde::Serialize;

use super::job;
use crate::gate::{Effects, Entry, Fanout, KindOfWork, LongWork, Refusal, Story, Transaction, decode};

/// Previews, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Preview::NAME,
    events: Preview::EVENTS,
    retired: Preview::RETIRED,
    redact: codec::redacted::<Preview>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[KindOfWork::of::<PreviewAddress>()],
};

impl LongWork for PreviewAddress {
    const KIND: WorkKind = WorkKind::new("preview");
    const ABOUT: &'static str = "A preview of an address.";
    const AT_ONCE: u32 = 2;
    const TOOLS: &'static [&'static str] = &["yt-dlp"];

    fn key(&self) -> String {
        format!("preview/{}", self.preview_id)
    }

    fn title(&self) -> String {
        redact::text(&self.url).into_owned()
    }

    fn subjects(&self) -> Vec<Subject> {
        vec![self.preview_id.into()]
    }

    fn lanes(&self) -> Vec<Lane> {
        Lane::of_address(&self.url).into_iter().collect()
    }

    fn retry(self, story: &mut Transaction<'_>, job_id: JobId) -> Result<JobId, Refusal> {
        story.require(Permission::FOLLOW)?;
        preview(story, self, job_id)
    }

    fn given_up(
        story: &mut Transaction<'_>,
        job_id: JobId,
        work: &Work,
        _: Option<Failure>,
    ) -> Result<(), Refusal> {
        let Some(preview) = work.subject(PreviewId::KIND) else { return Ok(()) };
        story.entail::<Preview>(preview, Command::Fail { job_id })
    }

    /// It asks its source.
    fn effects(&self, effects: &mut Effects) {
        effects.call(&self.url);
    }
}

/// What a command on an address answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The preview.
    pub preview_id: PreviewId,
    /// The job that looks, or the one under way that was joined.
    pub job_id: JobId,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        let Self::Start(Start { url, ticket }) = self;
        let address: Address = url.parse()?;
        job::take_ticket(story, ticket)?;
        let preview_id = PreviewId::at(story.identities().playlist(story.caller().project, &address));
        let job_id = story.identities().job(story.caller().command_id, "preview");
        let job_id = preview(story, PreviewAddress { preview_id, url: address.to_string() }, job_id)?;
        Ok(Told { preview_id, job_id })
    }
}

/// Has an address looked at. Somebody waits for the answer: what fails is not tried again by itself.
fn preview(story: &mut Transaction<'_>, task: PreviewAddress, job_id: JobId) -> Result<JobId, Refusal> {
    let retry = RetryPolicy { tries_max: 1, ..story.retry_policy() };
    let job_id = job::open(story, job_id, &task.work(), retry)?;
    story.execute::<Preview>(task.preview_id.uuid(), Command::Ask { job_id, url: task.url })?;
    Ok(job_id)
}

/// Ends a preview: what is there and the end of the job are one append.
pub fn finish(
    story: &mut Transaction<'_>,
    preview_id: PreviewId,
    job_id: JobId,
    attempt_id: AttemptId,
    resources: ResourceUse,
    found: &Found,
) -> Result<(), Refusal> {
    job::end(story, job_id, attempt_id, Outcome::Succeeded { kept_bytes: 0 }, resources)?;
    story.entail::<Preview>(preview_id.uuid(), Command::Find { job_id, found: found.clone() })
}
