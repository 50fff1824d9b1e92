use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::parrot::{Ask, ask};

use crate::{
    asking::{self, Done, Terms, shown},
    job::{Job, TicketInput},
};

#[derive(Debug, Default)]
pub(crate) struct ParrotMutation;

/// What to repeat.
#[derive(Debug, InputObject)]
pub(crate) struct ParrotTellInput {
    /// The text.
    text: String,
    /// When its turn comes.
    ticket: Option<TicketInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct ParrotPayload {
    /// The job that repeats it; none if it can't be shown yet.
    job: Option<Job>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl ParrotMutation {
    /// Has a text repeated, as a job.
    async fn parrot_tell(&self, context: &Context<'_>, input: ParrotTellInput) -> Result<ParrotPayload> {
        let asked = Ask::Tell(ask::Tell { text: input.text, ticket: TicketInput::parse(input.ticket)? });
        let (told, done) = asking::ask(context, input.terms, asked).await?;
        let job = match told {
            Some(told) => shown(Job::find(context, told.job_id, done.position).await),
            None => None,
        };
        Ok(ParrotPayload { job, done })
    }
}
