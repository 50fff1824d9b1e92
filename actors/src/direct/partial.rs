//! What an earlier attempt left of a file, and what the source said of it then.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

/// How much of a partial file is fetched again, and has to be the same. The last blocks before a power cut may be void.
pub(super) const OVERLAP_BYTES: u64 = 64 << 10;

/// What identifies the bytes that an answer sends.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Validators {
    etag: Option<String>,
    last_modified: Option<String>,
    /// Bytes of the whole file.
    pub(super) length: Option<u64>,
}

impl Validators {
    /// What an answer with the whole file says, or one with a part of it.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let of_range = text(header::CONTENT_RANGE).and_then(|range| range.rsplit('/').next());
        let length = of_range.or_else(|| text(header::CONTENT_LENGTH)).and_then(|length| length.parse().ok());
        let owned = |name| text(name).map(str::to_owned);
        Self { etag: owned(header::ETAG), last_modified: owned(header::LAST_MODIFIED), length }
    }

    /// Whether a later answer can be told to be of the same file. A length alone counts, or many plain servers
    /// could never be resumed: the overlap and the check of the file find what it can't tell apart.
    fn identify(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some() || self.length.is_some()
    }

    /// What `If-Range` can hold (RFC 9110, 13.1.5): a strong tag, else a date.
    pub(super) fn condition(&self) -> Option<&str> {
        let strong = self.etag.as_deref().filter(|tag| !tag.starts_with("W/"));
        strong.or(self.last_modified.as_deref())
    }

    /// Whether a part that is sent now is one of the file that this was said of.
    pub(super) fn is_same(&self, now: &Self) -> bool {
        fn agree<T: PartialEq>(now: Option<&T>, earlier: Option<&T>) -> bool {
            earlier.is_none() || now == earlier
        }
        self.identify()
            && agree(now.length.as_ref(), self.length.as_ref())
            // Many servers answer one file with several tags; its date says more.
            && match (&self.last_modified, &self.etag) {
                (Some(_), _) => now.last_modified == self.last_modified,
                (None, etag) => agree(now.etag.as_ref(), etag.as_ref()),
            }
    }
}

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

    /// Notes what an answer with the whole file says of it, before its first byte is written.
    pub(super) fn begin(&self, url: &str, validators: &Validators) -> io::Result<()> {
        self.discard()?;
        let note = Note { url: url.to_owned(), validators: validators.clone() };
        crate::staging::write_whole(&self.note, &serde_json::to_vec(&note)?)
    }

    /// Removes what is there.
    pub(super) fn discard(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn said(tag: Option<&str>, date: Option<&str>, length: Option<u64>) -> Validators {
        Validators { etag: tag.map(str::to_owned), last_modified: date.map(str::to_owned), length }
    }

    #[test]
    fn the_same_file_is_told_by_date_tag_or_length() {
        let day = "Wed, 21 Oct 2015 07:28:00 GMT";
        let earlier = said(Some("\"a\""), Some(day), Some(9));
        assert!(earlier.is_same(&earlier));
        assert!(earlier.is_same(&said(Some("\"b\""), Some(day), Some(9))), "one of several servers");
        assert!(!earlier.is_same(&said(Some("\"a\""), Some("another"), Some(9))));
        assert!(!earlier.is_same(&said(Some("\"a\""), Some(day), Some(10))));
        assert!(!said(Some("\"a\""), None, None).is_same(&said(Some("\"b\""), None, None)));
        assert!(said(None, None, Some(9)).is_same(&said(None, None, Some(9))));
        assert!(!said(None, None, None).is_same(&said(None, None, None)), "nothing was said");
    }

    #[test]
    fn only_what_is_strong_is_a_condition() {
        assert_eq!(said(Some("\"a\""), Some("date"), None).condition(), Some("\"a\""));
        assert_eq!(said(Some("W/\"a\""), Some("date"), None).condition(), Some("date"));
        assert_eq!(said(Some("W/\"a\""), None, None).condition(), None);
    }
}
