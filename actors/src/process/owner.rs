//! Whose child processes are.

use std::{fmt, time::Duration};

use mediary_schema::{AttemptId, CheckId, ProbeId, RunId};

/// Whose a child process is: what stops it, where its words are kept, what it used and what ends it after a crash go by
/// that. One more kind of owner is one more variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A try at a job.
    Attempt(AttemptId),
    /// A look at a program.
    Probe(ProbeId),
    /// A look of a check: its words are found by both.
    Run(CheckId, RunId),
}

/// How processes say whose they are: the names of the variables that have it.
const MARK_ATTEMPT: &str = "MEDIARY_ATTEMPT";
const MARK_PROBE: &str = "MEDIARY_PROBE";
const MARK_RUN: &str = "MEDIARY_CHECK_RUN";

impl Owner {
    /// The marks of all kinds.
    pub(super) const MARKS: [&str; 3] = [MARK_ATTEMPT, MARK_PROBE, MARK_RUN];

    /// The mark of its kind; its value is the id.
    pub(super) const fn mark(self) -> &'static str {
        match self {
            Self::Attempt(_) => MARK_ATTEMPT,
            Self::Probe(_) => MARK_PROBE,
            Self::Run(..) => MARK_RUN,
        }
    }

    /// The attempt, if it is one.
    pub(super) const fn attempt_id(self) -> Option<AttemptId> {
        match self {
            Self::Attempt(attempt_id) => Some(attempt_id),
            Self::Probe(_) | Self::Run(..) => None,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attempt(attempt_id) => attempt_id.fmt(formatter),
            Self::Probe(probe_id) => probe_id.fmt(formatter),
            Self::Run(check_id, run_id) => write!(formatter, "{check_id}.{run_id}"),
        }
    }
}

impl From<AttemptId> for Owner {
    fn from(attempt_id: AttemptId) -> Self {
        Self::Attempt(attempt_id)
    }
}

impl From<ProbeId> for Owner {
    fn from(probe_id: ProbeId) -> Self {
        Self::Probe(probe_id)
    }
}

impl From<(CheckId, RunId)> for Owner {
    fn from((check_id, run_id): (CheckId, RunId)) -> Self {
        Self::Run(check_id, run_id)
    }
}

/// What each child of an owner may take at most, whatever its own run allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caps {
    /// How long it may take in total.
    pub time: Option<Duration>,
    /// Memory that a process may have of its own.
    pub memory_bytes: Option<u64>,
}

impl Caps {
    /// Those of a look, which is short and small: a cold Python takes seconds on a busy machine, and a program that
    /// takes more is not what it is called.
    pub const PROBE: Self = Self { time: Some(Duration::from_secs(30)), memory_bytes: Some(1 << 30) };
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    // What a crash leaves is found by any of them.
    #[test]
    fn each_kind_has_a_mark_of_its_own_among_all() {
        let (attempt, probe) = (AttemptId::from_uuid(Uuid::nil()), ProbeId::from_uuid(Uuid::nil()));
        let run = (CheckId::from_uuid(Uuid::nil()), RunId::from_uuid(Uuid::nil()));
        let marks = [Owner::from(attempt), Owner::from(probe), Owner::from(run)].map(Owner::mark);
        assert_eq!(marks, Owner::MARKS);
    }
}
