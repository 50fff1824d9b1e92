use mediary_schema::{job::Progress, plan::MoveFiles};
use serde::{Deserialize, Serialize};

use crate::workspace::{Craft, Effect, Ending, Unable, Workspace};

impl Craft for MoveFiles {
    type Question = Question;
    type Answer = Moving;
    type Product = ();
}

/// What a moving of files asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Whoever knows the roots is to move the next files.
    Next,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    /// Files that were looked at.
    pub done: u64,
    /// Files in total.
    pub total: u64,
}

/// Has files moved, some at a time. It knows no root: a rename is made by whoever does.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileMover;

impl Effect for FileMover {
    type Task = MoveFiles;

    async fn perform(&self, workspace: Workspace<MoveFiles>, _: MoveFiles) -> Ending<()> {
        move_all(&workspace).await.into()
    }
}

async fn move_all(workspace: &Workspace<MoveFiles>) -> Result<(), Unable> {
    loop {
        if workspace.assignment().stop().is_cancelled() {
            return Err(Unable::Lost);
        }
        let Moving { done, total } = workspace.ask(Question::Next).await?;
        let (stage, unit) = ("moving".to_owned(), "files".to_owned());
        workspace.progress(&Progress { stage, done, total: Some(total), unit, ..Progress::default() });
        if done == total {
            return Ok(());
        }
    }
}
