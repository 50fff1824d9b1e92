mod history;

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, Json, Result, SimpleObject};
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    check::{self as view, CheckRow, CheckView},
    telemetry::{Step, Wanted},
};
use mediary_schema::{
    CheckId, Timestamp,
    check::{Maintenance, Reason, Standing, Threshold, Value, Verdict},
    schedule::Timing,
    telemetry::{Metric, SeriesName},
};

pub(super) use self::history::{CheckIncident, CheckTurn};
use crate::{
    as_of::moment,
    loader::LookUp,
    notification::SeverityName,
    scalar::{DateTime, Long, Position},
    schema::{platform, read},
    session::session,
    telemetry::refused,
};

/// What a look says: never better than what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Verdict")]
pub(crate) enum CheckState {
    /// It is as it should be.
    Ok,
    /// It is not.
    Failing,
    /// Nobody can say: it could not be looked at, or nobody did.
    Unknown,
}

/// Why nobody can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Reason")]
pub(crate) enum CheckReason {
    /// Nobody has looked yet.
    NeverRan,
    /// The look could not be made: its program is not there, its address is not allowed.
    CouldNotRun,
    /// The look did not end in time.
    TimedOut,
    /// The moment of a look came and went without one.
    Late,
    /// The server was not there when it would have been looked at, or would have reported.
    NotListening,
    /// The look itself says that it can't tell.
    SaidSo,
}

/// What is looked at again and again.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of its own in the API")]
pub(crate) struct Check {
    /// `check-<uuid>`.
    id: ID,
    /// What people call it.
    name: String,
    /// Which kind of check it is: `http`, `ping`, `command`, `push` and so on.
    kind: String,
    /// What is looked at: an address, a path, a name; nothing if it reports by itself.
    target: String,
    /// What is looked at, as the JSON Schema of the command `check.add` has it.
    probe: Json<serde_json::Value>,
    /// The cron expression by which it is looked at; none if that is after so many seconds.
    cron: Option<String>,
    /// The time zone of the expression, as IANA calls it.
    zone: Option<String>,
    /// The seconds after which it is looked at again; none if that is by a cron expression.
    every_seconds: Option<u32>,
    /// By how many seconds each moment is put off, at most.
    jitter_seconds: u32,
    /// How long a look may take, in seconds; of what reports by itself, how late it may be.
    timeout_seconds: u32,
    /// Whether it is well as long as the look fails.
    is_inverted: bool,
    /// What the numbers of a look have to be: it fails if one is not.
    thresholds: Vec<CheckThreshold>,
    /// How many looks have to fail until something is wrong.
    fail_after: u32,
    /// Of how many in a row.
    fail_of: u32,
    /// After how many in a row that are well it is over.
    clear_after: u32,
    /// How much it matters.
    severity: SeverityName,
    /// Channels that it is told by, however little it matters.
    channels: Vec<String>,
    /// After how many seconds it is told again, as long as it is wrong and nobody knows of it; none is once.
    repeat_seconds: Option<u32>,
    /// When it may fail without anybody being told.
    maintenance: Vec<CheckMaintenance>,
    /// Checks that this one can't be well without.
    depends_on: Vec<ID>,
    /// What people sort it under.
    group: Option<String>,
    /// Words that people find it by.
    tags: Vec<String>,
    /// Where people go on from it.
    links: Vec<CheckLink>,
    /// Whether everybody may see its name and how it is, without a token: on the page `/status` of the server and as a badge.
    is_public: bool,
    /// The file of the server's folder of checks that it is said in, which is where it is changed; none if it is said by command.
    file: Option<String>,
    /// What was found last.
    state: CheckState,
    /// Why nobody can say, if so.
    reason: Option<CheckReason>,
    /// Since when it is so; none if nobody has looked yet.
    state_since_at: Option<DateTime>,
    /// Whether it waits to be resumed.
    is_paused: bool,
    /// The look that somebody wants and that is not over.
    requested_run_id: Option<ID>,
    /// What is wrong, if anything is.
    incident_id: Option<ID>,
    /// The check of which that is a consequence, if it is one.
    behind: Option<ID>,
    /// Whether somebody knows of it.
    is_acknowledged: bool,
    /// Until when nobody is told.
    snoozed_until: Option<DateTime>,
    #[graphql(skip)]
    row: Box<CheckRow>,
}

