use mediary_schema::{
    layout::Layout,
    setting::{Limits, Quota, QuotaOf, TrashSettings},
    site::SiteSettings,
};
use serde::{Deserialize, Serialize};

/// What can have happened to the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::enum_variant_names, reason = "to change is all that happens to a setting")]
pub enum Event {
    /// From now on this much runs at once.
    #[serde(rename = "limits_changed")]
    LimitsChanged {
        /// The limits.
        limits: Limits,
    },
    /// From now on there may be so much of somebody's work; as much as there is, if the quota limits nothing.
    #[serde(rename = "quota_changed")]
    QuotaChanged {
        /// Whose.
        of: QuotaOf,
        /// How much.
        quota: Quota,
    },
    /// From now on this holds for a site; what holds for any other, if the settings set nothing.
    #[serde(rename = "site_changed")]
    SiteChanged {
        /// The name of its host, as lanes name it.
        site: String,
        /// What holds.
        settings: SiteSettings,
    },
    /// From now on what is deleted can be had back for so long, and so much of it may be there. What was deleted before stays as
    /// long as it was to stay.
    #[serde(rename = "trash_changed")]
    TrashChanged {
        /// How long, and how much.
        trash: TrashSettings,
    },
    /// From now on files of the library are named so, unless their list says otherwise.
    #[serde(rename = "layout_changed")]
    LayoutChanged {
        /// How.
        layout: Layout,
    },
}
