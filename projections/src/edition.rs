//! Which file of a view is meant: a version of its fold, and how often that was built anew.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A file of a view. Its text form is `3`, or `3.1` once version 3 was built anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edition {
    /// The version of the fold and its tables.
    pub version: u32,
    /// How often it was built anew before.
    pub build: u32,
}

impl Edition {
    /// The first file of a version.
    pub(crate) const fn first(version: u32) -> Self {
        Self { version, build: 0 }
    }

    /// Where it is among the files of the views.
    pub(crate) fn path(self, view: &str, directory: &Path) -> PathBuf {
        directory.join(format!("{view}-v{self}.{EXTENSION}"))
    }

    /// The edition that a file of a view is, if it is one.
    pub(crate) fn of_path(view: &str, path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_suffix(EXTENSION)?.strip_suffix('.')?;
        name.strip_prefix(view)?.strip_prefix("-v")?.parse().ok()
    }
}

const EXTENSION: &str = "sqlite";

/// The answer to a text that names no edition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no version of a view; `mediary view list` shows those that are there")]
pub struct ParseEditionError {
    text: String,
}

impl fmt::Display for Edition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.build {
            0 => write!(formatter, "{}", self.version),
            build => write!(formatter, "{}.{build}", self.version),
        }
    }
}

impl FromStr for Edition {
    type Err = ParseEditionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (version, build) = text.split_once('.').unwrap_or((text, "0"));
        let parsed = version.parse().ok().zip(build.parse().ok());
        let edition = parsed.map(|(version, build)| Self { version, build });
        // Written back, since a sign and zeros in front are parsed, too.
        edition
            .filter(|edition| edition.to_string() == text)
            .ok_or_else(|| ParseEditionError { text: text.to_owned() })
    }
}

impl Serialize for Edition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Edition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_is_found_by_the_name_of_its_file_and_by_its_text() {
        let directory = Path::new("views");
        for (version, build, name) in [(3, 0, "job-v3.sqlite"), (3, 1, "job-v3.1.sqlite")] {
            let edition = Edition { version, build };
            assert_eq!(edition.path("job", directory), directory.join(name));
            assert_eq!(Edition::of_path("job", &directory.join(name)), Some(edition));
            assert_eq!(edition.to_string().parse(), Ok(edition));
        }
        for other in ["job-v3.sqlite-wal", "job-v3.txt", "job-3.sqlite", "jobs-v3.sqlite", "job-v+3.sqlite"] {
            assert_eq!(Edition::of_path("job", &directory.join(other)), None, "{other}");
        }
        for other in ["", "3.0", "03", "3.", ".1", "-3", "3.1.1", "latest"] {
            let error = other.parse::<Edition>().unwrap_err();
            assert!(error.to_string().ends_with("`mediary view list` shows those that are there"), "{error}");
        }
    }
}
