//! Tests of the log; each group names the invariants (L-…) that it holds.

mod disk;
mod support;

mod appending;
mod bundling;
mod crashing;
mod filtering;
mod following;
mod golden;
mod modelling;
mod snapshotting;
mod storing;
mod verifying;
