//! Makes a file of another one by a profile, in a folder, and proves it.

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use mediary_schema::{
    FailureClass,
    file::{Check, Verified},
    job::{Failure, Progress},
    media::{Medium, Spans},
    profile::Rules,
    transcode::{Fate, Measure, Proof, Quality, Recipe, Seen, Shortcoming, Verdict},
};
use tokio::sync::watch;

use super::{arguments::Arguments, likeness::Trace, progress::Told, what_if::Sampler};
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
    /// How alike its pictures are to look at least, by VMAF, and by what that is measured; none if nothing is said of it.
    floor: Option<(u8, Measure)>,
}

/// A stream that is made anew, and is traced in what it is made of and in the result.
struct Traced {
    /// Which it is there, and here.
    index: u32,
    place: usize,
    trace: Trace,
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
    /// What an opened file is, and what becomes of it by rules; none if it is as those would have it.
    pub(super) async fn source(&self, file: File, rules: &Rules) -> Result<Option<Source>, Unable> {
        self.stage("probing");
        let medium = self.ffmpeg.describe_opened(&file, self.assignment).await?;
        let recipe = match rules.judge(&medium) {
            Ok(Verdict::Made(recipe)) => recipe,
            Ok(Verdict::Fits) => return Ok(None),
            Err(unfit) => return Err(failed(FailureClass::Unsupported, unfit.to_string())),
        };
        let facts = file.metadata().map_err(|error| Unable::storage("the file can't be read", &error))?;
        let source = Source { file, medium, size_bytes: facts.len(), recipe, floor: None };
        self.settled(source).await.map(Some)
    }

    /// What an opened file is once it is known how much of its pictures may be thrown away, where that is to be found out.
    async fn settled(&self, source: Source) -> Result<Source, Unable> {
        if !source.recipe.is_searched() {
            return Ok(source);
        }
        self.stage("searching");
        let Some(measure) = self.ffmpeg.best_measure(self.assignment).await? else {
            let message =
                "the profile says how alike pictures are to look, and ffmpeg here measures that in no way";
            return Err(failed(FailureClass::ToolMissing, message.to_owned()));
        };
        let Source { file, medium, recipe, .. } = &source;
        match self.sampler(measure).seek(file, medium, recipe).await? {
            Ok((recipe, _)) => {
                let floor = recipe.search(measure).map(|(vmaf_min, _)| (vmaf_min, measure));
                Ok(Source { recipe, floor, ..source })
            }
            Err(unlike) => Err(failed(FailureClass::Unsupported, unlike.to_string())),
        }
    }

    fn sampler(&self, measure: Measure) -> Sampler<'_> {
        let Self { ffmpeg, folder, assignment, .. } = self;
        Sampler { ffmpeg, folder, assignment, measure: Some(measure) }
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
        let makings = Makings { source: &source.file, before: &Arguments::before(), results };
        let made = self.ffmpeg.make(makings, self.assignment, each);
        // All of them read the same bytes, which are in memory then.
        let read = self.ffmpeg.spans(&source.file, self.assignment);
        let traced =
            self.write_traces(&source.recipe, &source.file, |traced| (traced.index as usize, "source"));
        let (made, read, traced, hashed) = tokio::join!(made, read, traced, self.hashed(&source.file));
        made?;
        traced?;
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
        let read = self.ffmpeg.verify_spans(&path, Expectation::default(), self.assignment, &progress);
        let (read, alike, looks) =
            tokio::join!(read, self.compare(&source.recipe, &path), self.looks(source, &path));
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
        // Whoever lacks a stream is told of that first.
        let proved = match proved {
            Ok(proof) => {
                let (alike, looks) = (alike?, looks?);
                alike.and_then(|alike_count| looks.map(|quality| Proof { alike_count, quality, ..proof }))
            }
            Err(shortcoming) => Err(shortcoming),
        };
        Ok(proved.map(|proof| (verified, proof)))
    }

    /// How much the pictures of a result look like those of which they were made, where that is to be so much at least.
    async fn looks(
        &self,
        source: &Source,
        result: &Path,
    ) -> Result<Result<Option<Quality>, Shortcoming>, Unable> {
        let Some((vmaf_min, measure)) = source.floor else { return Ok(Ok(None)) };
        let Source { file, medium, recipe, .. } = source;
        let quality = self.sampler(measure).compare(file, medium, recipe, result).await?;
        Ok(match quality {
            Some(quality) if !quality.holds(vmaf_min) => Err(Shortcoming::Quality { quality, vmaf_min }),
            quality => Ok(quality),
        })
    }

    /// Compares how a result looks and sounds with how what it was made of did; answers how many streams.
    async fn compare(&self, recipe: &Recipe, result: &Path) -> Result<Result<u32, Shortcoming>, Unable> {
        let unreadable = |error: std::io::Error| Unable::storage("what was made can't be read", &error);
        let file = File::open(result).map_err(unreadable)?;
        self.write_traces(recipe, &file, |traced| (traced.place, "result")).await?;
        let pairs: Vec<(Traced, PathBuf, PathBuf)> = made_anew(recipe)
            .map(|traced| {
                let (source, result) = (self.trace(&traced, "source"), self.trace(&traced, "result"));
                (traced, source, result)
            })
            .collect();
        let compared = tokio::task::spawn_blocking(move || {
            let count = u32::try_from(pairs.len()).unwrap_or(u32::MAX);
            for (Traced { index, place, trace }, source, result) in pairs {
                let (source, result) = (File::open(source)?, File::open(result)?);
                if let Err(unlike) = trace.compare(BufReader::new(source), BufReader::new(result))? {
                    return Ok(Err(Shortcoming::Stream { place, index, what: unlike.to_string() }));
                }
            }
            Ok(Ok(count))
        });
        compared.await.map_err(Unable::unknown)?.map_err(unreadable)
    }

    /// Traces the streams that are made anew, in what they are made of or in the result: which of a file, by its index, and whose
    /// they are. By a program of its own, since an encoder with several results may wait for itself.
    async fn write_traces(
        &self,
        recipe: &Recipe,
        file: &File,
        of: impl Fn(&Traced) -> (usize, &'static str),
    ) -> Result<(), Unable> {
        let trace = |traced: Traced| {
            let (index, whose) = of(&traced);
            (traced.trace.arguments(index), self.trace(&traced, whose))
        };
        let traces: Vec<(Vec<String>, PathBuf)> = made_anew(recipe).map(trace).collect();
        if traces.is_empty() {
            return Ok(());
        }
        let results = traces.iter().map(|(arguments, path)| (arguments.as_slice(), path.as_path())).collect();
        let makings = Makings { source: file, before: &Arguments::before(), results };
        Ok(self.ffmpeg.make(makings, self.assignment, |_| {}).await?)
    }

    /// Where a trace lies.
    fn trace(&self, traced: &Traced, whose: &str) -> PathBuf {
        self.folder.join(format!("{whose}-{}.trace", traced.place))
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

/// The streams that are made anew: those that are as they were look and sound as they did.
fn made_anew(recipe: &Recipe) -> impl Iterator<Item = Traced> {
    recipe.streams.iter().enumerate().filter_map(|(place, planned)| {
        let trace = match planned.fate {
            Fate::Video { .. } => Trace::Picture,
            Fate::Audio { .. } => Trace::Sound,
            Fate::Copy {} | Fate::Subtitle { .. } => return None,
        };
        Some(Traced { index: planned.index, place, trace })
    })
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
