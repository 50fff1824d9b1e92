//! Reading for people: what a scope may see of the log, and nothing else.
//!
//! What it may not see is not there: a page is shorter, an event or a stream is unknown.

use mediary_events::{Recorded, StreamId};
use mediary_schema::{CommandId, EventId, PrincipalId, Timestamp, scope::Scope};

use super::{
    error::ReadError,
    filter::Filter,
    handle::Log,
    hub::Subscription,
    read::{Direction, Page, Read},
};
use crate::access;

/// A log as one scope sees it, up to now or as it was. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LogReader {
    log: Log,
    scope: Scope,
    /// The last position that it has; that of the log if none is said.
    end: Option<u64>,
}

impl LogReader {
    /// The log as a scope sees it.
    pub fn new(log: &Log, scope: Scope) -> Self {
        Self { log: log.clone(), scope, end: None }
    }

    /// The log as it was when it ended at a position: what is behind that is not there.
    #[must_use]
    pub fn up_to(self, position: u64) -> Self {
        Self { end: Some(position), ..self }
    }

    /// Who reads.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(super) const fn log(&self) -> &Log {
        &self.log
    }

    /// The position of the last event, whosever it is.
    pub fn head_position(&self) -> u64 {
        self.end.unwrap_or(u64::MAX).min(self.log.head().position)
    }

    /// The last position that is not after a moment, as [`Log::position_at`].
    pub fn position_at(&self, moment: Timestamp) -> Result<u64, ReadError> {
        self.log.position_until(moment, self.head_position())
    }

    /// One page, as [`Log::read_page`].
    pub fn read_page(&self, request: &Read) -> Result<Page, ReadError> {
        self.log.read_page(&self.seen_by(request))
    }

    /// As [`Log::read`]: from page to page until there is enough.
    pub fn read(&self, request: &Read) -> Result<Vec<Recorded>, ReadError> {
        self.log.read(&self.seen_by(request))
    }

    /// A stream from a version on, as [`Log::read_stream`].
    pub fn read_stream(
        &self,
        stream: &StreamId,
        from_version: u64,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Recorded>, ReadError> {
        let end = self.head_position();
        let mut events = self.log.read_stream_up_to(end, stream, from_version, direction, limit)?;
        events.retain(|event| self.may_see(event));
        Ok(events)
    }

    /// The event with this id.
    pub fn event(&self, id: EventId) -> Result<Option<Recorded>, ReadError> {
        Ok(self.log.event(id)?.filter(|event| self.may_see(event)))
    }

    /// The first event of a command that the reader, the owner or the platform gave.
    pub fn command(&self, id: CommandId) -> Result<Option<Recorded>, ReadError> {
        for principal in [self.scope.principal(), PrincipalId::OWNER, PrincipalId::PLATFORM] {
            if let Some(appended) = self.log.command(principal, id)? {
                return self.at(appended.first_position);
            }
        }
        Ok(None)
    }

    /// The event at this position.
    pub fn at(&self, position: u64) -> Result<Option<Recorded>, ReadError> {
        let events = self.log.read(&Read::forward(position).limit(1))?;
        let event = events.into_iter().find(|event| event.position() == position);
        Ok(event.filter(|event| self.may_see(event)))
    }

    fn may_see(&self, event: &Recorded) -> bool {
        event.position() <= self.head_position() && access::may_see(&self.scope, &event.envelope)
    }

    /// Follows the log, as [`Log::subscribe`].
    pub fn subscribe(&self, next_position: u64, filter: Filter) -> Subscription {
        self.log.subscribe(next_position, self.seen(filter))
    }

    fn seen_by(&self, request: &Read) -> Read {
        let request = Read { filter: self.seen(request.filter.clone()), ..request.clone() };
        let end = request.end.min(self.end.unwrap_or(u64::MAX));
        request.up_to(end)
    }

    fn seen(&self, filter: Filter) -> Filter {
        Filter { scope: Some(self.scope), ..filter }
    }
}
