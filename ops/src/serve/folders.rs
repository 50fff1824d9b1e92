//! The folders of a server: made for their owner only, and none of them in the place of a disk that is missing.

use std::{
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::Path,
};

use mediary_actors::{
    file::{Root, is_away},
    library::Library,
    staging::Staging,
};
use mediary_log::Log;

use super::ServeError;
use crate::configuration::Configuration;

/// Makes the data folder, and nothing in it that says that it had a log.
pub(super) fn prepare_data(configuration: &Configuration) -> Result<(), ServeError> {
    let data = &configuration.data;
    make(data)?;
    // It may have been there before, open to everybody: the log has addresses with keys in them.
    std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o700))
        .map_err(|source| ServeError::Folder { path: data.clone(), source })
}

/// Makes the folders beside the log, and tries how files get into the library, unless that is not there: nothing is
/// made under the mount point of a disk that is missing.
pub(super) fn prepare_library(configuration: &Configuration, log: &Log) -> Result<(), ServeError> {
    let data = &configuration.data;
    let library = Library::new(configuration.library_folder());
    for folder in [&data.join("staging"), &data.join("output")] {
        make(folder)?;
    }
    // A log that can't be read now says nothing of what should be there: the keeper asks it again.
    if is_away(log, &Root::library(library.root())).unwrap_or(true) {
        return Ok(());
    }
    make(library.root())?;
    // What can't be placed is not fetched first.
    match library.probe(&Staging::beside(library.root()), "") {
        Err(unusable) if unusable.is_full() => {
            tracing::warn!("the library's disk is full");
            Ok(())
        }
        Err(source) => Err(ServeError::Library { path: library.root().to_owned(), source }),
        Ok(_) => Ok(()),
    }
}

/// Makes a folder for its owner only.
fn make(path: &Path) -> Result<(), ServeError> {
    let mut builder = std::fs::DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(path);
    made.map_err(|source| ServeError::Folder { path: path.to_owned(), source })
}
