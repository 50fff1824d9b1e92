//! The binary's parts: command line, configuration, wiring.

pub mod demo;
