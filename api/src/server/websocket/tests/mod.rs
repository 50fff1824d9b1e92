//! The websocket against a real server and a real client, by TCP.

mod cap;
mod close;
mod harness;
mod operation;
