use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    delivery::{self as view, DeliveryRow, DeliveryView},
};
use mediary_schema::{DeliveryId, NotificationId, delivery::DeliveryState};

use crate::{
    loader::{LookUp, look_up},
    notification::{Notification, NotificationById, SeverityName},
    scalar::{DateTime, Position},
    schema::read,
};

/// How it stands with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DeliveryState", name = "DeliveryState")]
pub(crate) enum State {
    /// It waits for its moment.
    Queued,
    /// It is being sent.
    Sending,
    /// The channel has taken it.
    Sent,
    /// The channel does not take it, and it is not tried again by itself.
    Failed,
    /// Nobody knows whether the channel has taken it: it is not sent again unless somebody wants that.
    Unsure,
    /// Its channel was paused: it is not sent unless somebody wants that.
    Skipped,
}

/// One message to one channel.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Delivery {
    /// `delivery-<uuid>`.
    id: ID,
    /// To which channel.
    channel: String,
    /// The notice; none if it is a test.
    notification_id: Option<ID>,
    /// How much it matters.
    severity: SeverityName,
    /// In one line.
    title: String,
    /// How it stands with it.
    state: State,
    /// When it was queued.
    queued_at: DateTime,
    /// When it is tried, if it is.
    due_at: Option<DateTime>,
    /// How often it was tried.
    tries: u32,
    /// Why it was not taken, or nobody knows.
    reason: Option<String>,
    /// When it came to its end, if it did.
    ended_at: Option<DateTime>,
    #[graphql(skip)]
    notification_key: Option<NotificationId>,
}

#[ComplexObject]
impl Delivery {
    /// The notice, if whoever asks is told it.
    async fn notification(&self, context: &Context<'_>) -> Result<Option<Notification>> {
        let Some(id) = self.notification_key else { return Ok(None) };
        Ok(look_up::<NotificationById>(context, id).await?.map(Notification::from))
    }
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: ID(row.id.to_string()),
            channel: row.channel,
            notification_id: row.message.notification_id.map(|id| ID(id.to_string())),
            severity: row.message.severity.into(),
            title: row.message.title,
            state: row.state.into(),
            queued_at: DateTime(row.queued_at),
            due_at: row.due_at.map(DateTime),
            tries: row.tries,
            reason: row.reason,
            ended_at: row.ended_at.map(DateTime),
            notification_key: row.message.notification_id,
        }
    }
}

impl Delivery {
    pub(crate) async fn find(
        context: &Context<'_>,
        id: DeliveryId,
        min_position: Option<Position>,
    ) -> Result<Option<Self>> {
        let of = Views::of::<DeliveryView>;
        let found = read(context, of, min_position, move |rows| view::delivery(rows, id));
        Ok(found.await?.map(Self::from))
    }
}

/// A delivery by its id.
pub(crate) struct DeliveryById;

impl LookUp for DeliveryById {
    type Key = DeliveryId;
    type Row = DeliveryRow;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<DeliveryView>()
    }

    fn find(rows: &Snapshot<'_>, keys: &[DeliveryId]) -> SqlResult<HashMap<DeliveryId, DeliveryRow>> {
        Ok(view::deliveries_by_id(rows, keys)?.into_iter().map(|row| (row.id, row)).collect())
    }
}
