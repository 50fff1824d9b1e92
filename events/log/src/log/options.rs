//! What a log is opened with.

use std::{fmt, path::PathBuf, sync::Arc};

use mediary_schema::{Clock, IdSource, Timestamp, log::OpenReason};

use super::error::FatalError;

/// What the process does when the log can't go on; `ops` ends it with status 74.
pub type OnFatal = Arc<dyn Fn(&FatalError) + Send + Sync>;

/// Settings and components of a log.
#[derive(Clone)]
pub struct Options {
    /// The data folder; `log/` and `snapshots/` are below it.
    pub directory: PathBuf,
    /// The file of the master key, if it is not the data folder's own.
    pub vault_key_file: Option<PathBuf>,
    /// Memory for pages of the log file.
    pub cache_bytes: usize,
    /// Appends that may wait for the writer.
    pub queue_requests_max: usize,
    /// Bytes of payload that may wait for the writer.
    pub queue_bytes_max: usize,
    /// Recent events kept in memory for subscribers.
    pub ring_events_max: usize,
    /// Bytes of recent payloads kept in memory for subscribers.
    pub ring_bytes_max: usize,
    /// Below this much free space normal appends are refused, essential ones go on.
    pub reserve_bytes: u64,
    /// The time.
    pub clock: Clock,
    /// Before this the clock can't be right, and the log is not opened: when the program was built.
    pub not_before: Option<Timestamp>,
    /// Ids of events and of the log itself.
    pub ids: IdSource,
    /// What the machine calls itself, such as its `machine-id`: an id derived from it is recorded.
    pub host: Option<String>,
    /// Why the log is opened.
    pub reason: OpenReason,
    /// What to do when the log can't go on.
    pub on_fatal: OnFatal,
}

impl Options {
    /// The defaults for a data folder; a fatal error is only logged until `ops` hands in more.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            vault_key_file: None,
            cache_bytes: 16 << 20,
            queue_requests_max: 4096,
            queue_bytes_max: 64 << 20,
            ring_events_max: 4096,
            ring_bytes_max: 4 << 20,
            reserve_bytes: 64 << 20,
            clock: Clock::system(),
            not_before: None,
            ids: IdSource::system(),
            host: None,
            reason: OpenReason::Start,
            on_fatal: Arc::new(|error| {
                tracing::error!(error = error as &dyn std::error::Error, "log.stopped");
            }),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("directory", &self.directory)
            .field("cache_bytes", &self.cache_bytes)
            .field("queue_requests_max", &self.queue_requests_max)
            .field("queue_bytes_max", &self.queue_bytes_max)
            .field("ring_events_max", &self.ring_events_max)
            .field("ring_bytes_max", &self.ring_bytes_max)
            .field("reserve_bytes", &self.reserve_bytes)
            .field("not_before", &self.not_before)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}
