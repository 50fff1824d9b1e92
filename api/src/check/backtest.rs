use std::time::Duration;

use async_graphql::{Context, InputObject, Result, SimpleObject};
use mediary_events::{Rejection as _, check::Rejection};
use mediary_projections::{
    Snapshot, Views,
    check::{self as view, CheckRow, CheckView},
};
use mediary_schema::{
    CheckId, Timestamp,
    check::{Alert, Alerting, Definition, Maintenance, Verdict},
};

use super::{looks::Looks, mutation::CheckMaintenanceInput, object::CheckById};
use crate::{
    connection::Of,
    error::fault,
    loader::look_up,
    scalar::{DateTime, Long},
    schema::{clock, read},
};

const VIEW: Of = Views::of::<CheckView>;
/// From when on it is tried unless said otherwise.
const USUALLY: Duration = Duration::from_hours(30 * 24);
/// The longest while that it is tried on.
const LONGEST: Duration = Duration::from_hours(400 * 24);
/// Alerts that are listed.
const LISTED_MAX: usize = 100;

/// What counts as wrong.
#[derive(Debug, InputObject)]
pub(crate) struct CheckRuleInput {
    /// How many looks have to fail until something is wrong.
    #[graphql(default = 1)]
    fail_after: u8,
    /// Of how many in a row; as many as have to fail if left out.
    fail_of: Option<u8>,
    /// After how many in a row that are well it is over.
    #[graphql(default = 1)]
    clear_after: u8,
    /// When it may fail without anybody being told; as the check has it if left out.
    maintenance: Option<Vec<CheckMaintenanceInput>>,
}

/// What a rule makes of the looks that are recorded.
#[derive(Debug, SimpleObject)]
pub(crate) struct CheckBacktest {
    /// From this moment on.
    since: DateTime,
    /// Up to this moment.
    until: DateTime,
    /// When the first of the looks was that it was tried on; none if there was none.
    first_run_at: Option<DateTime>,
    /// How many looks that was, those of which nobody can say what they found left out.
    run_count: Long,
    /// How often somebody was told, by the rules that it had then.
    recorded_count: Long,
    /// How often somebody would have been told.
    alert_count: Long,
    /// How long something would have been wrong, in seconds.
    wrong_seconds: Long,
    /// The newest of them, the newest first.
    alerts: Vec<CheckAlert>,
}

/// A while in which something would have been wrong.
#[derive(Debug, SimpleObject)]
pub(crate) struct CheckAlert {
    /// With which look it would have begun.
    began_at: DateTime,
    /// With which it would have been over; none if it would be wrong still.
    ended_at: Option<DateTime>,
}

impl CheckBacktest {
    pub(super) async fn of(
        context: &Context<'_>,
        check_id: CheckId,
        since: Option<Timestamp>,
        rule: Option<CheckRuleInput>,
    ) -> Result<Option<Self>> {
        let Some(CheckRow { definition, .. }) = look_up::<CheckById>(context, check_id).await? else {
            return Ok(None);
        };
        let until = clock(context);
        let definition = match rule {
            Some(rule) => rule.instead_of(definition, until)?,
            None => definition,
        };
        let earliest = until.before(LONGEST);
        let since = since.unwrap_or_else(|| until.before(USUALLY)).max(earliest);
        if since >= until {
            return Err(fault("`since` is a moment that is past", "CHECK_BAD_BACKTEST", false));
        }
        let (turns, recorded) = read(context, VIEW, None, move |rows: &Snapshot<'_>| {
            let turns = view::turns_between(rows, check_id, since, until)?;
            Ok((turns, view::alerts_told(rows, check_id, since, until)?))
        })
        .await?;
        let Looks { looks, .. } = Looks::of(context, check_id, (since, until), &turns).await?;
        let alerts = definition.backtest(looks.iter().copied());
        let known = looks.iter().filter(|(_, verdict)| *verdict != Verdict::Unknown);
        let wrong = |Alert { began, ended }: &Alert| ended.unwrap_or(until).since(*began).as_secs();
        Ok(Some(Self {
            since: DateTime(since),
            until: DateTime(until),
            first_run_at: looks.first().map(|(at, _)| DateTime(*at)),
            run_count: Long(known.count() as u64),
            recorded_count: Long(recorded),
            alert_count: Long(alerts.len() as u64),
            wrong_seconds: Long(alerts.iter().map(wrong).sum()),
            alerts: alerts.into_iter().rev().take(LISTED_MAX).map(CheckAlert::from).collect(),
        }))
    }
}

impl CheckRuleInput {
    /// What is checked by this rule; refuses what would be refused if somebody kept it.
    fn instead_of(self, definition: Definition, now: Timestamp) -> Result<Definition> {
        let Self { fail_after, fail_of, clear_after, maintenance } = self;
        let maintenance = match maintenance {
            Some(times) => times.into_iter().map(Maintenance::from).collect(),
            None => definition.maintenance,
        };
        let alerting = Alerting { fail_after, fail_of, clear_after, ..definition.alerting };
        let rule = Definition { alerting, maintenance, ..definition };
        let is_one = rule.alerting.check().map_err(Rejection::from);
        let is_one = is_one.and_then(|()| Ok(Maintenance::check(&rule.maintenance, now)?));
        is_one.map_err(|refusal| fault(&refusal.to_string(), refusal.code(), false))?;
        Ok(rule)
    }
}

impl From<Alert> for CheckAlert {
    fn from(Alert { began, ended }: Alert) -> Self {
        Self { began_at: DateTime(began), ended_at: ended.map(DateTime) }
    }
}
