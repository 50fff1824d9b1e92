//! A type for every id, so that two of them can't be confused.
//!
//! Ids of things that happen are UUIDv7 from an [`crate::IdSource`]; where the key *is* the thing
//! (an item, a playlist) the id is derived from it by UUIDv5.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The namespace of every derived id: UUIDv5 of the DNS name space and `mediary`.
const NAMESPACE: Uuid = Uuid::from_u128(0x6d65_6469_6172_5950_8000_6d65_6469_6172);

/// The answer to a text that is not an id of the asked kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {article} {kind} id such as {kind}-01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct ParseIdError {
    text: String,
    kind: &'static str,
    article: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// The word before the dash in the text form.
            pub const KIND: &'static str = $kind;

            /// Wraps a UUID that is known to belong to this kind.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}-{}", $kind, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            /// Accepts `<kind>-<uuid>` and the bare UUID.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let bare = text.strip_prefix(concat!($kind, "-")).unwrap_or(text);
                Uuid::parse_str(bare).map(Self).map_err(|_| ParseIdError {
                    text: text.to_owned(),
                    kind: $kind,
                    article: if $kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" },
                })
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": concat!("^(", $kind, "-)?[0-9a-fA-F-]{36}$") })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// One recorded event.
    EventId = "event";
    /// One command as its sender names it; the same id sent twice is the same command.
    CommandId = "command";
    /// One story: everything that came of one act; equal to the W3C trace id.
    CorrelationId = "story";
    /// Who: a person, a schedule or the platform itself.
    PrincipalId = "principal";
    /// Whose: what a person sees belongs to a project.
    ProjectId = "project";
    /// A credential of a principal.
    TokenId = "token";
    /// A followed remote list.
    PlaylistId = "playlist";
    /// A row of a playlist.
    EntryId = "entry";
    /// A piece of media at its source.
    ItemId = "item";
    /// The keeping of one item; there is one per item.
    DownloadId = "download";
    /// A piece of long work.
    JobId = "job";
    /// One try at a job; it fences everything that the try does.
    AttemptId = "attempt";
    /// Bytes in the library.
    FileId = "file";
    /// A machine that does long work.
    WorkerId = "worker";
    /// A temporary claim on a name, such as the open job for a key.
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
        if self == Self::HOME { "home".to_owned() } else { self.0.to_string() }
    }
}

impl PrincipalId {
    /// The platform itself: recovery at start, schedules of its own.
    pub const PLATFORM: Self = Self(Uuid::from_u128(0x706c_6174_666f_8000_8000_0000_0000_0000));
    /// Whoever owns the data folder.
    pub const OWNER: Self = Self(Uuid::from_u128(0x6f77_6e65_7200_8000_8000_0000_0000_0000));
}

impl PlaylistId {
    /// The built-in list of single videos (LI-02).
    pub const UNLISTED: Self = Self(Uuid::from_u128(0x756e_6c69_7374_8000_8000_0000_0000_0000));

    /// Derives the id from the canonical URL, so that following again continues the stream.
    pub fn from_url(canonical: &url::Url) -> Self {
        Self(derive(&["playlist", canonical.as_str()]))
    }
}

impl EntryId {
    /// Derives the id of the `occurrence`-th row (from 1) that a playlist ever had of an item, so that a
    /// refresh repeated after a crash names the same rows.
    pub fn from_occurrence(playlist: PlaylistId, item: ItemId, occurrence: u32) -> Self {
        Self(derive(&["entry", &playlist.0.to_string(), &item.0.to_string(), &occurrence.to_string()]))
    }
}

impl ItemId {
    /// Derives the id from the extractor's key and the id that the extractor gives.
    pub fn from_source(extractor: &str, source_id: &str) -> Self {
        Self(derive(&["item", &extractor.to_lowercase(), source_id]))
    }
}

impl DownloadId {
    /// The one download of an item: the same UUID.
    pub const fn from_item(item: ItemId) -> Self {
        Self(item.0)
    }

    /// The item that this download keeps.
    pub const fn item(self) -> ItemId {
        ItemId(self.0)
    }
}

impl ReservationId {
    /// Derives the id from the reserved name.
    pub fn from_key(key: &str) -> Self {
        Self(derive(&["reservation", key]))
    }
}

impl ReactionId {
    /// Derives the id from the reaction's stored name.
    pub fn from_name(name: &str) -> Self {
        Self(derive(&["reaction", name]))
    }
}

impl SettingId {
    /// The settings of a project: the same UUID.
    pub const fn from_project(project: ProjectId) -> Self {
        Self(project.0)
    }
}

impl WorkerId {
    /// The worker inside the server of the log with this id.
    pub fn local(log_id: Uuid) -> Self {
        Self(derive(&["worker", &log_id.to_string()]))
    }
}

impl CommandId {
    /// Derives the id of the command that a reaction issues, so that a repeat is the same command.
    pub fn from_cause(cause: EventId, step: &str) -> Self {
        Self(derive(&["command", &cause.0.to_string(), step]))
    }
}

impl TokenId {
    /// Derives the id of the token that a command makes, so that the command repeated makes no second one.
    pub fn from_command(command: CommandId) -> Self {
        Self(derive(&["token", &command.0.to_string()]))
    }
}

impl FileId {
    /// Derives the id of the file that an attempt of a job makes, so that a finish repeated after a crash names the same file.
    pub fn from_job(job: JobId) -> Self {
        Self(derive(&["file", &job.0.to_string()]))
    }
}

impl JobId {
    /// Derives the id of the job that a command opens, so that the command repeated opens no second one.
    pub fn from_command(command: CommandId, step: &str) -> Self {
        Self(derive(&["job", &command.0.to_string(), step]))
    }
}

fn derive(parts: &[&str]) -> Uuid {
    // A unit separator, since none of the parts can contain a control character unescaped.
    Uuid::new_v5(&NAMESPACE, parts.join("\u{1f}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_and_names_the_kind() {
        let id = ItemId::from_source("Youtube", "abc");
        assert_eq!(id.to_string().parse::<ItemId>(), Ok(id));
        assert_eq!(id.uuid().to_string().parse::<ItemId>(), Ok(id));
        assert!(id.to_string().starts_with("item-"));
    }

    #[test]
    fn another_kind_is_refused_with_an_example() {
        let error = "job-01890a5d-ac96-774b-bcce-b302099a8057".parse::<ItemId>().unwrap_err();
        assert!(error.to_string().contains("is not an item id such as item-"), "{error}");
    }

    #[test]
    fn extractor_case_does_not_make_another_item() {
        assert_eq!(ItemId::from_source("Youtube", "a"), ItemId::from_source("youtube", "a"));
        assert_ne!(ItemId::from_source("youtube", "a"), ItemId::from_source("youtube", "A"));
    }
}
