use mediary_events::{
    Concern as _,
    job::{Event, Job},
};
use mediary_log::Recorded;
use mediary_projections::job;
use mediary_schema::{AttemptId, EntryId, JobId, job::Work};
use uuid::Uuid;

use crate::event::explain::{Explains, Finder, Found, event_of, is_by_hand, quoted};

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
        let job = finder.row(&finder.views.job, |rows| job::job_of_attempt(rows, id))?;
        job.map_or(Ok(None), |job| finder.last_about(&Job::stream(job.uuid()), "attempt_id", &id.to_string()))
    }

    fn deed(&self, finder: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let Some(event) = event_of::<Job>(recorded) else { return Ok(None) };
        let id = JobId::from_uuid(recorded.envelope.stream.uuid);
        let row = finder.row(&finder.views.job, |rows| job::job(rows, id))?;
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
        let Event::Queued { work: Work::Download(item), .. } = event_of::<Job>(recorded)? else {
            return None;
        };
        item.entry.map(|entry| entry.entry_id)
    }
}

/// What the work is called.
fn name(finder: &Finder, work: &Work) -> Found<String> {
    Ok(match work {
        Work::Refresh(work) => format!("the refresh of {}", finder.playlist_name(work.playlist_id)?),
        Work::Download(item) => {
            format!("the download of {}", quoted(item.title.as_deref(), &item.source.url))
        }
        Work::Verify(work) => match work.file_ids.len() {
            0 => "the check of all files".to_owned(),
            1 => "the check of a file".to_owned(),
            count => format!("the check of {count} files"),
        },
    })
}
