//! Stories: what is asked, as appends of several streams, and the table of all concerns.
//!
//! To add a concern: a file with its entry, and one line in [`REGISTRY`].

pub mod account;
pub mod bot;
pub mod check;
pub mod collection;
pub mod delivery;
pub mod download;
pub mod file;
pub mod job;
pub mod lane;
pub mod log;
pub mod notification;
pub mod plan;
pub mod playlist;
pub mod preview;
pub mod profile;
pub mod project;
pub mod reaction;
pub mod root;
pub mod schedule;
pub mod secret;
pub mod setting;
pub mod template;
#[cfg(test)]
mod tests;
pub mod transcode;
pub mod watch;
pub mod worker;

use mediary_events::{Concern as _, codec, command::Commands, reservation::Reservation};
use mediary_schema::account::Permission;

use crate::gate::{Entry, Fanout, Registry, asks_nothing};

pub use job::{cancel, end, fence, give_back, lose, moment_came, open, open_job, pause, resume, strand};

/// Every concern.
pub const REGISTRY: Registry = Registry::new(&[
    playlist::ENTRY,
    download::ENTRY,
    job::ENTRY,
    lane::ENTRY,
    template::ENTRY,
    profile::ENTRY,
    watch::ENTRY,
    file::ENTRY,
    root::ENTRY,
    worker::ENTRY,
    reaction::ENTRY,
    Entry {
        name: Commands::NAME,
        events: Commands::EVENTS,
        retired: Commands::RETIRED,
        redact: codec::redacted::<Commands>,
        commands: &[],
        decode: asks_nothing,
        read: Permission::AUDIT,
        fanout: Fanout::EnvelopeOnly,
        work: &[],
    },
    Entry {
        name: Reservation::NAME,
        events: Reservation::EVENTS,
        retired: Reservation::RETIRED,
        redact: codec::redacted::<Reservation>,
        commands: &[],
        decode: asks_nothing,
        read: Permission::READ,
        fanout: Fanout::Whole,
        work: &[],
    },
    setting::ENTRY,
    project::ENTRY,
    account::ENTRY,
    log::ENTRY,
    schedule::ENTRY,
    bot::ENTRY,
    secret::ENTRY,
    plan::ENTRY,
    collection::ENTRY,
    notification::ENTRY,
    delivery::ENTRY,
    preview::ENTRY,
    check::ENTRY,
    transcode::ENTRY,
]);
