use mediary_events::{
    Concern as _,
    check::{Check, Event},
};
use mediary_log::Recorded;
use mediary_projections::check::{self, CheckView};
use mediary_schema::{CheckId, check::Verdict};

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
        let said = match event {
            Event::Defined { name, definition, .. } => {
                let probe = &definition.probe;
                format!("had '{name}' checked: {} {}", probe.kind(), probe.target())
            }
            Event::Paused {} => "paused the check".to_owned(),
            Event::Resumed { .. } => "resumed the check".to_owned(),
            Event::Removed {} => "removed the check".to_owned(),
            Event::RunRequested { .. } => "wanted the check to look now".to_owned(),
            Event::RunEnded { verdict, message, .. } => {
                format!("looked, and found {}: {message}", found(verdict))
            }
            Event::Turned { verdict, message, .. } => format!("found {}: {message}", found(verdict)),
            Event::IncidentOpened { message, behind: None, .. } => {
                format!("found something wrong: {message}")
            }
            Event::IncidentOpened { message, behind: Some(behind), .. } => {
                format!("found something wrong as a consequence of {}: {message}", called(finder, behind)?)
            }
            Event::IncidentDetached { message, .. } => {
                format!("found it wrong although what it depends on is well: {message}")
            }
            Event::IncidentReminded { message, .. } => format!("told again that it is wrong: {message}"),
            Event::IncidentClosed { message, .. } => format!("found that it is over: {message}"),
            Event::Acknowledged { note: Some(note), .. } => format!("knows of it: {note}"),
            Event::Acknowledged { note: None, .. } => "knows of it".to_owned(),
            Event::Snoozed { until: Some(until) } => format!("wants nobody told until {until}"),
            Event::Snoozed { until: None } => "wants to be told again".to_owned(),
        };
        Ok(Some(said))
    }
}

/// What a check is called; one that is there no more has no name.
fn called(finder: &Finder, check_id: CheckId) -> Found<String> {
    let row = finder.row(finder.views.of::<CheckView>(), |rows| check::check(rows, check_id))?;
    Ok(quoted(row.map(|row| row.name).as_deref(), "a check that was removed"))
}

/// What was found, as a word in a sentence.
const fn found(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "it well",
        Verdict::Failing => "it failing",
        Verdict::Unknown => "that nobody can say",
    }
}
