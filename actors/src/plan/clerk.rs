use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io,
    path::Path,
};

use mediary_events::{file::File, plan::Plan};
use mediary_log::{gate::Transaction, work};
use mediary_schema::{
    FailureClass, FileId, JobId, RootId,
    file::FileState,
    job::{Failure, ResourceUse},
    plan::{Goal, Left, LeftFor, MoveFiles, Step, Way},
    setting::TrashSettings,
};

use super::{
    batch::{Intent, MOVING, is_begun, move_batch, noted, take_back},
    effect::{Moving, Question},
    rename::Renamer,
    replace::Replacer,
    trash::{Trash, is_planned},
    usage::{bytes_in_trash, trash_settings},
};
use crate::{
    file::{self, Root},
    job::{Attempt, Clerk},
    workspace::Unable,
};

/// Moves the files of a plan, and records which.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlanClerk;

/// Files that are moved before it is recorded which: one append, and one sync of each folder.
const BATCH: usize = 100;
/// How many files are named that are otherwise.
const TOLD_MAX: usize = 5;

/// How far a moving is.
#[derive(Debug, Default)]
pub struct Progress {
    plan: Option<Carrying>,
}

/// A plan that is being carried out, or taken back.
#[derive(Debug)]
struct Carrying {
    roots: BTreeMap<RootId, Root>,
    to_do: VecDeque<Step>,
    left: Vec<Left>,
    total: u64,
    batch: u32,
}

impl Clerk for PlanClerk {
    type Task = MoveFiles;
    type Memory = Progress;

    async fn answer(
        &self,
        attempt: &Attempt,
        work: &MoveFiles,
        progress: &mut Progress,
        Question::Next: Question,
    ) -> Result<Moving, Unable> {
        let plan = match &mut progress.plan {
            Some(plan) => plan,
            None => progress.plan.insert(open(attempt, work).await?),
        };
        plan.step(attempt, work).await?;
        Ok(Moving { done: plan.total - plan.to_do.len() as u64, total: plan.total })
    }

    async fn finish(
        &self,
        attempt: &Attempt,
        work: &MoveFiles,
        progress: &mut Progress,
        (): (),
        used: ResourceUse,
    ) -> Result<(), Unable> {
        let left = progress.plan.take().map(|plan| plan.left).unwrap_or_default();
        let (plan_id, job_id, attempt_id) = (work.plan_id, attempt.job_id, attempt.attempt_id);
        let story = move |story: &mut Transaction<'_>| {
            work::plan::finish(story, plan_id, job_id, attempt_id, used, &left)
        };
        Ok(attempt.record("finish", story).await?)
    }

    fn take_back(&self, job_id: JobId, folder: &Path) {
        if let Err(error) = take_back(folder) {
            tracing::warn!(%job_id, %error, "a file stays where an ended job has put it");
        }
    }
}

