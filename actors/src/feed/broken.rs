//! Why a feed could not be read to its end.

use std::{fmt, io};

use mediary_schema::{FailureClass, job::Failure};

/// Where a feed breaks off, and why: the rows before it are true, but nothing may be said of what is not among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The line, from 1, in which reading ended.
    pub line: u64,
    /// Why, in plain words, without anything that the feed says.
    pub reason: String,
    class: FailureClass,
}

impl Broken {
    /// The source sent less or other than a feed.
    pub(super) fn damaged(line: u64, reason: impl Into<String>) -> Self {
        Self { line, reason: reason.into(), class: FailureClass::Damaged }
    }

    /// What was sent could not be read from the disk.
    pub(super) fn unread(line: u64, error: &io::Error) -> Self {
        let reason = format!("what was fetched can't be read: {}", error.kind());
        Self { line, reason, class: FailureClass::Storage }
    }

    /// The same as a failure of the look.
    pub fn failure(&self) -> Failure {
        Failure::new(self.class, self.to_string())
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "broken feed, line {}: {}", self.line, self.reason)
    }
}
