//! Values of the kernel part `root`: the folders of a machine below which files lie.

use std::{collections::BTreeMap, fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::ids;

ids! {
    /// A folder below which files lie: derived from the command that registered it.
    RootId = "root";
}

impl RootId {
    /// The library that the server is configured with, wherever it lies: what is downloaded goes there.
    pub const LIBRARY: Self = Self::from_uuid(Uuid::from_u128(0x6c69_6272_6172_8000_8000_0000_0000_0000));
}

/// What a root is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RootKind {
    /// Files are kept there.
    #[default]
    Library,
    /// Others put files there.
    Watch,
}

impl RootKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Library, Self::Watch];

    /// The name in events, in the API and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Watch => "watch",
        }
    }
}

/// Whether the folder of a root is what was registered: the disk may be another, or away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// Nobody has looked yet.
    #[default]
    Unknown,
    /// It is.
    There,
    /// There is no such folder, or files were kept in it and none of them is there: its disk is not mounted, or it lies
    /// elsewhere.
    Away,
}

impl Standing {
    /// The state for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Unknown => "not looked at yet",
            Self::There => "there",
            Self::Away => "not there",
        }
    }
}

/// How it stands with each root that somebody looked at.
pub type Standings = BTreeMap<RootId, Standing>;

/// A folder by its absolute path, in one spelling: no `.` or `..`, no slash at its end.
///
/// What the path leads to, only the machine knows; by its letters it is decided which folder lies in which.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Folder(String);

/// The folder of the platform in a root: its unfinished files, its trash, its mark.
pub const OWN_FOLDER: &str = ".mediary";

impl Folder {
    /// The longest path in bytes: no common system takes a longer one at once.
    pub const BYTES_MAX: usize = 1_024;

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the folder itself.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The way from this folder to another that lies in it, with `/` between folders; empty for itself.
    pub fn way_to<'a>(&self, other: &'a Self) -> Option<&'a str> {
        let rest = other.0.strip_prefix(&self.0)?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Why a text is no folder that can be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a root is a folder by its whole path: it begins with a slash, has no `..` in it, and is neither the whole file \
     system nor a folder of Mediary's own"
)]
pub struct BadFolder;

impl FromStr for Folder {
    type Err = BadFolder;

    fn from_str(text: &str) -> Result<Self, BadFolder> {
        let parts: Vec<&str> = text
            .strip_prefix('/')
            .ok_or(BadFolder)?
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        let is_bad = |part: &&str| ["..", OWN_FOLDER].contains(part) || part.chars().any(char::is_control);
        if parts.is_empty() || parts.iter().any(is_bad) || text.len() > Self::BYTES_MAX {
            return Err(BadFolder);
        }
        Ok(Self(format!("/{}", parts.join("/"))))
    }
}

impl TryFrom<String> for Folder {
    type Error = BadFolder;

    fn try_from(text: String) -> Result<Self, BadFolder> {
        text.parse()
    }
}

impl From<Folder> for String {
    fn from(folder: Folder) -> Self {
        folder.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_spelling() {
        for (text, told) in
            [("/srv/media", "/srv/media"), ("/srv//media/", "/srv/media"), ("/srv/./media", "/srv/media")]
        {
            assert_eq!(text.parse::<Folder>().unwrap().as_str(), told);
        }
        let long = format!("/{}", "x".repeat(Folder::BYTES_MAX));
        for text in ["", "/", "//", "srv", "/srv/..", "/srv/../etc", "/srv/.mediary/trash", "/a\nb", &long] {
            assert_eq!(text.parse::<Folder>(), Err(BadFolder), "{text}");
        }
    }

    #[test]
    fn a_folder_lies_in_another_by_whole_names() {
        let folder = |text: &str| text.parse::<Folder>().unwrap();
        let media = folder("/srv/media");
        assert_eq!(media.way_to(&folder("/srv/media/in/new")), Some("in/new"));
        assert_eq!(media.way_to(&media), Some(""));
        assert_eq!(media.way_to(&folder("/srv/media2")), None);
        assert_eq!(media.way_to(&folder("/srv")), None);
    }
}
