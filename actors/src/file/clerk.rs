use std::{
    collections::{BTreeMap, BTreeSet},
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
    displaced::{Claims, Displaced, Fate, searches},
    effect::{Question, Read},
    index::Index,
    roots,
    shelf::{self, Known, stamp_of},
};
use crate::{
    job::{Attempt, Clerk},
    workspace::Unable,
};

/// Says which files are to be read, and what that which was found in them means.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileClerk;

/// How far a reading is.
#[derive(Debug, Default)]
pub struct Reading {
    grounds: Option<Grounds>,
    /// Where the next page begins.
    next: Option<u64>,
    index: Index,
    /// Files whose bytes are not in their places: they are looked for behind the last page.
    displaced: Vec<Displaced>,
    /// Files that are being read: their stamps before, and their hashes.
    out: BTreeMap<FileId, (Stamp, String)>,
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

/// What a page of files came to before any was read.
#[derive(Debug, Default)]
struct Page {
    findings: Vec<Finding>,
    losing: BTreeSet<RootId>,
    away: BTreeSet<RootId>,
    unreadable: Vec<String>,
    to_read: Vec<(FileId, Stamp, String)>,
    displaced: Vec<Displaced>,
    next: Option<u64>,
    index: Index,
}

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
        for read in read {
            reading.take(read);
        }
        let grounds = if let Some(grounds) = reading.grounds.clone() {
            grounds
        } else {
            reading.next = Some(u64::MAX);
            reading.grounds.insert(open(attempt, work).await?).clone()
        };
        while let Some(from) = reading.next {
            // The last ones are recorded with the end, which is then one append.
            reading.record(attempt).await?;
            let index = std::mem::take(&mut reading.index);
            let (attempt, work, grounds) = (attempt.clone(), work.clone(), grounds.clone());
            let page = blocking(move || look(&attempt, &work, &grounds, from, index)).await?;
            reading.add(page);
            if !reading.out.is_empty() {
                return Ok(reading.out());
            }
        }
        let displaced = std::mem::take(&mut reading.displaced);
        if !displaced.is_empty() {
            reading.record(attempt).await?;
            let asked = attempt.clone();
            reading.add(blocking(move || find(&asked, &grounds, &displaced)).await?);
            // Where they are has to be known before they are read.
            reading.record(attempt).await?;
        }
        Ok(reading.out())
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
    /// What is to be read now.
    fn out(&self) -> Vec<FileId> {
        self.out.keys().copied().collect()
    }

    fn take(&mut self, Read { file_id, found }: Read) {
        let Some((stamp, blake3)) = self.out.remove(&file_id) else { return };
        match found {
            Ok(found) if found == blake3 => self.find(file_id, Command::Find { stamp }),
            Ok(_) => self.find(file_id, Command::Change { stamp }),
            Err(error) => self.fail(error),
        }
    }

    fn find(&mut self, file_id: FileId, command: Command) {
        self.findings.push(Finding { file_id, command });
    }

    fn fail(&mut self, error: String) {
        self.unreadable += 1;
        self.first.get_or_insert(error);
    }

