//! What the relay tells about itself (PL-08).

use metrics::{counter, describe_counter, describe_gauge, gauge};

const LAG: &str = "mediary_nats_lag_events";
const CONNECTED: &str = "mediary_nats_connected";
const PUBLISHED: &str = "mediary_nats_published_total";
const SIGNALS: &str = "mediary_nats_signals_total";
const COMMANDS: &str = "mediary_nats_commands_total";
const FAILURES: &str = "mediary_nats_failures_total";

/// Says what each metric of the relay means; called once by the relay when it starts.
pub(super) fn describe() {
    describe_gauge!(LAG, "Events of the log that NATS has not acknowledged");
    describe_gauge!(CONNECTED, "1 while the relay publishes, 0 while it waits for NATS");
    describe_counter!(PUBLISHED, "Events that NATS has acknowledged");
    describe_counter!(SIGNALS, "Signals that were told to NATS");
    describe_counter!(COMMANDS, "Commands that came over NATS, by what became of them");
    describe_counter!(FAILURES, "Sessions with NATS that ended with a failure");
}

pub(super) fn lag(events: u64) {
    gauge!(LAG).set(events as f64);
}

pub(super) fn connected(connected: bool) {
    gauge!(CONNECTED).set(f64::from(u8::from(connected)));
}

pub(super) fn published() {
    counter!(PUBLISHED).increment(1);
}

pub(super) fn signals(count: usize) {
    counter!(SIGNALS).increment(count as u64);
}

pub(super) fn command(result: &'static str) {
    counter!(COMMANDS, "result" => result).increment(1);
}

pub(super) fn failed() {
    counter!(FAILURES).increment(1);
}
