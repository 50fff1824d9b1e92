//! The keeper: looks whether kept files are still in their places, follows those that were renamed, and reads them when
//! that is asked for.
//!
//! Guarantees: a look reads no file, takes a bounded share of the time however large the library is, and never takes
//! absence for loss where a root itself is not there; of a file that a plan is moving nothing is said until that is recorded or
//! given up; nothing here ever changes or removes a file of a root.

mod actor;
mod chapters;
mod clerk;
mod displaced;
mod effect;
mod index;
mod look;
mod moving;
mod opening;
mod ours;
mod page;
mod roots;
mod search;
mod shelf;
#[cfg(test)]
mod tests;

pub use actor::{Keeper, KeeperArguments};
pub use chapters::ChapterReader;
pub use clerk::FileClerk;
pub use effect::{Question, Read, Verifier};
pub(crate) use opening::at;
pub use opening::open_part;
pub use ours::Ours;
pub use roots::{Root, is_away};
pub(crate) use roots::{is_there, open, registered};
pub(crate) use shelf::{stamp_by, stamp_of, trash_of};
