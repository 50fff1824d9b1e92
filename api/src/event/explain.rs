//! Why things are as they are, in words: what a concern says of its own ids and events.
//!
//! To add a concern: `explain.rs` in its folder with one [`Explains`], named in its entry.

use async_graphql::Context;
use mediary_events::{Concern, codec};
use mediary_log::{
    Direction, Filter, LogReader, Origin, OriginKind, Read, ReadError, Recorded, StreamId, Subject,
};
use mediary_projections::{QueryError, Snapshot, SqlResult, ViewHandle, Views};
use mediary_schema::{CorrelationId, EntryId, job::Work, redact, scope::Scope};
use uuid::Uuid;

use super::outcome::BranchState;
use crate::{
    as_of::moment,
    schema::{ENTRIES, platform},
};

/// What a concern says of its own.
pub(crate) trait Explains: Sync {
    /// The stored name of the concern.
    fn concern(&self) -> &'static str;

    /// What stands before the dash of the ids that it explains.
    fn kinds(&self) -> &'static [&'static str];

    /// The event that made the thing what it is now.
    fn last_event(&self, finder: &Finder, kind: &str, uuid: Uuid) -> Found<Option<Recorded>> {
        finder.last_of(&StreamId::new(kind.to_owned(), uuid))
    }

    /// What was done, to stand behind "you" or "Mediary"; none for an event of a newer program.
    fn deed(&self, finder: &Finder, event: &Recorded) -> Found<Option<String>>;

    /// The names of those of its events that whoever comes back wants to know of.
    fn news(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether one of these is worth telling: a refresh that found nothing new is not.
    fn is_news(&self, _: &Recorded) -> bool {
        true
    }

    /// Whether what is done is only beside something else, and tells nobody what that was.
    fn is_beside(&self) -> bool {
        false
    }

    /// What a piece of its long work is called.
    fn work(&self, _: &Finder, _: &Work) -> Found<Option<String>> {
        Ok(None)
    }

    /// The row of a list that the event is for.
    fn entry(&self, _: &Recorded) -> Option<EntryId> {
        None
    }

    /// How a thing of it stands by the last that happened to it.
    fn state(&self, event: &Recorded) -> BranchState {
        BranchState::usual(event)
    }

    /// What a row of a list is called by its place, if it is one of this concern's.
    fn place(&self, _: &Finder, _: EntryId) -> Found<Option<String>> {
        Ok(None)
    }

    /// From where a command came, in words, if it came from a thing of this concern.
    fn origin(&self, _: &Finder, _: Origin) -> Found<Option<String>> {
        Ok(None)
    }

    /// An event near the begin of a story, if this concern knows one without looking through the log.
    fn early_in(&self, _: &Finder, _: CorrelationId) -> Found<Option<Recorded>> {
        Ok(None)
    }
}

/// Everybody who explains something.
fn all() -> impl Iterator<Item = &'static dyn Explains> {
    ENTRIES.iter().filter_map(|entry| entry.words)
}

/// The first that anybody has to say.
pub(super) fn first_of<T>(say: impl Fn(&'static dyn Explains) -> Found<Option<T>>) -> Found<Option<T>> {
    for words in all() {
        if let Some(said) = say(words)? {
            return Ok(Some(said));
        }
    }
    Ok(None)
}

/// Who explains ids that begin so.
pub(super) fn of_kind(kind: &str) -> Option<&'static dyn Explains> {
    all().find(|words| words.kinds().contains(&kind))
}

/// Who explains events of a concern.
pub(crate) fn of_concern(concern: &str) -> Option<&'static dyn Explains> {
    all().find(|words| words.concern() == concern)
}

/// The full names of all events that may be news.
pub(super) fn news() -> Vec<String> {
    all()
        .flat_map(|words| words.news().iter().map(move |name| format!("{}.{name}", words.concern())))
        .collect()
}

/// Every beginning of an id that can be explained.
pub(super) fn kinds() -> impl Iterator<Item = &'static str> {
    all().flat_map(|words| words.kinds().iter().copied())
}

/// Why something could not be looked up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Lost {
    /// In the log.
    #[error("the log can't be read")]
    Log(#[from] ReadError),
    /// In a view.
    #[error("a view can't be read")]
    View(#[from] QueryError),
}

/// What was looked up.
pub(crate) type Found<T> = Result<T, Lost>;

/// Looks things up as one scope may see them. Blocks.
pub(crate) struct Finder {
    pub(crate) reader: LogReader,
    pub(crate) views: Views,
    /// As of which position; now if none is said.
    as_of: Option<u64>,
}

impl Finder {
    /// Looks things up for a request that may ask this, as of its moment.
    pub(super) fn of(context: &Context<'_>, reader: LogReader) -> Self {
        let as_of = moment(context).map(|moment| moment.position);
        Self { reader, views: platform(context).views.clone(), as_of }
    }

    /// Who asks.
    pub(crate) const fn scope(&self) -> &Scope {
        self.reader.scope()
    }

    /// The newest event of a stream.
    pub(crate) fn last_of(&self, stream: &StreamId) -> Found<Option<Recorded>> {
        Ok(self.reader.read_stream(stream, u64::MAX, Direction::Backward, 1)?.pop())
    }

    /// The first event of a stream.
    pub(crate) fn first_of(&self, stream: &StreamId) -> Found<Option<Recorded>> {
        Ok(self.reader.read_stream(stream, 1, Direction::Forward, 1)?.pop())
    }

    /// The newest event of a concern that names a thing as a subject.
    pub(crate) fn last_naming(&self, thing: Subject, concern: &str) -> Found<Option<Recorded>> {
        let filter = Filter::about(thing).of_kinds([concern]);
        let read = Read::backward(u64::MAX).limit(1).filter(filter);
        Ok(self.reader.read(&read)?.pop())
    }

    /// The newest event of a stream whose payload names a thing, among its last thousand.
    pub(crate) fn last_about(&self, stream: &StreamId, field: &str, id: &str) -> Found<Option<Recorded>> {
        const LOOKED_AT_MAX: usize = 1_000;
        let events = self.reader.read_stream(stream, u64::MAX, Direction::Backward, LOOKED_AT_MAX)?;
        let names = |event: &Recorded| {
            let payload = event.payload_json().ok().flatten();
            payload.is_some_and(|payload| payload[field].as_str() == Some(id))
        };
        Ok(events.into_iter().find(names))
    }

    /// The answer of a view.
    pub(crate) fn row<T>(
        &self,
        view: &ViewHandle,
        query: impl FnOnce(&Snapshot<'_>) -> SqlResult<T>,
    ) -> Found<T> {
        Ok(match self.as_of {
            Some(position) => view.read_as_of_blocking(position, *self.scope(), query)?,
            None => view.read_blocking(*self.scope(), query)?,
        })
    }
}

/// The event, if this program can read it; of several that it is by now the first.
pub(crate) fn event_of<C: Concern>(recorded: &Recorded) -> Option<C::Event> {
    codec::events_of::<C>(recorded).ok()?.into_iter().next()
}

/// A title in quotes, or what stands for it: an address without what opens it.
pub(crate) fn quoted(title: Option<&str>, otherwise: &str) -> String {
    title.map_or_else(|| redact::text(otherwise).into_owned(), |title| format!("'{title}'"))
}

/// Whether a person or a program of theirs did it, not Mediary by itself.
pub(crate) fn is_by_hand(recorded: &Recorded) -> bool {
    !matches!(recorded.envelope.origin.kind, OriginKind::Reaction | OriginKind::Actor)
}
