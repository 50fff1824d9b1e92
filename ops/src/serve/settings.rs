use std::{fs, path::Path};

use crate::configuration::Configuration;

/// The configuration in force, beside the data.
const CONFIGURATION: &str = "mediary.toml";
/// Files of a data folder that a backup needs and that are no events: without the passwords of the NATS server every
/// consumer would have to be told new ones.
const FILES: [&str; 2] = [CONFIGURATION, "nats/access.json"];

/// What belongs to a backup of a folder and is no event, by its path in the folder.
pub(crate) fn settings_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |name: String| Some((name.clone(), fs::read(folder.join(name)).ok()?));
    let names = FILES.into_iter().map(str::to_owned).chain(mediary_log::vault::person_files(folder));
    names.filter_map(read).collect()
}

/// The same of a server that runs: what it was told elsewhere is told, too.
pub(super) fn settings(configuration: &Configuration) -> Vec<(String, Vec<u8>)> {
    let mut settings = settings_of(&configuration.data);
    let is_there = settings.iter().any(|(name, _)| name == CONFIGURATION);
    if !is_there && let Ok(text) = toml::to_string(configuration) {
        settings.push((CONFIGURATION.to_owned(), text.into_bytes()));
    }
    settings
}
