use mediary_events::{
    check::{Check, Event},
    codec::events_of,
};
use mediary_log::Recorded;
use mediary_schema::{
    Timestamp,
    check::{Definition, Reason, Verdict},
    notification::Severity,
};
use rusqlite::Transaction;

use super::query::{COUNTED, COUNTED_INCIDENTS, COUNTED_TURNS};
use crate::{
    counted::{Counted, Tally},
    rows::{Id, Table, Word, row},
    sql::to_json,
    view::{ApplyError, Stamp},
};

row! {
    struct Checked of "checked" {
        stays { project: Id, name: String, }
        changes {
            is_removed: bool,
            is_paused: bool,
            is_public: bool,
            kind: String,
            target: String,
            tags: String,
            definition: String,
            file: Option<String>,
            state: Word<Verdict>,
            reason: Option<Word<Reason>>,
            message: Option<String>,
            since: Option<i64>,
            requested: Option<Id>,
            incident: Option<Id>,
            behind: Option<Id>,
            is_acknowledged: bool,
            snoozed_until: Option<i64>,
            changed_at: i64,
        }
    }
}

row! {
    struct Turn of "check_turn" {
        stays {
            project: Id,
            check_id: Id,
            state: Word<Verdict>,
            reason: Option<Word<Reason>>,
            message: String,
            seen_at: i64,
            run_id: Option<Id>,
        }
        changes { changed_at: i64, }
    }
}

row! {
    struct Incident of "check_incident" {
        stays { project: Id, check_id: Id, severity: Word<Severity>, opened_at: i64, message: String, }
        changes {
            behind: Option<Id>,
            is_acknowledged: bool,
            note: Option<String>,
            closed_at: Option<i64>,
            changed_at: i64,
        }
    }
}

impl Counted for Checked {
    fn count(&self, tally: &mut Tally<'_>) {
        if !self.is_removed {
            let Word(state) = self.state;
            tally.add(self.project, COUNTED, state.name(), 1);
        }
    }
}

impl Counted for Turn {
    fn count(&self, tally: &mut Tally<'_>) {
        tally.add(self.project, COUNTED_TURNS, "", 1);
    }
}

impl Counted for Incident {
    fn count(&self, tally: &mut Tally<'_>) {
        tally.add(self.project, COUNTED_INCIDENTS, "", 1);
    }
}

/// What a batch touches of checks.
#[derive(Debug, Default)]
#[expect(clippy::struct_field_names, reason = "checks are what everybody calls them")]
pub(super) struct Checks {
    checks: Table<Checked>,
    turns: Table<Turn>,
    incidents: Table<Incident>,
}

