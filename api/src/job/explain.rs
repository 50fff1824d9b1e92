use mediary_events::{
    Concern as _,
    job::{Event, Job},
};
use mediary_log::{Recorded, work::REGISTRY};
use mediary_projections::{
    Snapshot,
    job::{self, JobFilter, JobView},
    page::{PAGE_MAX, PageRequest},
};
use mediary_schema::{AttemptId, CorrelationId, EntryId, JobId, job::Work};
use uuid::Uuid;

use crate::event::{
    explain::{self, Explains, Finder, Found, event_of, is_by_hand},
    outcome::BranchState,
};

/// What is said of jobs and their attempts.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Job::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[JobId::KIND, AttemptId::KIND]
    }

    fn last_event(&self, finder: &Finder, kind: &str, uuid: Uuid) -> Found<Option<Recorded>> {
        if kind == JobId::KIND {
            return finder.last_of(&Job::stream(uuid));
        }
        let id = AttemptId::from_uuid(uuid);
        let job = finder.row(finder.views.of::<JobView>(), |rows| job::job_of_attempt(rows, id))?;
        job.map_or(Ok(None), |job| finder.last_about(&Job::stream(job.uuid()), "attempt_id", &id.to_string()))
    }

    fn state(&self, event: &Recorded) -> BranchState {
        match &*event.envelope.name {
            "succeeded" => BranchState::Done,
            "failed" => BranchState::Failed,
            "cancelled" => BranchState::Cancelled,
            "paused" | "parked" | "stranded" => BranchState::Held,
            _ => BranchState::Open,
        }
    }

    fn early_in(&self, finder: &Finder, story: CorrelationId) -> Found<Option<Recorded>> {
        let filter = JobFilter { story: Some(story), ..JobFilter::default() };
        let first = |rows: &Snapshot<'_>| job::jobs(rows, &filter, &PageRequest::front(PAGE_MAX));
        match finder.row(finder.views.of::<JobView>(), first)?.rows.last() {
            Some((_, row)) => finder.first_of(&Job::stream(row.id.uuid())),
            None => Ok(None),
        }
    }

    fn deed(&self, finder: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let Some(event) = event_of::<Job>(recorded) else { return Ok(None) };
        let id = JobId::from_uuid(recorded.envelope.stream.uuid);
        let row = finder.row(finder.views.of::<JobView>(), |rows| job::job(rows, id))?;
        let work = row.map_or_else(|| Ok("its work".to_owned()), |row| name(finder, &row.work))?;
        Ok(Some(match event {
            Event::Queued { .. } if is_by_hand(recorded) => format!("asked for {work}"),
            Event::Queued { .. } => format!("queued {work}"),
            Event::Prioritised { priority } => format!("gave {work} the priority {priority}"),
            Event::Stranded { after, state } => {
                format!("holds {work}, since {after} has {state}, which it waited for")
            }
            Event::Leased { .. } => format!("gave {work} to a worker"),
            Event::Started { .. } => format!("began {work}"),
            Event::SlotReturned { .. } => format!("needs no slot for what is left of {work}"),
            Event::AttemptFailed { failure, .. } => {
                format!("failed at {work} and will try again: {}", failure.message)
            }
            Event::AttemptLost { .. } => format!("lost the worker of {work}"),
            Event::LeaseReturned { .. } => format!("gave {work} back, since nobody had begun it"),
            Event::AttemptStopped { .. } => format!("stopped {work} with the server"),
            Event::Parked { .. } => format!("holds {work}, since it lost its worker too often"),
            Event::CancelRequested { .. } => format!("asked to cancel {work}"),
            Event::PauseRequested { .. } => format!("asked to pause {work}"),
            Event::Paused { .. } => format!("paused {work}"),
            Event::Resumed { .. } => format!("resumed {work}"),
            Event::Succeeded { .. } => format!("did {work}"),
            Event::Failed { failure, .. } => format!("gave up {work}: {}", failure.message),
            Event::Cancelled { .. } => format!("cancelled {work}"),
        }))
    }

    fn entry(&self, recorded: &Recorded) -> Option<EntryId> {
        let Event::Queued { work, .. } = event_of::<Job>(recorded)? else { return None };
        let row = work.within.iter().find(|thing| thing.kind == EntryId::KIND)?;
        Some(EntryId::from_uuid(row.id))
    }
}

/// What the work is called, by the concern whose work it is.
fn name(finder: &Finder, work: &Work) -> Found<String> {
    let of = REGISTRY.concern_of(work.kind).and_then(|concern| explain::of_concern(concern.name));
    let said = of.map_or(Ok(None), |words| words.work(finder, work))?;
    Ok(said.unwrap_or_else(|| "its work".to_owned()))
}
