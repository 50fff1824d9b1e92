//! Reactions: where one concern's event leads to another concern's command (PL-34). Only here do two
//! concerns meet.
//!
//! Guarantees: a command that a reaction issues has an id derived from the causing event, so that a
//! repeat is the same command; cursors may lag.
//!
//! To add a reaction: one file named after event and command, one member of [`all`].

mod actor;
mod downloads_requested_to_request;

pub use actor::{Reaction, Reactor, ReactorArguments};
pub use downloads_requested_to_request::DownloadsRequestedToRequest;

use mediary_schema::job::RetryPolicy;

/// Every reaction.
pub fn all(retry: RetryPolicy) -> Vec<Box<dyn Reaction>> {
    vec![Box::new(DownloadsRequestedToRequest { retry })]
}
