use std::time::Duration;

use async_graphql::{Context, ID, InputObject, Result, SimpleObject};
use mediary_events::check::{Ask, Rejection, ask::MakeReport};
use mediary_log::{gate::Story as _, work};
use mediary_projections::{
    Snapshot, Views,
    check::{self as view, CheckRow, CheckView},
};
use mediary_schema::{
    CheckId, ScheduleId,
    account::Permission,
    check::{Month, Report},
};

use super::{Check, looks::Looks, object::CheckById};
use crate::{
    asking::{self, Done, Terms, shown},
    connection::Of,
    error::parse_id,
    loader::look_up,
    scalar::{DateTime, Long},
    schema::{clock, read},
    session::session,
};

const VIEW: Of = Views::of::<CheckView>;
/// The longest that a look before a month is looked for whose word still holds in it.
const BEFORE_MAX: Duration = Duration::from_hours(32 * 24);

/// Of which month of which check a report is wanted.
#[derive(Debug, InputObject)]
pub(crate) struct CheckReportInput {
    /// The check.
    id: ID,
    /// The month, as a year and a number: `2026-11`.
    month: String,
    /// The time zone by whose midnights it begins and ends, as IANA calls it.
    #[graphql(default = "UTC")]
    zone: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// How a check was in a month, minute by minute, as it was known when that was asked.
#[derive(Debug, SimpleObject)]
pub(crate) struct CheckReport {
    /// The month: `2026-11`.
    month: String,
    /// The time zone by whose midnights it begins and ends.
    zone: String,
    /// Its first minute.
    since: DateTime,
    /// The end of its last minute, or of the last whole one if it is not over.
    until: DateTime,
    /// Minutes in which every look was well.
    up_minutes: Long,
    /// Minutes in which one was not.
    down_minutes: Long,
    /// Minutes for which nobody looked, or nobody could say.
    unwatched_minutes: Long,
    /// All of them in their order, as how many in a row: `1440u3d20n` is a day up, three minutes down, twenty not watched.
    minutes: String,
    /// From when on it is known of each minute whether somebody looked. Of hours before, how many looks there were is known: they are
    /// spread evenly.
    exact_since: DateTime,
}

impl From<Report> for CheckReport {
    fn from(report: Report) -> Self {
        Self {
            month: report.month.to_string(),
            zone: report.zone,
            since: DateTime(report.from),
            until: DateTime(report.until),
            up_minutes: Long(report.up_minutes.into()),
            down_minutes: Long(report.down_minutes.into()),
            unwatched_minutes: Long(report.unwatched_minutes.into()),
            minutes: report.minutes,
            exact_since: DateTime(report.exact_since),
        }
    }
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct CheckReportPayload {
    /// The check.
    check: Option<Check>,
    /// What was written down, or would be.
    report: Option<CheckReport>,
    #[graphql(flatten)]
    done: Done,
}

impl CheckReportPayload {
    pub(super) async fn of(context: &Context<'_>, input: CheckReportInput) -> Result<Self> {
        let CheckReportInput { id, month, zone, terms } = input;
        let check_id: CheckId = parse_id(&id)?;
        // Whoever may not ask learns nothing of samples, and is refused where everybody is who may not ask.
        let made = match (session(context, Permission::CHECK), month.parse::<Month>()) {
            (Ok(_), Ok(month)) => made(context, check_id, month, &zone).await?,
            (Ok(_), Err(refused)) => Err(refused.into()),
            (Err(_), _) => Err(Rejection::NoSamples),
        };
        let report = made.as_ref().ok().cloned();
        let asked = Ask::Report(MakeReport { check_id, month, zone });
        let (told, done) = asking::ask_beside(context, terms, asked, move |asked, story| match asked {
            Ask::Report(asked) => work::check::report(story, asked, made.clone()),
            asked => asked.tell(story),
        })
        .await?;
        let check = shown(Check::find(context, check_id, done.position).await);
        Ok(Self { check, report: report.filter(|_| told.is_some()).map(CheckReport::from), done })
    }
}

/// What a month was, by all that is kept of it.
async fn made(
    context: &Context<'_>,
    check_id: CheckId,
    month: Month,
    zone: &str,
) -> Result<Result<Report, Rejection>> {
    let now = clock(context);
    let (from, until) = match month.span(zone, now) {
        Ok(span) => span,
        Err(refused) => return Ok(Err(refused.into())),
    };
    let Some(CheckRow { definition, .. }) = look_up::<CheckById>(context, check_id).await? else {
        return Ok(Err(Rejection::NotFound));
    };
    let seed = ScheduleId::from_uuid(check_id.uuid());
    let holds = |at| {
        let next = definition.rhythm.next(at, seed).unwrap_or(at);
        next.after(definition.timeout()).since(at)
    };
    let since = from.before(holds(from).min(BEFORE_MAX));
    let turns = read(context, VIEW, None, move |rows: &Snapshot<'_>| {
        view::turns_between(rows, check_id, since, until)
    })
    .await?;
    let Looks { looks, exact_since } = Looks::of(context, check_id, (since, until), &turns).await?;
    Ok(Report::of((month, zone), now, &looks, holds, exact_since).map_err(Rejection::from))
}
