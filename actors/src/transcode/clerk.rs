use std::{fs, path::Path};

use mediary_events::file::{self, File};
use mediary_log::{
    gate::Transaction,
    whole,
    work::{self, transcode::Placed},
};
use mediary_schema::{
    JobId,
    job::ResourceUse,
    layout::{Described, SidecarKind, stem},
    transcode::TranscodeFile,
};

use super::effect::{Product, Transcoded};
use crate::{
    job::{Attempt, Begun, Clerk},
    library::{Library, Placing, Settled, Staged, Unusable, on_disk, refuse_if_away},
    workspace::{Nothing, Unable},
    ytdlp::{Beside, FetchedSidecar},
};

/// Puts what was made beside what it was made of, and records it.
#[derive(Debug, Clone)]
pub struct TranscodeClerk {
    library: Library,
}

/// The file that says what was made, while it gets its place.
const MADE: &str = "made.json";

impl TranscodeClerk {
    /// The clerk of a library.
    pub const fn new(library: Library) -> Self {
        Self { library }
    }
}

impl Clerk for TranscodeClerk {
    type Task = TranscodeFile;
    type Memory = ();

    async fn begin(&self, attempt: &Attempt, task: &TranscodeFile) -> Result<Begun, Unable> {
        refuse_if_away(&self.library, attempt).await?;
        let (library, staging) = (self.library.clone(), attempt.staging.clone());
        // What an earlier attempt had put into its place when it was killed before it could say so.
        let resumed = on_disk(move || {
            let Some(placing) = library.resume(&staging)? else { return Ok(None) };
            let made =
                fs::read(staging.join(MADE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
            Ok(made.map(|made: Transcoded| (placing, made)))
        });
        let Some((placing, made)) = resumed.await? else { return Ok(Begun::ToDo) };
        let placed = self.placed(attempt, placing, made).await?;
        record(attempt, task, placed, ResourceUse::default()).await?;
        Ok(Begun::Recorded)
    }

    /// Refuses what could not be placed, before anything is encoded.
    async fn reserve(&self, attempt: &Attempt, task: &TranscodeFile) -> Result<(), Unable> {
        let path = path_of(attempt, task).await?;
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let (library, staging) = (self.library.clone(), attempt.staging.clone());
        on_disk(move || library.probe(&staging, &folder)).await.map(drop)
    }

    async fn answer(
        &self,
        _: &Attempt,
        _: &TranscodeFile,
        (): &mut (),
        question: Nothing,
    ) -> Result<Nothing, Unable> {
        match question {}
    }

    async fn finish(
        &self,
        attempt: &Attempt,
        task: &TranscodeFile,
        (): &mut (),
        product: Product,
        used: ResourceUse,
    ) -> Result<(), Unable> {
        let larger = match product {
            Product::Made(made) => {
                let placed = self.place(attempt, task, *made).await?;
                return record(attempt, task, placed, used).await;
            }
            Product::Fits {} => None,
            Product::Larger { result_bytes, source_bytes } => Some((result_bytes, source_bytes)),
        };
        let (job_id, attempt_id, task) = (attempt.job_id, attempt.attempt_id, task.clone());
        let finish = move |story: &mut Transaction<'_>| {
            work::transcode::finish_without(story, &task, job_id, attempt_id, used, larger)
        };
        Ok(attempt.record("finish", finish).await?)
    }

    fn take_back(&self, job_id: JobId, folder: &Path) {
        if let Err(error) = self.library.undo(folder) {
            tracing::warn!(%job_id, %error, "a file that nobody recorded stays in the library");
        }
    }
}

impl TranscodeClerk {
    async fn place(
        &self,
        attempt: &Attempt,
        task: &TranscodeFile,
        made: Transcoded,
    ) -> Result<Placed, Unable> {
        let is_own = |name: &str| Path::new(name).file_name() == Some(name.as_ref());
        if !is_own(&made.name) || !made.beside.as_deref().is_none_or(is_own) {
            return Err(Unable::unknown("what was made has no name of its own in the job's folder"));
        }
        let source = path_of(attempt, task).await?;
        let profile = task.profile.name.to_string();
        let (library, staging, noted) = (self.library.clone(), attempt.staging.clone(), made.clone());
        let placing = on_disk(move || {
            let step = |step| move |source| Unusable::Io { step, source };
            let bytes = serde_json::to_vec(&noted).map_err(std::io::Error::other);
            let written = bytes.and_then(|bytes| whole::write(&staging.join(MADE), &bytes));
            written.map_err(step("write down what was made"))?;
            Staged::write(&staging, beside(&noted), None, None)?;
            let ending = noted.name.rsplit_once('.').map_or("bin", |(_, ending)| ending).to_owned();
            let name = |number: u32| name_of(&source, &profile, number, &ending);
            let described = Described::default();
            let path = library.place(&staging, &noted.name, &noted.verified, &described, name)?;
            Ok(Placing { path, staged: noted.name, verified: noted.verified, described })
        });
        let placing = placing.await?;
        self.placed(attempt, placing, made).await
    }

