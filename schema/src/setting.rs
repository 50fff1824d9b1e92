//! Values of the kernel part `setting`: what people change while it runs (PL-91).

use std::{collections::BTreeMap, fmt, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{PrincipalId, ProjectId, Timestamp, job::WorkKind};

/// How much runs at once (PL-26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Attempts of one kind at once, where that is set.
    pub per_kind: BTreeMap<WorkKind, u32>,
    /// Attempts in total at once.
    pub total: u32,
}

impl Default for Limits {
    /// Four in total (DL-14), and of each kind what it says itself.
    fn default() -> Self {
        Self { per_kind: BTreeMap::new(), total: 4 }
    }
}

/// How long what was deleted can be had back, and how much of it there may be (PL-14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrashSettings {
    /// For how many days a file stays in the trash at least, from when it comes there: no later word shortens that.
    pub keep_days: u32,
    /// Bytes in the trash of all roots together; what would make it more waits. None is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_bytes: Option<u64>,
}

impl Default for TrashSettings {
    /// 14 days, and as much as there is.
    fn default() -> Self {
        Self { keep_days: 14, limit_bytes: None }
    }
}

impl TrashSettings {
    /// Ten years: what is to be kept longer is not to be deleted.
    pub const KEEP_DAYS_MAX: u32 = 3_650;

    /// For how long a file stays in the trash at least.
    pub fn lease(self) -> Duration {
        Duration::from_hours(24) * self.keep_days
    }

    /// Whether so many bytes more may come into the trash.
    pub const fn has_room(self, used_bytes: u64, more_bytes: u64) -> bool {
        match self.limit_bytes {
            Some(limit) => used_bytes.saturating_add(more_bytes) <= limit,
            None => true,
        }
    }
}

/// How much the trash may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrashLimit {
    /// Bytes in the trash of all roots together; as many as there are if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// Whose work a quota is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotaOf {
    /// All of a project.
    Project(ProjectId),
    /// What somebody started, in whichever project.
    Principal(PrincipalId),
}

impl fmt::Display for QuotaOf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(id) => id.fmt(formatter),
            Self::Principal(id) => id.fmt(formatter),
        }
    }
}

/// How much of somebody's work there may be (PL-22); what is left out is not limited. A day is one of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Jobs at work at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once: Option<u32>,
    /// Jobs that are begun in a day; one that is tried again counts once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs_per_day: Option<u32>,
    /// Bytes of files that are kept in a day. What is at work once they are reached is kept, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_per_day: Option<u64>,
}

impl Quota {
    /// Whether it limits something.
    pub const fn limits_something(&self) -> bool {
        self.at_once.is_some() || self.jobs_per_day.is_some() || self.bytes_per_day.is_some()
    }
}

/// How much of a quota is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaUse {
    /// Jobs at work now.
    pub at_work: u32,
    /// Jobs that were begun today.
    pub jobs: u32,
    /// Bytes of files that were kept today.
    pub bytes: u64,
    /// When this day began.
    pub since: Timestamp,
    /// When all that it used up is there again.
    pub until: Timestamp,
}

/// A quota that leaves nothing now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverQuota {
    /// Whose.
    pub of: QuotaOf,
    /// What of it is used up.
    pub reached: Reached,
    /// Until when, if time alone ends it.
    pub until: Option<Timestamp>,
}

/// What of a quota is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// So many jobs are at work.
    AtOnce(u32),
    /// So many were begun today.
    JobsPerDay(u32),
    /// So many bytes were kept today.
    BytesPerDay(u64),
}

impl fmt::Display for OverQuota {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, reached, .. } = self;
        match reached {
            Reached::AtOnce(jobs) => write!(formatter, "over the quota of {of}: {jobs} at once"),
            Reached::JobsPerDay(jobs) => write!(formatter, "over the quota of {of}: {jobs} jobs a day"),
            Reached::BytesPerDay(bytes) => write!(formatter, "over the quota of {of}: {bytes} bytes a day"),
        }
    }
}
