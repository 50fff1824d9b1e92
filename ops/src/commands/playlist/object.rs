use mediary_schema::playlist::RefreshCounts;
use serde::Serialize;

pub(crate) use crate::answers::playlist::{Entry, Playlist, RefreshCounts as Counts};
use crate::{
    answers::playlist::UnreadableRow,
    commands::job::Job,
    commands::setting::layout,
    output::{Table, clean, duration, fields, moment, optional, plural, word},
};

/// A playlist with what was asked of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shown {
    #[serde(flatten)]
    pub(crate) playlist: Playlist,
    /// The refresh that a command asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<Job>,
    /// Its entries, when they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) entries: Option<Vec<Entry>>,
}

/// A playlist that is followed no longer.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unfollowed {
    #[serde(flatten)]
    pub(crate) playlist: Playlist,
    /// How many downloads of it go on.
    pub(crate) ongoing_job_count: u64,
    /// Those jobs, the first 500.
    pub(crate) ongoing_job_ids: Vec<String>,
    /// Jobs that were ended with it.
    pub(crate) cancelled_job_ids: Vec<String>,
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
        Self {
            added: added.into(),
            not_seen: not_seen.into(),
            removed: removed.into(),
            moved: moved.into(),
            renamed: renamed.into(),
            described: described.into(),
            unavailable: unavailable.into(),
            available: available.into(),
            returned: returned.into(),
        }
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

impl Entry {
    /// The path of its file below the library, once it is kept.
    pub(crate) fn path(&self) -> Option<&str> {
        Some(self.download.as_ref()?.file.as_ref()?.path.as_str())
    }

    /// How it stands with the keeping of it.
    pub(super) fn kept(&self) -> String {
        match (&self.download, &self.skipped_by) {
            (Some(download), _) => word(&download.state),
            (None, Some(rule)) => format!("skipped by {}", clean(rule)),
            (None, None) => "-".to_owned(),
        }
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
pub(super) fn summary(shown: &Shown) -> String {
    let Shown { playlist, job, .. } = shown;
    let job = job.as_ref();
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
        ("keeps", Some(keeps(playlist))),
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
pub(super) fn details(shown: &Shown) -> String {
    let Shown { playlist, entries, .. } = shown;
    let entries = entries.as_deref().unwrap_or_default();
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
        ("keeps", Some(keeps(playlist))),
        ("cookies", cookies(playlist)),
        ("layout", playlist.layout.as_ref().map(layout::line)),
        (
            "transcodes",
            playlist.transcode_profile.as_deref().map(|name| format!("each kept file, by {name}")),
        ),
    ]);
    let mut table = Table::new(&["entry", "source", "length", "kept", "title", "file"]);
    for entry in entries {
        table.row([
            entry.id.clone(),
            entry.source_state(),
            entry.duration_ms.map_or_else(|| "-".to_owned(), duration),
            entry.kept(),
            optional(entry.title.as_deref()),
            optional(entry.path()),
        ]);
    }
    format!("{head}\n{}{}", table.text("no entries"), not_read(playlist))
}

/// When cookies are sent along, and which secret has them.
fn cookies(playlist: &Playlist) -> Option<String> {
    let secret = playlist.cookie_secret_id.as_deref()?;
    Some(format!("{}, {secret}", word(&playlist.cookie_mode)))
}

/// Which entries are kept without being asked for, and what of each.
fn keeps(playlist: &Playlist) -> String {
    let said = playlist.keep_quality.iter().chain(&playlist.keep_filter).map(|said| clean(said));
    [word(&playlist.keep)].into_iter().chain(said).collect::<Vec<_>>().join(", ")
}

/// The entries that the last refresh could not read, the first ones with their reason.
fn not_read(playlist: &Playlist) -> String {
    let count = playlist.refresh_unreadable;
    if count == 0 {
        return String::new();
    }
    let mut text = format!("\n{} could not be read:\n", plural(count.unsigned_abs(), "entry", "entries"));
    for UnreadableRow { index, reason } in &playlist.refresh_unreadable_rows {
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
            let count = plural(playlist.refresh_unreadable.unsigned_abs(), "entry", "entries");
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
