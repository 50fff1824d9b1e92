//! What may be asked about checks: a form for each command.

use mediary_schema::{CheckId, Timestamp, account::Permission, check::Definition};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, is_default, schema_of};

/// What may be asked about checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Look again and again.
    #[serde(rename = "check.add")]
    Add(Box<Add>),
    /// Look no more until it is resumed.
    #[serde(rename = "check.pause")]
    Pause(Which),
    /// Look again.
    #[serde(rename = "check.resume")]
    Resume(Which),
    /// Look no more.
    #[serde(rename = "check.remove")]
    Remove(Which),
    /// Look now, too.
    #[serde(rename = "check.run")]
    Run(RunNow),
    /// Somebody knows that it is wrong.
    #[serde(rename = "check.acknowledge")]
    Acknowledge(Acknowledge),
    /// Tell nobody for a while.
    #[serde(rename = "check.snooze")]
    Snooze(Snooze),
    /// Write down how a month of it was.
    #[serde(rename = "check.report")]
    Report(MakeReport),
}

/// Looks again and again from now on. Adding the same again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// What people call it; one of a kind within its project.
    pub name: String,
    /// What is looked at, how and when.
    pub definition: Definition,
    /// Whether it takes the place of what is checked under this name; otherwise that is refused.
    #[serde(default, skip_serializing_if = "is_default")]
    pub replace: bool,
    /// Whether it waits from the beginning until somebody resumes it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub is_paused: bool,
}

/// Which check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// The check.
    pub check_id: CheckId,
}

/// Looks now, too; a look that is under way is the one that is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunNow {
    /// The check.
    pub check_id: CheckId,
    /// What it is looked at for, such as a commit: the program of a check has it as the variable `MEDIARY_REFERENCE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// Somebody knows that it is wrong: it is said no more until it is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledge {
    /// The check.
    pub check_id: CheckId,
    /// What he has to say, for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Tells nobody of it until then; what is found is recorded all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Snooze {
    /// The check.
    pub check_id: CheckId,
    /// Until when; left out, it ends now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub until: Option<Timestamp>,
}

/// Writes down how a month of it was, minute by minute, so that the chain of the log proves it. It needs the samples of the server:
/// by GraphQL, the page or the command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeReport {
    /// The check.
    pub check_id: CheckId,
    /// The month, as a year and a number: `2026-11`.
    pub month: String,
    /// The time zone by whose midnights it begins and ends, as IANA calls it.
    pub zone: String,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("check.add", Permission::CHECK, schema_of::<Add>),
        CommandKind::new("check.pause", Permission::CHECK, schema_of::<Which>),
        CommandKind::new("check.resume", Permission::CHECK, schema_of::<Which>),
        CommandKind::new("check.remove", Permission::CHECK, schema_of::<Which>),
        CommandKind::new("check.run", Permission::CHECK, schema_of::<RunNow>),
        CommandKind::new("check.acknowledge", Permission::CHECK, schema_of::<Acknowledge>),
        CommandKind::new("check.snooze", Permission::CHECK, schema_of::<Snooze>),
        CommandKind::new("check.report", Permission::CHECK, schema_of::<MakeReport>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "check.add",
            Self::Pause(_) => "check.pause",
            Self::Resume(_) => "check.resume",
            Self::Remove(_) => "check.remove",
            Self::Run(_) => "check.run",
            Self::Acknowledge(_) => "check.acknowledge",
            Self::Snooze(_) => "check.snooze",
            Self::Report(_) => "check.report",
        }
    }
}
