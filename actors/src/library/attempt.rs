//! What every clerk does who puts files into a library.

use mediary_schema::{FailureClass, RootId, job::Failure};

use super::{Library, Unusable};
use crate::{
    file::{Root, is_away, registered},
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

/// The root in which a file is to be made of another one of it; refused if it is not there.
pub(crate) async fn refuse_if_root_away(attempt: &Attempt, root_id: RootId) -> Result<Root, Unable> {
    let roots = registered(&attempt.gate).await?;
    let root = roots.into_iter().find(|root| root.id() == root_id);
    let root = root.ok_or_else(|| Unable::unknown("there is no such root"))?;
    if root_id == RootId::LIBRARY {
        refuse_if_away(&Library::new(root.folder()), attempt).await?;
        return Ok(root);
    }
    let log = attempt.gate.log().clone();
    let looked = tokio::task::spawn_blocking(move || is_away(&log, &root).map(|is_away| (root, is_away)));
    let (root, is_away) = looked.await.map_err(Unable::unknown)?.map_err(Unable::unknown)?;
    if is_away {
        // Not as the library's: that would hold everything that is put there.
        return Err(Failure::new(FailureClass::Storage, format!("{} is not there", root.called())).into());
    }
    Ok(root)
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
