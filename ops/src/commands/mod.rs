//! The commands: one file for each concern, with its verbs and what it prints.
//!
//! Guarantees: stdout is data and stderr everything else; `--format json` prints one object or array
//! with the field names of the GraphQL schema, a connection as the array of its nodes; the process ends
//! as `docs/exit-codes.md` says.
//!
//! To add a concern: a file named after it with its `Verb` and a folder with its `entry` and its GraphQL documents, one
//! `.graphql` file each, which tests read against the schema; its line here and in `concerns`.

mod account;
mod arguments;
mod backup;
mod bot;
mod check;
mod collection;
mod concerns;
mod connection;
mod demo;
#[cfg(test)]
mod documents;
mod download;
mod entrance;
mod failure;
mod file;
mod given;
mod init;
mod intent;
mod job;
mod lane;
mod log;
mod moment;
mod named;
mod notification;
mod noun;
mod page;
mod parked;
mod part;
mod plan;
mod playlist;
mod preview;
mod project;
mod rehearse;
mod replay;
mod schedule;
mod scratch;
mod secret;
mod server;
mod setting;
mod setup;
mod shell;
mod telemetry;
mod template;
mod ticket;
mod top;
mod transcode;
mod view;
mod wait;
mod why;
mod worker;

pub use arguments::{misunderstood, words};
pub(crate) use concerns::CONCERNS;
pub use entrance::main;
