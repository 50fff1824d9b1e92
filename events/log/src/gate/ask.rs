use serde_json::Value;

use super::{Answer, Caller, Command, Gate, Receipt, Refusal, Story, Transaction};

/// Under which conditions a command is carried out.
#[derive(Debug, Clone, Default)]
pub struct Options {}

impl Gate {
    /// Carries out what somebody asks for: the way of every door.
    pub async fn ask<A: Story>(
        &self,
        caller: Caller,
        asked: A,
        options: Options,
    ) -> Result<Answer<A::Told>, Refusal> {
        let permission = asked.kind().permission;
        self.tell(caller, options, move |story| {
            story.require(permission)?;
            Story::tell(&asked, story)
        })
        .await
    }

    /// [`Self::ask`] for a command that was read from its name and its arguments; the answer is JSON.
    pub async fn ask_command(
        &self,
        caller: Caller,
        command: Command,
        options: Options,
    ) -> Result<Answer<Value>, Refusal> {
        self.tell(caller, options, move |story| {
            story.require(command.kind().permission)?;
            command.tell(story)
        })
        .await
    }

    async fn tell<T: Send + 'static>(
        &self,
        caller: Caller,
        Options {}: Options,
        story: impl Fn(&mut Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<Answer<T>, Refusal> {
        let Receipt { value, position, story_id, repeated } = self.transact(caller, story).await?;
        Ok(Answer { told: value, position, story_id, repeated, receipt: None })
    }
}
