use async_graphql::{Context, Result, SimpleObject, Subscription};
use futures::{Stream, stream};
use mediary_log::{Batch, Subscription as LogSubscription};
use mediary_schema::account::Permission;

use super::{filter::filter, object::Event, query::within_log};
use crate::{error::log_fault, scalar::Position, schema::reader};

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
        let reader = reader(context, Permission::AUDIT)?;
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
