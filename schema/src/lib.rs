//! The words of Mediary: ids, values and kinds of work of every concern.
//!
//! Guarantees: nothing here does I/O, is async or knows a framework; whatever derives serde is a
//! promise, since it is stored in events. The text form of an id is `<kind>-<uuid>` everywhere,
//! from the event to the page.
//!
//! To add a concern: one file named after it, and one `mod` line here.

pub mod account;
pub mod address;
pub mod bot;
pub mod bounded;
pub mod capability;
pub mod check;
pub mod clock;
pub mod collection;
pub mod cookies;
pub mod delivery;
pub mod download;
pub mod failure;
pub mod file;
pub mod id;
pub mod identity;
pub mod item;
pub mod job;
pub mod lane;
pub mod layout;
pub mod log;
pub mod media;
pub mod notification;
pub mod plan;
pub mod playlist;
pub mod preview;
pub mod profile;
pub mod project;
pub mod reaction;
pub mod redact;
pub mod root;
pub mod schedule;
pub mod scope;
pub mod secret;
pub mod setting;
pub mod several;
pub mod site;
pub mod subject;
pub mod telemetry;
pub mod template;
pub mod ticket;
pub mod transcode;
pub mod watch;
pub mod worker;

pub use account::SessionId;
pub use address::{Address, UrlRefused, VideoOfList};
pub use check::{CheckId, IncidentId, RunId};
pub use clock::{Clock, IdSource, Timestamp};
pub use collection::{CollectionEntryId, CollectionId};
pub use delivery::DeliveryId;
pub use download::DownloadId;
pub use failure::{FailureClass, Retry};
pub use file::FileId;
pub use id::{
    AttemptId, CommandId, CorrelationId, EventId, HostId, IncarnationId, ItemId, JobId, ParseIdError,
    PrincipalId, ProbeId, ProjectId, ReactionId, ReservationId, SettingId, TokenId, WorkerId,
};
pub use identity::{Identities, IdentityKey, Namesakes};
pub use notification::NotificationId;
pub use plan::{PlanId, UndoId};
pub use playlist::{EntryId, PlaylistId};
pub use root::RootId;
pub use schedule::ScheduleId;
pub use secret::{DataKeyId, MasterKeyId, SealedId, Secret, SecretId};
pub use several::{Several, SeveralError};
pub use subject::{NAME_BYTES_MAX, ParseSubjectError, Subject, is_word};
pub use template::TemplateVersion;
pub use ticket::{Label, Priority, Ticket, Wait};

/// Whether a value is what stands there if nothing is said; it is then left out, so that a field which is
/// added later changes neither what was stored nor its fingerprint.
pub fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
