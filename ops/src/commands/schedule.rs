//! `mediary schedule`: what is done again and again.

mod entry;

use clap::{Args, Parser as _, Subcommand};
use jiff::{Span, SpanRelativeTo, Unit};
use serde_json::{Value, json};

pub(crate) use self::entry::CONCERN;
use super::{
    arguments::{Arguments, Verb as Typed},
    failure::Failure,
    named::{self, Kind},
    noun::Verbs,
    page,
    plan::Intent,
    playlist::input,
};
use crate::{
    answers::schedule::{Schedule, SchedulePayload, add, list, pause, remove, resume, run, show},
    client::{Client, Document, Error},
    output::{Output, Table, clean, fields, moment},
};

/// What it is about, by what people call them.
pub(crate) const KIND: Kind =
    Kind::new("SCHEDULE", "schedule", "`mediary schedule list` shows those that there are");

const ADD_HELP: &str = "\
What is typed behind `--` is what is done: the same as behind `mediary`. It is tried at once without doing anything, and
refused if it would be.

Examples:
  mediary schedule add news --every 2h -- playlist refresh @last
  mediary schedule add nightly --cron '30 2 * * *' --zone Europe/Berlin --jitter 10m -- file verify";

/// What can be done with schedules.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Have something done again and again, as whoever adds it.
    #[command(after_help = ADD_HELP)]
    Add(Box<Add>),
    /// List what is done again and again, by name.
    List,
    /// Show a schedule: when it comes next, and what came of it last.
    Show {
        /// Its name, its id or the first digits of it, or `@last`.
        #[arg(value_name = "SCHEDULE")]
        id: String,
    },
    /// Do nothing until it is resumed; moments that come meanwhile do not count.
    Pause(One),
    /// Go on, as whoever resumes it.
    Resume(One),
    /// Do nothing any more.
    Remove(One),
    /// Do it now, too; its moments stay as they are.
    Run(One),
}

/// What is done, and when.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// What it is called; one of a kind.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    timing: Timing,
    /// The time zone of `--cron`, as IANA calls it.
    #[arg(long, value_name = "ZONE", default_value = "UTC", requires = "cron")]
    zone: String,
    /// Put each moment off by a while up to this one, so that not all of them come at once.
    #[arg(long, value_name = "D", value_parser = seconds, default_value = "0s")]
    jitter: u32,
    #[command(flatten)]
    intent: Intent,
    /// What is done: a noun and a verb with their flags.
    #[arg(value_name = "VERB", last = true, required = true, num_args = 1..)]
    verb: Vec<String>,
}

/// At which moments.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Timing {
    /// Whenever the clock on the wall shows this: minute, hour, day, month, weekday.
    #[arg(long, value_name = "E")]
    cron: Option<String>,
    /// After so long, again and again: 90s, 15m, 2h, 1d.
    #[arg(long, value_name = "D", value_parser = seconds)]
    every: Option<u32>,
}

/// Which schedule.
#[derive(Debug, Args)]
pub(crate) struct One {
    /// Its name, its id or the first digits of it, or `@last`.
    #[arg(value_name = "SCHEDULE")]
    id: String,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const ADD: Document<add::Answer> = Document::repeatable(include_str!("schedule/add.graphql"));
pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("schedule/list.graphql"));
pub(crate) const SHOW: Document<show::Answer> = Document::repeatable(include_str!("schedule/show.graphql"));
pub(crate) const PAUSE: Document<pause::Answer> =
    Document::repeatable(include_str!("schedule/pause.graphql"));
pub(crate) const RESUME: Document<resume::Answer> =
    Document::repeatable(include_str!("schedule/resume.graphql"));
pub(crate) const REMOVE: Document<remove::Answer> =
    Document::repeatable(include_str!("schedule/remove.graphql"));
pub(crate) const RUN: Document<run::Answer> = Document::repeatable(include_str!("schedule/run.graphql"));

/// Reads how long, as whole seconds.
fn seconds(text: &str) -> Result<u32, String> {
    let refused = || format!("{text:?} is no time such as 90s, 15m, 2h or 1d");
    let span: Span = text.trim().parse().map_err(|_| refused())?;
    let days = SpanRelativeTo::days_are_24_hours();
    let seconds = span.total((Unit::Second, days)).map_err(|_| refused())?;
    let is_whole = seconds.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&seconds);
    if is_whole { Ok(seconds as u32) } else { Err(refused()) }
}

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let schedule = match self {
            Self::List => {
                let schedules = page::all(client, &LIST, json!({}), None).await?;
                return Ok(output.show(&schedules, |schedules| table(schedules))?);
            }
            Self::Show { id } => {
                let id = named::id(client, KIND, &id).await?;
                let found: Option<Schedule> = client.ask(&SHOW, json!({ "id": id })).await?;
                found.ok_or_else(|| Failure::NotFound { id, advice: KIND.advice })?
            }
            Self::Add(wanted) => {
                let Add { name, timing: Timing { cron, every }, zone, jitter, intent, verb } = *wanted;
                let command = command_of(client, &verb).await?;
                let timing = match (cron, every) {
                    (Some(expression), _) => json!({ "cron": { "expression": expression, "zone": zone } }),
                    (None, every) => json!({ "everySeconds": every }),
                };
                let wanted =
                    json!({ "name": name, "timing": timing, "jitterSeconds": jitter, "command": command });
                let outcome = client.meant(intent).act(&ADD, input(wanted)).await?;
                Failure::refused(outcome.user_errors)?;
                return told(outcome.payload, output);
            }
            Self::Pause(one) => return act(&PAUSE, one, client, output).await,
            Self::Resume(one) => return act(&RESUME, one, client, output).await,
            Self::Remove(One { id, intent }) => {
                let id = named::id(client, KIND, &id).await?;
                let wanted = json!({ "id": id });
                let outcome = client.meant(intent).act(&REMOVE, input(wanted.clone())).await?;
                Failure::refused(outcome.user_errors)?;
                return Ok(output.show(&wanted, |_| "it does nothing any more".to_owned())?);
            }
            Self::Run(one) => return act(&RUN, one, client, output).await,
        };
        Ok(output.show(&schedule, text)?)
    }
}

