use async_graphql::{ID, SimpleObject};
use mediary_projections::parrot::ParrotRow;

use crate::scalar::Long;

/// A text that is repeated.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Parrot {
    /// `parrot-<uuid>`.
    id: ID,
    /// The text.
    text: String,
    /// How many letters it has, once it was repeated.
    letters: Option<Long>,
}

impl From<ParrotRow> for Parrot {
    fn from(ParrotRow { id, text, letters }: ParrotRow) -> Self {
        Self { id: ID(id.to_string()), text, letters: letters.map(Long) }
    }
}
