//! The edge of Mediary: the HTTP server, GraphQL and the page.
//!
//! Guarantees: nothing here decides anything or calls an actor; what comes in is bounded in size,
//! depth, time and number before a resolver sees it.

pub mod server;
