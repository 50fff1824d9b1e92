use mediary_schema::playlist::RefreshCounts;
use serde::{Deserialize, Serialize};

use crate::{
    commands::{
        download::Download,
        job::{FailureDetail, Job},
    },
    output::{Table, clean, duration, fields, moment, optional, plural, word},
};

/// A remote list that is followed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Playlist {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) title: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) extractor: Option<String>,
    pub(crate) followed: bool,
    pub(crate) followed_at: String,
    pub(crate) refreshed_at: Option<String>,
    pub(crate) refresh_outcome: Option<String>,
    pub(crate) refresh_job_id: Option<String>,
    pub(crate) refresh_counts: Option<Counts>,
    pub(crate) refresh_failure: Option<FailureDetail>,
    pub(crate) refresh_unreadable: u32,
    pub(crate) refresh_unreadable_rows: Vec<Unreadable>,
    pub(crate) entry_count: u64,
    pub(crate) changed_at: u64,
    /// The refresh that a command asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<Job>,
    /// How many downloads of it go on, once it is followed no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ongoing_job_count: Option<u64>,
    /// Those jobs, the first 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ongoing_job_ids: Option<Vec<String>>,
    /// Jobs that were ended with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cancelled_job_ids: Option<Vec<String>>,
    /// Its entries, when they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) entries: Option<Vec<Entry>>,
}

/// An entry that could not be read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Unreadable {
    pub(crate) index: Option<u32>,
    pub(crate) reason: String,
}

/// How many entries a refresh changed, by kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counts {
    pub(crate) added: u32,
    pub(crate) not_seen: u32,
    pub(crate) removed: u32,
    pub(crate) moved: u32,
    pub(crate) renamed: u32,
    pub(crate) described: u32,
    pub(crate) unavailable: u32,
    pub(crate) available: u32,
    pub(crate) returned: u32,
}

impl From<RefreshCounts> for Counts {
    fn from(counts: RefreshCounts) -> Self {
        let RefreshCounts {
            added,
            not_seen,
            removed,
            moved,
            renamed,
            described,
            unavailable,
            available,
            returned,
        } = counts;
        Self { added, not_seen, removed, moved, renamed, described, unavailable, available, returned }
    }
}

impl Counts {
    /// `2 added, 1 moved`, or `nothing new`.
    pub(crate) fn text(self) -> String {
        let Self { added, not_seen, removed, moved, renamed, described, unavailable, available, returned } =
            self;
        let kinds = [
            (added, "added"),
            (not_seen, "not seen"),
            (removed, "removed"),
            (moved, "moved"),
            (renamed, "renamed"),
            (described, "described anew"),
            (unavailable, "unavailable"),
            (available, "available again"),
            (returned, "returned"),
        ];
        let changed = kinds.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = changed.map(|(count, kind)| format!("{count} {kind}")).collect();
        if parts.is_empty() { "nothing new".to_owned() } else { parts.join(", ") }
    }
}

/// A row of a playlist.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) playlist_id: String,
    pub(crate) item_id: String,
    pub(crate) extractor: String,
    pub(crate) source_id: String,
    pub(crate) url: String,
    pub(crate) title: Option<String>,
    pub(crate) duration_ms: Option<u64>,
    pub(crate) availability: String,
    pub(crate) live_status: String,
    pub(crate) status: String,
    pub(crate) added_at: String,
    pub(crate) changed_at: u64,
    pub(crate) download: Option<Download>,
}

impl Entry {
    /// The path of its file below the library, once it is kept.
    pub(crate) fn path(&self) -> Option<&str> {
        Some(self.download.as_ref()?.file.as_ref()?.path.as_str())
    }

    pub(super) fn source_state(&self) -> String {
        match (self.status.as_str(), self.availability.as_str()) {
            ("PRESENT", "AVAILABLE") => match self.live_status.as_str() {
                "NOT_LIVE" | "WAS_LIVE" => "available".to_owned(),
                // It is to be had once that is over.
                broadcast => word(broadcast),
            },
            ("PRESENT", availability) => word(availability),
            (status, _) => word(status),
        }
    }
}

