//! The doers: supervised actors that bring about effects and append what came of them.
//!
//! Guarantees: an actor pulls facts from the log by position, and its mailbox carries only "wake",
//! timers and control; concerns never call each other; a fault in one attempt ends that attempt
//! only, too many faults in one concern halt that concern only.
//!
//! To add a concern: a folder named after it with a [`workspace::Effect`] and its [`job::Clerk`], and one line in the
//! concern's entry in `ops`. Where its events lead to another concern's command: one file in [`reaction`].

pub mod access;
pub mod bot;
pub mod check;
pub mod cookies;
pub mod delivery;
pub mod direct;
pub mod download;
pub mod feed;
pub mod ffmpeg;
pub mod file;
mod follower;
mod giver;
pub mod job;
pub mod library;
pub mod mark;
pub mod nats;
pub mod net;
pub mod plan;
pub mod playlist;
pub mod preview;
pub mod process;
pub mod reaction;
pub mod resource;
pub mod room;
pub mod schedule;
pub mod sources;
pub mod staging;
pub mod supervisor;
pub mod telemetry;
pub mod transcode;
pub mod watch;
pub mod workspace;
pub mod ytdlp;
