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
    library::{Destination, Library, Placing, Settled, Staged, Unusable, on_disk, refuse_if_root_away},
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
        let destination = destination(attempt, task).await?.0;
        let own = destination.clone();
        // What an earlier attempt had put into its place when it was killed before it could say so.
        let resumed = on_disk(move || {
            let Some(placing) = own.library().resume(own.staging())? else { return Ok(None) };
            let made = fs::read(own.staging().join(MADE));
            let made = made.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
            Ok(made.map(|made: Transcoded| (placing, made)))
        });
        let Some((placing, made)) = resumed.await? else { return Ok(Begun::ToDo) };
        let placed = placed(destination, placing, made).await?;
        record(attempt, task, placed, ResourceUse::default()).await?;
        Ok(Begun::Recorded)
    }

    /// Refuses what could not be placed, before anything is encoded.
    async fn reserve(&self, attempt: &Attempt, task: &TranscodeFile) -> Result<(), Unable> {
        let (destination, path) = destination(attempt, task).await?;
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let own = attempt.staging.clone();
        let probed = on_disk(move || {
            destination.prepare(&own)?;
            destination.library().probe(destination.staging(), &folder)
        });
        probed.await.map(drop)
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
                let placed = place(attempt, task, *made).await?;
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
        let undone = match Destination::noted(folder) {
            Some(destination) => destination.library().undo(destination.staging()),
            None => self.library.undo(folder),
        };
        if let Err(error) = undone {
            tracing::warn!(%job_id, %error, "a file that nobody recorded stays where it is");
        }
    }

    fn clear(&self, job_id: JobId, folder: &Path) {
        if let Some(destination) = Destination::noted(folder)
            && let Err(error) = destination.clear()
        {
            tracing::warn!(%job_id, %error, "can't remove the folder of a job that is over from a root");
        }
    }
}

/// Where what is made gets its place: in the root of what it is made of. And where that lies, below it.
async fn destination(attempt: &Attempt, task: &TranscodeFile) -> Result<(Destination, String), Unable> {
    let place = |state: &file::State| state.root.zip(state.path.clone());
    let place = attempt.gate.inspect::<File, _>(task.file_id.uuid(), place).await?;
    let (root_id, path) = place.ok_or_else(|| Unable::unknown("the file is not there any more"))?;
    let root = refuse_if_root_away(attempt, root_id).await?;
    let log_id = attempt.gate.log().id();
    Ok((Destination::of(&root, &attempt.staging, log_id, attempt.job_id), path))
}

async fn place(attempt: &Attempt, task: &TranscodeFile, made: Transcoded) -> Result<Placed, Unable> {
    let is_own = |name: &str| Path::new(name).file_name() == Some(name.as_ref());
    if !is_own(&made.name) || !made.beside.as_deref().is_none_or(is_own) {
        return Err(Unable::unknown("what was made has no name of its own in the job's folder"));
    }
    let (destination, source) = destination(attempt, task).await?;
    let profile = task.profile.name.to_string();
    let (brought, own, noted) = (destination.clone(), attempt.staging.clone(), made.clone());
    let placing = on_disk(move || {
        let staging = brought.staging();
        brought.prepare(&own)?;
        std::iter::once(&noted.name).chain(&noted.beside).try_for_each(|name| brought.bring(&own, name))?;
        let step = |step| move |source| Unusable::Io { step, source };
        let bytes = serde_json::to_vec(&noted).map_err(std::io::Error::other);
        let written = bytes.and_then(|bytes| whole::write(&staging.join(MADE), &bytes));
        written.map_err(step("write down what was made"))?;
        Staged::write(staging, beside(&noted), None, None)?;
        let ending = noted.name.rsplit_once('.').map_or("bin", |(_, ending)| ending).to_owned();
        let name = |number: u32| name_of(&source, &profile, number, &ending);
        let described = Described::default();
        let path = brought.library().place(staging, &noted.name, &noted.verified, &described, name)?;
        Ok(Placing { path, staged: noted.name, verified: noted.verified, described })
    });
    let placing = placing.await?;
    placed(destination, placing, made).await
}

/// What was placed, with what lies beside it by now, and what its file system says of it from now on.
async fn placed(destination: Destination, placing: Placing, made: Transcoded) -> Result<Placed, Unable> {
    let Placing { path, verified, .. } = placing;
    on_disk(move || {
        let Settled { sidecars, missing, stamp } = destination.library().settle(destination.staging(), &path);
        let (root, Transcoded { source, recipe, proof, arguments, .. }) = (destination.root_id(), made);
        Ok(Placed { root, path, verified, stamp, sidecars, missing, source, recipe, proof, arguments })
    })
    .await
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
