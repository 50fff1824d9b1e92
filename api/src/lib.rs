//! The edge of Mediary: the HTTP server, GraphQL and the page.
//!
//! Guarantees: nothing here decides anything or calls an actor; what comes in is bounded in size,
//! depth, time and number before a resolver sees it.
//!
//! To add a concern: a folder named after it with the roles `entry object query mutation subscription explain`, and
//! its word in the list of [`schema`].

// The roots of the schema lie one in the other, a level for each concern, and so do the futures of a query.
#![recursion_limit = "256"]

mod account;
mod as_of;
mod asking;
mod bot;
mod changes;
mod check;
mod choice;
mod collection;
mod connection;
mod delivery;
mod download;
mod dry_run;
mod entry;
mod error;
mod event;
mod file;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod job;
mod lane;
mod loader;
mod log;
mod node;
mod nothing;
mod notification;
mod plan;
mod playlist;
mod preview;
mod profile;
mod project;
mod reaction;
mod reservation;
mod resolve;
mod root;
pub mod scalar;
mod schedule;
pub mod schema;
mod secret;
pub mod server;
pub mod session;
mod setting;
mod sorting;
mod telemetry;
mod template;
mod transcode;
mod view;
mod watch;
pub mod worker;

pub use as_of::Ending;
pub use check::add_of as check_of;
pub use entry::views;
pub use schema::{MediarySchema, Outputs, Parts, Platform, Queue, build, build_replay, sdl};
pub use server::{App, KeptFiles, Opened, Proxies, Readiness, ReplayApp, connections, limits, websocket};
