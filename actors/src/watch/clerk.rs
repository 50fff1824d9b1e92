use std::fs::File;

use mediary_log::{gate::Transaction, work};
use mediary_schema::{
    FailureClass, FileId,
    file::{Unopened, Verified},
    job::{Failure, ResourceUse},
    watch::AdoptFile,
};

use crate::{
    file::{self, Ours},
    job::{Attempt, Clerk},
    library::refuse_if_root_away,
    workspace::{Nothing, Unable},
};

/// Opens a file that somebody put into a folder, and records it once it is proved, if it is still the one that had settled.
#[derive(Debug, Clone)]
pub struct AdoptClerk {
    ours: Ours,
}

impl AdoptClerk {
    /// One that knows which files are known.
    pub const fn new(ours: Ours) -> Self {
        Self { ours }
    }
}

impl Clerk for AdoptClerk {
    type Task = AdoptFile;
    type Memory = ();

    async fn open(&self, attempt: &Attempt, task: &AdoptFile, _: FileId) -> Result<File, Unable> {
        let (root, task) = (refuse_if_root_away(attempt, task.root_id).await?, task.clone());
        let log = attempt.gate.log().clone();
        let opened = tokio::task::spawn_blocking(move || {
            let (file, stamp) = file::at(&log, &root, &task.path).map_err(|error| unable(&error))?;
            if stamp.is_same(task.stamp) { Ok(file) } else { Err(otherwise()) }
        });
        opened.await.map_err(Unable::unknown)?
    }

    async fn answer(
        &self,
        _: &Attempt,
        _: &AdoptFile,
        (): &mut (),
        question: Nothing,
    ) -> Result<Nothing, Unable> {
        match question {}
    }

    async fn finish(
        &self,
        attempt: &Attempt,
        task: &AdoptFile,
        (): &mut (),
        verified: Verified,
        used: ResourceUse,
    ) -> Result<(), Unable> {
        let root = refuse_if_root_away(attempt, task.root_id).await?;
        let (log, ours, asked) = (attempt.gate.log().clone(), self.ours.clone(), task.clone());
        let looked = tokio::task::spawn_blocking(move || {
            let (_, stamp) = file::at(&log, &root, &asked.path).map_err(|error| unable(&error))?;
            Ok::<_, Unable>((stamp, ours.has(asked.root_id, &asked.path, stamp)?))
        });
        let (stamp, is_known) = looked.await.map_err(Unable::unknown)??;
        let (job_id, attempt_id) = (attempt.job_id, attempt.attempt_id);
        if is_known {
            let story =
                move |story: &mut Transaction<'_>| work::watch::finish_known(story, job_id, attempt_id, used);
            return Ok(attempt.record("finish", story).await?);
        }
        if !stamp.is_same(task.stamp) {
            return Err(otherwise());
        }
        let (path, size_bytes, recorded) = (task.path.clone(), verified.size_bytes, task.clone());
        let story = move |story: &mut Transaction<'_>| {
            work::watch::finish(story, &recorded, job_id, attempt_id, used, (verified.clone(), stamp))
        };
        let file_id = attempt.record("finish", story).await?;
        tracing::info!(%job_id, %file_id, path, size_bytes, "taken from a watched folder");
        Ok(())
    }
}

/// What was written since is a file that has not settled.
fn otherwise() -> Unable {
    let message = "the file was changed since it had settled: it is taken once it has settled again";
    Failure { for_good: true, ..Failure::new(FailureClass::Damaged, message) }.into()
}

/// Why it can't be taken now, or ever.
fn unable(unopened: &Unopened) -> Unable {
    match unopened {
        Unopened::Lost => {
            let message = "the file is not there any more";
            Failure { for_good: true, ..Failure::new(FailureClass::NotFound, message) }
        }
        Unopened::Unreadable(error) => Failure::new(FailureClass::Storage, format!("{unopened}: {error}")),
        _ => Failure::new(FailureClass::Storage, unopened.to_string()),
    }
    .into()
}
