use mediary_events::{
    Concern as _,
    check::{Check, Event},
};
use mediary_log::Recorded;
use mediary_projections::check::{self, CheckView};
use mediary_schema::{
    CheckId,
    check::{Report, Verdict},
};

use crate::event::explain::{Explains, Finder, Found, event_of, quoted};

/// What is said of checks.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Check::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[CheckId::KIND]
    }

    fn news(&self) -> &'static [&'static str] {
        &["incident_opened", "incident_detached", "incident_closed"]
    }

    fn deed(&self, finder: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let Some(event) = event_of::<Check>(recorded) else { return Ok(None) };
        let name = called(finder, CheckId::from_uuid(recorded.envelope.stream.uuid))?;
        let said = match event {
            Event::Defined { name, definition, .. } => {
                let probe = &definition.probe;
                format!("had '{name}' checked: {} {}", probe.kind(), probe.target())
            }
            Event::Paused {} => format!("paused {name}"),
            Event::Resumed { .. } => format!("resumed {name}"),
            Event::Removed {} => format!("removed {name}"),
            Event::RunRequested { .. } => format!("wanted {name} looked at now"),
            Event::RunEnded { verdict, message, .. } => {
                format!("looked at {name} and {}: {message}", found(verdict, "it"))
            }
            Event::Turned { verdict, message, .. } => format!("{}: {message}", found(verdict, &name)),
            Event::IncidentOpened { message, behind: None, .. } => {
                format!("found that {name} is wrong: {message}")
            }
            Event::IncidentOpened { message, behind: Some(behind), .. } => {
                let cause = called(finder, behind)?;
                format!("found that {name} is wrong as a consequence of {cause}: {message}")
            }
            Event::IncidentDetached { message, .. } => {
                format!("found {name} wrong although what it depends on is well: {message}")
            }
            Event::IncidentReminded { message, .. } => format!("told again that {name} is wrong: {message}"),
            Event::IncidentClosed { message, .. } => format!("found {name} well again: {message}"),
            Event::Acknowledged { note: Some(note), .. } => format!("knows of {name}: {note}"),
            Event::Acknowledged { note: None, .. } => format!("knows of {name}"),
            Event::Snoozed { until: Some(until) } => format!("wants nobody told of {name} until {until}"),
            Event::Snoozed { until: None } => format!("wants to be told of {name} again"),
            Event::Reported { report } => {
                let Report { month, up_minutes, down_minutes, unwatched_minutes, .. } = *report;
                format!(
                    "wrote down {name} in {month}: up for {up_minutes} min, down for {down_minutes}, not watched for \
                     {unwatched_minutes}"
                )
            }
        };
        Ok(Some(said))
    }
}

/// What a check is called; one that is there no more has no name.
fn called(finder: &Finder, check_id: CheckId) -> Found<String> {
    let row = finder.row(finder.views.of::<CheckView>(), |rows| check::check(rows, check_id))?;
    Ok(quoted(row.map(|row| row.name).as_deref(), "a check that was removed"))
}

/// What was found of something, as a part of a sentence.
fn found(verdict: Verdict, of: &str) -> String {
    match verdict {
        Verdict::Ok => format!("found {of} well"),
        Verdict::Failing => format!("found {of} failing"),
        Verdict::Unknown => format!("could not say how {of} is"),
    }
}
