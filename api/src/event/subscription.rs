use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, Result, ServerResult, SimpleObject, Subscription,
    Value, parser::types::Field, registry::Registry, to_value,
};
use futures::{Stream, stream};
use mediary_log::{Batch, LogReader, Recorded, Subscription as LogSubscription};
use mediary_schema::account::Permission;

use super::{
    filter::filter,
    object::Event,
    query::within_log,
    rendering::{self, Rendered, Renderings},
    selection::Selection,
    touched::{Touched, touched},
};
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

/// The same as it is sent: as text, without a resolver for each field.
#[derive(Debug)]
pub(crate) struct Item {
    position: u64,
    recorded: Option<Arc<Recorded>>,
    /// None if it has something that only a resolver knows.
    selection: Option<Arc<Selection>>,
    /// Whether others are told it at about the same time.
    is_news: bool,
}

impl OutputType for Item {
    fn type_name() -> Cow<'static, str> {
        EventItem::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        EventItem::create_type_info(registry)
    }

    async fn resolve(
        &self,
        context: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let Self { position, recorded, selection, is_news } = self;
        let rendered = match (selection, recorded) {
            (Some(selection), Some(recorded)) if *is_news => {
                context.data_unchecked::<Renderings>().of(recorded, selection)
            }
            (Some(selection), recorded) => {
                Rendered::of(|text| selection.write(*position, recorded.as_deref(), text))
            }
            (None, _) => {
                let event = recorded.as_ref().map(|recorded| Event::told(Arc::clone(recorded)));
                return EventItem { position: Position(*position), event }.resolve(context, field).await;
            }
        };
        Ok(to_value(&rendered).expect("JSON is a value"))
    }
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
    ) -> Result<impl Stream<Item = Result<Item>>> {
        let reader = reader(context, Permission::AUDIT)?;
        let after = after.unwrap_or_default();
        within_log(context, after)?;
        let subscription = reader.subscribe(after.0 + 1, filter(types, streams, subjects.as_deref())?);
        let selection = Selection::of(context).map(Arc::new);
        let ready = Vec::new().into_iter();
        let following = Following { subscription, reader, selection, ready, ended: false };
        Ok(stream::unfold(following, Following::next))
    }

    /// Of which things something was recorded, at most four times a second: what shows them asks for them anew. The first
    /// item tells only where that begins.
    async fn touched(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The last position that the client has; from now on if left out.")] after: Option<
            Position,
        >,
    ) -> Result<impl Stream<Item = Result<Touched>>> {
        touched(context, after)
    }
}

/// A subscriber's place and the events that it has read and not sent yet.
struct Following {
    subscription: LogSubscription,
    reader: LogReader,
    selection: Option<Arc<Selection>>,
    ready: std::vec::IntoIter<Item>,
    /// Whether it was told why there is no more.
    ended: bool,
}

impl Following {
    async fn next(mut self) -> Option<(Result<Item>, Self)> {
        while !self.ended {
            if let Some(item) = self.ready.next() {
                return Some((Ok(item), self));
            }
            match self.subscription.next_batch(BATCH_MAX).await {
                Ok(batch) => {
                    let news = self.reader.head_position().saturating_sub(rendering::KEPT_MAX as u64);
                    self.ready = items(batch, news, self.selection.as_ref()).into_iter();
                }
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

/// The items of a batch. Whoever catches up is alone with what stands up to the position of the news, and keeping it for
/// others would cost as much as writing it.
fn items(batch: Batch, news: u64, selection: Option<&Arc<Selection>>) -> Vec<Item> {
    let item = |position, recorded| {
        let selection = selection.map(Arc::clone);
        Item { position, recorded, selection, is_news: position > news }
    };
    let of_event = |recorded: Arc<Recorded>| item(recorded.position(), Some(recorded));
    let mut items: Vec<Item> = batch.events.into_iter().map(of_event).collect();
    let reached = batch.next_position.saturating_sub(1);
    if items.last().is_none_or(|last| last.position < reached) {
        items.push(item(reached, None));
    }
    items
}

#[cfg(test)]
mod tests {
    use mediary_log::{Read, testing};

    use super::*;

    #[test]
    fn what_is_long_past_is_news_to_nobody_else() {
        let folder = tempfile::TempDir::new().unwrap();
        let gate = testing::gate(folder.path()).unwrap();
        let opened = gate.log().read(&Read::forward(1).limit(1)).unwrap().remove(0);
        let at = |position| {
            let mut recorded = opened.clone();
            recorded.envelope.position = position;
            Arc::new(recorded)
        };
        let batch = Batch { events: vec![at(3), at(4), at(5)], next_position: 7 };
        let told: Vec<_> = items(batch, 4, None).iter().map(|item| (item.position, item.is_news)).collect();
        assert_eq!(told, [(3, false), (4, false), (5, true), (6, true)]);
    }
}
