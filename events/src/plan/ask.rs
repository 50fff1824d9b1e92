//! What may be asked about plans: a form for each command.

use mediary_schema::{
    FileId, PlaylistId, Several,
    account::Permission,
    plan::{PlanId, Step, UndoId},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    asked::{Asked, CommandKind, is_default, schema_of},
    job::ask::Ticket,
};

/// What may be asked about plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Say exactly what would be done.
    #[serde(rename = "plan.make")]
    Make(Make),
    /// Do it.
    #[serde(rename = "plan.apply")]
    Apply(Apply),
    /// Take it back.
    #[serde(rename = "plan.undo")]
    Undo(Undo),
}

/// Says exactly what would become of files. Nothing is touched until the plan is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Make {
    /// What it is for.
    pub goal: Goal,
    /// Whether it is applied at once.
    #[serde(default, skip_serializing_if = "is_default")]
    pub apply: bool,
    /// When the turn of the job comes that carries it out. Only with `apply`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Ticket,
}

/// What a plan is for: exactly one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Goal {
    /// These files go into the trash.
    DeleteFiles(Several<FileId, { Step::MAX }>),
    /// This list is followed no longer, and the files that are kept for it alone go into the trash.
    Unfollow(PlaylistId),
    /// These files come back out of the trash.
    RestoreFiles(Several<FileId, { Step::MAX }>),
    /// These files get the names that their layout has for them.
    RenameFiles(Several<FileId, { Step::MAX }>),
    /// All files that were kept for this list get the names that its layout has for them.
    RenameList(PlaylistId),
}

/// Does what a plan says, and nothing else: refused if anything of it is otherwise by now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Apply {
    /// The plan.
    pub plan_id: PlanId,
    /// When the turn of the job comes that carries it out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Ticket,
}

/// Takes back what was done by a plan, as long as its files are in the trash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Undo {
    /// What is taken back.
    pub undo_id: UndoId,
    /// When the turn of the job comes that takes it back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Ticket,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("plan.make", Permission::DELETE, schema_of::<Make>),
        CommandKind::new("plan.apply", Permission::DELETE, schema_of::<Apply>),
        CommandKind::new("plan.undo", Permission::DELETE, schema_of::<Undo>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Make(_) => "plan.make",
            Self::Apply(_) => "plan.apply",
            Self::Undo(_) => "plan.undo",
        }
    }
}
