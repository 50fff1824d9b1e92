//! ops

pub mod demo;
