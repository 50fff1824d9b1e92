//! Stories of settings.

use mediary_events::{
    Asked as _, Concern as _, codec,
    setting::{Ask, Command, Rejection, Setting},
};
use mediary_schema::{SettingId, account::Permission, setting::Limits};
use serde::Serialize;

use crate::gate::{Entry, Fanout, Refusal, Story, Transaction, decode};

/// Settings, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Setting::NAME,
    events: Setting::EVENTS,
    retired: Setting::RETIRED,
    redact: codec::redacted::<Setting>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[],
};

/// What a command on settings answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The limits from now on.
    pub limits: Limits,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        let Self::SetLimits(asked) = self;
        let unknown = asked.per_kind.keys().find(|kind| story.registry().work(**kind).is_none());
        if let Some(kind) = unknown {
            let known = story.registry().kinds().map(|known| known.kind.to_string()).collect();
            return Err(Rejection::UnknownKind { kind: *kind, known }.into());
        }
        let id = SettingId::from_project(story.caller().project).uuid();
        let mut limits = story.state::<Setting>(id)?.limits.clone();
        limits.per_kind.extend(asked.per_kind.iter().map(|(kind, limit)| (*kind, *limit)));
        limits.total = asked.total.unwrap_or(limits.total);
        story.execute::<Setting>(id, Command::Limit { limits: limits.clone() })?;
        Ok(Told { limits })
    }
}
