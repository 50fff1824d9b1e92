//! The files of the vault: wrapped data keys, and values that are sealed by them.

use std::{
    fs::{self, DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use mediary_schema::{DataKeyId, MasterKeyId, PrincipalId, SealedId, SecretId};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    VaultError,
    known::Known,
    master::Masters,
    seal::{Bound, Key},
};
use crate::whole;

/// What a wrapped key begins with: a form that is ever changed begins otherwise.
const WRAPPED: &[u8; 8] = b"mdywrap1";
/// What a sealed value begins with.
const SEALED: &[u8; 8] = b"mdyseal1";

/// Where a value lies, and whose it is: what it is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "each is an id, and is called so everywhere")]
pub struct Place {
    /// The secret.
    pub secret_id: SecretId,
    /// The key that it is sealed by.
    pub data_key_id: DataKeyId,
    /// The value.
    pub sealed_id: SealedId,
}

impl Place {
    fn bound(&self) -> Bound {
        let Self { secret_id, data_key_id, sealed_id } = self;
        Bound::to("mediary sealed", &[secret_id.uuid(), data_key_id.uuid(), sealed_id.uuid()])
    }
}

/// How far a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// No event says yet that it counts.
    Pending,
    /// An event says that it counts, or did.
    Kept,
}

/// A file of the vault, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Key(DataKeyId),
    /// The key of a person.
    Person(PrincipalId, DataKeyId),
    Value(DataKeyId, SealedId, Stage),
    /// A write that was cut off.
    Unfinished,
}

impl Named {
    fn parse(name: &str) -> Option<Self> {
        let parts: Vec<&str> = name.split('.').collect();
        let key = |text: &str| Uuid::parse_str(text).ok().map(DataKeyId::from_uuid);
        let value = |text: &str| Uuid::parse_str(text).ok().map(SealedId::from_uuid);
        match parts.as_slice() {
            [.., "new"] => Some(Self::Unfinished),
            [of, "key"] => Some(Self::Key(key(of)?)),
            [of, id, "person"] => {
                Some(Self::Person(PrincipalId::from_uuid(Uuid::parse_str(of).ok()?), key(id)?))
            }
            [of, id, "pending"] => Some(Self::Value(key(of)?, value(id)?, Stage::Pending)),
            [of, id, "sealed"] => Some(Self::Value(key(of)?, value(id)?, Stage::Kept)),
            _ => None,
        }
    }
}

/// The folder.
#[derive(Debug)]
pub(super) struct Store(PathBuf);

impl Store {
    pub(super) const fn at(folder: PathBuf) -> Self {
        Self(folder)
    }

    fn key_path(&self, id: DataKeyId) -> PathBuf {
        self.0.join(format!("{}.key", id.uuid()))
    }

    fn person_path(&self, person: PrincipalId, id: DataKeyId) -> PathBuf {
        self.0.join(person_file(person, id))
    }

    fn value_path(&self, key: DataKeyId, id: SealedId, stage: Stage) -> PathBuf {
        let word = if stage == Stage::Pending { "pending" } else { "sealed" };
        self.0.join(format!("{}.{}.{word}", key.uuid(), id.uuid()))
    }

