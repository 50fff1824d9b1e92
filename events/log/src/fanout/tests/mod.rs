//! The relay before real servers: every test that needs one runs with each `nats-server` that is found,
//! the project's own and the system's (Debian's 2.9.10 is the oldest that is supported).

mod again;
mod erasing;
mod message;
mod nats;
mod options;
mod proxy;
mod refusals;
mod server;
mod support;
