use async_graphql::{Context, Result, SimpleObject, Subscription};
use futures::{Stream, stream};
use mediary_log::{Batch, Subscription as LogSubscription};
use mediary_projections::{QueryError, Snapshot, SqlResult, ViewHandle};
use mediary_schema::{account::Permission, scope::Scope};

use super::{filter::filter, object::Event, query::within_log};
use crate::{
    error::{log_fault, view_fault},
    scalar::Position,
    schema::reader,
};

#[derive(Debug, Default)]
pub(crate) struct EventSubscription;

/// Events read at once; each goes out by itself.
const BATCH_MAX: usize = 256;

/// An event, or only a place: where nothing matched for a while, the place moves on without an event.
#[derive(Debug, SimpleObject)]
pub(crate) struct EventItem {
    /// The place: what to ask for after a break.
    position: Position,
    /// The event, if one matched.
    event: Option<Event>,
}

#[Subscription]
#[expect(clippy::unused_async, reason = "the form that the macro asks for")]
impl EventSubscription {
    /// The log itself, from a position on and then live, without a gap and without a repeat, for whoever
    /// may audit it. After a break, ask again with the last position.
    async fn events(
        &self,
        context: &Context<'_>,
        #[graphql(
            default_with = "Some(Position(0))",
            desc = "Behind which position to begin; 0 for the front."
        )]
        after: Option<Position>,
        #[graphql(desc = "Full names such as `playlist.refresh_completed`, or a concern's name.")]
        types: Option<Vec<String>>,
        #[graphql(desc = "Streams such as `playlist-<uuid>`, or what they begin with.")] streams: Option<
            Vec<String>,
        >,
        #[graphql(
            desc = "Things such as `item-<uuid>`: what is recorded of them or names them, in any concern."
        )]
        subjects: Option<Vec<String>>,
    ) -> Result<impl Stream<Item = Result<EventItem>>> {
        let reader = reader(context, Permission::Audit)?;
        let after = after.unwrap_or_default();
        within_log(context, after)?;
        let subscription = reader.subscribe(after.0 + 1, filter(types, streams, subjects.as_deref())?);
        let following = Following { subscription, ready: Vec::new().into_iter(), ended: false };
        Ok(stream::unfold(following, Following::next))
    }
}

/// A subscriber's place and the events that it has read and not sent yet.
struct Following {
    subscription: LogSubscription,
    ready: std::vec::IntoIter<EventItem>,
    /// Whether it was told why there is no more.
    ended: bool,
}

impl Following {
    async fn next(mut self) -> Option<(Result<EventItem>, Self)> {
        while !self.ended {
            if let Some(item) = self.ready.next() {
                return Some((Ok(item), self));
            }
            match self.subscription.next_batch(BATCH_MAX).await {
                Ok(batch) => self.ready = items(batch).into_iter(),
                // Whoever listens has to know that there is more than he was told.
                Err(error) => {
                    self.ended = true;
                    return Some((Err(log_fault(&error)), self));
                }
            }
        }
        None
    }
}

fn items(batch: Batch) -> Vec<EventItem> {
    let mut items: Vec<EventItem> = batch
        .events
        .into_iter()
        .map(|recorded| EventItem {
            position: Position(recorded.position()),
            event: Some(Event::told(recorded)),
        })
        .collect();
    let reached = batch.next_position.saturating_sub(1);
    if items.last().is_none_or(|last| last.position.0 < reached) {
        items.push(EventItem { position: Position(reached), event: None });
    }
    items
}

/// Rows of a view: all that changed after a position, then each change.
///
/// Nothing is buffered: the next rows are read when the client has taken the last, so that a slow one
/// gets the latest state.
pub(crate) fn changes<Row, Item>(
    view: ViewHandle,
    scope: Scope,
    after: u64,
    query: fn(&Snapshot<'_>, u64, u32) -> SqlResult<Vec<Row>>,
    item: impl Fn(u64, Vec<Row>) -> Item + Send + 'static,
) -> impl Stream<Item = Result<Item>>
where
    Row: Changed + Send + 'static,
    Item: 'static,
{
    let watching = Watching { steps: view.watch(), view, scope, after, first: true, ended: false };
    stream::unfold((watching, item), move |(mut watching, item)| async move {
        let next = watching.next(query).await?;
        let answer = next.map(|(position, rows)| item(position, rows)).map_err(|error| view_fault(&error));
        Some((answer, (watching, item)))
    })
}

/// A row that knows which event touched it last.
pub(crate) trait Changed {
    /// The position of that event.
    fn changed_at(&self) -> u64;
}

macro_rules! changed {
    ($($row:ty),+) => {$(
        impl Changed for $row {
            fn changed_at(&self) -> u64 {
                self.changed_at
            }
        }
    )+};
}

changed!(mediary_projections::playlist::PlaylistRow, mediary_projections::job::JobRow);

/// Rows of one item.
const ROWS_MAX: u32 = 200;

struct Watching {
    view: ViewHandle,
    scope: Scope,
    steps: tokio::sync::watch::Receiver<mediary_projections::ViewStatus>,
    after: u64,
    first: bool,
    ended: bool,
}

impl Watching {
    async fn next<Row: Changed + Send + 'static>(
        &mut self,
        query: fn(&Snapshot<'_>, u64, u32) -> SqlResult<Vec<Row>>,
    ) -> Option<Result<(u64, Vec<Row>), QueryError>> {
        if self.ended {
            return None;
        }
        loop {
            let status = self.steps.borrow_and_update().clone();
            let after = self.after;
            let rows = match self.view.read(self.scope, move |rows| query(rows, after, ROWS_MAX)).await {
                Ok(rows) => rows,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            };
            let last = rows.last().map(Changed::changed_at);
            let is_more = rows.len() == ROWS_MAX as usize;
            // The rows may be newer than the status; never the other way round.
            self.after =
                if is_more { last.unwrap_or(after) } else { last.unwrap_or(after).max(status.position) };
            if !rows.is_empty() || self.first {
                self.first = false;
                return Some(Ok((self.after, rows)));
            }
            if let Some(fault) = status.fault {
                self.ended = true;
                return Some(Err(QueryError::Stopped {
                    view: status.name,
                    code: fault.code,
                    reason: fault.reason,
                }));
            }
            self.steps.changed().await.ok()?;
        }
    }
}
