//! The view of parrots.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{CALLED, ParrotField, ParrotRow, parrots};
pub use view::ParrotView;
