//! Stories of the whole platform, and the rules about its code: one binary, so that it links once.

mod contract;
mod crash;
mod job;
mod log;
mod memory;
mod subscription;
mod thread;
mod tidy;
mod truth;
