use mediary_events::job::{Event as Fact, Job as JobConcern};
use mediary_schema::{AttemptId, FailureClass, job as schema};
use serde_json::Value;

use super::object::{Job, JobProgress, Waiting};
use crate::{
    commands::log::Event,
    output::{Table, bytes, fields, moment, plural, word},
};

/// A row for each job.
pub(crate) fn table(jobs: &[Job]) -> String {
    let mut table = Table::new(&["id", "state", "kind", "attempts", "queued", "waits for", "title"]);
    for job in jobs {
        table.row([
            job.id.clone(),
            if job.stopping { format!("{}, stopping", word(&job.state)) } else { word(&job.state) },
            word(&job.kind),
            job.attempts.to_string(),
            moment(&job.queued_at),
            job.waits_for.as_ref().map_or_else(|| "-".to_owned(), Waiting::text),
            match &job.failure {
                Some(failure) => format!("{} ({}: {})", job.title, failure.class, failure.message),
                None => job.title.clone(),
            },
        ]);
    }
    table.text("no jobs")
}

/// A job, a line for each thing that is known of it.
pub(crate) fn details(job: &Job) -> String {
    let used = |is_some: bool, text: String| is_some.then_some(text);
    let time = |moment_text: &Option<String>| moment_text.as_deref().map(moment);
    let failure = job.failure.as_ref();
    fields(&[
        ("id", Some(job.id.clone())),
        ("kind", Some(word(&job.kind))),
        ("title", Some(job.title.clone())),
        ("state", Some(word(&job.state))),
        ("waits for", job.waits_for.as_ref().map(Waiting::text)),
        ("progress", job.progress.as_ref().map(JobProgress::text)),
        ("for", Some(job.subject_ids.join(" ")).filter(|ids| !ids.is_empty())),
        ("priority", Some(job.priority.to_string())),
        ("not before", time(&job.at)),
        ("after", job.after.clone()),
        ("template", job.template.as_ref().map(|it| format!("{}, version {}", it.name, it.version))),
        ("batch", job.batch.clone()),
        ("tags", Some(job.tags.join(", ")).filter(|tags| !tags.is_empty())),
        ("story", Some(job.story_id.clone())),
        ("queued", Some(moment(&job.queued_at))),
        ("started", time(&job.started_at)),
        ("ended", time(&job.ended_at)),
        ("tried again", time(&job.retry_at)),
        ("attempts", Some(job.attempts.to_string())),
        ("processor", used(job.cpu_ms > 0, format!("{:.1} s", job.cpu_ms as f64 / 1_000.0))),
        ("memory", used(job.memory_peak_bytes > 0, bytes(job.memory_peak_bytes))),
        ("failure", failure.map(|failure| format!("{}: {}", failure.class, failure.message))),
        ("next step", failure.map(|failure| failure.advice.clone())),
        ("exit code", failure.and_then(|failure| failure.exit_code).map(|code| code.to_string())),
        ("seen before", failure.filter(|it| it.partial > 0).map(|it| plural(it.partial, "entry", "entries"))),
    ])
}

/// What became of each attempt, a line for each event of the job.
pub(super) fn attempts(events: &[Event]) -> String {
    let mut table = Table::new(&["when", "what happened", "attempt"]);
    for event in events {
        let (what, attempt) = match event.decode::<JobConcern>() {
            Some(fact) => told(&fact),
            // Erased, or of a newer program: told by its name rather than not at all.
            None => (event.kind.clone(), None),
        };
        table.row([moment(&event.at), what, attempt.map(|id| id.to_string()).unwrap_or_default()]);
    }
    format!("\n{}", table.text(""))
}

fn told(fact: &Fact) -> (String, Option<AttemptId>) {
    let failed = |failure: &schema::Failure| format!("{}: {}", class_name(failure.class), failure.message);
    match fact {
        Fact::Queued { .. } => ("queued".to_owned(), None),
        Fact::Prioritised { priority } => (format!("priority {priority}"), None),
        Fact::Stranded { after, state } => (format!("held: {after}, which it waited for, has {state}"), None),
        Fact::Leased { attempt_id, .. } => ("leased".to_owned(), Some(*attempt_id)),
        Fact::Started { attempt_id } => ("started".to_owned(), Some(*attempt_id)),
        Fact::SlotReturned { attempt_id } => ("goes on without a slot".to_owned(), Some(*attempt_id)),
        Fact::AttemptFailed { attempt_id, failure, retry_at, .. } => {
            let again = moment(&retry_at.to_string());
            (format!("attempt failed: {} (again after {again})", failed(failure)), Some(*attempt_id))
        }
        Fact::AttemptLost { attempt_id, .. } => ("worker lost".to_owned(), Some(*attempt_id)),
        Fact::LeaseReturned { attempt_id, .. } => ("nobody took it up".to_owned(), Some(*attempt_id)),
        Fact::AttemptStopped { attempt_id, .. } => ("stopped with the server".to_owned(), Some(*attempt_id)),
        Fact::Parked { attempt_id, losses, .. } => {
            (format!("parked: {losses} workers lost"), Some(*attempt_id))
        }
        Fact::CancelRequested { attempt_id } => ("asked to end".to_owned(), Some(*attempt_id)),
        Fact::PauseRequested { attempt_id } => ("asked to pause".to_owned(), Some(*attempt_id)),
        Fact::Paused { attempt } => ("paused".to_owned(), attempt.as_ref().map(|attempt| attempt.attempt_id)),
        Fact::Resumed {} => ("resumed".to_owned(), None),
        Fact::Succeeded { attempt_id, .. } => ("succeeded".to_owned(), Some(*attempt_id)),
        Fact::Failed { attempt_id, failure, .. } => {
            (format!("failed: {}", failed(failure)), Some(*attempt_id))
        }
        Fact::Cancelled { attempt } => {
            ("cancelled".to_owned(), attempt.as_ref().map(|attempt| attempt.attempt_id))
        }
    }
}

/// The stored name of a class: `not_found`.
pub(crate) fn class_name(class: FailureClass) -> String {
    match serde_json::to_value(class) {
        Ok(Value::String(name)) => name,
        Ok(_) | Err(_) => format!("{class:?}"),
    }
}