    fn add(&mut self, page: Page) {
        let Page { findings, losing, away, unreadable, to_read, displaced, next, index } = page;
        self.findings.extend(findings);
        self.losing.extend(losing);
        self.away.extend(away);
        for error in unreadable {
            self.fail(error);
        }
        self.out.extend(to_read.into_iter().map(|(file_id, stamp, blake3)| (file_id, (stamp, blake3))));
        self.displaced.extend(displaced);
        (self.next, self.index) = (next, index);
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

/// Looks at a page of files without reading any. May block.
fn look(
    attempt: &Attempt,
    work: &VerifyFiles,
    grounds: &Grounds,
    from: u64,
    mut index: Index,
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
        if let Some(earlier) = index.take(file).filter(|_| is_whole)
            && let Some(other) = shelf::one(log, earlier)?
        {
            page.overtake(&other, file.file_id);
        }
        if file.state.is_looked_at() {
            let owner = index.other_than(file).filter(|_| is_whole);
            match grounds.roots.get(&file.root).filter(|root| grounds.there.contains(&root.id())) {
                Some(root) => page.look_at(file, root, owner),
                None => drop(page.away.insert(file.root)),
            }
        }
    }
    page.index = index;
    Ok(page)
}

/// Looks for files elsewhere that are not in their places. May block.
fn find(attempt: &Attempt, grounds: &Grounds, displaced: &[Displaced]) -> Result<Page, Unable> {
    let (log, project) = (attempt.gate.log(), attempt.lease.envelope.project);
    let all: Vec<Root> = grounds.roots.values().cloned().collect();
    let mut found = Vec::new();
    for mut search in searches(displaced, &grounds.roots, &all) {
        while !search.step() {
            if attempt.assignment.stop().is_cancelled() {
                return Err(Unable::Lost);
            }
        }
        found.extend(search.found().iter().cloned());
    }
    let index = Index::of_paths(log)?;
    let (claims, overtaken) = Claims::new(log, &index, displaced, &found)?;
    let mut page = Page::default();
    // What is another project's is told by the next look.
    let ours = overtaken.into_iter().filter(|(whose, _)| *whose == project);
    page.findings.extend(ours.map(|(_, finding)| finding));
    for file in displaced {
        if let Some(root) = grounds.roots.get(&file.root)
            && let Some(known) = shelf::one(log, file.file_id)?
        {
            page.take(&known, file.settle(log, &index, &claims, root)?);
        }
    }
    Ok(page)
}

impl Page {
    fn look_at(&mut self, file: &Known, root: &Root, owner: Option<FileId>) {
        let Some(verified) = &file.state.verified else { return };
        let file_id = file.file_id;
        let found = stamp_of(&file.place(root));
        if let Ok(found) = found
            && let Some(displaced) = Displaced::of(file, found)
        {
            return self.displaced.push(displaced);
        }
        if let Some(by) = owner {
            return self.findings.push(Finding { file_id, command: Command::Replace { by } });
        }
        match found {
            Ok(None) => self.lose(file),
            Ok(Some(stamp)) if stamp.size_bytes != verified.size_bytes => {
                self.findings.push(Finding { file_id, command: Command::Change { stamp } });
            }
            Ok(Some(stamp)) => self.to_read.push((file_id, stamp, verified.blake3.clone())),
            Err(error) => self.unreadable.push(error.to_string()),
        }
    }

    /// A file whose place another one has. One that can be found elsewhere is searched first.
    fn overtake(&mut self, file: &Known, by: FileId) {
        if let Some(displaced) = Displaced::of(file, None) {
            self.displaced.push(displaced);
        } else {
            self.findings.push(Finding { file_id: file.file_id, command: Command::Replace { by } });
        }
    }

    fn lose(&mut self, file: &Known) {
        self.losing.insert(file.root);
        self.findings.push(Finding { file_id: file.file_id, command: Command::Lose });
    }

    /// What became of a file that was not in its place. Whatever may be its bytes is read.
    fn take(&mut self, file: &Known, fate: Fate) {
        let size_bytes = file.state.verified.as_ref().map(|verified| verified.size_bytes);
        let (path, stamp) = match fate {
            Fate::Known(Some(stamp)) if Some(stamp.size_bytes) == size_bytes => (file.path.clone(), stamp),
            Fate::Known(_) => return,
            Fate::Is(Command::Lose) => return self.lose(file),
            Fate::Is(Command::Move { path, stamp }) | Fate::Unsure(path, stamp) => (path, stamp),
            Fate::Is(Command::Find { stamp }) => (file.path.clone(), stamp),
            Fate::Is(command) => return self.findings.push(Finding { file_id: file.file_id, command }),
        };
        if path != file.path {
            self.findings.push(Finding { file_id: file.file_id, command: Command::Move { path, stamp } });
        }
        if let Some(verified) = &file.state.verified {
            self.to_read.push((file.file_id, stamp, verified.blake3.clone()));
        }
    }
}

fn is_not_there(root: &Root) -> Unable {
    let what = format!(
        "{} is not there: nothing that was kept is in its folder. Mount its disk; if it is lost for good, `mediary file \
         verify --accept-folder` takes the folder as it is (`--root` says which)",
        root.called()
    );
    Failure::new(FailureClass::Storage, what).into()
}
