use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::preview::{Ask, ask};

use super::Preview;
use crate::{
    asking::{self, Done, Terms, shown},
    job::{Job, TicketInput},
};

#[derive(Debug, Default)]
pub(crate) struct PreviewMutation;

/// What to look at.
#[derive(Debug, InputObject)]
pub(crate) struct PreviewStartInput {
    /// The address; http or https.
    url: String,
    /// When its turn comes.
    ticket: Option<TicketInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct PreviewPayload {
    /// The preview, with what was found there before; none if it can't be shown yet.
    preview: Option<Preview>,
    /// The job that looks; none if it can't be shown yet.
    job: Option<Job>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl PreviewMutation {
    /// Looks at an address, as a job: what it is, how it is called, how much there is. Nothing is followed or fetched.
    async fn preview_start(&self, context: &Context<'_>, input: PreviewStartInput) -> Result<PreviewPayload> {
        let asked = Ask::Start(ask::Start { url: input.url, ticket: TicketInput::parse(input.ticket)? });
        let (told, done) = asking::ask(context, input.terms, asked).await?;
        let (preview, job) = match told {
            Some(told) => (
                shown(Preview::find(context, told.preview_id, done.position).await),
                shown(Job::find(context, told.job_id, done.position).await),
            ),
            None => (None, None),
        };
        Ok(PreviewPayload { preview, job, done })
    }
}
