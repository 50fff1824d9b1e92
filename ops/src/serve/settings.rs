use std::{
    fs::{self, File},
    io,
    path::Path,
};

use mediary_log::{Attached, BackupSettings};
use mediary_projections::telemetry::{self, TelemetryError};

use crate::configuration::Configuration;

/// The configuration in force, beside the data.
const CONFIGURATION: &str = "mediary.toml";
/// Files of a data folder that a backup needs and that are no events: without the passwords of the NATS server every
/// consumer would have to be told new ones.
const FILES: [&str; 2] = [CONFIGURATION, "nats/access.json"];

/// What belongs to a backup of a folder and is no event, by its path in the folder.
pub(crate) fn settings_of(folder: &Path) -> io::Result<BackupSettings> {
    let mut found = Vec::new();
    for name in FILES.into_iter().map(str::to_owned).chain(mediary_log::vault::person_files(folder)?) {
        match fs::read(folder.join(&name)) {
            Ok(bytes) => found.push((name, bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // A backup that left it out would be found wanting once it is needed.
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// The same of a server that runs: what it was told elsewhere is told, too.
pub(super) fn settings(configuration: &Configuration) -> io::Result<BackupSettings> {
    let mut settings = settings_of(&configuration.data)?;
    let is_there = settings.iter().any(|(name, _)| name == CONFIGURATION);
    if !is_there && let Ok(text) = toml::to_string(configuration) {
        settings.push((CONFIGURATION.to_owned(), text.into_bytes()));
    }
    Ok(settings)
}

/// The samples of a folder that no server has, to go along with a backup.
pub(crate) fn samples_of(folder: &Path) -> io::Result<Vec<Attached>> {
    samples(telemetry::copy_of(folder))
}

/// A copy of samples, if there are any.
pub(super) fn samples(copy: Result<Option<File>, TelemetryError>) -> io::Result<Vec<Attached>> {
    let copy = copy.map_err(io::Error::other)?;
    Ok(copy.map(|file| Attached { name: telemetry::FILE_NAME.to_owned(), file }).into_iter().collect())
}
