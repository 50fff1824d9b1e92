use std::time::Duration;

use async_graphql::{Context, Result};
use mediary_projections::{
    check as view,
    telemetry::{POINTS_MAX, Points, Resolution, Step, Wanted},
};
use mediary_schema::{
    CheckId, Timestamp,
    check::Verdict,
    telemetry::{Metric, SeriesName},
};

use crate::{
    schema::{platform, scope},
    telemetry::refused,
};

/// What is read at once: whole hours, so that no piece is read twice, and no more minutes than one answer has.
const AT_ONCE: Duration = Duration::from_hours(POINTS_MAX / 60);

/// What was found of a check in a while, look by look, as far as it is kept.
pub(super) struct Looks {
    /// In their order.
    pub(super) looks: Vec<(Timestamp, Verdict)>,
    /// From when on it is known of each minute how many there were; before, of each hour.
    pub(super) exact_since: Timestamp,
}

impl Looks {
    /// From its hour on up to a moment. `turns` are whenever it turned, the last before that included.
    pub(super) async fn of(
        context: &Context<'_>,
        check_id: CheckId,
        (since, until): (Timestamp, Timestamp),
        turns: &[(Timestamp, Verdict)],
    ) -> Result<Self> {
        let scope = scope(context)?;
        let minute_ms = Resolution::Minute.bucket_ms() as u64;
        let hour_us = Resolution::Hour.bucket_ms() * 1_000;
        let hour = since.as_micros() - since.as_micros().rem_euclid(hour_us);
        let (mut from, mut exact_since) = (Timestamp::from_micros(hour), since);
        // Neighbours of one step as one, so that turns are gone through once for each.
        let mut pieces: Vec<Points> = Vec::new();
        while from < until {
            let to = from.after(AT_ONCE).min(until);
            let name =
                SeriesName { metric: Metric::CHECK_UP.name.into(), subject: check_id.to_string().into() };
            let wanted = Wanted { since: from, until: to, step: Step::Ms(minute_ms) };
            let found = platform(context).telemetry.points(scope, name, wanted).await;
            if let Some((_, points)) = found.map_err(|error| refused(&error))? {
                if points.step_ms > minute_ms {
                    exact_since = to;
                }
                match pieces.last_mut() {
                    Some(last) if last.step_ms == points.step_ms => last.points.extend(points.points),
                    _ => pieces.push(points),
                }
            }
            from = to;
        }
        let looks = pieces.iter().flat_map(|points| view::looks(points, turns)).collect();
        Ok(Self { looks, exact_since })
    }
}
