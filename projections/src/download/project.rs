use mediary_events::{
    codec::events_of,
    download::{Download, Event},
    file::{Event as FileEvent, File},
};
use mediary_log::Recorded;
use mediary_schema::{
    ItemId, JobId, download::DownloadItem, file::FileState, item::ItemSource, layout::Described,
};
use rusqlite::{Transaction, params};

use super::query::{COUNTED, DownloadState};
use crate::{
    changed::Changed,
    counted::{Counted, Tally},
    reached::Reached,
    rows::{Id, Table, Word, Words as _, row},
    sql::to_json,
    view::{ApplyError, Stamp},
};

row! {
    struct Wish of "download" {
        stays {
            project: Id,
            item_id: Id,
            extractor: String,
            source_id: String,
            requested_at: i64,
            reached_at: i64,
        }
        changes {
            url: String,
            title: Option<String>,
            quality: Option<String>,
            playlist_id: Option<Id>,
            state: Word<DownloadState>,
            otherwise: Option<Word<DownloadState>>,
            job_id: Option<Id>,
            file_id: Option<Id>,
            failure: Option<String>,
            described: Option<String>,
            changed_at: i64,
        }
    }
}

impl Counted for Wish {
    fn count(&self, tally: &mut Tally<'_>) {
        tally.add(self.project, COUNTED, self.state.0.word(), 1);
    }
}

/// What a batch touches of downloads.
#[derive(Debug, Default)]
pub(crate) struct Downloads {
    rows: Table<Wish>,
    reached: Reached<Wish>,
}

impl Downloads {
    pub(crate) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let Self { rows, reached } = self;
        let mut fold = Fold { rows, reached, file, stamp: Stamp::of(recorded) };
        events_of::<File>(recorded)?.iter().try_for_each(|event| fold.file(event))?;
        events_of::<Download>(recorded)?.into_iter().try_for_each(|event| fold.fold(event))
    }

    pub(crate) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.rows.write(file)
    }

    pub(crate) fn changed(&mut self) -> Vec<Changed> {
        self.rows.changed()
    }
}

/// One event being folded into the row of one download.
struct Fold<'a> {
    rows: &'a mut Table<Wish>,
    reached: &'a mut Reached<Wish>,
    file: &'a Transaction<'a>,
    stamp: Stamp,
}