    fn make(&self) -> Result<(), VaultError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        made.map_err(VaultError::Store)
    }

    /// Every file whose name says something, in no order; none if there is no folder.
    fn files(&self) -> io::Result<Vec<(PathBuf, Named)>> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if let Some(named) = path.file_name().and_then(|name| Named::parse(name.to_str()?)) {
                found.push((path, named));
            }
        }
        Ok(found)
    }

    /// Whether anything here needs a master key.
    pub(super) fn has_keys(&self) -> Result<bool, VaultError> {
        let files = self.files().map_err(VaultError::Store)?;
        Ok(files.iter().any(|(_, named)| matches!(named, Named::Key(_) | Named::Person(..))))
    }

    /// The keys of persons that are here, each with whose it is, in the order of their ids.
    pub(super) fn persons(&self) -> io::Result<Vec<(PrincipalId, DataKeyId)>> {
        let named = self.files()?.into_iter().map(|(_, named)| named);
        let mut found: Vec<_> = named
            .filter_map(|named| match named {
                Named::Person(person, id) => Some((person, id)),
                Named::Key(_) | Named::Value(..) | Named::Unfinished => None,
            })
            .collect();
        found.sort_unstable();
        Ok(found)
    }

    /// Whether a data key is here.
    pub(super) fn has_key(&self, id: DataKeyId) -> bool {
        self.key_path(id).exists()
    }

    /// A data key; none if it is not here.
    pub(super) fn key(&self, masters: &Masters, id: DataKeyId) -> Result<Option<Key>, VaultError> {
        let Some(file) = read(&self.key_path(id))? else { return Ok(None) };
        unwrap(masters, |master| of_key(master, id), &file).map(Some)
    }

    /// A data key, made if it is not here.
    pub(super) fn key_or_new(&self, masters: &Masters, id: DataKeyId) -> Result<Key, VaultError> {
        if let Some(key) = self.key(masters, id)? {
            return Ok(key);
        }
        self.make()?;
        let key = Key::new();
        self.wrap(masters.current(), id, &key)?;
        Ok(key)
    }

    /// The key of a person; none if it is not here.
    pub(super) fn person_key(
        &self,
        masters: &Masters,
        person: PrincipalId,
        id: DataKeyId,
    ) -> Result<Option<Key>, VaultError> {
        let Some(file) = read(&self.person_path(person, id))? else { return Ok(None) };
        unwrap(masters, |master| of_person(master, person, id), &file).map(Some)
    }

    /// Puts the key of a person there, durable.
    pub(super) fn put_person_key(
        &self,
        masters: &Masters,
        person: PrincipalId,
        id: DataKeyId,
        key: &Key,
    ) -> Result<(), VaultError> {
        self.make()?;
        let bound = |master| of_person(master, person, id);
        wrap(masters.current(), &self.person_path(person, id), bound, key)
    }

    fn wrap(&self, master: &Key, id: DataKeyId, key: &Key) -> Result<(), VaultError> {
        wrap(master, &self.key_path(id), |master| of_key(master, id), key)
    }

    /// Wraps by the first master key whatever is wrapped by another one.
    pub(super) fn rewrap(&self, masters: &Masters) -> Result<(), VaultError> {
        let current = masters.current().master_id();
        for (path, named) in self.files().map_err(VaultError::Store)? {
            let bound = |master| match named {
                Named::Key(id) => Some(of_key(master, id)),
                Named::Person(person, id) => Some(of_person(master, person, id)),
                Named::Value(..) | Named::Unfinished => None,
            };
            let (Some(of_current), Some(file)) = (bound(current.uuid()), read(&path)?) else { continue };
            if wrapped_by(&file) != Some(current) {
                let key = unwrap(masters, |master| bound(master).unwrap_or_default(), &file)?;
                wrap(masters.current(), &path, |_| of_current, &key)?;
            }
        }
        Ok(())
    }

    /// Puts a value where no event has said yet that it counts.
    pub(super) fn put(&self, key: &Key, place: Place, value: &[u8]) -> Result<(), VaultError> {
        let file = [SEALED.as_slice(), &key.seal(&place.bound(), value)].concat();
        let path = self.value_path(place.data_key_id, place.sealed_id, Stage::Pending);
        whole::write(&path, &file).map_err(VaultError::Store)
    }

    /// A value, whichever way it is; none if it is not here.
    pub(super) fn value(&self, key: &Key, place: Place) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let of = |stage| read(&self.value_path(place.data_key_id, place.sealed_id, stage));
        // It may be renamed between the two, in this direction only.
        let found = match of(Stage::Pending)? {
            Some(file) => Some(file),
            None => of(Stage::Kept)?,
        };
        let Some(file) = found else { return Ok(None) };
        let sealed = file.strip_prefix(SEALED).ok_or(VaultError::Unopened)?;
        key.open(&place.bound(), sealed).map(Some).ok_or(VaultError::Unopened)
    }

    /// Makes the folder what the log says: what counts is kept, what counts no longer is destroyed. What the log doesn't
    /// know stays, but at a start for what is left of sets that no event followed.
    pub(super) fn settle(&self, known: &Known, is_start: bool) -> io::Result<()> {
        let files = self.files()?;
        let keeps = |key, named: &Named| matches!(named, Named::Value(of, _, Stage::Kept) if *of == key);
        let has_values = |key| files.iter().any(|(_, named)| keeps(key, named));
        let mut changed = false;
        // Keys first: without its key a value is nothing.
        let keys_first =
            |(_, named): &&(PathBuf, Named)| matches!(named, Named::Value(..) | Named::Unfinished);
        let mut ordered: Vec<_> = files.iter().collect();
        ordered.sort_by_key(keys_first);
        for (path, named) in ordered {
            let is_over = match *named {
                Named::Unfinished => is_start,
                Named::Key(key) | Named::Person(_, key) if known.is_destroyed(key) => true,
                Named::Key(key) => {
                    is_start && known.is_clear() && !known.is_key_of_any(key) && !has_values(key)
                }
                Named::Value(key, id, _) if known.is_destroyed(key) || known.is_replaced(id) => true,
                Named::Value(key, id, Stage::Pending) if known.counts(key, id) => {
                    fs::rename(path, self.value_path(key, id, Stage::Kept))?;
                    changed = true;
                    false
                }
                Named::Value(_, _, Stage::Pending) => is_start && known.is_clear(),
                // What is sealed by the key of a person nobody knows but by reading every event.
                Named::Value(_, _, Stage::Kept) | Named::Person(..) => false,
            };
            if is_over {
                remove(path)?;
                changed = true;
            }
        }
        if changed { File::open(&self.0)?.sync_all() } else { Ok(()) }
    }
}