/// What a number of a look has to be; both bounds are within it.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct CheckThreshold {
    /// What the number is called.
    value: String,
    /// What it is at least, in its own unit.
    min: Option<f64>,
    /// What it is at most, in its own unit.
    max: Option<f64>,
}

/// A while that comes again and again, in which a check may fail without anybody being told.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct CheckMaintenance {
    /// The cron expression by which it begins; none if that is after so many seconds.
    cron: Option<String>,
    /// The time zone of the expression, as IANA calls it.
    zone: Option<String>,
    /// The seconds after which it begins again; none if that is by a cron expression.
    every_seconds: Option<u32>,
    /// How long it lasts, in seconds.
    seconds: u32,
}

/// Where people go on from a check.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct CheckLink {
    /// What the place is called.
    name: String,
    /// Its address.
    url: String,
}

/// A number that a look found.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct CheckValue {
    /// What it is called.
    name: String,
    /// The number.
    value: f64,
    /// In what, in UCUM; nothing if it counts.
    unit: String,
}

#[ComplexObject]
impl Check {
    /// What was seen, in one line: by the last look, or when that turned.
    async fn message(&self, context: &Context<'_>) -> Option<String> {
        let last = self.standing(context).last.map(|finding| finding.message);
        last.or_else(|| self.row.message.clone())
    }

    /// When it was looked at last, or reported last, as far as this server knows since its start.
    async fn last_run_at(&self, context: &Context<'_>) -> Option<DateTime> {
        self.standing(context).last_run_at.map(DateTime)
    }

    /// The look that is made now, or was made last: `checkLog` shows what its program wrote.
    async fn last_run_id(&self, context: &Context<'_>) -> Option<ID> {
        self.standing(context).run_id.map(|run_id| ID(run_id.to_string()))
    }

    /// How long that took, in milliseconds.
    async fn last_took_ms(&self, context: &Context<'_>) -> Option<Long> {
        self.standing(context).last_took_ms.map(Long)
    }

    /// When it is looked at next, or has to have reported; none while it is paused.
    async fn next_run_at(&self, context: &Context<'_>) -> Option<DateTime> {
        self.standing(context).next_run_at.map(DateTime)
    }

    /// Whether it is looked at now.
    async fn is_running(&self, context: &Context<'_>) -> bool {
        self.standing(context).is_running
    }

    /// Whether a look is due, or a report, that did not come in time.
    async fn is_late(&self, context: &Context<'_>) -> bool {
        let now = platform(context).gate.clock().now();
        self.standing(context).is_late(&self.row.definition, now)
    }

    /// Whether it may fail now without anybody being told.
    async fn in_maintenance(&self, context: &Context<'_>) -> bool {
        let now = platform(context).gate.clock().now();
        let at = moment(context).map_or(now, |_| self.row.since.unwrap_or(now));
        self.row.definition.is_in_maintenance(at)
    }

    /// Numbers that the last look found.
    async fn values(&self, context: &Context<'_>) -> Vec<CheckValue> {
        let values = self.standing(context).last.map(|finding| finding.values).unwrap_or_default();
        values.into_iter().map(CheckValue::from).collect()
    }

    /// The part of its looks that were well, of those that said anything, in the last so many days; none if none did.
    #[graphql(complexity = "20")]
    async fn uptime(&self, context: &Context<'_>, #[graphql(default = 1)] days: u32) -> Result<Option<f64>> {
        if moment(context).is_some() {
            return Ok(None);
        }
        let now = platform(context).gate.clock().now();
        let since = now.as_micros() - i64::from(days.clamp(1, 3_660)) * 86_400_000_000;
        let wanted = Wanted { since: Timestamp::from_micros(since), until: now, step: Step::Points(1) };
        let scope = session(context, Metric::CHECK_UP.permission)?.scope();
        let name =
            SeriesName { metric: Metric::CHECK_UP.name.into(), subject: self.row.id.to_string().into() };
        let found =
            platform(context).telemetry.points(scope, name, wanted).await.map_err(|error| refused(&error))?;
        let (count, sum) = found
            .iter()
            .flat_map(|(_, points)| &points.points)
            .fold((0, 0.0), |(count, sum), point| (count + point.bucket.count, sum + point.bucket.sum));
        Ok((count > 0).then(|| sum / count as f64))
    }
}

