use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::transcode::{Ask, ask};

use crate::{
    asking::{self, Done, Terms, several, shown},
    job::{Job, TicketInput},
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
    /// When the turn of these jobs comes.
    ticket: Option<TicketInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct TranscodePayload {
    /// The jobs that do it, one for each file; those that can't be shown yet are left out.
    jobs: Vec<Job>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl TranscodeMutation {
    /// Has a file made of each of these, beside it; they stay as they are. What is made is kept once it is proved.
    async fn transcode_start(
        &self,
        context: &Context<'_>,
        input: TranscodeStartInput,
    ) -> Result<TranscodePayload> {
        let asked = Ask::Start(ask::Start {
            file_ids: several(&input.file_ids)?,
            profile: input.profile,
            again: input.again,
            ticket: TicketInput::parse(input.ticket)?,
        });
        let (told, done) = asking::ask(context, input.terms, asked).await?;
        let mut jobs = Vec::new();
        for job_id in told.into_iter().flat_map(|told| told.job_ids) {
            jobs.extend(shown(Job::find(context, job_id, done.position).await));
        }
        Ok(TranscodePayload { jobs, done })
    }
}
