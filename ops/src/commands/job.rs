//! `mediary job`: long work, to be looked at, stopped, held and repeated.

mod batch;
mod chosen;
mod entry;
mod log;
mod object;
mod text;

use clap::{
    Args, Subcommand, ValueEnum,
    builder::{RangedI64ValueParser, RangedU64ValueParser},
};
use mediary_schema::job::WorkKind;
use serde_json::{Value, json};

#[cfg(test)]
pub(super) use self::batch::BATCH;
pub(crate) use self::entry::CONCERN;
use self::{
    chosen::{Chosen, Doing, Labelled, LabelledBefore, OPEN},
    text::attempts,
};
pub(crate) use self::{
    log::LOG,
    object::{FailureDetail, Job, JobProgress},
    text::{class_name, details, table},
};
use super::{
    failure::Failure,
    intent::Certainty,
    log::history,
    moment as since,
    named::{self, Kind},
    noun::Verbs,
    page, template,
    ticket::Ticket,
};
use crate::{
    answers::job as answers,
    client::{Client, Document},
    output::Output,
};

/// What it is about, by what people call them.
pub(crate) const KIND: Kind = Kind::new("JOB", "job", "`mediary job list` shows them");

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
    /// Show what the programs of a job wrote, attempt after attempt: the beginning and the end, if it is much.
    Log(log::Log),
    /// End jobs for good; the partial files of a running one are removed.
    Cancel {
        #[command(flatten)]
        chosen: Chosen,
        #[command(flatten)]
        labelled: Labelled,
        #[command(flatten)]
        certainty: Certainty,
    },
    /// Do the work of ended jobs again, as new jobs: of those that a filter lets through, those that failed.
    Retry {
        #[command(flatten)]
        chosen: Chosen,
        #[command(flatten)]
        labelled: LabelledBefore,
        #[command(flatten)]
        ticket: Ticket,
        #[command(flatten)]
        certainty: Certainty,
    },
    /// Say anew how much jobs matter that have not ended; what runs goes on.
    Set {
        #[command(flatten)]
        chosen: Chosen,
        #[command(flatten)]
        labelled: Labelled,
        /// From 0 to 9: the higher one is first, and whoever waits long overtakes.
        #[arg(long, value_name = "0..9", value_parser = RangedI64ValueParser::<i64>::new().range(0..=9))]
        priority: i64,
        #[command(flatten)]
        certainty: Certainty,
    },
    /// Hold jobs; what a running one did is kept.
    Pause {
        #[command(flatten)]
        chosen: Chosen,
        #[command(flatten)]
        labelled: Labelled,
        #[command(flatten)]
        certainty: Certainty,
    },
    /// Put held jobs back into the queue; one that waits for its time is tried now.
    Resume {
        #[command(flatten)]
        chosen: Chosen,
        #[command(flatten)]
        labelled: Labelled,
        #[command(flatten)]
        certainty: Certainty,
    },
    /// Keep settings of jobs under a name, for `--template`.
    #[command(subcommand)]
    Template(template::Verb),
}

/// Which jobs to list.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only jobs of this kind.
    #[arg(long, value_name = "KIND")]
    kind: Option<WorkKind>,
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
    /// Only jobs with this tag.
    #[arg(long, value_name = "T")]
    tag: Option<String>,
    /// Only jobs that were started as part of this batch; how far it is, is said on stderr.
    #[arg(long, value_name = "NAME")]
    batch: Option<String>,
    /// Only those with each of these words in a title, an address or a folder of their work, in whichever case.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    limit: Option<usize>,
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

pub(crate) const LIST: Document<answers::list::Answer> =
    Document::repeatable(include_str!("job/list.graphql"));

pub(crate) const SHOW: Document<answers::show::Answer> =
    Document::repeatable(include_str!("job/show.graphql"));

/// Rings for each job that changes.
pub(crate) const CHANGES: Document<Value> = Document::repeatable(include_str!("job/changes.graphql"));

pub(crate) const CANCEL: Document<answers::cancel::Answer> =
    Document::repeatable(include_str!("job/cancel.graphql"));

pub(crate) const RETRY: Document<answers::retry::Answer> =
    Document::repeatable(include_str!("job/retry.graphql"));

pub(crate) const SET: Document<answers::set::Answer> = Document::repeatable(include_str!("job/set.graphql"));

pub(crate) const PAUSE: Document<answers::pause::Answer> =
    Document::repeatable(include_str!("job/pause.graphql"));

pub(crate) const RESUME: Document<answers::resume::Answer> =
    Document::repeatable(include_str!("job/resume.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List(list) => {
                let playlist_id = match &list.playlist {
                    Some(playlist) => Some(named::id(client, super::playlist::KIND, playlist).await?),
                    None => None,
                };
                let filter = json!({
                    "kind": list.kind.map(|kind| kind.name().to_uppercase()), "state": list.state.map(State::name),
                    "subjectId": playlist_id, "storyId": list.story, "since": list.since, "tag": list.tag,
                    "batch": list.batch, "search": list.search,
                });
                let jobs = jobs(client, filter, list.limit).await?;
                if let Some(name) = &list.batch {
                    batch::note(client, output, name).await?;
                }
                Ok(output.show(&jobs, |jobs| table(jobs))?)
            }
            Self::Show { id } => show(&named::id(client, KIND, &id).await?, client, output).await,
            Self::Log(wanted) => log::run(wanted, client, output).await,
            Self::Template(verb) => verb.run(client, output).await,
            Self::Cancel { chosen, labelled, certainty } => {
                let doing = Doing { document: &CANCEL, states: OPEN, is_for_good: true };
                chosen::act(client, output, doing, (chosen, labelled), certainty, json!({})).await
            }
            Self::Retry { chosen, labelled, ticket, certainty } => {
                let doing = Doing { document: &RETRY, states: &[State::Failed], is_for_good: false };
                let beside = json!({ "ticket": ticket.input(client).await? });
                chosen::act(client, output, doing, (chosen, labelled.into()), certainty, beside).await
            }
            Self::Set { chosen, labelled, priority, certainty } => {
                let doing = Doing { document: &SET, states: OPEN, is_for_good: false };
                let beside = json!({ "priority": priority });
                chosen::act(client, output, doing, (chosen, labelled), certainty, beside).await
            }
            Self::Pause { chosen, labelled, certainty } => {
                let states = &[State::Queued, State::Leased, State::Running];
                let doing = Doing { document: &PAUSE, states, is_for_good: false };
                chosen::act(client, output, doing, (chosen, labelled), certainty, json!({})).await
            }
            Self::Resume { chosen, labelled, certainty } => {
                let doing = Doing { document: &RESUME, states: &[State::Paused], is_for_good: false };
                chosen::act(client, output, doing, (chosen, labelled), certainty, json!({})).await
            }
        }
    }
}

/// The first so many jobs that a filter lets through, of which those are first that were queued first.
pub(crate) async fn first_queued(client: &Client, filter: Value, limit: usize) -> Result<Vec<Job>, Failure> {
    let order = json!({ "field": "QUEUED_AT", "direction": "ASC" });
    page::all(client, &LIST, json!({ "orderBy": order, "filter": filter }), Some(limit)).await
}

/// The jobs that a filter lets through, newest first.
pub(crate) async fn jobs(client: &Client, filter: Value, limit: Option<usize>) -> Result<Vec<Job>, Failure> {
    page::all(client, &LIST, json!({ "filter": filter }), limit).await
}

/// The answer to an id without a job.
pub(crate) fn not_found(id: &str) -> Failure {
    Failure::NotFound { id: id.to_owned(), advice: "`mediary job list` shows the jobs" }
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
}
