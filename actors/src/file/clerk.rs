use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use mediary_events::file::Command;
use mediary_log::{
    ReadError,
    gate::Transaction,
    work::{self, file::Finding},
};
use mediary_schema::{
    FailureClass, FileId, RootId,
    file::{Stamp, VerifyFiles},
    job::{Failure, ResourceUse},
};

use super::{
    Root,
    displaced::Displaced,
    effect::{Question, Read},
    index::Index,
    moving::Moving,
    page::{Page, find, turn},
    roots,
    shelf::{Meaning, Wanted},
};
use crate::{
    job::{Attempt, Clerk},
    workspace::Unable,
};

/// Says which files are to be read, and what that which was found in them means.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileClerk;

/// Bytes that are given out to be read at once: some seconds of work. What the file system said of a file is as old as that when
/// it is told what is in it.
const BATCH_BYTES: u64 = 1 << 30;

/// How far a reading is.
#[derive(Debug, Default)]
pub struct Reading {
    grounds: Option<Grounds>,
    /// Where the next page begins.
    next: Option<u64>,
    index: Index,
    /// Files whose bytes are not in their places: they are looked for behind the last page.
    displaced: BTreeMap<FileId, Displaced>,
    /// Files of the page that are to be read next.
    wanted: VecDeque<Wanted>,
    /// Files that are being read, with their stamps before.
    out: BTreeMap<FileId, (Wanted, Stamp)>,
    /// What was found and is not recorded yet.
    findings: Vec<Finding>,
    moving: Moving,
    /// Roots of which something is gone.
    losing: BTreeSet<RootId>,
    /// Roots that are not there, though files of them were to be read.
    away: BTreeSet<RootId>,
    unreadable: u32,
    first: Option<String>,
    step: u32,
}

/// The roots, and which of them are there.
#[derive(Debug, Clone)]
pub(super) struct Grounds {
    pub(super) roots: Arc<BTreeMap<RootId, Root>>,
    pub(super) there: Arc<BTreeSet<RootId>>,
}

/// What was found out about a file.
type Told = (Wanted, Result<Meaning, String>);

impl From<ReadError> for Unable {
    fn from(error: ReadError) -> Self {
        Self::Failed(Failure::new(FailureClass::Storage, format!("the log can't be read: {error}")))
    }
}

impl Clerk for FileClerk {
    type Task = VerifyFiles;
    type Memory = Reading;

    async fn answer(
        &self,
        attempt: &Attempt,
        work: &VerifyFiles,
        reading: &mut Reading,
        Question::Next { read }: Question,
    ) -> Result<Vec<FileId>, Unable> {
        reading.take(read).await?;
        let grounds = if let Some(grounds) = reading.grounds.clone() {
            grounds
        } else {
            reading.next = Some(u64::MAX);
            reading.grounds.insert(open(attempt, work).await?).clone()
        };
        loop {
            // The last ones are recorded with the end, which is then one append.
            if reading.is_at_end() {
                return Ok(Vec::new());
            }
            reading.record(attempt).await?;
            reading.give_out().await?;
            if !reading.out.is_empty() {
                return Ok(reading.out.keys().copied().collect());
            }
            if reading.is_at_end() {
                return Ok(Vec::new());
            }
            let (asked, grounds) = (attempt.clone(), grounds.clone());
            let page = if let Some(from) = reading.next {
                let (work, index) = (work.clone(), std::mem::take(&mut reading.index));
                blocking(move || turn(&asked, &work, &grounds, from, index)).await?
            } else {
                // Whose place is whose is read in the log.
                reading.record(attempt).await?;
                let displaced: Vec<_> = std::mem::take(&mut reading.displaced).into_values().collect();
                blocking(move || find(&asked, &grounds, &displaced)).await?
            };
            reading.add(page);
        }
    }

    async fn finish(
        &self,
        attempt: &Attempt,
        _: &VerifyFiles,
        reading: &mut Reading,
        (): (),
        used: ResourceUse,
    ) -> Result<(), Unable> {
        let grounds = reading.grounds.clone();
        let away = reading.away.first().and_then(|id| grounds.as_ref()?.roots.get(id));
        if away.is_some() || reading.unreadable > 0 {
            reading.record(attempt).await?;
        }
        if let Some(root) = away {
            return Err(is_not_there(root));
        }
        if let Some(error) = &reading.first {
            let what = format!("{} files can't be read, the first of them: {error}", reading.unreadable);
            return Err(Failure::new(FailureClass::Storage, what).into());
        }
        reading.refuse_if_gone(attempt).await?;
        let (job_id, attempt_id) = (attempt.job_id, attempt.attempt_id);
        let mut findings = std::mem::take(&mut reading.findings);
        reading.moving.leave_out(&attempt.gate, &mut findings).await?;
        let story =
            move |story: &mut Transaction<'_>| work::file::finish(story, job_id, attempt_id, used, &findings);
        Ok(attempt.record("finish", story).await?)
    }
}

impl Reading {
    /// Whether nothing is left to be read or looked for.
    fn is_at_end(&self) -> bool {
        self.wanted.is_empty() && self.next.is_none() && self.displaced.is_empty()
    }

