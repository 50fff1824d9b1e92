//! What an installation offers at all, whoever asks: in public mode less than somebody at home has (SE-12).

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that an installation may offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Capability {
    /// The server's own disks: kept files are handed out, and its folders named as places of files.
    LocalFiles,
}

impl Capability {
    /// Every one.
    pub const ALL: &[Self] = &[Self::LocalFiles];

    /// Its name, as contracts and pages have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LocalFiles => "LOCAL_FILES",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::LocalFiles => "files of the server's own disks",
        })
    }
}

/// What an installation offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    is_public: bool,
}

impl Capabilities {
    /// Everything: at home.
    pub const ALL: Self = Self { is_public: false };

    /// What is offered to a public, or at home.
    pub const fn of(is_public: bool) -> Self {
        Self { is_public }
    }

    /// Whether something is among it.
    pub const fn has(self, capability: Capability) -> bool {
        match capability {
            Capability::LocalFiles => !self.is_public,
        }
    }

    /// The names of all of it.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Capability::ALL.iter().filter(move |one| self.has(**one)).map(|one| one.name())
    }
}

impl Default for Capabilities {
    fn default() -> Self {
        Self::ALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // SE-12.
    #[test]
    fn a_public_is_offered_less_than_a_home() {
        assert_eq!(Capabilities::default().names().collect::<Vec<_>>(), ["LOCAL_FILES"]);
        assert_eq!(Capabilities::of(true).names().count(), 0);
        assert_eq!(serde_json::to_value(Capability::LocalFiles).unwrap(), Capability::LocalFiles.name());
    }
}
