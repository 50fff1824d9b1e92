//! What every clerk does who puts files into a library.

use mediary_schema::{FailureClass, job::Failure};

use super::{Library, Unusable};
use crate::{
    file::{Root, is_away},
    job::Attempt,
    workspace::Unable,
};

/// Refuses to make what would be put under the mount point of a library that is not there.
pub(crate) async fn refuse_if_away(library: &Library, attempt: &Attempt) -> Result<(), Unable> {
    let (log, library) = (attempt.gate.log().clone(), Root::library(library.root()));
    match tokio::task::spawn_blocking(move || is_away(&log, &library)).await {
        Ok(Ok(false)) => Ok(()),
        Ok(Ok(true)) => Err(Failure::new(
            FailureClass::LibraryAway,
            "the library is not there: nothing that was kept is in its folder",
        )
        .into()),
        Ok(Err(error)) => Err(Unable::unknown(error)),
        Err(error) => Err(Unable::unknown(error)),
    }
}

/// Works on the library on a thread that may block.
pub(crate) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Unusable> + Send + 'static,
) -> Result<T, Unable> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| error.failure().into()),
        Err(_) => Err(Unable::unknown("the placing of a file was cut off")),
    }
}
