//! The library of the configuration, as a root of the log.

use std::path::{Component, PathBuf};

use mediary_log::{
    Origin, OriginKind,
    gate::{Caller, Gate, Transaction},
    work,
};
use mediary_schema::root::{BadFolder, Folder};
use uuid::Uuid;

use super::ServeError;

/// Records where the library lies, if that is not known.
pub(super) async fn register(gate: &Gate, library: PathBuf) -> Result<(), ServeError> {
    let folder = folder(library)?;
    let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
    let story = move |story: &mut Transaction<'_>| work::root::configure(story, &folder);
    match gate.transact(Caller::platform(origin, gate.ids()), story).await {
        Ok(_) => Ok(()),
        Err(refusal) if refusal.is_retryable() => {
            tracing::warn!(%refusal, "where the library lies is not recorded yet: the next start tries again");
            Ok(())
        }
        Err(refusal) => Err(ServeError::Refused(refusal)),
    }
}

fn folder(library: PathBuf) -> Result<Folder, ServeError> {
    let goes_up = library.components().any(|part| part == Component::ParentDir);
    // Where `..` leads behind a link, only the file system knows.
    let path = if goes_up { library.canonicalize().unwrap_or(library) } else { library };
    let folder = path.to_str().ok_or(BadFolder).and_then(str::parse);
    folder.map_err(|source| ServeError::LibraryFolder { path, source })
}
