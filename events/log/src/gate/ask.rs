use serde_json::Value;

use super::{Answer, Caller, Command, Gate, Receipt, Refusal, Story, Terms, Transaction, command::arguments};
use crate::log::OnlyIf;

/// Under which conditions a command is carried out.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What must not have been recorded since the caller looked.
    pub only_if: Option<OnlyIf>,
}

impl Gate {
    /// Carries out what somebody asks for: the way of every door.
    pub async fn ask<A: Story>(
        &self,
        caller: Caller,
        asked: A,
        options: Options,
    ) -> Result<Answer<A::Told>, Refusal> {
        let kind = asked.kind();
        let terms = self.terms(kind.name, &arguments(&asked), options);
        self.tell(caller, terms, move |story| {
            story.require(kind.permission)?;
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
        let terms = self.terms(command.name(), command.arguments(), options);
        self.tell(caller, terms, move |story| {
            story.require(command.kind().permission)?;
            command.tell(story)
        })
        .await
    }

    async fn tell<T: Send + 'static>(
        &self,
        caller: Caller,
        terms: Terms,
        story: impl Fn(&mut Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<Answer<T>, Refusal> {
        let gate = self.clone();
        let told = crate::spawn::blocking(move || gate.transact_on_terms(&caller, &terms, &story)).await;
        let Receipt { value, position, story_id, repeated } = told.map_err(|_| Refusal::Stopping)??;
        Ok(Answer { told: value, position, story_id, repeated, receipt: None })
    }
}
