//! What everybody may see of checks, without a token: those that somebody made public, by their names and how they are.
//!
//! Guarantees: of a check that is not public nothing is answered, not even that there is one. Nothing of what is looked at and no message
//! of a look is in an answer. What is private again is in no later answer. What is late or paused is never said to be well.

mod badge;

use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use mediary_log::check::Checks;
use mediary_projections::{
    Views,
    check::{self as view, CheckRow, CheckView, IncidentRow},
    telemetry::{Resolution, Step, Telemetry, Wanted},
};
use mediary_schema::{
    CheckId, Clock, PrincipalId, ProjectId, Timestamp,
    account::Role,
    check::Verdict,
    scope::Scope,
    telemetry::{Metric, SeriesName},
};
use serde::Serialize;
use tokio::time::Instant;

use self::badge::badge;
use super::page;

/// Where what is public is answered.
#[derive(Clone)]
pub(super) struct Status {
    views: Views,
    checks: Checks,
    telemetry: Telemetry,
    clock: Clock,
    /// How checks were on each day, as it was read last.
    days: Arc<Mutex<HashMap<CheckId, Read>>>,
}

/// How a check was on each day, and when that was read.
type Read = (Instant, Vec<Day>);

/// How everything that is public is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    /// When it was asked.
    at: Timestamp,
    /// Failing if a check is, else unknown if nobody can say of one, or none counts, else ok. What is paused, or in maintenance, does not count.
    state: &'static str,
    checks: Vec<PublicCheck>,
    /// What is wrong, and what was in the last two weeks; the newest first.
    incidents: Vec<PublicIncident>,
}

/// A check as everybody sees it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PublicCheck {
    name: String,
    group: Option<String>,
    /// `OK`, `FAILING` or `UNKNOWN`; what is late is unknown.
    state: &'static str,
    state_since_at: Option<Timestamp>,
    is_paused: bool,
    in_maintenance: bool,
    /// Its last 90 days of UTC, the oldest first; days on which nobody looked are left out.
    days: Vec<Day>,
}

/// How a check was on a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Day {
    /// When it begins.
    at: Timestamp,
    /// How many looks there were that said anything.
    count: u64,
    /// How many of them were well.
    sum: f64,
}

/// Something that is wrong, or was.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PublicIncident {
    check: String,
    opened_at: Timestamp,
    closed_at: Option<Timestamp>,
}

/// Days that are shown.
const DAYS: u64 = 90;
/// Incidents that are over are shown for so long.
const INCIDENTS_FOR: Duration = Duration::from_hours(14 * 24);
/// How old the days of an answer may be: they are what takes time to read.
const DAYS_AGE_MAX: Duration = Duration::from_secs(30);

impl Status {
    pub(super) fn new(views: Views, checks: Checks, telemetry: Telemetry, clock: Clock) -> Self {
        Self { views, checks, telemetry, clock, days: Arc::default() }
    }