/// Looks whether everything is as it was planned for. Nothing was touched before that.
async fn open(attempt: &Attempt, work: &MoveFiles) -> Result<Carrying, Unable> {
    let (gate, way) = (&attempt.gate, work.way);
    let plan = gate.state::<Plan>(work.plan_id.uuid()).await?;
    let is_restoring = matches!(plan.goal, Some(Goal::RestoreFiles {}));
    let (mut to_do, mut left, mut has_begun) = (VecDeque::new(), Vec::new(), false);
    let folder = attempt.staging.clone();
    let intents = tokio::task::spawn_blocking(move || noted(&folder)).await.map_err(Unable::unknown)?;
    let noted: BTreeSet<FileId> = intents.iter().map(|intent| intent.step.file_id).collect();
    for step in plan.steps {
        let is_noted = noted.contains(&step.file_id);
        let now = move |file: &mediary_events::file::State| (file.lease, path_of(file, is_noted));
        let (lease, path) = gate.inspect::<File, _>(step.file_id.uuid(), now).await?;
        let is_ours = lease.is_some_and(|lease| lease.plan_id == work.plan_id);
        has_begun |= is_ours;
        match way {
            Way::IntoTrash | Way::ToReplacements if lease.is_none() => to_do.push_back(step),
            Way::ToOriginals if is_ours => to_do.push_back(step),
            Way::OutOfTrash if is_ours || (is_restoring && lease.is_some()) => to_do.push_back(step),
            Way::OutOfTrash | Way::ToOriginals
                if lease.is_none() && is_purged(attempt, step.file_id).await? =>
            {
                left.push(Left { file_id: step.file_id, reason: LeftFor::Gone });
            }
            Way::ToNewNames if path.as_ref() == Some(&step.path) => to_do.push_back(step),
            Way::ToOldNames if path.is_some() && path == step.to => to_do.push_back(step),
            // It has its name, maybe since a look found it there: what lies beside it may be behind, after a kill.
            Way::ToNewNames if path.is_some() && path == step.to => {
                has_begun = true;
                to_do.extend(if_accompanied(step));
            }
            Way::ToOldNames if path.as_ref() == Some(&step.path) => to_do.extend(if_accompanied(step)),
            // Somebody renamed it, or put it away.
            Way::ToNewNames | Way::ToOldNames => {
                left.push(Left { file_id: step.file_id, reason: LeftFor::Otherwise });
            }
            // It is there already.
            Way::IntoTrash | Way::OutOfTrash | Way::ToReplacements | Way::ToOriginals => {}
        }
    }
    let registered = file::registered(gate).await?;
    let roots: BTreeMap<RootId, Root> = registered.into_iter().map(|root| (root.id(), root)).collect();
    let total = to_do.len() as u64;
    let carrying = Carrying { roots, to_do, left, total, batch: 0 };
    let room = match way {
        Way::IntoTrash | Way::ToReplacements => {
            Some((trash_settings(gate).await?, bytes_in_trash(gate).await?))
        }
        // What goes there in the place of what comes is no more, and taking back is never refused.
        Way::OutOfTrash | Way::ToNewNames | Way::ToOldNames | Way::ToOriginals => None,
    };
    let attempt = attempt.clone();
    let looked = tokio::task::spawn_blocking(move || {
        if let Some((trash, used_bytes)) = room {
            carrying.refuse_if_full(trash, used_bytes)?;
        }
        carrying.refuse_if_away(&attempt, way)?;
        let begins = matches!(way, Way::IntoTrash | Way::ToNewNames | Way::ToReplacements);
        if begins && !has_begun && !is_begun(&attempt.staging) {
            carrying.refuse_if_otherwise()?;
        }
        Ok(carrying)
    });
    looked.await.map_err(Unable::unknown)?
}

/// The path of a file that is there, as far as anybody looked. One that an earlier attempt renamed may count as lost all the same: in
/// logs from before looks left out what a plan is moving, and where one came between the end of a plan that failed and what is taken
/// back of it. What became of it, the next attempt finds.
fn path_of(file: &mediary_events::file::State, is_noted: bool) -> Option<String> {
    let is_missed = is_noted && file.state == Some(FileState::Lost);
    file.path.clone().filter(|_| file.is_there() || is_missed)
}

/// A step, if something lies beside its file.
fn if_accompanied(step: Step) -> Option<Step> {
    (!step.sidecars.is_empty()).then_some(step)
}

async fn is_purged(attempt: &Attempt, file_id: FileId) -> Result<bool, Unable> {
    let state = attempt.gate.inspect::<File, _>(file_id.uuid(), |file| file.state).await?;
    Ok(state == Some(FileState::Purged))
}

impl Carrying {
    fn root(&self, step: &Step) -> Result<&Root, Unable> {
        let root = self.roots.get(&step.root_id);
        root.ok_or_else(|| Unable::unknown("the root of a file is not registered"))
    }

    /// Refuses what would make the trash fuller than it may be. Whoever puts something into it does so alone, by its lane. May block.
    fn refuse_if_full(&self, trash: TrashSettings, used_bytes: u64) -> Result<(), Unable> {
        let needed = |step: &Step| {
            let root = self.roots.get(&step.root_id);
            root.map_or_else(|| step.moved_bytes(), |root| Trash::of(root.folder()).needed_bytes(step))
        };
        let needed_bytes: u64 = self.to_do.iter().map(needed).sum();
        // What needs no room any more waits for none.
        let is_full = needed_bytes > 0 && !trash.has_room(used_bytes, needed_bytes);
        let Some(limit) = trash.limit_bytes.filter(|_| is_full) else { return Ok(()) };
        if needed_bytes > limit {
            let what = format!(
                "{needed_bytes} bytes are to go into the trash, which holds {limit} at most: delete fewer at once, or let it hold more"
            );
            return Err(Failure { for_good: true, ..Failure::new(FailureClass::TrashFull, what) }.into());
        }
        let what = format!(
            "the trash is full: {needed_bytes} bytes more are to go into it, which has {used_bytes} and holds {limit} at most"
        );
        let room_bytes = Some(needed_bytes);
        Err(Failure { room_bytes, ..Failure::new(FailureClass::TrashFull, what) }.into())
    }

