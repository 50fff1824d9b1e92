//! What the server tells of itself: its own log and its metrics.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{
    EnvFilter, Layer as _, Registry, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::configuration::{LogFormat, Logging};

/// Bounds of histograms of seconds: from a fast fsync to an evening's download.
const SECONDS: [f64; 15] =
    [0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0, 3_600.0, 14_400.0];
/// Bounds of histograms of sizes.
const BYTES: [f64; 8] = [4e3, 64e3, 1e6, 16e6, 64e6, 256e6, 1e9, 4e9];
/// Bounds of histograms of counts.
const COUNTS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 64.0, 256.0, 1_024.0, 4_096.0];

/// Writes the server's own log to stderr from now on; a second call changes nothing.
pub fn log_to_stderr(logging: &Logging) {
    let filter = EnvFilter::try_new(&logging.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let layer = match logging.format {
        LogFormat::Logfmt => {
            tracing_logfmt::builder().with_target(true).layer().with_writer(std::io::stderr).boxed()
        }
        LogFormat::Json => tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr).boxed(),
    };
    // Tests start several servers in one process; the first one's log serves all.
    if Registry::default().with(layer.with_filter(filter)).try_init().is_err() {
        tracing::debug!("the log goes where it went before");
    }
}

/// The recorder of this process's metrics, installed at the first call.
pub fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(install).clone()
}

fn install() -> PrometheusHandle {
    use metrics_exporter_prometheus::Matcher;
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_bytes".to_owned()), &BYTES))
        .and_then(|builder| builder.set_buckets(&COUNTS))
        .expect("the bounds are not empty");
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("metrics go to a recorder that was installed before");
    }
    describe();
    handle
}

fn describe() {
    use metrics::{describe_counter, describe_gauge};
    mediary_actors::process::describe_metrics();
    describe_counter!("mediary_commands_total", "Commands by result: accepted, or the code of the refusal.");
    describe_counter!(
        "mediary_state_cache_hits_total",
        "Folded states that were at hand when a command came."
    );
    describe_counter!(
        "mediary_folded_events_total",
        "Events that were read for a fold that was not at hand."
    );
    describe_counter!("mediary_unknown_events_total", "Events that this program does not know, passed over.");
    describe_counter!("mediary_auth_attempts_total", "Tokens shown, by result.");
    describe_gauge!("mediary_part_halted", "Whether a part of the worker is halted: 1 or 0, by part.");
    describe_counter!("mediary_actor_restarts_total", "Actors started again after a failure, by actor.");
    describe_counter!(
        "mediary_attempt_faults_total",
        "Attempts that failed inside the platform, by kind of work."
    );
    describe_counter!("mediary_listed_entries_total", "Rows that looks at playlists saw.");
    describe_counter!("mediary_downloaded_bytes_total", "Bytes of files that were put into the library.");
    describe_gauge!("mediary_view_position", "The position of the last event that a view has folded.");
    describe_gauge!("mediary_view_lag_events", "How many events a view is behind the log.");
    describe_counter!(
        "mediary_view_defects_total",
        "How often a view that was built anew had other rows than the one that lived through it."
    );
    describe_counter!("mediary_telemetry_samples_total", "Samples that were kept.");
    describe_counter!(
        "mediary_telemetry_dropped_total",
        "Samples that were not kept, by reason: overflow, unsound, series, storage."
    );
    describe_gauge!("mediary_telemetry_series", "Series of samples.");
    describe_gauge!("mediary_telemetry_size_bytes", "What the store of samples takes on the disk.");
    describe_gauge!("mediary_jobs", "Jobs by kind and state.");
    describe_gauge!("mediary_log_category_bytes", "Bytes of payload in the log, by concern.");
    describe_gauge!("mediary_log_category_events", "Events in the log, by concern.");
}
