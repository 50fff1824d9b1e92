//! Answers that are kept on disk, so that an address that changed nothing costs one small request.
//!
//! The folder may be lost at any time: then all of it is asked for again.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Seek as _, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use mediary_log::whole;
use mediary_schema::{FailureClass, job::Failure};
use rustix::fs::{Timespec, Timestamps, UTIME_NOW, futimens};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::{
    Answer, Error, Net, Request, failure_of,
    packing::{Packing, Unpacking},
};

/// What is wanted of an address.
#[derive(Clone, Copy)]
pub struct Wanted {
    /// Bytes that it may have, unpacked.
    pub bytes_max: u64,
    /// Whether an answer is of the kind that is wanted, judged by its type and its first bytes, at most
    /// [`Wanted::HEAD_BYTES`]: the transfer of another one ends at once.
    pub fits: fn(content_type: Option<&str>, head: &[u8]) -> bool,
}

impl Wanted {
    /// How much of an answer is looked at.
    pub const HEAD_BYTES: usize = 4096;
}

impl std::fmt::Debug for Wanted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Wanted").field("bytes_max", &self.bytes_max).finish_non_exhaustive()
    }
}

/// An answer on disk, unpacked.
#[derive(Debug)]
pub struct Cached {
    /// Itself, from its beginning.
    pub file: File,
    /// The address that answered in the end.
    pub url: String,
    /// What the answer says that it is.
    pub content_type: Option<String>,
    /// Whether the source says that it is what it was last time.
    pub is_unchanged: bool,
}

/// What is known of a kept answer.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    url: String,
    etag: Option<String>,
    last_modified: Option<String>,
    answered_by: String,
    content_type: Option<String>,
    /// The file's name.
    body: String,
}

impl Net {
    /// Reads an address into a file, or finds the file of last time if the source says that nothing changed.
    ///
    /// None if what is there is of another kind. Fails also for an answer that is a refusal.
    pub async fn cached(&self, url: &str, wanted: Wanted) -> Result<Option<Cached>, Failure> {
        let known = self.inner.cache.known(url);
        let mut request =
            Request::get(url).header(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate"));
        for (name, value) in known.iter().flat_map(|(note, _)| conditions(note)) {
            request = request.header(name, value);
        }
        let answer = self.send(request).await.map_err(|error| error.failure())?;
        if let Some((note, file)) = known
            && answer.status == StatusCode::NOT_MODIFIED
        {
            // What is used last is thrown away last.
            touch(&file);
            let Note { answered_by: url, content_type, .. } = note;
            return Ok(Some(Cached { file, url, content_type, is_unchanged: true }));
        }
        if let Some(failure) = failure_of(answer.status, &answer.headers) {
            return Err(failure);
        }
        if answer.status != StatusCode::OK {
            let message = format!("the source answers {}", answer.status);
            return Err(Failure::new(FailureClass::Unsupported, message));
        }
        self.inner.cache.take(url, answer, wanted).await.map_err(|error| error.failure())
    }
}

impl Net {
    /// Whether it was noted lately that there is nothing at an address that we read ourselves.
    pub fn passes_over(&self, url: &str) -> bool {
        let noted = fs::metadata(self.inner.cache.other(url)).and_then(|facts| facts.modified());
        noted.is_ok_and(|at| at.elapsed().is_ok_and(|ago| ago < OTHER_FOR))
    }

    /// Notes that somebody else read the address, who need not be waited for next time. A note that holds is not
    /// renewed, or what became a feed meanwhile would never be looked at again.
    pub fn pass_over(&self, url: &str) {
        if self.passes_over(url) {
            return;
        }
        if let Err(error) = fs::write(self.inner.cache.other(url), []) {
            tracing::debug!(%error, "an address that is no feed will be asked again");
        }
    }
}

/// How long an address that was something else is believed to be that.
const OTHER_FOR: Duration = Duration::from_hours(7 * 24);

fn conditions(note: &Note) -> impl Iterator<Item = (header::HeaderName, HeaderValue)> {
    let values = [(header::IF_NONE_MATCH, &note.etag), (header::IF_MODIFIED_SINCE, &note.last_modified)];
    values.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_str(value.as_ref()?).ok()?)))
}