    /// May block.
    fn refuse_if_away(&self, attempt: &Attempt, way: Way) -> Result<(), Unable> {
        let needed: BTreeSet<RootId> = self.to_do.iter().map(|step| step.root_id).collect();
        for root in self.roots.values().filter(|root| needed.contains(&root.id())) {
            let log = attempt.gate.log();
            // What is to come out of the trash is where the mark is.
            let is_there =
                root.mark(log).is_there() || (way != Way::OutOfTrash && file::is_there(log, root)?);
            if !is_there {
                let what = format!("{} is not there: mount its disk", root.called());
                // Only the library's disk is waited for by all that needs it.
                let is_library = root.id() == RootId::LIBRARY;
                let class = if is_library { FailureClass::LibraryAway } else { FailureClass::Storage };
                return Err(Failure::new(class, what).into());
            }
        }
        Ok(())
    }

    /// May block.
    fn refuse_if_otherwise(&self) -> Result<(), Unable> {
        let mut otherwise = Vec::new();
        for step in &self.to_do {
            let trash = Trash::of(self.root(step)?.folder());
            let found = trash.found(step).map_err(|error| Unable::Failed(error.failure()))?;
            match found {
                None => otherwise.push(format!("'{}' is gone", step.path)),
                Some(found) if !is_planned(step, found) => {
                    otherwise.push(format!("'{}' was written", step.path));
                }
                Some(_) if let Some(by) = &step.by => {
                    let obstacle = Replacer::of(self.root(step)?.folder()).obstacle(step, by);
                    otherwise.extend(obstacle.map_err(|error| Unable::Failed(error.failure()))?);
                }
                Some(found) if step.to.is_some() => {
                    let to = step.to.as_deref().unwrap_or_default();
                    let renamer = Renamer::of(self.root(step)?.folder());
                    let obstacle = renamer.obstacle(step, to, found);
                    otherwise.extend(obstacle.map_err(|error| Unable::Failed(error.failure()))?);
                }
                Some(found) => {
                    let is_near =
                        trash.has_disk_of(found).map_err(|error| Unable::Failed(error.failure()))?;
                    if !is_near {
                        otherwise.push(format!(
                            "'{}' lies on a disk that is mounted within its root: register that folder as a root",
                            step.path
                        ));
                    }
                }
            }
        }
        let Some(first) = otherwise.get(..otherwise.len().min(TOLD_MAX)).filter(|some| !some.is_empty())
        else {
            return Ok(());
        };
        let more = otherwise.len() - first.len();
        let more = if more == 0 { String::new() } else { format!("; and {more} more") };
        let what = format!("nothing was touched: {}{more}; make the plan anew", first.join("; "));
        Err(Failure { for_good: true, ..Failure::new(FailureClass::Storage, what) }.into())
    }

    /// Moves the next files, and records which.
    async fn step(&mut self, attempt: &Attempt, work: &MoveFiles) -> Result<(), Unable> {
        let steps: Vec<Step> = self.to_do.drain(..self.to_do.len().min(BATCH)).collect();
        if steps.is_empty() {
            return Ok(());
        }
        let intent = |step: &Step| {
            let root = self.root(step)?.folder().to_owned();
            Ok(Intent { root, way: work.way, step: step.clone() })
        };
        let intents = steps.iter().map(intent).collect::<Result<Vec<_>, Unable>>()?;
        let folder = attempt.staging.clone();
        let moved = tokio::task::spawn_blocking(move || move_batch(&folder, &intents));
        let (moved, left, error) = moved
            .await
            .map_err(Unable::unknown)?
            .map_err(|error| Unable::storage("the job can't be noted", &error))?;
        self.left.extend(left);
        let (plan_id, job_id, attempt_id) = (work.plan_id, attempt.job_id, attempt.attempt_id);
        let story =
            move |story: &mut Transaction<'_>| work::plan::record(story, plan_id, job_id, attempt_id, &moved);
        attempt.record(&format!("moved/{}", self.batch), story).await?;
        self.batch += 1;
        let noted = attempt.staging.join(MOVING);
        match tokio::fs::remove_file(noted).await {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Unable::storage("what was moved can't be forgotten", &error)),
        }
        match error {
            Some(error) => Err(error.failure().into()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
