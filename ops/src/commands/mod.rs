//! The commands: one file for each concern, with its verbs and what it prints.
//!
//! Guarantees: stdout is data and stderr everything else; `--format json` prints one object or array
//! with the field names of the GraphQL schema, a connection as the array of its nodes; the process ends
//! as `docs/exit-codes.md` says.
//!
//! To add a concern: a file named after it with a `Verb`, its line in `arguments` and `entrance`, and a folder with its
//! GraphQL documents, one `.graphql` file each, which tests read against the schema.

mod account;
mod arguments;
mod backup;
mod connection;
mod demo;
#[cfg(test)]
mod documents;
mod download;
mod entrance;
mod failure;
mod file;
mod job;
mod log;
mod moment;
mod named;
mod page;
mod parked;
mod part;
mod plan;
mod playlist;
mod project;
mod server;
mod setting;
mod shell;
mod view;
mod wait;
mod why;
mod worker;

pub use arguments::words;
pub use entrance::main;
