use std::{fs, io, path::Path, sync::Arc};

use mediary_log::{
    gate::{Refusal, Transaction},
    work::{self, download::Kept},
};
use mediary_schema::{
    FailureClass, JobId,
    download::DownloadItem,
    file::{Oddity, Verified},
    job::{Failure, Progress},
};
use tokio::sync::watch;

use super::{
    Library, Unusable, path_of, thrown,
    watch::{Needed, Watch, is_in_pieces, no_room},
};
use crate::{
    ffmpeg::{Expectation, Ffmpeg, Refused},
    file::{Root, is_away, stamp_of},
    job::{Attempt, Effect, Ending},
    room::{Promise, Room},
    ytdlp::{DownloadRequest, Engine, Extracted},
};

/// Fetches items with an engine, checks them, and puts them into the library.
#[derive(Debug, Clone)]
pub struct Downloader {
    engine: Arc<dyn Engine>,
    ffmpeg: Ffmpeg,
    library: Library,
    room: Room,
}

impl Downloader {
    /// A downloader into a library on a disk with so much room.
    pub fn new(engine: Arc<dyn Engine>, ffmpeg: Ffmpeg, library: Library, room: Room) -> Self {
        Self { engine, ffmpeg, library, room }
    }
}

/// Why an item is not kept.
#[derive(Debug)]
enum Broken {
    Failed(Failure),
    Refused(Refusal),
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Effect for Downloader {
    type Task = DownloadItem;

    async fn perform(&self, attempt: Attempt, item: DownloadItem) -> Ending {
        let outcome = self.keep(&attempt, &item).await;
        let used = attempt.assignment.used();
        match outcome {
            Ok(()) => Ending::Recorded,
            Err(_) if attempt.assignment.stop().is_cancelled() => Ending::Stopped(used),
            Err(Broken::Failed(failure)) => Ending::Failed(failure, used),
            // The attempt lost its job.
            Err(Broken::Refused(Refusal::Rejected(_) | Refusal::Stopping)) => Ending::Stopped(used),
            Err(Broken::Refused(refusal)) => {
                Ending::Failed(Failure::new(FailureClass::Unknown, refusal.to_string()), used)
            }
        }
    }

    fn take_back(&self, job_id: JobId, folder: &Path) {
        if let Err(error) = self.library.undo(folder) {
            tracing::warn!(%job_id, %error, "a file that nobody recorded stays in the library");
        }
    }
}

impl Downloader {
    async fn keep(&self, attempt: &Attempt, item: &DownloadItem) -> Result<(), Broken> {
        self.refuse_if_away(attempt).await?;
        let kept = match self.placed_before(attempt).await? {
            Some(kept) => kept,
            None => self.fetch(attempt, item).await?,
        };
        let (job_id, attempt_id, used) = (attempt.job_id, attempt.attempt_id, attempt.assignment.used());
        let size_bytes = kept.verified.size_bytes;
        let path = kept.path.clone();
        let oddities =
            kept.verified.oddities.iter().map(|oddity| oddity.name()).collect::<Vec<_>>().join(" ");
        let recorded = item.clone();
        let story = move |story: &mut Transaction<'_>| {
            work::download::finish(story, &recorded, job_id, attempt_id, used, kept.clone())
        };
        let file_id = attempt.record("finish", story).await.map_err(Broken::Refused)?;
        tracing::info!(%job_id, %file_id, path, size_bytes, oddities, "kept");
        metrics::counter!("mediary_downloaded_bytes_total").increment(size_bytes);
        Ok(())
    }

    /// What an earlier attempt had put into its place when it was killed before it could say so.
    async fn placed_before(&self, attempt: &Attempt) -> Result<Option<Kept>, Broken> {
        let (library, staging) = (self.library.clone(), attempt.staging.clone());
        let placing = on_disk(move || library.resume(&staging)).await?;
        match placing {
            Some(placing) => Ok(Some(self.kept(placing.path, placing.verified).await)),
            None => Ok(None),
        }
    }

