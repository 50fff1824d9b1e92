//! The binary's parts: command line, configuration, wiring.
//!
//! The supervision tree is one file that reads like a table: `tree.rs`.

pub mod configuration;
pub mod demo;
pub mod environment;
pub mod serve;
mod spawn;
pub mod telemetry;
mod tree;

/// Says something to the person at the terminal.
#[expect(clippy::print_stderr, reason = "stdout is data, stderr everything else")]
fn say(text: &str) {
    eprintln!("{text}");
}
