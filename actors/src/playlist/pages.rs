use std::{
    fs, io,
    path::{Path, PathBuf},
};

use mediary_log::whole;
use mediary_schema::playlist::{ObservedEntry, ObservedPlaylist, PlaylistKind, UnreadableRow};
use serde::{Deserialize, Serialize};

/// One page of what a refresh saw, as it is kept until the refresh's end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StagedPage {
    pub(super) kind: PlaylistKind,
    pub(super) playlist: ObservedPlaylist,
    pub(super) entries: Vec<ObservedEntry>,
    /// Rows between them that could not be read.
    #[serde(default)]
    pub(super) unreadable: Unreadable,
    /// Whether there are lists within the list: then no place of it can be gone on from.
    #[serde(default)]
    pub(super) is_nested: bool,
}

/// Rows that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Unreadable {
    pub(super) count: u32,
    /// The first of them.
    pub(super) rows: Vec<UnreadableRow>,
}

impl Unreadable {
    pub(super) fn take(&mut self, row: UnreadableRow) {
        self.count += 1;
        if self.rows.len() < UnreadableRow::TOLD_MAX {
            self.rows.push(row);
        }
    }

    fn add(&mut self, others: Self) {
        let room = UnreadableRow::TOLD_MAX.saturating_sub(self.rows.len());
        self.rows.extend(others.rows.into_iter().take(room));
        self.count += others.count;
    }
}

/// The folder of pages in that of their job.
const FOLDER: &str = "pages";

/// The pages that a refresh has seen so far, on disk: a refresh that is killed goes on from the last one (LI-03).
#[derive(Debug)]
pub(super) struct Pages {
    folder: PathBuf,
    written: u32,
}

impl Pages {
    /// Finds what an earlier attempt left.
    pub(super) fn open(staging: &Path) -> io::Result<Self> {
        let folder = staging.join(FOLDER);
        fs::create_dir_all(&folder)?;
        let mut pages = Self { folder, written: 0 };
        // A page that a power cut left void was never kept, and what stands behind it leads nowhere.
        while pages.read(pages.written + 1).is_ok() {
            pages.written += 1;
        }
        pages.forget_behind()?;
        Ok(pages)
    }

    /// The first so many, which were handed over, and no others: what an attempt left on this machine is none of what
    /// another one saw elsewhere. None is read; fewer are there if one of them is missing.
    pub(super) fn handed_over(staging: &Path, count: u32) -> io::Result<Self> {
        let mut pages = Self { folder: staging.join(FOLDER), written: 0 };
        while pages.written < count && pages.path(pages.written + 1).is_file() {
            pages.written += 1;
        }
        pages.forget_behind()?;
        Ok(pages)
    }

    fn forget_behind(&self) -> io::Result<()> {
        for lost in self.written + 1.. {
            if !remove(&self.path(lost))? {
                break;
            }
        }
        Ok(())
    }

    /// How many there are.
    pub(super) const fn written(&self) -> u32 {
        self.written
    }

    /// Keeps a page; it is there whole or not at all.
    pub(super) fn push(&mut self, page: &StagedPage) -> io::Result<()> {
        whole::write(&self.path(self.written + 1), &serde_json::to_vec(page)?)?;
        self.written += 1;
        Ok(())
    }

    /// The page with this number, from 1.
    pub(super) fn read(&self, number: u32) -> io::Result<StagedPage> {
        Ok(serde_json::from_slice(&fs::read(self.path(number))?)?)
    }

    /// Every row, page by page.
    pub(super) fn entries(&self) -> impl Iterator<Item = io::Result<ObservedEntry>> + '_ {
        (1..=self.written).flat_map(|number| {
            let (entries, error) = match self.read(number) {
                Ok(page) => (page.entries, None),
                Err(error) => (Vec::new(), Some(error)),
            };
            entries.into_iter().map(Ok).chain(error.map(Err))
        })
    }

    /// Every row that could not be read, those that an earlier attempt met included.
    pub(super) fn unreadable(&self) -> io::Result<Unreadable> {
        let mut all = Unreadable::default();
        for number in 1..=self.written {
            all.add(self.read(number)?.unreadable);
        }
        Ok(all)
    }

    /// Takes the last page with rows back: it is looked at once more, so that a list that changed meanwhile is
    /// noticed. An empty page behind it only says that the list ended there, which is looked at again, too. Pages of a
    /// list of lists are forgotten: its source can't be asked for the rest.
    pub(super) fn pop(&mut self) -> io::Result<Option<StagedPage>> {
        while self.written > 0 {
            let page = self.read(self.written)?;
            if page.is_nested {
                self.clear()?;
                break;
            }
            fs::remove_file(self.path(self.written))?;
            self.written -= 1;
            if !page.entries.is_empty() {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        while self.written > 0 {
            fs::remove_file(self.path(self.written))?;
            self.written -= 1;
        }
        Ok(())
    }

    /// The way to a page from the folder of its job.
    pub(super) fn way(number: u32) -> String {
        format!("{FOLDER}/{}", name(number))
    }

    fn path(&self, number: u32) -> PathBuf {
        self.folder.join(name(number))
    }
}

fn name(number: u32) -> String {
    format!("{number:06}.json")
}

/// Removes a file; false if there was none.
fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
