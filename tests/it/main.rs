//! Stories of the whole platform, and the rules about its code: one binary, so that it links once.
#![expect(clippy::print_stdout, reason = "tests of limits print their figures")]

mod access;
mod automation;
mod bad_input;
mod caches;
mod contract;
mod crash;
mod crossing;
mod edge;
mod engine;
mod fairness;
mod feed;
mod file;
mod full_disk;
mod golden;
mod hostile;
mod job;
mod log;
mod look_ups;
mod memory;
mod nats;
mod nats_command;
mod new_concern;
mod past;
mod playlist;
mod roles;
mod root;
mod subscription;
mod thread;
mod tidy;
mod truth;
mod view;
mod why;
mod words;
mod worker;
mod workspace;
