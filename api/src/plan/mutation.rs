use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use mediary_events::plan::{
    Ask,
    ask::{Apply, Goal, Make, Undo},
};

use super::Plan;
use crate::{
    asking::{self, Done, Terms, several, shown},
    error::parse_id,
    job::{Job, TicketInput},
};

#[derive(Debug, Default)]
pub(crate) struct PlanMutation;

/// What a plan is for.
#[derive(Debug, OneofObject)]
pub(crate) enum PlanGoalInput {
    /// These files go into the trash; at most 5,000, each once.
    DeleteFiles(Vec<ID>),
    /// This list is followed no longer, and the files that are kept for it alone go into the trash.
    Unfollow(ID),
    /// These files come back out of the trash; at most 5,000, each once.
    RestoreFiles(Vec<ID>),
    /// These files get the names that their layout has for them; at most 5,000, each once.
    RenameFiles(Vec<ID>),
    /// All files that were kept for this list get the names that its layout has for them.
    RenameList(ID),
}

/// What is to be planned.
#[derive(Debug, InputObject)]
pub(crate) struct PlanMakeInput {
    /// What it is for.
    goal: PlanGoalInput,
    /// Whether it is carried out at once.
    #[graphql(default)]
    apply: bool,
    /// When the turn of the job comes that carries it out. Only with `apply`.
    ticket: Option<TicketInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// Which plan.
#[derive(Debug, InputObject)]
pub(crate) struct PlanApplyInput {
    /// The plan.
    id: ID,
    /// When the turn of the job comes that carries it out.
    ticket: Option<TicketInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What is to be taken back.
#[derive(Debug, InputObject)]
pub(crate) struct PlanUndoInput {
    /// The `undoId` of what was done, or the plan by which it was.
    id: ID,
    /// When the turn of the job comes that takes it back.
    ticket: Option<TicketInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct PlanPayload {
    /// The plan; none if it can't be shown yet.
    plan: Option<Plan>,
    /// The job that is at it, if one is.
    job: Option<Job>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl PlanMutation {
    /// Says exactly what would become of files. Nothing is touched until the plan is applied.
    async fn plan_make(&self, context: &Context<'_>, input: PlanMakeInput) -> Result<PlanPayload> {
        let goal = match input.goal {
            PlanGoalInput::DeleteFiles(ids) => Goal::DeleteFiles(several(&ids)?),
            PlanGoalInput::Unfollow(id) => Goal::Unfollow(parse_id(&id)?),
            PlanGoalInput::RestoreFiles(ids) => Goal::RestoreFiles(several(&ids)?),
            PlanGoalInput::RenameFiles(ids) => Goal::RenameFiles(several(&ids)?),
            PlanGoalInput::RenameList(id) => Goal::RenameList(parse_id(&id)?),
        };
        let asked = Make { goal, apply: input.apply, ticket: TicketInput::parse(input.ticket)? };
        payload(context, input.terms, Ask::Make(asked)).await
    }

    /// Does what a plan says, and nothing else, as a job: refused if anything of it is otherwise by now.
    async fn plan_apply(&self, context: &Context<'_>, input: PlanApplyInput) -> Result<PlanPayload> {
        let asked = Apply { plan_id: parse_id(&input.id)?, ticket: TicketInput::parse(input.ticket)? };
        payload(context, input.terms, Ask::Apply(asked)).await
    }

    /// Takes back what was done by a plan, as a job, as long as its files are in the trash.
    async fn plan_undo(&self, context: &Context<'_>, input: PlanUndoInput) -> Result<PlanPayload> {
        let id = match input.id.strip_prefix("plan-") {
            Some(uuid) => ID(uuid.to_owned()),
            None => input.id,
        };
        let asked = Undo { undo_id: parse_id(&id)?, ticket: TicketInput::parse(input.ticket)? };
        payload(context, input.terms, Ask::Undo(asked)).await
    }
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<PlanPayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    let Some(told) = told else { return Ok(PlanPayload { plan: None, job: None, done }) };
    let plan = shown(Plan::find(context, told.plan_id, done.position).await);
    let job = match told.job_id {
        Some(job_id) => shown(Job::find(context, job_id, done.position).await),
        None => None,
    };
    Ok(PlanPayload { plan, job, done })
}
