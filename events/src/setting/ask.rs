//! What may be asked about settings: a form for each command.

use std::collections::BTreeMap;

use mediary_schema::{
    account::Permission,
    cookies::UseCookies,
    job::WorkKind,
    layout::{TemplateRefused, WantedLayout},
    setting::{Quota, QuotaOf, TrashLimit},
    site::{RateLimit, RequestBudget, UseLogin, UseProxy},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, is_default, schema_of};

/// What may be asked about settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Change how much runs at once.
    #[serde(rename = "limit.set")]
    SetLimits(SetLimits),
    /// Change how much of somebody's work there may be.
    #[serde(rename = "quota.set")]
    SetQuota(SetQuota),
    /// Change what holds for a site.
    #[serde(rename = "site.set")]
    SetSite(SetSite),
    /// Let what holds for any other site hold for this one.
    #[serde(rename = "site.clear")]
    ClearSite(ClearSite),
    /// Change how long what was deleted can be had back, and how much of it there may be.
    #[serde(rename = "trash.set")]
    SetTrash(SetTrash),
    /// Change how kept files are named, and what lies beside them.
    #[serde(rename = "layout.set")]
    SetLayout(SetLayout),
}

/// Changes how long what is deleted from now on can be had back, and how much may be in the trash; what is left out stays as it is.
/// What is in the trash stays there as long as it was to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTrash {
    /// For how many days a file stays in the trash at least.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 1, max = 3_650))]
    pub keep_days: Option<u32>,
    /// How much the trash of all roots may hold together; as much as there is if this has no bytes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub limit: Option<TrashLimit>,
}

/// Changes how files of the library are named that are kept from now on, and what lies beside them. Those that are there stay where
/// they are: a plan renames them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetLayout {
    /// How; as at first if nothing is said.
    #[serde(default, skip_serializing_if = "is_default")]
    pub layout: WantedLayout,
}

impl crate::Rejection for TemplateRefused {
    fn code(&self) -> &'static str {
        "LAYOUT_BAD_TEMPLATE"
    }

    fn advice(&self) -> Option<String> {
        Some(Self::ADVICE.to_owned())
    }
}

/// Changes what holds for a site, from now on; what is left out stays as it is. What runs goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSite {
    /// The name of its host, as addresses have it: `www.example.org`.
    pub site: String,
    /// How often it is asked; without any limit if the budget has none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub budget: Option<RequestBudget>,
    /// With which cookies it is asked: for lists of it of which nobody said otherwise, and for single items.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cookies: Option<UseCookies>,
    /// By which proxy it is reached, with all the hosts that it leads to; by none if the proxy has no secret.
    #[serde(default, skip_serializing_if = "is_default")]
    pub proxy: Option<UseProxy>,
    /// As whom it is asked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub login: Option<UseLogin>,
    /// How much it may send; as much as it likes if this limits nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rate_limit: Option<RateLimit>,
}

/// Lets what holds for any other site hold for this one, from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearSite {
    /// The name of its host, as addresses have it: `www.example.org`.
    pub site: String,
}

/// Changes how much of the work of a project, or of what somebody started, there may be, from now on. What runs goes on;
/// a job that is over it waits. What the quota leaves out is not limited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetQuota {
    /// Whose work.
    pub of: QuotaOf,
    /// How much of it there may be; nothing is limited if this is left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub quota: Quota,
}

/// Changes how much runs at once, from now on. What runs goes on; what is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetLimits {
    /// Attempts of one kind of work at once.
    #[serde(default, skip_serializing_if = "is_default")]
    pub per_kind: BTreeMap<WorkKind, u32>,
    /// Attempts in total at once.
    #[serde(default, skip_serializing_if = "is_default")]
    pub total: Option<u32>,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("limit.set", Permission::CONFIGURE, schema_of::<SetLimits>),
        CommandKind::new("quota.set", Permission::CONFIGURE, schema_of::<SetQuota>),
        CommandKind::new("site.set", Permission::CONFIGURE, schema_of::<SetSite>),
        CommandKind::new("site.clear", Permission::CONFIGURE, schema_of::<ClearSite>),
        CommandKind::new("trash.set", Permission::CONFIGURE, schema_of::<SetTrash>),
        CommandKind::new("layout.set", Permission::CONFIGURE, schema_of::<SetLayout>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::SetLimits(_) => "limit.set",
            Self::SetQuota(_) => "quota.set",
            Self::SetSite(_) => "site.set",
            Self::ClearSite(_) => "site.clear",
            Self::SetTrash(_) => "trash.set",
            Self::SetLayout(_) => "layout.set",
        }
    }
}
