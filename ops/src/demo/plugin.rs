//! yt-dlp's extractor for the sample site, written out where `--plugin-dirs` finds it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::error::{Error, Result};

const SOURCE: &str = include_str!("plugin/yt_dlp_plugins/extractor/mediary_demo.py");

/// Writes the plugin below a folder and returns the folder to give to `--plugin-dirs`.
///
/// yt-dlp looks one level deeper than the folder it is given, for `<any>/yt_dlp_plugins/`; a folder
/// with `yt_dlp_plugins` right inside is ignored without a word. Safe to repeat and to do at once.
pub fn install_plugin(folder: &Path) -> Result<PathBuf> {
    let package = folder.join("mediary_demo/yt_dlp_plugins/extractor");
    let file = package.join("mediary_demo.py");
    if fs::read_to_string(&file).is_ok_and(|present| present == SOURCE) {
        return Ok(folder.to_path_buf());
    }
    fs::create_dir_all(&package).map_err(Error::folder("make the folder", &package))?;
    let part = package.join(format!("mediary_demo.py.{}.part", std::process::id()));
    fs::write(&part, SOURCE).map_err(Error::folder("write", &part))?;
    fs::rename(&part, &file).map_err(Error::folder("rename the plugin to", &file))?;
    Ok(folder.to_path_buf())
}