    /// Refuses to fetch what would be put under the mount point of a library that is not there.
    async fn refuse_if_away(&self, attempt: &Attempt) -> Result<(), Failure> {
        let (log, library) = (attempt.gate.log().clone(), Root::library(self.library.root()));
        match tokio::task::spawn_blocking(move || is_away(&log, &library)).await {
            Ok(Ok(false)) => Ok(()),
            Ok(Ok(true)) => Err(Failure::new(
                FailureClass::LibraryAway,
                "the library is not there: nothing that was kept is in its folder",
            )),
            Ok(Err(error)) => Err(Failure::new(FailureClass::Unknown, error.to_string())),
            Err(error) => Err(Failure::new(FailureClass::Unknown, error.to_string())),
        }
    }

    /// What was placed, with what its file system says of it from now on.
    async fn kept(&self, path: String, verified: Verified) -> Kept {
        let place = self.library.root().join(&path);
        let stamp = tokio::task::spawn_blocking(move || stamp_of(&place)).await;
        let stamp = stamp.map_err(io::Error::other).flatten().ok().flatten();
        Kept { path, verified, stamp }
    }

    async fn fetch(&self, attempt: &Attempt, item: &DownloadItem) -> Result<Kept, Broken> {
        let request = DownloadRequest {
            source: item.source.clone(),
            quality: item.quality.clone(),
            staging: attempt.staging.clone(),
        };
        let (progress, told) = watch::channel(Progress::default());
        // Ended by itself when the disk is full, which is no wish of anybody.
        let assignment = attempt.assignment.part();
        let work = async {
            let extracted = self.engine.extract(&request, &assignment).await?;
            let needed = Needed::of(&extracted);
            let promise = self.promise(attempt, &needed).await?;
            self.reach(attempt, item).await?;
            let download = self.engine.download(&request, &extracted, &assignment, &progress);
            let watch = Watch { room: &self.room, promise, needed, assignment: &assignment };
            let downloaded = watch.over(download, progress.subscribe()).await?;
            let expectation = expectation(item, &extracted, downloaded.resumed_bytes > 0);
            let verified =
                match self.ffmpeg.verify(&downloaded.path, expectation, &assignment, &progress).await {
                    Ok(verified) => verified,
                    Err(refused) => return Err(Broken::Failed(thrown_away(attempt, refused).await)),
                };
            tell_of_height(attempt, extracted.height, &verified);
            let title = extracted.title;
            self.place(attempt, item, title, &downloaded.path, verified).await
        };
        let fetched = while_telling(attempt, told, work).await;
        if let Err(Broken::Failed(failure)) = &fetched
            && failure.class == FailureClass::TooLarge
        {
            // Nobody knows how long it is: what there is of it is worth nothing and takes the room of others.
            blocking(attempt, forget).await;
        }
        fetched
    }

    /// Refuses what can't fit beside what others are promised, before a byte of it is fetched (DL-09).
    async fn promise(&self, attempt: &Attempt, needed: &Needed) -> Result<Promise, Failure> {
        let (room, staging, job_id) = (self.room.clone(), attempt.staging.clone(), attempt.job_id);
        let in_total = needed.bytes();
        let asked = move || {
            let staged = crate::staging::size_bytes(&staging).unwrap_or(0);
            room.promise(job_id, in_total.saturating_sub(staged))
        };
        let promised = tokio::task::spawn_blocking(asked).await.map_err(io::Error::other).flatten();
        match promised.map_err(|error| storage("ask for the free space of the disk", &error))? {
            Ok(promise) => Ok(promise),
            Err(missing) => Err(no_room(missing)),
        }
    }

    /// Refuses what could not be placed, before a byte of it is fetched.
    async fn reach(&self, attempt: &Attempt, item: &DownloadItem) -> Result<(), Failure> {
        let path = path_of(item, None, "", 1);
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let (library, staging) = (self.library.clone(), attempt.staging.clone());
        on_disk(move || library.probe(&staging, &folder)).await.map(drop)
    }

