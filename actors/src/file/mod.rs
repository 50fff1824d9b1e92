//! The keeper: looks whether kept files are still in their places, and reads them when that is asked for.
//!
//! Guarantees: a look reads no file, takes a bounded share of the time however large the library is, and never takes
//! absence for loss where the library itself is not there; nothing here ever changes or removes a file of the library.

mod actor;
mod effect;
mod shelf;
#[cfg(test)]
mod tests;

pub use actor::{Keeper, KeeperArguments, Standing};
pub use effect::Verifier;
pub use shelf::is_away;
pub(crate) use shelf::stamp_of;
