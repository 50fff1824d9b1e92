//! Bots: the way in by a messenger, for people who are let in by name (OP-14, SE-15).
//!
//! Guarantees: whoever is not let in learns that once, and nothing else; each command goes through the gate under an id of the
//! message that asked for it, so that a message that is heard twice is done once; the token comes from the vault, and is in no
//! event, log or answer; nothing is done that whoever set the bot may not do now, nor more than an editor may; what
//! somebody asked for and is not over is found again by whoever comes next, and told on.
//!
//! To add a command: a variant of `Wish` with its spelling, and what is answered.

mod actor;
mod answer;
mod guests;
mod order;
mod poller;
mod telegram;
mod under_way;
mod wish;

pub use actor::{Bots, BotsArguments, Message};