    /// What was placed, with what lies beside it by now, and what its file system says of it from now on.
    async fn placed(&self, attempt: &Attempt, placing: Placing, made: Transcoded) -> Result<Placed, Unable> {
        let Placing { path, verified, .. } = placing;
        let (library, staging) = (self.library.clone(), attempt.staging.clone());
        on_disk(move || {
            let Settled { sidecars, missing, stamp } = library.settle(&staging, &path);
            let Transcoded { source, recipe, proof, arguments, .. } = made;
            Ok(Placed { path, verified, stamp, sidecars, missing, source, recipe, proof, arguments })
        })
        .await
    }
}

/// Where what is made lies: beside what it is made of, with the name of the profile, and a number if that is taken.
fn name_of(source: &str, profile: &str, number: u32, ending: &str) -> String {
    let stem = stem(source);
    match number {
        1 => format!("{stem}.{profile}.{ending}"),
        number => format!("{stem}.{profile}-{number}.{ending}"),
    }
}

/// What is to lie beside it: streams that its container does not carry.
fn beside(made: &Transcoded) -> Beside {
    let fetched = made.beside.iter().map(|name| FetchedSidecar {
        name: name.clone(),
        kind: SidecarKind::Subtitles,
        language: None,
        ending: ".mks".to_owned(),
    });
    Beside { fetched: fetched.collect(), missing: vec![] }
}

/// Where the file lies of which it is made, below the library.
async fn path_of(attempt: &Attempt, task: &TranscodeFile) -> Result<String, Unable> {
    let path = |state: &file::State| state.path.clone();
    let path = attempt.gate.inspect::<File, _>(task.file_id.uuid(), path).await?;
    path.ok_or_else(|| Unable::unknown("the file is not there any more"))
}

async fn record(
    attempt: &Attempt,
    task: &TranscodeFile,
    placed: Placed,
    used: ResourceUse,
) -> Result<(), Unable> {
    let (job_id, attempt_id) = (attempt.job_id, attempt.attempt_id);
    let (path, size_bytes, source_bytes) = (placed.path.clone(), placed.verified.size_bytes, placed.source.1);
    let recorded = task.clone();
    let story = move |story: &mut Transaction<'_>| {
        work::transcode::finish(story, &recorded, job_id, attempt_id, used, placed.clone())
    };
    let file_id = attempt.record("finish", story).await?;
    tracing::info!(%job_id, %file_id, path, size_bytes, source_bytes, "transcoded");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_named_after_what_it_is_made_of() {
        assert_eq!(name_of("Talks/On logs [a].webm", "web", 1, "mp4"), "Talks/On logs [a].web.mp4");
        assert_eq!(name_of("a", "audio", 3, "m4a"), "a.audio-3.m4a");
    }
}
