use mediary_schema::{
    FileId, ItemId, JobId,
    download::{EntryRef, Wish},
    item::ItemSource,
    layout::Described,
};

use super::Event;

/// Where the keeping of an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Nobody ever wanted it.
    #[default]
    Unwanted,
    /// A job is on it.
    Wanted {
        /// The job.
        job_id: JobId,
    },
    /// Its file is in the library.
    Kept {
        /// The file.
        file_id: FileId,
    },
    /// Another tool fetched it before.
    Archived,
    /// It was tried and given up, or ended by a person.
    GivenUp,
}

/// A download as its events tell it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Where it is.
    pub phase: Phase,
    /// The item.
    pub item_id: Option<ItemId>,
    /// What is wanted of it; none if only an archive knows of it.
    pub wish: Option<Wish>,
    /// The row that it was last asked for.
    pub entry: Option<EntryRef>,
    /// Where the item is to be had.
    pub source: Option<ItemSource>,
    /// What it was called when it was asked for last.
    pub title: Option<String>,
    /// What its source said of it when its file was kept.
    pub described: Described,
    /// Where it is again when the job that is on it comes to nothing.
    otherwise: Phase,
}

impl State {
    /// The file that is in the library for it, also while another is fetched.
    pub const fn kept(&self) -> Option<FileId> {
        match (self.phase, self.otherwise) {
            (Phase::Kept { file_id }, _) | (Phase::Wanted { .. }, Phase::Kept { file_id }) => Some(file_id),
            (Phase::Unwanted | Phase::Wanted { .. } | Phase::Archived | Phase::GivenUp, _) => None,
        }
    }

    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Requested { job_id, item } => {
                self.otherwise = match self.phase {
                    // A file stays in the library, and an archive stays true, whatever a second try comes to.
                    Phase::Kept { .. } | Phase::Archived => self.phase,
                    Phase::Unwanted | Phase::Wanted { .. } | Phase::GivenUp => Phase::GivenUp,
                };
                self.phase = Phase::Wanted { job_id: *job_id };
                (self.item_id, self.entry) = (Some(item.item_id), item.entry);
                self.wish = Some(item.quality.wish());
                self.source = Some(item.source.clone());
                self.title.clone_from(&item.title);
            }
            Event::Completed { file_id, described, .. } => {
                self.phase = Phase::Kept { file_id: *file_id };
                self.described = described.clone();
            }
            Event::FileReplaced { file_id, .. } => {
                let kept = Phase::Kept { file_id: *file_id };
                match self.phase {
                    Phase::Wanted { .. } => self.otherwise = kept,
                    Phase::Unwanted | Phase::Kept { .. } | Phase::Archived | Phase::GivenUp => {
                        self.phase = kept;
                    }
                }
            }
            Event::Failed { .. } | Event::Cancelled { .. } => self.phase = self.otherwise,
            Event::Archived { item_id, source } => {
                self.phase = Phase::Archived;
                self.item_id = Some(*item_id);
                self.source = Some(source.clone());
            }
        }
    }
}
