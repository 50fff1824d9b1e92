//! The file of the master key: one key a line, in hex. The first wraps; the others are there while a rotation is under way.

use std::{fs, io, os::unix::fs::PermissionsExt as _, path::Path};

use mediary_schema::MasterKeyId;
use zeroize::Zeroizing;

use super::{VaultError, seal::Key};
use crate::whole;

/// Master keys, the one that wraps first.
#[derive(Debug, Clone)]
pub(super) struct Masters(Vec<Key>);

impl Masters {
    /// One alone.
    pub(super) fn of(key: Key) -> Self {
        Self(vec![key])
    }

    /// Reads the file; none if it is not there. One that others may read is refused: then they may have.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, VaultError> {
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(VaultError::KeyUnreadable(error)),
        };
        let mode = found.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(VaultError::KeyOpenToOthers { mode });
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(VaultError::KeyUnreadable)?);
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys: Option<Vec<Key>> =
            lines.map(|line| Some(Key::from_bytes(blake3::Hash::from_hex(line).ok()?.into()))).collect();
        match keys {
            Some(keys) if !keys.is_empty() => Ok(Some(Self(keys))),
            _ => Err(VaultError::KeyMalformed),
        }
    }

    /// Those of the file, or new ones, if there is none and nothing needs the one that was there.
    pub(super) fn read_or_new(
        path: &Path,
        is_needed: impl FnOnce() -> Result<bool, VaultError>,
    ) -> Result<Self, VaultError> {
        if let Some(masters) = Self::read(path)? {
            return Ok(masters);
        }
        if is_needed()? {
            return Err(VaultError::KeyMissing);
        }
        let masters = Self::of(Key::new());
        masters.write(path)?;
        Ok(masters)
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), VaultError> {
        let mut text = Zeroizing::new(String::with_capacity(self.0.len() * 65));
        for key in &self.0 {
            text.push_str(&blake3::Hash::from_bytes(*key.as_bytes()).to_hex());
            text.push('\n');
        }
        whole::write(path, text.as_bytes()).map_err(VaultError::KeyUnwritable)
    }

    /// The one that wraps.
    pub(super) fn current(&self) -> &Key {
        self.0.first().expect("there is one at least")
    }

    pub(super) fn find(&self, id: MasterKeyId) -> Option<&Key> {
        self.0.iter().find(|key| key.master_id() == id)
    }

    /// The same with a new one that wraps.
    pub(super) fn with(&self, new: Key) -> Self {
        Self(std::iter::once(new).chain(self.0.iter().cloned()).collect())
    }

    /// Only the one that wraps.
    pub(super) fn alone(&self) -> Self {
        Self::of(self.current().clone())
    }

    pub(super) fn are_several(&self) -> bool {
        self.0.len() > 1
    }
}
