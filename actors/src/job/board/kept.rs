//! The board as it is kept between two runs.

use mediary_events::lane;
use mediary_log::{Kept, Log};
use mediary_schema::{JobId, Timestamp, setting::Limits};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Board, Lease, OpenJob, Place,
    budgets::KeptBudgets,
    flows::{Flow, KeptClass},
    pacing::{KeptPacing, Pacing},
};

/// What the rest of a board follows from.
#[derive(Serialize, Deserialize)]
struct KeptBoard {
    position: u64,
    /// Each with its tag; jobs name them by their place here.
    flows: Vec<(Flow, u64)>,
    classes: Vec<KeptClass>,
    /// The moment of the last thing that happened.
    now: Timestamp,
    /// With flow, turn, place, and whether it was at work before.
    jobs: Vec<(Uuid, u32, u64, Place, bool)>,
    leases: Vec<(JobId, Lease)>,
    /// Stranded jobs of which nobody has told yet.
    untold: Vec<JobId>,
    limits: Limits,
    budgets: KeptBudgets,
    pacing: KeptPacing,
    halted: Vec<String>,
    lanes: lane::State,
}

/// The name of the fold's snapshots.
const SNAPSHOT: &str = "board";
/// Raised whenever the fold changes.
const SNAPSHOT_VERSION: u32 = 9;

impl Board {
    /// The board as of the last snapshot, or an empty one. Blocks for as long as it takes to read a file.
    pub(in crate::job) fn restore(log: &Log) -> Self {
        let restored = log.snapshots().load(SNAPSHOT, SNAPSHOT_VERSION).and_then(|kept| {
            let board = Self::from_bytes(&kept.state)?;
            (board.position == kept.position).then_some(Self { passed: kept.passed, ..board })
        });
        restored.unwrap_or_default()
    }

    /// What is to be kept, so that the next start reads only what comes after it.
    pub(in crate::job) fn to_kept(&self) -> Option<Kept> {
        match self.to_bytes() {
            Ok(state) => Some(Kept { position: self.position, passed: self.passed.clone(), state }),
            Err(error) => {
                tracing::warn!(%error, "can't encode the snapshot of the board");
                None
            }
        }
    }

    /// Writes down what is to be kept. Blocks for an fsync.
    pub(in crate::job) fn save(log: &Log, kept: &Kept) {
        if let Err(error) = log.snapshots().save(SNAPSHOT, SNAPSHOT_VERSION, kept) {
            tracing::warn!(%error, "can't save the snapshot of the board; the next start takes longer");
        }
    }

    pub(in crate::job) fn to_bytes(&self) -> Result<Vec<u8>, rmp_serde::encode::Error> {
        let (flows, classes) = self.flows.kept();
        let mut jobs = Vec::with_capacity(self.jobs.len());
        for (job_id, job) in &self.jobs {
            let flow = flows.binary_search_by_key(&job.flow, |(id, ..)| *id).unwrap_or_default();
            let flow = u32::try_from(flow).unwrap_or_default();
            jobs.push((job_id.uuid(), flow, job.turn, job.place, job.is_begun));
        }
        rmp_serde::to_vec(&KeptBoard {
            position: self.position,
            flows: flows.into_iter().map(|(_, flow, tag)| (flow.clone(), tag)).collect(),
            classes,
            now: self.flows.now(),
            untold: self.stranded.iter().copied().collect(),
            jobs,
            leases: self.leases.iter().map(|(job_id, lease)| (*job_id, *lease)).collect(),
            limits: self.limits.clone(),
            budgets: self.flows.budgets.kept(),
            pacing: self.pacing.kept(),
            halted: self.halted.clone(),
            lanes: self.lanes.clone(),
        })
    }

    pub(in crate::job) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let kept: KeptBoard = rmp_serde::from_slice(bytes).ok()?;
        let mut board = Self {
            position: kept.position,
            limits: kept.limits,
            halted: kept.halted,
            lanes: kept.lanes,
            pacing: Pacing::restore(kept.pacing),
            ..Self::default()
        };
        board.flows.pass_to(kept.now);
        board.show_holds();
        board.flows.restore_budgets(&kept.budgets);
        let ids: Vec<_> = kept.flows.iter().map(|(flow, tag)| board.flows.restore(flow, *tag)).collect();
        let flow = |index: u32| kept.flows.get(index as usize).zip(ids.get(index as usize));
        for (uuid, index, turn, place, is_begun) in kept.jobs {
            let ((known, _), id) = flow(index)?;
            let job_id = JobId::from_uuid(uuid);
            board.flows.open(known);
            board.jobs.insert(job_id, OpenJob { flow: *id, turn, place: Place::Held, is_begun });
            board.move_to(job_id, place);
        }
        for (job_id, lease) in kept.leases {
            let flow = board.jobs.get(&job_id)?.flow;
            board.flows.has_started(flow, lease.has_slot);
            board.promise(job_id, lease);
        }
        board.stranded = kept.untold.into_iter().collect();
        board.flows.restore_classes(&kept.classes);
        Some(board)
    }
}
