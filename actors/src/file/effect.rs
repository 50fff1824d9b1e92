use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io,
    sync::Arc,
};

use mediary_events::file::Command;
use mediary_log::{
    ReadError,
    gate::{Refusal, Transaction},
    work::{self, file::Finding},
};
use mediary_schema::{
    FailureClass, RootId,
    file::VerifyFiles,
    job::{Failure, Progress},
};

use super::{
    Root, roots,
    shelf::{self, Known, Places, stamp_of},
};
use crate::{
    ffmpeg::hash,
    job::{Attempt, Effect, Ending},
};

/// Reads kept files and compares their bytes with what was recorded.
#[derive(Debug, Clone, Copy, Default)]
pub struct Verifier;

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
    /// Roots that are not there, though files of them were to be read.
    away: BTreeSet<RootId>,
    done_bytes: u64,
}

impl Verifier {
    async fn verify(&self, attempt: &Attempt, work: VerifyFiles) -> Result<(), Broken> {
        let registered = roots::registered(&attempt.gate).await.map_err(Broken::Refused)?;
        let root = |root: Root| (root.id(), root);
        let roots: BTreeMap<RootId, Root> = registered.into_iter().map(root).collect();
        let mut reader =
            Reader { roots: Arc::new(roots), there: Arc::default(), attempt: attempt.clone(), work };
        reader.there = Arc::new(blocking(reader.clone(), Reader::begin).await?);
        let (mut next, mut places, mut done_bytes) = (Some(u64::MAX), Places::default(), 0);
        let (mut unreadable, mut first, mut step, mut away) = (0, None, 0, BTreeSet::new());
        let mut findings = Vec::new();
        while let Some(from) = next {
            let pass = blocking(reader.clone(), move |reader| reader.page(from, places, done_bytes)).await?;
            unreadable += pass.unreadable.len();
            first = first.or_else(|| pass.unreadable.into_iter().next());
            away.extend(pass.away);
            (next, places, done_bytes) = (pass.next, pass.places, pass.done_bytes);
            findings = pass.findings;
            // The last ones are recorded with the end, which is then one append.
            if !findings.is_empty() && (next.is_some() || unreadable > 0 || !away.is_empty()) {
                self.record(attempt, step, std::mem::take(&mut findings)).await?;
                step += 1;
            }
        }
        if let Some(root) = away.first().and_then(|id| reader.roots.get(id)) {
            return Err(is_not_there(root));
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
    roots: Arc<BTreeMap<RootId, Root>>,
    there: Arc<BTreeSet<RootId>>,
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
    /// Which roots are there. Of one that is not nothing is said, unless it is the one that is asked for.
    fn begin(&self) -> Result<BTreeSet<RootId>, Broken> {
        let log = self.attempt.gate.log();
        let mut there = BTreeSet::new();
        let wanted = self.work.root_id;
        for root in self.roots.values().filter(|root| wanted.is_none_or(|wanted| wanted == root.id())) {
            let is_accepted = self.work.accepted() == Some(root.id()) && root.has_folder();
            if is_accepted {
                root.mark(log).make().map_err(|error| {
                    let what = format!("{} can't be marked: {error}", root.called());
                    Broken::Failed(Failure::new(FailureClass::Storage, what))
                })?;
            }
            if is_accepted || roots::is_there(log, root)? {
                there.insert(root.id());
            } else if wanted.is_some() {
                return Err(is_not_there(root));
            }
        }
        Ok(there)
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
        let (mut away, mut losing) = (BTreeSet::new(), BTreeSet::new());
        for file in files.iter().filter(|file| self.work.root_id.is_none_or(|root| root == file.root)) {
            if let Some(superseded) = places.superseded(file).filter(|_| is_whole) {
                findings.push(superseded);
                continue;
            }
            if !file.state.is_looked_at() || (is_whole && !places.is_owner(file)) {
                continue;
            }
            let Some(root) = self.roots.get(&file.root).filter(|root| self.there.contains(&root.id())) else {
                away.insert(file.root);
                continue;
            };
            match self.read(file, root, &mut done_bytes)? {
                Ok(finding) => {
                    if finding.as_ref().is_some_and(|finding| finding.command == Command::Lose) {
                        losing.insert(root.id());
                    }
                    findings.extend(finding);
                }
                Err(error) => unreadable.push(error),
            }
        }
        let log = self.attempt.gate.log();
        let mut losing = losing.iter().filter_map(|id| self.roots.get(id));
        if let Some(root) = losing.find(|root| !root.mark(log).is_there()) {
            return Err(is_not_there(root));
        }
        Ok(Pass { findings, unreadable, next, places, away, done_bytes })
    }

    /// Reads a file; what can't be read is neither lost nor whole.
    fn read(&self, file: &Known, root: &Root, done_bytes: &mut u64) -> Result<Answer, Broken> {
        let Some(verified) = &file.state.verified else { return Ok(Ok(None)) };
        let place = file.place(root);
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

fn is_not_there(root: &Root) -> Broken {
    let what = format!(
        "{} is not there: nothing that was kept is in its folder. Mount its disk; if it is lost for good, `mediary file \
         verify --accept-folder` takes the folder as it is (`--root` says which)",
        root.called()
    );
    Broken::Failed(Failure::new(FailureClass::Storage, what))
}
