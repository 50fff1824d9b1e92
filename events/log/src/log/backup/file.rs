//! The form of the file, as it is read: header, settings, frames, what is attached, closing hash. See `docs/log-format.md`.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    super::{
        chain::{self, Hash},
        frame::Frame,
        read,
        rules::Rules,
        tables::FORMAT,
    },
    BackupError,
};

/// What the file begins with; the number is that of its form.
pub(super) const MAGIC: &[u8; 16] = b"mediary-backup1\n";
/// The same of one with files behind the record, which an older program doesn't know.
pub(super) const MAGIC_ATTACHED: &[u8; 16] = b"mediary-backup2\n";
/// What is read and written at once of an attached file.
pub(super) const PIECE_BYTES: usize = 64 << 10;
/// The longest header; it holds numbers and names of files.
const HEADER_BYTES_MAX: u32 = 1 << 20;
/// The longest setting: a configuration of people, some passwords.
pub(super) const SETTING_BYTES_MAX: u64 = 1 << 20;
/// The longest frame: a payload and an envelope, with room for a longer extension area of later programs.
const FRAME_BYTES_MAX: u32 = 1 << 20;

/// What stands before the events.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Header {
    /// The format of the log.
    pub(super) log_format: u32,
    pub(super) log_id: Uuid,
    /// In hex: what makes derived ids this installation's own.
    pub(super) identity_key: String,
    pub(super) last_position: u64,
    /// In hex: the chain after it.
    pub(super) last_hash: String,
    /// Files of the folder that are no events, in the order of their bytes.
    pub(super) settings: Vec<Setting>,
    /// Files behind the record, in the order of their bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) attached: Vec<Setting>,
}

/// A file of the folder that is no event.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Setting {
    /// Its path in the folder.
    pub(super) name: String,
    pub(super) bytes: u64,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// Whose log it is.
    pub log_id: Uuid,
    /// The last event in it.
    pub last_position: u64,
    /// The hash of the chain after it.
    pub last_hash: Hash,
    /// Files behind the record, by their paths in the folder, with their lengths in bytes.
    pub attached: Vec<(String, u64)>,
}

/// Proves a backup from the file alone, without the log.
pub fn prove_backup(path: &Path) -> Result<BackedUp, BackupError> {
    let mut reader = Reader::open(path)?;
    while reader.next_frame()?.is_some() {}
    reader.read_attached(|_, _| Ok(()))?;
    reader.finish()
}

/// Reads a backup from its beginning to its end, and proves each part as it comes.
pub(super) struct Reader {
    input: Hashed<BufReader<File>>,
    pub(super) header: Header,
    pub(super) identity_key: [u8; 32],
    pub(super) settings: Vec<(String, Vec<u8>)>,
    last_hash: Hash,
    rules: Rules,
    position: u64,
    /// The epoch of the last event that was read; 0 before the first.
    pub(super) epoch: u64,
    hash: Hash,
    frame: Vec<u8>,
}

impl Reader {
    pub(super) fn open(path: &Path) -> Result<Self, BackupError> {
        let file = File::open(path).map_err(BackupError::File)?;
        let mut input = Hashed { inner: BufReader::new(file), hasher: blake3::Hasher::new() };
        let mut magic = [0; MAGIC.len()];
        input.fill(&mut magic, "its beginning").map_err(|_| foreign("it does not begin like one"))?;
        if &magic != MAGIC && &magic != MAGIC_ATTACHED {
            return Err(foreign("it does not begin like one"));
        }
        let length = input.length(HEADER_BYTES_MAX, "its header")?;
        let mut bytes = vec![0; length];
        input.fill(&mut bytes, "its header")?;
        let header: Header =
            serde_json::from_slice(&bytes).map_err(|error| damaged(format!("its header: {error}")))?;
        if header.log_format != FORMAT {
            return Err(foreign(&format!("its log has format {}, and this is {FORMAT}", header.log_format)));
        }
        let identity_key = hash_of(&header.identity_key, "its identity key")?;
        let last_hash = hash_of(&header.last_hash, "its last hash")?;
        let mut settings = Vec::new();
        for setting in &header.settings {
            if setting.bytes > SETTING_BYTES_MAX {
                return Err(damaged(format!("{} is longer than a setting is", setting.name)));
            }
            let mut bytes = vec![0; setting.bytes as usize];
            input.fill(&mut bytes, "a setting")?;
            settings.push((setting.name.clone(), bytes));
        }
        let hash = chain::genesis(header.log_id);
        let (rules, frame) = (Rules::after(0), Vec::new());
        Ok(Self {
            input,
            header,
            identity_key,
            settings,
            last_hash,
            rules,
            position: 0,
            epoch: 0,
            hash,
            frame,
        })
    }

