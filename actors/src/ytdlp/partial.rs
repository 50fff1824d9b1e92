//! The files of an earlier attempt: what of them may be gone on with.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use super::{
    plan::{MEDIA, Protocol, Stream},
    validators::{Saved, Validators},
};

/// How much of a partial file is fetched again.
///
/// A partial file that is complete would be asked for from its end on, which the server can't satisfy, and
/// yt-dlp never gets out of that. The last blocks before a power cut may be void, too.
const REFETCHED_BYTES: u64 = 64 << 10;

/// The partial files of a staging folder.
#[derive(Debug)]
pub(super) struct Partial<'a> {
    staging: &'a Path,
    streams: &'a [Stream],
}

impl<'a> Partial<'a> {
    pub(super) fn new(staging: &'a Path, streams: &'a [Stream]) -> Self {
        Self { staging, streams }
    }

    /// Whether anything was fetched of any stream.
    pub(super) fn exists(&self) -> io::Result<bool> {
        Ok(!self.files()?.is_empty())
    }

    /// Removes what may not be gone on with and makes the rest fit to be; answers how many bytes are left.
    pub(super) fn prepare(&self, earlier: &Saved, now: &Saved) -> io::Result<u64> {
        let is_same = |stream: &Stream| match (now.of(stream), earlier.of(stream)) {
            (Some(now), Some(earlier)) => now.are_same(earlier),
            _ => false,
        };
        let all_same = self.streams.iter().all(is_same);
        for file in self.files()? {
            let keep = match self.owner(&file) {
                Some(stream) => is_same(stream),
                // What the streams were joined to.
                None => all_same && self.streams.len() > 1,
            };
            if !keep || is_leftover(&file) {
                remove(&file)?;
            }
        }
        for stream in self.streams {
            self.fit(stream, now.of(stream))?;
        }
        self.bytes()
    }

    /// Removes everything that was fetched.
    pub(super) fn discard(&self) -> io::Result<()> {
        self.files()?.iter().try_for_each(|file| remove(file))
    }

    /// Removes the fragments of a finished download.
    pub(super) fn discard_fragments(&self) -> io::Result<()> {
        let is_fragment = |file: &&PathBuf| name(file).contains(".part-Frag");
        self.files()?.iter().filter(is_fragment).try_for_each(|file| remove(file))
    }

    /// Makes the files of one stream fit to be gone on with.
    fn fit(&self, stream: &Stream, now: Option<&Validators>) -> io::Result<()> {
        let whole = self.staging.join(&stream.file_name);
        let part = self.staging.join(format!("{}.part", stream.file_name));
        match stream.protocol {
            Protocol::Http => {
                let length = now.and_then(|now| now.file.length);
                // A single stream may have been changed in place by a repair that yt-dlp made after it.
                let is_joined_later = self.streams.len() > 1;
                if is_joined_later
                    && size(&whole).is_some_and(|size| length.is_some_and(|length| size != length))
                {
                    remove(&whole)?;
                }
                shorten(&part, length)
            }
            // yt-dlp appends a fragment and then notes that it did: killed in between, it appends it twice.
            // From the fragments themselves, which are kept, it builds the file anew without fetching them.
            Protocol::Hls | Protocol::Dash | Protocol::Other => {
                remove(&part)?;
                remove(&self.staging.join(format!("{}.ytdl", stream.file_name)))
            }
        }
    }

    /// The stream that a file is of, whole or partly.
    fn owner(&self, file: &Path) -> Option<&Stream> {
        let name = name(file);
        self.streams.iter().find(|stream| name.starts_with(&stream.file_name))
    }

    fn bytes(&self) -> io::Result<u64> {
        Ok(self.files()?.iter().filter_map(|file| size(file)).sum())
    }

    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(self.staging)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(MEDIA) {
                files.push(entry.path());
            }
        }
        Ok(files)
    }
}

/// What no run goes on with: files that ffmpeg was writing, fragments that were not whole.
fn is_leftover(file: &Path) -> bool {
    let name = name(file);
    let of_fragment = name.split_once(".part-Frag").is_some_and(|(_, number)| number.contains('.'));
    of_fragment || name.contains(".temp.")
}

/// Cuts the end off a partial file; removes one that is too short to be worth it or longer than the source.
fn shorten(part: &Path, length: Option<u64>) -> io::Result<()> {
    let Some(size) = size(part) else { return Ok(()) };
    let left = size.saturating_sub(REFETCHED_BYTES);
    if left == 0 || length.is_some_and(|length| size > length) {
        return remove(part);
    }
    OpenOptions::new().write(true).open(part)?.set_len(left)
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn size(file: &Path) -> Option<u64> {
    fs::metadata(file).ok().map(|facts| facts.len())
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
