//! How files get their places: into a folder that is reached without following a link, by one step that never overwrites.
//!
//! Guarantees: nothing half is ever in a library; what was placed before a crash is told apart from a stranger's file of the same
//! name; what lies beside a file is put there once that one has its place, and never fails it.

mod attempt;
mod beside;
mod destination;
mod facts;
mod folder;
mod mover;
mod place;
#[cfg(test)]
mod tests;
mod unusable;

pub(crate) use attempt::{on_disk, refuse_if_away, refuse_if_root_away};
pub(crate) use beside::{Staged, is_it};
pub(crate) use destination::{Destination, being_placed};
pub(crate) use facts::carry_facts;
pub(crate) use folder::{Folder, Missing, is_real_folder};
pub(crate) use mover::Mover;
pub use mover::Way;
pub use place::Library;
pub(crate) use place::{Placing, Settled};
pub use unusable::Unusable;