    /// The next event's frame and the chain after it; none behind the last.
    pub(super) fn next_frame(&mut self) -> Result<Option<(Frame<'_>, Hash)>, BackupError> {
        if self.position == self.header.last_position {
            return Ok(None);
        }
        let position = self.position + 1;
        let what = format!("event {position}");
        let length = self.input.length(FRAME_BYTES_MAX, &what)?;
        self.frame.resize(length, 0);
        self.input.fill(&mut self.frame, &what)?;
        let wrong = |detail: &dyn std::fmt::Display| damaged(format!("{what}: {detail}"));
        let frame = read::parse(position, &self.frame).map_err(|damage| wrong(&damage))?;
        if !frame.payload_matches() {
            return Err(wrong(&"its payload does not match its digest"));
        }
        if let Some(broken) = self.rules.broken_by(&frame) {
            return Err(wrong(&broken));
        }
        self.hash = chain::link(&self.hash, frame.envelope_bytes(), frame.digest());
        (self.position, self.epoch) = (position, frame.epoch());
        Ok(Some((frame, self.hash)))
    }

    /// Hands on what is attached, once all frames were read: pieces of each file by its number, in order.
    pub(super) fn read_attached(
        &mut self,
        mut each: impl FnMut(usize, &[u8]) -> Result<(), BackupError>,
    ) -> Result<(), BackupError> {
        let mut piece = vec![0; PIECE_BYTES];
        for (n, Setting { bytes, .. }) in self.header.attached.iter().enumerate() {
            let mut left = *bytes;
            while left > 0 {
                let length = left.min(PIECE_BYTES as u64) as usize;
                self.input.fill(&mut piece[..length], "what is attached")?;
                each(n, &piece[..length])?;
                left -= length as u64;
            }
        }
        Ok(())
    }

    /// Proves the end, once all frames and all that is attached were read.
    pub(super) fn finish(mut self) -> Result<BackedUp, BackupError> {
        if self.rules.append_left() > 0 {
            return Err(damaged("the last append is not whole".to_owned()));
        }
        if self.hash != self.last_hash {
            return Err(damaged("the chain does not end in its last hash".to_owned()));
        }
        let expected = *self.input.hasher.finalize().as_bytes();
        let mut closing = [0; 32];
        self.input.fill(&mut closing, "its closing hash")?;
        if closing != expected {
            return Err(damaged("its bytes do not match its closing hash".to_owned()));
        }
        let more = self.input.inner.read(&mut [0]).map_err(BackupError::File)?;
        if more > 0 {
            return Err(damaged("something stands behind its end".to_owned()));
        }
        let Header { log_id, last_position, attached, .. } = self.header;
        let attached = attached.into_iter().map(|Setting { name, bytes }| (name, bytes)).collect();
        Ok(BackedUp { log_id, last_position, last_hash: self.last_hash, attached })
    }
}

/// Hashes what is read.
struct Hashed<R> {
    inner: R,
    hasher: blake3::Hasher,
}

impl<R: Read> Hashed<R> {
    fn fill(&mut self, bytes: &mut [u8], what: &str) -> Result<(), BackupError> {
        self.inner.read_exact(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => damaged(format!("it ends within {what}")),
            _ => BackupError::File(error),
        })?;
        self.hasher.update(bytes);
        Ok(())
    }

    fn length(&mut self, max: u32, what: &str) -> Result<usize, BackupError> {
        let mut length = [0; 4];
        self.fill(&mut length, what)?;
        let length = u32::from_be_bytes(length);
        if length > max {
            return Err(damaged(format!("{what} would be {length} bytes long")));
        }
        Ok(length as usize)
    }
}

fn hash_of(hex: &str, what: &str) -> Result<Hash, BackupError> {
    let hash = blake3::Hash::from_hex(hex).map_err(|_| damaged(format!("{what} is malformed")))?;
    Ok(*hash.as_bytes())
}

fn foreign(detail: &str) -> BackupError {
    BackupError::Foreign { detail: detail.to_owned() }
}

fn damaged(detail: String) -> BackupError {
    BackupError::Damaged { detail }
}
