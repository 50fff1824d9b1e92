//! The one place where this crate starts something beside its caller.

use futures::future::BoxFuture;
use tokio::task::JoinHandle;

/// Runs blocking work (redb) beside the runtime's own threads.
pub(crate) fn spawn_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    tokio::task::spawn_blocking(work)
}

/// Runs a batched look-up; it ends by itself.
#[expect(
    clippy::disallowed_methods,
    reason = "a look-up has no supervisor: whoever waits for it sees its end"
)]
pub(crate) fn spawn_task(look_up: BoxFuture<'static, ()>) -> JoinHandle<()> {
    tokio::spawn(look_up)
}
