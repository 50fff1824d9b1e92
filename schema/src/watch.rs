//! Values of the kernel part `watch`: folders from which files are taken that others put there, and the work of taking one (TR-02).

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    FileId, RootId,
    file::{Stamp, is_put_away},
    id::ids,
    media::is_medium,
    profile::ProfileName,
    transcode::Replace,
};

ids! {
    /// A folder from which files are taken: derived from the command that asked for it.
    WatchId = "watch";
}

/// From where files are taken, which, and what becomes of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Watch {
    /// The root in which the folder lies.
    pub root_id: RootId,
    /// The way to it from there, with `/` between folders; empty for the root itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub way: String,
    /// By which profile a file is made of each.
    pub profile: ProfileName,
    /// Which.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub which: Which,
    /// How what is made gets the place of what it is made of, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace: Option<Replace>,
}

impl Watch {
    /// The path below the root of what lies on this way below the folder.
    pub fn path_of(&self, way: &str) -> String {
        match self.way.as_str() {
            "" => way.to_owned(),
            folder => format!("{folder}/{way}"),
        }
    }

    /// The folder as people are told it, by the name of its root.
    pub fn called(&self, root: &str) -> String {
        match self.way.as_str() {
            "" => root.to_owned(),
            way => format!("{root}/{way}"),
        }
    }
}

/// Which files of a folder are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Which {
    /// Patterns of names, as `*.mkv`, of which one has to fit; where there are none, what ends as a medium does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// As many bytes at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_min: Option<u64>,
    /// As many bytes at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_max: Option<u64>,
    /// In how many folders within each other below it they may lie: 0 is the folder itself; all if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth_max: Option<u32>,
    /// For how many seconds a file has to be as it is: who writes one pauses.
    pub settle_s: u32,
}

impl Default for Which {
    fn default() -> Self {
        Self { names: vec![], bytes_min: None, bytes_max: None, depth_max: None, settle_s: Self::SETTLE_S }
    }
}

/// Why nobody could say by it which files are taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadWhich {
    /// More patterns than anybody can oversee.
    #[error("{count} patterns are too many: there may be {}", Which::NAMES_MAX)]
    TooManyNames {
        /// How many there are.
        count: usize,
    },
    /// A pattern that can't be read.
    #[error("{pattern:?} is no pattern of names: {reason}")]
    BadName {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file can't have to settle that long.
    #[error("a file may have to be as it is for {} seconds at most", Which::SETTLE_S_MAX)]
    SettlesTooLong,
    /// No file is that large, and no larger.
    #[error("no file has {bytes_min} bytes at least and {bytes_max} at most")]
    NoSize {
        /// The least.
        bytes_min: u64,
        /// The most.
        bytes_max: u64,
    },
}

impl Which {
    /// How long a file has to be as it is where nobody says so.
    pub const SETTLE_S: u32 = 60;
    /// The longest that it may have to: a day.
    pub const SETTLE_S_MAX: u32 = 24 * 60 * 60;
    /// Patterns of one watch.
    pub const NAMES_MAX: usize = 50;

    /// The same, ready to be asked of many files.
    pub fn chooser(&self) -> Result<Chooser, BadWhich> {
        if self.names.len() > Self::NAMES_MAX {
            return Err(BadWhich::TooManyNames { count: self.names.len() });
        }
        if self.settle_s > Self::SETTLE_S_MAX {
            return Err(BadWhich::SettlesTooLong);
        }
        if let (Some(bytes_min), Some(bytes_max)) = (self.bytes_min, self.bytes_max)
            && bytes_min > bytes_max
        {
            return Err(BadWhich::NoSize { bytes_min, bytes_max });
        }
        let mut names = GlobSetBuilder::new();
        for pattern in &self.names {
            let bad = |error: globset::Error| BadWhich::BadName {
                pattern: pattern.clone(),
                reason: error.kind().to_string(),
            };
            // Cameras write endings in capitals.
            names.add(GlobBuilder::new(pattern).case_insensitive(true).build().map_err(bad)?);
        }
        let names = names.build().map_err(|error| BadWhich::BadName {
            pattern: self.names.join(" "),
            reason: error.to_string(),
        })?;
        Ok(Chooser { which: self.clone(), names })
    }
}

/// Says of files whether they are taken.
#[derive(Debug, Clone)]
pub struct Chooser {
    which: Which,
    names: GlobSet,
}

