//! Values of the kernel part `job`: long work of any concern.

mod work;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{AttemptId, FailureClass, bounded};

pub use work::{NoTask, ParseKindError, Work, WorkKind};

/// The answer to a name outside a closed set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not a {what}; choose one of {known}")]
pub struct UnknownName {
    what: &'static str,
    name: String,
    known: String,
}

/// Where a job is in its life (PL-20).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waiting for a free worker, or for its time.
    Queued,
    /// Promised to a worker.
    Leased,
    /// Being worked on.
    Running,
    /// Held by a person; what was done so far is kept.
    Paused,
    /// Done.
    Succeeded,
    /// Given up.
    Failed,
    /// Ended by a person.
    Cancelled,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Leased,
        Self::Running,
        Self::Paused,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The name in tables, metrics and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Leased => "leased",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether it is final: a terminal job never comes back.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// How an attempt ended that was asked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppedAttempt {
    /// The attempt.
    pub attempt_id: AttemptId,
    /// What its processes used; unknown if its worker went away.
    pub resources: Option<ResourceUse>,
    /// What went wrong, if it failed before it could stop.
    pub failure: Option<Failure>,
}

impl fmt::Display for JobState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for JobState {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|state| state.name() == name).ok_or_else(|| UnknownName {
            what: "job state",
            name: name.to_owned(),
            known: Self::ALL.map(Self::name).join(", "),
        })
    }
}

/// What is known of a failure: the class, the tool's exit and its last words (LI-10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What to do about it.
    pub class: FailureClass,
    /// One sentence for people.
    pub message: String,
    /// The exit code of the tool, if one ran to its end.
    pub exit_code: Option<i32>,
    /// The last lines of the tool's output, at most [`Failure::OUTPUT_LINES_MAX`].
    pub output: Vec<String>,
    /// How much was seen before it failed, in the work's unit: more than nothing is a partial result.
    #[serde(default)]
    pub partial: u64,
    /// How long the source asked to be left alone, in milliseconds.
    #[serde(default)]
    pub retry_after_ms: Option<u64>,
    /// How many bytes have to be free on the disk before it can go on, if that is what was missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_bytes: Option<u64>,
    /// Whether another try is known to come to the same, whatever its class says in general.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_good: bool,
}

impl Failure {
    /// The same, no longer than an event may hold it.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.message = bounded::cut(self.message, bounded::OUTPUT_LINE_BYTES_MAX);
        // The last words say most.
        let first = self.output.len().saturating_sub(Self::OUTPUT_LINES_MAX);
        let last = self.output.split_off(first).into_iter();
        self.output = last.map(|line| bounded::cut(line, bounded::OUTPUT_LINE_BYTES_MAX)).collect();
        self
    }

    /// Lines of output kept in an event; the job's output file has all of them.
    pub const OUTPUT_LINES_MAX: usize = 10;

    /// The same without what the tool said.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self { message: String::new(), output: Vec::new(), ..self.clone() }
    }

    /// A failure without a tool.
    pub fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            exit_code: None,
            output: Vec::new(),
            partial: 0,
            retry_after_ms: None,
            room_bytes: None,
            for_good: false,
        }
    }
}

/// How often and how soon failed work is tried again; frozen into the job (PL-23).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPolicy {
    /// Tries that may fail by a transient fault, the first included.
    pub tries_max: u32,
    /// The longest wait after the first failure, in milliseconds; doubled after each.
    pub wait_ms: u64,
    /// The longest wait at all, in milliseconds.
    pub wait_max_ms: u64,
}

impl Default for RetryPolicy {
    /// Three tries, 5 seconds doubled up to 10 minutes.
    fn default() -> Self {
        Self { tries_max: 3, wait_ms: 5_000, wait_max_ms: 600_000 }
    }
}

/// A piece of what the programs of an attempt wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Output {
    /// Whole lines.
    pub text: String,
    /// Bytes before them that are no longer kept.
    pub left_out: u64,
    /// Behind which place the next piece begins.
    pub next: u64,
}

/// How far a running attempt is; a signal, never stored (PL-25).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done: `refresh`, `downloading`, `verifying`.
    pub stage: String,
    /// Done so far, in `unit`.
    pub done: u64,
    /// In total, where it can be known.
    pub total: Option<u64>,
    /// `bytes` or `entries`.
    pub unit: String,
    /// Units per second.
    pub rate_per_second: Option<f64>,
    /// Seconds until the end, where it can be known.
    pub eta_seconds: Option<u64>,
}

/// What a process used (PL-33).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ResourceUse {
    /// Processor time, user and system, in milliseconds.
    pub cpu_ms: u64,
    /// Peak resident memory in bytes.
    pub memory_peak_bytes: u64,
}
