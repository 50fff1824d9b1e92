use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::job::{Ask, ask};
use mediary_projections::{
    Snapshot, Views,
    job::{JobView, jobs_by_id},
};
use mediary_schema::{JobId, Label, Priority, ticket::NoLabel};

use super::Job;
use crate::{
    asking::{self, Done, Terms, several, shown},
    connection::Of,
    error::{UserError, fault, parse_id},
    scalar::DateTime,
    schema::read,
};

const VIEW: Of = Views::of::<JobView>;

#[derive(Debug, Default)]
pub(crate) struct JobMutation;

/// Which jobs.
#[derive(Debug, InputObject)]
pub(crate) struct JobsInput {
    /// The jobs, each once; at most 500.
    ids: Vec<ID>,
    #[graphql(flatten)]
    terms: Terms,
}

/// When the turn of jobs comes, and under which names they are found.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct TicketInput {
    /// The name of a template, for whatever is not said here. Tags are had besides those of the template.
    template: Option<String>,
    /// How much it matters, from 0 to 9: the higher one is first, and whoever waits long overtakes; 5 if neither this nor
    /// a template says it.
    priority: Option<i32>,
    /// Not before this moment.
    at: Option<DateTime>,
    /// Not before this job is done. If it comes to nothing, what waits for it is held until somebody resumes it.
    after: Option<ID>,
    /// A name for all that is started together.
    batch: Option<String>,
    /// Words by which it is found; at most 16.
    tags: Option<Vec<String>>,
}

impl TicketInput {
    /// What is asked, or nothing in particular.
    pub(crate) fn parse(ticket: Option<Self>) -> Result<ask::Ticket> {
        let Self { template, priority, at, after, batch, tags } = ticket.unwrap_or_default();
        let priority = priority
            .map(i64::from)
            .map(Priority::try_from)
            .transpose()
            .map_err(|error| bad_ticket(&error))?;
        Ok(ask::Ticket {
            template: template.as_deref().map(label).transpose()?,
            priority,
            at: at.map(|moment| moment.0),
            after: after.map(|id| parse_id(&id)).transpose()?,
            batch: batch.as_deref().map(label).transpose()?,
            tags: tags.unwrap_or_default().iter().map(|tag| label(tag)).collect::<Result<_>>()?,
        })
    }
}

/// A word that people give to jobs.
pub(crate) fn label(text: &str) -> Result<Label> {
    text.parse().map_err(|error: NoLabel| bad_ticket(&error))
}

/// The answer to a ticket that says something which none can.
pub(crate) fn bad_ticket(error: &dyn std::error::Error) -> async_graphql::Error {
    fault(&error.to_string(), "BAD_TICKET", false)
}

/// Which ended jobs.
#[derive(Debug, InputObject)]
pub(crate) struct JobRetryInput {
    /// The jobs, each once; at most 500.
    ids: Vec<ID>,
    /// When the turn of the new jobs comes. If it is left out, they have priority, batch and tags of the ended ones.
    ticket: Option<TicketInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// How much jobs matter.
#[derive(Debug, InputObject)]
pub(crate) struct JobSetInput {
    /// The jobs, each once; at most 500.
    ids: Vec<ID>,
    /// From 0 to 9: the higher one is first, and whoever waits long overtakes.
    priority: i32,
    #[graphql(flatten)]
    terms: Terms,
}

/// What became of one job.
#[derive(Debug, SimpleObject)]
pub(crate) struct JobResult {
    /// The job that was asked for.
    id: ID,
    /// The job that shows what came of it: the same, or after a retry the one that does the work. None if it
    /// can't be shown yet.
    job: Option<Job>,
    /// Why it was not done for this one, if it was not.
    user_error: Option<UserError>,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct JobPayload {
    /// One for each id, in the order asked; none if nothing was done at all.
    results: Vec<JobResult>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl JobMutation {
    /// Ends jobs for good. A running one is asked to stop, and its partial files are removed once it has.
    async fn job_cancel(&self, context: &Context<'_>, input: JobsInput) -> Result<JobPayload> {
        let job_ids = several(&input.ids)?;
        payload(context, input.terms, Ask::Cancel(ask::Cancel { job_ids })).await
    }

    /// Holds jobs. A running one is asked to stop, and what it did is kept.
    async fn job_pause(&self, context: &Context<'_>, input: JobsInput) -> Result<JobPayload> {
        let job_ids = several(&input.ids)?;
        payload(context, input.terms, Ask::Pause(ask::Pause { job_ids })).await
    }

    /// Puts held jobs back into the queue; one that waits for its time is tried now.
    async fn job_resume(&self, context: &Context<'_>, input: JobsInput) -> Result<JobPayload> {
        let job_ids = several(&input.ids)?;
        payload(context, input.terms, Ask::Resume(ask::Resume { job_ids })).await
    }

    /// Says anew how much jobs matter that have not ended. What runs goes on.
    async fn job_set(&self, context: &Context<'_>, input: JobSetInput) -> Result<JobPayload> {
        let job_ids = several(&input.ids)?;
        let priority = Priority::try_from(i64::from(input.priority)).map_err(|error| bad_ticket(&error))?;
        payload(context, input.terms, Ask::Set(ask::Set { job_ids, priority })).await
    }

    /// Does the work of ended jobs again, as new jobs: an ended job never comes back.
    async fn job_retry(&self, context: &Context<'_>, input: JobRetryInput) -> Result<JobPayload> {
        let job_ids = several(&input.ids)?;
        let ticket = input.ticket.map(|ticket| TicketInput::parse(Some(ticket))).transpose()?;
        payload(context, input.terms, Ask::Retry(ask::Retry { job_ids, ticket })).await
    }
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<JobPayload> {
    let (told, mut done) = asking::ask(context, terms, asked).await?;
    let told = told.map(|told| told.results).unwrap_or_default();
    let job_ids: Vec<JobId> = told.iter().filter_map(|told| told.job_id).collect();
    let rows = if job_ids.is_empty() {
        Vec::new()
    } else {
        let query = move |rows: &Snapshot<'_>| jobs_by_id(rows, &job_ids);
        shown(read(context, VIEW, done.position, query).await.map(Some)).unwrap_or_default()
    };
    let jobs: HashMap<JobId, Job> = rows.into_iter().map(|row| (row.id, Job::from(row))).collect();
    let mut results = Vec::new();
    for told in told {
        let job = told.job_id.and_then(|job_id| jobs.get(&job_id).cloned());
        let (id, user_error) = (ID(told.id.to_string()), told.user_error.map(UserError::from));
        // Whoever asks for one job needs to look in one place only.
        done.user_errors.extend(user_error.clone());
        results.push(JobResult { id, job, user_error });
    }
    Ok(JobPayload { results, done })
}