impl Fold<'_> {
    /// What is kept is lost with its file, and kept again with it.
    fn file(&mut self, event: &FileEvent) -> Result<(), ApplyError> {
        use DownloadState::{Deleted, Kept, Lost};
        match event {
            FileEvent::Recorded { .. } | FileEvent::Accompanied { .. } | FileEvent::Purged {} => Ok(()),
            FileEvent::Found { .. } | FileEvent::Moved { .. } => self.turn(Lost, Kept),
            FileEvent::Changed { .. } | FileEvent::Lost {} | FileEvent::Replaced { .. } => {
                self.turn(Kept, Lost)
            }
            FileEvent::Trashed { .. } => {
                self.turn(Kept, Deleted)?;
                self.turn(Lost, Deleted)
            }
            FileEvent::Restored { state: FileState::Present, .. } => self.turn(Deleted, Kept),
            FileEvent::Restored { .. } => self.turn(Deleted, Lost),
        }
    }

    /// Whatever of the file is in one state is in the other one.
    fn turn(&mut self, before: DownloadState, now: DownloadState) -> Result<(), ApplyError> {
        // The file is asked, so it must have every row as it is.
        self.rows.write(self.file)?;
        let of_file: Vec<Id> = self
            .file
            .prepare_cached("SELECT id FROM download WHERE file_id = ?1 AND ?2 IN (state, otherwise)")?
            .query_map(params![self.stamp.id, before.word()], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for id in of_file {
            let Some(wish) = self.rows.change(self.file, id)? else { continue };
            if wish.state.0 == before {
                wish.state = Word(now);
            }
            if wish.otherwise == Some(Word(before)) {
                wish.otherwise = Some(Word(now));
            }
            wish.changed_at = self.stamp.position;
        }
        Ok(())
    }

    fn fold(&mut self, event: Event) -> Result<(), ApplyError> {
        match event {
            Event::Requested { job_id, item } => self.request(job_id, *item),
            Event::Completed { file_id, described, .. } => {
                let described =
                    (described != Described::default()).then(|| to_json(&described)).transpose()?;
                self.change(|wish| {
                    wish.state = Word(DownloadState::Kept);
                    wish.file_id = Some(*file_id.uuid().as_bytes());
                    (wish.failure, wish.described) = (None, described);
                })
            }
            Event::FileReplaced { file_id, .. } => self.change(|wish| {
                let kept = Word(DownloadState::Kept);
                match wish.state.0 {
                    DownloadState::Wanted => wish.otherwise = Some(kept),
                    _ => wish.state = kept,
                }
                wish.file_id = Some(*file_id.uuid().as_bytes());
            }),
            Event::Failed { failure, .. } => {
                let failure = to_json(&failure)?;
                self.change(|wish| {
                    wish.state = wish.otherwise.unwrap_or(Word(DownloadState::Failed));
                    wish.failure = Some(failure);
                })
            }
            Event::Cancelled { .. } => {
                self.change(|wish| wish.state = wish.otherwise.unwrap_or(Word(DownloadState::Cancelled)))
            }
            Event::Archived { item_id, source } => self.archive(item_id, source),
        }
    }

    fn request(&mut self, job_id: JobId, item: DownloadItem) -> Result<(), ApplyError> {
        let DownloadItem { item_id, source, quality, title, entry, .. } = item;
        let playlist_id = entry.map(|entry| *entry.playlist_id.uuid().as_bytes());
        let job_id = Some(*job_id.uuid().as_bytes());
        let wanted = Word(DownloadState::Wanted);
        if let Some(wish) = self.rows.change(self.file, self.stamp.id)? {
            wish.url = source.url;
            wish.title = title.or_else(|| wish.title.take());
            wish.quality = Some(quality.name);
            wish.playlist_id = playlist_id.or(wish.playlist_id);
            if matches!(
                wish.state.0,
                DownloadState::Kept | DownloadState::Lost | DownloadState::Deleted | DownloadState::Archived
            ) {
                wish.otherwise = Some(wish.state);
            }
            (wish.state, wish.job_id, wish.failure) = (wanted, job_id, None);
            wish.changed_at = self.stamp.position;
            return Ok(());
        }
        let wish = Wish {
            title,
            quality: Some(quality.name),
            playlist_id,
            job_id,
            ..self.blank(item_id, source, wanted)
        };
        self.insert(wish)
    }

    fn archive(&mut self, item_id: ItemId, source: ItemSource) -> Result<(), ApplyError> {
        let archived = Word(DownloadState::Archived);
        if let Some(wish) = self.rows.change(self.file, self.stamp.id)? {
            (wish.state, wish.changed_at) = (archived, self.stamp.position);
            return Ok(());
        }
        let wish = self.blank(item_id, source, archived);
        self.insert(wish)
    }

    /// A wish of which nothing more is known; it has no key and no place in time yet.
    fn blank(&self, item_id: ItemId, source: ItemSource, state: Word<DownloadState>) -> Wish {
        let Stamp { id, project, position, at } = self.stamp;
        Wish {
            key: 0,
            id,
            project,
            item_id: *item_id.uuid().as_bytes(),
            extractor: source.extractor,
            source_id: source.source_id,
            requested_at: at,
            reached_at: at,
            url: source.url,
            title: None,
            quality: None,
            playlist_id: None,
            state,
            otherwise: None,
            job_id: None,
            file_id: None,
            failure: None,
            described: None,
            changed_at: position,
        }
    }

    fn insert(&mut self, wish: Wish) -> Result<(), ApplyError> {
        let reached_at = self.reached.by(self.file, wish.requested_at)?;
        self.rows.insert(self.file, |key| Wish { key, reached_at, ..wish })?;
        Ok(())
    }

    /// Changes the wish, if it is known.
    fn change(&mut self, change: impl FnOnce(&mut Wish)) -> Result<(), ApplyError> {
        if let Some(wish) = self.rows.change(self.file, self.stamp.id)? {
            change(wish);
            wish.changed_at = self.stamp.position;
        }
        Ok(())
    }
}
