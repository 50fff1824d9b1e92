//! actors

pub mod process;
