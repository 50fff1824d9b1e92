//! The HTTP server's parts: the websocket, and the limits on what comes in.

mod fault;
pub mod limits;
pub mod websocket;
