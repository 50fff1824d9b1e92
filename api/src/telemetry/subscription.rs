use std::collections::HashSet;

use async_graphql::{Context, Result, Subscription};
use futures::{Stream, StreamExt as _, stream};

use super::{
    object::{TelemetryNews, TelemetrySample},
    query::refused,
};
use crate::{
    scalar::Long,
    schema::{platform, scope},
};

#[derive(Debug, Default)]
pub(crate) struct TelemetrySubscription;

#[Subscription]
impl TelemetrySubscription {
    /// Samples as they are kept: first the last of each series that one may see, or of those that are named, then all that
    /// come. What was before is in `telemetry`.
    async fn telemetry_samples(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only these: `host.load`, `job.duration/download`.")] series: Option<Vec<String>>,
    ) -> Result<impl Stream<Item = TelemetryNews>> {
        let scope = scope(context)?;
        let wanted: Option<HashSet<String>> = series.map(|names| names.into_iter().collect());
        let is_wanted = move |name: &str| wanted.as_ref().is_none_or(|wanted| wanted.contains(name));
        let telemetry = &platform(context).telemetry;
        // Before it is read what there is: what comes meanwhile is told twice rather than never.
        let listening = telemetry.listen();
        let known = telemetry.series(scope).await.map_err(|error| refused(&error))?;
        let samples = known.into_iter().map(TelemetrySample::last_of);
        let first = news(samples.filter(|sample| is_wanted(&sample.series)).collect(), 0);
        let come = stream::unfold(
            (listening, is_wanted, 0),
            move |(mut listening, is_wanted, mut missed)| async move {
                loop {
                    let (samples, more) = listening.next(&scope).await?;
                    missed += more;
                    let samples = samples.iter().map(TelemetrySample::of);
                    let samples: Vec<_> = samples.filter(|sample| is_wanted(&sample.series)).collect();
                    if !samples.is_empty() {
                        return Some((news(samples, missed), (listening, is_wanted, 0)));
                    }
                }
            },
        );
        Ok(stream::iter([first]).chain(come))
    }
}

fn news(samples: Vec<TelemetrySample>, missed: u64) -> TelemetryNews {
    TelemetryNews { samples, missed_batch_count: Long(missed) }
}
