//! The one place where this crate starts something beside its caller.

use std::{future::Future, panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt as _;
use tokio::{task::JoinHandle, time::sleep};

/// Runs blocking work (redb) beside the runtime's own threads.
pub(crate) fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    tokio::task::spawn_blocking(work)
}

/// How long a service that panicked rests: a defect that strikes at once must not take a processor.
const REST: Duration = Duration::from_secs(1);

/// A service that runs beside its caller. Dropping it ends the service.
#[derive(Debug)]
pub(crate) struct Service(JoinHandle<()>);

/// Runs a service until it ends by itself; it is begun anew after a panic.
///
/// It has to bear an end at any of its waits.
pub(crate) fn service<F>(name: &'static str, mut begin: impl FnMut() -> F + Send + 'static) -> Service
where
    F: Future<Output = ()> + Send,
{
    let kept_up = async move {
        // What a body leaves behind when it panics is dropped with it: `begin` makes a new one.
        while AssertUnwindSafe(begin()).catch_unwind().await.is_err() {
            tracing::error!(name, "service panicked and is begun anew");
            sleep(REST).await;
        }
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "the loop above sees it end; there is no actor in this crate"
    )]
    Service(tokio::spawn(kept_up))
}

impl Service {
    /// Waits until it has ended by itself.
    pub(crate) async fn ended(&mut self) {
        // Its panics are caught; whatever ends it is an end.
        (&mut self.0).await.ok();
    }

    /// Ends the service and waits until it is gone.
    pub(crate) async fn stop(mut self) {
        self.0.abort();
        if !self.0.is_finished() {
            // The only answers are "ended" and "cancelled", and both are what was asked for.
            (&mut self.0).await.ok();
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.0.abort();
    }
}
