//! Tests of what all views share.

mod bench;
mod paging;
mod passing;
mod running;
mod scoping;
pub(crate) mod support;
