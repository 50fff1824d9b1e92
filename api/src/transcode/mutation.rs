use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::transcode::{Ask, ask};
use mediary_schema::transcode::Replace;

use crate::{
    asking::{self, Done, Terms, several, shown},
    job::{Job, TicketInput},
    profile::called,
};

#[derive(Debug, Default)]
pub(crate) struct TranscodeMutation;

/// What is to be made of what.
#[derive(Debug, InputObject)]
pub(crate) struct TranscodeStartInput {
    /// The files, at most 500.
    file_ids: Vec<ID>,
    /// The name of a profile.
    profile: String,
    /// Whether also what was made before is made again, and what came out larger is tried again.
    #[graphql(default)]
    again: bool,
    /// Whether what is made gets the place of what it is made of, once it is proved, and how.
    replace: Option<ReplaceRules>,
    /// When the turn of these jobs comes.
    ticket: Option<TicketInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// How what was made gets the place of what it was made of.
#[derive(Debug, InputObject)]
#[graphql(name = "TranscodeReplaceRules")]
pub(crate) struct ReplaceRules {
    /// Whether also that of a file which has other names (hard links), too: those keep the file that it was.
    #[graphql(default)]
    allow_links: bool,
}

impl From<ReplaceRules> for Replace {
    fn from(ReplaceRules { allow_links }: ReplaceRules) -> Self {
        Self { allow_links }
    }
}

/// What is to get the place of what it was made of.
#[derive(Debug, InputObject)]
pub(crate) struct TranscodeReplaceInput {
    /// The transcodes by which it was made, at most 500.
    ids: Vec<ID>,
    /// Whether also that of files which have other names (hard links), too: those keep the file that it was.
    #[graphql(default)]
    allow_links: bool,
    /// When the turn of the job comes that does it.
    ticket: Option<TicketInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct TranscodePayload {
    /// The jobs that do it, one for each file that is made; those that can't be shown yet are left out.
    jobs: Vec<Job>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl TranscodeMutation {
    /// Has a file made of each of these, beside it; they stay as they are, unless they are to be replaced. What is made is kept once it
    /// is proved.
    async fn transcode_start(
        &self,
        context: &Context<'_>,
        input: TranscodeStartInput,
    ) -> Result<TranscodePayload> {
        let asked = Ask::Start(ask::Start {
            file_ids: several(&input.file_ids)?,
            profile: called(&input.profile)?,
            again: input.again,
            replace: input.replace.map(Into::into),
            ticket: TicketInput::parse(input.ticket)?,
        });
        ask_for(context, input.terms, asked).await
    }

    /// Gives what was made, and is proved, the places of what it was made of, by one plan: that goes into the trash, and is taken
    /// back with the plan. The job is that of the plan.
    async fn transcode_replace(
        &self,
        context: &Context<'_>,
        input: TranscodeReplaceInput,
    ) -> Result<TranscodePayload> {
        let asked = Ask::Replace(ask::ReplaceFiles {
            transcode_ids: several(&input.ids)?,
            replace: Replace { allow_links: input.allow_links },
            ticket: TicketInput::parse(input.ticket)?,
        });
        ask_for(context, input.terms, asked).await
    }
}

async fn ask_for(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<TranscodePayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    let mut jobs = Vec::new();
    for job_id in told.into_iter().flat_map(|told| told.job_ids) {
        jobs.extend(shown(Job::find(context, job_id, done.position).await));
    }
    Ok(TranscodePayload { jobs, done })
}