    async fn place(
        &self,
        attempt: &Attempt,
        item: &DownloadItem,
        title: Option<String>,
        staged: &Path,
        verified: Verified,
    ) -> Result<Kept, Broken> {
        let ending = staged.extension().and_then(|ending| ending.to_str()).unwrap_or("bin").to_owned();
        let staged = staged.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (library, staging) = (self.library.clone(), attempt.staging.clone());
        let (item, facts) = (item.clone(), verified.clone());
        let name = move |number| path_of(&item, title.as_deref(), &ending, number);
        let path = on_disk(move || library.place(&staging, &staged, &facts, name)).await?;
        Ok(self.kept(path, verified).await)
    }
}

/// What the file should be.
fn expectation(item: &DownloadItem, extracted: &Extracted, resumed: bool) -> Expectation {
    Expectation {
        // What a feed says of a duration is no promise: episodes with other advertisements have another one.
        duration_ms: extracted.duration_ms,
        height: extracted.height,
        height_max: item.quality.height_max,
        audio_only: item.quality.audio_only,
        is_joined: resumed || is_in_pieces(extracted),
    }
}

/// Removes what turned out to be damaged, so that the next attempt does not go on with it, and remembers its
/// hash: when the same bytes come again, the source has no others.
async fn thrown_away(attempt: &Attempt, Refused { failure, blake3 }: Refused) -> Failure {
    if failure.class != FailureClass::Damaged {
        return failure;
    }
    let came_again = move |job_id, staging: &Path| {
        let before = thrown::before(staging);
        forget(job_id, staging);
        let blake3 = blake3?;
        let came_again = before.is_some_and(|before| before == blake3);
        if !came_again && let Err(error) = thrown::remember(staging, &blake3) {
            tracing::warn!(%job_id, %error, "can't remember what was thrown away");
        }
        Some(came_again)
    };
    if blocking(attempt, came_again).await.flatten() == Some(true) {
        let message =
            format!("the source itself is damaged, it sent the same bytes twice: {}", failure.message);
        return Failure { message, for_good: true, ..failure };
    }
    failure
}

/// Says when a source sent a lower picture than it had offered, which is kept.
fn tell_of_height(attempt: &Attempt, promised: Option<u32>, verified: &Verified) {
    if verified.oddities.contains(&Oddity::BelowPromisedHeight) {
        let (job_id, height) = (attempt.job_id, verified.media.height);
        tracing::warn!(%job_id, height, promised_height = promised, "the picture is lower than promised");
    }
}

/// Does something in the folder of the job, on a thread that may block; none if that went wrong by itself.
async fn blocking<T: Send + 'static>(
    attempt: &Attempt,
    work: impl FnOnce(JobId, &Path) -> T + Send + 'static,
) -> Option<T> {
    let (job_id, staging) = (attempt.job_id, attempt.staging.clone());
    let done = tokio::task::spawn_blocking(move || work(job_id, &staging)).await;
    done.inspect_err(|error| tracing::error!(%job_id, %error, "the folder of a job is as it was")).ok()
}

fn forget(job_id: JobId, staging: &Path) {
    let removed = fs::read_dir(staging).and_then(|entries| {
        entries
            .filter_map(Result::ok)
            .filter(|entry| entry.path().is_file())
            .try_for_each(|entry| fs::remove_file(entry.path()))
    });
    if let Err(error) = removed {
        tracing::warn!(%job_id, %error, "can't remove what was fetched for nothing");
    }
}

/// Does the work and tells of its progress meanwhile.
async fn while_telling<T>(
    attempt: &Attempt,
    mut told: watch::Receiver<Progress>,
    work: impl Future<Output = T>,
) -> T {
    let mut work = std::pin::pin!(work);
    let mut is_open = true;
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            changed = told.changed(), if is_open => match changed {
                Ok(()) => {
                    let progress = told.borrow_and_update().clone();
                    attempt.progress(&progress);
                }
                Err(_) => is_open = false,
            },
        }
    }
}

/// Works on the library on a thread that may block.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Unusable> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| error.failure()),
        Err(_) => Err(Failure::new(FailureClass::Unknown, "the placing of a file was cut off")),
    }
}

fn storage(what: &str, error: &io::Error) -> Failure {
    let full = error.kind() == io::ErrorKind::StorageFull;
    let class = if full { FailureClass::DiskFull } else { FailureClass::Storage };
    Failure::new(class, format!("failed to {what}: {error}"))
}
