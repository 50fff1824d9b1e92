use mediary_schema::{
    CheckId, IncidentId, RunId, Timestamp,
    check::{Definition, Reason, Report, Verdict},
    notification::Severity,
};
use serde::{Deserialize, Serialize};

/// What can have happened to a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// From now on it is looked at so.
    #[serde(rename = "defined")]
    Defined {
        /// What people call it.
        name: String,
        /// What is looked at, how and when.
        definition: Box<Definition>,
        /// Moments count that come after this one.
        since: Timestamp,
        /// The file of the server's folder of checks that it is said in; none if it is said by command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// It is looked at no more until it is resumed.
    #[serde(rename = "paused")]
    Paused {},
    /// It is looked at again.
    #[serde(rename = "resumed")]
    Resumed {
        /// Moments count that come after this one.
        since: Timestamp,
    },
    /// It is there no more.
    #[serde(rename = "removed")]
    Removed {},
    /// Somebody wants it looked at now.
    #[serde(rename = "run_requested")]
    RunRequested {
        /// The look.
        run_id: RunId,
        /// What it is looked at for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// The look that somebody wanted is over.
    #[serde(rename = "run_ended")]
    RunEnded {
        /// The look.
        run_id: RunId,
        /// What it found.
        verdict: Verdict,
        /// Why nobody can say, if so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// What was seen, in one line.
        message: String,
        /// How long it took, in milliseconds.
        took_ms: u64,
    },
    /// It was found to be another thing than before.
    #[serde(rename = "turned")]
    Turned {
        /// What it says now.
        verdict: Verdict,
        /// Why nobody can say, if so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// What was seen, in one line.
        message: String,
        /// When it was seen, by the clock of whoever saw it.
        at: Timestamp,
        /// By which look; none if it was none, such as a moment that went by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run_id: Option<RunId>,
    },
    /// Something is wrong.
    #[serde(rename = "incident_opened")]
    IncidentOpened {
        /// What is wrong, until it is over.
        incident_id: IncidentId,
        /// How much that matters.
        severity: Severity,
        /// What was seen, in one line.
        message: String,
        /// The check that this one can't be well without, and that is not well: this is a consequence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        behind: Option<CheckId>,
        /// Until when nobody is told, if somebody wanted that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        snoozed_until: Option<Timestamp>,
        /// Channels that it is sent to, however little it matters.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        channels: Vec<String>,
    },
    /// What it was behind is well, and it is wrong all the same.
    #[serde(rename = "incident_detached")]
    IncidentDetached {
        /// What is wrong.
        incident_id: IncidentId,
        /// How much that matters.
        severity: Severity,
        /// What was seen, in one line.
        message: String,
        /// Until when nobody is told, if somebody wanted that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        snoozed_until: Option<Timestamp>,
        /// Channels that it is sent to, however little it matters.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        channels: Vec<String>,
    },
    /// It is still so: it is told again, or for the first time to whom it was not told.
    #[serde(rename = "incident_reminded")]
    IncidentReminded {
        /// What is wrong.
        incident_id: IncidentId,
        /// How much that matters.
        severity: Severity,
        /// What was seen when it turned last, in one line.
        message: String,
        /// Channels that it is sent to, however little it matters.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        channels: Vec<String>,
    },
    /// It is over.
    #[serde(rename = "incident_closed")]
    IncidentClosed {
        /// What was wrong.
        incident_id: IncidentId,
        /// What was seen then, in one line.
        message: String,
        /// The check that it was a consequence of, if it was one to its end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        behind: Option<CheckId>,
        /// Until when nobody is told, if somebody wanted that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        snoozed_until: Option<Timestamp>,
        /// Channels that it is sent to, however little it matters.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        channels: Vec<String>,
    },
    /// Somebody knows of it.
    #[serde(rename = "acknowledged")]
    Acknowledged {
        /// What is wrong.
        incident_id: IncidentId,
        /// What he had to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Nobody is told of it for a while.
    #[serde(rename = "snoozed")]
    Snoozed {
        /// Until when; none if that ended it.
        until: Option<Timestamp>,
    },
    /// So a month of it was, as far as it was known.
    #[serde(rename = "reported")]
    Reported {
        /// Minute by minute.
        report: Box<Report>,
    },
}
