//! Reading for people: what a scope may see of the log, and nothing else.
//!
//! What it may not see is not there: a page is shorter, an event or a stream is unknown.

use mediary_events::{Recorded, StreamId};
use mediary_schema::{CommandId, EventId, PrincipalId, scope::Scope};

use super::{
    error::ReadError,
    filter::Filter,
    handle::Log,
    hub::Subscription,
    read::{Direction, Page, Read},
};
use crate::access;

/// A log as one scope sees it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LogReader {
    log: Log,
    scope: Scope,
}

impl LogReader {
    /// The log as a scope sees it.
    pub fn new(log: &Log, scope: Scope) -> Self {
        Self { log: log.clone(), scope }
    }

    /// Who reads.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The position of the last event, whosever it is.
    pub fn head_position(&self) -> u64 {
        self.log.head().position
    }

    /// One page, as [`Log::read_page`].
    pub fn read_page(&self, request: &Read) -> Result<Page, ReadError> {
        let request = Read { filter: self.seen(request.filter.clone()), ..request.clone() };
        self.log.read_page(&request)
    }

    /// As [`Log::read`]: from page to page until there is enough.
    pub fn read(&self, request: &Read) -> Result<Vec<Recorded>, ReadError> {
        let request = Read { filter: self.seen(request.filter.clone()), ..request.clone() };
        self.log.read(&request)
    }

    /// A stream from a version on, as [`Log::read_stream`].
    pub fn read_stream(
        &self,
        stream: &StreamId,
        from_version: u64,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Recorded>, ReadError> {
        let mut events = self.log.read_stream(stream, from_version, direction, limit)?;
        events.retain(|event| access::may_see(&self.scope, &event.envelope));
        Ok(events)
    }

    /// The event with this id.
    pub fn event(&self, id: EventId) -> Result<Option<Recorded>, ReadError> {
        let event = self.log.event(id)?;
        Ok(event.filter(|event| access::may_see(&self.scope, &event.envelope)))
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
        Ok(event.filter(|event| access::may_see(&self.scope, &event.envelope)))
    }

    /// Follows the log, as [`Log::subscribe`].
    pub fn subscribe(&self, next_position: u64, filter: Filter) -> Subscription {
        self.log.subscribe(next_position, self.seen(filter))
    }

    fn seen(&self, filter: Filter) -> Filter {
        Filter { scope: Some(self.scope), ..filter }
    }
}
