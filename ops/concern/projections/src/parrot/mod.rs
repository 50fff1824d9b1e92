//! The view of parrots.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{CALLED, ParrotRow, parrots};
pub use view::ParrotView;