/// The name of the file of a person's key.
pub(super) fn person_file(person: PrincipalId, id: DataKeyId) -> String {
    format!("{}.{}.person", person.uuid(), id.uuid())
}

fn of_key(master: Uuid, id: DataKeyId) -> Bound {
    Bound::to("mediary data key", &[master, id.uuid()])
}

fn of_person(master: Uuid, person: PrincipalId, id: DataKeyId) -> Bound {
    Bound::to("mediary data key of a person", &[master, person.uuid(), id.uuid()])
}

fn wrap(master: &Key, path: &Path, bound: impl FnOnce(Uuid) -> Bound, key: &Key) -> Result<(), VaultError> {
    let master_id = master.master_id().uuid();
    let wrapped = master.seal(&bound(master_id), key.as_bytes());
    let file = [WRAPPED.as_slice(), master_id.as_bytes(), &wrapped].concat();
    whole::write(path, &file).map_err(VaultError::Store)
}

/// By which master key it is wrapped.
fn wrapped_by(file: &[u8]) -> Option<MasterKeyId> {
    let (id, _) = file.strip_prefix(WRAPPED)?.split_first_chunk()?;
    Some(MasterKeyId::from_uuid(Uuid::from_bytes(*id)))
}

fn unwrap(masters: &Masters, bound: impl FnOnce(Uuid) -> Bound, file: &[u8]) -> Result<Key, VaultError> {
    let master_id = wrapped_by(file).ok_or(VaultError::Unopened)?;
    let master = masters.find(master_id).ok_or(VaultError::OfAnotherKey)?;
    let wrapped = &file[WRAPPED.len() + 16..];
    let key = master.open(&bound(master_id.uuid()), wrapped).ok_or(VaultError::Unopened)?;
    Key::try_from_slice(&key).ok_or(VaultError::Unopened)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, VaultError> {
    match fs::read(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(VaultError::Store(error)),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
