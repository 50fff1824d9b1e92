use mediary_schema::{
    CheckId, RunId,
    account::Permission,
    check::{
        AlertingRefused, Finding, MaintenanceRefused, Probe, ProbeRefused, REFERENCE_BYTES_MAX,
        ReportRefused, ThresholdRefused, is_reference,
    },
    schedule::RhythmRefused,
};

use super::{
    Command, Event, Plan, State,
    define::define,
    incident::{close, detach, open, remind},
};
use crate::{Concern, EventKind, Subjects, name::NAME_CHARS_MAX};

/// The concern `check`.
#[derive(Debug)]
pub struct Check;

/// Checks that one can't be well without.
pub(super) const DEPENDS_ON_MAX: usize = 16;
/// Tags of one check, and links of one.
pub(super) const WORDS_MAX: usize = 32;
/// The longest word that people sort checks by, note or address, in bytes.
pub(super) const WORD_BYTES_MAX: usize = 1_024;

/// Why a command on a check is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such check.
    #[error("there is no such check")]
    NotFound,
    /// The name can't be told from an id, or is none.
    #[error(
        "a check's name has 1 to {NAME_CHARS_MAX} characters, no control characters, no space at its ends, \
         and does not begin like an id"
    )]
    BadName,
    /// Something else is checked under this name.
    #[error("there is a check called {name:?}, and it is another one")]
    Exists {
        /// The name.
        name: String,
    },
    /// It is said in a file, and comes from there.
    #[error("{name:?} is said in the file {file:?}")]
    SaidInFile {
        /// The name.
        name: String,
        /// The file.
        file: String,
    },
    /// What would be looked at is none.
    #[error(transparent)]
    Probe(#[from] ProbeRefused),
    /// The moments are none.
    #[error(transparent)]
    Rhythm(#[from] RhythmRefused),
    /// What counts as wrong is no rule.
    #[error(transparent)]
    Alerting(#[from] AlertingRefused),
    /// What its numbers have to be is nothing that a number can be.
    #[error(transparent)]
    Threshold(#[from] ThresholdRefused),
    /// What would be maintenance is none.
    #[error(transparent)]
    Maintenance(#[from] MaintenanceRefused),
    /// A look takes no time, or for ever.
    #[error("a look takes from 1 s to a day")]
    Timeout,
    /// A check can't be well without itself, or without more than anybody oversees.
    #[error("a check depends on {DEPENDS_ON_MAX} others at most, and not on itself: {chain}")]
    Dependencies {
        /// By which checks it would, if it would.
        chain: String,
    },
    /// There is no check that it depends on.
    #[error("there is no check {name:?}, which it would depend on")]
    NoDependency {
        /// What was said.
        name: String,
    },
    /// There is no channel that it would be told by.
    #[error("there is no channel {name:?}, by which it would be told")]
    NoChannel {
        /// What was said.
        name: String,
    },
    /// More words than anybody reads.
    #[error("a check has {WORDS_MAX} tags and {WORDS_MAX} links at most, each of {WORD_BYTES_MAX} bytes")]
    Words,
    /// Nothing is wrong.
    #[error("nothing is wrong with it")]
    NoIncident,
    /// It reports by itself.
    #[error("it reports by itself, and can't be looked at")]
    ReportsByItself,
    /// It is not looked at.
    #[error("it is paused")]
    Paused,
    /// It is over already.
    #[error("that moment is over")]
    PastMoment,
    /// What a look is for is nothing that a program can have as a variable.
    #[error("what a look is for has 1 to {REFERENCE_BYTES_MAX} bytes and no control characters")]
    Reference,
    /// There is nothing to report of.
    #[error(transparent)]
    Report(#[from] ReportRefused),
    /// Who asks has no samples.
    #[error("a report is made of samples, which only the server has")]
    NoSamples,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "CHECK_NOT_FOUND",
            Self::BadName => "CHECK_BAD_NAME",
            Self::Exists { .. } => "CHECK_EXISTS",
            Self::SaidInFile { .. } => "CHECK_SAID_IN_FILE",
            Self::Probe(_) => "CHECK_BAD_PROBE",
            Self::Rhythm(_) => "CHECK_BAD_TIMING",
            Self::Alerting(_) => "CHECK_BAD_ALERTING",
            Self::Threshold(_) => "CHECK_BAD_THRESHOLD",
            Self::Maintenance(_) => "CHECK_BAD_MAINTENANCE",
            Self::Timeout => "CHECK_BAD_TIMEOUT",
            Self::Dependencies { .. } | Self::NoDependency { .. } => "CHECK_BAD_DEPENDENCY",
            Self::NoChannel { .. } => "CHECK_NO_CHANNEL",
            Self::Words => "CHECK_TOO_MUCH",
            Self::NoIncident => "CHECK_NO_INCIDENT",
            Self::ReportsByItself => "CHECK_REPORTS_BY_ITSELF",
            Self::Paused => "CHECK_PAUSED",
            Self::PastMoment => "CHECK_PAST_MOMENT",
            Self::Reference => "CHECK_BAD_REFERENCE",
            Self::Report(_) => "CHECK_BAD_REPORT",
            Self::NoSamples => "CHECK_NO_SAMPLES",
        }
    }

    fn advice(&self) -> Option<String> {
        let advice = match self {
            Self::NotFound | Self::NoDependency { .. } => "`mediary check list` shows those that there are",
            Self::BadName => "choose another name",
            Self::Exists { .. } => "choose another name, or say that it takes the place of that one",
            Self::SaidInFile { .. } => "change it there: the server reads the file again by itself",
            Self::Rhythm(RhythmRefused::Zone { .. }) | Self::Report(ReportRefused::Zone { .. }) => {
                "zones are called as IANA calls them: `Europe/Berlin`, `UTC`"
            }
            Self::Rhythm(RhythmRefused::Expression { .. }) => {
                "it is minute, hour, day, month, weekday: `0 3 * * *` is every night at three"
            }
            Self::Probe(ProbeRefused::Password) => "keep it as a secret, and name the secret",
            Self::Probe(_) | Self::Alerting(_) => "`mediary check add --help` has examples",
            Self::NoChannel { .. } => "`mediary notification channel list` shows those that there are",
            Self::Timeout => "say another `timeout`",
            Self::ReportsByItself => "`mediary check show NAME` says where it reports",
            Self::Paused => "`mediary check resume NAME` lets it go on",
            Self::PastMoment => "say a moment that is to come",
            Self::Report(_) => "say this month or one before it: 2026-11",
            Self::NoSamples => "ask by `checkReport` of GraphQL or `mediary check report --month 2026-11`",
            Self::NoIncident => "`mediary check list --state failing` shows what is wrong",
            Self::Rhythm(_)
            | Self::Reference
            | Self::Threshold(_)
            | Self::Maintenance(_)
            | Self::Dependencies { .. }
            | Self::Words => return None,
        };
        Some(advice.to_owned())
    }
}

impl Concern for Check {
    const NAME: &'static str = "check";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("defined", 1, 0).says("From now on it is looked at so.").about(&["check"]),
        EventKind::new("paused", 1, 0).says("It is looked at no more until it is resumed."),
        EventKind::new("resumed", 1, 0).says("It is looked at again."),
        EventKind::new("removed", 1, 0).says("It is there no more."),
        EventKind::new("run_requested", 1, 0).says("Somebody wants it looked at now."),
        EventKind::new("run_ended", 1, 0).says("The look that somebody wanted is over."),
        EventKind::new("turned", 1, 0).says("It was found to be another thing than before."),
        EventKind::new("incident_opened", 1, 0).says("Something is wrong.").about(&["check"]),
        EventKind::new("incident_detached", 1, 0)
            .says("What it was behind is well, and it is wrong all the same."),
        EventKind::new("incident_reminded", 1, 0).says("It is still wrong, and is told again."),
        EventKind::new("incident_closed", 1, 0).says("It is over."),
        EventKind::new("acknowledged", 1, 0).says("Somebody knows of it."),
        EventKind::new("snoozed", 1, 0).says("Nobody is told of it for a while."),
        EventKind::new("reported", 1, 0).says("So a month of it was, minute by minute."),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Define { .. }
            | Command::Pause
            | Command::Resume { .. }
            | Command::Remove { .. }
            | Command::RequestRun { .. }
            | Command::Acknowledge { .. }
            | Command::Snooze { .. }
            | Command::Report { .. } => Permission::CHECK,
            Command::EndRun { .. }
            | Command::Observe { .. }
            | Command::OpenIncident { .. }
            | Command::DetachIncident { .. }
            | Command::Remind { .. }
            | Command::CloseIncident { .. } => Permission::PERFORM,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        if let Command::Define { name, definition, replace, file, now } = command {
            return define(state, name, definition, replace, file, now);
        }
        let Some(plan) = &state.plan else {
            return match command {
                Command::Remove { .. } => Ok(vec![]),
                Command::Define { .. }
                | Command::Pause
                | Command::Resume { .. }
                | Command::RequestRun { .. }
                | Command::EndRun { .. }
                | Command::Observe { .. }
                | Command::OpenIncident { .. }
                | Command::DetachIncident { .. }
                | Command::Remind { .. }
                | Command::CloseIncident { .. }
                | Command::Acknowledge { .. }
                | Command::Snooze { .. }
                | Command::Report { .. } => Err(Rejection::NotFound),
            };
        };
        match command {
            Command::Pause if plan.is_paused => Ok(vec![]),
            Command::Pause => Ok(vec![Event::Paused {}]),
            Command::Resume { now } if plan.is_paused => Ok(vec![Event::Resumed { since: now }]),
            Command::Define { .. } | Command::Resume { .. } => Ok(vec![]),
            Command::Remove { now } => {
                Ok(close(state, plan, now).into_iter().chain([Event::Removed {}]).collect())
            }
            Command::RequestRun { run_id, reference } => request(state, plan, run_id, reference),
            Command::EndRun { run_id, verdict, reason, message, took_ms } => {
                // What was answered once, or was never asked for, is nobody's question.
                let is_asked = state.requested == Some(run_id);
                let ended = Event::RunEnded { run_id, verdict, reason, message, took_ms };
                Ok(if is_asked { vec![ended] } else { vec![] })
            }
            Command::Observe { verdict, reason, message, at, run_id } => {
                let is_new = state.since.is_none() || (verdict, reason) != (state.verdict, state.reason);
                Ok(if is_new { vec![Event::Turned { verdict, reason, message, at, run_id }] } else { vec![] })
            }
            Command::OpenIncident { incident_id, behind, now } => {
                Ok(open(state, plan, incident_id, behind, now))
            }
            Command::DetachIncident { now } => Ok(detach(state, plan, now)),
            Command::Remind { now } => Ok(remind(state, plan, now).into_iter().collect()),
            Command::CloseIncident { now } => Ok(close(state, plan, now).into_iter().collect()),
            Command::Acknowledge { note } => match state.incident {
                None => Err(Rejection::NoIncident),
                Some(_) if note.as_ref().is_some_and(|note| note.len() > WORD_BYTES_MAX) => {
                    Err(Rejection::Words)
                }
                Some(incident) if incident.is_acknowledged && note.is_none() => Ok(vec![]),
                Some(incident) => Ok(vec![Event::Acknowledged { incident_id: incident.id, note }]),
            },
            Command::Snooze { until: Some(until), now } if until <= now => Err(Rejection::PastMoment),
            Command::Snooze { until, .. } if until == state.snoozed_until => Ok(vec![]),
            Command::Snooze { until, .. } => Ok(vec![Event::Snoozed { until }]),
            // Of a month that is over the same stays the same.
            Command::Report { report } if state.report.as_ref() == Some(&report) => Ok(vec![]),
            Command::Report { report } => Ok(vec![Event::Reported { report }]),
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Defined { definition, .. } => {
                let named = definition.depends_on.iter().map(|check_id| (*check_id).into());
                Subjects::try_new(named).unwrap_or_else(|_| Subjects::none())
            }
            Event::IncidentOpened { behind, .. } => Subjects::of([behind.map(CheckId::into)]),
            Event::Paused {}
            | Event::Resumed { .. }
            | Event::Removed {}
            | Event::RunRequested { .. }
            | Event::RunEnded { .. }
            | Event::Turned { .. }
            | Event::IncidentDetached { .. }
            | Event::IncidentReminded { .. }
            | Event::IncidentClosed { .. }
            | Event::Acknowledged { .. }
            | Event::Snoozed { .. }
            | Event::Reported { .. } => Subjects::none(),
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }

    // What it was to look at is gone with its words: then it looks at nothing. What was seen is gone, that it turned stays.
    fn redact(event: &Event) -> Option<Event> {
        let mut event = event.clone();
        match &mut event {
            Event::Defined { .. } => return None,
            Event::RunEnded { message, .. } | Event::Turned { message, .. } => message.clear(),
            Event::IncidentOpened { message, channels, .. }
            | Event::IncidentDetached { message, channels, .. }
            | Event::IncidentReminded { message, channels, .. }
            | Event::IncidentClosed { message, channels, .. } => {
                message.clear();
                channels.clear();
            }
            Event::Acknowledged { note, .. } => *note = None,
            Event::RunRequested { reference, .. } => *reference = None,
            Event::Paused {}
            | Event::Resumed { .. }
            | Event::Removed {}
            | Event::Snoozed { .. }
            | Event::Reported { .. } => {}
        }
        Some(event)
    }

    fn state_bytes(state: &State) -> usize {
        let target = state.plan.as_ref().map_or(0, |plan| plan.definition.probe.target().len() * 2);
        size_of_val(state) + target + state.report.as_ref().map_or(0, |report| report.minutes.len())
    }
}

/// The one that is asked for already is the one that whoever asks again waits for.
fn request(
    state: &State,
    plan: &Plan,
    run_id: RunId,
    reference: Option<String>,
) -> Result<Vec<Event>, Rejection> {
    if reference.as_ref().is_some_and(|reference| !is_reference(reference)) {
        return Err(Rejection::Reference);
    }
    if matches!(plan.definition.probe, Probe::Push {}) {
        return Err(Rejection::ReportsByItself);
    }
    if plan.is_paused {
        return Err(Rejection::Paused);
    }
    Ok(if state.requested.is_some() { vec![] } else { vec![Event::RunRequested { run_id, reference }] })
}

/// The longest message of a look is short enough for every event.
const _: () = assert!(Finding::MESSAGE_BYTES_MAX <= WORD_BYTES_MAX);
