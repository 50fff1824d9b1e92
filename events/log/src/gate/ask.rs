use mediary_events::told;
use mediary_schema::schedule::ScheduledCommand;
use serde_json::Value;

use super::{Answer, Caller, Command, Gate, Receipt, Refusal, Story, Terms, Transaction, command::arguments};
use crate::log::OnlyIf;

/// Under which conditions a command is carried out.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What must not have been recorded since the caller looked.
    pub only_if: Option<OnlyIf>,
    /// Only say what would be done.
    pub dry_run: bool,
}

impl Gate {
    /// Carries out what somebody asks for: the way of every door.
    pub async fn ask<A: Story>(
        &self,
        caller: Caller,
        asked: A,
        options: Options,
    ) -> Result<Answer<A::Told>, Refusal> {
        self.ask_beside(caller, asked, options, A::tell).await
    }

    /// [`Self::ask`] for what comes with more than its data says, such as a value that no command may hold: the story is
    /// told by whoever has that. What the story does beside the log must be the same when it is told again, and be
    /// nothing on a dry run.
    pub async fn ask_beside<A: Story>(
        &self,
        caller: Caller,
        asked: A,
        options: Options,
        tell: impl Fn(&A, &mut Transaction<'_>) -> Result<A::Told, Refusal> + Send + 'static,
    ) -> Result<Answer<A::Told>, Refusal> {
        let kind = asked.kind();
        let dry_run = options.dry_run;
        let given = ScheduledCommand { name: kind.name.to_owned(), arguments: arguments(&asked) };
        let terms = self.terms(&caller, kind.name, &given.arguments, options);
        self.tell(caller, terms, dry_run.then_some(given), move |story| {
            story.require_all(kind)?;
            tell(&asked, story)
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
        let dry_run = options.dry_run;
        let terms = self.terms(&caller, command.name(), command.arguments(), options);
        let given =
            || ScheduledCommand { name: command.name().to_owned(), arguments: command.arguments().clone() };
        self.tell(caller, terms, dry_run.then(given), move |story| {
            story.require_all(command.kind())?;
            command.tell(story)
        })
        .await
    }

    /// A dry run goes the same way on scratch paper, so that it can't tell anything else.
    async fn tell<T: Send + 'static>(
        &self,
        caller: Caller,
        terms: Terms,
        dry: Option<ScheduledCommand>,
        story: impl Fn(&mut Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<Answer<T>, Refusal> {
        let gate = if dry.is_some() { self.on_scratch() } else { self.clone() };
        let mut answer = self.enter(move || gate.answer(&caller, &terms, &story)).await?;
        if let Some(dry_run) = &mut answer.dry_run {
            dry_run.command = dry.filter(|given| told(given.arguments.clone()) == given.arguments);
        }
        Ok(answer)
    }

    fn answer<T>(
        &self,
        caller: &Caller,
        terms: &Terms,
        story: &dyn Fn(&mut Transaction<'_>) -> Result<T, Refusal>,
    ) -> Result<Answer<T>, Refusal> {
        let joining = |transaction: &mut Transaction<'_>| {
            let told = story(transaction)?;
            Ok((told, transaction.joined().to_vec()))
        };
        let receipt = self.transact_on_terms(caller, terms, &joining)?;
        let Receipt { value: (told, joined_job_ids), position, story_id, repeated } = receipt;
        let Some(scratch) = &self.scratch else {
            let story_id = Some(story_id);
            let (receipt, dry_run) = (None, None);
            return Ok(Answer { told, position, story_id, repeated, joined_job_ids, receipt, dry_run });
        };
        let (position, dry_run) = (scratch.base(), Some(self.dry_run(caller, scratch)?));
        let (story_id, receipt) = (None, None);
        Ok(Answer { told, position, story_id, repeated, joined_job_ids, receipt, dry_run })
    }
}
