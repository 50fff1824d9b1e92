//! Plans: who moves files into the trash of their root and back, to other names, or has others take their places, and who destroys
//! them once their time is over.
//!
//! Guarantees: a file is moved by one rename on its own file system, only if it is what was planned for, and never over
//! another; a place that is given to another file is empty at no moment, where the file system can exchange two names; nothing is touched at all if anything is otherwise before the first one is; what is in the trash stays
//! there until its time is over by a clock that was not set meanwhile.

mod batch;
mod clerk;
mod effect;
mod purger;
mod rename;
mod replace;
#[cfg(test)]
mod tests;
mod trash;
mod usage;

pub use clerk::PlanClerk;
pub use effect::{FileMover, Moving, Question};
pub use purger::{Purger, PurgerArguments};
pub use usage::{bytes_in_trash, trash_settings};