impl Chooser {
    /// Whether a file is one of those, by the way to it below the folder, with `/` between folders, and its size in bytes.
    ///
    /// What is hidden, and what programs call what they have not finished, is none.
    pub fn takes(&self, way: &str, size_bytes: u64) -> bool {
        let Which { bytes_min, bytes_max, depth_max, .. } = self.which;
        let depth = way.matches('/').count();
        let name = way.rsplit_once('/').map_or(way, |(_, name)| name);
        let is_named = if self.which.names.is_empty() { is_medium(name) } else { self.names.is_match(name) };
        is_named
            && !way.split('/').any(is_put_away)
            && !is_unfinished(way)
            && bytes_min.is_none_or(|least| least <= size_bytes)
            && bytes_max.is_none_or(|most| size_bytes <= most)
            && depth_max.is_none_or(|most| u32::try_from(depth).is_ok_and(|depth| depth <= most))
    }

    /// For how many seconds a file has to be as it is.
    pub const fn settle_s(&self) -> u32 {
        self.which.settle_s
    }
}

/// Whether a file has the name of one that somebody still writes.
fn is_unfinished(way: &str) -> bool {
    // Of browsers and download managers.
    const ENDINGS: [&str; 7] = [".part", ".partial", ".crdownload", ".tmp", ".temp", ".download", ".!ut"];
    ENDINGS.iter().any(|ending| way.to_ascii_lowercase().ends_with(ending))
}

/// The work of taking a file: its bytes are read and proved, it is recorded as a kept one, and one is made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdoptFile {
    /// By which watch.
    pub watch_id: WatchId,
    /// The file that it becomes.
    pub file_id: FileId,
    /// The root in which it lies.
    pub root_id: RootId,
    /// Where, below that.
    pub path: String,
    /// What its file system said of it when it had settled: what is otherwise by then is not taken.
    pub stamp: Stamp,
    /// By which profile one is made of it.
    pub profile: ProfileName,
    /// How what is made gets its place, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace: Option<Replace>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(which: &Which) -> impl Fn(&str, u64) -> bool + use<> {
        let chooser = which.chooser().unwrap();
        move |way, bytes| chooser.takes(way, bytes)
    }

    #[test]
    fn media_are_taken_by_their_endings_and_what_is_unfinished_is_not() {
        let takes = takes(&Which::default());
        for way in ["film.mkv", "Holidays/day 1/C0001.MP4", "a.webm", "#Alive (2020).mkv", "$9.99/@home.mkv"]
        {
            assert!(takes(way, 5), "{way}");
        }
        for way in [
            "notes.txt",
            ".film.mkv",
            ".mediary/trash/film.mkv",
            "film.mkv.part",
            "film.mkv.crdownload",
            "@eaDir/film.mkv",
            "Shows/#recycle/film.mkv",
            "$Recycle.Bin/film.mkv",
            "film",
        ] {
            assert!(!takes(way, 5), "{way}");
        }
    }

    #[test]
    fn names_sizes_and_depths_choose() {
        let names = vec!["*.ts".to_owned(), "rec-??.mkv".to_owned()];
        let takes = takes(&Which {
            names,
            bytes_min: Some(10),
            bytes_max: Some(20),
            depth_max: Some(1),
            ..Which::default()
        });
        let told =
            ["a.TS", "x/a.ts", "x/y/a.ts", "rec-01.mkv", "rec-001.mkv", "a.mkv"].map(|way| takes(way, 10));
        assert_eq!(told, [true, true, false, true, false, false]);
        assert_eq!([9, 10, 20, 21].map(|bytes| takes("a.ts", bytes)), [false, true, true, false]);
    }

    #[test]
    fn what_says_nothing_is_refused() {
        let bad = |which: Which| which.chooser().map(drop).unwrap_err().to_string();
        let names =
            |pattern: &str, count| Which { names: vec![pattern.to_owned(); count], ..Which::default() };
        assert!(bad(names("[a", 1)).starts_with("\"[a\" is no pattern of names"));
        assert_eq!(bad(names("*", 51)), "51 patterns are too many: there may be 50");
        let (bytes_min, bytes_max) = (Some(2), Some(1));
        let size = Which { bytes_min, bytes_max, ..Which::default() };
        assert_eq!(bad(size), "no file has 2 bytes at least and 1 at most");
        let long = Which { settle_s: Which::SETTLE_S_MAX + 1, ..Which::default() };
        assert_eq!(bad(long), "a file may have to be as it is for 86400 seconds at most");
    }
}
