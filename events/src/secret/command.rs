use mediary_schema::{DataKeyId, MasterKeyId, SealedId};

/// What may be asked of a secret, or of the vault as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Another value counts from now on.
    Set {
        /// What people call it.
        name: String,
        /// The key that it is sealed by, if the secret has none yet.
        data_key_id: DataKeyId,
        /// The value as it lies in the vault.
        sealed_id: SealedId,
    },
    /// Its key is to be destroyed.
    Delete,
    /// All data keys are wrapped by another master key.
    Rotate {
        /// Which one.
        master_key_id: MasterKeyId,
    },
}
