use std::{
    fs::File,
    io::{self, Read as _, Write},
};

use super::{
    super::{
        chain::{self, Hash},
        error::{Damage, ReadError},
        export::Source,
        offline::OfflineLog,
        read,
        store::{Head, Store},
        tables::{FORMAT, KEY_IDENTITY, META},
    },
    BackedUp, BackupError, BackupSettings,
    file::{Header, MAGIC, MAGIC_ATTACHED, PIECE_BYTES, SETTING_BYTES_MAX, Setting},
};

/// Writes a backup of a log, also of one that grows meanwhile: it ends with the event that is the last one now.
///
/// Settings are files of the folder that are no events, by their paths in it; they are read once it is known which event
/// is the last.
pub fn backup(
    source: Source<'_>,
    settings: impl FnOnce() -> io::Result<BackupSettings>,
    out: &mut impl Write,
) -> Result<BackedUp, BackupError> {
    backup_with(source, settings, Vec::new(), out)
}

/// A file that goes along with a backup although nothing depends on it: as long as it likes, behind the record.
#[derive(Debug)]
pub struct Attached {
    /// Its path in the folder.
    pub name: String,
    /// Its bytes, which nobody changes any more, from where it stands.
    pub file: File,
}

/// The same, with files behind the record.
pub fn backup_with(
    source: Source<'_>,
    settings: impl FnOnce() -> io::Result<BackupSettings>,
    attached: Vec<Attached>,
    out: &mut impl Write,
) -> Result<BackedUp, BackupError> {
    match source {
        Source::Live(log) => write(log.store(), log.head(), settings, attached, out),
        Source::Folder(directory) => {
            let offline = OfflineLog::open(directory)?;
            let head = offline.store.tail()?.head;
            write(&offline.store, head, settings, attached, out)
        }
    }
}

fn write(
    store: &Store,
    head: Head,
    settings: impl FnOnce() -> io::Result<BackupSettings>,
    attached: Vec<Attached>,
    out: &mut impl Write,
) -> Result<BackedUp, BackupError> {
    let identity_key = identity_key(store)?;
    // The head is known: whatever key an event up to there is sealed by is on the disk.
    let settings = settings().map_err(BackupError::Settings)?;
    let settings: Vec<_> =
        settings.iter().filter(|(_, bytes)| bytes.len() as u64 <= SETTING_BYTES_MAX).collect();
    let named =
        |(name, bytes): &&(String, Vec<u8>)| Setting { name: name.clone(), bytes: bytes.len() as u64 };
    let sized = |Attached { name, file }: &Attached| {
        Ok(Setting { name: name.clone(), bytes: file.metadata().map_err(BackupError::Settings)?.len() })
    };
    let behind = attached.iter().map(sized).collect::<Result<Vec<_>, BackupError>>()?;
    let header = Header {
        log_format: FORMAT,
        log_id: store.log_id(),
        identity_key: hex(&identity_key),
        last_position: head.position,
        last_hash: hex(&head.hash),
        settings: settings.iter().map(named).collect(),
        attached: behind.clone(),
    };
    let header = serde_json::to_vec(&header).map_err(|error| BackupError::Write(error.into()))?;
    let mut out = Hashing { inner: out, hasher: blake3::Hasher::new() };
    out.put(if behind.is_empty() { MAGIC } else { MAGIC_ATTACHED })?;
    out.put_long(&header)?;
    for (_, bytes) in settings {
        out.put(bytes)?;
    }
    if events(store, head.position, &mut out)? != head.hash {
        let detail = "the chain does not lead to its last hash".to_owned();
        let damage = Damage::Envelope { first: 1, last: head.position, detail };
        return Err(ReadError::from(damage).into());
    }
    for (file, Setting { bytes, .. }) in attached.into_iter().zip(&behind) {
        put_file(file.file, *bytes, &mut out)?;
    }
    let closing = *out.hasher.finalize().as_bytes();
    out.put(&closing)?;
    let attached = behind.into_iter().map(|Setting { name, bytes }| (name, bytes)).collect();
    Ok(BackedUp { log_id: store.log_id(), last_position: head.position, last_hash: head.hash, attached })
}

/// Writes all events up to a position, and answers the hash of the chain after it.
fn events(store: &Store, last: u64, out: &mut Hashing<'_, impl Write>) -> Result<Hash, BackupError> {
    let (mut hash, mut next) = (chain::genesis(store.log_id()), 1);
    while next <= last {
        for (position, frame) in store.frames(next, last)? {
            let parsed = read::parse(position, &frame).map_err(ReadError::from)?;
            hash = chain::link(&hash, parsed.envelope_bytes(), parsed.digest());
            out.put_long(&frame)?;
            next = position + 1;
        }
    }
    Ok(hash)
}

/// Writes as many bytes of a file as were announced.
fn put_file(file: File, bytes: u64, out: &mut Hashing<'_, impl Write>) -> Result<(), BackupError> {
    let (mut file, mut piece, mut left) = (file.take(bytes), vec![0; PIECE_BYTES], bytes);
    while left > 0 {
        let length = file.read(&mut piece).map_err(BackupError::Settings)?;
        if length == 0 {
            return Err(BackupError::Settings(io::ErrorKind::UnexpectedEof.into()));
        }
        out.put(&piece[..length])?;
        left -= length as u64;
    }
    Ok(())
}

fn identity_key(store: &Store) -> Result<Vec<u8>, ReadError> {
    store.read(|transaction| {
        let meta = transaction.open_table(META)?;
        let key = meta.get(KEY_IDENTITY)?.map(|value| value.value().to_vec());
        let missing = || Damage::Structure { detail: "the log does not know its identity key".to_owned() };
        Ok(key.ok_or_else(missing)?)
    })
}

/// Hashes what is written.
struct Hashing<'a, W> {
    inner: &'a mut W,
    hasher: blake3::Hasher,
}

impl<W: Write> Hashing<'_, W> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.hasher.update(bytes);
        self.inner.write_all(bytes).map_err(BackupError::Write)
    }

    /// With the length in front.
    fn put_long(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        let length =
            u32::try_from(bytes.len()).map_err(|error| BackupError::Write(io::Error::other(error)))?;
        self.put(&length.to_be_bytes())?;
        self.put(bytes)
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Text takes whatever is written to it.
        write!(text, "{byte:02x}").ok();
    }
    text
}
