//! The binary's parts: command line, configuration, wiring.
//!
//! The supervision tree is one file that reads like a table: `tree.rs`.

// The roots of the API are merged, one within the other: each concern is some levels of a future.
#![recursion_limit = "256"]

mod answers;
mod client;
pub mod commands;
pub mod configuration;
pub mod demo;
pub mod doctor;
pub mod environment;
pub mod exit;
mod output;
pub mod serve;
mod spawn;
pub mod telemetry;
mod tree;

/// Says something to the person at the terminal.
#[expect(clippy::print_stderr, reason = "stdout is data, stderr everything else")]
fn say(text: &str) {
    eprintln!("{text}");
}

/// Says who does TLS in this process; must be called before anything asks for a client.
pub fn provide_tls() {
    // A second call finds the first one's provider, which is the same.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::debug!("TLS was provided before");
    }
}
