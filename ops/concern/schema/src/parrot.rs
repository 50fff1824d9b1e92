//! Values of the concern `parrot`: texts that are repeated.

use serde::{Deserialize, Serialize};

use crate::{
    account::{Permission, Role},
    id::ids,
};

ids! {
    /// A text that is repeated: derived from the command that asked for it.
    ParrotId = "parrot";
}

impl Permission {
    /// Have texts repeated.
    pub const PARROT: Self = Self::within_project("parrot", Role::Editor, "to have texts repeated");
}

/// The work of repeating one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepeatText {
    /// For which it is repeated.
    pub parrot_id: ParrotId,
    /// The text.
    pub text: String,
}
