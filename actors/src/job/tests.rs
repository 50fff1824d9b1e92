//! Dispatcher and performer by what goes in and comes out: events, leases, commands. Time is the test's.

mod bench;
mod dispatching;
mod model;
mod pacing;
mod performing;
mod quotas;
mod resources;
mod sharing;
mod starving;
mod turns;
mod waiting;
