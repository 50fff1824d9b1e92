//! Stories of settings.

use mediary_events::{
    Asked as _, Concern as _, codec,
    secret::{self, Secret},
    setting::{
        Ask, Command, Rejection, Setting,
        ask::{ClearSite, SetLayout, SetLimits, SetQuota, SetSite, SetTrash},
    },
};
use mediary_schema::{
    SecretId, SettingId,
    account::Permission,
    bounded,
    layout::Layout,
    setting::{Limits, Quota, QuotaOf, TrashSettings},
    site::{RateLimit, SiteLogin, SiteProxy, SiteSettings, UseLogin, UseProxy, site_of},
};
use serde::Serialize;
use uuid::Uuid;

use super::{account, playlist};
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Told {
    /// The limits from now on, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// The quota from now on, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<(QuotaOf, Quota)>,
    /// What holds for a site from now on, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<(String, SiteSettings)>,
    /// What holds for the trash from now on, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trash: Option<TrashSettings>,
    /// How files of the library are named from now on, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        match self {
            Self::SetLimits(asked) => {
                let limits = set_limits(story, asked)?;
                Ok(Told { limits: Some(limits), ..Told::default() })
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
                Ok(Told { quota: Some((*of, *quota)), ..Told::default() })
            }
            Self::SetSite(asked) => set_site(story, &asked.site, |story, settings| {
                let SetSite { site: _, budget, cookies, proxy, login, rate_limit } = asked;
                let cookies = match cookies {
                    Some(wanted) => playlist::cookies(story, wanted, settings.cookies)?,
                    None => settings.cookies,
                };
                let proxy = match proxy {
                    Some(wanted) => by_proxy(story, *wanted)?,
                    None => settings.proxy,
                };
                let login = match login {
                    Some(wanted) => as_whom(story, *wanted, settings.login)?,
                    None => settings.login,
                };
                let rate_limit = rate_limit.or(settings.rate_limit).filter(RateLimit::limits_something);
                Ok(SiteSettings { budget: budget.or(settings.budget), cookies, proxy, login, rate_limit })
            }),
            Self::SetTrash(SetTrash { keep_days, limit }) => {
                let id = settings(story);
                let before = story.state::<Setting>(id)?.trash;
                let trash = TrashSettings {
                    keep_days: keep_days.unwrap_or(before.keep_days),
                    limit_bytes: limit.map_or(before.limit_bytes, |limit| limit.bytes),
                };
                story.execute::<Setting>(id, Command::Trash { trash })?;
                Ok(Told { trash: Some(trash), ..Told::default() })
            }
            Self::SetLayout(SetLayout { layout }) => {
                let layout = layout.read()?.unwrap_or_default();
                let id = settings(story);
                story.execute::<Setting>(id, Command::Layout { layout: layout.clone() })?;
                Ok(Told { layout: Some(layout), ..Told::default() })
            }
            Self::ClearSite(ClearSite { site }) => set_site(story, site, |story, settings| {
                // Without its proxy a site sees who asks: that is no less than choosing one.
                if settings.secrets().iter().any(Option::is_some) {
                    story.require(Permission::SECRET)?;
                }
                Ok(SiteSettings::default())
            }),
        }
    }
}

/// The proxy that is wanted. Whoever chooses where all of a site's traffic goes, its cookies with it, keeps secrets.
fn by_proxy(story: &mut Transaction<'_>, wanted: UseProxy) -> Result<Option<SiteProxy>, Refusal> {
    story.require(Permission::SECRET)?;
    let Some(secret_id) = wanted.secret_id else { return Ok(None) };
    kept(story, secret_id)?;
    Ok(Some(SiteProxy { secret_id }))
}

/// The login that is wanted, which is of the secret that it was of before if none is named.
fn as_whom(
    story: &mut Transaction<'_>,
    wanted: UseLogin,
    before: Option<SiteLogin>,
) -> Result<Option<SiteLogin>, Refusal> {
    story.require(Permission::SECRET)?;
    let Some(always) = wanted.mode.always() else { return Ok(None) };
    let known = wanted.secret_id.or_else(|| before.map(|login| login.secret_id));
    let secret_id = known.ok_or(Rejection::NoLogin)?;
    kept(story, secret_id)?;
    Ok(Some(SiteLogin { secret_id, always }))
}

fn kept(story: &mut Transaction<'_>, secret_id: SecretId) -> Result<(), Refusal> {
    match story.state::<Secret>(secret_id.uuid())?.kept {
        Some(_) => Ok(()),
        None => Err(secret::Rejection::NotFound.into()),
    }
}

/// Of a text that names no site, as much is said.
const NAMED_BYTES_MAX: usize = 100;

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

fn set_site(
    story: &mut Transaction<'_>,
    named: &str,
    change: impl FnOnce(&mut Transaction<'_>, SiteSettings) -> Result<SiteSettings, Refusal>,
) -> Result<Told, Refusal> {
    let Some(site) = site_of(named) else {
        return Err(Rejection::NoSite { site: bounded::cut(named.to_owned(), NAMED_BYTES_MAX) }.into());
    };
    let id = settings(story);
    let before = story.state::<Setting>(id)?.sites.get(&site).copied().unwrap_or_default();
    let settings = change(story, before)?;
    story.execute::<Setting>(id, Command::Site { site: site.clone(), settings })?;
    Ok(Told { site: Some((site, settings)), ..Told::default() })
}
