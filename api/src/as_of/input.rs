use async_graphql::OneofObject;

use crate::scalar::{DateTime, Position};

/// A moment of the past: up to where the log is taken for the whole of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, OneofObject)]
pub(crate) enum AsOfInput {
    /// Up to this position; 0 is the empty beginning.
    Position(Position),
    /// Up to what had been recorded at this time.
    Time(DateTime),
}
