//! The log in words: what it says of itself.

mod explain;

pub(crate) use explain::Words;
