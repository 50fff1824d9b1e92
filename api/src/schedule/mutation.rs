use async_graphql::{Context, ID, InputObject, Json, Object, OneofObject, Result, SimpleObject};
use mediary_events::schedule::{
    Ask,
    ask::{Add, Which},
};
use mediary_schema::schedule::{ScheduledCommand, Timing};

use super::{Schedule, object::ScheduleRefusal};
use crate::{
    asking::{self, Done, Terms, shown},
    error::parse_id,
    job::label,
};

#[derive(Debug, Default)]
pub(crate) struct ScheduleMutation;

/// A command, to be given again and again.
#[derive(Debug, InputObject)]
pub(crate) struct ScheduleAddInput {
    /// What people call it; one of a kind.
    name: String,
    /// At which moments.
    timing: ScheduleTiming,
    /// By how many seconds each moment is put off, at most: so that not all of them come at once.
    #[graphql(default)]
    jitter_seconds: u32,
    /// What is done.
    command: ScheduledCommandInput,
    #[graphql(flatten)]
    terms: Terms,
}

/// At which moments something is done.
#[derive(Debug, OneofObject)]
pub(crate) enum ScheduleTiming {
    /// Whenever the clock on the wall shows this.
    Cron(CronInput),
    /// After so many seconds, again and again.
    EverySeconds(u32),
}

/// A cron expression on the clock of a place.
#[derive(Debug, InputObject)]
pub(crate) struct CronInput {
    /// Minute, hour, day, month, weekday: `30 2 * * *` is every night at half past two.
    expression: String,
    /// The time zone, as IANA calls it: `Europe/Berlin`.
    #[graphql(default_with = "UTC.to_owned()")]
    zone: String,
}

/// The zone of whoever names none.
const UTC: &str = "UTC";

/// A command as data: what a dry run of it tells as `command`.
#[derive(Debug, InputObject)]
pub(crate) struct ScheduledCommandInput {
    /// Its stored name, such as `playlist.refresh`.
    name: String,
    /// Its arguments, as its JSON Schema has them.
    #[graphql(default)]
    arguments: Json<serde_json::Value>,
}

/// Which schedule.
#[derive(Debug, InputObject)]
pub(crate) struct ScheduleInput {
    /// The schedule.
    id: ID,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct SchedulePayload {
    /// The schedule as it is now; none if it was removed, or can't be shown yet.
    schedule: Option<Schedule>,
    /// Why its command did nothing, if it was to be given now.
    refusal: Option<ScheduleRefusal>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl ScheduleMutation {
    /// Gives a command again and again from now on, as whoever adds it. Adding the same again changes nothing.
    async fn schedule_add(&self, context: &Context<'_>, input: ScheduleAddInput) -> Result<SchedulePayload> {
        let ScheduleAddInput { name, timing, jitter_seconds, command, terms } = input;
        let timing = match timing {
            ScheduleTiming::Cron(CronInput { expression, zone }) => Timing::Cron { expression, zone },
            ScheduleTiming::EverySeconds(seconds) => Timing::Every { seconds },
        };
        let ScheduledCommandInput { name: command, arguments: Json(arguments) } = command;
        let command = ScheduledCommand { name: command, arguments };
        payload(context, terms, Ask::Add(Add { name: label(&name)?, timing, jitter_seconds, command })).await
    }

    /// Does nothing until it is resumed. Moments that come meanwhile do not count.
    async fn schedule_pause(&self, context: &Context<'_>, input: ScheduleInput) -> Result<SchedulePayload> {
        payload(context, input.terms, Ask::Pause(which(&input.id)?)).await
    }

    /// Goes on, as whoever resumes it.
    async fn schedule_resume(&self, context: &Context<'_>, input: ScheduleInput) -> Result<SchedulePayload> {
        payload(context, input.terms, Ask::Resume(which(&input.id)?)).await
    }

    /// Does nothing any more.
    async fn schedule_remove(&self, context: &Context<'_>, input: ScheduleInput) -> Result<SchedulePayload> {
        payload(context, input.terms, Ask::Remove(which(&input.id)?)).await
    }

    /// Gives its command now, as whoever asks for it; its moments stay as they are.
    async fn schedule_run(&self, context: &Context<'_>, input: ScheduleInput) -> Result<SchedulePayload> {
        payload(context, input.terms, Ask::Run(which(&input.id)?)).await
    }
}

fn which(id: &str) -> Result<Which> {
    Ok(Which { schedule_id: parse_id(id)? })
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<SchedulePayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    let Some(told) = told else { return Ok(SchedulePayload { schedule: None, refusal: None, done }) };
    let schedule = shown(Schedule::find(context, told.schedule_id, done.position).await);
    Ok(SchedulePayload { schedule, refusal: told.not_done.map(ScheduleRefusal::from), done })
}
