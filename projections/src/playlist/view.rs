use mediary_events::{Concern as _, download::Download, file::File, playlist::Playlist};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Playlists;
use crate::{
    changed::Changed,
    counted::counted,
    download::{Downloads, indexes, tables},
    search::Texts,
    view::{ApplyError, View},
};

/// Playlists and their entries, with how it stands with the keeping of each.
#[derive(Debug, Default)]
pub struct PlaylistView {
    playlists: Playlists,
    downloads: Downloads,
}

impl View for PlaylistView {
    const NAME: &'static str = "playlist";
    const VERSION: u32 = 14;
    // Those before don't say what is made of the files of a list.
    const SERVES_FROM: u32 = 14;
    const CONCERNS: &'static [&'static str] = &[Playlist::NAME, Download::NAME, File::NAME];
    const TABLES: &'static str = concat!(
        tables!(),
        counted!(),
        "
        CREATE TABLE playlist (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            url TEXT NOT NULL,
            followed INTEGER NOT NULL,
            followed_at INTEGER NOT NULL,
            kind TEXT,
            title TEXT,
            extractor TEXT,
            source_id TEXT,
            refreshed_at INTEGER,
            refresh_outcome TEXT,
            refresh_job_id BLOB,
            refresh_counts TEXT,
            refresh_failure TEXT,
            refresh_unreadable INTEGER NOT NULL DEFAULT 0,
            refresh_unreadable_rows TEXT NOT NULL DEFAULT '[]',
            entry_count INTEGER NOT NULL DEFAULT 0,
            not_seen_count INTEGER NOT NULL DEFAULT 0,
            removed_count INTEGER NOT NULL DEFAULT 0,
            keeping TEXT,
            cookies TEXT,
            layout TEXT,
            transcoding TEXT,
            spreads INTEGER NOT NULL DEFAULT 0,
            changed_at INTEGER NOT NULL,
            name TEXT GENERATED ALWAYS AS (coalesce(title, url)) VIRTUAL COLLATE NOCASE
        ) STRICT;

        CREATE TABLE entry (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            playlist_key INTEGER NOT NULL REFERENCES playlist (key),
            rank INTEGER NOT NULL,
            item_id BLOB NOT NULL,
            extractor TEXT NOT NULL,
            source_id TEXT NOT NULL,
            url TEXT NOT NULL,
            title TEXT,
            duration_ms INTEGER,
            availability TEXT NOT NULL,
            live_status TEXT NOT NULL,
            status TEXT NOT NULL,
            published_at INTEGER,
            skipped_by TEXT,
            added_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX entry_rank ON entry (playlist_key, rank);"
    );
    const INDEXES: &'static str = concat!(
        indexes!(),
        "
        CREATE INDEX playlist_project ON playlist (project, key);
        CREATE INDEX playlist_changed ON playlist (project, changed_at);
        CREATE INDEX playlist_listed ON playlist (project, key)
            WHERE followed = 1 AND kind IS NOT '\"single\"';
        CREATE INDEX playlist_listed_changed ON playlist (project, changed_at)
            WHERE followed = 1 AND kind IS NOT '\"single\"';
        CREATE INDEX playlist_listed_name ON playlist (project, name)
            WHERE followed = 1 AND kind IS NOT '\"single\"';
        CREATE INDEX playlist_listed_outcome ON playlist (project, refresh_outcome, key)
            WHERE followed = 1 AND kind IS NOT '\"single\"';
        CREATE INDEX playlist_single ON playlist (project, key)
            WHERE followed = 1 AND kind = '\"single\"';
        CREATE INDEX playlist_single_changed ON playlist (project, changed_at)
            WHERE followed = 1 AND kind = '\"single\"';
        CREATE INDEX entry_item ON entry (playlist_key, item_id);
        CREATE INDEX entry_changed ON entry (playlist_key, changed_at);"
    );
    const TEXTS: &'static [Texts] =
        &[Texts::change("playlist", &["title", "url"]), Texts::change("entry", &["title", "url"])];

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        // How it stands with each row is told with the rows, so that every number fits to every other.
        self.downloads.apply(file, recorded)?;
        self.playlists.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        self.downloads.write(file)?;
        Ok(self.playlists.write(file)?)
    }

    fn changed(&mut self) -> Option<Vec<Changed>> {
        let mut changed = self.playlists.changed();
        changed.append(&mut self.downloads.changed());
        Some(changed)
    }
}
