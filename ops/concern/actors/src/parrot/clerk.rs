use mediary_log::{gate::Transaction, work};
use mediary_schema::{job::ResourceUse, parrot::RepeatText};

use super::effect::Repeated;
use crate::{
    job::{Attempt, Clerk},
    workspace::{Nothing, Unable},
};

/// Records what was repeated.
#[derive(Debug, Clone)]
pub struct ParrotClerk;

impl Clerk for ParrotClerk {
    type Task = RepeatText;
    type Memory = ();

    async fn answer(&self, _: &Attempt, _: &RepeatText, (): &mut (), question: Nothing) -> Result<Nothing, Unable> {
        match question {}
    }

    async fn finish(
        &self,
        attempt: &Attempt,
        task: &RepeatText,
        (): &mut (),
        Repeated { letters }: Repeated,
        used: ResourceUse,
    ) -> Result<(), Unable> {
        let (parrot_id, job_id, attempt_id) = (task.parrot_id, attempt.job_id, attempt.attempt_id);
        let finish = move |story: &mut Transaction<'_>| {
            work::parrot::finish(story, parrot_id, job_id, attempt_id, used, letters)
        };
        Ok(attempt.record("finish", finish).await?)
    }
}
