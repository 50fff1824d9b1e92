//! `mediary job`: long work, to be looked at, stopped, held and repeated.

use clap::{Args, Subcommand, ValueEnum, builder::RangedU64ValueParser};
use mediary_events::job::{Event as Fact, Job as JobConcern};
use mediary_schema::{AttemptId, FailureClass, job as schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    failure::Failure,
    log::{Event, history},
    moment as since,
    named::{self, Kind},
    page,
    plan::{self, Certainty, Intent},
    playlist::input,
};
use crate::{
    client::{Client, DRY_RUN, Document, Outcome},
    output::{Output, Table, bytes, duration, fields, moment, plural, word},
};

/// What can be done with jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List jobs, newest first.
    List(List),
    /// Show a job: its attempts, and the output of what failed.
    Show {
        /// Its id or the first digits of it, or `@last`.
        #[arg(value_name = "JOB")]
        id: String,
    },
    /// End jobs for good; the partial files of a running one are removed.
    Cancel {
        #[command(flatten)]
        ids: Ids,
        #[command(flatten)]
        certainty: Certainty,
    },
    /// Do the work of ended jobs again, as new jobs.
    Retry {
        #[command(flatten)]
        ids: Ids,
        #[command(flatten)]
        intent: Intent,
    },
    /// Hold jobs; what a running one did is kept.
    Pause {
        #[command(flatten)]
        ids: Ids,
        #[command(flatten)]
        intent: Intent,
    },
    /// Put held jobs back into the queue; one that waits for its time is tried now.
    Resume {
        #[command(flatten)]
        ids: Ids,
        #[command(flatten)]
        intent: Intent,
    },
}

/// Which jobs to list.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only jobs in this state.
    #[arg(long, value_enum, value_name = "STATE")]
    state: Option<State>,
    /// Only jobs about this playlist or its entries: by id, title or address.
    #[arg(long, value_name = "PLAYLIST")]
    playlist: Option<String>,
    /// Only jobs of this story.
    #[arg(long, value_name = "ID")]
    story: Option<String>,
    #[arg(long, value_name = "WHEN", value_parser = since::parse, help = since::SINCE_HELP)]
    since: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    limit: Option<usize>,
}

/// One job or several.
#[derive(Debug, Args)]
pub(crate) struct Ids {
    /// Their ids or the first digits of them, or `@last`; several are dealt with as one command.
    #[arg(value_name = "JOB", required = true)]
    ids: Vec<String>,
}

/// Where a job is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum State {
    /// Waiting for a worker, or for its time.
    Queued,
    /// Promised to a worker.
    Leased,
    /// Being worked on.
    Running,
    /// Held by a person.
    Paused,
    /// Done.
    Succeeded,
    /// Given up.
    Failed,
    /// Ended by a person.
    Cancelled,
}

impl State {
    /// The name in GraphQL.
    const fn name(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Leased => "LEASED",
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// What is known of a failure.
pub(crate) const FAILURE: &str =
    "fragment Failure on Failure { class message advice exitCode output partial }";

/// A job with everything that is said of it; needs `FAILURE`.
pub(crate) const JOB: &str = "fragment Job on Job {
  id kind subject playlistId itemId state stopping attemptId attempts retryAt
  failure { ...Failure }
  storyId queuedAt startedAt endedAt cpuMs memoryPeakBytes changedAt
  waitingFor { lane reason message until }
  progress { stage done total unit percent ratePerSecond etaSeconds }
}";

pub(crate) const LIST: Document = Document::repeatable(&[
    "query Jobs($first: Int!, $after: String, $filter: JobFilterInput) {
  jobs(first: $first, after: $after, filter: $filter) {
    nodes { ...Job } pageInfo { hasNextPage endCursor }
  }
}",
    JOB,
    FAILURE,
]);

pub(crate) const SHOW: Document = Document::repeatable(&[
    "query Job($id: ID!, $minPosition: Position) { job(id: $id, minPosition: $minPosition) { ...Job } }",
    JOB,
    FAILURE,
]);

/// Rings for each job that changes.
pub(crate) const CHANGES: Document = Document::repeatable(&[
    "subscription JobChanges($after: Position!) { jobChanges(after: $after) { position jobs { id storyId } } }",
]);

const OUTCOME: &str = "fragment Outcome on JobPayload {
  results { id job { ...Job } } position userErrors { code message advice retryable } dryRun { ...DryRun }
}";

pub(crate) const CANCEL: Document = Document::repeatable(&[
    "mutation JobCancel($input: JobsInput!) { jobCancel(input: $input) { ...Outcome } }",
    OUTCOME,
    DRY_RUN,
    JOB,
    FAILURE,
]);

