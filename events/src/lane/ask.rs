//! What may be asked about lanes: a form for each command.

use mediary_schema::{account::Permission, lane::NoLane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, schema_of};

/// What may be asked about lanes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Hold a lane.
    #[serde(rename = "lane.pause")]
    Pause(Pause),
    /// Let a lane go on.
    #[serde(rename = "lane.resume")]
    Resume(Resume),
}

/// Begins nothing that needs a lane until somebody resumes it. What runs goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// The name of a host, `library_disk`, `file_trash`, `drive:NAME` or `encoder:NAME`.
    pub lane: String,
}

/// Goes on with what needs a lane, unless a condition holds it, too: that ends by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// The name of a host, `library_disk`, `file_trash`, `drive:NAME` or `encoder:NAME`.
    pub lane: String,
}

impl crate::Rejection for NoLane {
    fn code(&self) -> &'static str {
        "LANE_UNKNOWN"
    }

    fn advice(&self) -> Option<String> {
        Some("`mediary lane list` shows the lanes that something needs".to_owned())
    }
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("lane.pause", Permission::CONFIGURE, schema_of::<Pause>),
        CommandKind::new("lane.resume", Permission::CONFIGURE, schema_of::<Resume>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Pause(_) => "lane.pause",
            Self::Resume(_) => "lane.resume",
        }
    }
}
