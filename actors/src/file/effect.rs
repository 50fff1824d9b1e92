use std::{
    fs::{self, File},
    io,
    path::PathBuf,
};

use mediary_events::file::Command;
use mediary_log::{
    ReadError,
    gate::{Refusal, Transaction},
    work::{self, file::Finding},
};
use mediary_schema::{
    FailureClass,
    file::VerifyFiles,
    job::{Failure, Progress},
};

use super::shelf::{self, Known, Places, is_away, stamp_of};
use crate::{
    ffmpeg::hash,
    job::{Attempt, Effect, Ending},
    mark::Mark,
};

/// Reads kept files and compares their bytes with what was recorded.
#[derive(Debug, Clone)]
pub struct Verifier {
    library: PathBuf,
}

impl Verifier {
    /// A verifier of the files of a library.
    pub fn new(library: impl Into<PathBuf>) -> Self {
        Self { library: library.into() }
    }
}

/// Why not all of it was read.
#[derive(Debug)]
enum Broken {
    Failed(Failure),
    Stopped,
    Refused(Refusal),
}

impl From<ReadError> for Broken {
    fn from(error: ReadError) -> Self {
        Self::Failed(Failure::new(FailureClass::Storage, format!("the log can't be read: {error}")))
    }
}

impl Effect for Verifier {
    type Task = VerifyFiles;

    async fn perform(&self, attempt: Attempt, work: VerifyFiles) -> Ending {
        let used = attempt.assignment.used();
        match self.verify(&attempt, work).await {
            Ok(()) => Ending::Recorded,
            Err(Broken::Failed(failure)) => Ending::Failed(failure, used),
            // The attempt lost its job.
            Err(Broken::Stopped | Broken::Refused(Refusal::Rejected(_) | Refusal::Stopping)) => {
                Ending::Stopped(used)
            }
            Err(Broken::Refused(refusal)) => {
                Ending::Failed(Failure::new(FailureClass::Unknown, refusal.to_string()), used)
            }
        }
    }
}

/// A file that was read, or could not be.
type Answer = Result<Option<Finding>, io::Error>;

/// What was found in one page, and where the next one begins.
struct Pass {
    findings: Vec<Finding>,
    unreadable: Vec<io::Error>,
    next: Option<u64>,
    places: Places,
    done_bytes: u64,
}

impl Verifier {
    async fn verify(&self, attempt: &Attempt, work: VerifyFiles) -> Result<(), Broken> {
        let reader = Reader { library: self.library.clone(), attempt: attempt.clone(), work };
        blocking(reader.clone(), Reader::begin).await?;
        let (mut next, mut places, mut done_bytes) = (Some(u64::MAX), Places::default(), 0);
        let (mut unreadable, mut first, mut step) = (0, None, 0);
        let mut findings = Vec::new();
        while let Some(from) = next {
            let pass = blocking(reader.clone(), move |reader| reader.page(from, places, done_bytes)).await?;
            unreadable += pass.unreadable.len();
            first = first.or_else(|| pass.unreadable.into_iter().next());
            (next, places, done_bytes) = (pass.next, pass.places, pass.done_bytes);
            findings = pass.findings;
            // The last ones are recorded with the end, which is then one append.
            if !findings.is_empty() && (next.is_some() || unreadable > 0) {
                self.record(attempt, step, std::mem::take(&mut findings)).await?;
                step += 1;
            }
        }
        if let Some(error) = first {
            let what = format!("{unreadable} files can't be read, the first of them: {error}");
            return Err(Broken::Failed(Failure::new(FailureClass::Storage, what)));
        }
        let (job_id, attempt_id, used) = (attempt.job_id, attempt.attempt_id, attempt.assignment.used());
        let story =
            move |story: &mut Transaction<'_>| work::file::finish(story, job_id, attempt_id, used, &findings);
        attempt.record("finish", story).await.map_err(Broken::Refused)
    }

    async fn record(&self, attempt: &Attempt, step: u32, findings: Vec<Finding>) -> Result<(), Broken> {
        let (job_id, attempt_id) = (attempt.job_id, attempt.attempt_id);
        let story =
            move |story: &mut Transaction<'_>| work::file::record_read(story, job_id, attempt_id, &findings);
        attempt.record(&format!("read/{step}"), story).await.map_err(Broken::Refused)
    }
}

