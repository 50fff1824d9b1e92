//! What may be asked about transcodes: a form for each command.

use mediary_schema::{
    FileId, Several,
    account::Permission,
    transcode::{Unfit, UnknownProfile},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    asked::{Asked, CommandKind, is_default, schema_of},
    job::ask::Ticket,
};

/// What may be asked about transcodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Make files of files.
    #[serde(rename = "transcode.start")]
    Start(Start),
}

/// Makes a file of each of these, as a job of its own. What is made lies beside what it is made of, and that stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The files.
    pub file_ids: Several<FileId>,
    /// The name of a profile: `web`, `archive`, `mobile`, `tv`, `audio` or `remux`.
    pub profile: String,
    /// Whether also what was made of it before is made again, and what came out larger is tried again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub again: bool,
    /// When the turn of these jobs comes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Ticket,
}

impl crate::Rejection for UnknownProfile {
    fn code(&self) -> &'static str {
        "TRANSCODE_UNKNOWN_PROFILE"
    }

    fn advice(&self) -> Option<String> {
        Some("`mediary transcode profile list` says what each is for".to_owned())
    }
}

impl crate::Rejection for Unfit {
    fn code(&self) -> &'static str {
        "TRANSCODE_UNFIT"
    }
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] =
        &[CommandKind::new("transcode.start", Permission::TRANSCODE, schema_of::<Start>)];

    fn name(&self) -> &'static str {
        match self {
            Self::Start(_) => "transcode.start",
        }
    }
}
