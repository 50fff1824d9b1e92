//! Looks through folders on this machine, without a server: what lies there, whether it is whole, and what could become of it.

use std::{
    io,
    path::{Path, PathBuf},
};

use futures::{StreamExt as _, stream};
use mediary_schema::{
    IdSource, ProbeId,
    file::Oddity,
    job::Failure,
    media::{Medium, is_medium},
    profile::Rules,
};

use super::what_if::{Outlook, Sampler};
use crate::{ffmpeg::Ffmpeg, process::Assignment};

/// Looks through folders.
#[derive(Debug, Clone)]
pub struct Survey {
    ffmpeg: Ffmpeg,
    ids: IdSource,
    at_once: usize,
}

/// How a file was found that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The file.
    pub path: PathBuf,
    /// What is unusual about it, or why it is bad.
    pub found: Result<Vec<Oddity>, Failure>,
}

/// How deep folders are looked into.
const DEPTH_MAX: u32 = 64;

/// The media files at a path, or below it if that is a folder, by their names: no link is followed, and nothing whose name
/// begins with a point is looked at. Blocks.
pub fn media_below(path: &Path) -> io::Result<Vec<PathBuf>> {
    let facts = path.metadata()?;
    if facts.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    walk(path, DEPTH_MAX, &mut found)?;
    found.sort();
    Ok(found)
}

fn walk(folder: &Path, depth: u32, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        let (kind, name) = (entry.file_type()?, entry.file_name());
        let name = name.to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() && depth > 0 {
            walk(&entry.path(), depth - 1, found)?;
        } else if kind.is_file() && is_medium(&name) {
            found.push(entry.path());
        }
    }
    Ok(())
}

impl Survey {
    /// One that looks at so many files at once.
    pub const fn new(ffmpeg: Ffmpeg, ids: IdSource, at_once: usize) -> Self {
        Self { ffmpeg, ids, at_once }
    }

    /// What each of these is; `each` is told as soon as it is known, in no order.
    pub async fn describe(
        &self,
        paths: impl IntoIterator<Item = PathBuf>,
        mut each: impl FnMut(PathBuf, Result<Medium, Failure>),
    ) {
        let one = |path: PathBuf| async move {
            let described = self.ffmpeg.describe(&path, &self.probe()).await;
            (path, described)
        };
        let mut all = stream::iter(paths).map(one).buffer_unordered(self.at_once);
        while let Some((path, described)) = all.next().await {
            each(path, described);
        }
    }

    /// How each of these is: all of its packets are read, and decoded if `is_full`.
    pub async fn examine(
        &self,
        paths: impl IntoIterator<Item = PathBuf>,
        is_full: bool,
        mut each: impl FnMut(Health),
    ) {
        let one = |path: PathBuf| async move {
            let found = self.ffmpeg.health(&path, is_full, &self.probe()).await;
            Health { path, found }
        };
        let mut all = stream::iter(paths).map(one).buffer_unordered(self.at_once);
        while let Some(health) = all.next().await {
            each(health);
        }
    }

    /// What would become of each of these by rules, one after the other, as an encoder takes the whole machine; samples lie
    /// in `folder`. `each` is told as soon as it is known. With `is_measured`, or if the
    /// rules say how alike pictures are to look, also how alike they would.
    pub async fn foresee(
        &self,
        paths: impl IntoIterator<Item = PathBuf>,
        rules: &Rules,
        folder: &Path,
        is_measured: bool,
        mut each: impl FnMut(PathBuf, Result<Outlook, Failure>),
    ) -> Result<(), Failure> {
        let is_measured = is_measured || rules.video.as_ref().is_some_and(|rule| rule.vmaf_min.is_some());
        let measure = if is_measured { self.ffmpeg.best_measure(&self.probe()).await? } else { None };
        for path in paths {
            let assignment = self.probe();
            let sampler = Sampler { ffmpeg: &self.ffmpeg, folder, assignment: &assignment, measure };
            let foreseen = sampler.foresee(&path, rules).await;
            each(path, foreseen);
        }
        Ok(())
    }

    fn probe(&self) -> Assignment {
        Assignment::unkept(ProbeId::from_uuid(self.ids.next()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn media_are_found_below_a_folder_and_nothing_that_is_hidden_or_linked() {
        let folder = tempfile::tempdir().unwrap();
        let at = |way: &str| folder.path().join(way);
        fs::create_dir_all(at("Films/.trash")).unwrap();
        for way in ["b.mkv", "Films/a.MP4", "Films/a.nfo", "Films/.trash/old.mkv", ".hidden.mkv"] {
            fs::write(at(way), "x").unwrap();
        }
        std::os::unix::fs::symlink(at("b.mkv"), at("link.mkv")).unwrap();
        assert_eq!(media_below(folder.path()).unwrap(), [at("Films/a.MP4"), at("b.mkv")]);
        assert_eq!(
            media_below(&at("Films/a.nfo")).unwrap(),
            [at("Films/a.nfo")],
            "who names a file means it"
        );
        assert!(media_below(&at("nowhere")).is_err());
    }
}
