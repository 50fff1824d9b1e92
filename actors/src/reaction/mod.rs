//! Reactions: where one concern's event leads to another concern's command (PL-34). Only here do two
//! concerns meet.
//!
//! Guarantees: each reaction is a child of its own, and its place is a fact: in the append of what follows
//! from a cause stands how far the cause is handled, so that nothing follows twice and nothing is left out,
//! whatever cache is lost. What follows is decided on the state as of the cause. A cause that can't be
//! handled is parked: it and the later ones of its stream wait, for this reaction only.
//!
//! What a reaction is, [`mediary_log::gate::Reaction`] says: a dry run tells it without an actor.
//!
//! To add a reaction: one file named after event and command, and its place in the entry of the concern whose command it
//! leads to.

mod actor;
mod download_completed_to_transcode;
mod downloads_requested_to_request;
mod entry_live_status_changed_to_resume;
mod events_to_notices;
mod reacted;
#[cfg(test)]
mod tests;

pub use actor::{Reactor, ReactorArguments};
pub use download_completed_to_transcode::DownloadCompletedToTranscode;
pub use downloads_requested_to_request::DownloadsRequestedToRequest;
pub use entry_live_status_changed_to_resume::EntryLiveStatusChangedToResume;
pub use events_to_notices::EventsToNotices;
pub use reacted::Reacted;