/// The folder.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    folder: PathBuf,
    bytes_max: u64,
}

/// Parts of an answer on their way to the disk.
const PARTS_WAITING_MAX: usize = 16;

impl Cache {
    pub(super) fn new(folder: PathBuf, bytes_max: u64) -> Self {
        Self { folder, bytes_max }
    }

    /// What is kept of an address, if all of it is there.
    fn known(&self, url: &str) -> Option<(Note, File)> {
        let note: Note = serde_json::from_slice(&fs::read(self.note(url)).ok()?).ok()?;
        let file = File::open(self.folder.join(Path::new(&note.body).file_name()?)).ok()?;
        (note.url == url).then_some((note, file))
    }

    fn note(&self, url: &str) -> PathBuf {
        self.folder.join(format!("{}.json", key(url)))
    }

    /// The note that there is nothing for us at an address.
    fn other(&self, url: &str) -> PathBuf {
        self.folder.join(format!("{}.other", key(url)))
    }

    /// Takes an answer in, unpacks it, and keeps it if it can be asked for under a condition next time.
    async fn take(&self, url: &str, answer: Answer, wanted: Wanted) -> Result<Option<Cached>, Error> {
        let text = |name| answer.header(&name).map(str::to_owned);
        let body = format!("{}-{:016x}.body", key(url), rand::random::<u64>());
        let note = Note {
            url: url.to_owned(),
            etag: text(header::ETAG),
            last_modified: text(header::LAST_MODIFIED),
            answered_by: answer.url.clone(),
            content_type: text(header::CONTENT_TYPE),
            body,
        };
        let packing = Packing::of(&answer.headers)?;
        let (parts, arriving) = mpsc::channel(PARTS_WAITING_MAX);
        let cache = self.clone();
        let written = tokio::task::spawn_blocking(move || cache.write(note, packing, wanted, arriving));
        let mut body = answer.body;
        let mut broken = None;
        loop {
            match body.chunk().await {
                Ok(Some(part)) => {
                    // The writer has an answer already: of another kind, too large, no room.
                    if parts.send(Ok(part)).await.is_err() {
                        break;
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    // What broke off is not kept as if it were whole; a writer that is gone has its own reason.
                    drop(parts.send(Err(())).await);
                    broken = Some(error);
                    break;
                }
            }
        }
        drop(parts);
        let written = written.await.map_err(io::Error::other)?;
        match (written, broken) {
            (Ok(None), _) => Ok(None),
            (_, Some(error)) | (Err(error), None) => Err(error),
            (Ok(kept), None) => Ok(kept),
        }
    }

    fn write(
        &self,
        note: Note,
        packing: Packing,
        wanted: Wanted,
        mut arriving: mpsc::Receiver<Result<Bytes, ()>>,
    ) -> Result<Option<Cached>, Error> {
        let path = self.folder.join(&note.body);
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        let unfinished = Unfinished { path: &path };
        let sink = Sink {
            file: BufWriter::with_capacity(64 << 10, file),
            bytes: 0,
            head: Vec::new(),
            content_type: note.content_type.clone(),
            wanted,
            end: None,
        };
        let mut unpacking = Unpacking::new(packing, sink);
        while let Some(part) = arriving.blocking_recv() {
            let Ok(part) = part else { return Err(Error::BrokeOff) };
            if let Err(error) = unpacking.write_all(&part) {
                return unpacking.inner().refused(error);
            }
        }
        if let Err(error) = unpacking.end() {
            return unpacking.inner().refused(error);
        }
        let mut sink = unpacking.into_inner()?;
        if let Err(error) = sink.judge() {
            return sink.refused(error);
        }
        let mut file = sink.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        if note.etag.is_some() || note.last_modified.is_some() {
            // A note that a power cut leaves must not speak of a body that it took.
            file.sync_all()?;
            self.remember(&note)?;
            std::mem::forget(unfinished);
        }
        let Note { answered_by: url, content_type, .. } = note;
        Ok(Some(Cached { file, url, content_type, is_unchanged: false }))
    }

    /// From here on the answer is the one that is kept; the one before goes.
    fn remember(&self, note: &Note) -> io::Result<()> {
        let before = self.known(&note.url).map(|(before, _)| before.body);
        whole::write(&self.note(&note.url), &serde_json::to_vec(note)?)?;
        if let Some(before) = before.filter(|before| *before != note.body) {
            remove(&self.folder.join(before));
        }
        self.make_room(&note.body)
    }

    /// Throws away what was used longest ago until what is kept is no more than it may be.
    fn make_room(&self, newest: &str) -> io::Result<()> {
        let mut bodies = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if name.to_string_lossy().ends_with(".body")
                && let Ok(facts) = entry.metadata()
            {
                bodies.push((facts.modified()?, facts.len(), name));
            }
        }
        let mut bytes: u64 = bodies.iter().map(|(_, bytes, _)| bytes).sum();
        bodies.sort();
        for (_, size, name) in bodies {
            if bytes <= self.bytes_max {
                break;
            }
            if name.to_string_lossy() != newest {
                remove(&self.folder.join(name));
                bytes -= size;
            }
        }
        Ok(())
    }
}

