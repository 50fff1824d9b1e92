use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::delivery::{Ask, ask::Retry};

use super::Delivery;
use crate::asking::{self, Done, Terms, several, shown};

#[derive(Debug, Default)]
pub(crate) struct DeliveryMutation;

/// What is to be sent again.
#[derive(Debug, InputObject)]
pub(crate) struct DeliveryRetryInput {
    /// The deliveries.
    ids: Vec<ID>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct DeliveryRetryPayload {
    /// The deliveries as they are now, as far as they can be shown.
    deliveries: Vec<Delivery>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl DeliveryMutation {
    /// Sends again what failed, and what nobody knows of whether it was sent: that may then arrive twice.
    async fn delivery_retry(
        &self,
        context: &Context<'_>,
        input: DeliveryRetryInput,
    ) -> Result<DeliveryRetryPayload> {
        let DeliveryRetryInput { ids, terms } = input;
        let asked = Ask::Retry(Retry { delivery_ids: several(&ids)? });
        let (told, done) = asking::ask(context, terms, asked).await?;
        let mut deliveries = Vec::new();
        for id in told.map(|told| told.delivery_ids).unwrap_or_default() {
            deliveries.extend(shown(Delivery::find(context, id, done.position).await));
        }
        Ok(DeliveryRetryPayload { deliveries, done })
    }
}
