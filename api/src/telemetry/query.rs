use std::time::Duration;

use async_graphql::{Context, Error, Object, Result};
use mediary_projections::telemetry::{Step, TelemetryError, Wanted};
use mediary_schema::telemetry::SeriesName;

use super::object::{Telemetry, TelemetrySeries};
use crate::{
    as_of::now_only,
    error::fault,
    scalar::{DateTime, Long},
    schema::{clock, platform, scope},
};

#[derive(Debug, Default)]
pub(crate) struct TelemetryQuery;

/// Points of an answer where nobody says how many.
const POINTS_USUAL: u64 = 300;
/// What so many points cost for each of their fields: they are read at once, and are numbers.
const COST: usize = 30;
/// What is answered where nobody says since when.
const USUALLY: Duration = Duration::from_hours(24);

#[Object]
impl TelemetryQuery {
    /// What is measured, in the order of its names: all that one may see, or what is called by a metric.
    async fn telemetry_series(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only those of this metric: `job.duration`.")] metric: Option<String>,
    ) -> Result<Vec<TelemetrySeries>> {
        let scope = scope(context)?;
        apart(context)?;
        let series = platform(context).telemetry.series(scope).await.map_err(|error| refused(&error))?;
        let is_wanted = |name: &SeriesName| metric.as_ref().is_none_or(|metric| name.metric == *metric);
        Ok(series.into_iter().filter(|one| is_wanted(&one.name)).map(TelemetrySeries::from).collect())
    }

    /// A series from one moment to another, in pieces as fine as asked for; null if there is none of that name that one may
    /// see. Of a piece it is told how many samples it has, the least, the greatest, what they are on average, and the last.
    #[graphql(complexity = "cost(points) * child_complexity")]
    async fn telemetry(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What it is called: `host.load`, `job.duration/download`.")] series: String,
        #[graphql(desc = "From this moment on; a day before `until` if left out.")] since: Option<DateTime>,
        #[graphql(desc = "Up to this moment, without it; now if left out.")] until: Option<DateTime>,
        #[graphql(
            desc = "How long a piece is, in milliseconds. Where nothing as fine is kept it is longer."
        )]
        step_ms: Option<Long>,
        #[graphql(
            desc = "How many pieces there are at most, from 1 to 4,000, in place of `stepMs`: one for each pixel, \
                          say. 300 if neither is said."
        )]
        points: Option<Long>,
    ) -> Result<Option<Telemetry>> {
        let scope = scope(context)?;
        apart(context)?;
        let until = until.map_or_else(|| clock(context), |until| until.0);
        let since = since.map_or_else(|| until.before(USUALLY), |since| since.0);
        let step = match (step_ms, points) {
            (Some(Long(step)), None) => Step::Ms(step),
            (None, points) => Step::Points(points.map_or(POINTS_USUAL, |points| points.0)),
            (Some(_), Some(_)) => {
                return Err(fault("say `stepMs` or `points`, not both", "BAD_TELEMETRY", false));
            }
        };
        let wanted = Wanted { since, until, step };
        let found = platform(context).telemetry.points(scope, SeriesName::of(&series), wanted).await;
        let found = found.map_err(|error| refused(&error))?;
        Ok(found.map(|(series, points)| Telemetry::of(series, points, since, until)))
    }
}

/// What an answer costs for each of its fields.
fn cost(points: Option<Long>) -> usize {
    points.map_or(POINTS_USUAL, |Long(points)| points).div_ceil(POINTS_USUAL) as usize * COST
}

fn apart(context: &Context<'_>) -> Result<()> {
    now_only(context, "samples are kept apart from the log, each with its own moment")
}

pub(crate) fn refused(error: &TelemetryError) -> Error {
    match error {
        TelemetryError::Wanted(error) => fault(&error.to_string(), "BAD_TELEMETRY", false),
        TelemetryError::Stopping => fault("the server is stopping", "STOPPING", true),
        // Why names paths of the machine, and is in the server's log.
        _ => {
            tracing::warn!(error = %crate::error::chain(error), "samples can't be read");
            fault("the store of samples can't be read now; the server's log says why", "TELEMETRY_AWAY", true)
        }
    }
}
