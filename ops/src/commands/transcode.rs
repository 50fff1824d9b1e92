//! `mediary transcode`: files that are made of files, and what a library is made of.

mod entry;
pub(crate) mod profile;
mod report;
mod rules;
mod survey;
pub(crate) mod watch;
mod what_if;

use clap::{Args, Subcommand, ValueEnum, builder::RangedU64ValueParser};
use mediary_schema::transcode::{Measure, Quality};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use self::report::Report;
use super::{
    failure::Failure,
    file,
    intent::Intent,
    job,
    named::{self, Kind},
    noun::Verbs,
    page, plan,
    playlist::input,
    ticket::Ticket,
    wait,
};
use crate::{
    answers::transcode::{Transcode, TranscodePayload, TranscodeRecipe, list, replace, show, start},
    client::{Client, Document},
    output::{Output, Table, bytes, clean, fields, optional, plural, word},
};

/// What it is about, by what people call them.
const KIND: Kind = Kind::new("TRANSCODE", "transcode", "`mediary transcode list` shows them");

/// What can be done with transcodes.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make a file of each of these, beside it, or in its place.
    Start(Start),
    /// Give what was made the places of what it was made of, which goes into the trash.
    Replace(Replace),
    /// List what was made of what, newest first.
    List(List),
    /// Show what became of a transcode: each stream, the proof, the savings.
    Show {
        /// Its id or the first digits of it, what the file is called, or `@last`.
        #[arg(value_name = "TRANSCODE")]
        id: String,
    },
    /// Show what came of a job that made a file of another one, with whole paths.
    Report {
        /// The job: its id or the first digits of it, or `@last`.
        #[arg(value_name = "JOB")]
        job: String,
    },
    /// See by which rules files are made of files, and keep some of your own.
    #[command(subcommand)]
    Profile(profile::Verb),
    /// Take files from folders into which others put them.
    #[command(subcommand)]
    Watch(watch::Verb),
    /// Show what a file on this machine is, stream by stream. Needs no server.
    Probe(survey::Probe),
    /// Show what folders on this machine are made of: codecs, containers, lines, light. Needs no server.
    Stats(survey::Stats),
    /// Look whether files on this machine are whole; fail if some are not. Needs no server.
    Health(survey::Health),
    /// See what files on this machine would become by a profile: size, time, looks. Needs no server.
    WhatIf(what_if::WhatIf),
}

/// What to make of what.
#[derive(Debug, Args)]
#[command(after_help = START_HELP)]
pub(crate) struct Start {
    /// Their ids or the first digits of them, paths or parts of them, or `@last`.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    /// By which rules: `web`, `archive`, `mobile`, `tv`, `audio`, `remux`, or a profile of your own.
    #[arg(long, value_name = "NAME")]
    profile: String,
    /// Also what was made before is made again, and what came out larger is tried again.
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    in_place: InPlace,
    /// Wait until all of it has ended; fail if some of it failed.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    ticket: Ticket,
    #[command(flatten)]
    intent: Intent,
}

/// Where it gets its place.
#[derive(Debug, Args)]
struct InPlace {
    /// Once it is proved, it gets the place of what it is made of, which goes into the trash.
    #[arg(long)]
    replace: bool,
    /// Replace also files that have other names (hard links), too: those keep the file that it was.
    #[arg(long, requires = "replace")]
    allow_links: bool,
}

const START_HELP: &str = "\
What is made is called `NAME.PROFILE.ENDING` and lies beside what it is made of. It is kept only if it is proved: decoded to its last \
frame, each stream as long as it was and in step, looking and sounding alike, nothing lost without a word. What the container does not \
carry, such as subtitles that are pictures, lies in `NAME.PROFILE.mks`; what nothing carries is refused before anything is encoded.

With `--replace` it is called `NAME.ENDING` then, has the times, the owner and the rights of what it was made of, and that lies in the \
trash as long as others do; `mediary undo` takes it back.

Examples:
  mediary transcode start @last --profile web --wait
  mediary transcode start \"On logs\" --profile archive --replace --wait";

/// What is to get the place of what it was made of.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mediary transcode replace @last")]
pub(crate) struct Replace {
    /// Ids of transcodes or the first digits of them, what the files are called, or `@last`.
    #[arg(value_name = "TRANSCODE", required = true)]
    transcodes: Vec<String>,
    /// Replace also files that have other names (hard links), too: those keep the file that it was.
    #[arg(long)]
    allow_links: bool,
    #[command(flatten)]
    ticket: Ticket,
    #[command(flatten)]
    intent: Intent,
}

