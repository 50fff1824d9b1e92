//! Things by their kind: what events, work and people point at.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The longest stored name of a concern, a kind or an event.
pub const NAME_BYTES_MAX: usize = 64;

/// Whether a text can be a stored name: lower-case ASCII letters, digits and `_`.
pub fn is_word(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

/// A thing that something is about: an opaque id with its kind. Its text form is `<kind>-<uuid>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// The kind: a stored name, mostly that of a concern.
    pub kind: Cow<'static, str>,
    /// The thing.
    pub id: Uuid,
}

impl Subject {
    /// A thing of a kind.
    pub fn new(kind: impl Into<Cow<'static, str>>, id: Uuid) -> Self {
        Self { kind: kind.into(), id }
    }

    /// Where it is shown: a path on the server.
    pub fn link(&self) -> String {
        format!("/{}/{self}", self.kind)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.kind, self.id)
    }
}

/// The answer to a text that is not the id of a thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the id of a thing such as item-01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct ParseSubjectError {
    text: String,
}

impl FromStr for Subject {
    type Err = ParseSubjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ParseSubjectError { text: text.to_owned() };
        let (kind, id) = text.split_once('-').filter(|(kind, _)| is_word(kind)).ok_or_else(refused)?;
        let id = Uuid::parse_str(id).map_err(|_| refused())?;
        Ok(Self::new(kind.to_owned(), id))
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_has_one_text() {
        let thing = Subject::new("item", Uuid::from_u128(7));
        assert_eq!(thing.to_string().parse::<Subject>(), Ok(thing));
        for text in ["", "item", "Item-00000000-0000-0000-0000-000000000007", "item-7"] {
            assert!(text.parse::<Subject>().is_err(), "{text}");
        }
    }
}
