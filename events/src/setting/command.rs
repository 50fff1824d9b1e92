use mediary_schema::{
    layout::Layout,
    setting::{Limits, Quota, QuotaOf, TrashSettings},
    site::SiteSettings,
};

/// What may be asked of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Let this much run at once from now on.
    Limit {
        /// The limits.
        limits: Limits,
    },
    /// Let there be so much of somebody's work from now on.
    Quota {
        /// Whose.
        of: QuotaOf,
        /// How much.
        quota: Quota,
    },
    /// Let this hold for a site from now on.
    Site {
        /// The name of its host, as lanes name it.
        site: String,
        /// What holds.
        settings: SiteSettings,
    },
    /// Let what is deleted be had back for so long from now on, and so much of it be there.
    Trash {
        /// How long, and how much.
        trash: TrashSettings,
    },
    /// Name files so that are kept from now on.
    Layout {
        /// How.
        layout: Layout,
    },
}
