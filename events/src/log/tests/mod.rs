//! Tests of the log; each names the invariant (L-…) that it holds.

mod support;

mod appending;
