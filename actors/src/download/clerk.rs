use std::{io, path::Path};

use mediary_log::{
    gate::Transaction,
    vault::Vault,
    work::{self, download::Kept},
};
use mediary_schema::{
    FailureClass, JobId,
    download::DownloadItem,
    file::Verified,
    job::{Failure, ResourceUse},
};

use super::{
    Library, Unusable,
    effect::{Fetched, Question},
    path_of,
};
use crate::{
    access::{self, Access},
    file::{Root, is_away, stamp_of},
    job::{Attempt, Begun, Clerk},
    workspace::Unable,
};

/// Puts what was fetched into the library, and records it.
#[derive(Debug, Clone)]
pub struct DownloadClerk {
    library: Library,
    vault: Vault,
}

impl DownloadClerk {
    /// The clerk of a library, who has the keys to the vault.
    pub const fn new(library: Library, vault: Vault) -> Self {
        Self { library, vault }
    }
}

impl Clerk for DownloadClerk {
    type Task = DownloadItem;
    type Memory = ();

    async fn begin(&self, attempt: &Attempt, item: &DownloadItem) -> Result<Begun, Unable> {
        self.refuse_if_away(attempt).await?;
        let (library, staging) = (self.library.clone(), attempt.staging.clone());
        // What an earlier attempt had put into its place when it was killed before it could say so.
        let Some(placing) = on_disk(move || library.resume(&staging)).await? else { return Ok(Begun::ToDo) };
        let kept = self.kept(placing.path, placing.verified).await;
        record(attempt, item, kept, ResourceUse::default()).await?;
        Ok(Begun::Recorded)
    }

    /// Refuses what could not be placed, before a byte of it is fetched.
    async fn reserve(&self, attempt: &Attempt, item: &DownloadItem) -> Result<(), Unable> {
        let path = path_of(item, None, "", 1);
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let (library, staging) = (self.library.clone(), attempt.staging.clone());
        on_disk(move || library.probe(&staging, &folder)).await.map(drop)
    }

    async fn answer(
        &self,
        attempt: &Attempt,
        item: &DownloadItem,
        (): &mut (),
        Question::Access: Question,
    ) -> Result<Access, Unable> {
        let playlist_id = item.entry.map(|entry| entry.playlist_id);
        access::of(attempt, &self.vault, playlist_id, &item.source.url).await
    }

    async fn finish(
        &self,
        attempt: &Attempt,
        item: &DownloadItem,
        (): &mut (),
        fetched: Fetched,
        used: ResourceUse,
    ) -> Result<(), Unable> {
        let kept = self.place(attempt, item, fetched).await?;
        record(attempt, item, kept, used).await
    }

    fn take_back(&self, job_id: JobId, folder: &Path) {
        if let Err(error) = self.library.undo(folder) {
            tracing::warn!(%job_id, %error, "a file that nobody recorded stays in the library");
        }
    }
}

impl DownloadClerk {
    /// Refuses to fetch what would be put under the mount point of a library that is not there.
    async fn refuse_if_away(&self, attempt: &Attempt) -> Result<(), Unable> {
        let (log, library) = (attempt.gate.log().clone(), Root::library(self.library.root()));
        match tokio::task::spawn_blocking(move || is_away(&log, &library)).await {
            Ok(Ok(false)) => Ok(()),
            Ok(Ok(true)) => Err(Failure::new(
                FailureClass::LibraryAway,
                "the library is not there: nothing that was kept is in its folder",
            )
            .into()),
            Ok(Err(error)) => Err(Unable::unknown(error)),
            Err(error) => Err(Unable::unknown(error)),
        }
    }

    async fn place(&self, attempt: &Attempt, item: &DownloadItem, fetched: Fetched) -> Result<Kept, Unable> {
        let Fetched { name: staged, title, verified } = fetched;
        let name = Path::new(&staged);
        if name.file_name() != Some(name.as_os_str()) {
            return Err(Unable::unknown("what was fetched has no name of its own in the job's folder"));
        }
        let ending = name.extension().and_then(|ending| ending.to_str()).unwrap_or("bin").to_owned();
        let (library, staging) = (self.library.clone(), attempt.staging.clone());
        let (item, facts) = (item.clone(), verified.clone());
        let name = move |number| path_of(&item, title.as_deref(), &ending, number);
        let path = on_disk(move || library.place(&staging, &staged, &facts, name)).await?;
        Ok(self.kept(path, verified).await)
    }

    /// What was placed, with what its file system says of it from now on.
    async fn kept(&self, path: String, verified: Verified) -> Kept {
        let place = self.library.root().join(&path);
        let stamp = tokio::task::spawn_blocking(move || stamp_of(&place)).await;
        let stamp = stamp.map_err(io::Error::other).flatten().ok().flatten();
        Kept { path, verified, stamp }
    }
}

async fn record(attempt: &Attempt, item: &DownloadItem, kept: Kept, used: ResourceUse) -> Result<(), Unable> {
    let (job_id, attempt_id) = (attempt.job_id, attempt.attempt_id);
    let (path, size_bytes) = (kept.path.clone(), kept.verified.size_bytes);
    let oddities = kept.verified.oddities.iter().map(|oddity| oddity.name()).collect::<Vec<_>>().join(" ");
    let recorded = item.clone();
    let story = move |story: &mut Transaction<'_>| {
        work::download::finish(story, &recorded, job_id, attempt_id, used, kept.clone())
    };
    let file_id = attempt.record("finish", story).await?;
    tracing::info!(%job_id, %file_id, path, size_bytes, oddities, "kept");
    metrics::counter!("mediary_downloaded_bytes_total").increment(size_bytes);
    Ok(())
}

/// Works on the library on a thread that may block.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Unusable> + Send + 'static,
) -> Result<T, Unable> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| error.failure().into()),
        Err(_) => Err(Unable::unknown("the placing of a file was cut off")),
    }
}
