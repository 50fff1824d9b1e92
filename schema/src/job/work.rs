use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::{Subject, is_word, lane::Lane};

/// A piece of long work: what is to be done, with all that it needs frozen in, and what everybody but its concern has
/// to know of it. Nobody else reads the task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Its kind.
    pub kind: WorkKind,
    /// The key by which the same work asked twice is one job (PL-26).
    pub key: String,
    /// What it is called, in words for people and without secrets: an address or a title.
    pub title: String,
    /// What it is done to. All that happens to its job is about it, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Subject>,
    /// Where it was asked for, from the whole to its part: a list and its row. Work of one list takes turns with other
    /// work as one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<Subject>,
    /// What it shares with other work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lanes: Vec<Lane>,
    /// What is to be done, as its concern wrote it; null once that is erased.
    pub task: Value,
}

impl Work {
    /// The task, for the concern that wrote it.
    pub fn task<T: DeserializeOwned>(&self) -> Result<T, NoTask> {
        T::deserialize(&self.task).map_err(|error| NoTask { kind: self.kind, reason: error.to_string() })
    }

    /// The first thing of a kind among what it is done to.
    pub fn subject(&self, kind: &str) -> Option<Uuid> {
        self.subjects.iter().find(|subject| subject.kind == kind).map(|subject| subject.id)
    }

    /// The same without addresses and titles: what is left can't be done any more.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self { title: String::new(), lanes: Vec::new(), task: Value::Null, ..self.clone() }
    }
}

/// The answer to work that can't be read as the task that it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the work is no {kind} that this program can do: {reason}")]
pub struct NoTask {
    kind: WorkKind,
    reason: String,
}

/// A kind of work, by its stored name: what limits are set for and workers offer. What there is to know of a kind, its
/// concern says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkKind {
    /// The name, filled up with zeros.
    name: [u8; Self::BYTES_MAX],
}

impl WorkKind {
    /// The longest name, in bytes.
    const BYTES_MAX: usize = 24;

    /// The kind of this name, which is a lower-case word.
    pub const fn new(name: &'static str) -> Self {
        assert!(!name.is_empty() && name.len() <= Self::BYTES_MAX, "a kind's name is a short word");
        let (mut held, mut at) = ([0; Self::BYTES_MAX], 0);
        while at < name.len() {
            held[at] = name.as_bytes()[at];
            at += 1;
        }
        Self { name: held }
    }

    /// The name in settings, metrics and on the command line.
    pub fn name(&self) -> &str {
        let length = self.name.iter().position(|byte| *byte == 0).unwrap_or(Self::BYTES_MAX);
        std::str::from_utf8(&self.name[..length]).expect("a kind is made of a word")
    }
}

/// The answer to a text that can't be the name of a kind of work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name:?} can't be a kind of work: that is a lower-case word of at most {} letters",
    WorkKind::BYTES_MAX
)]
pub struct ParseKindError {
    name: String,
}

impl FromStr for WorkKind {
    type Err = ParseKindError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        if !is_word(name) || name.len() > Self::BYTES_MAX {
            return Err(ParseKindError { name: name.to_owned() });
        }
        let mut held = [0; Self::BYTES_MAX];
        held[..name.len()].copy_from_slice(name.as_bytes());
        Ok(Self { name: held })
    }
}

impl fmt::Display for WorkKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Debug for WorkKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Serialize for WorkKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for WorkKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for WorkKind {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "WorkKind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[a-z0-9_]{1,24}$",
            "description": "A kind of work, such as `download`.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_a_short_word() {
        let kind = WorkKind::new("refresh");
        assert_eq!((kind.name(), "refresh".parse()), ("refresh", Ok(kind)));
        assert_eq!(serde_json::to_value(kind).unwrap(), "refresh");
        for name in ["", "Refresh", "a b", "a_name_that_is_much_too_long"] {
            assert!(name.parse::<WorkKind>().is_err(), "{name}");
        }
    }

    #[test]
    fn what_is_erased_can_not_be_done() {
        let work = Work {
            kind: WorkKind::new("say"),
            key: "say/7".to_owned(),
            title: "hello".to_owned(),
            subjects: vec![Subject::new("item", Uuid::from_u128(7))],
            within: vec![],
            lanes: vec![Lane::LibraryDisk],
            task: Value::from("hello"),
        };
        assert_eq!(work.task::<String>(), Ok("hello".to_owned()));
        let erased = work.redacted();
        assert!(erased.task::<String>().is_err());
        assert_eq!((erased.subject("item"), erased.key), (Some(Uuid::from_u128(7)), work.key));
    }
}