/// It was there a moment ago; whoever else removed it wanted the same.
fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "an answer that is needed no more stays on the disk");
    }
}

/// Says that it was used now; if that can't be said, it is thrown away a little earlier.
fn touch(file: &File) {
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    if let Err(error) = futimens(file, &Timestamps { last_access: now, last_modification: now }) {
        tracing::debug!(%error, "a kept answer can't be marked as used");
    }
}

fn key(url: &str) -> String {
    blake3::hash(url.as_bytes()).to_hex()[..32].to_owned()
}

/// A file that has no name any more once it turned out not to be kept; who has it open reads on.
struct Unfinished<'a> {
    path: &'a Path,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        remove(self.path);
    }
}

/// Where unpacked bytes go.
#[derive(Debug)]
struct Sink {
    file: BufWriter<File>,
    bytes: u64,
    head: Vec<u8>,
    content_type: Option<String>,
    wanted: Wanted,
    /// Why nothing more is taken.
    end: Option<End>,
}

#[derive(Debug, Clone, Copy)]
enum End {
    /// It is of another kind.
    Unfit,
    TooLarge,
    /// The disk refuses it.
    Storage,
}

impl Sink {
    /// Whether it is of the kind that is wanted, once enough of it is there to say.
    fn judge(&mut self) -> io::Result<()> {
        if (self.wanted.fits)(self.content_type.as_deref(), &self.head) {
            return Ok(());
        }
        self.end = Some(End::Unfit);
        Err(io::Error::other("of another kind"))
    }

    fn refused(&self, error: io::Error) -> Result<Option<Cached>, Error> {
        match self.end {
            Some(End::Unfit) => Ok(None),
            Some(End::TooLarge) => Err(Error::TooLarge { bytes_max: self.wanted.bytes_max }),
            Some(End::Storage) => Err(Error::Storage(error)),
            None => Err(Error::Packed),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.wanted.bytes_max {
            self.end = Some(End::TooLarge);
            return Err(io::Error::other("too large"));
        }
        if self.head.len() < Wanted::HEAD_BYTES {
            let lacking = Wanted::HEAD_BYTES - self.head.len();
            self.head.extend_from_slice(&bytes[..lacking.min(bytes.len())]);
            if self.head.len() == Wanted::HEAD_BYTES {
                self.judge()?;
            }
        }
        self.file.write_all(bytes).inspect_err(|_| self.end = Some(End::Storage))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
