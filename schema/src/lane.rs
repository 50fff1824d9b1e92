//! Values of the kernel part `lane`: what work shares, so that all of it waits when that can't be had.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{FailureClass, JobId, Timestamp, bounded, job::Failure, site::Pace};

/// What work shares: a job needs one of each kind at most.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// A source, by its name without a port.
    Host(String),
    /// The disk of the library.
    LibraryDisk,
    /// The trash, by whoever puts something into it: one job at a time, so that each knows how much there is.
    #[serde(rename = "file_trash")]
    Trash,
    /// An optical drive, by its name: for one job at a time.
    Drive(String),
    /// What encodes, by its name.
    Encoder(String),
}

impl Lane {
    /// The lane of whatever answers at this address.
    pub fn of_address(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        url.host_str().map(|host| Self::Host(host.to_ascii_lowercase()))
    }

    /// Whether one job at a time has it.
    pub const fn is_exclusive(&self) -> bool {
        match self {
            Self::Drive(_) | Self::Trash => true,
            Self::Host(_) | Self::LibraryDisk | Self::Encoder(_) => false,
        }
    }

    /// Whether what needs it asks another machine.
    pub const fn is_host(&self) -> bool {
        match self {
            Self::Host(_) => true,
            Self::LibraryDisk | Self::Trash | Self::Drive(_) | Self::Encoder(_) => false,
        }
    }

    /// The name on the command line and in the API: that of a host as it is, which has no colon and no underscore.
    pub fn name(&self) -> String {
        match self {
            Self::Host(host) => host.clone(),
            Self::LibraryDisk => LIBRARY_DISK.to_owned(),
            Self::Trash => TRASH.to_owned(),
            Self::Drive(name) => format!("{DRIVE}{name}"),
            Self::Encoder(name) => format!("{ENCODER}{name}"),
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => formatter.write_str(host),
            Self::LibraryDisk => formatter.write_str("the library's disk"),
            Self::Trash => formatter.write_str("the trash"),
            Self::Drive(name) => write!(formatter, "the drive {name}"),
            Self::Encoder(name) => write!(formatter, "the encoder {name}"),
        }
    }
}

/// How a lane is that open work needs, or that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// The lane.
    pub lane: Lane,
    /// The condition that holds it, if one does.
    pub hold: Option<Hold>,
    /// Whether a person holds it.
    pub is_paused: bool,
    /// Jobs at work that need it still.
    pub at_work: u64,
    /// Other open jobs that need it.
    pub waiting: u64,
    /// What of its budget is in use.
    pub used: Use,
    /// How often it is asked, if it is a host.
    pub pace: Option<Pace>,
}

/// What of a resource is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Its budget: users at once.
    pub units: u32,
    /// Who has a unit each.
    pub holders: Vec<Holder>,
    /// Who stands in line for one for a short while.
    pub waiting: u64,
}

/// Who has a unit of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// By what.
    pub share: Share,
    /// The kind of work, or the part of the server that asked.
    pub name: String,
    /// The job that it is for, if it is for one.
    pub job_id: Option<JobId>,
}

/// By what somebody has a unit of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// A job has it as long as it is at work.
    Lease,
    /// Something short has it, such as a request.
    Permit,
}

const LIBRARY_DISK: &str = "library_disk";
/// No host is called so: it has an underscore.
const TRASH: &str = "file_trash";
const DRIVE: &str = "drive:";
const ENCODER: &str = "encoder:";

/// The answer to a text that names no lane.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no lane; give the name of a host, library_disk, file_trash, drive:NAME or encoder:NAME")]
pub struct NoLane {
    text: String,
}

impl FromStr for Lane {
    type Err = NoLane;

    fn from_str(text: &str) -> Result<Self, NoLane> {
        let refused = || NoLane { text: bounded::cut(text.to_owned(), LANE_BYTES_MAX) };
        if text == LIBRARY_DISK {
            return Ok(Self::LibraryDisk);
        }
        if text == TRASH {
            return Ok(Self::Trash);
        }
        let name_in = |prefix: &str| {
            let name = text.strip_prefix(prefix)?;
            let is_name = (1..=LANE_BYTES_MAX).contains(&name.len()) && !name.contains(char::is_control);
            Some(if is_name { Ok(name.to_owned()) } else { Err(refused()) })
        };
        if let Some(drive) = name_in(DRIVE) {
            return drive.map(Self::Drive);
        }
        if let Some(encoder) = name_in(ENCODER) {
            return encoder.map(Self::Encoder);
        }
        // As an address names it, so that it is the lane of what is fetched there.
        let lane = Self::of_address(&format!("https://{text}/")).ok_or_else(refused)?;
        let is_host_alone = matches!(&lane, Self::Host(host) if host.eq_ignore_ascii_case(text));
        if is_host_alone && text.len() <= LANE_BYTES_MAX { Ok(lane) } else { Err(refused()) }
    }
}

/// The longest name of a lane: no name of a host is longer.
const LANE_BYTES_MAX: usize = 253;

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
    /// The trash holds as much as it may.
    TrashFull {
        /// How many bytes have to fit into it before work goes on.
        bytes: u64,
    },
}

impl Reason {
    /// The name in the API and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RateLimit => "rate_limit",
            Self::BotCheck => "bot_check",
            Self::NoRoom { .. } => "no_room",
            Self::LibraryAway => "library_away",
            Self::TrashFull { .. } => "trash_full",
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
            Self::TrashFull { bytes } => {
                write!(formatter, "the trash is full, and {bytes} bytes more are to go into it")
            }
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
            (FailureClass::TrashFull, Some(bytes)) if lanes.contains(&Lane::Trash) => {
                (Lane::Trash, Reason::TrashFull { bytes }, None)
            }
            (FailureClass::LibraryAway, _) if lanes.contains(&Lane::LibraryDisk) => {
                (Lane::LibraryDisk, Reason::LibraryAway, None)
            }
            _ => return None,
        };
        Some(Self { lane, reason, until, job_id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_called_by_its_name() {
        let host = Lane::Host("www.example.org".to_owned());
        let (drive, encoder) = (Lane::Drive("sr0".to_owned()), Lane::Encoder("vaapi".to_owned()));
        for lane in [host, Lane::LibraryDisk, Lane::Trash, drive, encoder, Lane::Host("[::1]".to_owned())] {
            assert_eq!(lane.name().parse(), Ok(lane));
        }
        assert_eq!("Example.ORG".parse(), Ok(Lane::Host("example.org".to_owned())));
        for text in
            ["", "a b", "https://example.org/", "example.org:80", "me@example.org", "drive:", "encoder:"]
        {
            assert!(text.parse::<Lane>().is_err(), "{text:?}");
        }
    }
}
