//! Stories of settings.

use mediary_events::{
    Asked as _, Concern as _, codec,
    setting::{
        Ask, Command, Rejection, Setting,
        ask::{SetLimits, SetQuota},
    },
};
use mediary_schema::{
    SettingId,
    account::Permission,
    setting::{Limits, Quota, QuotaOf},
};
use serde::Serialize;
use uuid::Uuid;

use super::account;
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
    /// The limits from now on, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// The quota from now on, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<(QuotaOf, Quota)>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        match self {
            Self::SetLimits(asked) => {
                let limits = set_limits(story, asked)?;
                Ok(Told { limits: Some(limits), quota: None })
            }
            Self::SetQuota(SetQuota { of, quota }) => {
                match of {
                    QuotaOf::Project(project_id) => super::project::require(story, *project_id)?,
                    // One that there was may be taken away, whoever it was of.
                    QuotaOf::Principal(_) if !quota.limits_something() => {}
                    QuotaOf::Principal(principal_id) if account::starts_work(story, *principal_id)? => {}
                    QuotaOf::Principal(principal_id) => {
                        return Err(Rejection::UnknownPrincipal { principal_id: *principal_id }.into());
                    }
                }
                let id = settings(story);
                story.execute::<Setting>(id, Command::Quota { of: *of, quota: *quota })?;
                Ok(Told { limits: None, quota: Some((*of, *quota)) })
            }
        }
    }
}

/// The stream of the settings.
fn settings(story: &Transaction<'_>) -> Uuid {
    SettingId::from_project(story.caller().project).uuid()
}

fn set_limits(story: &mut Transaction<'_>, asked: &SetLimits) -> Result<Limits, Refusal> {
    let unknown = asked.per_kind.keys().find(|kind| story.registry().work(**kind).is_none());
    if let Some(kind) = unknown {
        let known = story.registry().kinds().map(|known| known.kind.to_string()).collect();
        return Err(Rejection::UnknownKind { kind: *kind, known }.into());
    }
    let id = settings(story);
    let mut limits = story.state::<Setting>(id)?.limits.clone();
    limits.per_kind.extend(asked.per_kind.iter().map(|(kind, limit)| (*kind, *limit)));
    limits.total = asked.total.unwrap_or(limits.total);
    story.execute::<Setting>(id, Command::Limit { limits: limits.clone() })?;
    Ok(limits)
}
