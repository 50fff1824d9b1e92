use mediary_schema::{DataKeyId, PrincipalId};

use super::Replacement;

/// What may be asked of the log's own stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Erase what events say.
    Erase {
        /// Where they are.
        positions: Vec<u64>,
        /// On which ground.
        reason: String,
        /// What stands in for them, where their concern can give something.
        replacements: Vec<Replacement>,
    },
    /// Destroy the keys of a person.
    Shred {
        /// Whose.
        principal_id: PrincipalId,
        /// All that there are.
        data_key_ids: Vec<DataKeyId>,
        /// On which ground.
        reason: String,
    },
}
