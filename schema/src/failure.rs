//! What can go wrong with work, as classes that say what to do about it (LI-10, PL-23).

use serde::{Deserialize, Serialize};

/// Why work failed; decided once, by the adapter of the tool that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// No connection, no such host, a time-out, a broken transfer, a 5xx answer.
    Network,
    /// The source asked for fewer requests (429, `Retry-After`).
    RateLimit,
    /// The source wants proof of a human.
    BotCheck,
    /// Not there yet: announced, being broadcast, or being made into a recording.
    NotYet,
    /// Private, or a sign-in is needed.
    Private,
    /// For members or subscribers only.
    MembersOnly,
    /// Not for this part of the world.
    Geo,
    /// Refused (401, 403) without a reason that could be told apart.
    Forbidden,
    /// It lies in a network that is not opened to lists and downloads.
    PrivateNetwork,
    /// The proxy between us and the source can't be reached, or refuses.
    Proxy,
    /// Deleted or otherwise gone at the source (404, 410).
    NotFound,
    /// The tool knows no way to read this address.
    Unsupported,
    /// The asked quality is not offered.
    FormatUnavailable,
    /// What arrived is not what was promised: too short, undecodable, incomplete.
    Damaged,
    /// No room on the disk.
    DiskFull,
    /// It does not end before the disk is full, and says not how long it is: a broadcast.
    TooLarge,
    /// A folder or file of ours can't be written or read.
    Storage,
    /// What is deleted goes into the trash, and that holds as much as it may.
    TrashFull,
    /// The folder of the library is not the library: its disk is not mounted.
    LibraryAway,
    /// A program that is needed is not installed.
    ToolMissing,
    /// No sign of life for too long, or too long in total.
    Stalled,
    /// The worker went away in the middle.
    WorkerLost,
    /// Anything else: read the output.
    Unknown,
}

/// What the queue does about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Try again, waiting longer each time, a limited number of times.
    Transient,
    /// Trying again can't help.
    Permanent,
    /// Try again when the source or the owner has changed something; longer waits.
    Blocked,
    /// Ask again when the moment is there, however often: it is no try, since there was nothing to try.
    Awaited,
    /// Try again at once, counted apart: it says nothing about the work.
    WorkerLost,
}

impl FailureClass {
    /// What the queue does about this class.
    pub const fn retry(self) -> Retry {
        match self {
            Self::Network | Self::Proxy | Self::Damaged | Self::Stalled | Self::Unknown => Retry::Transient,
            Self::RateLimit | Self::BotCheck | Self::DiskFull | Self::TrashFull | Self::LibraryAway => {
                Retry::Blocked
            }
            Self::NotYet => Retry::Awaited,
            Self::Private
            | Self::MembersOnly
            | Self::Geo
            | Self::Forbidden
            | Self::PrivateNetwork
            | Self::NotFound
            | Self::Unsupported
            | Self::FormatUnavailable
            | Self::TooLarge
            | Self::Storage
            | Self::ToolMissing => Retry::Permanent,
            Self::WorkerLost => Retry::WorkerLost,
        }
    }

    /// The next step for a person.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Network => {
                "check that the address answers; while it is queued it is tried again by itself, afterwards with `mediary job retry ID`"
            }
            Self::RateLimit => "the source asked for a pause; the job waits and goes on by itself",
            Self::BotCheck => "the source wants proof of a human; wait, or try from another address",
            Self::NotYet => {
                "the job waits and goes on by itself; `mediary job resume ID` asks now, `mediary job cancel ID` ends it"
            }
            Self::Private => "the owner must make it public, or give you access",
            Self::MembersOnly => "it is for members of the channel",
            Self::Geo => "it is not offered in this part of the world",
            Self::Forbidden => "the source refuses; check in a browser whether it is still public",
            Self::PrivateNetwork => {
                "if it is yours, open its network with `allow_network` in the configuration, or `--allow-network CIDR`"
            }
            Self::Proxy => {
                "check the proxy: that of a site is a secret which `mediary site list` names, that of all is `net.proxy` in the configuration; once it has failed for good, try `mediary job retry ID`"
            }
            Self::NotFound => "it is gone at the source; check the address in a browser",
            Self::Unsupported => "check that the address shows media; a newer yt-dlp may know the site",
            Self::FormatUnavailable => "choose another quality, for example `--quality best`",
            Self::Damaged => {
                "the source sent less or other than it promised; once it has failed for good, try `mediary job retry ID` later"
            }
            Self::DiskFull => "make room on the library's disk; waiting work goes on by itself",
            Self::TrashFull => {
                "`mediary trash list` shows until when what stays there; `mediary trash set --limit BYTES` lets it hold more. Waiting work goes on by itself"
            }
            Self::LibraryAway => {
                "mount the library's disk; waiting work goes on by itself. `mediary doctor` says what is looked for"
            }
            Self::TooLarge => "it may be a broadcast that never ends; make more room, or leave it out",
            Self::Storage => "check the permissions of the data folder with `mediary doctor`",
            Self::ToolMissing => "run `mediary doctor`: it says what to install and how",
            Self::Stalled => {
                "the source stopped sending; once it has failed for good, try `mediary job retry ID` later"
            }
            Self::WorkerLost => "the worker stopped in the middle; see whether the machine has enough memory",
            Self::Unknown => "read the output with `mediary job show ID`",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FailureClass;

    // Blackbox 21: the same advice stands beside a job that waits and one that was given up.
    #[test]
    fn advice_is_true_while_it_waits_and_after_the_last_try() {
        let transient =
            [FailureClass::Network, FailureClass::Proxy, FailureClass::Damaged, FailureClass::Stalled];
        for class in transient {
            assert!(class.advice().contains("`mediary job retry ID`"), "{class:?}");
        }
        assert!(!FailureClass::WorkerLost.advice().contains("by itself"));
    }
}
