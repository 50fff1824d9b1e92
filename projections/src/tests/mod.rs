//! Tests of what all views share.

mod bench;
mod paging;
mod running;
pub(crate) mod support;
