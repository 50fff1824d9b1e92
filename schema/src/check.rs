//! Values of the concern `check`: what is looked at again and again, and what is found (CH-01 to CH-17).

mod alerting;
mod backtest;
mod maintenance;
mod printed;
mod probe;
mod report;
mod threshold;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    alerting::{Alerting, AlertingRefused},
    backtest::Alert,
    maintenance::{Maintenance, MaintenanceRefused},
    printed::Printed,
    probe::{HttpExpectation, JsonExpectation, Probe, ProbeRefused, RecordType},
    report::{Month, Report, ReportRefused},
    threshold::{Bound, NotFinite, Threshold, ThresholdRefused},
};
use crate::{
    Identities, ProjectId, Timestamp,
    account::{Permission, Role},
    id::ids,
    schedule::Rhythm,
};

ids! {
    /// A check: derived from the project and the name.
    CheckId = "check";
    /// One look of a check.
    RunId = "run";
    /// What is wrong from the first failure that counts until it is over.
    IncidentId = "incident";
}

/// The longest word for what a look is made for, in bytes.
pub const REFERENCE_BYTES_MAX: usize = 256;

/// Whether it can say what a look is made for: as a variable of a program, and as a word of a log.
pub fn is_reference(text: &str) -> bool {
    (1..=REFERENCE_BYTES_MAX).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// A look whose program's words are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptLog {
    /// The look.
    pub run_id: RunId,
    /// When its program wrote last.
    pub written_at: Timestamp,
}

impl Permission {
    /// Say what is checked, and have it checked.
    pub const CHECK: Self = Self::within_project("check", Role::Editor, "to have things checked");
    /// Have programs of the server's machine run as checks: whoever may that may do there what the server may.
    pub const CHECK_BY_COMMAND: Self =
        Self::of_installation("check_by_command", Role::Owner, "to have programs run as checks");
}

impl Identities {
    /// A check: one per project and name.
    pub fn check(&self, project: ProjectId, name: &str) -> CheckId {
        let parts = [project.uuid().as_bytes().as_slice(), name.as_bytes()].map(<[u8]>::to_vec);
        CheckId::from_uuid(self.derive("mediary 2 check", &[&parts[0], &parts[1]]))
    }
}

/// What is checked, how and when, and what follows from it: all that somebody says of a check but its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What is looked at.
    pub probe: Probe,
    /// When it is looked at; of what reports by itself, when it is expected to.
    pub rhythm: Rhythm,
    /// How long a look may take, in seconds; of what reports by itself, how late it may be.
    pub timeout_seconds: u32,
    /// Whether it is well as long as the look fails.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub is_inverted: bool,
    /// What the numbers of a look have to be: it fails if one is not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<Threshold>,
    /// What counts as wrong, and who is told.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub alerting: Alerting,
    /// When it may fail without anybody being told: whoever works on it knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub maintenance: Vec<Maintenance>,
    /// Checks that this one can't be well without: while one of them is wrong, this one is a consequence.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<CheckId>,
    /// What people sort it under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Words that people find it by.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// Where people go on from it, by what the place is called: a runbook, a dashboard.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
    /// Whether everybody may see its name and how it is, without a token: on the public page of the server and as a badge.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub is_public: bool,
}

impl Definition {
    /// The shortest and the longest that a look may take, in seconds: a day is longer than anybody waits for an answer.
    pub const TIMEOUT_SECONDS: std::ops::RangeInclusive<u32> = 1..=86_400;
    /// How long a look may take unless said otherwise, in seconds.
    pub const TIMEOUT_SECONDS_USUAL: u32 = 30;
    /// From one look to the next unless said otherwise, in seconds.
    pub const EVERY_SECONDS_USUAL: u32 = 60;
}

/// What a look says: never better than what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is as it should be.
    Ok,
    /// It is not.
    Failing,
    /// Nobody can say: it could not be looked at, or nobody did.
    #[default]
    Unknown,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ok, Self::Failing, Self::Unknown];

    /// Its stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failing => "failing",
            Self::Unknown => "unknown",
        }
    }

    /// The one of a stored name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// Why nobody can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nobody has looked yet.
    NeverRan,
    /// The look could not be made: its program is not there, its address is not allowed.
    CouldNotRun,
    /// The look did not end in time.
    TimedOut,
    /// The moment of a look came and went without one.
    Late,
    /// The server was not there when it would have been looked at, or would have reported.
    NotListening,
    /// The look itself says that it can't tell.
    SaidSo,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::NeverRan, Self::CouldNotRun, Self::TimedOut, Self::Late, Self::NotListening, Self::SaidSo];

    /// Its stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NeverRan => "never_ran",
            Self::CouldNotRun => "could_not_run",
            Self::TimedOut => "timed_out",
            Self::Late => "late",
            Self::NotListening => "not_listening",
            Self::SaidSo => "said_so",
        }
    }

    /// The one of a stored name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// What a look found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What it says.
    pub verdict: Verdict,
    /// Why nobody can say, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What was seen, in one line: for people, with nothing secret.
    pub message: String,
    /// Numbers that it found, by their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

impl Finding {
    /// The longest message, in bytes.
    pub const MESSAGE_BYTES_MAX: usize = 512;
    /// Values of one look.
    pub const VALUES_MAX: usize = 32;

