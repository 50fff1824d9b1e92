//! The HTTP server's parts: the routes, the page, the websocket, and the limits on what comes in.

mod app;
mod archive;
mod backup;
mod browser;
mod compression;
pub mod connections;
mod export;
mod fault;
pub(crate) mod files;
mod graphql;
pub mod limits;
pub(crate) mod operation;
pub mod page;
mod path;
mod peer;
pub(crate) mod ping;
mod replay;
pub(crate) mod run_hook;
mod shares;
mod spawn;
mod status;
pub mod websocket;
mod writing;

pub use app::{App, Readiness};
pub(crate) use browser::Attempts;
pub use files::{KeptFiles, Opened};
use path::path_part;
pub use peer::Proxies;
pub use replay::ReplayApp;
pub(crate) use spawn::spawn_blocking;
