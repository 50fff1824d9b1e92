//! Tests of what all views share.

pub(crate) mod support;
