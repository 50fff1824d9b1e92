//! The made media: once by ffmpeg into a cache folder, shared by everybody who asks for it.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Output,
    sync::Arc,
};

use axum::body::Bytes;
use tokio::sync::OnceCell;

use super::{
    error::{Error, Result},
    recipe::{self, CHAPTERS, CLIPS, Clip, FFMPEG_ALWAYS},
};

/// How much of ffmpeg's text an error carries.
const STDERR_CHARS_MAX: usize = 2_000;

/// The sample media, complete on disk; files are read once and then kept (some 20 MB in all).
#[derive(Debug, Clone)]
pub struct MediaLibrary {
    folder: PathBuf,
    files: Arc<BTreeMap<String, OnceCell<Bytes>>>,
}

impl MediaLibrary {
    /// Opens the media in a cache folder, making them first if they aren't there.
    ///
    /// `ffmpeg` is the program to make them with. Any number of processes may call this at once: one makes, the
    /// others wait for its lock. A maker that was killed leaves only a folder that the next one clears.
    pub async fn open(cache: &Path, ffmpeg: &Path) -> Result<Self> {
        let folder = cache.join(recipe::key());
        if missing_file(&folder).is_some() {
            fs::create_dir_all(cache).map_err(Error::folder("make the folder", cache))?;
            let _lock = lock(folder.with_extension("lock")).await?;
            if missing_file(&folder).is_some() {
                make(&folder, ffmpeg).await?;
            }
        }
        let names = CLIPS.iter().flat_map(|clip| clip.files().into_iter().map(|file| name(clip, &file)));
        let files = Arc::new(names.map(|name| (name, OnceCell::new())).collect());
        Ok(Self { folder, files })
    }

    /// Opens the media in a folder of this user's among the system's temporary files: what tests share.
    ///
    /// # Panics
    /// If `ops/test` has not installed ffmpeg.
    pub async fn open_shared() -> Result<Self> {
        let user = rustix::process::getuid().as_raw();
        let cache = std::env::temp_dir().join(format!("mediary-sample-media-{user}"));
        Self::open(&cache, &mediary_tools::required("ffmpeg")).await
    }

    /// Where the media are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file's bytes; none if the recipe makes no such file.
    pub(super) async fn read(&self, clip: &Clip, file: &str) -> Result<Option<Bytes>> {
        let name = name(clip, file);
        let Some(cell) = self.files.get(&name) else { return Ok(None) };
        let path = self.folder.join(&name);
        let bytes = cell.get_or_try_init(|| async {
            tokio::fs::read(&path).await.map(Bytes::from).map_err(Error::folder("read", &path))
        });
        bytes.await.map(|bytes| Some(bytes.clone()))
    }
}

/// A file's name relative to the media folder.
fn name(clip: &Clip, file: &str) -> String {
    format!("{}/{file}", clip.name)
}

/// The first file that should be there and isn't.
fn missing_file(folder: &Path) -> Option<String> {
    let mut names = CLIPS.iter().flat_map(|clip| clip.files().into_iter().map(|file| name(clip, &file)));
    names.find(|name| !fs::metadata(folder.join(name)).is_ok_and(|file| file.is_file() && file.len() > 0))
}

/// Takes the lock of a recipe; it is given back when the file is closed, also by a kill.
async fn lock(path: PathBuf) -> Result<File> {
    let locking = tokio::task::spawn_blocking(move || {
        let file = File::create(&path).map_err(Error::folder("open the lock", &path))?;
        file.lock().map_err(Error::folder("lock", &path))?;
        Ok(file)
    });
    locking.await.expect("locking a file doesn't panic")
}

/// Makes all clips beside the folder and renames them into place in one step.
async fn make(folder: &Path, ffmpeg: &Path) -> Result<()> {
    let part = folder.with_extension("part");
    for stale in [&part, &folder.to_path_buf()] {
        if stale.exists() {
            fs::remove_dir_all(stale).map_err(Error::folder("clear", stale))?;
        }
    }
    for clip in &CLIPS {
        make_clip(&part.join(clip.name), clip, ffmpeg).await?;
    }
    if let Some(file) = missing_file(&part) {
        return Err(Error::Incomplete { file });
    }
    fs::rename(&part, folder).map_err(Error::folder("rename the finished media to", folder))
}

async fn make_clip(folder: &Path, clip: &Clip, ffmpeg: &Path) -> Result<()> {
    for variant in ["180p", "720p"] {
        let variant = folder.join("hls").join(variant);
        fs::create_dir_all(&variant).map_err(Error::folder("make the folder", &variant))?;
    }
    let told = folder.join(CHAPTERS);
    fs::write(&told, clip.told()).map_err(Error::folder("write", &told))?;
    for arguments in clip.ffmpeg_runs() {
        let output = run_ffmpeg(ffmpeg, folder, arguments).await?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            let skipped = text.chars().count().saturating_sub(STDERR_CHARS_MAX);
            let stderr = text.trim_end().chars().skip(skipped).collect();
            return Err(Error::FfmpegFailed { clip: clip.name, status: output.status, stderr });
        }
    }
    Ok(())
}

/// Runs ffmpeg in a folder to its end; it dies with the caller.
async fn run_ffmpeg(ffmpeg: &Path, folder: &Path, arguments: Vec<String>) -> Result<Output> {
    #[expect(
        clippy::disallowed_methods,
        reason = "fixtures are made before there is a server with a process runner"
    )]
    let mut command = tokio::process::Command::new(ffmpeg);
    command.args(recipe::words(FFMPEG_ALWAYS)).args(arguments).current_dir(folder).kill_on_drop(true);
    command.output().await.map_err(|source| Error::FfmpegMissing { program: ffmpeg.to_path_buf(), source })
}
