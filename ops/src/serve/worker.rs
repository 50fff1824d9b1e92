//! The worker of this machine, in this life of it.

use mediary_events::worker::{Command, Worker};
use mediary_log::{
    Origin, OriginKind,
    gate::{Caller, Gate},
    work::REGISTRY,
};
use mediary_schema::{
    IncarnationId,
    worker::{Offer, WorkerLife},
};
use uuid::Uuid;

use super::ServeError;

/// A life of the local worker begins, and is told; what it had leased in an earlier run is told to be lost by the
/// performers.
pub(super) async fn join(gate: &Gate) -> Result<WorkerLife, ServeError> {
    let worker = WorkerLife {
        worker_id: gate.identities().local_worker(gate.log().id()),
        incarnation_id: IncarnationId::from_uuid(gate.ids().next()),
    };
    let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
    let command = Command::Join { incarnation_id: worker.incarnation_id, offer: offer() };
    let caller = Caller::platform(origin, gate.ids());
    match gate.execute::<Worker>(caller, worker.worker_id.uuid(), command).await {
        Ok(_) => Ok(worker),
        Err(refusal) if refusal.is_retryable() => {
            tracing::warn!(%refusal, "the start of the worker is not recorded yet");
            Ok(worker)
        }
        Err(refusal) => Err(ServeError::Refused(refusal)),
    }
}

/// What it does: everything.
pub(super) fn offer() -> Offer {
    Offer { kinds: REGISTRY.work_kinds() }
}
