//! The vault: values that are kept and told to nobody (SE-10).
//!
//! Guarantees: a value is on the disk only sealed, by a key of its own secret, which is wrapped by the master key; what is
//! sealed is bound to its ids and opens as nothing else. A value is durable before an event says that it counts, so that
//! no event names one that is not there; one that no event followed is gone with the next start. What is deleted or
//! replaced is destroyed once the log says so, also after a crash in between. Nothing is destroyed because the log
//! doesn't know it, but for sets that were never finished.
//!
//! Does not: overwrite what it removes, since disks and file systems keep copies that no program reaches; see [`OUT_OF_REACH`].

mod error;
mod known;
mod master;
mod persons;
mod reach;
mod seal;
mod store;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mediary_schema::{DataKeyId, MasterKeyId, PrincipalId, SealedId, SecretId};
use tokio::sync::watch;
use zeroize::Zeroizing;

pub(crate) use self::seal::Bound;
pub use self::{
    error::VaultError,
    persons::{PersonKeys, person_files},
    reach::{OUT_OF_REACH, OUT_OF_REACH_OF_SHREDDING, OutOfReach},
    store::Place,
};
use self::{known::Known, master::Masters, seal::Key, store::Store};
use crate::{
    log::{Log, ReadError},
    spawn::{self, Service},
};

/// The longest value: a file of cookies is far shorter.
pub const VALUE_BYTES_MAX: usize = 64 << 10;
/// The file of the master key in the data folder, if no other is named: beside the log and the vault, in neither.
pub const KEY_FILE: &str = "vault.key";
/// The folder of what is sealed.
const FOLDER: &str = "vault";

/// Events that are folded at once.
const BATCH: usize = 1_024;
/// How long it rests after a fault of the disk.
const REST: Duration = Duration::from_secs(1);

/// A value on its way into the vault, or opened for work inside the server. It is never shown nor serialised, and overwritten
/// when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Value(Zeroizing<Vec<u8>>);

impl Value {
    /// The value itself.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl<B: Into<Vec<u8>>> From<B> for Value {
    fn from(bytes: B) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// What came of putting a value there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is there, durable.
    Done,
    /// Another value is there, which the same command brought.
    Another,
}

struct Held {
    /// The log, whose keys of persons are wrapped with the others.
    log: Log,
    key_file: PathBuf,
    store: Store,
    known: Known,
}

/// The vault. Cheap to clone; the last one dropped ends the following of the log.
#[derive(Clone)]
pub struct Vault {
    held: Arc<Mutex<Held>>,
    settled: watch::Receiver<u64>,
    _following: Arc<Service>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Vault")
    }
}

impl Vault {
    /// Opens the vault of a data folder, finishes what a crash left half done, and follows the log from then on. Its key
    /// file is made once it is needed. Blocks for the time of a few reads.
    pub fn start(log: &Log, data: &Path, key_file: Option<PathBuf>) -> Result<Self, VaultError> {
        let key_file = key_file.unwrap_or_else(|| data.join(KEY_FILE));
        let (known, position) = Known::read(log).map_err(VaultError::Log)?;
        let held = Held { log: log.clone(), key_file, store: Store::at(data.join(FOLDER)), known };
        held.store.settle(&held.known, true).map_err(VaultError::Store)?;
        {
            let _wrapping = log.person_keys().hold();
            held.finish_rotation()?;
        }
        let held = Arc::new(Mutex::new(held));
        let (settling, settled) = watch::channel(position);
        let (log, following, settling) = (log.clone(), Arc::clone(&held), Arc::new(settling));
        let service = spawn::service("vault", move || {
            follow(log.clone(), Arc::clone(&following), Arc::clone(&settling))
        });
        Ok(Self { held, settled, _following: Arc::new(service) })
    }

    /// Looks whether a data folder's key file is as it has to be, changing nothing; answers whether there is one.
    pub fn look(data: &Path, key_file: Option<&Path>) -> Result<bool, VaultError> {
        let own = data.join(KEY_FILE);
        let found = Masters::read(key_file.unwrap_or(&own))?;
        if found.is_none() && Store::at(data.join(FOLDER)).has_keys()? {
            return Err(VaultError::KeyMissing);
        }
        Ok(found.is_some())
    }

    /// Puts a value in its place, sealed and durable, before an event says that it counts. The same value again is the same.
    pub fn put(&self, place: Place, value: &Value) -> Result<Put, VaultError> {
        check(value)?;
        let held = self.lock();
        let masters = held.masters_or_new()?;
        let key = held.store.key_or_new(&masters, place.data_key_id)?;
        match held.store.value(&key, place)? {
            Some(there) if there.as_slice() == value.reveal() => Ok(Put::Done),
            Some(_) => Ok(Put::Another),
            None => held.store.put(&key, place, value.reveal()).map(|()| Put::Done),
        }
    }

    /// Whether another value than this one is in a place; not if there is none any more.
    pub fn has_another(&self, place: Place, value: &Value) -> Result<bool, VaultError> {
        let held = self.lock();
        Ok(held.open(place)?.is_some_and(|there| there.as_slice() != value.reveal()))
    }

    /// Opens the value that counts of a secret; none if there is none, or it is not here.
    pub fn open(&self, secret_id: SecretId) -> Result<Option<Value>, VaultError> {
        let held = self.lock();
        let Some(place) = held.known.place(secret_id) else { return Ok(None) };
        Ok(held.open(place)?.map(Value))
    }

