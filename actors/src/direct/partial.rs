//! What an earlier attempt left of a file, and what the source said of it then.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use mediary_log::whole;
use serde::{Deserialize, Serialize};

use crate::net::Validators;

/// How much of a partial file is fetched again, and has to be the same. The last blocks before a power cut may be void.
pub(super) const OVERLAP_BYTES: u64 = 64 << 10;

/// The file that is being fetched, in a job's folder.
#[derive(Debug, Clone)]
pub(super) struct Partial {
    /// The file until it is whole.
    pub(super) path: PathBuf,
    note: PathBuf,
}

/// What is noted beside it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    url: String,
    validators: Validators,
}

impl Partial {
    pub(super) fn new(staging: &Path, file_name: &str) -> Self {
        Self { path: staging.join(format!("{file_name}.part")), note: staging.join("direct.json") }
    }

    /// From where on to go on, with what was said of the file then; none begins anew.
    pub(super) fn rest(&self, url: &str) -> Option<(u64, Validators)> {
        let note: Note = serde_json::from_slice(&fs::read(&self.note).ok()?).ok()?;
        let from = self.size().checked_sub(OVERLAP_BYTES).filter(|from| *from > 0)?;
        let fits = note.validators.length.is_none_or(|length| from + OVERLAP_BYTES <= length);
        (note.url == url && note.validators.identify() && fits).then_some((from, note.validators))
    }

    /// What was said of the file, if all of it is there: nobody heard of its end.
    pub(super) fn whole(&self, url: &str) -> Option<Validators> {
        let note: Note = serde_json::from_slice(&fs::read(&self.note).ok()?).ok()?;
        (note.url == url && note.validators.length == Some(self.size())).then_some(note.validators)
    }

    /// Notes what an answer with the whole file says of it, before its first byte is written. Not of a file that is no
    /// longer than what is fetched again anyway: nobody goes on with it.
    pub(super) fn begin(&self, url: &str, validators: &Validators) -> io::Result<()> {
        self.discard()?;
        if validators.length.is_some_and(|length| length <= OVERLAP_BYTES) {
            return remove(&self.note);
        }
        let note = Note { url: url.to_owned(), validators: validators.clone() };
        whole::write(&self.note, &serde_json::to_vec(&note)?)
    }

    /// Removes what is there.
    pub(super) fn discard(&self) -> io::Result<()> {
        remove(&self.path)
    }

    /// Goes on with a file that was whole when nobody could say so any more: its end is compared like any other part.
    pub(super) fn reopen(&self, path: &Path) -> io::Result<()> {
        match fs::rename(path, &self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Gives the whole file its name.
    pub(super) fn complete(&self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)
    }

    pub(super) fn size(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |facts| facts.len())
    }

    /// What is there from `from` on, to be compared with what is sent.
    pub(super) fn overlap(&self, from: u64) -> io::Result<Vec<u8>> {
        let file = File::open(&self.path)?;
        let mut bytes = vec![0; OVERLAP_BYTES as usize];
        file.read_exact_at(&mut bytes, from)?;
        Ok(bytes)
    }
}

/// Removes a file, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
