//! What looks come to as numbers: kept apart from the log.

use std::{borrow::Cow, time::Duration};

use mediary_log::telemetry::Samples;
use mediary_schema::{
    CheckId, ProjectId, Timestamp,
    check::{Finding, Verdict},
    telemetry::{Metric, Sample},
};

/// Tells what a look found: whether it was well, which nobody can say of what is unknown; how long it took; its numbers.
pub(super) fn tell(
    samples: &Samples,
    project: ProjectId,
    check_id: CheckId,
    at: Timestamp,
    took: Duration,
    finding: &Finding,
) {
    let sample = |metric: &'static Metric, subject: String, value: f64| Sample {
        project,
        metric,
        subject: Cow::Owned(subject),
        at,
        value,
    };
    let own = check_id.to_string();
    let up = match finding.verdict {
        Verdict::Ok => Some(1.0),
        Verdict::Failing => Some(0.0),
        Verdict::Unknown => None,
    };
    if let Some(up) = up {
        samples.tell(sample(&Metric::CHECK_UP, own.clone(), up));
        samples.tell(sample(&Metric::CHECK_DURATION, own.clone(), took.as_secs_f64()));
    }
    for value in &finding.values {
        samples.tell(sample(&Metric::CHECK_VALUE, format!("{own}/{}", value.name), value.value));
    }
}
