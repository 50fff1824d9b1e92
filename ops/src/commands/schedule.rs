//! `mediary schedule`: what is done again and again.

mod entry;
mod typed;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Span, SpanRelativeTo, Unit};
use serde_json::{Value, json};

pub(crate) use self::entry::CONCERN;
use self::typed::Typed;
use super::{
    failure::Failure,
    intent::Intent,
    named::{self, Kind},
    noun::Verbs,
    page,
    playlist::input,
};
use crate::{
    answers::schedule::{Schedule, SchedulePayload, add, list, pause, remove, resume, run, show},
    client::{Client, Document},
    output::{Output, Table, clean, fields, moment},
};

/// What it is about, by what people call them.
pub(crate) const KIND: Kind =
    Kind::new("SCHEDULE", "schedule", "`mediary schedule list` shows those that there are");

const ADD_HELP: &str = "\
What is typed behind `--` is what is done: the same as behind `mediary`. It is tried at once without doing anything, and
refused if it would be. Names mean the thing that is called so now, `@last` the one that is the newest now: each run is of
that very thing. Flags of every command stand before `--`, as does `--dry-run`; what is of one run only (`--wait`, `--at`,
`--after`, and `--every`, `--cron` of `playlist follow`) has no place behind it, nor has a verb that is not one command.

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
    #[arg(long, value_name = "ZONE", default_value = "UTC", requires = "cron", conflicts_with = "every")]
    zone: String,
    /// Take the place of the one that is called so already.
    #[arg(long)]
    replace: bool,
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

/// How often a list is refreshed.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Again {
    /// Refresh it again after so long, again and again: 90m, 6h, 1d; a schedule that `schedule list` shows.
    #[arg(long, value_name = "D", value_parser = seconds)]
    every: Option<u32>,
    /// Refresh it whenever the clock shows this: minute, hour, day, month, weekday.
    #[arg(long, value_name = "E")]
    cron: Option<String>,
}

impl Again {
    /// As the API takes it; none if nothing is said.
    pub(crate) fn timing(self, zone: &str) -> Option<Value> {
        match self {
            Self { cron: Some(expression), .. } => {
                Some(json!({ "cron": { "expression": expression, "zone": zone } }))
            }
            Self { every: Some(seconds), .. } => Some(json!({ "everySeconds": seconds })),
            Self { cron: None, every: None } => None,
        }
    }
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
pub(crate) fn seconds(text: &str) -> Result<u32, String> {
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
                let Add { name, timing: Timing { cron, every }, zone, replace, jitter, intent, verb } =
                    *wanted;
                let command = match Typed::parse(&verb)? {
                    Typed::Verb(typed) => typed.command(client).await?,
                    Typed::Help(text) => return Ok(output.text(&text)?),
                };
                let timing = match (cron, every) {
                    (Some(expression), _) => json!({ "cron": { "expression": expression, "zone": zone } }),
                    (None, every) => json!({ "everySeconds": every }),
                };
                let wanted = json!({ "name": name, "timing": timing, "replace": replace, "jitterSeconds": jitter,
                    "command": command });
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

/// Seconds as [`seconds`] reads them: `6h`, `1h 30m`.
pub(crate) fn how_long(seconds: i64) -> String {
    format!("{:#}", SignedDuration::from_secs(seconds))
}

/// When a schedule comes.
fn rhythm(schedule: &Schedule) -> String {
    let Schedule { cron, zone, every_seconds, jitter_seconds, .. } = schedule;
    let jitter = match *jitter_seconds {
        0 => String::new(),
        seconds => format!(", up to {} later", how_long(seconds)),
    };
    let timing = match (cron, zone, every_seconds) {
        (Some(cron), Some(zone), _) => format!("{cron} {zone}"),
        (.., Some(seconds)) => format!("every {}", how_long(*seconds)),
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
    use super::{how_long, seconds};

    #[test]
    fn how_long_is_told_as_people_say_it() {
        for (text, expected) in [("90s", 90), ("15m", 900), ("2h", 7_200), ("1d", 86_400), ("1h30m", 5_400)] {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for (told, expected) in [(90, "1m 30s"), (7_200, "2h"), (86_400, "24h")] {
            assert_eq!((how_long(told).as_str(), seconds(expected)), (expected, Ok(told as u32)));
        }
        for text in ["", "soon", "-1h", "1ms", "2 months"] {
            assert!(seconds(text).unwrap_err().contains("90s"), "{text}");
        }
    }
}