    /// It is as it should be.
    pub fn ok(message: impl Into<String>) -> Self {
        Self::new(Verdict::Ok, None, &message.into())
    }

    /// It is not as it should be.
    pub fn failing(message: impl Into<String>) -> Self {
        Self::new(Verdict::Failing, None, &message.into())
    }

    /// Nobody can say.
    pub fn unknown(reason: Reason, message: impl Into<String>) -> Self {
        Self::new(Verdict::Unknown, Some(reason), &message.into())
    }

    fn new(verdict: Verdict, reason: Option<Reason>, message: &str) -> Self {
        Self { verdict, reason, message: one_line(message), values: Vec::new() }
    }

    /// With these numbers, of which those beyond the most are left out.
    #[must_use]
    pub fn with(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        self.values.extend(values);
        self.values.truncate(Self::VALUES_MAX);
        self
    }

    /// The same of a check that is well as long as its look fails; what nobody can say stays so.
    #[must_use]
    pub fn inverted(self) -> Self {
        let verdict = match self.verdict {
            Verdict::Ok => Verdict::Failing,
            Verdict::Failing => Verdict::Ok,
            Verdict::Unknown => Verdict::Unknown,
        };
        Self { verdict, ..self }
    }
}

/// A number that a look found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the value of a value is what everybody calls it")]
pub struct Value {
    /// What it is called.
    pub name: String,
    /// The number.
    pub value: f64,
    /// In what, in UCUM: `s`, `By`, `%`; nothing if it counts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
}

impl Value {
    /// A number of a name and a unit.
    pub fn new(name: impl Into<String>, value: f64, unit: impl Into<String>) -> Self {
        Self { name: name.into(), value, unit: unit.into() }
    }
}

/// How it stands with a check beside what is recorded: kept in memory by whoever runs it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Standing {
    /// The look that is made now, or was made last.
    pub run_id: Option<RunId>,
    /// When it was looked at last.
    pub last_run_at: Option<Timestamp>,
    /// What that found.
    pub last: Option<Finding>,
    /// How long that took, in milliseconds.
    pub last_took_ms: Option<u64>,
    /// When it is looked at next.
    pub next_run_at: Option<Timestamp>,
    /// Whether it is looked at now.
    pub is_running: bool,
}

impl Standing {
    /// Whether a look is due, or a report, that did not come in time.
    pub fn is_late(&self, definition: &Definition, now: Timestamp) -> bool {
        let last_moment = |next: Timestamp| next.after(definition.timeout());
        !self.is_running && self.next_run_at.is_some_and(|next| last_moment(next) < now)
    }
}

/// A file of the server's folder of checks, as it was read last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOfChecks {
    /// What it is called in the folder.
    pub name: String,
    /// How many checks of it are looked at as it says.
    pub checks: usize,
    /// What is wrong with it, with the line or the check; nothing if all of it is understood.
    pub errors: Vec<String>,
    /// When it was read.
    pub read_at: Timestamp,
}

/// A report.
#[derive(Debug, Clone, PartialEq)]
pub struct Beat {
    /// Of which check.
    pub check_id: CheckId,
    /// What it says.
    pub kind: BeatKind,
    /// What came with it.
    pub printed: Printed,
    /// When it came in.
    pub at: Timestamp,
}

/// What a report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeatKind {
    /// It is done, and well.
    Success,
    /// It has begun.
    Start,
    /// It is done, and not well.
    Fail,
    /// It ended with this code: 0 is well.
    Exit(u8),
    /// It has something to say, and that is all.
    Log,
}

/// The first line that says something, not too long, without what would move a terminal's cursor.
pub fn one_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let mut shown: String = line.chars().filter(|letter| !letter.is_control()).collect();
    if shown.len() > Finding::MESSAGE_BYTES_MAX {
        let end =
            (0..=Finding::MESSAGE_BYTES_MAX - '…'.len_utf8()).rev().find(|at| shown.is_char_boundary(*at));
        shown.truncate(end.unwrap_or_default());
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_and_reasons_are_found_by_their_names() {
        assert!(Verdict::ALL.into_iter().all(|verdict| Verdict::of_name(verdict.name()) == Some(verdict)));
        assert!(Reason::ALL.into_iter().all(|reason| Reason::of_name(reason.name()) == Some(reason)));
    }

    #[test]
    fn what_is_inverted_stays_unknown() {
        assert_eq!(Finding::ok("up").inverted().verdict, Verdict::Failing);
        assert_eq!(Finding::failing("down").inverted().verdict, Verdict::Ok);
        assert_eq!(Finding::unknown(Reason::TimedOut, "late").inverted().verdict, Verdict::Unknown);
    }

    #[test]
    fn a_message_is_one_line_of_a_length() {
        assert_eq!(Finding::ok("\n  first \u{7}line\nsecond").message, "first line");
        let long = Finding::ok("ü".repeat(1_000)).message;
        assert!(long.len() <= Finding::MESSAGE_BYTES_MAX && long.ends_with('…'), "{}", long.len());
    }

    #[test]
    fn numbers_beyond_the_most_are_left_out() {
        let many = (0..99).map(|number| Value::new(format!("v{number}"), 0.0, ""));
        assert_eq!(Finding::ok("").with(many).values.len(), Finding::VALUES_MAX);
    }
}