impl Check {
    /// How it stands with it now; nothing of a moment that is past, and of a replay.
    fn standing(&self, context: &Context<'_>) -> Standing {
        if moment(context).is_some() {
            return Standing::default();
        }
        let id = self.row.id;
        platform(context).checks.standings(&[id]).remove(&id).unwrap_or_default()
    }

    pub(super) async fn find(
        context: &Context<'_>,
        id: CheckId,
        min_position: Option<Position>,
    ) -> Result<Option<Self>> {
        let found = read(context, Views::of::<CheckView>, min_position, move |rows| view::check(rows, id));
        Ok(found.await?.map(Self::from))
    }
}

impl From<CheckRow> for Check {
    fn from(row: CheckRow) -> Self {
        let (definition, alerting) = (&row.definition, &row.definition.alerting);
        let (cron, zone, every_seconds) = told(&definition.rhythm.timing);
        let id = |id: &dyn std::fmt::Display| ID(id.to_string());
        let links = definition.links.iter();
        Self {
            id: id(&row.id),
            name: row.name.clone(),
            kind: definition.probe.kind().to_owned(),
            target: definition.probe.target(),
            probe: Json(serde_json::to_value(&definition.probe).unwrap_or_default()),
            cron,
            zone,
            every_seconds,
            jitter_seconds: definition.rhythm.jitter_seconds,
            timeout_seconds: definition.timeout_seconds,
            is_inverted: definition.is_inverted,
            thresholds: definition.thresholds.iter().map(CheckThreshold::from).collect(),
            fail_after: alerting.fail_after.into(),
            fail_of: alerting.fail_of.unwrap_or(alerting.fail_after).into(),
            clear_after: alerting.clear_after.into(),
            severity: alerting.severity.into(),
            channels: alerting.channels.clone(),
            repeat_seconds: alerting.repeat_seconds,
            maintenance: definition.maintenance.iter().map(CheckMaintenance::from).collect(),
            depends_on: definition.depends_on.iter().map(|of| id(of)).collect(),
            group: definition.group.clone(),
            tags: definition.tags.iter().cloned().collect(),
            links: links.map(|(name, url)| CheckLink { name: name.clone(), url: url.clone() }).collect(),
            is_public: definition.is_public,
            file: row.file.clone(),
            state: row.state.into(),
            reason: row.reason.map(CheckReason::from),
            state_since_at: row.since.map(DateTime),
            is_paused: row.is_paused,
            requested_run_id: row.requested.map(|run_id| id(&run_id)),
            incident_id: row.incident.map(|incident_id| id(&incident_id)),
            behind: row.behind.map(|behind| id(&behind)),
            is_acknowledged: row.is_acknowledged,
            snoozed_until: row.snoozed_until.map(DateTime),
            row: Box::new(row),
        }
    }
}

/// A timing as its cron expression with its zone, or as its seconds.
fn told(timing: &Timing) -> (Option<String>, Option<String>, Option<u32>) {
    match timing {
        Timing::Cron { expression, zone } => (Some(expression.clone()), Some(zone.clone()), None),
        Timing::Every { seconds } => (None, None, Some(*seconds)),
    }
}

impl From<&Threshold> for CheckThreshold {
    fn from(Threshold { value, min, max }: &Threshold) -> Self {
        Self { value: value.clone(), min: min.map(f64::from), max: max.map(f64::from) }
    }
}

impl From<&Maintenance> for CheckMaintenance {
    fn from(Maintenance { timing, seconds }: &Maintenance) -> Self {
        let (cron, zone, every_seconds) = told(timing);
        Self { cron, zone, every_seconds, seconds: *seconds }
    }
}

impl From<Value> for CheckValue {
    fn from(Value { name, value, unit }: Value) -> Self {
        Self { name, value, unit }
    }
}

/// A check by its id.
pub(crate) struct CheckById;

impl LookUp for CheckById {
    type Key = CheckId;
    type Row = CheckRow;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<CheckView>()
    }

    fn find(rows: &Snapshot<'_>, keys: &[CheckId]) -> SqlResult<HashMap<CheckId, CheckRow>> {
        Ok(view::checks_by_id(rows, keys)?.into_iter().map(|row| (row.id, row)).collect())
    }
}
