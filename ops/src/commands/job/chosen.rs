//! Which jobs a verb is about: those that are named, or all that a filter lets through.

use std::{
    collections::HashSet,
    io::{self, BufRead as _, IsTerminal as _},
};

use clap::Args;
use mediary_schema::{FailureClass, job::WorkKind};
use serde_json::{Value, json};

use super::{Job, KIND, State, class_name, jobs, table};
use crate::{
    answers::job::JobOutcome,
    client::{Client, Document, DryRun, Error, Outcome},
    commands::{
        failure::Failure,
        intent::{self, Certainty},
        moment as since, named,
        playlist::{self, input},
        ticket::note_joined,
    },
    output::{Output, plural, word},
};

/// Some jobs by their ids, or all that every flag lets through.
#[derive(Debug, Default, Args)]
#[group(id = "which", required = true, multiple = true)]
pub(crate) struct Chosen {
    /// Their ids or the first digits of them, or `@last`; several are dealt with as one command.
    #[arg(value_name = "JOB", conflicts_with_all = ["of_state", "of_kind", "of_class", "of_list", "of_story", "queued_since", "of_text"])]
    ids: Vec<String>,
    /// Those in this state; without it, all that the verb can do something about.
    #[arg(id = "of_state", long = "state", value_enum, value_name = "STATE")]
    state: Option<State>,
    /// Those of this kind.
    #[arg(id = "of_kind", long = "kind", value_name = "KIND")]
    kind: Option<WorkKind>,
    /// Those whose last failure is of this class: `network`, `private`, `rate_limit`, …
    #[arg(id = "of_class", long = "class", value_name = "CLASS", value_parser = parse_class)]
    class: Option<FailureClass>,
    /// Those about this playlist or its entries: by id, title or address.
    #[arg(id = "of_list", long = "playlist", value_name = "PLAYLIST")]
    playlist: Option<String>,
    /// Those of this story.
    #[arg(id = "of_story", long = "story", value_name = "ID")]
    story: Option<String>,
    #[arg(id = "queued_since", long = "since", value_name = "WHEN", value_parser = since::parse, help = since::SINCE_HELP)]
    since: Option<String>,
    /// Those with each of these words in a title, an address or a folder of their work, in whichever case.
    #[arg(id = "of_text", long = "search", value_name = "TEXT")]
    search: Option<String>,
}

/// By the words that people gave to jobs.
#[derive(Debug, Default, Args)]
pub(crate) struct Labelled {
    /// Those of this batch.
    #[arg(long, value_name = "NAME", group = "which", conflicts_with = "ids")]
    batch: Option<String>,
    /// Those with this tag.
    #[arg(long, value_name = "T", group = "which", conflicts_with = "ids")]
    tag: Option<String>,
}

/// The same for a verb by which `--batch` and `--tag` are those of the new jobs.
#[derive(Debug, Default, Args)]
pub(crate) struct LabelledBefore {
    /// Those of this batch.
    #[arg(long, value_name = "NAME", group = "which", conflicts_with = "ids")]
    of_batch: Option<String>,
    /// Those with this tag.
    #[arg(long, value_name = "T", group = "which", conflicts_with = "ids")]
    of_tag: Option<String>,
}

impl From<LabelledBefore> for Labelled {
    fn from(LabelledBefore { of_batch, of_tag }: LabelledBefore) -> Self {
        Self { batch: of_batch, tag: of_tag }
    }
}

/// What a verb does with jobs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doing {
    pub document: &'static Document<JobOutcome>,
    /// States in which it does something.
    pub states: &'static [State],
    /// Whether what it ends doesn't come back, so that also one job wants to be meant.
    pub is_for_good: bool,
}

/// States of jobs that have not ended.
pub(super) const OPEN: &[State] = &[State::Queued, State::Leased, State::Running, State::Paused];

/// Jobs that one command takes.
const AT_ONCE_MAX: usize = 500;

/// Does it with all that are meant. What a filter finds is counted first, and dealt with once whoever asks is certain.
pub(super) async fn act(
    client: &Client,
    output: &mut Output,
    doing: Doing,
    (chosen, labelled): (Chosen, Labelled),
    certainty: Certainty,
    beside: Value,
) -> Result<(), Failure> {
    let wanted = |ids: &[String]| {
        let mut wanted = beside.clone();
        wanted["ids"] = json!(ids);
        input(wanted)
    };
    if !chosen.ids.is_empty() {
        let ids = named::ids(client, KIND, &chosen.ids).await?;
        if doing.is_for_good {
            let outcome =
                intent::act_for_good(client, output, certainty, doing.document, wanted(&ids)).await?;
            return Done::default().with(outcome).show(output, &beside["ticket"]);
        }
        let outcome = client.meant(certainty.intent).act(doing.document, wanted(&ids)).await?;
        return Done::default().with(outcome).show(output, &beside["ticket"]);
    }
    let mut asked: HashSet<String> = HashSet::new();
    let mut done = Done::default();
    loop {
        let mut found = found(client, &chosen, &labelled, doing.states).await?;
        found.retain(|job| !asked.contains(&job.id));
        if found.is_empty() && asked.is_empty() {
            let id = "such job".to_owned();
            return Err(Failure::NotFound { id, advice: "`mediary job list` takes the same flags" });
        }
        let ids: Vec<String> = found.iter().map(|job| job.id.clone()).collect();
        let parts = || ids.chunks(AT_ONCE_MAX).map(&wanted);
        if certainty.intent.dry_run {
            return Err(Error::DryRun(plan(client, doing, parts()).await?).into());
        }
        if !certainty.yes && asked.is_empty() {
            let plan = if doing.is_for_good { Some(plan(client, doing, parts()).await?) } else { None };
            agreed(output, &found, plan)?;
        }
        for part in parts() {
            done = done.with(client.act(doing.document, part).await?);
        }
        // What is to end is all of it, also what comes to it meanwhile; what is let go on may be there again.
        if !doing.is_for_good || ids.is_empty() {
            return done.show(output, &beside["ticket"]);
        }
        asked.extend(ids);
    }
}

