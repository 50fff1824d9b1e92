//! Browsers that people sign in by: a cookie that no script reads, and what keeps other pages from using it.
//!
//! Guarantees: a password is hashed on no thread that answers requests, and is in no log, event or answer; whoever is not let in
//! is told neither whether the name is one nor by how long it took; what changes something by a cookie shows that it
//! comes from our own page.

mod attempts;
mod cookie;
mod door;
mod forgery;
mod told;

pub(crate) use attempts::Attempts;
pub(super) use cookie::{is_secure, shown};
pub(super) use door::Door;
pub(super) use forgery::let_in;
