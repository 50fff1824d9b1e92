//! The library of the configuration, as a root of the log.

use std::path::{Component, PathBuf};

use mediary_log::{
    Origin, OriginKind,
    gate::{Caller, Gate, Refusal, Transaction},
    work,
};
use mediary_schema::root::{BadFolder, Folder};
use uuid::Uuid;

use super::ServeError;

/// Records where the library lies, if that is not known and can be.
pub(super) async fn register(gate: &Gate, library: PathBuf) -> Result<(), ServeError> {
    // It lies where it is recorded, until it is there again.
    let Some(path) = resolved(library) else { return Ok(()) };
    let folder: Result<Folder, _> = path.to_str().ok_or(BadFolder).and_then(str::parse);
    let folder = match folder {
        Ok(folder) => folder,
        Err(source) => return Err(ServeError::LibraryFolder { path, source: source.into() }),
    };
    let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
    let story = move |story: &mut Transaction<'_>| work::root::configure(story, &folder);
    match gate.transact(Caller::platform(origin, gate.ids()), story).await {
        Ok(_) => Ok(()),
        Err(refusal) if refusal.is_retryable() => {
            tracing::warn!(%refusal, "where the library lies is not recorded yet: the next start tries again");
            Ok(())
        }
        Err(refusal @ Refusal::Rejected(_)) => {
            Err(ServeError::LibraryFolder { path, source: refusal.into() })
        }
        Err(refusal) => Err(ServeError::Refused(refusal)),
    }
}

/// A library by its whole path. Where `..` leads behind a link only the file system knows, and of a folder that is not
/// there it knows nothing.
fn resolved(library: PathBuf) -> Option<PathBuf> {
    let goes_up = library.components().any(|part| part == Component::ParentDir);
    if goes_up { library.canonicalize().ok() } else { Some(library) }
}