pub(crate) const RETRY: Document = Document::repeatable(&[
    "mutation JobRetry($input: JobsInput!) { jobRetry(input: $input) { ...Outcome } }",
    OUTCOME,
    DRY_RUN,
    JOB,
    FAILURE,
]);

pub(crate) const PAUSE: Document = Document::repeatable(&[
    "mutation JobPause($input: JobsInput!) { jobPause(input: $input) { ...Outcome } }",
    OUTCOME,
    DRY_RUN,
    JOB,
    FAILURE,
]);

pub(crate) const RESUME: Document = Document::repeatable(&[
    "mutation JobResume($input: JobsInput!) { jobResume(input: $input) { ...Outcome } }",
    OUTCOME,
    DRY_RUN,
    JOB,
    FAILURE,
]);

/// What is known of a failure.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailureDetail {
    pub(crate) class: String,
    pub(crate) message: String,
    pub(crate) advice: String,
    pub(crate) exit_code: Option<i32>,
    pub(crate) output: Vec<String>,
    pub(crate) partial: u64,
}

/// How far a running attempt is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobProgress {
    pub(crate) stage: String,
    pub(crate) done: u64,
    pub(crate) total: Option<u64>,
    pub(crate) unit: String,
    pub(crate) percent: Option<f64>,
    pub(crate) rate_per_second: Option<f64>,
    pub(crate) eta_seconds: Option<u64>,
}

impl JobProgress {
    /// `fetching 3.1 MiB of 5.2 MiB, 0:07 left`.
    pub(crate) fn text(&self) -> String {
        let amount = |count: u64| {
            if self.unit == "bytes" { bytes(count) } else { format!("{count} {}", self.unit) }
        };
        let total = self.total.map(|total| format!(" of {}", amount(total)));
        let left = self.eta_seconds.map(|seconds| format!(", {} left", duration(seconds * 1_000)));
        let (total, left) = (total.unwrap_or_default(), left.unwrap_or_default());
        format!("{} {}{total}{left}", self.stage, amount(self.done))
    }
}

/// A piece of long work.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) playlist_id: Option<String>,
    pub(crate) item_id: Option<String>,
    pub(crate) state: String,
    pub(crate) stopping: bool,
    pub(crate) attempt_id: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) retry_at: Option<String>,
    pub(crate) failure: Option<FailureDetail>,
    pub(crate) story_id: String,
    pub(crate) queued_at: String,
    pub(crate) started_at: Option<String>,
    pub(crate) ended_at: Option<String>,
    pub(crate) cpu_ms: u64,
    pub(crate) memory_peak_bytes: u64,
    pub(crate) changed_at: u64,
    pub(crate) waiting_for: Option<Waiting>,
    pub(crate) progress: Option<JobProgress>,
}

/// What a queued job waits for besides a free worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Waiting {
    pub(crate) lane: String,
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) until: Option<String>,
}

impl Waiting {
    /// `example.org: the source asked for a pause, until 2026-11-21 08:00:00Z`.
    pub(crate) fn text(&self) -> String {
        let Self { lane, message, until, .. } = self;
        let until = until.as_deref().map(|until| format!(", until {}", moment(until))).unwrap_or_default();
        format!("{lane}: {message}{until}")
    }
}

impl Job {
    /// Whether it is in a final state.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.state.as_str(), "SUCCEEDED" | "FAILED" | "CANCELLED")
    }

    /// Whether a person has to let it go on.
    pub(crate) fn is_held(&self) -> bool {
        self.state == "PAUSED"
    }
}

#[derive(Debug, Deserialize)]
struct Payload {
    results: Vec<OneResult>,
}

#[derive(Debug, Deserialize)]
struct OneResult {
    job: Option<Job>,
}

/// Does what the verb says.
pub(crate) async fn run(verb: Verb, client: &Client, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::List(list) => {
            let playlist_id = match &list.playlist {
                Some(playlist) => Some(named::id(client, Kind::Playlist, playlist).await?),
                None => None,
            };
            let filter = json!({
                "state": list.state.map(State::name), "playlistId": playlist_id, "storyId": list.story,
                "since": list.since,
            });
            let jobs = jobs(client, filter, list.limit).await?;
            Ok(output.show(&jobs, |jobs| table(jobs))?)
        }
        Verb::Show { id } => show(&named::id(client, Kind::Job, &id).await?, client, output).await,
        Verb::Cancel { ids, certainty } => {
            let ids = named::ids(client, Kind::Job, &ids.ids).await?;
            let wanted = input(json!({ "ids": ids }));
            show_outcome(plan::act_for_good(client, output, certainty, &CANCEL, wanted).await?, output)
        }
        Verb::Retry { ids, intent } => act(&RETRY, &ids, &client.meant(intent), output).await,
        Verb::Pause { ids, intent } => act(&PAUSE, &ids, &client.meant(intent), output).await,
        Verb::Resume { ids, intent } => act(&RESUME, &ids, &client.meant(intent), output).await,
    }
}

