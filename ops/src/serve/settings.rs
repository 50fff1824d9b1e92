use std::{fs, io, path::Path};

use mediary_log::BackupSettings;

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
