use std::{collections::BTreeSet, time::Duration};

use async_graphql::{Context, ID, Result, SimpleObject};
use futures::{Stream, stream};
use mediary_log::{Batch, Filter, LogReader, Recorded, Subscription as LogSubscription};
use mediary_schema::account::Permission;
use tokio::time::{Instant, sleep_until};

use super::query::within_log;
use crate::{error::log_fault, scalar::Position, schema::reader};

/// Events that one item tells of.
const BATCH_MAX: usize = 1_024;
/// Things that one item names; whoever shows more reads anew anyway.
const NAMED_MAX: usize = 500;
/// How far behind somebody may be and still be told thing by thing.
const BEHIND_MAX: u64 = 4_096;
/// From one item to the next: nobody reads faster.
const PAUSE: Duration = Duration::from_millis(250);

/// Of which things something was recorded since the last item, for whoever may see it.
#[derive(Debug, SimpleObject)]
pub(crate) struct Touched {
    /// The place up to which this tells: what to ask for after a break, and what to wait for by `minPosition`.
    position: Position,
    /// The concerns whose events these were.
    concerns: Vec<String>,
    /// The things that the events are of, or name.
    ids: Vec<ID>,
    /// Whether it were too many to be named: then whatever is shown may be otherwise.
    is_all: bool,
}

/// Tells from a position on, or from now on, of which things something was recorded.
pub(super) fn touched(
    context: &Context<'_>,
    after: Option<Position>,
) -> Result<impl Stream<Item = Result<Touched>> + use<>> {
    let reader = reader(context, Permission::READ)?;
    if let Some(after) = after {
        within_log(context, after)?;
    }
    let from = after.map_or_else(|| reader.head_position(), |after| after.0);
    let subscription = reader.subscribe(from + 1, Filter::all());
    let watching = Watching {
        reader,
        subscription,
        position: from,
        next_at: Instant::now(),
        is_first: true,
        ended: false,
    };
    Ok(stream::unfold(watching, Watching::next))
}

/// A subscriber and his place.
struct Watching {
    reader: LogReader,
    subscription: LogSubscription,
    position: u64,
    next_at: Instant,
    is_first: bool,
    /// Whether it was told why there is no more.
    ended: bool,
}

impl Watching {
    async fn next(mut self) -> Option<(Result<Touched>, Self)> {
        if self.ended {
            return None;
        }
        if self.is_first {
            self.is_first = false;
            return Some((Ok(self.begin()), self));
        }
        loop {
            // What is recorded meanwhile comes in one item.
            sleep_until(self.next_at).await;
            match self.subscription.next_batch(BATCH_MAX).await {
                Ok(batch) => {
                    self.position = batch.next_position.saturating_sub(1).max(self.position);
                    if batch.events.is_empty() {
                        continue;
                    }
                    self.next_at = Instant::now() + PAUSE;
                    return Some((Ok(Touched::by(&batch, self.position)), self));
                }
                Err(error) => {
                    self.ended = true;
                    return Some((Err(log_fault(&error)), self));
                }
            }
        }
    }

    /// The first item: where the subscriber stands, and whether he missed so much that it is not told one by one.
    fn begin(&mut self) -> Touched {
        let head = self.reader.head_position();
        let is_all = head.saturating_sub(self.position) > BEHIND_MAX;
        if is_all {
            self.position = head;
            self.subscription = self.reader.subscribe(head + 1, Filter::all());
        }
        Touched { position: Position(self.position), concerns: Vec::new(), ids: Vec::new(), is_all }
    }
}

impl Touched {
    fn by(batch: &Batch, position: u64) -> Self {
        let concerns: BTreeSet<&str> =
            batch.events.iter().map(|event| event.envelope.stream.category.as_ref()).collect();
        let ids: BTreeSet<String> = batch.events.iter().flat_map(|event| things(event)).collect();
        let is_all = ids.len() > NAMED_MAX;
        Self {
            position: Position(position),
            concerns: concerns.into_iter().map(str::to_owned).collect(),
            ids: if is_all { Vec::new() } else { ids.into_iter().map(ID).collect() },
            is_all,
        }
    }
}

fn things(event: &Recorded) -> impl Iterator<Item = String> + '_ {
    let envelope = &event.envelope;
    let named = envelope.extensions.subjects.as_slice().iter().map(ToString::to_string);
    std::iter::once(envelope.stream.to_string()).chain(named)
}
