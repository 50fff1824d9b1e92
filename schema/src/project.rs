//! Values of the kernel part `project`: whose things are whose.

/// What the installation's own project is called; no other may be.
pub const HOME: &str = "home";
