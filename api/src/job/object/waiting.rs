use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use mediary_schema::{
    JobId,
    lane::{Hold, Lane, Reason},
    ticket::Wait,
};

use super::{Job, JobById};
use crate::{loader::look_up, scalar::DateTime};

/// Why a job that is open and not at work is where it is.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Waiting {
    /// What it waits for.
    pub(super) reason: WaitReason,
    /// The same in one sentence.
    pub(super) message: String,
    /// The lane that is held, or in which it has its place: a host, `library_disk`, `file_trash`, `drive:NAME`
    /// or `encoder:NAME`.
    pub(super) lane: Option<String>,
    /// Until when, if time alone ends it; what is not there yet is asked for again then.
    pub(super) until: Option<DateTime>,
    /// The job that it waits for, or waited for.
    pub(super) job_id: Option<ID>,
    /// Its place in the lane, from 1; none if it is further behind than is counted.
    pub(super) place: Option<u32>,
    #[graphql(skip)]
    pub(super) job_key: Option<JobId>,
}

#[ComplexObject]
impl Waiting {
    /// The job that it waits for, or waited for.
    async fn job(&self, context: &Context<'_>) -> Result<Option<Job>> {
        let Some(id) = self.job_key else { return Ok(None) };
        Ok(look_up::<JobById>(context, id).await?.map(Job::from))
    }
}

/// What a job waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum WaitReason {
    /// For its turn.
    Turn,
    /// For the moment that was asked for.
    NotBefore,
    /// For the moment of its next try.
    Retry,
    /// For another job to be done.
    After,
    /// For a person: the job that it was to wait for failed or was cancelled.
    Stranded,
    /// For a person: its worker went away in the middle too often in a row, so that it is not tried by itself any more.
    Parked,
    /// For a person who holds a lane that it needs.
    LanePaused,
    /// For what the quota of its project, or of whoever started it, leaves.
    Quota,
    /// For what the request budget of a site leaves: it is asked no more often.
    RequestBudget,
    /// For a part that was halted since it failed too often.
    Halted,
    /// The source asked for fewer requests.
    RateLimit,
    /// The source wants proof of a human.
    BotCheck,
    /// There is no room on the disk.
    NoRoom,
    /// It is announced, being broadcast, or being made into a recording.
    NotYet,
    /// The library is not there: its disk is not mounted.
    LibraryAway,
    /// The trash holds as much as it may.
    TrashFull,
}

impl Waiting {
    pub(super) const fn new(reason: WaitReason, message: String) -> Self {
        Self { reason, message, lane: None, until: None, job_id: None, place: None, job_key: None }
    }
}

impl From<&Reason> for WaitReason {
    fn from(reason: &Reason) -> Self {
        match reason {
            Reason::RateLimit => Self::RateLimit,
            Reason::BotCheck => Self::BotCheck,
            Reason::NoRoom { .. } => Self::NoRoom,
            Reason::LibraryAway => Self::LibraryAway,
            Reason::TrashFull { .. } => Self::TrashFull,
        }
    }
}

impl From<Wait> for Waiting {
    fn from(wait: Wait) -> Self {
        match wait {
            Wait::Turn { place, lane } => {
                let message = turn(place, lane.as_ref());
                Self { lane: lane.map(|lane| lane.name()), place, ..Self::new(WaitReason::Turn, message) }
            }
            Wait::NotBefore(moment) => Self {
                until: Some(DateTime(moment)),
                ..Self::new(WaitReason::NotBefore, format!("not before {moment}"))
            },
            Wait::Retry(moment) => Self {
                until: Some(DateTime(moment)),
                ..Self::new(WaitReason::Retry, format!("retry at {moment}"))
            },
            Wait::After { job_id } => Self {
                job_id: Some(ID(job_id.to_string())),
                job_key: Some(job_id),
                ..Self::new(WaitReason::After, format!("waits for {job_id}"))
            },
            Wait::Stranded { job_id, state } => {
                let message = format!(
                    "held: {job_id}, which it was to wait for, has {state}; resume it to go on without that, or cancel it"
                );
                let (id, job_key) = (Some(ID(job_id.to_string())), Some(job_id));
                Self { job_id: id, job_key, ..Self::new(WaitReason::Stranded, message) }
            }
            Wait::Parked { losses } => {
                let message = format!(
                    "held: its worker went away in the middle {losses} times in a row; see whether the machine has enough memory, then resume it, or cancel it"
                );
                Self::new(WaitReason::Parked, message)
            }
            Wait::Held(hold) => Self::from(&hold),
            Wait::LanePaused(lane) => {
                let message = format!("held: {lane}, until somebody resumes that lane");
                Self { lane: Some(lane.name()), ..Self::new(WaitReason::LanePaused, message) }
            }
            Wait::Quota(over) => {
                Self { until: over.until.map(DateTime), ..Self::new(WaitReason::Quota, over.to_string()) }
            }
            Wait::Budget { lane, until } => {
                let message = format!("{lane} was asked as often as its budget lets it be");
                let (lane, until) = (Some(lane.name()), Some(DateTime(until)));
                Self { lane, until, ..Self::new(WaitReason::RequestBudget, message) }
            }
            Wait::Halted(kind) => {
                let message = format!("held: the part {kind} was halted since it failed too often");
                Self::new(WaitReason::Halted, message)
            }
        }
    }
}

impl From<&Hold> for Waiting {
    fn from(Hold { lane, reason, until, .. }: &Hold) -> Self {
        let message = format!("held: {lane}: {reason}");
        let (lane, until) = (Some(lane.name()), until.map(DateTime));
        Self { lane, until, ..Self::new(WaitReason::from(reason), message) }
    }
}

/// `3rd in the lane of example.org`.
fn turn(place: Option<u32>, lane: Option<&Lane>) -> String {
    let place = place.map_or_else(|| "far behind".to_owned(), ordinal);
    match lane {
        Some(lane) => format!("{place} in the lane of {lane}"),
        None => format!("{place} among its kind"),
    }
}

fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_as_people_tell_it() {
        let told = [1, 2, 3, 4, 11, 12, 13, 21, 102, 111, 1_003].map(ordinal);
        let expected = "1st 2nd 3rd 4th 11th 12th 13th 21st 102nd 111th 1003rd";
        assert_eq!(told.join(" "), expected);
        let lane = Lane::Host("example.org".to_owned());
        assert_eq!(turn(Some(3), Some(&lane)), "3rd in the lane of example.org");
        assert_eq!(turn(None, None), "far behind among its kind");
    }
}
