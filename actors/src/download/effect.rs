use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use mediary_schema::{
    FailureClass, JobId,
    download::DownloadItem,
    file::{Oddity, Verified},
    job::{Failure, Progress},
    layout::{Described, SidecarKind},
};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{
    thrown,
    watch::{Needed, Watch, is_in_pieces, no_room},
};
use crate::{
    access::Access,
    ffmpeg::{Expectation, Ffmpeg, Refused},
    room::Room,
    workspace::{Craft, Effect, Ending, Unable, Workspace},
    ytdlp::{About, Beside, DownloadRequest, Engine, Extracted},
};

impl Craft for DownloadItem {
    type Question = Question;
    type Answer = Answer;
    type Product = Fetched;
}

/// What a download asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// How its source is asked.
    Access,
    /// What is to lie beside its file.
    Sidecars,
}

/// What it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// How its source is asked.
    Access(Box<Access>),
    /// What is to lie beside its file.
    Sidecars(BTreeSet<SidecarKind>),
}

/// An item that was fetched, whole and checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// The name of the file that was handed over.
    pub name: String,
    /// What its source says of it now.
    pub described: Described,
    /// What it is about.
    pub description: Option<String>,
    /// What was fetched beside it.
    pub beside: Beside,
    /// What was found in it.
    pub verified: Verified,
}

/// Fetches items with an engine and checks them.
#[derive(Debug, Clone)]
pub struct Downloader {
    engine: Arc<dyn Engine>,
    ffmpeg: Ffmpeg,
    room: Room,
}

impl Downloader {
    /// A downloader that works in folders on a disk with so much room.
    pub fn new(engine: Arc<dyn Engine>, ffmpeg: Ffmpeg, room: Room) -> Self {
        Self { engine, ffmpeg, room }
    }
}

/// What a port must not say.
const ANOTHER: &str = "another question was answered";

type Space = Workspace<DownloadItem>;

impl Effect for Downloader {
    type Task = DownloadItem;

    async fn perform(&self, workspace: Space, item: DownloadItem) -> Ending<Fetched> {
        self.fetch(&workspace, &item).await.into()
    }
}

impl Downloader {
    async fn fetch(&self, workspace: &Space, item: &DownloadItem) -> Result<Fetched, Unable> {
        let access = match workspace.ask(Question::Access).await? {
            Answer::Access(access) => access.grant(workspace.folder()).await?,
            Answer::Sidecars(_) => {
                return Err(Unable::unknown(ANOTHER));
            }
        };
        let wanted = match workspace.ask(Question::Sidecars).await? {
            Answer::Sidecars(wanted) => wanted,
            Answer::Access(_) => return Err(Unable::unknown(ANOTHER)),
        };
        let request = DownloadRequest {
            access,
            source: item.source.clone(),
            quality: item.quality.clone(),
            staging: workspace.folder().to_owned(),
        };
        let (progress, told) = watch::channel(Progress::default());
        // Ended by itself when the disk is full, which is no wish of anybody.
        let assignment = workspace.assignment().part();
        let work = async {
            let extracted = self.engine.extract(&request, &assignment).await?;
            let needed = Needed::of(&extracted);
            // Refuses what can't fit beside what others are promised, before a byte of it is fetched (DL-09).
            let promise = workspace.reserve(&self.room, needed.bytes()).await?.map_err(no_room)?;
            let download = self.engine.download(&request, &extracted, &assignment, &progress);
            let watch = Watch { room: &self.room, promise, needed, assignment: &assignment };
            let downloaded = watch.over(download, progress.subscribe()).await?;
            let expectation = expectation(item, &extracted, downloaded.resumed_bytes > 0);
            let verify = self.ffmpeg.verify(&downloaded.path, expectation, &assignment, &progress);
            let (verified, ()) = tokio::join!(verify, self.let_others_in(workspace, &downloaded.path));
            let verified = match verified {
                Ok(verified) => verified,
                Err(refused) => return Err(thrown_away(workspace, refused).await.into()),
            };
            tell_of_height(workspace, extracted.height, &verified);
            let name = downloaded.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            workspace.output(&name).await?;
            let beside = self.engine.beside(&request, &extracted, &wanted, &assignment).await;
            if assignment.stop().is_cancelled() {
                // What was cut off would be told as what can't be had, for good: the next attempt fetches it.
                return Err(Unable::Lost);
            }
            for file in &beside.fetched {
                workspace.output(&file.name).await?;
            }
            let About { uploader, published_at, description } = extracted.about;
            let described = Described::new(extracted.title, uploader, published_at);
            Ok(Fetched { name, described, description, beside, verified })
        };
        let fetched = workspace.while_telling(told, work).await;
        if let Err(Unable::Failed(failure)) = &fetched
            && failure.class == FailureClass::TooLarge
        {
            // Nobody knows how long it is: what there is of it is worth nothing and takes the room of others.
            blocking(workspace, forget).await;
        }
        fetched
    }

    /// Lets the next download begin once this one is fetched, if it is proved with others: while they wait for each
    /// other, their files are small and at most as many as one process takes.
    async fn let_others_in(&self, workspace: &Space, path: &Path) {
        if self.ffmpeg.proves_together(path).await {
            workspace.return_slot().await;
        }
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
async fn thrown_away(workspace: &Space, Refused { failure, blake3 }: Refused) -> Failure {
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
    if blocking(workspace, came_again).await.flatten() == Some(true) {
        let message =
            format!("the source itself is damaged, it sent the same bytes twice: {}", failure.message);
        return Failure { message, for_good: true, ..failure };
    }
    failure
}

/// Says when a source sent a lower picture than it had offered, which is kept.
fn tell_of_height(workspace: &Space, promised: Option<u32>, verified: &Verified) {
    if verified.oddities.contains(&Oddity::BelowPromisedHeight) {
        let (job_id, height) = (workspace.job_id(), verified.media.height);
        tracing::warn!(%job_id, height, promised_height = promised, "the picture is lower than promised");
    }
}

/// Does something in the folder of the job, on a thread that may block; none if that went wrong by itself.
async fn blocking<T: Send + 'static>(
    workspace: &Space,
    work: impl FnOnce(JobId, &Path) -> T + Send + 'static,
) -> Option<T> {
    let (job_id, staging) = (workspace.job_id(), workspace.folder().to_owned());
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
