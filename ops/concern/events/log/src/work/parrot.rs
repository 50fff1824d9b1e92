//! Stories of parrots: a text is told with its job, and repeated with the end of that.

use mediary_events::{
    Asked as _, Concern as _, codec,
    job::Outcome,
    parrot::{Ask, Command, Parrot, ask::Tell},
};
use mediary_schema::{
    AttemptId, JobId, Subject,
    account::Permission,
    job::{Failure, ResourceUse, Work, WorkKind},
    parrot::{ParrotId, RepeatText},
};
use serde::Serialize;

use super::job;
use crate::gate::{Entry, Fanout, KindOfWork, LongWork, Refusal, Story, Transaction, decode};

/// Parrots, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Parrot::NAME,
    events: Parrot::EVENTS,
    retired: Parrot::RETIRED,
    redact: codec::redacted::<Parrot>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[KindOfWork::of::<RepeatText>()],
};

impl LongWork for RepeatText {
    const KIND: WorkKind = WorkKind::new("parrot");
    const ABOUT: &'static str = "The repeating of a text.";
    const AT_ONCE: u32 = 2;

    fn key(&self) -> String {
        format!("parrot/{}", self.parrot_id)
    }

    fn title(&self) -> String {
        self.text.clone()
    }

    fn subjects(&self) -> Vec<Subject> {
        vec![self.parrot_id.into()]
    }

    fn retry(self, story: &mut Transaction<'_>, job_id: JobId) -> Result<JobId, Refusal> {
        story.require(Permission::PARROT)?;
        let retry = story.retry_policy();
        job::open(story, job_id, &self.work(), retry)
    }

    fn given_up(
        story: &mut Transaction<'_>,
        _: JobId,
        work: &Work,
        _: Option<Failure>,
    ) -> Result<(), Refusal> {
        let Some(parrot) = work.subject(ParrotId::KIND) else { return Ok(()) };
        story.entail::<Parrot>(parrot, Command::Fail)
    }
}

/// What a command on parrots answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The parrot.
    pub parrot_id: ParrotId,
    /// The job that repeats the text.
    pub job_id: JobId,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        let Self::Tell(Tell { text, ticket }) = self;
        job::take_ticket(story, ticket)?;
        let command_id = story.caller().command_id;
        let parrot_id = ParrotId::from_uuid(story.identities().made_by(ParrotId::KIND, command_id));
        let job_id = story.identities().job(command_id, "parrot");
        let command = Command::Tell { job_id, text: text.clone() };
        story.execute::<Parrot>(parrot_id.uuid(), command)?;
        let retry = story.retry_policy();
        let task = RepeatText { parrot_id, text: text.clone() };
        let job_id = job::open(story, job_id, &task.work(), retry)?;
        Ok(Told { parrot_id, job_id })
    }
}

/// Ends the repeating: what came of it and the end of the job are one append.
pub fn finish(
    story: &mut Transaction<'_>,
    parrot_id: ParrotId,
    job_id: JobId,
    attempt_id: AttemptId,
    resources: ResourceUse,
    letters: u64,
) -> Result<(), Refusal> {
    job::end(story, job_id, attempt_id, Outcome::Succeeded { kept_bytes: 0 }, resources)?;
    story.entail::<Parrot>(parrot_id.uuid(), Command::Repeat { letters })
}

/// Rewards a parrot for what it repeated.
pub fn reward(story: &mut Transaction<'_>, parrot_id: ParrotId) -> Result<(), Refusal> {
    story.entail::<Parrot>(parrot_id.uuid(), Command::Reward)
}
