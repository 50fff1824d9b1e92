use std::{collections::BTreeMap, time::Duration};

use mediary_events::{
    Concern as _,
    job::Outcome,
    worker::{Command, Worker},
};
use mediary_log::{
    Filter, Origin, OriginKind,
    gate::{Caller, Gate, Refusal, Transaction},
    work::{self, REGISTRY},
};
use mediary_schema::{
    job::ResourceUse,
    worker::{Offer, WorkerLife},
};
use tokio::sync::watch;
use uuid::Uuid;

use super::{ChildState, ChildStatus, Resumer};
use crate::job::Board;

/// The wait before a fact that was refused is told again.
const TELL_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Events of workers that are looked at together; each only says that something changed.
const BATCH: usize = 64;

/// The worker whose parts are supervised here.
#[derive(Debug, Clone)]
pub struct LocalWorker {
    /// It, in this life.
    pub life: WorkerLife,
    /// What it can do.
    pub offer: Offer,
}

/// Brings what the log wants of the worker's parts and what they are together, at every change of either,
/// until it is told to stop.
///
/// That the worker is there is told, if the log does not know it yet. A halt that the log does not know is told, however often that is refused; what the halted part had leased
/// is given back; a halted part that the log says is resumed is started again.
pub async fn reconcile(
    gate: Gate,
    worker: LocalWorker,
    resumer: Resumer,
    mut status: watch::Receiver<Vec<ChildStatus>>,
    mut stopped: watch::Receiver<bool>,
) {
    let log = gate.log();
    let mut subscription = log.subscribe(log.head().position + 1, Filter::categories([Worker::NAME]));
    let mut told = Told { worker, has_joined: false, halts: BTreeMap::new() };
    loop {
        let now = status.borrow_and_update().clone();
        let is_settled = match told.settle(&gate, &resumer, &now).await {
            Ok(()) => true,
            Err(Refusal::Stopping) => return,
            Err(refusal) => {
                tracing::warn!(%refusal, "log and supervisor are not in agreement yet");
                false
            }
        };
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return,
            changed = status.changed() => if changed.is_err() { return },
            batch = subscription.next_batch(BATCH) => if batch.is_err() { return },
            () = tokio::time::sleep(TELL_AGAIN_AFTER), if !is_settled => {}
        }
    }
}

/// What the log was told.
#[derive(Debug)]
struct Told {
    worker: LocalWorker,
    has_joined: bool,
    /// Of each part the start that ended in a halt.
    halts: BTreeMap<&'static str, u64>,
}

impl Told {
    async fn settle(&mut self, gate: &Gate, resumer: &Resumer, parts: &[ChildStatus]) -> Result<(), Refusal> {
        let worker_id = self.worker.life.worker_id;
        if !self.has_joined {
            let LocalWorker { life, offer } = self.worker.clone();
            let command = Command::Join { incarnation_id: life.incarnation_id, offer };
            gate.execute::<Worker>(caller(gate), worker_id.uuid(), command).await?;
            self.has_joined = true;
        }
        for part in parts {
            let ChildState::Halted(reason) = &part.state else { continue };
            if self.halts.get(part.name) != Some(&part.run) {
                let command = Command::Halt { part: part.name.to_owned(), reason: reason.clone() };
                gate.execute::<Worker>(caller(gate), worker_id.uuid(), command).await?;
                self.halts.insert(part.name, part.run);
            }
            if gate.state::<Worker>(worker_id.uuid()).await?.halted.contains_key(part.name) {
                give_back(gate, self.worker.life, part.name).await?;
            } else if !resumer.resume(part.name).await {
                tracing::debug!(part = part.name, "it is no longer halted");
            }
        }
        Ok(())
    }
}

/// Puts the jobs that a halted part had back into the queue: its attempts ended with it, by no fault of theirs.
async fn give_back(gate: &Gate, worker: WorkerLife, part: &str) -> Result<(), Refusal> {
    let Some(kind) = REGISTRY.kinds().map(|work| work.kind).find(|kind| kind.name() == part) else {
        return Ok(());
    };
    let log = gate.log().clone();
    let board =
        tokio::task::spawn_blocking(move || Board::current(&log)).await.map_err(|_| Refusal::Stopping)?;
    let board = board.map_err(|error| Refusal::Log(std::sync::Arc::new(error)))?;
    for (job_id, attempt_id) in board.attempts(kind, worker.worker_id) {
        let story = move |story: &mut Transaction<'_>| {
            work::end(story, job_id, attempt_id, Outcome::Stopped, ResourceUse::default())
        };
        match gate.transact(caller(gate), story).await {
            // It told its own end meanwhile.
            Ok(_) | Err(Refusal::Rejected(_)) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(())
}

fn caller(gate: &Gate) -> Caller {
    Caller::platform(Origin { kind: OriginKind::Actor, id: Uuid::nil() }, gate.ids())
}