/// Which transcodes to list.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only those in this state.
    #[arg(long, value_name = "S")]
    state: Option<State>,
    /// At most so many.
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    limit: Option<usize>,
}

/// Where a transcode is.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum State {
    /// A job is on it.
    Wanted,
    /// It was made, and is proved.
    Made,
    /// There was nothing to do.
    Fit,
    /// It came out larger, and was not kept.
    Larger,
    /// It was given up.
    Failed,
    /// A person ended it.
    Cancelled,
}

pub(crate) const START: Document<start::Answer> =
    Document::repeatable(include_str!("transcode/start.graphql"));

pub(crate) const REPLACE: Document<replace::Answer> =
    Document::repeatable(include_str!("transcode/replace.graphql"));

pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("transcode/list.graphql"));

pub(crate) const SHOW: Document<show::Answer> = Document::repeatable(include_str!("transcode/show.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Start(wanted) => start(wanted, client, output).await,
            Self::Replace(wanted) => replace(wanted, client, output).await,
            Self::List(List { state, limit }) => {
                let state = state.map(|state| format!("{state:?}").to_uppercase());
                let filter = json!({ "filter": { "state": state } });
                let found = page::all(client, &LIST, filter, limit).await?;
                Ok(output.show(&found, |found| table(found))?)
            }
            Self::Show { id } => {
                let id = named::id(client, KIND, &id).await?;
                let found: Option<Transcode> = client.ask(&SHOW, json!({ "id": id })).await?;
                let not_found = || Failure::NotFound { id: id.clone(), advice: KIND.advice };
                let found = found.ok_or_else(not_found)?;
                Ok(output.show(&found, details)?)
            }
            Self::Report { job } => {
                let job = named::id(client, job::KIND, &job).await?;
                report::of(client, &job).await?.show_one(output)
            }
            Self::Profile(verb) => verb.run(client, output).await,
            Self::Watch(verb) => verb.run(client, output).await,
            Self::Probe(wanted) => wanted.run(output).await,
            Self::Stats(wanted) => wanted.run(output).await,
            Self::Health(wanted) => wanted.run(output).await,
            Self::WhatIf(wanted) => wanted.run(output).await,
        }
    }
}

async fn start(wanted: Start, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Start { files, profile, again, in_place, wait, ticket, intent } = wanted;
    let file_ids = named::ids(client, file::KIND, &files).await?;
    let ticket = ticket.input(client).await?;
    let mut asked = json!({ "fileIds": file_ids, "profile": profile, "again": again, "ticket": ticket });
    if in_place.replace {
        asked["replace"] = json!({ "allowLinks": in_place.allow_links });
    }
    let outcome = client.meant(intent).act(&START, input(asked)).await?;
    Failure::refused(outcome.user_errors)?;
    let TranscodePayload { mut jobs, position } = outcome.payload;
    let mut verdict = Ok(());
    if wait {
        for told in &mut jobs {
            *told = wait::for_job(client, output, &told.id, position).await?;
            verdict = verdict.and_then(|()| wait::verdict(told));
        }
    }
    if wait {
        let replaced = report::replaced(client, output, &jobs).await?;
        Report::show(&report::of_jobs(client, &jobs).await?, output)?;
        verdict = verdict.and(replaced);
    } else {
        output.show(&jobs, |jobs| job::table(jobs))?;
    }
    verdict
}

async fn replace(wanted: Replace, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Replace { transcodes, allow_links, ticket, intent } = wanted;
    let ids = named::ids(client, KIND, &transcodes).await?;
    let ticket = ticket.input(client).await?;
    let asked = json!({ "ids": ids, "allowLinks": allow_links, "ticket": ticket });
    let outcome = client.meant(intent).act(&REPLACE, input(asked)).await?;
    Failure::refused(outcome.user_errors)?;
    let TranscodePayload { jobs, position } = outcome.payload;
    let job = jobs.first().ok_or_else(|| job::not_found("of the plan"))?;
    let plan_id = job.subject_ids.iter().find(|id| id.starts_with("plan-"));
    let plan_id = plan_id.ok_or_else(|| job::not_found("of the plan"))?;
    plan::carried_out(client, output, (plan_id, &job.id), position).await?;
    let mut found = Vec::new();
    for id in ids {
        found.extend(client.ask(&SHOW, json!({ "id": id })).await?);
    }
    output.show(&found, |found| found.iter().map(details).collect::<Vec<_>>().join("\n"))?;
    found.iter().filter_map(|found: &Transcode| found.plan.as_ref()).try_for_each(plan::whole_or_left)
}

