//! Stories of the whole platform, and the rules about its code: one binary, so that it links once.

mod crash;
mod log;
mod memory;
mod thread;
mod tidy;
