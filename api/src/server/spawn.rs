//! The one place where this crate starts something beside its caller.

use tokio::task::JoinHandle;

/// Runs blocking work (redb) beside the runtime's own threads.
pub(crate) fn spawn_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    tokio::task::spawn_blocking(work)
}
