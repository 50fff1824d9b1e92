//! Whether a file is whole and what was promised (DL-02).

use std::{
    collections::BTreeSet,
    fs::{File, Metadata},
    path::Path,
};

use mediary_schema::{
    FailureClass,
    file::{Check, MediaFacts, Oddity, Verified},
    job::{Failure, Progress},
    media::Spans,
};
use tokio::sync::watch;

use super::{
    hash::hash,
    judge::{judge, no_media},
    make::opened,
    packets::Kind,
    structure::{self, Structure},
    tool::{Decoded, Ffmpeg, Report},
};
use crate::process::Assignment;

/// What a file should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expectation {
    /// The promised duration.
    pub duration_ms: Option<u64>,
    /// The height of the chosen format.
    pub height: Option<u32>,
    /// The most lines that the quality allows.
    pub height_max: Option<u32>,
    /// Whether it has to have sound; a picture is no fault, since some sources have no sound alone.
    pub audio_only: bool,
    /// Whether it was put together here: of fragments, or of parts that came at different times. What came as one
    /// unbroken answer is as its source has it; here something may be missing, or be of another file.
    pub is_joined: bool,
}

/// A file that is not kept.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub failure: Failure,
    /// BLAKE3 of its bytes, if they could be read: the same bytes again are the source's own.
    pub blake3: Option<String>,
}

/// What was found by reading all of a file.
struct Proven {
    media: MediaFacts,
    check: Check,
    oddities: BTreeSet<Oddity>,
    spans: Spans,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self { failure, blake3: None }
    }
}

impl Ffmpeg {
    /// Checks that a file is whole and what was promised, and computes what it is known by.
    ///
    /// One process describes, reads and decodes it, while it is hashed here. `progress` says `verifying`, and
    /// counts bytes while they are hashed.
    pub async fn verify(
        &self,
        path: &Path,
        expectation: Expectation,
        assignment: &Assignment,
        progress: &watch::Sender<Progress>,
    ) -> Result<Verified, Refused> {
        progress.send_replace(Progress {
            stage: "verifying".to_owned(),
            unit: "bytes".to_owned(),
            ..Progress::default()
        });
        self.verify_spans(path, expectation, assignment, progress).await.map(|(verified, _)| verified)
    }

    /// The same, with when each of its streams begins and ends.
    pub async fn verify_spans(
        &self,
        path: &Path,
        expectation: Expectation,
        assignment: &Assignment,
        progress: &watch::Sender<Progress>,
    ) -> Result<(Verified, Spans), Refused> {
        let size_bytes = size(path).await?;
        self.verify_sized(path, size_bytes, expectation, assignment, progress).await
    }

    /// The same of a file that was opened, whatever its name leads to by now.
    pub(crate) async fn verify_opened(
        &self,
        file: &File,
        assignment: &Assignment,
        progress: &watch::Sender<Progress>,
    ) -> Result<Verified, Refused> {
        let size_bytes =
            file.metadata().map_err(|error| unreadable(&error)).and_then(|facts| size_of(&facts))?;
        let (path, expectation) = (opened(file), Expectation::default());
        let verified =
            self.verify_sized(Path::new(&path), size_bytes, expectation, assignment, progress).await;
        verified.map(|(verified, _)| verified)
    }

    async fn verify_sized(
        &self,
        path: &Path,
        size_bytes: u64,
        expectation: Expectation,
        assignment: &Assignment,
        progress: &watch::Sender<Progress>,
    ) -> Result<(Verified, Spans), Refused> {
        let proof = self.prove(path, size_bytes, expectation, assignment);
        let (proof, hashed) = tokio::join!(proof, hash_apart(path, assignment, progress));
        let Proven { media, check, oddities, spans } = match proof {
            Ok(proven) => proven,
            Err(failure) => return Err(Refused { failure, blake3: hashed.ok().map(|(_, blake3)| blake3) }),
        };
        let (hashed_bytes, blake3) = hashed?;
        if hashed_bytes != size_bytes {
            let message =
                format!("the file changed from {size_bytes} to {hashed_bytes} bytes while it was checked");
            return Err(Failure::new(FailureClass::Damaged, message).into());
        }
        let verified =
            Verified { size_bytes, blake3, media, check, oddities: oddities.into_iter().collect() };
        Ok((verified, spans))
    }

