//! The HTTP server's parts: the page, the websocket, and the limits on what comes in.

mod fault;
pub mod limits;
pub mod page;
pub mod websocket;
