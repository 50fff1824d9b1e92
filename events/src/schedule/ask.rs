//! What may be asked about schedules: a form for each command.

use mediary_schema::{
    Label, ScheduleId,
    account::Permission,
    schedule::{Rhythm, ScheduledCommand, Timing},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, is_default, schema_of};

/// What may be asked about schedules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Give a command again and again.
    #[serde(rename = "schedule.add")]
    Add(Add),
    /// Do nothing until it is resumed.
    #[serde(rename = "schedule.pause")]
    Pause(Which),
    /// Go on.
    #[serde(rename = "schedule.resume")]
    Resume(Which),
    /// Do nothing any more.
    #[serde(rename = "schedule.remove")]
    Remove(Which),
    /// Do it now, too.
    #[serde(rename = "schedule.run")]
    Run(Which),
}

/// Gives a command again and again from now on, as whoever adds it. Adding the same again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// What people call it; one of a kind within its project.
    pub name: Label,
    /// At which moments.
    pub timing: Timing,
    /// By how many seconds each moment is put off, at most: so that not all of them come at once.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(max = 86399))]
    pub jitter_seconds: u32,
    /// What is done.
    pub command: ScheduledCommand,
}

/// Which schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// The schedule.
    pub schedule_id: ScheduleId,
}

impl Add {
    /// At which moments, and by how much they are put off.
    pub fn rhythm(&self) -> Rhythm {
        Rhythm { timing: self.timing.clone(), jitter_seconds: self.jitter_seconds }
    }
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("schedule.add", Permission::SCHEDULE, schema_of::<Add>),
        CommandKind::new("schedule.pause", Permission::SCHEDULE, schema_of::<Which>),
        CommandKind::new("schedule.resume", Permission::SCHEDULE, schema_of::<Which>),
        CommandKind::new("schedule.remove", Permission::SCHEDULE, schema_of::<Which>),
        CommandKind::new("schedule.run", Permission::SCHEDULE, schema_of::<Which>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "schedule.add",
            Self::Pause(_) => "schedule.pause",
            Self::Resume(_) => "schedule.resume",
            Self::Remove(_) => "schedule.remove",
            Self::Run(_) => "schedule.run",
        }
    }
}
