//! The one place where this crate starts something beside its caller.

use tokio::task::JoinHandle;

/// Runs a part of the server whose end [`crate::serve::Server`] waits for.
#[expect(clippy::disallowed_methods, reason = "the server holds the handle and waits for its end")]
pub(crate) fn part<F>(life: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(life)
}
