use mediary_events::{Concern as _, download::Download, file::File};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Downloads;
use crate::{
    changed::Changed,
    counted::counted,
    search::Texts,
    view::{ApplyError, View},
};

/// The tables of downloads, with the index by which the fold finds what a file belongs to: of their own view, and of that
/// of playlists, which tells how it stands with each row.
macro_rules! tables {
    () => {
        "
        CREATE TABLE download (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            item_id BLOB NOT NULL,
            project BLOB NOT NULL,
            extractor TEXT NOT NULL,
            source_id TEXT NOT NULL,
            url TEXT NOT NULL,
            title TEXT,
            quality TEXT,
            playlist_id BLOB,
            state TEXT NOT NULL,
            otherwise TEXT,
            job_id BLOB,
            file_id BLOB,
            failure TEXT,
            described TEXT,
            requested_at INTEGER NOT NULL,
            reached_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            standing INTEGER GENERATED ALWAYS AS (CASE state WHEN 'wanted' THEN 6 WHEN 'kept' THEN 5
                WHEN 'archived' THEN 4 WHEN 'deleted' THEN 3 WHEN 'lost' THEN 2 WHEN 'failed' THEN 1 ELSE 0 END) VIRTUAL
        ) STRICT;
        CREATE INDEX download_file ON download (file_id);"
    };
}
pub(crate) use tables;

/// Their indexes that only queries ask.
macro_rules! indexes {
    () => {
        "
        CREATE INDEX download_project ON download (project, key);
        CREATE INDEX download_item ON download (project, item_id, key);
        CREATE INDEX download_standing ON download (project, item_id, standing);
        CREATE INDEX download_state ON download (project, state, key);
        CREATE INDEX download_changed ON download (project, changed_at);"
    };
}
pub(crate) use indexes;

/// Downloads.
#[derive(Debug, Default)]
pub struct DownloadView {
    downloads: Downloads,
}

impl View for DownloadView {
    const NAME: &'static str = "download";
    const VERSION: u32 = 11;
    // Those before don't say what its source said of an item when it was kept.
    const SERVES_FROM: u32 = 10;
    const CONCERNS: &'static [&'static str] = &[Download::NAME, File::NAME];
    const TABLES: &'static str = concat!(tables!(), counted!());
    const INDEXES: &'static str = concat!(
        indexes!(),
        "
        CREATE INDEX download_reached ON download (project, reached_at);
        CREATE INDEX download_playlist ON download (project, playlist_id, key) WHERE playlist_id IS NOT NULL;"
    );
    const TEXTS: &'static [Texts] = &[Texts::change("download", &["title", "url"])];

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.downloads.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.downloads.write(file)?)
    }

    fn changed(&mut self) -> Option<Vec<Changed>> {
        Some(self.downloads.changed())
    }
}
