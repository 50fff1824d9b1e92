use std::collections::{BTreeMap, HashSet};

use mediary_schema::{EventId, reaction::Trouble};

use super::Event;

/// How far a reaction got. Its size depends only on what waits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Its stored name; none if it was never enabled.
    pub name: Option<String>,
    /// Every cause up to here is handled, or waits.
    pub after: u64,
    /// Causes that wait, by their positions.
    pub waiting: BTreeMap<u64, Waiting>,
    /// Steps done of causes that are not handled.
    steps: BTreeMap<EventId, u32>,
}

/// A cause that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The event.
    pub cause: EventId,
    /// Its stream.
    pub stream: String,
    /// Why it could not be handled; none if it was never tried, since another of its stream waits before it.
    pub trouble: Option<Trouble>,
    /// Whether a person wants it tried again.
    pub retry: bool,
}

impl State {
    /// How many steps of a cause are done.
    pub fn steps_of(&self, cause: EventId) -> u32 {
        self.steps.get(&cause).copied().unwrap_or(0)
    }

    /// Whether a cause of this stream waits.
    pub fn holds(&self, stream: &str) -> bool {
        self.waiting.values().any(|waiting| waiting.stream == stream)
    }

    /// Positions of the waiting causes that may be tried now: the first of its stream, if it was never
    /// tried or is to be tried again.
    pub fn due(&self) -> Vec<u64> {
        let mut streams = HashSet::new();
        let first = self.waiting.iter().filter(|(_, waiting)| streams.insert(waiting.stream.as_str()));
        first
            .filter(|(_, waiting)| waiting.trouble.is_none() || waiting.retry)
            .map(|(position, _)| *position)
            .collect()
    }

    pub(super) fn waiting_of(&self, cause: EventId) -> Option<(u64, &Waiting)> {
        let found = self.waiting.iter().find(|(_, waiting)| waiting.cause == cause);
        found.map(|(position, waiting)| (*position, waiting))
    }

    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Enabled { name, after } => (self.name, self.after) = (Some(name.clone()), *after),
            Event::Advanced { cause, steps, .. } => {
                self.steps.insert(*cause, *steps);
            }
            Event::Handled { cause, position, .. } => {
                self.steps.remove(cause);
                self.waiting.remove(position);
                self.after = self.after.max(*position);
            }
            Event::Parked { cause, position, stream, trouble } => {
                self.wait(*position, *cause, stream, Some(trouble.clone()));
            }
            Event::Deferred { cause, position, stream } => self.wait(*position, *cause, stream, None),
            Event::RetryRequested { cause } => {
                let found = self.waiting.values_mut().find(|waiting| waiting.cause == *cause);
                if let Some(waiting) = found {
                    waiting.retry = true;
                }
            }
            Event::Skipped { cause, .. } => {
                self.steps.remove(cause);
                self.waiting.retain(|_, waiting| waiting.cause != *cause);
            }
        }
    }

    fn wait(&mut self, position: u64, cause: EventId, stream: &str, trouble: Option<Trouble>) {
        let waiting = Waiting { cause, stream: stream.to_owned(), trouble, retry: false };
        self.waiting.insert(position, waiting);
        self.after = self.after.max(position);
    }
}
