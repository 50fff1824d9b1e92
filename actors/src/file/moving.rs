//! Files that plans move just now: half of what a look sees of them is their movers' work, which is recorded once it is done.

use std::collections::{BTreeMap, BTreeSet};

use mediary_events::{
    Concern as _,
    job::Job,
    plan::{Plan, State},
};
use mediary_log::{
    Direction, Filter, Log, Read, ReadError,
    gate::{Gate, Refusal},
    work::file::Finding,
};
use mediary_schema::{
    FileId, JobId,
    plan::{PlanState, Step},
};
use uuid::Uuid;

/// What says that a job is at a plan.
const BEGINS: [&str; 2] = ["plan.apply_requested", "plan.undo_requested"];
/// What says that none is.
const ENDS: [&str; 3] = ["plan.applied", "plan.undone", "plan.stopped"];

/// What says that an attempt may have moved something of it.
const TAKEN: &str = "job.leased";
/// Events of one job that are read at once.
const STORY: usize = 256;

/// The plans at which jobs are, as far as the log was read for it.
#[derive(Debug, Clone, Default)]
pub(super) struct Moving {
    read_to: u64,
    plans: BTreeMap<Uuid, Mover>,
}

/// A plan at which a job is.
#[derive(Debug, Clone)]
struct Mover {
    job_id: JobId,
    files: BTreeSet<FileId>,
    /// Whether an attempt was at it. Before that nothing is its work.
    has_begun: bool,
}

impl Moving {
    /// Leaves out what was found of files that are being moved: whoever moves them says what became of them, also after a kill
    /// between a rename and the record of it. One that was moved since it was looked at, and whose mover is done, is known by its
    /// version.
    pub(super) async fn leave_out(
        &mut self,
        gate: &Gate,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Refusal> {
        if findings.is_empty() {
            return Ok(());
        }
        let (log, from) = (gate.log().clone(), self.read_to + 1);
        let (turns, read_to) = read(move || turns(&log, from)).await?;
        for (plan, is_begin) in turns {
            // One that ended and was begun anew has another job.
            self.plans.remove(&plan);
            if is_begin && let Some(mover) = gate.inspect::<Plan, _>(plan, Mover::of).await? {
                self.plans.insert(plan, mover);
            }
        }
        self.read_to = read_to;
        for mover in self.plans.values_mut() {
            let is_asked = !mover.has_begun && findings.iter().any(|one| mover.files.contains(&one.file_id));
            if is_asked {
                let (log, job_id) = (gate.log().clone(), mover.job_id);
                mover.has_begun = read(move || was_taken(&log, job_id)).await?;
            }
        }
        let is_moved = |file_id: &FileId| {
            self.plans.values().any(|mover| mover.has_begun && mover.files.contains(file_id))
        };
        findings.retain(|finding| !is_moved(&finding.file_id));
        Ok(())
    }
}

impl Mover {
    /// Of a plan at which a job is.
    fn of(plan: &State) -> Option<Self> {
        let job_id =
            plan.job_id.filter(|_| matches!(plan.state, Some(PlanState::Applying | PlanState::Undoing)))?;
        let both = |step: &Step| [Some(step.file_id), step.by.as_ref().map(|by| by.file_id)];
        let files = plan.steps.iter().flat_map(both).flatten().collect();
        Some(Self { job_id, files, has_begun: false })
    }
}

async fn read<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, ReadError> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(read).await.map_err(Refusal::unfinished)?.map_err(Refusal::reading)
}

/// Which plans a job began with, or ended, from a position on; and the last position that was read. May block.
fn turns(log: &Log, from: u64) -> Result<(Vec<(Uuid, bool)>, u64), ReadError> {
    let (mut turns, read_to) = (Vec::new(), log.head().position);
    let mut read = Read::forward(from).filter(Filter::kinds(BEGINS.into_iter().chain(ENDS)));
    loop {
        let page = log.read_page(&read)?;
        for recorded in &page.events {
            if recorded.position() > read_to {
                return Ok((turns, read_to));
            }
            let envelope = &recorded.envelope;
            turns.push((envelope.stream.uuid, BEGINS.contains(&envelope.kind().as_str())));
        }
        match page.next_position {
            Some(next) => read.from = next,
            None => return Ok((turns, read_to)),
        }
    }
}

/// Whether an attempt was ever at a job. May block.
fn was_taken(log: &Log, job_id: JobId) -> Result<bool, ReadError> {
    let mut from = 1;
    loop {
        let events = log.read_stream(&Job::stream(job_id.uuid()), from, Direction::Forward, STORY)?;
        if events.iter().any(|recorded| recorded.envelope.kind() == TAKEN) {
            return Ok(true);
        }
        if events.len() < STORY {
            return Ok(false);
        }
        from += STORY as u64;
    }
}