    /// Takes in what was found in files.
    async fn take(&mut self, read: Vec<Read>) -> Result<(), Unable> {
        let of = |read: Read| Some((self.out.remove(&read.file_id)?, read.found));
        let read: Vec<_> = read.into_iter().filter_map(of).collect();
        let judge = |((wanted, stamp), found): ((Wanted, Stamp), _)| {
            let meaning = wanted.judge(stamp, found);
            (wanted, meaning)
        };
        let told: Vec<Told> = blocking(move || Ok(read.into_iter().map(judge).collect())).await?;
        for told in told {
            self.tell(told);
        }
        Ok(())
    }

    /// Looks at the next files of the page, and gives out those that are to be read.
    async fn give_out(&mut self) -> Result<(), Unable> {
        let mut wanted = std::mem::take(&mut self.wanted);
        let looked = blocking(move || {
            let (mut out, mut told, mut bytes) = (Vec::new(), Vec::<Told>::new(), 0);
            while bytes < BATCH_BYTES
                && let Some(file) = wanted.pop_front()
            {
                match file.look() {
                    Ok(Ok(stamp)) => {
                        bytes += stamp.size_bytes;
                        out.push((file.file.file_id, (file, stamp)));
                    }
                    Ok(Err(meaning)) => told.push((file, Ok(meaning))),
                    Err(error) => told.push((file, Err(error.to_string()))),
                }
            }
            Ok((wanted, out, told))
        });
        let (wanted, out, told) = looked.await?;
        self.wanted = wanted;
        self.out.extend(out);
        for told in told {
            self.tell(told);
        }
        Ok(())
    }

    fn tell(&mut self, (wanted, meaning): Told) {
        match meaning {
            Ok(Meaning::Is(command)) => {
                if matches!(command, Command::Lose) {
                    self.losing.insert(wanted.file.root);
                }
                self.findings.push(wanted.file.found(command));
            }
            Ok(Meaning::Displaced(displaced)) => {
                self.displaced.insert(displaced.file_id, displaced);
            }
            Err(error) => {
                self.unreadable += 1;
                self.first.get_or_insert(error);
            }
        }
    }

    fn add(&mut self, page: Page) {
        let Page { findings, losing, displaced, wanted, away, next, index } = page;
        self.findings.extend(findings);
        self.losing.extend(losing);
        self.displaced.extend(displaced.into_iter().map(|file| (file.file_id, file)));
        self.away.extend(away);
        (self.wanted, self.next, self.index) = (wanted, next, index);
    }

    /// Records what was found so far.
    async fn record(&mut self, attempt: &Attempt) -> Result<(), Unable> {
        self.refuse_if_gone(attempt).await?;
        let mut findings = std::mem::take(&mut self.findings);
        self.moving.leave_out(&attempt.gate, &mut findings).await?;
        if findings.is_empty() {
            return Ok(());
        }
        let (job_id, attempt_id) = (attempt.job_id, attempt.attempt_id);
        let story =
            move |story: &mut Transaction<'_>| work::file::record_read(story, job_id, attempt_id, &findings);
        attempt.record(&format!("read/{}", self.step), story).await?;
        self.step += 1;
        Ok(())
    }

    /// Says nothing of a root that went away in the middle: what was not there says nothing of what is lost.
    async fn refuse_if_gone(&mut self, attempt: &Attempt) -> Result<(), Unable> {
        let (losing, grounds) = (std::mem::take(&mut self.losing), self.grounds.clone());
        let Some(Grounds { roots, .. }) = grounds.filter(|_| !losing.is_empty()) else { return Ok(()) };
        let attempt = attempt.clone();
        blocking(move || {
            let mut losing = losing.iter().filter_map(|id| roots.get(id));
            match losing.find(|root| !root.mark(attempt.gate.log()).is_there()) {
                Some(root) => Err(is_not_there(root)),
                None => Ok(()),
            }
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Unable> + Send + 'static,
) -> Result<T, Unable> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(Failure::new(FailureClass::Unknown, "the reading was cut off").into()),
    }
}

/// Looks which roots are there. Of one that is not nothing is said, unless it is the one that is asked for.
async fn open(attempt: &Attempt, work: &VerifyFiles) -> Result<Grounds, Unable> {
    let registered = roots::registered(&attempt.gate).await?;
    let roots: BTreeMap<RootId, Root> = registered.into_iter().map(|root| (root.id(), root)).collect();
    let roots = Arc::new(roots);
    let (known, attempt, work) = (Arc::clone(&roots), attempt.clone(), work.clone());
    let there = blocking(move || {
        let (log, wanted) = (attempt.gate.log(), work.root_id);
        let mut there = BTreeSet::new();
        for root in known.values().filter(|root| wanted.is_none_or(|wanted| wanted == root.id())) {
            let is_accepted = work.accepted() == Some(root.id()) && root.has_folder();
            if is_accepted {
                let made = root.mark(log).make();
                made.map_err(|error| Unable::storage(&format!("{} can't be marked", root.called()), &error))?;
            }
            if is_accepted || roots::is_there(log, root)? {
                there.insert(root.id());
            } else if wanted.is_some() {
                return Err(is_not_there(root));
            }
        }
        Ok(there)
    });
    Ok(Grounds { roots, there: Arc::new(there.await?) })
}

fn is_not_there(root: &Root) -> Unable {
    let what = format!(
        "{} is not there: nothing that was kept is in its folder. Mount its disk; if it is lost for good, `mediary file \
         verify --accept-folder` takes the folder as it is (`--root` says which)",
        root.called()
    );
    Failure::new(FailureClass::Storage, what).into()
}
