use mediary_events::{
    codec::events_of,
    notification::{Event, Notification},
};
use mediary_log::Recorded;
use mediary_schema::{
    PrincipalId,
    notification::{Notice, Severity},
};
use rusqlite::{Transaction, params};

use super::query::{ALL, COUNTED, Shown};
use crate::{
    counted::{Counted, Tally},
    rows::{Id, Table, Word, row},
    view::{ApplyError, Stamp},
};

row! {
    struct Known of "notification" {
        stays {
            project: Id,
            subject: String,
            topic: Option<String>,
            rule: String,
            cause: Id,
            severity: Word<Severity>,
            title: String,
            body: Option<String>,
            raised_at: i64,
            raised_position: i64,
        }
        changes { state: Word<Shown>, resolved_at: Option<i64>, changed_at: i64, }
    }
}

impl Counted for Known {
    fn count(&self, tally: &mut Tally<'_>) {
        let Word(state) = self.state;
        tally.add(self.project, COUNTED, state.name(), 1);
    }
}

/// What a batch touches of notices.
#[derive(Debug, Default)]
pub(super) struct Notices {
    rows: Table<Known>,
}

/// What somebody did.
#[derive(Debug, Clone, Copy)]
enum Mark {
    Read,
    Dismissed,
}

impl Notices {
    pub(super) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let stamp = Stamp::of(recorded);
        events_of::<Notification>(recorded)?.into_iter().try_for_each(|event| self.fold(file, stamp, event))
    }

    pub(super) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.rows.write(file)
    }

    fn fold(&mut self, file: &Transaction<'_>, stamp: Stamp, event: Event) -> Result<(), ApplyError> {
        match event {
            Event::Raised { notice } => self.raise(file, stamp, notice)?,
            Event::Resolved { .. } => {
                if let Some(row) = self.rows.change(file, stamp.id)? {
                    (row.state, row.resolved_at) = (Word(Shown::Resolved), Some(stamp.at));
                    row.changed_at = stamp.position;
                }
            }
            Event::Read { principal } => self.mark(file, stamp, stamp.id, principal, Mark::Read)?,
            Event::Dismissed { principal } => self.mark(file, stamp, stamp.id, principal, Mark::Dismissed)?,
            Event::AllRead { principal } => self.mark(file, stamp, ALL, principal, Mark::Read)?,
            Event::AllDismissed { principal } => self.mark(file, stamp, ALL, principal, Mark::Dismissed)?,
            // Rules and channels are asked of their stream.
            Event::RuleAdded { .. }
            | Event::RuleRemoved { .. }
            | Event::ChannelAdded { .. }
            | Event::RuleRestored { .. }
            | Event::ChannelRemoved { .. }
            | Event::ChannelPaused { .. }
            | Event::ChannelResumed { .. } => {}
        }
        Ok(())
    }

    /// A later word takes the place of the earlier one, and is the newest.
    fn raise(&mut self, file: &Transaction<'_>, stamp: Stamp, notice: Notice) -> Result<(), ApplyError> {
        let Stamp { id, project, position, at } = stamp;
        let Notice { subject, topic, rule, cause, severity, title, body } = notice;
        let make = |key| Known {
            key,
            id,
            project,
            subject: subject.to_string(),
            topic,
            rule,
            cause: *cause.uuid().as_bytes(),
            severity: Word(severity),
            title,
            body,
            raised_at: at,
            raised_position: position,
            state: Word(Shown::Open),
            resolved_at: None,
            changed_at: position,
        };
        Ok(self.rows.replace(file, id, make)?)
    }

    fn mark(
        &mut self,
        file: &Transaction<'_>,
        stamp: Stamp,
        notification: Id,
        principal: PrincipalId,
        mark: Mark,
    ) -> Result<(), ApplyError> {
        let (read, dismissed) = match mark {
            Mark::Read => (stamp.position, 0),
            // What is dismissed was seen.
            Mark::Dismissed => (stamp.position, stamp.position),
        };
        file.prepare_cached(
            "INSERT INTO notification_mark (project, notification, principal, read_position, dismissed_position)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (notification, principal) DO UPDATE SET
                 read_position = max(read_position, excluded.read_position),
                 dismissed_position = max(dismissed_position, excluded.dismissed_position)",
        )?
        .execute(params![stamp.project, notification, principal.uuid().as_bytes(), read, dismissed])?;
        if let Some(row) = self.rows.change(file, notification)? {
            row.changed_at = stamp.position;
        }
        Ok(())
    }
}
