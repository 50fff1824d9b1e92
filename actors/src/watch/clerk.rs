use std::fs::File;

use mediary_log::{gate::Transaction, work};
use mediary_schema::{
    FailureClass, FileId,
    file::{Stamp, Verified},
    job::{Failure, ResourceUse},
    watch::AdoptFile,
};

use crate::{
    file::{Ours, Root, stamp_by},
    job::{Attempt, Clerk},
    library::{Folder, Missing, refuse_if_root_away},
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
        let opened = tokio::task::spawn_blocking(move || {
            let (file, stamp) = open(&root, &task.path)?;
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
        let (root, ours, asked) =
            (refuse_if_root_away(attempt, task.root_id).await?, self.ours.clone(), task.clone());
        let looked = tokio::task::spawn_blocking(move || {
            let (_, stamp) = open(&root, &asked.path)?;
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

/// The file at a path below a root, over no link, and what its file system says of it. May block.
fn open(root: &Root, path: &str) -> Result<(File, Stamp), Unable> {
    let (way, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder =
        Folder::open(root.folder(), way, Missing::Leave).map_err(|error| Unable::from(error.failure()))?;
    let file = if folder.name() == way {
        folder.file(name).map_err(|error| Unable::from(error.failure()))?
    } else {
        None
    };
    let Some(file) = file else {
        let message = "the file is not there any more";
        return Err(Failure { for_good: true, ..Failure::new(FailureClass::NotFound, message) }.into());
    };
    let facts = file.metadata().map_err(|error| Unable::storage("the file can't be read", &error))?;
    Ok((file, stamp_by(&facts)))
}
