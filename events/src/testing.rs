//! Tests of deciders as sentences: given what happened, when something is asked, then this follows.

#[cfg(test)]
mod history;
pub mod note;
pub mod samples;

use std::fmt;

use mediary_schema::Timestamp;

use crate::{Concern, codec};

#[cfg(test)]
pub(crate) use history::history;

/// The time of tests: it stands still.
pub const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

/// A concern's state after some events.
pub struct Given<C: Concern> {
    state: C::State,
}

/// What a command led to.
pub struct Outcome<C: Concern> {
    state: C::State,
    result: Result<Vec<C::Event>, C::Rejection>,
}

/// Starts a sentence with what has happened.
pub fn given<C: Concern>(events: impl IntoIterator<Item = C::Event>) -> Given<C> {
    let mut state = C::State::default();
    for event in events {
        C::evolve(&mut state, &event);
    }
    Given { state }
}

impl<C: Concern> Given<C> {
    /// Asks for something.
    pub fn when(self, command: impl Into<C::Command>) -> Outcome<C> {
        let result = C::decide(&self.state, command.into());
        Outcome { state: self.state, result }
    }

    /// The state itself.
    pub fn state(&self) -> &C::State {
        &self.state
    }
}

impl<C: Concern> Outcome<C> {
    /// Expects exactly these events, and that each survives being stored.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = C::Event>) {
        let events = self.result.expect("the command is accepted");
        assert_eq!(events, expected.into_iter().collect::<Vec<_>>());
        for event in &events {
            let stored = codec::encode::<C>(event);
            let read = codec::decode::<C>(stored.kind.name, stored.kind.schema, &stored.payload);
            assert_eq!(read.expect("what was stored can be read"), std::slice::from_ref(event));
        }
    }

    /// Expects a refusal.
    #[track_caller]
    pub fn rejected(self, expected: &C::Rejection)
    where
        C::Rejection: PartialEq,
    {
        assert_eq!(self.result.as_ref().err(), Some(expected), "{:?}", self.result);
    }

    /// The state that the command leads to.
    #[track_caller]
    pub fn state(mut self) -> C::State {
        for event in self.result.expect("the command is accepted") {
            C::evolve(&mut self.state, &event);
        }
        self.state
    }
}

impl<C: Concern> fmt::Debug for Given<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Given").field("state", &self.state).finish()
    }
}

impl<C: Concern> fmt::Debug for Outcome<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Outcome").field("result", &self.result).finish_non_exhaustive()
    }
}
