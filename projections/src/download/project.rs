use mediary_events::{
    codec::events_of,
    download::{Download, Event},
    file::{Event as FileEvent, File},
};
use mediary_log::Recorded;
use mediary_schema::{ItemId, JobId, download::DownloadItem, item::ItemSource};
use rusqlite::{Transaction, params};

use super::query::DownloadState;
use crate::{
    runner::{project, stamp},
    sql::to_json,
    view::ApplyError,
};

pub(crate) fn apply(transaction: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
    events_of::<File>(recorded)?.iter().try_for_each(|event| fold_file(transaction, recorded, event))?;
    events_of::<Download>(recorded)?.into_iter().try_for_each(|event| fold(transaction, recorded, event))
}

/// What is kept is lost with its file, and kept again with it.
fn fold_file(
    transaction: &Transaction<'_>,
    recorded: &Recorded,
    event: &FileEvent,
) -> Result<(), ApplyError> {
    let (before, now) = match event {
        FileEvent::Recorded { .. } => return Ok(()),
        FileEvent::Found { .. } => (DownloadState::Lost, DownloadState::Kept),
        FileEvent::Changed { .. }
        | FileEvent::Lost {}
        | FileEvent::Trashed {}
        | FileEvent::Replaced { .. } => (DownloadState::Kept, DownloadState::Lost),
    };
    let (position, _) = stamp(recorded);
    let (file_id, before, now) = (recorded.envelope.stream.uuid, before.name(), now.name());
    transaction
        .prepare_cached(
            "UPDATE download SET state = iif(state = ?2, ?3, state), otherwise = iif(otherwise = ?2, ?3, otherwise),
                 changed_at = ?4 WHERE file_id = ?1 AND ?2 IN (state, otherwise)",
        )?
        .execute(params![file_id.as_bytes(), before, now, position])?;
    Ok(())
}

fn fold(transaction: &Transaction<'_>, recorded: &Recorded, event: Event) -> Result<(), ApplyError> {
    let (position, at) = stamp(recorded);
    let fold = Fold {
        transaction,
        project: project(recorded),
        id: *recorded.envelope.stream.uuid.as_bytes(),
        position,
        at,
    };
    match event {
        Event::Requested { job_id, item } => fold.request(job_id, &item),
        Event::Completed { file_id, .. } => fold.set(
            "state = ?3, file_id = ?4, failure = NULL",
            params![DownloadState::Kept.name(), file_id.uuid().as_bytes()],
        ),
        Event::Failed { failure, .. } => fold.set(
            "state = coalesce(otherwise, ?3), failure = ?4",
            params![DownloadState::Failed.name(), to_json(&failure)?],
        ),
        Event::Cancelled { .. } => {
            fold.set("state = coalesce(otherwise, ?3)", params![DownloadState::Cancelled.name()])
        }
        Event::Archived { item_id, source } => fold.archive(item_id, &source),
    }
}

/// One event being folded into the row of one download.
struct Fold<'a> {
    transaction: &'a Transaction<'a>,
    project: [u8; 16],
    id: [u8; 16],
    position: i64,
    at: i64,
}

impl Fold<'_> {
    fn request(&self, job_id: JobId, item: &DownloadItem) -> Result<(), ApplyError> {
        let DownloadItem { item_id, source, quality, title, entry, .. } = item;
        let playlist_id = entry.map(|entry| *entry.playlist_id.uuid().as_bytes());
        self.transaction
            .prepare_cached(
                "INSERT INTO download (id, extractor, source_id, url, title, quality, playlist_id, state, job_id,
                     requested_at, changed_at, project, item_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
                 ON CONFLICT (id) DO UPDATE SET url = excluded.url, title = coalesce(excluded.title, title),
                     quality = excluded.quality, playlist_id = coalesce(excluded.playlist_id, playlist_id),
                     otherwise = iif(state IN ('kept', 'lost', 'archived'), state, otherwise),
                     state = excluded.state, job_id = excluded.job_id, failure = NULL, changed_at = excluded.changed_at",
            )?
            .execute(params![
                self.id,
                source.extractor,
                source.source_id,
                source.url,
                title,
                quality.name,
                playlist_id,
                DownloadState::Wanted.name(),
                job_id.uuid().as_bytes(),
                self.at,
                self.position,
                self.project,
                item_id.uuid().as_bytes(),
            ])?;
        Ok(())
    }

    fn archive(&self, item_id: ItemId, source: &ItemSource) -> Result<(), ApplyError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO download (id, extractor, source_id, url, state, requested_at, changed_at, project, item_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at",
            )?
            .execute(params![
                self.id,
                source.extractor,
                source.source_id,
                source.url,
                DownloadState::Archived.name(),
                self.at,
                self.position,
                self.project,
                item_id.uuid().as_bytes(),
            ])?;
        Ok(())
    }

    /// Sets columns; `?1` and `?2` are taken.
    fn set(&self, columns: &str, values: &[&dyn rusqlite::ToSql]) -> Result<(), ApplyError> {
        let sql = format!("UPDATE download SET {columns}, changed_at = ?2 WHERE id = ?1");
        let mut all: Vec<&dyn rusqlite::ToSql> = vec![&self.id, &self.position];
        all.extend(values);
        self.transaction.prepare_cached(&sql)?.execute(all.as_slice())?;
        Ok(())
    }
}
