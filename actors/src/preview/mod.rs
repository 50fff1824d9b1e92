//! Previews: what is at an address, found out without following or fetching anything.

mod clerk;
mod effect;
#[cfg(test)]
mod tests;

pub use clerk::PreviewClerk;
pub use effect::{Answer, Previewer, Question};
