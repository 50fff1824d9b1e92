//! The keys by which what persons record about themselves is sealed, one for each person until it is destroyed.
//!
//! All of them are in memory while the log is open: there are as many as persons, and no reading of an event waits for a
//! file, or fails for one. A key is on the disk, wrapped by the master key, before anything is sealed by it.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use mediary_schema::{DataKeyId, PrincipalId};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use zeroize::Zeroizing;

use super::{
    FOLDER, KEY_FILE, VaultError,
    master::Masters,
    seal::{Bound, Key},
    store::{self, Store},
};

/// The keys of persons.
#[derive(Debug, Default)]
pub struct PersonKeys {
    /// Where they lie; none where none may be made, and none is there.
    place: Option<Place>,
    held: RwLock<Held>,
    /// Held while files are made or wrapped anew: a key that is wrapped by a master key which is just given up would be lost.
    files: Mutex<()>,
}

#[derive(Debug)]
struct Place {
    store: Store,
    key_file: PathBuf,
}

#[derive(Debug, Default)]
struct Held {
    keys: HashMap<DataKeyId, Key>,
    /// By which each person's events are sealed from now on.
    current: BTreeMap<PrincipalId, DataKeyId>,
}

impl PersonKeys {
    /// Reads those of a data folder; refuses if there is one that the key file does not open.
    pub fn load(data: &Path, key_file: Option<&Path>) -> Result<Self, VaultError> {
        let key_file = key_file.map_or_else(|| data.join(KEY_FILE), Path::to_owned);
        let store = Store::at(data.join(FOLDER));
        let mut held = Held::default();
        let found = store.persons().map_err(VaultError::Store)?;
        if !found.is_empty() {
            let masters = Masters::read(&key_file)?.ok_or(VaultError::KeyMissing)?;
            for (person, id) in found {
                if let Some(key) = store.person_key(&masters, person, id)? {
                    held.take(person, id, key);
                }
            }
        }
        Ok(Self { place: Some(Place { store, key_file }), held: RwLock::new(held), files: Mutex::default() })
    }

    /// Sees to it that a person has a key: then it is on the disk.
    pub(crate) fn make_sure(&self, person: PrincipalId) -> Result<(), VaultError> {
        if self.has(person) {
            return Ok(());
        }
        let Some(Place { store, key_file }) = &self.place else { return Err(VaultError::KeyMissing) };
        let _held = self.hold();
        let masters = Masters::read_or_new(key_file, || store.has_keys())?;
        let (id, key) = (new_id(), Key::new());
        store.put_person_key(&masters, person, id, &key)?;
        self.write().take(person, id, key);
        Ok(())
    }

    /// Whether a person has a key: whether anything may be sealed for him.
    pub fn has(&self, person: PrincipalId) -> bool {
        self.read().current.contains_key(&person)
    }

    /// Every key by which something of a person may be sealed.
    pub fn ids_of(&self, person: PrincipalId) -> Result<Vec<DataKeyId>, VaultError> {
        let Some(Place { store, .. }) = &self.place else { return Ok(Vec::new()) };
        let found = store.persons().map_err(VaultError::Store)?;
        Ok(found.into_iter().filter(|(of, _)| *of == person).map(|(_, id)| id).collect())
    }

    /// Seals by a person's key, bound to what follows from it; none if he has none.
    pub(crate) fn seal(
        &self,
        person: PrincipalId,
        bound: impl FnOnce(DataKeyId) -> Bound,
        plain: &[u8],
    ) -> Option<(DataKeyId, Vec<u8>)> {
        let held = self.read();
        let id = *held.current.get(&person)?;
        Some((id, held.keys.get(&id)?.seal(&bound(id), plain)))
    }

    /// Opens what was sealed by a key; none if that is not here, or it was sealed as something else.
    pub(crate) fn open(&self, id: DataKeyId, bound: &Bound, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.read().keys.get(&id)?.open(bound, sealed)
    }

    /// Seals and opens nothing by these any more: the vault destroys their files.
    pub(crate) fn forget<'a>(&self, ids: impl IntoIterator<Item = &'a DataKeyId>) {
        let mut held = self.write();
        for id in ids {
            held.keys.remove(id);
            held.current.retain(|_, current| current != id);
        }
    }

    /// Keeps keys from being made.
    pub(super) fn hold(&self) -> MutexGuard<'_, ()> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn take(&mut self, person: PrincipalId, id: DataKeyId, key: Key) {
        self.keys.insert(id, key);
        self.current.insert(person, id);
    }
}

/// The files of a data folder by which what belongs to persons is readable, as paths in it: without them a copy of the log
/// has lost that. No value of a secret is among them.
pub fn person_files(data: &Path) -> io::Result<Vec<String>> {
    let persons = Store::at(data.join(FOLDER)).persons()?;
    if persons.is_empty() {
        return Ok(Vec::new());
    }
    let key_file = data.join(KEY_FILE).exists().then(|| KEY_FILE.to_owned());
    let keys = persons.into_iter().map(|(person, id)| format!("{FOLDER}/{}", store::person_file(person, id)));
    Ok(keys.chain(key_file).collect())
}

fn new_id() -> DataKeyId {
    let bytes: [u8; 16] = StdRng::from_os_rng().random();
    DataKeyId::from_uuid(uuid::Builder::from_random_bytes(bytes).into_uuid())
}
