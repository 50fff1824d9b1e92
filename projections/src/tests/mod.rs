//! Tests of what all views share.

mod batching;
mod bench;
mod erasing;
mod halting;
pub(crate) mod listed;
mod paging;
mod passing;
mod past;
mod running;
mod scoping;
mod story;
pub(crate) mod support;
mod versions;
