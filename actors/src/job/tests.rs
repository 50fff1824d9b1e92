//! Dispatcher and performer by what goes in and comes out: events, leases, commands. Time is the test's.

mod bench;
mod dispatching;
mod model;
mod performing;
mod sharing;
mod turns;
mod waiting;
