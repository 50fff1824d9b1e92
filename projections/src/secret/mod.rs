//! The view of secrets: what they are called, and nothing else.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{CALLED, SecretField, SecretRow, secret, secrets, secrets_by_id};
pub use view::SecretView;
