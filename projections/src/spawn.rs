//! The one place where this crate starts something beside its caller.

use std::{io, thread};

use tokio::{runtime::Handle, task::JoinHandle};

/// Runs a query (SQLite blocks) beside the runtime's own threads.
pub(crate) fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    tokio::task::spawn_blocking(work)
}

/// Does what blocks, and what nobody waits for.
pub(crate) fn aside<T: Send + 'static>(
    runtime: &Handle,
    work: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    runtime.spawn_blocking(work)
}

/// Runs the life of one view on a thread of its own.
pub(crate) fn thread(
    name: String,
    life: impl FnOnce() + Send + 'static,
) -> io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name(name).spawn(life)
}

/// Reads on while what was read before is folded.
pub(crate) fn task<T: Send + 'static>(
    runtime: &Handle,
    reading: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    runtime.spawn(reading)
}
