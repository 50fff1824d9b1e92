use mediary_log::{gate::Transaction, vault::Vault, work};
use mediary_schema::{
    job::ResourceUse,
    preview::{Found, PreviewAddress},
};

use super::effect::{Answer, Question};
use crate::{
    access,
    job::{Attempt, Clerk},
    workspace::Unable,
};

/// Records what was found.
#[derive(Debug, Clone)]
pub struct PreviewClerk {
    vault: Vault,
}

impl PreviewClerk {
    /// A clerk who has the keys to the vault.
    pub const fn new(vault: Vault) -> Self {
        Self { vault }
    }
}

impl Clerk for PreviewClerk {
    type Task = PreviewAddress;
    type Memory = ();

    async fn answer(
        &self,
        attempt: &Attempt,
        task: &PreviewAddress,
        (): &mut (),
        Question::Access: Question,
    ) -> Result<Answer, Unable> {
        // As the list would be asked for, once it is followed.
        let access = access::of(attempt, &self.vault, Some(task.preview_id.list()), &task.url).await?;
        Ok(Answer::Access(Box::new(access)))
    }

    async fn finish(
        &self,
        attempt: &Attempt,
        task: &PreviewAddress,
        (): &mut (),
        found: Found,
        used: ResourceUse,
    ) -> Result<(), Unable> {
        let (preview_id, job_id, attempt_id) = (task.preview_id, attempt.job_id, attempt.attempt_id);
        let finish = move |story: &mut Transaction<'_>| {
            work::preview::finish(story, preview_id, job_id, attempt_id, used, &found)
        };
        Ok(attempt.record("finish", finish).await?)
    }
}
