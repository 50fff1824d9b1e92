//! What may be asked about watches: a form for each command.

use mediary_schema::{
    account::Permission,
    profile::ProfileName,
    transcode::Replace,
    watch::{WatchId, Which},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, schema_of};

/// What may be asked about watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Take files from a folder.
    #[serde(rename = "watch.add")]
    Add(Box<Add>),
    /// Take nothing from there any more.
    #[serde(rename = "watch.remove")]
    Remove(Remove),
}

/// Takes files from a folder of the server once they have settled, and has one made of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// The folder by its whole path. It lies in a root, or becomes one.
    pub folder: String,
    /// By which profile a file is made of each.
    pub profile: ProfileName,
    /// Which.
    #[serde(default)]
    pub which: Which,
    /// How what is made gets the place of what it is made of, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace: Option<Replace>,
}

/// Takes nothing from a folder any more. What was taken stays what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// Which watch.
    pub watch_id: WatchId,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("watch.add", Permission::TRANSCODE, schema_of::<Add>),
        CommandKind::new("watch.remove", Permission::TRANSCODE, schema_of::<Remove>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "watch.add",
            Self::Remove(_) => "watch.remove",
        }
    }
}