/// The jobs that a filter lets through.
pub(crate) async fn jobs(client: &Client, filter: Value, limit: Option<usize>) -> Result<Vec<Job>, Failure> {
    page::all(client, &LIST, json!({ "filter": filter }), limit).await
}

/// The answer to an id without a job.
pub(crate) fn not_found(id: &str) -> Failure {
    Failure::NotFound { id: id.to_owned(), advice: "`mediary job list` shows the jobs" }
}

async fn act(document: &Document, ids: &Ids, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let ids = named::ids(client, Kind::Job, &ids.ids).await?;
    show_outcome(client.act(document, input(json!({ "ids": ids }))).await?, output)
}

fn show_outcome(outcome: Outcome<Payload>, output: &mut Output) -> Result<(), Failure> {
    let jobs: Vec<Job> = outcome.payload.results.into_iter().filter_map(|result| result.job).collect();
    // What was done for some is told, whatever became of the others.
    if !jobs.is_empty() {
        output.show(&jobs, |jobs| table(jobs))?;
    }
    for also in outcome.user_errors.iter().skip(1) {
        output.note(&format!("{}: {}", also.code, also.message));
    }
    Failure::refused(outcome.user_errors)
}

async fn show(id: &str, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let job: Option<Job> = client.ask(&SHOW, json!({ "id": id })).await?;
    let job = job.ok_or_else(|| not_found(id))?;
    if output.is_json() {
        return Ok(output.json(&job)?);
    }
    let events = history(client, "job", &job.id).await?;
    output.text(&details(&job))?;
    output.text(&attempts(&events))?;
    if let Some(failure) = job.failure.as_ref().filter(|failure| !failure.output.is_empty()) {
        output.text("\nlast lines of output:")?;
        for line in &failure.output {
            output.text(&format!("  {}", crate::output::clean(line)))?;
        }
    }
    Ok(())
}

/// A row for each job.
pub(crate) fn table(jobs: &[Job]) -> String {
    let mut table = Table::new(&["id", "state", "kind", "attempts", "queued", "subject"]);
    for job in jobs {
        table.row([
            job.id.clone(),
            if job.stopping { format!("{}, stopping", word(&job.state)) } else { word(&job.state) },
            word(&job.kind),
            job.attempts.to_string(),
            moment(&job.queued_at),
            match &job.failure {
                Some(failure) => format!("{} ({}: {})", job.subject, failure.class, failure.message),
                None => job.subject.clone(),
            },
        ]);
    }
    table.text("no jobs")
}

fn details(job: &Job) -> String {
    let used = |is_some: bool, text: String| is_some.then_some(text);
    let time = |moment_text: &Option<String>| moment_text.as_deref().map(moment);
    let failure = job.failure.as_ref();
    fields(&[
        ("id", Some(job.id.clone())),
        ("kind", Some(word(&job.kind))),
        ("subject", Some(job.subject.clone())),
        ("state", Some(word(&job.state))),
        ("waits for", job.waiting_for.as_ref().map(Waiting::text)),
        ("progress", job.progress.as_ref().map(JobProgress::text)),
        ("playlist", job.playlist_id.clone()),
        ("item", job.item_id.clone()),
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
fn attempts(events: &[Event]) -> String {
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
        Fact::Leased { attempt_id, .. } => ("leased".to_owned(), Some(*attempt_id)),
        Fact::Started { attempt_id } => ("started".to_owned(), Some(*attempt_id)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_those_of_the_platform() {
        let ours: Vec<String> =
            State::value_variants().iter().map(|state| state.name().to_lowercase()).collect();
        let theirs = mediary_schema::job::JobState::ALL.map(|state| state.name().to_owned());
        assert_eq!(ours, theirs);
    }

    #[test]
    fn progress_is_told_in_its_unit() {
        let progress = JobProgress {
            stage: "fetching".to_owned(),
            done: 1_048_576,
            total: Some(5_242_880),
            unit: "bytes".to_owned(),
            percent: Some(20.0),
            rate_per_second: None,
            eta_seconds: Some(7),
        };
        assert_eq!(progress.text(), "fetching 1.0 MiB of 5.0 MiB, 0:07 left");
        let refresh = JobProgress { unit: "entries".to_owned(), total: None, eta_seconds: None, ..progress };
        assert_eq!(refresh.text(), "fetching 1048576 entries");
    }
}