/// What all parts would do.
async fn plan(
    client: &Client,
    doing: Doing,
    parts: impl Iterator<Item = Value>,
) -> Result<Box<DryRun>, Failure> {
    let mut plan: Option<DryRun> = None;
    for part in parts {
        match client.dry().act(doing.document, part).await {
            Err(Error::DryRun(next)) => {
                plan = Some(DryRun::joined(plan, *next));
            }
            // Refused as it would be in earnest.
            answer => Failure::refused(answer?.user_errors)?,
        }
    }
    plan.map(Box::new).ok_or_else(|| super::not_found("to plan for"))
}

/// Whoever was queued first is first.
async fn found(
    client: &Client,
    chosen: &Chosen,
    Labelled { batch, tag }: &Labelled,
    states: &[State],
) -> Result<Vec<Job>, Failure> {
    let Chosen { ids: _, state, kind, class, playlist, story, since, search } = chosen;
    let playlist = match playlist {
        Some(playlist) => Some(named::id(client, playlist::KIND, playlist).await?),
        None => None,
    };
    let class = class.map(class_name);
    let mut found: Vec<Job> = Vec::new();
    for state in state.as_ref().map_or(states, std::slice::from_ref) {
        let filter = json!({
            "kind": kind.map(|kind| kind.name().to_uppercase()), "state": state.name(), "subjectId": playlist,
            "storyId": story, "since": since, "tag": tag, "batch": batch, "search": search,
        });
        let of_state = jobs(client, filter, None).await?;
        let is_of_class = |job: &Job| {
            class.is_none() || job.failure.as_ref().map(|failure| &failure.class) == class.as_ref()
        };
        // One that went from state to state meanwhile is one job.
        let is_new = |job: &Job| found.iter().all(|known| known.id != job.id);
        let new: Vec<Job> = of_state.into_iter().filter(|job| is_of_class(job) && is_new(job)).collect();
        found.extend(new);
    }
    // Ids of jobs that commands opened say nothing of their order.
    found.sort_by(|one, next| (&one.queued_at, &one.id).cmp(&(&next.queued_at, &next.id)));
    Ok(found)
}

/// Says how many it would be, and asks on a terminal.
fn agreed(output: &mut Output, found: &[Job], plan: Option<Box<DryRun>>) -> Result<(), Failure> {
    output.note(&counted(found));
    let is_asked = output.is_watched() && io::stdin().is_terminal();
    if is_asked {
        if let Some(plan) = &plan {
            output.note(&intent::text(plan));
        }
        output.note("Do it? [y/N]");
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
            return Ok(());
        }
    }
    Err(match plan {
        Some(plan) => Failure::Planned { plan, is_shown: is_asked && !output.is_json() },
        None => Failure::Unapplied {
            advice: "`--yes` does it, `--dry-run` says what would come of it".to_owned(),
        },
    })
}

/// `12 jobs: 9 failed download, 3 failed refresh`.
fn counted(found: &[Job]) -> String {
    let mut kinds: Vec<(String, u64)> = Vec::new();
    for job in found {
        let kind = format!("{} {}", word(&job.state), word(&job.kind));
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    format!("{}: {}", plural(found.len() as u64, "job", "jobs"), kinds.join(", "))
}

fn parse_class(text: &str) -> Result<FailureClass, String> {
    let class = serde_json::from_value(Value::String(text.to_lowercase()));
    class.map_err(|_| {
        "say a class as `mediary job show` does, such as network, private or rate_limit".to_owned()
    })
}

/// What was done for some, whatever became of the others.
#[derive(Debug, Default)]
pub(super) struct Done {
    jobs: Vec<Job>,
    joined: Vec<String>,
    refused: Vec<crate::client::UserError>,
}

impl Done {
    pub(super) fn with(mut self, outcome: Outcome<JobOutcome>) -> Self {
        self.jobs.extend(outcome.payload.results.into_iter().filter_map(|result| result.job));
        self.joined.extend(outcome.payload.joined_job_ids);
        self.refused.extend(outcome.user_errors);
        self
    }

    pub(super) fn show(self, output: &mut Output, ticket: &Value) -> Result<(), Failure> {
        note_joined(output, ticket, &self.joined);
        if !self.jobs.is_empty() {
            output.show(&self.jobs, |jobs| table(jobs))?;
        }
        for also in self.refused.iter().skip(1) {
            output.note(&format!("{}: {}", also.code, also.message));
        }
        Failure::refused(self.refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_said_as_it_is_shown() {
        assert_eq!(parse_class("PRIVATE"), Ok(FailureClass::Private));
        assert_eq!(parse_class(&class_name(FailureClass::NotYet)), Ok(FailureClass::NotYet));
        assert!(parse_class("secret").unwrap_err().contains("rate_limit"));
    }
}
