use mediary_schema::{DataKeyId, MasterKeyId, SealedId};
use serde::{Deserialize, Serialize};

/// What can have happened to a secret, or to the vault as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// From now on this value counts.
    #[serde(rename = "set")]
    Set {
        /// What people call it.
        name: String,
        /// The key that it is sealed by: the same until the secret is deleted.
        data_key_id: DataKeyId,
        /// The value as it lies in the vault.
        sealed_id: SealedId,
    },
    /// Its key is destroyed, and with it whatever was sealed by it.
    #[serde(rename = "deleted")]
    Deleted {
        /// Which key.
        data_key_id: DataKeyId,
    },
    /// All data keys are wrapped by another master key.
    #[serde(rename = "rotated")]
    Rotated {
        /// Which one.
        master_key_id: MasterKeyId,
    },
}
