//! The edge of Mediary: the HTTP server, GraphQL and the page.
//!
//! Guarantees: nothing here decides anything or calls an actor; what comes in is bounded in size,
//! depth, time and number before a resolver sees it.
//!
//! To add a concern: a folder named after it with the roles `object query mutation subscription`, and
//! one member of each merged root in [`schema`].

mod account;
mod asking;
mod changes;
mod connection;
mod download;
mod dry_run;
mod error;
mod event;
mod file;
mod job;
mod loader;
mod log;
mod playlist;
mod project;
mod reaction;
mod reservation;
mod resolve;
pub mod scalar;
pub mod schema;
pub mod server;
pub mod session;
mod setting;
mod view;
pub mod worker;

pub use schema::{MediarySchema, Parts, Platform, build, sdl};
pub use server::{App, Readiness, connections, limits, websocket};
