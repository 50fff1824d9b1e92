//! Checks: who looks at what is to be looked at, when, and says what was found.
//!
//! Guarantees: never two looks of one check at once; a look that hangs delays no other one; what can't be looked at is said to be
//! unknown and never to be what it was; nothing that was found is recorded but what turned. To add a kind: its variant in
//! [`mediary_schema::check::Probe`], a file in `kinds/`, and a line in `look.rs`.

mod actor;
mod folder;
mod found;
mod kinds;
mod look;
mod measured;
mod reminders;
mod roster;
#[cfg(test)]
mod tests;

pub use actor::{CheckRunner, CheckRunnerArguments};
pub use folder::{CheckFolder, CheckFolderArguments, Said, Understand};
pub use look::Equipment;