impl Checks {
    pub(super) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let (stamp, event_id) = (Stamp::of(recorded), *recorded.envelope.id.uuid().as_bytes());
        let mut events = events_of::<Check>(recorded)?.into_iter();
        events.try_for_each(|event| self.fold(file, stamp, event_id, event))
    }

    pub(super) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.checks.write(file)?;
        self.turns.write(file)?;
        self.incidents.write(file)
    }

    fn fold(
        &mut self,
        file: &Transaction<'_>,
        stamp: Stamp,
        event_id: Id,
        event: Event,
    ) -> Result<(), ApplyError> {
        let Stamp { id, position, .. } = stamp;
        if let Event::Defined { name, definition, file: of, .. } = event {
            return self.define(file, stamp, name, &definition, of);
        }
        self.history(file, stamp, event_id, &event)?;
        let Some(row) = self.checks.change(file, id)? else { return Ok(()) };
        match event {
            Event::Defined { .. } | Event::IncidentDetached { .. } => row.behind = None,
            Event::IncidentReminded { .. } | Event::Reported { .. } => {}
            Event::Paused {} => row.is_paused = true,
            Event::Resumed { .. } => row.is_paused = false,
            Event::Removed {} => row.is_removed = true,
            Event::RunRequested { run_id, .. } => row.requested = Some(*run_id.uuid().as_bytes()),
            Event::RunEnded { .. } => row.requested = None,
            Event::Turned { verdict, reason, message, at, run_id: _ } => {
                if row.since.is_none() || row.state != Word(verdict) {
                    row.since = Some(at.as_micros());
                }
                (row.state, row.reason, row.message) = (Word(verdict), reason.map(Word), Some(message));
            }
            Event::IncidentOpened { incident_id, behind, .. } => {
                row.incident = Some(*incident_id.uuid().as_bytes());
                row.behind = behind.map(|behind| *behind.uuid().as_bytes());
                row.is_acknowledged = false;
            }
            Event::IncidentClosed { .. } => {
                (row.incident, row.behind, row.is_acknowledged) = (None, None, false);
            }
            Event::Acknowledged { .. } => row.is_acknowledged = true,
            Event::Snoozed { until } => row.snoozed_until = until.map(Timestamp::as_micros),
        }
        row.changed_at = position;
        Ok(())
    }

    fn define(
        &mut self,
        file: &Transaction<'_>,
        stamp: Stamp,
        name: String,
        definition: &Definition,
        of: Option<String>,
    ) -> Result<(), ApplyError> {
        let Stamp { id, project, position, .. } = stamp;
        let json = to_json(definition)?;
        let (kind, target) = (definition.probe.kind().to_owned(), definition.probe.target());
        let words = definition.group.iter().chain(&definition.tags).map(String::as_str);
        let tags = words.collect::<Vec<_>>().join(" ");
        match self.checks.change(file, id)? {
            Some(row) if !row.is_removed => {
                (row.kind, row.target, row.tags, row.definition) = (kind, target, tags, json);
                (row.file, row.is_public, row.changed_at) = (of, definition.is_public, position);
            }
            // One that was removed is there anew, and the newest.
            _ => self.checks.replace(file, id, |key| Checked {
                key,
                id,
                project,
                name,
                is_removed: false,
                is_paused: false,
                is_public: definition.is_public,
                kind,
                target,
                tags,
                definition: json,
                file: of,
                state: Word(Verdict::Unknown),
                reason: Some(Word(Reason::NeverRan)),
                message: None,
                since: None,
                requested: None,
                incident: None,
                behind: None,
                is_acknowledged: false,
                snoozed_until: None,
                changed_at: position,
            })?,
        }
        Ok(())
    }

    /// What turned, and what was wrong, are rows of their own.
    fn history(
        &mut self,
        file: &Transaction<'_>,
        stamp: Stamp,
        event_id: Id,
        event: &Event,
    ) -> Result<(), ApplyError> {
        let Stamp { id: check_id, project, position, at } = stamp;
        match event {
            Event::Turned { verdict, reason, message, at, run_id } => {
                let (state, reason) = (Word(*verdict), reason.map(Word));
                let run_id = run_id.map(|run_id| *run_id.uuid().as_bytes());
                let (message, seen_at, changed_at) = (message.clone(), at.as_micros(), position);
                self.turns.insert(file, |key| Turn {
                    key,
                    id: event_id,
                    project,
                    check_id,
                    state,
                    reason,
                    message,
                    seen_at,
                    run_id,
                    changed_at,
                })?;
            }
            Event::IncidentOpened { incident_id, severity, message, behind, .. } => {
                let behind = behind.map(|behind| *behind.uuid().as_bytes());
                let (id, severity, message) =
                    (*incident_id.uuid().as_bytes(), Word(*severity), message.clone());
                self.incidents.insert(file, |key| Incident {
                    key,
                    id,
                    project,
                    check_id,
                    severity,
                    opened_at: at,
                    message,
                    behind,
                    is_acknowledged: false,
                    note: None,
                    closed_at: None,
                    changed_at: position,
                })?;
            }
            Event::IncidentDetached { incident_id, .. }
            | Event::IncidentClosed { incident_id, .. }
            | Event::Acknowledged { incident_id, .. } => {
                let Some(row) = self.incidents.change(file, *incident_id.uuid().as_bytes())? else {
                    return Ok(());
                };
                match event {
                    Event::IncidentDetached { .. } => row.behind = None,
                    Event::IncidentClosed { .. } => row.closed_at = Some(at),
                    Event::Acknowledged { note, .. } => {
                        (row.is_acknowledged, row.note) = (true, note.clone());
                    }
                    _ => {}
                }
                row.changed_at = position;
            }
            _ => {}
        }
        Ok(())
    }
}
