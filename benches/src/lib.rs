//! The work that is measured; each piece also runs small as a test and fails when it does nothing.

pub mod log;