    /// Where the hash of a user's password lies.
    pub const fn password_place(user_id: PrincipalId, data_key_id: DataKeyId, sealed_id: SealedId) -> Place {
        Place { secret_id: known::password_of(user_id), data_key_id, sealed_id }
    }

    /// Opens the hash of a password in its place; none if it is not here, or not any more.
    pub fn password(&self, place: Place) -> Result<Option<Value>, VaultError> {
        Ok(self.lock().open(place)?.map(Value))
    }

    /// Wraps every data key by a new master key that is made of these bytes, and forgets the one before. The same bytes
    /// again are the same key.
    pub fn rotate(&self, chance: &[u8; 32]) -> Result<MasterKeyId, VaultError> {
        let new = master_of(chance);
        let id = new.master_id();
        let held = self.lock();
        let log = held.log.clone();
        let _wrapping = log.person_keys().hold();
        match held.masters()? {
            Some(masters) if masters.current() == &new => {}
            Some(masters) => masters.with(new).write(&held.key_file)?,
            None => Masters::of(new).write(&held.key_file)?,
        }
        held.finish_rotation()?;
        Ok(id)
    }

    /// A key for a purpose, which follows from the master key: it is nowhere but there, and another one after a rotation. The
    /// purpose is a text that nothing else has. May block.
    pub fn key_for(&self, purpose: &'static str) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let masters = self.lock().masters_or_new()?;
        Ok(Zeroizing::new(blake3::derive_key(purpose, masters.current().as_bytes())))
    }

    /// The master key that would come of these bytes.
    pub fn rotated_to(chance: &[u8; 32]) -> MasterKeyId {
        master_of(chance).master_id()
    }

    /// Whether a data key is still there.
    pub fn has_key(&self, id: DataKeyId) -> bool {
        self.lock().store.has_key(id)
    }

    /// The keys of a person that are still there.
    pub fn keys_of(&self, person: PrincipalId) -> Result<Vec<DataKeyId>, VaultError> {
        let persons = self.lock().store.persons().map_err(VaultError::Store)?;
        Ok(persons.into_iter().filter(|(of, _)| *of == person).map(|(_, id)| id).collect())
    }

    /// Waits until the vault is what the log said up to a position; not for ever, if it can't be written.
    pub async fn reached(&self, position: u64) {
        const PATIENCE: Duration = Duration::from_secs(5);
        let mut settled = self.settled.clone();
        let reached = settled.wait_for(|settled| *settled >= position);
        if tokio::time::timeout(PATIENCE, reached).await.is_err() {
            tracing::warn!(position, "the vault is behind the log");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        lock(&self.held)
    }
}

fn master_of(chance: &[u8; 32]) -> Key {
    Key::from_bytes(blake3::derive_key("mediary 2026-11-27 master key", chance))
}

/// Refuses what is no value.
pub fn check(value: &Value) -> Result<(), VaultError> {
    if (1..=VALUE_BYTES_MAX).contains(&value.reveal().len()) { Ok(()) } else { Err(VaultError::BadValue) }
}

impl Held {
    /// The master keys; none if there are none and nothing needs them.
    fn masters(&self) -> Result<Option<Masters>, VaultError> {
        match Masters::read(&self.key_file)? {
            None if self.store.has_keys()? => Err(VaultError::KeyMissing),
            found => Ok(found),
        }
    }

    fn masters_or_new(&self) -> Result<Masters, VaultError> {
        Masters::read_or_new(&self.key_file, || self.store.has_keys())
    }

    /// Wraps what is wrapped by an older master key, and forgets that.
    fn finish_rotation(&self) -> Result<(), VaultError> {
        let Some(masters) = self.masters()? else { return Ok(()) };
        self.store.rewrap(&masters)?;
        if !masters.are_several() {
            return Ok(());
        }
        match masters.alone().write(&self.key_file) {
            // Whoever rotated it by hand takes the old one out by hand.
            Err(VaultError::KeyUnwritable(error)) => {
                tracing::warn!(%error, "the vault's key file has older keys, which nothing needs any more");
                Ok(())
            }
            done => done,
        }
    }

    fn open(&self, place: Place) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let Some(masters) = self.masters()? else { return Ok(None) };
        let Some(key) = self.store.key(&masters, place.data_key_id)? else { return Ok(None) };
        self.store.value(&key, place)
    }
}

fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    // What a panic leaves is on the disk, whole.
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the vault what the log says, event for event, until the log is closed.
async fn follow(log: Log, held: Arc<Mutex<Held>>, settled: Arc<watch::Sender<u64>>) {
    loop {
        let mut subscription = log.subscribe(*settled.borrow() + 1, Known::filter());
        let fault = loop {
            match subscription.next_batch(BATCH).await {
                Ok(batch) => {
                    let held = Arc::clone(&held);
                    let settling = spawn::blocking(move || {
                        let mut held = lock(&held);
                        for event in &batch.events {
                            held.known.fold(event);
                        }
                        held.store.settle(&held.known, false).map(|()| batch.next_position)
                    });
                    match settling.await {
                        Ok(Ok(next)) => settled.send_replace(next - 1),
                        Ok(Err(error)) => {
                            tracing::error!(%error, "the vault can't be written: what was deleted is still there");
                            break None;
                        }
                        // The runtime stops.
                        Err(_) => return,
                    };
                }
                Err(fault) => break Some(fault),
            }
        };
        match fault {
            Some(ReadError::Closed) => return,
            Some(error) => tracing::error!(%error, "what the log says of secrets can't be read"),
            None => {}
        }
        tokio::time::sleep(REST).await;
    }
}