/// What a command on a playlist answers.
pub(super) fn summary(playlist: &Playlist) -> String {
    let job = playlist.job.as_ref();
    let look = match (&playlist.refresh_outcome, job.filter(|job| !job.has_ended())) {
        // Nobody waited: what is known is of the refresh before.
        (_, Some(job)) => format!("{} ({})", word(&job.state), job.id),
        (Some(_), None) => last_refresh(playlist),
        (None, None) => "never".to_owned(),
    };
    fields(&[
        ("id", Some(playlist.id.clone())),
        ("title", playlist.title.clone()),
        ("url", Some(playlist.url.clone())),
        ("entries", Some(playlist.entry_count.to_string())),
        ("refresh", Some(look)),
    ])
}

/// A row for each playlist.
pub(super) fn table(playlists: &[Playlist]) -> String {
    let mut table = Table::new(&["id", "entries", "last refresh", "outcome", "title", "url"]);
    for playlist in playlists {
        table.row([
            playlist.id.clone(),
            playlist.entry_count.to_string(),
            playlist.refreshed_at.as_deref().map_or_else(|| "-".to_owned(), moment),
            playlist.refresh_outcome.as_deref().map_or_else(|| "-".to_owned(), word),
            optional(playlist.title.as_deref()),
            playlist.url.clone(),
        ]);
    }
    table.text("nothing is followed; `mediary playlist follow URL` begins")
}

/// A playlist and its entries.
pub(super) fn details(playlist: &Playlist) -> String {
    let entries = playlist.entries.as_deref().unwrap_or_default();
    let failure = playlist.refresh_failure.as_ref();
    let head = fields(&[
        ("id", Some(playlist.id.clone())),
        ("title", playlist.title.clone()),
        ("url", Some(playlist.url.clone())),
        ("kind", playlist.kind.as_deref().map(word)),
        ("extractor", playlist.extractor.clone()),
        ("followed", (!playlist.followed).then(|| "no longer".to_owned())),
        ("last refresh", playlist.refresh_outcome.as_ref().map(|_| last_refresh(playlist))),
        ("failure", failure.map(|failure| format!("{}: {}", failure.class, failure.message))),
        ("next step", failure.map(|failure| failure.advice.clone())),
        ("entries", Some(playlist.entry_count.to_string())),
    ]);
    let mut table = Table::new(&["entry", "source", "length", "kept", "title", "file"]);
    for entry in entries {
        table.row([
            entry.id.clone(),
            entry.source_state(),
            entry.duration_ms.map_or_else(|| "-".to_owned(), duration),
            entry.download.as_ref().map_or_else(|| "-".to_owned(), |download| word(&download.state)),
            optional(entry.title.as_deref()),
            optional(entry.path()),
        ]);
    }
    format!("{head}\n{}{}", table.text("no entries"), not_read(playlist))
}

/// The entries that the last refresh could not read, the first ones with their reason.
fn not_read(playlist: &Playlist) -> String {
    let count = playlist.refresh_unreadable;
    if count == 0 {
        return String::new();
    }
    let mut text = format!("\n{} could not be read:\n", plural(u64::from(count), "entry", "entries"));
    for Unreadable { index, reason } in &playlist.refresh_unreadable_rows {
        let place = index.map_or_else(|| "?".to_owned(), |index| index.to_string());
        text.extend(["  ", &place, ": ", &clean(reason), "\n"]);
    }
    text
}

fn last_refresh(playlist: &Playlist) -> String {
    let outcome = playlist.refresh_outcome.as_deref().map(word).unwrap_or_default();
    let at = playlist.refreshed_at.as_deref().map(moment).unwrap_or_default();
    match (&playlist.refresh_failure, playlist.refresh_counts) {
        (Some(failure), _) if failure.partial > 0 => {
            format!("{outcome} at {at}, {} seen", plural(failure.partial, "entry", "entries"))
        }
        (None, Some(counts)) if playlist.refresh_unreadable > 0 => {
            let count = plural(u64::from(playlist.refresh_unreadable), "entry", "entries");
            format!("{outcome} at {at}: {}; {count} could not be read", counts.text())
        }
        (None, Some(counts)) => format!("{outcome} at {at}: {}", counts.text()),
        (Some(_) | None, _) => format!("{outcome} at {at}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn counts_name_only_what_changed() {
        assert_eq!(Counts { added: 2, moved: 1, ..Counts::default() }.text(), "2 added, 1 moved");
        assert_eq!(Counts::default().text(), "nothing new");
    }
}