/// Reads on a thread that may block.
#[derive(Debug, Clone)]
struct Reader {
    library: PathBuf,
    attempt: Attempt,
    work: VerifyFiles,
}

async fn blocking<T: Send + 'static>(
    reader: Reader,
    work: impl FnOnce(&Reader) -> Result<T, Broken> + Send + 'static,
) -> Result<T, Broken> {
    match tokio::task::spawn_blocking(move || work(&reader)).await {
        Ok(done) => done,
        Err(_) => Err(Broken::Failed(Failure::new(FailureClass::Unknown, "the reading was cut off"))),
    }
}

impl Reader {
    fn mark(&self) -> Mark {
        Mark::of(&self.library, self.attempt.gate.log().id())
    }

    /// Refuses to say anything of a library that is not there, unless the folder is to be it.
    fn begin(&self) -> Result<(), Broken> {
        let mark = self.mark();
        if mark.is_there() {
            return Ok(());
        }
        if !self.work.accept_folder && is_away(self.attempt.gate.log(), &self.library)? {
            return Err(away());
        }
        let made = fs::create_dir_all(&self.library).and_then(|()| mark.make());
        made.map_err(|error| {
            let what = format!("the library can't be marked: {error}");
            Broken::Failed(Failure::new(FailureClass::Storage, what))
        })
    }

    fn page(&self, from: u64, mut places: Places, done_bytes: u64) -> Result<Pass, Broken> {
        let log = self.attempt.gate.log();
        let (files, next) = if self.work.file_ids.is_empty() {
            let page = shelf::page(log, from, Some(self.attempt.lease.envelope.project))?;
            (page.files, page.next)
        } else {
            let mut files = Vec::new();
            for id in &self.work.file_ids {
                files.extend(shelf::one(log, *id)?);
            }
            (files, None)
        };
        let is_whole = self.work.file_ids.is_empty();
        let (mut findings, mut unreadable, mut done_bytes) = (Vec::new(), Vec::new(), done_bytes);
        for file in &files {
            if let Some(superseded) = places.superseded(file).filter(|_| is_whole) {
                findings.push(superseded);
                continue;
            }
            if !file.state.is_looked_at() || (is_whole && !places.is_owner(file)) {
                continue;
            }
            match self.read(file, &mut done_bytes)? {
                Ok(finding) => findings.extend(finding),
                Err(error) => unreadable.push(error),
            }
        }
        let is_loss = |finding: &Finding| finding.command == Command::Lose;
        if findings.iter().any(is_loss) && !self.mark().is_there() {
            return Err(away());
        }
        Ok(Pass { findings, unreadable, next, places, done_bytes })
    }

    /// Reads a file; what can't be read is neither lost nor whole.
    fn read(&self, file: &Known, done_bytes: &mut u64) -> Result<Answer, Broken> {
        let Some(verified) = &file.state.verified else { return Ok(Ok(None)) };
        let place = file.place(&self.library);
        let finding = |command| Ok(Ok(Some(Finding { file_id: file.file_id, command })));
        let stamp = match stamp_of(&place) {
            Ok(Some(stamp)) => stamp,
            Ok(None) => return finding(Command::Lose),
            Err(error) => return Ok(Err(error)),
        };
        if stamp.size_bytes != verified.size_bytes {
            return finding(Command::Change { stamp });
        }
        let stop = self.attempt.assignment.stop();
        let hashed = File::open(place).and_then(|file| {
            hash(file, stop, |bytes| {
                *done_bytes += bytes;
                let (stage, unit) = ("verifying".to_owned(), "bytes".to_owned());
                self.attempt.progress(&Progress { stage, done: *done_bytes, unit, ..Progress::default() });
            })
        });
        match hashed {
            Err(error) => Ok(Err(error)),
            Ok(None) => Err(Broken::Stopped),
            Ok(Some((_, blake3))) if blake3 == verified.blake3 => finding(Command::Find { stamp }),
            Ok(Some(_)) => finding(Command::Change { stamp }),
        }
    }
}

fn away() -> Broken {
    let what = "the library is not there: nothing that was kept is in its folder. Mount its disk; if it is lost for \
                good, `mediary file verify --accept-folder` takes the folder as it is";
    Broken::Failed(Failure::new(FailureClass::Storage, what))
}
