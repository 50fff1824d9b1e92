//! Tests of the log; tags name the invariants of `docs/invariants.md` that they hold.

mod disk;
mod forger;
mod machine;
mod support;
mod twin;

mod appending;
mod backing_up;
mod bundling;
mod crashing;
mod epochs;
mod erasing;
mod excerpting;
mod filling;
mod filtering;
mod following;
mod forging;
mod golden;
mod indexing;
mod interleaving;
mod modelling;
mod opening;
mod paging;
mod proving;
mod salvaging;
mod scoping;
mod sealing;
mod sizing;
mod snapshotting;
mod storing;
mod verifying;
