use async_graphql::{Context, ID, Object, Result, SimpleObject};
use mediary_events::job;
use mediary_log::{
    gate::{Receipt, Refusal, Transaction},
    work,
};
use mediary_schema::{CommandId, JobId, account::Permission, job::Work};

use super::Job;
use crate::{
    error::{UserError, parse_id, user_error},
    scalar::Position,
    schema::{Platform, platform},
    session::{Session, session},
};

#[derive(Debug, Default)]
pub(crate) struct JobMutation;

/// What came of it.
#[derive(Debug, Default, SimpleObject)]
pub(crate) struct JobPayload {
    /// The jobs, in the order asked; after a retry the new ones.
    jobs: Vec<Job>,
    /// The position that shows it.
    position: Option<Position>,
    /// Why it was not done for some, if it was not.
    user_errors: Vec<UserError>,
}

#[Object]
impl JobMutation {
    /// Ends jobs for good. A running one is asked to stop, and its partial files are removed once it has.
    async fn job_cancel(&self, context: &Context<'_>, ids: Vec<ID>) -> Result<JobPayload> {
        each(context, &ids, |story, id, _| work::cancel(story, id).map(|()| id)).await
    }

    /// Holds jobs. A running one is asked to stop, and what it did is kept.
    async fn job_pause(&self, context: &Context<'_>, ids: Vec<ID>) -> Result<JobPayload> {
        each(context, &ids, |story, id, _| work::pause(story, id).map(|()| id)).await
    }

    /// Puts held jobs back into the queue; one that waits for its time is tried now.
    async fn job_resume(&self, context: &Context<'_>, ids: Vec<ID>) -> Result<JobPayload> {
        each(context, &ids, |story, id, _| work::resume(story, id).map(|()| id)).await
    }

    /// Does the work of ended jobs again, as new jobs: an ended job never comes back.
    async fn job_retry(&self, context: &Context<'_>, ids: Vec<ID>) -> Result<JobPayload> {
        let retry = platform(context).retry;
        each(context, &ids, move |story, id, command_id| retry_job(story, id, command_id, retry)).await
    }
}

/// Does the same with each of several jobs; a refusal of one does not stop the others.
async fn each(
    context: &Context<'_>,
    ids: &[ID],
    act: impl Fn(&mut Transaction<'_>, JobId, CommandId) -> Result<JobId, Refusal> + Clone + Send + 'static,
) -> Result<JobPayload> {
    let session = session(context, Permission::Operate)?;
    let platform = platform(context);
    let mut payload = JobPayload::default();
    for id in ids {
        let id: JobId = parse_id(id)?;
        match one(platform, session, id, act.clone()).await {
            Ok(receipt) => {
                let position = Position(receipt.position);
                payload.jobs.extend(Job::find(platform, receipt.value, Some(position)).await?);
                payload.position = payload.position.max(Some(position));
            }
            Err(refusal) => payload.user_errors.push(user_error(&refusal)?),
        }
    }
    Ok(payload)
}

async fn one(
    platform: &Platform,
    session: &Session,
    id: JobId,
    act: impl Fn(&mut Transaction<'_>, JobId, CommandId) -> Result<JobId, Refusal> + Send + 'static,
) -> Result<Receipt<JobId>, Refusal> {
    let command_id = CommandId::from_uuid(platform.gate.ids().next());
    let caller = session.caller(command_id, platform.gate.ids());
    platform.gate.transact(caller, move |story| act(story, id, command_id)).await
}

fn retry_job(
    story: &mut Transaction<'_>,
    id: JobId,
    command_id: CommandId,
    retry: mediary_schema::job::RetryPolicy,
) -> Result<JobId, Refusal> {
    let state = story.state::<job::Job>(id.uuid())?;
    let (Some(work), Some(now)) = (state.work.clone(), state.state) else {
        return Err(job::Rejection::NotFound.into());
    };
    if !now.is_terminal() {
        return Err(job::Rejection::Unready { state: now }.into());
    }
    let new = JobId::from_command(command_id, "retry");
    match work {
        Work::Refresh(work) => work::playlist::request(story, work.playlist_id, new, Some(work.mode), retry),
        Work::Download(item) => work::download::request(story, *item, new, false, retry),
    }
}
