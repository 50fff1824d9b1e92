//! What may be asked about transcodes: a form for each command.

use mediary_schema::{
    FileId, Several,
    account::Permission,
    profile::ProfileName,
    transcode::{Replace, TranscodeId},
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
    /// Give what was made the places of what it was made of.
    #[serde(rename = "transcode.replace")]
    Replace(ReplaceFiles),
}

/// Makes a file of each of these, as a job of its own. What is made lies beside what it is made of, and that stays as it is,
/// unless it is to be replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The files.
    pub file_ids: Several<FileId>,
    /// The name of a profile: `web`, `archive`, `mobile`, `tv`, `audio`, `remux`, or one of your own.
    pub profile: ProfileName,
    /// Whether also what was made of it before is made again, and what came out larger is tried again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub again: bool,
    /// Whether what is made gets the place of what it is made of, once it is proved, and how.
    #[serde(default, skip_serializing_if = "is_default")]
    pub replace: Option<Replace>,
    /// When the turn of these jobs comes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Ticket,
}

/// Gives what was made, and is proved, the places of what it was made of, by one plan: that goes into the trash, and is taken
/// back with the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceFiles {
    /// The transcodes by which it was made.
    pub transcode_ids: Several<TranscodeId>,
    /// How.
    #[serde(default, skip_serializing_if = "is_default")]
    pub replace: Replace,
    /// When the turn of the job comes that does it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Ticket,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("transcode.start", Permission::TRANSCODE, schema_of::<Start>),
        CommandKind::new("transcode.replace", Permission::DELETE, schema_of::<ReplaceFiles>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Start(_) => "transcode.start",
            Self::Replace(_) => "transcode.replace",
        }
    }
}
