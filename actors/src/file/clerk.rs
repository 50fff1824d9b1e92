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
    effect::{Question, Read},
    roots,
    shelf::{self, Places, Wanted},
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
    places: Places,
    /// Files of the page that are to be read next.
    wanted: VecDeque<Wanted>,
    /// Files that are being read, with their stamps before.
    out: BTreeMap<FileId, (Wanted, Stamp)>,
    /// What was found and is not recorded yet.
    findings: Vec<Finding>,
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
struct Grounds {
    roots: Arc<BTreeMap<RootId, Root>>,
    there: Arc<BTreeSet<RootId>>,
}

/// A page of files, none of which was looked at.
#[derive(Debug, Default)]
struct Page {
    /// What newer files mean for those in whose places they are.
    superseded: Vec<Finding>,
    wanted: VecDeque<Wanted>,
    away: BTreeSet<RootId>,
    next: Option<u64>,
    places: Places,
}

/// What was found out about a file.
type Told = (Wanted, Result<Command, String>);

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
            if reading.wanted.is_empty() && reading.next.is_none() {
                return Ok(Vec::new());
            }
            reading.record(attempt).await?;
            reading.give_out().await?;
            if !reading.out.is_empty() {
                return Ok(reading.out.keys().copied().collect());
            }
            let Some(from) = reading.next else { return Ok(Vec::new()) };
            let places = std::mem::take(&mut reading.places);
            let (attempt, work, grounds) = (attempt.clone(), work.clone(), grounds.clone());
            let page = blocking(move || turn(&attempt, &work, &grounds, from, places)).await?;
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
        let findings = std::mem::take(&mut reading.findings);
        let story =
            move |story: &mut Transaction<'_>| work::file::finish(story, job_id, attempt_id, used, &findings);
        Ok(attempt.record("finish", story).await?)
    }
}

impl Reading {
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
                        out.push((file.file_id, (file, stamp)));
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
            Ok(command) => {
                if matches!(command, Command::Lose) {
                    self.losing.insert(wanted.root);
                }
                self.findings.push(Finding { file_id: wanted.file_id, command });
            }
            Err(error) => {
                self.unreadable += 1;
                self.first.get_or_insert(error);
            }
        }
    }

    fn add(&mut self, page: Page) {
        let Page { superseded, wanted, away, next, places } = page;
        self.findings.extend(superseded);
        self.away.extend(away);
        (self.wanted, self.next, self.places) = (wanted, next, places);
    }

    /// Records what was found so far.
    async fn record(&mut self, attempt: &Attempt) -> Result<(), Unable> {
        self.refuse_if_gone(attempt).await?;
        let findings = std::mem::take(&mut self.findings);
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

/// Turns to a page of files. May block.
fn turn(
    attempt: &Attempt,
    work: &VerifyFiles,
    grounds: &Grounds,
    from: u64,
    mut places: Places,
) -> Result<Page, Unable> {
    let log = attempt.gate.log();
    let is_whole = work.file_ids.is_empty();
    let (files, next) = if is_whole {
        let page = shelf::page(log, from, Some(attempt.lease.envelope.project))?;
        (page.files, page.next)
    } else {
        let files = work.file_ids.iter().map(|id| shelf::one(log, *id));
        (files.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect(), None)
    };
    let mut page = Page { next, ..Page::default() };
    for file in files.iter().filter(|file| work.root_id.is_none_or(|root| root == file.root)) {
        if let Some(superseded) = places.superseded(file).filter(|_| is_whole) {
            page.superseded.push(superseded);
        } else if file.state.is_looked_at() && (!is_whole || places.is_owner(file)) {
            match grounds.roots.get(&file.root).filter(|root| grounds.there.contains(&root.id())) {
                Some(root) => page.wanted.extend(file.wanted(root)),
                None => drop(page.away.insert(file.root)),
            }
        }
    }
    page.places = places;
    Ok(page)
}

fn is_not_there(root: &Root) -> Unable {
    let what = format!(
        "{} is not there: nothing that was kept is in its folder. Mount its disk; if it is lost for good, `mediary file \
         verify --accept-folder` takes the folder as it is (`--root` says which)",
        root.called()
    );
    Failure::new(FailureClass::Storage, what).into()
}
