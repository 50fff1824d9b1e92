use async_graphql::SimpleObject;
use mediary_schema::lane::{Hold, Load};

use crate::{
    job::WaitReason,
    scalar::{DateTime, Long},
};

/// What work shares, so that all of it waits when that can't be had: a host, the library's disk, a drive.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Lane {
    /// A host, `library_disk` or `drive:NAME`.
    name: String,
    /// The condition that holds it, if one does; it ends by itself.
    hold: Option<LaneHold>,
    /// Whether a person holds it.
    paused: bool,
    /// Jobs at work that need it.
    at_work_count: Long,
    /// Other open jobs that need it.
    waiting_count: Long,
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
    fn from(Load { lane, hold, is_paused, at_work, waiting }: Load) -> Self {
        Self {
            name: lane.name(),
            hold: hold.map(LaneHold::from),
            paused: is_paused,
            at_work_count: Long(at_work),
            waiting_count: Long(waiting),
        }
    }
}
