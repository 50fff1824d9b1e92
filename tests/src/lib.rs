//! The running platform as a value: a sample site, a server on free loopback ports, and clients.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "helpers of tests: a failure is a failed test"
)]

mod browser;
mod calendar;
mod client;
mod elsewhere;
mod kept;
mod library;
pub mod line;
mod malice;
mod platform;
mod process;
mod processes;
mod publisher;
mod random;
mod small_disk;
mod story;
mod subscriber;
mod tools;
mod wait;

pub use browser::Browser;
pub use calendar::Calendar;
pub use client::{Client, events_of};
pub use elsewhere::{Elsewhere, socket};
pub use kept::stamp_of;
pub use library::{files_below, files_having};
pub use platform::{Platform, PlatformOptions};
pub use process::{Marked, ServerFolder, ServerProcess, marked};
pub use processes::processes_marked;
pub use publisher::Publisher;
pub use random::Random;
pub use small_disk::SmallDisk;
pub use subscriber::Subscriber;
pub use tools::{binary, built, film, run_binary, tools_folder};
pub use wait::{DEADLINE, until};
