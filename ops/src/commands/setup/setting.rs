//! How much runs at once, how much of a project's work there may be, how long the trash holds what, and how files are named.

use std::collections::BTreeMap;

use mediary_schema::layout::SidecarKind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answers::setting as answers;

/// What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) limits: Option<Limits>,
    /// By the names of their projects.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) quotas: BTreeMap<String, Quota>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trash: Option<Trash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) layout: Option<Layout>,
}

/// How files of the library are named that are kept from now on: it is whole, and what is left out is as the shape has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    name: Shape,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sidecars: Option<Vec<SidecarKind>>,
}

/// A shape of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shape {
    Plain,
    Plex,
}

/// How long what was deleted can be had back, and how much of it there may be: it is whole, and without a limit it holds as much as
/// there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trash {
    keep_days: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit_bytes: Option<u64>,
}

/// How much runs at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
    /// By the names of the kinds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    kinds: BTreeMap<String, i64>,
}

/// How much of a project's work there may be: a quota is whole, and what is left out is not limited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Quota {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_once: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jobs_per_day: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes_per_day: Option<u64>,
}

impl Settings {
    pub(super) fn is_empty(&self) -> bool {
        self.row_count() == 0
    }

    pub(super) fn row_count(&self) -> usize {
        let alone = [self.limits.is_some(), self.trash.is_some(), self.layout.is_some()];
        self.quotas.len() + alone.into_iter().filter(|is_said| *is_said).count()
    }
}

impl From<answers::Limits> for Limits {
    fn from(limits: answers::Limits) -> Self {
        let answers::Limits { kinds, total } = limits;
        let kinds = kinds.into_iter().map(|of| (of.kind.to_ascii_lowercase(), of.limit));
        Self { total: Some(total), kinds: kinds.collect() }
    }
}

impl From<answers::Quota> for Quota {
    fn from(quota: answers::Quota) -> Self {
        let answers::Quota { at_once, jobs_per_day, bytes_per_day, .. } = quota;
        Self { at_once, jobs_per_day, bytes_per_day }
    }
}

impl From<answers::Trash> for Trash {
    fn from(trash: answers::Trash) -> Self {
        let answers::Trash { keep_days, limit_bytes, .. } = trash;
        Self { keep_days, limit_bytes }
    }
}

impl From<answers::Layout> for Layout {
    fn from(layout: answers::Layout) -> Self {
        let sidecars = said_sidecars(&layout);
        let name = if layout.name == "PLEX" { Shape::Plex } else { Shape::Plain };
        Self { name, template: layout.template_is_own.then_some(layout.template), sidecars }
    }
}

/// What lies beside files by a layout, if that was said.
pub(super) fn said_sidecars(layout: &answers::Layout) -> Option<Vec<SidecarKind>> {
    let is_said =
        |kind: &SidecarKind| layout.sidecars.iter().any(|said| said.eq_ignore_ascii_case(kind.name()));
    layout.sidecars_are_own.then(|| SidecarKind::ALL.into_iter().filter(is_said).collect())
}

/// Kinds of what lies beside files, as the API takes them.
pub(super) fn sidecars_input(kinds: Option<&[SidecarKind]>) -> Value {
    json!(kinds.map(|kinds| kinds.iter().map(|kind| kind.name().to_ascii_uppercase()).collect::<Vec<_>>()))
}

impl Layout {
    /// As the API takes it.
    pub(super) fn input(&self) -> Value {
        let name = match self.name {
            Shape::Plain => "PLAIN",
            Shape::Plex => "PLEX",
        };
        let sidecars = sidecars_input(self.sidecars.as_deref());
        json!({ "layout": { "name": name, "template": self.template, "sidecars": sidecars } })
    }
}

impl Trash {
    /// As the API takes it.
    pub(super) fn input(&self) -> Value {
        json!({ "keepDays": self.keep_days, "limit": { "bytes": self.limit_bytes } })
    }
}

impl Limits {
    /// Whether all that is said is so here.
    pub(super) fn is_so(&self, here: &Self) -> bool {
        let total = self.total.is_none() || self.total == here.total;
        total && self.kinds.iter().all(|(kind, limit)| here.kinds.get(kind) == Some(limit))
    }

    /// A kind that nobody here knows.
    pub(super) fn unknown<'a>(&'a self, here: &Self) -> Option<&'a str> {
        self.kinds.keys().find(|kind| !here.kinds.contains_key(*kind)).map(String::as_str)
    }

    /// The kinds that there are.
    pub(super) fn known(&self) -> String {
        self.kinds.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    /// As the API takes it.
    pub(super) fn input(&self) -> Value {
        let kinds = self.kinds.iter();
        let kinds = kinds.map(|(kind, limit)| json!({ "kind": kind.to_ascii_uppercase(), "limit": limit }));
        json!({ "total": self.total, "kinds": kinds.collect::<Vec<_>>() })
    }
}

impl Quota {
    /// As the API takes it.
    pub(super) fn input(&self, of: &str) -> Value {
        let Self { at_once, jobs_per_day, bytes_per_day } = self;
        json!({ "of": of, "atOnce": at_once, "jobsPerDay": jobs_per_day, "bytesPerDay": bytes_per_day })
    }
}
