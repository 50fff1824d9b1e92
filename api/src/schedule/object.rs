use async_graphql::{Context, ID, Json, Result, SimpleObject};
use mediary_events::told;
use mediary_projections::{
    Views,
    schedule::{self as view, LastRun, ScheduleRow, ScheduleView},
};
use mediary_schema::{
    ScheduleId,
    schedule::{NotDone, ScheduledCommand as CommandValue, Timing},
};

use crate::{
    scalar::{DateTime, Position},
    schema::read,
};

/// A command that is given again and again, as whoever added it.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Schedule {
    /// `schedule-<uuid>`.
    id: ID,
    /// What people call it.
    name: String,
    /// Whether it waits to be resumed.
    is_paused: bool,
    /// The cron expression by which it comes; none if it comes after so many seconds.
    cron: Option<String>,
    /// The time zone of the expression, as IANA calls it.
    zone: Option<String>,
    /// The seconds after which it comes again; none if it comes by a cron expression.
    every_seconds: Option<u32>,
    /// By how many seconds each moment is put off, at most.
    jitter_seconds: u32,
    /// What is done.
    command: ScheduledCommand,
    /// When it comes next; none while it is paused.
    next_run_at: Option<DateTime>,
    /// When it came last.
    last_run_at: Option<DateTime>,
    /// The first moment that was missed, if the last run made up for some.
    missed_since: Option<DateTime>,
    /// Why the last run did nothing; none if it did what it was to.
    last_refusal: Option<ScheduleRefusal>,
}

/// A command as data.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct ScheduledCommand {
    /// Its stored name, such as `playlist.refresh`.
    name: String,
    /// Its arguments, as its JSON Schema has them; what opens something is left out.
    arguments: Json<serde_json::Value>,
}

/// Why a command was not carried out.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct ScheduleRefusal {
    /// A stable code.
    code: String,
    /// One sentence.
    message: String,
}

impl From<CommandValue> for ScheduledCommand {
    fn from(CommandValue { name, arguments }: CommandValue) -> Self {
        Self { name, arguments: Json(told(arguments)) }
    }
}

impl From<NotDone> for ScheduleRefusal {
    fn from(NotDone { code, message }: NotDone) -> Self {
        Self { code, message }
    }
}

impl From<ScheduleRow> for Schedule {
    fn from(row: ScheduleRow) -> Self {
        let ScheduleRow { id, name, is_paused, rhythm, command, next_run_at, last_run } = row;
        let (cron, zone, every_seconds) = match rhythm.timing {
            Timing::Cron { expression, zone } => (Some(expression), Some(zone), None),
            Timing::Every { seconds } => (None, None, Some(seconds)),
        };
        let (last_run_at, missed_since, not_done) = match last_run {
            Some(LastRun { at, missed_since, not_done }) => (Some(at), missed_since, not_done),
            None => (None, None, None),
        };
        Self {
            id: ID(id.to_string()),
            name,
            is_paused,
            cron,
            zone,
            every_seconds,
            jitter_seconds: rhythm.jitter_seconds,
            command: command.into(),
            next_run_at: next_run_at.map(DateTime),
            last_run_at: last_run_at.map(DateTime),
            missed_since: missed_since.map(DateTime),
            last_refusal: not_done.map(ScheduleRefusal::from),
        }
    }
}

impl Schedule {
    pub(super) async fn find(
        context: &Context<'_>,
        id: ScheduleId,
        min_position: Option<Position>,
    ) -> Result<Option<Self>> {
        let found =
            read(context, Views::of::<ScheduleView>, min_position, move |rows| view::schedule(rows, id));
        Ok(found.await?.map(Self::from))
    }
}
