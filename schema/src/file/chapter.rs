//! The chapters of a kept file: what its container says of them.

/// A chapter of a medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// Where it begins, in milliseconds from the beginning.
    pub start_ms: u64,
    /// Where it ends.
    pub end_ms: u64,
    /// What it is called, if it is called anything.
    pub title: Option<String>,
}
