//! A type for every id, so that two of them can't be confused.
//!
//! Ids of things that happen are UUIDv7 from an [`crate::IdSource`]; where the key *is* the thing
//! (an item, a playlist) the id is derived from it by [`crate::Identities`], as `UUIDv8`: each kind
//! says within what it is derived, and so where it is one of a kind.

use uuid::Uuid;

use crate::project;

/// The answer to a text that is not an id of the asked kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {article} {kind} id such as {kind}-01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct ParseIdError {
    text: String,
    kind: &'static str,
    article: &'static str,
}

impl ParseIdError {
    /// A text that is no id of this kind.
    pub(crate) fn of(text: &str, kind: &'static str) -> Self {
        let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        Self { text: text.to_owned(), kind, article }
    }
}

/// Declares ids, each with its kind: the word before the dash in its text form.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(uuid::Uuid);

        impl From<$name> for $crate::Subject {
            fn from(id: $name) -> Self {
                Self::new($kind, id.0)
            }
        }

        impl $name {
            /// The word before the dash in the text form.
            pub const KIND: &'static str = $kind;

            /// Wraps a UUID that is known to belong to this kind.
            pub const fn from_uuid(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID.
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}-{}", $kind, self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, formatter)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ParseIdError;

            /// Accepts `<kind>-<uuid>` and the bare UUID.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let bare = text.strip_prefix(concat!($kind, "-")).unwrap_or(text);
                uuid::Uuid::parse_str(bare).map(Self).map_err(|_| $crate::ParseIdError::of(text, $kind))
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": concat!("^(", $kind, "-)?[0-9a-fA-F-]{36}$") })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}
pub(crate) use ids;

ids! {
    /// One recorded event.
    EventId = "event";
    /// One command as its sender names it; the same id sent twice is the same command. That of a reaction is derived
    /// from its cause and step.
    CommandId = "command";
    /// One story: everything that came of one act; equal to the W3C trace id.
    CorrelationId = "story";
    /// Who: a person, a schedule or the platform itself.
    PrincipalId = "principal";
    /// Whose: what a person sees belongs to a project.
    ProjectId = "project";
    /// A credential of a principal: derived from the command that made it.
    TokenId = "token";
    /// A piece of media at its source: derived from the project, the extractor and its id; where such an id counts
    /// within its list only, from the playlist, too.
    ItemId = "item";
    /// A piece of long work: derived from the command that opened it.
    JobId = "job";
    /// One try at a job; it fences everything that the try does.
    AttemptId = "attempt";
    /// One look at a program or at something else outside, such as which version of it is there.
    ProbeId = "probe";
    /// A machine that does long work; the one inside the server is derived, one per installation.
    WorkerId = "worker";
    /// A machine that the log was opened on: derived from what that machine calls itself.
    HostId = "host";
    /// One life of a worker, from its start to its end.
    IncarnationId = "incarnation";
    /// A temporary claim on a name, such as the open job for a key: derived from the project and the name.
    ReservationId = "reservation";
    /// What one concern's event leads to in another.
    ReactionId = "reaction";
    /// The settings of one project.
    SettingId = "setting";
}

impl ProjectId {
    /// The project of a single user.
    pub const HOME: Self = Self(Uuid::from_u128(0x686f_6d65_0000_8000_8000_0000_0000_0000));

    /// The word for this project in NATS subjects: `home`, or the bare UUID.
    pub fn token(self) -> String {
        if self == Self::HOME { project::HOME.to_owned() } else { self.0.to_string() }
    }

    /// The project whose word this is.
    pub fn from_token(token: &str) -> Option<Self> {
        if token == project::HOME { Some(Self::HOME) } else { Uuid::parse_str(token).ok().map(Self) }
    }
}

impl PrincipalId {
    /// The platform itself: recovery at start, schedules of its own.
    pub const PLATFORM: Self = Self(Uuid::from_u128(0x706c_6174_666f_8000_8000_0000_0000_0000));
    /// Whoever owns the data folder.
    pub const OWNER: Self = Self(Uuid::from_u128(0x6f77_6e65_7200_8000_8000_0000_0000_0000));
}

impl ReactionId {
    /// Derives the id from the reaction's stored name: the same in every installation, since the name is a word of
    /// this program and confirms nothing.
    pub fn from_name(name: &str) -> Self {
        let hash = blake3::derive_key("mediary 2 reaction", name.as_bytes());
        let bytes = hash.first_chunk().expect("32 bytes begin with 16");
        Self(uuid::Builder::from_custom_bytes(*bytes).into_uuid())
    }
}

impl SettingId {
    /// The settings of a project: the same UUID.
    pub const fn from_project(project: ProjectId) -> Self {
        Self(project.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_and_names_the_kind() {
        let id = ItemId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse::<ItemId>(), Ok(id));
        assert_eq!(id.uuid().to_string().parse::<ItemId>(), Ok(id));
        assert!(id.to_string().starts_with("item-"));
    }

    #[test]
    fn another_kind_is_refused_with_an_example() {
        let error = "job-01890a5d-ac96-774b-bcce-b302099a8057".parse::<ItemId>().unwrap_err();
        assert!(error.to_string().contains("is not an item id such as item-"), "{error}");
    }
}
