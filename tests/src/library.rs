use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use mediary::demo::Rendition;
use mediary_actors::staging::Staging;
use serde_json::Value;

use crate::Platform;

impl Platform {
    /// Every file under the library's folder, whatever the log says; not what Mediary has for itself beside them.
    pub fn library_files(&self) -> Vec<PathBuf> {
        let hidden = self.configuration.library_folder().join(".mediary");
        let mut files = files_below(&self.configuration.library_folder());
        files.retain(|path| !path.starts_with(&hidden));
        files
    }

    /// What is in the library: when each file was written, and its bytes.
    pub fn kept(&self) -> BTreeMap<PathBuf, (SystemTime, Vec<u8>)> {
        let what = |path: &Path| (fs::metadata(path).unwrap().modified().unwrap(), fs::read(path).unwrap());
        self.library_files().into_iter().map(|path| (path.clone(), what(&path))).collect()
    }

    /// The folder of a download's unfinished work.
    pub fn staging_of(&self, job: &Value) -> PathBuf {
        let staging = Staging::in_library(&self.configuration.library_folder(), self.server.log().id());
        staging.root().join(job["id"].as_str().unwrap())
    }

    /// The bytes of a kept file, which must be what was recorded.
    pub fn bytes_of(&self, file: &Value) -> Vec<u8> {
        let path = self.configuration.library_folder().join(file["path"].as_str().unwrap());
        let bytes = fs::read(path).unwrap();
        assert_eq!(file["sizeBytes"].as_u64(), Some(bytes.len() as u64));
        assert_eq!(file["blake3"].as_str(), Some(blake3::hash(&bytes).to_hex().as_str()));
        bytes
    }

    /// The bytes that the sample site serves for an item's file now.
    pub async fn served(&self, item_id: &str, rendition: Rendition) -> Vec<u8> {
        let answer = reqwest::get(self.site.media_url(item_id, rendition)).await.unwrap();
        answer.error_for_status().unwrap().bytes().await.unwrap().into()
    }
}

/// Every file below a folder that has a text in it.
pub fn files_having(folder: &Path, text: &str) -> Vec<PathBuf> {
    let has = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    files_below(folder).into_iter().filter(has).collect()
}

/// Every file below a folder; what goes away while it is looked at is not there.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}
