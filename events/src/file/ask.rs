//! What may be asked about files: a form for each command.

use mediary_schema::{FileId, RootId, Several, account::Permission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    asked::{Asked, CommandKind, is_default, schema_of},
    job::ask::Ticket,
};

/// What may be asked about files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Compare bytes with what was recorded.
    #[serde(rename = "file.verify")]
    Verify(Verify),
}

/// Reads files and compares their bytes with what was recorded, as a job; one under way for the same files is joined.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// The files; all of them if left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub file_ids: Option<Several<FileId>>,
    /// Only files below this root, if no files are named.
    #[serde(default, skip_serializing_if = "is_default")]
    pub root_id: Option<RootId>,
    /// Takes the folder of the root, the library if none is named, as it is, though nothing that was kept is in it:
    /// what is not there is lost then.
    #[serde(default, skip_serializing_if = "is_default")]
    pub accept_folder: bool,
    /// When its turn comes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Ticket,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] =
        &[CommandKind::new("file.verify", Permission::OPERATE, schema_of::<Verify>)];

    fn name(&self) -> &'static str {
        match self {
            Self::Verify(_) => "file.verify",
        }
    }
}
