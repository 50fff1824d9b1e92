//! What the log tells about itself (PL-08).

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use super::index::CategoryRow;

const APPENDS: &str = "mediary_log_appends_total";
const EVENTS: &str = "mediary_log_events_total";
const REFUSED: &str = "mediary_log_appends_refused_total";
const BATCH_EVENTS: &str = "mediary_log_append_batch_events";
const BATCH_REQUESTS: &str = "mediary_log_append_batch_requests";
const FSYNC: &str = "mediary_log_fsync_seconds";
const QUEUE_REQUESTS: &str = "mediary_log_queue_requests";
const QUEUE_BYTES: &str = "mediary_log_queue_bytes";
const SIZE: &str = "mediary_log_size_bytes";
const POSITION: &str = "mediary_log_position";
const CATEGORY_EVENTS: &str = "mediary_log_category_events";
const CATEGORY_BYTES: &str = "mediary_log_category_bytes";

/// Says what each metric of the log means; called once by the log when it opens.
pub(super) fn describe() {
    describe_counter!(APPENDS, "Appends that were written");
    describe_counter!(EVENTS, "Events that were written");
    describe_counter!(REFUSED, "Appends that were not written, by reason");
    describe_histogram!(BATCH_EVENTS, "Events in one commit");
    describe_histogram!(BATCH_REQUESTS, "Appends in one commit");
    describe_histogram!(FSYNC, Unit::Seconds, "Time of one commit, which is one fsync");
    describe_gauge!(QUEUE_REQUESTS, "Appends that wait for the writer");
    describe_gauge!(QUEUE_BYTES, Unit::Bytes, "Payload that waits for the writer");
    describe_gauge!(SIZE, Unit::Bytes, "Space that the log file takes on the disk");
    describe_gauge!(POSITION, "Position of the newest event");
    describe_gauge!(CATEGORY_EVENTS, "Events by concern");
    describe_gauge!(CATEGORY_BYTES, Unit::Bytes, "Bytes of payload by concern");
}

pub(super) fn queue(requests: usize, bytes: usize) {
    gauge!(QUEUE_REQUESTS).set(requests as f64);
    gauge!(QUEUE_BYTES).set(bytes as f64);
}

pub(super) fn refused(reason: &'static str) {
    counter!(REFUSED, "reason" => reason).increment(1);
}

pub(super) fn committed(appends: usize, events: usize, took: Duration) {
    counter!(APPENDS).increment(appends as u64);
    counter!(EVENTS).increment(events as u64);
    histogram!(BATCH_EVENTS).record(events as f64);
    histogram!(BATCH_REQUESTS).record(appends as f64);
    histogram!(FSYNC).record(took.as_secs_f64());
}

pub(super) fn size(position: u64, bytes: u64) {
    gauge!(POSITION).set(position as f64);
    gauge!(SIZE).set(bytes as f64);
}

pub(super) fn category(name: &str, row: CategoryRow) {
    gauge!(CATEGORY_EVENTS, "concern" => name.to_owned()).set(row.events as f64);
    gauge!(CATEGORY_BYTES, "concern" => name.to_owned()).set(row.bytes as f64);
}
