//! What may be asked about profiles: a form for each command.

use mediary_schema::{
    account::Permission,
    profile::{ProfileName, Rules},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, schema_of};

/// What may be asked about profiles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Keep rules under a name.
    #[serde(rename = "profile.save")]
    Save(Box<Save>),
    /// Forget a name.
    #[serde(rename = "profile.remove")]
    Remove(Remove),
}

/// Keeps rules by which files are made of files under a name, as its next version. Jobs that were started by an earlier one go on
/// by that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Save {
    /// What it is called; not as one that ships with the program.
    pub name: ProfileName,
    /// The rules.
    pub rules: Rules,
}

/// Starts nothing by this profile any more. Jobs that were started by it go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// What it is called.
    pub name: ProfileName,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("profile.save", Permission::TRANSCODE, schema_of::<Save>),
        CommandKind::new("profile.remove", Permission::TRANSCODE, schema_of::<Remove>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Save(_) => "profile.save",
            Self::Remove(_) => "profile.remove",
        }
    }
}
