//! The binary as people and scripts use it: real processes, a real server, the sample site.

mod auditing;
mod botting;
mod checking;
mod collecting;
mod deleting;
mod failing;
#[expect(clippy::unwrap_used, reason = "only test functions may by themselves (rust-clippy issue 13981)")]
mod harness;
mod keeping;
mod log;
mod main_job;
mod measuring;
mod naming;
mod notifying;
mod people;
mod planning;
mod previewing;
mod queueing;
mod rehearsing;
mod replaying;
mod scheduling;
mod secrets;
mod setting_up;
mod showing;
mod starting;
mod taking;
#[expect(clippy::unwrap_used, reason = "only test functions may by themselves (rust-clippy issue 13981)")]
mod terminal;
mod transcoding;
mod watching;
