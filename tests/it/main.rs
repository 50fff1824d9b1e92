//! Stories of the whole platform, and the rules about its code: one binary, so that it links once.

mod access;
mod bad_input;
mod contract;
mod job;
mod log;
mod subscription;
mod thread;
mod tidy;
mod truth;
