//! The shape that every concern has: a vocabulary and two pure functions.

use std::{borrow::Cow, fmt};

use mediary_schema::{PrincipalId, account::Permission};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::{Schema, StreamId, Subjects};

/// A stored name of an event and the newest version of its payload's form.
///
/// Stored names are constants, apart from the names in Rust: code can be renamed, bytes can't.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventKind {
    /// The name without the concern (`refresh_completed`).
    pub name: &'static str,
    /// The newest version; older ones are upcast on reading.
    pub schema: Schema,
    /// The kinds of things that it is about besides its stream; [`ANY_THING`] stands for every kind.
    pub subjects: &'static [&'static str],
    /// What it means, in a sentence.
    pub meaning: &'static str,
}

/// Among [`EventKind::subjects`]: whatever the thing is.
pub const ANY_THING: &str = "*";

impl EventKind {
    /// A stored name with the newest version of its form, about nothing but its stream.
    pub const fn new(name: &'static str, major: u8, minor: u8) -> Self {
        Self { name, schema: Schema::new(major, minor), subjects: &[], meaning: "" }
    }

    /// The same, with what it means in a sentence: what people choose it by, so that it is the one above the event itself.
    #[must_use]
    pub const fn says(self, meaning: &'static str) -> Self {
        Self { meaning, ..self }
    }

    /// The same, about things of these kinds, too.
    #[must_use]
    pub const fn about(self, subjects: &'static [&'static str]) -> Self {
        Self { subjects, ..self }
    }

    /// Whether it can be about a thing of this kind.
    pub fn is_about(&self, kind: &str) -> bool {
        self.subjects.iter().any(|subject| [kind, ANY_THING].contains(subject))
    }
}

/// A stored payload on its way to what is known today.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The stored name.
    pub name: Cow<'static, str>,
    /// The major version of its form.
    pub major: u8,
    /// What it says, as a value of MessagePack's model in JSON.
    pub payload: Value,
}

impl Stored {
    /// A payload under a name that is known.
    pub const fn new(name: &'static str, major: u8, payload: Value) -> Self {
        Self { name: Cow::Borrowed(name), major, payload }
    }

    /// The same name in the next major version, with this payload.
    #[must_use]
    pub fn next(self, payload: Value) -> Self {
        Self { name: self.name, major: self.major + 1, payload }
    }
}

/// One concern: what may be asked, what can have happened, and what follows from what.
pub trait Concern: 'static {
    /// The stream category as stored; never renamed.
    const NAME: &'static str;
    /// Every event's stored name and newest version.
    const EVENTS: &'static [EventKind];
    /// Names that are written no more, with the newest version that they had: [`Self::upcast`] makes others of them,
    /// or none.
    const RETIRED: &'static [EventKind] = &[];

    /// What may be asked.
    type Command: fmt::Debug + Clone + Send + 'static;
    /// What can have happened; an enum of struct variants whose serde names are in [`Self::EVENTS`].
    type Event: fmt::Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + 'static;
    /// What the events of one stream add up to.
    type State: fmt::Debug + Clone + Default + Send + Sync + 'static;
    /// Why a command is refused.
    type Rejection: Rejection;

    /// What a caller must be allowed to do.
    fn permission(command: &Self::Command) -> Permission;

    /// What follows from a command: events, or a refusal. Pure: no clock, no randomness, no I/O.
    ///
    /// A command whose facts are recorded already is an ordinary case and answers no events.
    fn decide(state: &Self::State, command: Self::Command) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// What an event changes. Can't fail.
    fn evolve(state: &mut Self::State, event: &Self::Event);

    /// What an event is about besides its stream: things by which it is found again (`history`, `events(subjects:)`).
    /// `before` is what the stream came to without it.
    ///
    /// It stands in the envelope from then on and can't be added later; their kinds are those of [`Self::EVENTS`].
    fn subjects(before: &Self::State, event: &Self::Event) -> Subjects;

    /// Lifts what is stored by one step: to the next major version, to another name, to several events in their
    /// order, or to none. What comes out is lifted again until all of it is of today.
    ///
    /// Called for older major versions and [`Self::RETIRED`] names only; a concern without them leaves it out.
    fn upcast(stored: Stored) -> Vec<Stored> {
        let Stored { name, major, payload } = stored;
        vec![Stored { name, major: major + 1, payload }]
    }

    /// What stands in for an event whose payload is erased: the same fact without texts and addresses, so that folds
    /// lose nothing else. None where nothing of it can be said without them.
    fn redact(event: &Self::Event) -> Option<Self::Event> {
        let _ = event;
        None
    }

    /// The person whom an event says something of: its payload is sealed by his key, and without that key what stands in
    /// for it ([`Self::redact`]) is read in its place, so that shredding him takes away what is said of him and nothing
    /// else. None where it says nothing of anybody; what belongs to whoever records it needs no word of it.
    fn person(event: &Self::Event) -> Option<PrincipalId> {
        let _ = event;
        None
    }

    /// About how many bytes of memory a state takes: what is kept of folds is limited by that. A state that grows with
    /// its stream says so.
    fn state_bytes(state: &Self::State) -> usize {
        size_of_val(state)
    }

    /// The stream of one thing of this concern.
    fn stream(uuid: Uuid) -> StreamId {
        StreamId::new(Self::NAME, uuid)
    }
}

/// Why a command is refused: a stable code, a sentence (its `Display`) and a next step.
pub trait Rejection: std::error::Error + Send + Sync + 'static {
    /// A stable code in `SCREAMING_SNAKE_CASE`, the same at every edge.
    fn code(&self) -> &'static str;

    /// What a person can do next, where there is something.
    fn advice(&self) -> Option<String> {
        None
    }
}