fn table(found: &[Transcode]) -> String {
    let mut table = Table::new(&["id", "state", "profile", "was", "is", "of"]);
    for Transcode { id, state, profile, source_bytes, result_bytes, title, .. } in found {
        let size = |size: &Option<u64>| size.map_or_else(|| "-".to_owned(), bytes);
        table.row([
            id.clone(),
            word(state),
            profile.clone(),
            size(source_bytes),
            size(result_bytes),
            clean(title),
        ]);
    }
    table.text("nothing was made of anything; `mediary transcode start FILE --profile NAME` does")
}

fn details(found: &Transcode) -> String {
    let saved = found.source_bytes.zip(found.result_bytes).map(|(was, is)| {
        let part = if was == 0 { 0.0 } else { (1.0 - is as f64 / was as f64) * 100.0 };
        format!("{} of {}, {part:.0} % less", bytes(is), bytes(was))
    });
    let proof = found.proof.as_ref().map(|proof| {
        let read = if proof.is_decoded { "decoded to its last frame" } else { "read to its last packet" };
        let streams = plural(proof.stream_count.cast_unsigned(), "stream", "streams");
        let apart = proof.duration_delta_ms.abs();
        let alike = match proof.alike_count {
            0 => String::new(),
            count => format!(", {count} compared by look and sound"),
        };
        let looks = proof.quality.as_ref().and_then(|quality| {
            let measure = Measure::called(&quality.measure)?;
            let (mean, worst) = (measure.score(quality.mean), measure.score(quality.worst));
            Some(format!("; {}", Quality { measure, mean, worst }))
        });
        let looks = looks.unwrap_or_default();
        format!("{read}; {streams}{alike}, at most {apart} ms longer or shorter{looks}")
    });
    fields(&[
        ("id", Some(found.id.clone())),
        ("state", Some(word(&found.state))),
        ("profile", Some(found.profile.clone())),
        ("of", Some(clean(&found.title))),
        ("source", found.source.as_ref().map(|file| clean(&file.path))),
        ("result", found.result.as_ref().map(|file| clean(&file.path))),
        ("place", in_place(found)),
        ("size", saved),
        ("streams", found.recipe.as_ref().map(streams)),
        ("proof", proof),
        ("failure", found.failure.as_ref().map(|failure| clean(&failure.message))),
        ("job", found.job.as_ref().map(|job| job.id.clone())),
        ("command", (!found.arguments.is_empty()).then(|| format!("ffmpeg {}", found.arguments.join(" ")))),
    ])
}

/// Whether what was made has the place of what it was made of; nothing if it was to lie beside it.
fn in_place(found: &Transcode) -> Option<String> {
    let Some(plan) = &found.plan else {
        let is_late = found.is_replacing && found.state == "MADE";
        return is_late.then(|| {
            "beside it: what it was made of is not there as it was any more, so nothing was replaced"
                .to_owned()
        });
    };
    Some(match (plan.state.as_str(), &plan.undo_id) {
        ("APPLIED", Some(undo)) if plan.left_count == 0 => {
            format!("that of what it was made of, which is in the trash; `mediary undo {undo}` takes it back")
        }
        ("APPLIED" | "STOPPED", _) => {
            format!("beside it: nothing was touched; `mediary plan show {}` says why", plan.id)
        }
        ("UNDONE", _) => "in the trash: what it was made of is back in its place".to_owned(),
        (state, _) => format!("to be that of what it was made of: {} is {}", plan.id, word(state)),
    })
}

/// What became of each stream, in a line.
fn streams(recipe: &TranscodeRecipe) -> String {
    let made = recipe.streams.iter().map(|stream| match &stream.codec {
        Some(codec) => format!("{} made {codec}", stream.index),
        None => format!("{} as it was", stream.index),
    });
    let beside = recipe.beside.iter().map(|index| format!("{index} beside it"));
    let left_out = recipe.left_out.iter().map(|out| format!("{} left out: {}", out.index, out.why));
    let all: Vec<String> = made.chain(beside).chain(left_out).collect();
    format!("{} ({})", word(&recipe.container), all.join(", "))
}
