use std::collections::BTreeMap;

use async_graphql::{Enum, ID, SimpleObject};
use mediary_events::reaction::{State, Waiting};

use crate::scalar::Position;

/// What waits, of one reaction or of all.
#[derive(Debug, Default, SimpleObject)]
pub(crate) struct Parked {
    /// How many events wait.
    total_count: u32,
    /// Those that failed, by code and place.
    groups: Vec<ParkedGroup>,
    /// The events, at most 500, of each reaction in the order of the log.
    nodes: Vec<ParkedEvent>,
}

/// Parked events that failed alike.
#[derive(Debug, SimpleObject)]
pub(crate) struct ParkedGroup {
    /// The stored name of the reaction.
    reaction: String,
    /// A stable code in `SCREAMING_SNAKE_CASE`.
    code: String,
    /// Where in the reaction: `read`, `plan` or `record`.
    place: String,
    /// How many.
    count: u32,
}

/// An event that a reaction has not handled.
#[derive(Debug, SimpleObject)]
pub(crate) struct ParkedEvent {
    /// The event.
    id: ID,
    /// The stored name of the reaction that it waits for.
    reaction: String,
    /// Its place in the log.
    position: Position,
    /// Its stream; later events of it wait, too.
    stream: String,
    /// Why it waits.
    state: ParkedState,
    /// A stable code in `SCREAMING_SNAKE_CASE`, if it failed.
    code: Option<String>,
    /// Where in the reaction it failed.
    place: Option<String>,
    /// What went wrong.
    detail: Option<String>,
}

/// Why an event waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ParkedState {
    /// It failed; a person can have it tried again, or skip it.
    Parked,
    /// A person wants it tried again.
    Retrying,
    /// Another of its stream waits before it.
    Behind,
}

/// The most events that one answer holds.
const NODES_MAX: usize = 500;

impl Parked {
    /// Adds what waits for one reaction.
    pub(super) fn add(&mut self, reaction: &str, state: &State) {
        self.total_count += state.waiting.len() as u32;
        let mut groups: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for trouble in state.waiting.values().filter_map(|waiting| waiting.trouble.as_ref()) {
            *groups.entry((&trouble.code, &trouble.place)).or_insert(0) += 1;
        }
        self.groups.extend(groups.into_iter().map(|((code, place), count)| ParkedGroup {
            reaction: reaction.to_owned(),
            code: code.to_owned(),
            place: place.to_owned(),
            count,
        }));
        let room = NODES_MAX.saturating_sub(self.nodes.len());
        let nodes = state.waiting.iter().take(room);
        self.nodes.extend(nodes.map(|(position, waiting)| ParkedEvent::new(reaction, *position, waiting)));
    }
}

impl ParkedEvent {
    fn new(reaction: &str, position: u64, waiting: &Waiting) -> Self {
        let trouble = waiting.trouble.as_ref();
        let state = match (trouble, waiting.retry) {
            (None, _) => ParkedState::Behind,
            (Some(_), true) => ParkedState::Retrying,
            (Some(_), false) => ParkedState::Parked,
        };
        Self {
            id: ID(waiting.cause.to_string()),
            reaction: reaction.to_owned(),
            position: Position(position),
            stream: waiting.stream.clone(),
            state,
            code: trouble.map(|trouble| trouble.code.clone()),
            place: trouble.map(|trouble| trouble.place.clone()),
            detail: trouble.map(|trouble| trouble.detail.clone()),
        }
    }
}
