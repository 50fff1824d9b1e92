//! Makes a file of another one by a profile, in a folder, and proves it.

use std::{fs::File, path::Path};

use mediary_schema::{
    FailureClass,
    file::{Check, Verified},
    job::{Failure, Progress},
    media::{Medium, Spans},
    transcode::{Profile, Proof, Recipe, Seen, Shortcoming, Verdict},
};
use tokio::sync::watch;

use super::{arguments::Arguments, progress::Told};
use crate::{
    ffmpeg::{Expectation, Ffmpeg, Makings, hash, opened},
    process::Assignment,
    workspace::Unable,
};

/// The name of a result in its folder, without its ending.
const RESULT: &str = "result";
/// What lies beside it there.
pub(super) const BESIDE: &str = "result.mks";

/// What makes files, where, and for whom.
pub(super) struct Making<'a> {
    pub(super) ffmpeg: &'a Ffmpeg,
    /// Where results lie until they are placed.
    pub(super) folder: &'a Path,
    pub(super) assignment: &'a Assignment,
    /// Told how far it is.
    pub(super) tell: &'a (dyn Fn(&Progress) + Sync),
}

/// What a file is to be made of, as far as it is known before.
pub(super) struct Source {
    file: File,
    medium: Medium,
    pub(super) size_bytes: u64,
    pub(super) recipe: Recipe,
}

/// A file that was made, and is proved.
pub(super) struct Proved {
    /// Its name in the folder.
    pub(super) name: String,
    pub(super) verified: Verified,
    pub(super) proof: Proof,
    /// BLAKE3 of what it was made of.
    pub(super) source_blake3: String,
    pub(super) arguments: Arguments,
}

impl Making<'_> {
    /// What an opened file is, and what becomes of it by a profile; none if it is as that would have it.
    pub(super) async fn source(&self, file: File, profile: &Profile) -> Result<Option<Source>, Unable> {
        self.stage("probing");
        let medium = self.ffmpeg.describe_opened(&file, self.assignment).await?;
        let recipe = match profile.judge(&medium) {
            Ok(Verdict::Made(recipe)) => recipe,
            Ok(Verdict::Fits) => return Ok(None),
            Err(unfit) => return Err(failed(FailureClass::Unsupported, unfit.to_string())),
        };
        let facts = file.metadata().map_err(|error| Unable::storage("the file can't be read", &error))?;
        Ok(Some(Source { file, medium, size_bytes: facts.len(), recipe }))
    }

    /// Makes it, and proves that it is what it was to be, or says in what it is not.
    pub(super) async fn make(&self, source: &Source) -> Result<Result<Proved, Shortcoming>, Unable> {
        let name = format!("{RESULT}.{}", source.recipe.container.ending());
        let arguments = Arguments::of(&source.recipe, &source.medium);
        let (spans, source_blake3) = self.encode(source, &arguments, &name).await?;
        let proved = self.prove(source, &spans, &name).await?;
        Ok(proved.map(|(verified, proof)| Proved { name, verified, proof, source_blake3, arguments }))
    }

    /// Makes the result, and reads what it is made of meanwhile: when its streams begin and end, and its hash.
    async fn encode(
        &self,
        source: &Source,
        arguments: &Arguments,
        name: &str,
    ) -> Result<(Spans, String), Unable> {
        let (result, beside) = (self.folder.join(name), self.folder.join(BESIDE));
        let mut results: Vec<(&[String], &Path)> = vec![(&arguments.result, &result)];
        if let Some(arguments) = &arguments.beside {
            results.push((arguments, &beside));
        }
        let mut told = Told::of(source.medium.duration_ms.unwrap_or(0));
        let each = |line: &str| {
            if let Some(progress) = told.take(line) {
                (self.tell)(&progress);
            }
        };
        let makings = Makings { source: &source.file, before: &arguments.before, results };
        let made = self.ffmpeg.make(makings, self.assignment, each);
        // All of them read the same bytes, which are in memory then.
        let read = self.ffmpeg.spans(&source.file, self.assignment);
        let (made, read, hashed) = tokio::join!(made, read, self.hashed(&source.file));
        made?;
        Ok((read?, hashed?))
    }

    async fn prove(
        &self,
        source: &Source,
        spans: &Spans,
        name: &str,
    ) -> Result<Result<(Verified, Proof), Shortcoming>, Unable> {
        self.stage("verifying");
        let path = self.folder.join(name);
        let (progress, _) = watch::channel(Progress::default());
        let read = self.ffmpeg.verify_spans(&path, Expectation::default(), self.assignment, &progress).await;
        let (verified, of_result) = match read {
            Ok(verified) => verified,
            // The encoder's own fault, and the same the next time.
            Err(refused) if refused.failure.class == FailureClass::Damaged => {
                return Err(not_kept(&refused.failure.message));
            }
            Err(refused) => return Err(refused.failure.into()),
        };
        let made = self.ffmpeg.describe(&path, self.assignment).await?;
        let of = Seen { medium: &source.medium, size_bytes: source.size_bytes, check: Check::Demuxed, spans };
        let (size_bytes, check) = (verified.size_bytes, verified.check);
        let result = Seen { medium: &made, size_bytes, check, spans: &of_result };
        let mut proved = source.recipe.prove(of, result);
        if !source.recipe.beside.is_empty() {
            let beside = self.ffmpeg.describe(&self.folder.join(BESIDE), self.assignment).await?;
            proved =
                proved.and_then(|proof| source.recipe.prove_beside(&source.medium, &beside).map(|()| proof));
        }
        Ok(proved.map(|proof| (verified, proof)))
    }

    /// BLAKE3 of an opened file, from its first byte on.
    async fn hashed(&self, file: &File) -> Result<String, Unable> {
        let unreadable = |error: std::io::Error| Unable::storage("the file can't be read", &error);
        // Opened once more: it has a place of its own then.
        let own = File::open(opened(file)).map_err(unreadable)?;
        let stop = self.assignment.stop().clone();
        let hashed = tokio::task::spawn_blocking(move || hash(own, &stop, |_| {})).await;
        let hashed = hashed.map_err(Unable::unknown)?.map_err(unreadable)?;
        hashed.map(|(_, blake3)| blake3).ok_or(Unable::Lost)
    }

    fn stage(&self, stage: &str) {
        (self.tell)(&Progress { stage: stage.to_owned(), unit: "ms".to_owned(), ..Progress::default() });
    }
}

/// Why what was made is not kept.
pub(super) fn not_kept(why: &str) -> Unable {
    failed(FailureClass::Damaged, format!("what was made is not kept: {why}"))
}

/// A failure that the next attempt would have, too.
fn failed(class: FailureClass, message: String) -> Unable {
    Unable::Failed(Failure { for_good: true, ..Failure::new(class, message) })
}

#[cfg(test)]
mod tests;
