use mediary_events::{
    codec::events_of,
    plan::{Event, Plan},
};
use mediary_log::Recorded;
use mediary_schema::{
    FileId, JobId,
    plan::{Goal, Left, PlanState, Spared, Step},
};
use rusqlite::Transaction;

use super::query::{COUNTED, Touch};
use crate::{
    counted::{Counted, Tally},
    rows::{Id, Table, Word, Words, row},
    sql::to_json,
    view::{ApplyError, Stamp},
};

row! {
    struct Known of "plan" {
        stays {
            project: Id,
            goal: String,
            playlist_id: Option<Id>,
            file_count: i64,
            size_bytes: i64,
            spared_count: i64,
            ended_job_count: i64,
            made_at: i64,
        }
        changes {
            state: Word<PlanState>,
            left_count: i64,
            job_id: Option<Id>,
            failure: Option<String>,
            changed_at: i64,
        }
    }
}

row! {
    struct Touched of "plan_file" {
        stays {
            project: Id,
            plan_id: Id,
            file_id: Id,
            version: i64,
            root: Option<Id>,
            path: Option<String>,
            new_path: Option<String>,
            sidecar_count: i64,
            size_bytes: Option<i64>,
            blake3: Option<String>,
        }
        changes { touch: Word<Touch>, reason: Option<String>, changed_at: i64, }
    }
}

impl Counted for Known {
    fn count(&self, tally: &mut Tally<'_>) {
        tally.add(self.project, COUNTED, self.state.0.word(), 1);
    }
}

impl Counted for Touched {
    // Those of one plan its own numbers say.
    fn count(&self, _: &mut Tally<'_>) {}
}

impl Words for PlanState {
    fn word(self) -> &'static str {
        self.name()
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == word)
    }
}

/// What a batch touches of plans.
#[derive(Debug, Default)]
pub(super) struct Plans {
    plans: Table<Known>,
    files: Table<Touched>,
}

/// A file of a plan has no id of its own: both of theirs make one.
fn id_of(plan_id: Id, file_id: FileId) -> Id {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&plan_id).update(file_id.uuid().as_bytes());
    let mut id = [0; 16];
    hasher.finalize_xof().fill(&mut id);
    id
}

impl Plans {
    pub(super) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let stamp = Stamp::of(recorded);
        events_of::<Plan>(recorded)?.into_iter().try_for_each(|event| self.fold(file, stamp, event))
    }

    pub(super) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.plans.write(file)?;
        self.files.write(file)
    }

    fn fold(&mut self, file: &Transaction<'_>, stamp: Stamp, event: Event) -> Result<(), ApplyError> {
        let Stamp { id, project, position, at } = stamp;
        match event {
            Event::Made { goal, file_count, size_bytes, spared_count } => {
                let (playlist_id, ended_jobs) = match &goal {
                    Goal::Unfollow { playlist_id, ended_jobs, .. } => (Some(*playlist_id), ended_jobs.len()),
                    Goal::RenameFiles { playlist_id } => (*playlist_id, 0),
                    Goal::DeleteFiles {} | Goal::RestoreFiles {} | Goal::ReplaceFiles {} => (None, 0),
                };
                self.plans.insert(file, |key| Known {
                    key,
                    id,
                    project,
                    goal: goal.name().to_owned(),
                    playlist_id: playlist_id.map(|playlist_id| *playlist_id.uuid().as_bytes()),
                    file_count: file_count.into(),
                    size_bytes: size_bytes as i64,
                    spared_count: spared_count.into(),
                    ended_job_count: ended_jobs as i64,
                    made_at: at,
                    state: Word(PlanState::Ready),
                    left_count: 0,
                    job_id: None,
                    failure: None,
                    changed_at: position,
                })?;
                Ok(())
            }
            Event::Listed { steps, spared } => {
                steps.into_iter().try_for_each(|step| self.plan(file, stamp, step))?;
                spared.iter().try_for_each(|spared| self.spare(file, stamp, spared))
            }
            Event::ApplyRequested { job_id } => self.turn(file, stamp, PlanState::Applying, Some(job_id)),
            Event::UndoRequested { job_id } => self.turn(file, stamp, PlanState::Undoing, Some(job_id)),
            Event::Applied { left, .. } => self.end(file, stamp, PlanState::Applied, &left),
            Event::Undone { left, .. } => self.end(file, stamp, PlanState::Undone, &left),
            Event::Stopped { failure, .. } => {
                let failure = failure.as_ref().map(to_json).transpose()?;
                if let Some(row) = self.plans.change(file, id)? {
                    let was_undoing = row.state.0 == PlanState::Undoing;
                    row.state = Word(if was_undoing { PlanState::Applied } else { PlanState::Stopped });
                    (row.failure, row.changed_at) = (failure, position);
                }
                Ok(())
            }
        }
    }

    fn plan(&mut self, file: &Transaction<'_>, stamp: Stamp, step: Step) -> Result<(), ApplyError> {
        let Step { file_id, version, root_id, path, size_bytes, blake3, to, sidecars, .. } = step;
        self.files.insert(file, |key| Touched {
            key,
            id: id_of(stamp.id, file_id),
            project: stamp.project,
            plan_id: stamp.id,
            file_id: *file_id.uuid().as_bytes(),
            version: version as i64,
            root: Some(*root_id.uuid().as_bytes()),
            path: Some(path),
            new_path: to,
            sidecar_count: sidecars.len() as i64,
            size_bytes: Some(size_bytes as i64),
            blake3: Some(blake3),
            touch: Word(Touch::Planned),
            reason: None,
            changed_at: stamp.position,
        })?;
        Ok(())
    }

    fn spare(&mut self, file: &Transaction<'_>, stamp: Stamp, spared: &Spared) -> Result<(), ApplyError> {
        let &Spared { file_id, reason } = spared;
        let reason = to_json(&reason)?;
        self.files.insert(file, |key| Touched {
            key,
            id: id_of(stamp.id, file_id),
            project: stamp.project,
            plan_id: stamp.id,
            file_id: *file_id.uuid().as_bytes(),
            version: 0,
            root: None,
            path: None,
            new_path: None,
            sidecar_count: 0,
            size_bytes: None,
            blake3: None,
            touch: Word(Touch::Spared),
            reason: Some(reason),
            changed_at: stamp.position,
        })?;
        Ok(())
    }

    fn turn(
        &mut self,
        file: &Transaction<'_>,
        stamp: Stamp,
        state: PlanState,
        job_id: Option<JobId>,
    ) -> Result<(), ApplyError> {
        if let Some(row) = self.plans.change(file, stamp.id)? {
            (row.state, row.changed_at) = (Word(state), stamp.position);
            row.failure = None;
            if let Some(job_id) = job_id {
                row.job_id = Some(*job_id.uuid().as_bytes());
            }
        }
        Ok(())
    }

    fn end(
        &mut self,
        file: &Transaction<'_>,
        stamp: Stamp,
        state: PlanState,
        left: &[Left],
    ) -> Result<(), ApplyError> {
        self.turn(file, stamp, state, None)?;
        if let Some(row) = self.plans.change(file, stamp.id)? {
            row.left_count = left.len() as i64;
        }
        for Left { file_id, reason } in left {
            let reason = to_json(reason)?;
            if let Some(row) = self.files.change(file, id_of(stamp.id, *file_id))? {
                (row.touch, row.reason, row.changed_at) = (Word(Touch::Left), Some(reason), stamp.position);
            }
        }
        Ok(())
    }
}
