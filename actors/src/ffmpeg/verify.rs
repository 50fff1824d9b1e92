//! Whether a file is what was promised (DL-02).

use std::path::Path;

use mediary_schema::{
    FailureClass,
    file::{Check, MediaFacts, Verified},
    job::{Failure, Progress},
};
use tokio::sync::watch;

use super::{
    hash::hash,
    tool::{Ffmpeg, seconds},
};
use crate::process::Assignment;

/// How much two durations may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// In any case.
    pub base_ms: u64,
    /// And this many thousandths of the duration.
    pub per_mille: u64,
}

impl Tolerance {
    /// How much it is for this duration.
    pub const fn around(self, duration_ms: u64) -> u64 {
        self.base_ms + duration_ms / 1000 * self.per_mille
    }
}

/// Between what a container says and what is in it: encoders pad sound, and streams end apart.
pub const CONTAINER_TOLERANCE: Tolerance = Tolerance { base_ms: 1000, per_mille: 5 };

/// Between what a source promised and what arrived: sources round to seconds and count intros differently.
pub const PROMISE_TOLERANCE: Tolerance = Tolerance { base_ms: 2000, per_mille: 20 };

/// What a file should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expectation {
    /// The promised duration.
    pub duration_ms: Option<u64>,
    /// The height of the chosen format; less means that the source sent another one.
    pub height: Option<u32>,
    /// The greatest height that the quality allows.
    pub height_max: Option<u32>,
    /// Whether it has to have sound; a picture is no fault, since some sources have no sound alone.
    pub audio_only: bool,
    /// Whether every frame is decoded, too.
    pub decode: bool,
}

impl Ffmpeg {
    /// Checks that a file is whole and what was promised, and computes what it is known by.
    ///
    /// `progress` says `verifying`, and counts bytes while they are hashed.
    pub async fn verify(
        &self,
        path: &Path,
        expectation: Expectation,
        assignment: &Assignment,
        progress: &watch::Sender<Progress>,
    ) -> Result<Verified, Failure> {
        let stage = |unit: &str| Progress {
            stage: "verifying".to_owned(),
            unit: unit.to_owned(),
            ..Progress::default()
        };
        progress.send_replace(stage("bytes"));
        let size_bytes = size(path).await?;
        let mut media = self.probe(path, assignment).await?;
        let found_ms = self.demux(path, media.duration_ms, assignment).await?;
        if media.duration_ms == 0 {
            media.duration_ms = found_ms;
        }
        expectation.check(&media)?;
        if expectation.decode {
            self.decode(path, media.duration_ms, assignment).await?;
        }
        let (hashed_bytes, blake3) = hash_apart(path, assignment, progress).await?;
        if hashed_bytes != size_bytes {
            let message =
                format!("the file changed from {size_bytes} to {hashed_bytes} bytes while it was checked");
            return Err(Failure::new(FailureClass::Damaged, message));
        }
        let check = if expectation.decode { Check::Decoded } else { Check::Demuxed };
        Ok(Verified { size_bytes, blake3, media, check })
    }
}

impl Expectation {
    /// Compares the facts with it.
    fn check(&self, media: &MediaFacts) -> Result<(), Failure> {
        let damaged = |message: String| Err(Failure::new(FailureClass::Damaged, message));
        if let Some(promised_ms) = self.duration_ms
            && differs(media.duration_ms, promised_ms, PROMISE_TOLERANCE)
        {
            let (found, promised) = (seconds(media.duration_ms), seconds(promised_ms));
            return damaged(format!("the file has {found}, but {promised} were promised"));
        }
        if self.audio_only && media.audio_codec.is_none() {
            return damaged("the file has no sound".to_owned());
        }
        let Some(height) = media.height else { return Ok(()) };
        if let Some(promised) = self.height
            && !self.audio_only
            && height < promised
        {
            return damaged(format!("the picture has a height of {height}, but {promised} was offered"));
        }
        match self.height_max {
            Some(most) if height > most && !self.audio_only => {
                let message =
                    format!("the source has only a height of {height}, and at most {most} was asked for");
                Err(Failure::new(FailureClass::FormatUnavailable, message))
            }
            _ => Ok(()),
        }
    }
}

/// Whether two durations are too far apart.
pub(super) fn differs(found_ms: u64, expected_ms: u64, tolerance: Tolerance) -> bool {
    found_ms.abs_diff(expected_ms) > tolerance.around(expected_ms)
}

async fn size(path: &Path) -> Result<u64, Failure> {
    let facts = tokio::fs::symlink_metadata(path).await.map_err(|error| unreadable(&error))?;
    if !facts.is_file() {
        return Err(Failure::new(FailureClass::Storage, "this is no regular file"));
    }
    if facts.len() == 0 {
        return Err(Failure::new(FailureClass::Damaged, "the file is empty"));
    }
    Ok(facts.len())
}

async fn hash_apart(
    path: &Path,
    assignment: &Assignment,
    progress: &watch::Sender<Progress>,
) -> Result<(u64, String), Failure> {
    let (path, stop, progress) = (path.to_owned(), assignment.stop().clone(), progress.clone());
    let hashed = tokio::task::spawn_blocking(move || hash(&path, &stop, &progress)).await;
    let hashed =
        hashed.map_err(|error| Failure::new(FailureClass::Unknown, format!("hashing ended: {error}")))?;
    let hashed = hashed.map_err(|error| unreadable(&error))?;
    hashed.ok_or_else(|| Failure::new(FailureClass::WorkerLost, "hashing was cancelled"))
}

fn unreadable(error: &std::io::Error) -> Failure {
    Failure::new(FailureClass::Storage, format!("the file can't be read: {error}"))
}
