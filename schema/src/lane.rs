//! Values of the kernel part `lane`: what work shares, so that all of it waits when that can't be had.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{FailureClass, JobId, Timestamp, job::Failure};

/// What work shares: a job needs one of each kind at most.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// A source, by its name without a port.
    Host(String),
    /// The disk of the library.
    LibraryDisk,
}

impl Lane {
    /// The lane of whatever answers at this address.
    pub fn of_address(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        url.host_str().map(|host| Self::Host(host.to_ascii_lowercase()))
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => formatter.write_str(host),
            Self::LibraryDisk => formatter.write_str("the library's disk"),
        }
    }
}

/// Why a lane is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The source asked for fewer requests.
    RateLimit,
    /// The source wants proof of a human.
    BotCheck,
    /// There is no room.
    NoRoom {
        /// How many bytes have to be free before work goes on.
        bytes: u64,
    },
    /// The library is not there.
    LibraryAway,
}

impl Reason {
    /// The name in the API and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RateLimit => "rate_limit",
            Self::BotCheck => "bot_check",
            Self::NoRoom { .. } => "no_room",
            Self::LibraryAway => "library_away",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RateLimit => formatter.write_str("the source asked for a pause"),
            Self::BotCheck => formatter.write_str("the source wants proof of a human"),
            Self::NoRoom { bytes } => write!(formatter, "{bytes} bytes have to be free"),
            Self::LibraryAway => formatter.write_str("the library is not there"),
        }
    }
}

/// A lane that is held: no job that needs it is begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// What is held.
    pub lane: Lane,
    /// Why.
    pub reason: Reason,
    /// Until when, if time alone releases it.
    pub until: Option<Timestamp>,
    /// The job that met the condition; without it nobody waits for that room.
    pub job_id: JobId,
}

impl Hold {
    /// The hold that a failed attempt asks for, if what it met is a condition of all work that shares a lane.
    pub fn of_failure(
        job_id: JobId,
        lanes: &[Lane],
        failure: &Failure,
        until: Option<Timestamp>,
    ) -> Option<Self> {
        let host = || lanes.iter().find(|lane| matches!(lane, Lane::Host(_))).cloned();
        let (lane, reason, until) = match (failure.class, failure.room_bytes) {
            (FailureClass::RateLimit, _) => (host()?, Reason::RateLimit, until),
            (FailureClass::BotCheck, _) => (host()?, Reason::BotCheck, until),
            (FailureClass::DiskFull, Some(bytes)) if lanes.contains(&Lane::LibraryDisk) => {
                (Lane::LibraryDisk, Reason::NoRoom { bytes }, None)
            }
            (FailureClass::LibraryAway, _) if lanes.contains(&Lane::LibraryDisk) => {
                (Lane::LibraryDisk, Reason::LibraryAway, None)
            }
            _ => return None,
        };
        Some(Self { lane, reason, until, job_id })
    }
}
