//! The HTTP server's parts: the websocket.

pub mod websocket;