    pub(super) fn routes<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        let whole = async |State(status): State<Self>| match status.answer().await {
            // Others may show it on pages of theirs: it is everybody's.
            Ok(Some(answer)) => (ASK_AGAIN, [ANYWHERE], Json(answer)).into_response(),
            Ok(None) => nothing(),
            Err(why) => away(&why),
        };
        let one = async |State(status): State<Self>, Path(file): Path<String>| {
            let Some(name) = file.strip_suffix(".svg") else { return nothing() };
            match status.checks().await {
                Ok(checks) => match checks.into_iter().find(|row| row.name == name) {
                    Some(row) => status.drawn(&row),
                    None => nothing(),
                },
                Err(why) => away(&why),
            }
        };
        let shown = async |State(status): State<Self>, headers: HeaderMap| match status.checks().await {
            Ok(checks) if checks.is_empty() => nothing(),
            Ok(_) => page::status(&headers),
            Err(why) => away(&why),
        };
        Router::new()
            .route("/status", get(shown))
            .route("/v1/status.json", get(whole))
            .route("/badge/{file}", get(one))
            .with_state(self)
    }

    /// As anybody who may no more than read; of that, what is public.
    fn scope() -> Scope {
        Scope::of_session(ProjectId::HOME, PrincipalId::PLATFORM, Role::Viewer)
    }

    /// The checks that are public, by their names.
    async fn checks(&self) -> Result<Vec<CheckRow>, String> {
        let read = self.views.of::<CheckView>().read(Self::scope(), view::public_checks);
        read.await.map_err(|error| error.to_string())
    }

    /// The same with their incidents.
    async fn rows(&self) -> Result<Vec<(CheckRow, Vec<IncidentRow>)>, String> {
        let since = self.clock.now().before(INCIDENTS_FOR);
        let read = self.views.of::<CheckView>().read(Self::scope(), move |rows| {
            let with_incidents = |row: CheckRow| {
                let incidents = view::incidents_since(rows, row.id, since)?;
                Ok((row, incidents))
            };
            view::public_checks(rows)?.into_iter().map(with_incidents).collect()
        });
        read.await.map_err(|error| error.to_string())
    }

    async fn answer(&self) -> Result<Option<Answer>, String> {
        let (now, rows) = (self.clock.now(), self.rows().await?);
        if rows.is_empty() {
            return Ok(None);
        }
        let (mut checks, mut incidents) = (Vec::new(), Vec::new());
        for (row, of_it) in rows {
            incidents.extend(of_it.into_iter().map(|incident| PublicIncident {
                check: row.name.clone(),
                opened_at: incident.opened_at,
                closed_at: incident.closed_at,
            }));
            checks.push(PublicCheck {
                state: word(self.verdict(&row)),
                state_since_at: row.since,
                is_paused: row.is_paused,
                in_maintenance: row.definition.is_in_maintenance(now),
                days: self.days(row.id, now).await?,
                group: row.definition.group,
                name: row.name,
            });
        }
        incidents.sort_by_key(|incident| Reverse(incident.opened_at));
        let state = of_all(&checks);
        Ok(Some(Answer { at: now, state, checks, incidents }))
    }

    /// How it is: nobody can say of what should have been looked at, or is not.
    fn verdict(&self, row: &CheckRow) -> Verdict {
        let standing = self.checks.standings(&[row.id]).remove(&row.id).unwrap_or_default();
        let is_known = !row.is_paused && !standing.is_late(&row.definition, self.clock.now());
        if is_known { row.state } else { Verdict::Unknown }
    }

    fn drawn(&self, row: &CheckRow) -> Response {
        let (word, colour) = match self.verdict(row) {
            _ if row.is_paused => ("paused", badge::GREY),
            Verdict::Ok => ("ok", badge::GREEN),
            Verdict::Failing if row.definition.is_in_maintenance(self.clock.now()) => {
                ("in maintenance", badge::GREY)
            }
            Verdict::Failing => ("failing", badge::RED),
            Verdict::Unknown => ("unknown", badge::GREY),
        };
        let kind = [(header::CONTENT_TYPE, "image/svg+xml")];
        (ASK_AGAIN, [ANYWHERE], kind, badge(&row.name, word, colour)).into_response()
    }

    /// Its last days, read anew once they are old.
    async fn days(&self, check_id: CheckId, now: Timestamp) -> Result<Vec<Day>, String> {
        let kept = self.days.lock().unwrap_or_else(PoisonError::into_inner).get(&check_id).cloned();
        if let Some((read_at, days)) = kept
            && read_at.elapsed() < DAYS_AGE_MAX
        {
            return Ok(days);
        }
        let day_ms = Resolution::Day.bucket_ms() as u64;
        let wanted = Wanted {
            since: now.before(Duration::from_millis((DAYS - 1) * day_ms)),
            until: now,
            step: Step::Ms(day_ms),
        };
        let name = SeriesName { metric: Metric::CHECK_UP.name.into(), subject: check_id.to_string().into() };
        let found = self.telemetry.points(Self::scope(), name, wanted).await;
        let points = found.map_err(|error| error.to_string())?.map(|(_, points)| points.points);
        let days: Vec<Day> = points
            .into_iter()
            .flatten()
            .map(|point| Day { at: point.start, count: point.bucket.count, sum: point.bucket.sum })
            .collect();
        let mut kept = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        // What is public no more is kept no longer than it would be shown.
        kept.retain(|_, (read_at, _)| read_at.elapsed() < DAYS_AGE_MAX);
        kept.insert(check_id, (Instant::now(), days.clone()));
        Ok(days)
    }
}

/// Whoever has an old answer asks whether it is still so.
const ASK_AGAIN: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-cache")];
const ANYWHERE: (header::HeaderName, &str) = (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");

/// What stands for all of them: the worst; where none counts, nobody can say.
fn of_all(checks: &[PublicCheck]) -> &'static str {
    let counted = checks.iter().filter(|check| !check.is_paused && !check.in_maintenance);
    let states: Vec<&str> = counted.map(|check| check.state).collect();
    let of = |verdict| states.contains(&word(verdict)).then_some(word(verdict));
    let is_well = || of(Verdict::Unknown).is_none().then(|| of(Verdict::Ok)).flatten();
    of(Verdict::Failing).or_else(is_well).unwrap_or_else(|| word(Verdict::Unknown))
}

fn nothing() -> Response {
    (StatusCode::NOT_FOUND, ASK_AGAIN, "nothing of that name is public here\n").into_response()
}

fn away(why: &str) -> Response {
    // Why may name paths of the machine, and is in the server's log.
    tracing::warn!(why, "what is public can't be read");
    (StatusCode::SERVICE_UNAVAILABLE, ASK_AGAIN, "how it is can't be read just now\n").into_response()
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "OK",
        Verdict::Failing => "FAILING",
        Verdict::Unknown => "UNKNOWN",
    }
}
