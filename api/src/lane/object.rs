mod pace;

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use mediary_schema::{
    JobId,
    lane::{Hold, Holder, Load, Share, Use},
};

pub(crate) use self::pace::{Pace, RequestBudget};
use crate::{
    job::{Job, JobById, WaitReason},
    loader::look_up,
    scalar::{DateTime, Long},
};

/// What work shares, so that all of it waits when that can't be had: a host, the library's disk, a drive, an encoder.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Lane {
    /// A host, `library_disk`, `file_trash`, `drive:NAME` or `encoder:NAME`.
    name: String,
    /// The condition that holds it, if one does; it ends by itself.
    hold: Option<LaneHold>,
    /// Whether a person holds it.
    paused: bool,
    /// Jobs at work that need it.
    at_work_count: Long,
    /// Other open jobs that need it.
    waiting_count: Long,
    /// How many there may be at once that have it, by leases and by permits.
    budget: u32,
    /// Who has it now: one for each unit of the budget that is in use.
    holders: Vec<LaneHolder>,
    /// Whatever short there is, such as a request, that waits for a permit.
    waiting_permit_count: Long,
    /// How often it is asked, if it is a host.
    pace: Option<Pace>,
}

/// Who has a unit of a lane's budget.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct LaneHolder {
    /// By what.
    share: LaneShare,
    /// The kind of work, or the part of the server that asked.
    name: String,
    /// The job that it is for; none if it is for no job at work.
    job_id: Option<ID>,
    #[graphql(skip)]
    job_key: Option<JobId>,
}

#[ComplexObject]
impl LaneHolder {
    /// The job that it is for, if it is of the project of whoever asks.
    async fn job(&self, context: &Context<'_>) -> Result<Option<Job>> {
        let Some(id) = self.job_key else { return Ok(None) };
        Ok(look_up::<JobById>(context, id).await?.map(Job::from))
    }
}

/// By what a unit of a lane's budget is had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum LaneShare {
    /// A job has it as long as it is at work.
    Lease,
    /// Something short has it, such as a request.
    Permit,
}

impl From<Holder> for LaneHolder {
    fn from(Holder { share, name, job_id }: Holder) -> Self {
        let share = match share {
            Share::Lease => LaneShare::Lease,
            Share::Permit => LaneShare::Permit,
        };
        Self { share, name, job_id: job_id.map(|id| ID(id.to_string())), job_key: job_id }
    }
}

/// A condition that holds a lane.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct LaneHold {
    /// Which.
    reason: WaitReason,
    /// The same in one sentence.
    message: String,
    /// Until when, if time alone ends it.
    until: Option<DateTime>,
}

impl From<Hold> for LaneHold {
    fn from(Hold { reason, until, .. }: Hold) -> Self {
        let message = reason.to_string();
        Self { reason: WaitReason::from(&reason), message, until: until.map(DateTime) }
    }
}

impl From<Load> for Lane {
    fn from(Load { lane, hold, is_paused, at_work, waiting, used, pace }: Load) -> Self {
        let Use { units, holders, waiting: waiting_permits } = used;
        Self {
            name: lane.name(),
            hold: hold.map(LaneHold::from),
            paused: is_paused,
            at_work_count: Long(at_work),
            waiting_count: Long(waiting),
            budget: units,
            holders: holders.into_iter().map(LaneHolder::from).collect(),
            waiting_permit_count: Long(waiting_permits),
            pace: pace.map(Pace::from),
        }
    }
}