    /// What is unusual about a file, or why it is bad: all of its packets are read, and decoded if `is_full`.
    pub async fn health(
        &self,
        path: &Path,
        is_full: bool,
        assignment: &Assignment,
    ) -> Result<Vec<Oddity>, Failure> {
        let size_bytes = size(path).await?;
        if is_full {
            let proven = self.prove(path, size_bytes, Expectation::default(), assignment).await?;
            return Ok(proven.oddities.into_iter().collect());
        }
        let report = self.run(path, size_bytes, Decoded::NOTHING, assignment).await?;
        let mut oddities = weighed(path, &report, Expectation::default()).await?.oddities;
        // That was not asked for.
        oddities.remove(&Oddity::NotDecoded);
        Ok(oddities.into_iter().collect())
    }

    async fn prove(
        &self,
        path: &Path,
        size_bytes: u64,
        expectation: Expectation,
        assignment: &Assignment,
    ) -> Result<Proven, Failure> {
        let report = self.examine(path, size_bytes, assignment).await?;
        weighed(path, &report, expectation).await
    }
}

#[cfg(test)]
impl Ffmpeg {
    /// What the file is.
    pub(crate) async fn probe(&self, path: &Path, assignment: &Assignment) -> Result<MediaFacts, Failure> {
        let proven = self.prove(path, size(path).await?, Expectation::default(), assignment).await?;
        Ok(proven.media)
    }

    /// The duration of a whole file in milliseconds.
    pub(crate) async fn check_demux(&self, path: &Path, assignment: &Assignment) -> Result<u64, Failure> {
        Ok(self.probe(path, assignment).await?.duration_ms)
    }
}

/// What a report means, together with what the bytes of the container say.
async fn weighed(path: &Path, report: &Report, expectation: Expectation) -> Result<Proven, Failure> {
    if no_media(report) {
        return Err(report.ended.failure(FailureClass::Damaged, "the file is neither film nor sound"));
    }
    let structure = structure_apart(path, report).await?;
    let (media, mut oddities) = judge(report, &structure, expectation)?;
    let check = if report.decoded == Decoded::NOTHING { Check::Demuxed } else { Check::Decoded };
    if check == Check::Demuxed {
        oddities.insert(Oddity::NotDecoded);
    }
    let spans =
        Spans { video: report.packets.spans(Kind::Picture), audio: report.packets.spans(Kind::Sound) };
    Ok(Proven { media, check, oddities, spans })
}

async fn size(path: &Path) -> Result<u64, Failure> {
    size_of(&tokio::fs::symlink_metadata(path).await.map_err(|error| unreadable(&error))?)
}

fn size_of(facts: &Metadata) -> Result<u64, Failure> {
    if !facts.is_file() {
        return Err(Failure::new(FailureClass::Storage, "this is no regular file"));
    }
    if facts.len() == 0 {
        return Err(Failure::new(FailureClass::Damaged, "the file is empty"));
    }
    Ok(facts.len())
}

async fn structure_apart(path: &Path, report: &Report) -> Result<Structure, Failure> {
    let Some(container) = report.talk.container.clone() else { return Ok(Structure::default()) };
    let path = path.to_owned();
    let looked = tokio::task::spawn_blocking(move || structure::look(&path, &container)).await;
    let looked =
        looked.map_err(|error| Failure::new(FailureClass::Unknown, format!("the check ended: {error}")))?;
    looked.map_err(|error| unreadable(&error))
}

async fn hash_apart(
    path: &Path,
    assignment: &Assignment,
    progress: &watch::Sender<Progress>,
) -> Result<(u64, String), Failure> {
    let (path, stop, progress) = (path.to_owned(), assignment.stop().clone(), progress.clone());
    let hashed = tokio::task::spawn_blocking(move || {
        let file = File::open(path)?;
        let total = file.metadata()?.len();
        hash(file, &stop, |bytes| {
            progress.send_modify(|progress| {
                (progress.done, progress.total) = (progress.done + bytes, Some(total));
            });
        })
    })
    .await;
    let hashed =
        hashed.map_err(|error| Failure::new(FailureClass::Unknown, format!("hashing ended: {error}")))?;
    let hashed = hashed.map_err(|error| unreadable(&error))?;
    hashed.ok_or_else(|| Failure::new(FailureClass::WorkerLost, "hashing was cancelled"))
}

fn unreadable(error: &std::io::Error) -> Failure {
    Failure::new(FailureClass::Storage, format!("the file can't be read: {error}"))
}
