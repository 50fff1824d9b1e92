use mediary_schema::{DataKeyId, MasterKeyId, SealedId};

use super::Event;

/// A secret; of the vault as a whole, only what wraps its keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// What is kept; none if there is no such secret, or not any more.
    pub kept: Option<Kept>,
    /// What all data keys are wrapped by, once it was another one than the first.
    pub master_key_id: Option<MasterKeyId>,
}

/// What is kept of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What people call it.
    pub name: String,
    /// The key that it is sealed by.
    pub data_key_id: DataKeyId,
    /// The value that counts, as it lies in the vault.
    pub sealed_id: SealedId,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event.clone() {
            Event::Set { name, data_key_id, sealed_id } => {
                self.kept = Some(Kept { name, data_key_id, sealed_id });
            }
            Event::Deleted { .. } => self.kept = None,
            Event::Rotated { master_key_id } => self.master_key_id = Some(master_key_id),
        }
    }
}