async fn act(
    document: &Document<SchedulePayload>,
    one: One,
    client: &Client,
    output: &mut Output,
) -> Result<(), Failure> {
    let One { id, intent } = one;
    let id = named::id(client, KIND, &id).await?;
    let outcome = client.meant(intent).act(document, input(json!({ "id": id }))).await?;
    Failure::refused(outcome.user_errors)?;
    told(outcome.payload, output)
}

fn told(payload: SchedulePayload, output: &mut Output) -> Result<(), Failure> {
    let SchedulePayload { schedule, refusal, .. } = payload;
    if let Some(refusal) = refusal {
        return Err(Failure::Work {
            what: "what the schedule does".to_owned(),
            class: refusal.code,
            message: refusal.message,
            advice: "`mediary schedule show` says what it does".to_owned(),
        });
    }
    match schedule {
        Some(schedule) => output.show(&schedule, text)?,
        None => output.show(&json!({}), |_| "done; it can't be shown yet".to_owned())?,
    }
    Ok(())
}

/// What is typed, as a command: found by trying it without doing anything.
async fn command_of(client: &Client, verb: &[String]) -> Result<Value, Failure> {
    let unusable = |message: String| Failure::Usage {
        message,
        advice: "type behind `--` what would be typed behind `mediary`: `-- playlist refresh @last`",
    };
    let line = std::iter::once("mediary").chain(verb.iter().map(String::as_str));
    let typed = Arguments::try_parse_from(line).map_err(|error| unusable(error.to_string()))?;
    let shown = verb.join(" ");
    let Typed::OfConcern(typed) = typed.verb else {
        return Err(unusable(format!("`{shown}` is nothing that the server does")));
    };
    let plan = match Box::pin(typed.run(&client.dry(), &mut Output::nowhere())).await {
        Err(Failure::Client(Error::DryRun(plan)) | Failure::Planned { plan, .. }) => plan,
        Err(failure) => return Err(failure),
        Ok(()) => return Err(unusable(format!("`{shown}` changes nothing: there is nothing to do"))),
    };
    let command = plan.told.command;
    let several = || {
        let what =
            "is several commands, or names an address with a key, which would be shown to whoever may read";
        unusable(format!("`{shown}` {what}"))
    };
    let command = command.ok_or_else(several)?;
    Ok(json!({ "name": command.name, "arguments": command.arguments }))
}

/// When a schedule comes.
fn rhythm(schedule: &Schedule) -> String {
    let Schedule { cron, zone, every_seconds, jitter_seconds, .. } = schedule;
    let jitter =
        if *jitter_seconds > 0 { format!(", up to {jitter_seconds} s later") } else { String::new() };
    let timing = match (cron, zone, every_seconds) {
        (Some(cron), Some(zone), _) => format!("{cron} {zone}"),
        (.., Some(seconds)) => format!("every {seconds} s"),
        _ => "-".to_owned(),
    };
    format!("{timing}{jitter}")
}

fn next(schedule: &Schedule) -> String {
    match &schedule.next_run_at {
        Some(next) => moment(next),
        None if schedule.is_paused => "paused".to_owned(),
        None => "never".to_owned(),
    }
}

fn last(schedule: &Schedule) -> String {
    let at = schedule.last_run_at.as_deref().map_or_else(|| "-".to_owned(), moment);
    match &schedule.last_refusal {
        Some(refusal) => format!("{at}: {}", clean(&refusal.message)),
        None => at,
    }
}

fn table(schedules: &[Schedule]) -> String {
    let mut table = Table::new(&["name", "when", "next", "last", "does"]);
    for schedule in schedules {
        table.row([
            clean(&schedule.name),
            rhythm(schedule),
            next(schedule),
            last(schedule),
            schedule.command.name.clone(),
        ]);
    }
    table.text("nothing is done again and again; `mediary schedule add NAME --every 2h -- VERB…` has it done")
}

fn text(schedule: &Schedule) -> String {
    fields(&[
        ("id", Some(schedule.id.clone())),
        ("name", Some(clean(&schedule.name))),
        ("when", Some(rhythm(schedule))),
        ("next", Some(next(schedule))),
        ("last", Some(last(schedule))),
        ("made up since", schedule.missed_since.as_deref().map(moment)),
        ("does", Some(format!("{} {}", schedule.command.name, schedule.command.arguments))),
    ])
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn how_long_is_told_as_people_say_it() {
        for (text, expected) in [("90s", 90), ("15m", 900), ("2h", 7_200), ("1d", 86_400), ("1h30m", 5_400)] {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for text in ["", "soon", "-1h", "1ms", "2 months"] {
            assert!(seconds(text).unwrap_err().contains("90s"), "{text}");
        }
    }
}
