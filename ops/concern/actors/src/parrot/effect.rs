use mediary_schema::{job::Progress, parrot::RepeatText};
use serde::{Deserialize, Serialize};

use crate::workspace::{Craft, Effect, Ending, Nothing, Workspace};

impl Craft for RepeatText {
    type Question = Nothing;
    type Answer = Nothing;
    type Product = Repeated;
}

/// A text that was repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeated {
    /// How many letters it has.
    pub letters: u64,
}

/// Repeats texts.
#[derive(Debug, Clone)]
pub struct Repeater;

impl Effect for Repeater {
    type Task = RepeatText;

    async fn perform(&self, workspace: Workspace<RepeatText>, task: RepeatText) -> Ending<Repeated> {
        let letters = task.text.chars().count() as u64;
        workspace.progress(&Progress {
            stage: "repeating".to_owned(),
            done: letters,
            total: Some(letters),
            unit: "letters".to_owned(),
            ..Progress::default()
        });
        Ending::Done(Repeated { letters })
    }
}
